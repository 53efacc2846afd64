//! The same address written in odd ways opens nothing more, and characters that a database cannot hold are never a fault.

use crate::support::actors::{ADMIN, PASSWORD, Scene};
use crate::support::visitor::Page;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// The whole answer to a request with these headers, whose path no client has tidied up.
fn raw(scene: &Scene, method: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(scene.app.url().trim_start_matches("http://")).expect("the server listens");
    let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

#[actix_web::test]
async fn a_page_and_a_route_of_the_api_never_change_places() {
    let scene = Scene::new().await;
    let token = scene.token(&scene.account, "Sync", &["contacts.readonly", "contacts.write"]).await;
    let cookie = scene.admin.cookie("progreda-session").expect("a session");
    let software = format!("Authorization: Bearer {}\r\nVersion: 2021-07-28\r\n", token.plain);
    let browser = format!("Cookie: progreda-session={cookie}\r\nVersion: 2021-07-28\r\n");
    let query = format!("?locationId={}", scene.account);
    let json = |answer: &str| answer.contains("application/json") || answer.contains("application/problem+json");
    let of_the_api = ["/contacts/", "/%63ontacts/", "/c%6Fntacts", "/%63%6f%6e%74%61%63%74%73/", "/contact%73/"];
    for path in of_the_api {
        let path = format!("{path}{query}");
        assert_eq!(status(&raw(&scene, "GET", &path, &software)), 200, "{path} is /contacts/ to the router");
        let answer = raw(&scene, "GET", &path, &browser);
        assert!(status(&answer) == 401 && json(&answer), "{path} takes a session:\n{answer}");
        let answer = raw(&scene, "DELETE", &path, &browser);
        assert!(json(&answer), "{path}:\n{answer}");
    }
    for path in ["/oauth/whoami", "/%6fauth/whoami", "/oauth/%77hoami"] {
        assert_eq!(status(&raw(&scene, "GET", path, &software)), 200, "{path}");
        let answer = raw(&scene, "GET", path, &browser);
        assert!(status(&answer) == 401 && json(&answer), "{path} takes a session:\n{answer}");
    }
    for path in ["/profile", "/%70rofile", "/business/contacts", "/%62usiness/%63ontacts"] {
        assert_eq!(status(&raw(&scene, "GET", path, &browser)), 200, "{path}");
        let answer = raw(&scene, "GET", path, &software);
        assert!(status(&answer) == 303 && !json(&answer), "{path} takes a token:\n{answer}");
    }
    for path in [
        "//contacts/",
        "/./contacts/",
        "/x/../contacts/",
        "/contacts//",
        "/contacts%2f",
        "/%2fcontacts/",
        "/%2e/contacts/",
        "/business/%2e%2e/contacts/",
        "/business%2fcontacts",
        "/contacts;x/",
        "/CONTACTS/",
        "/%43ontacts/",
        "/%2563ontacts/",
        "/contacts%00/",
        "/contacts%20/",
        "/\\contacts/",
        "//profile",
        "/contacts/..%2f../profile",
        "/contacts/%2e%2e/profile",
    ] {
        for headers in [&software, &browser] {
            let answer = raw(&scene, "GET", &format!("{path}{query}"), headers);
            assert!([400, 401, 404].contains(&status(&answer)), "{path}:\n{answer}");
            assert!(!answer.contains("Ada Hale</h1>") && !answer.contains("\"contacts\""), "{path}:\n{answer}");
        }
    }
}

#[actix_web::test]
async fn no_character_that_is_no_text_is_a_fault() {
    let scene = Scene::new().await;
    let token = scene.token(&scene.account, "Sync", &["contacts.readonly"]).await;
    let list = "/settings/private-integrations";
    let refused = |page: &Page, what: &str| {
        assert!(page.status < 500, "{what}: {}\n{}", page.status, page.text);
    };
    let id = &token.integration;
    for query in [
        format!("after=%00~{id}"),
        format!("before=a%00b~{id}"),
        "after=%00~%00".to_owned(),
        format!("search=%00&after=x~{id}"),
        "search=a%00b".to_owned(),
        "status=%00&sort=%00".to_owned(),
    ] {
        refused(&scene.admin.get(&format!("{list}?{query}")).await, &query);
    }
    for path in [
        "/business/contacts?older=%00".to_owned(),
        "/business/contacts?newer=9.con_%00".to_owned(),
        "/business/contacts?search=a%00b".to_owned(),
        format!("{list}/%00"),
        format!("{list}/{id}%00"),
        format!("{list}/new?name=a%00b"),
        "/setup?link=%00".to_owned(),
        "/login?next=/%00".to_owned(),
    ] {
        refused(&scene.admin.get(&path).await, &path);
        refused(&scene.app.visitor().get(&path).await, &path);
    }
    let _other = scene.signed_in(ADMIN).await;
    let form = scene.admin.get("/profile/security").await.expect(200).form("/profile/sessions/end-all");
    for handle in ["\0", "ab\0cd", "é", ""] {
        let mut form = form.clone().with("session", handle);
        form.action = "/profile/sessions/end".to_owned();
        scene.admin.submit(form).await.expect(404);
    }
    let login = scene.app.visitor();
    let form = login.get("/login").await.expect(200).form("/login");
    let page = login.submit(form.with("email", "a\0@harbor.example").with("password", "a\0b")).await;
    assert_eq!(page.status, 401, "{}", page.text);
    let mut expected = [200, 400, 404, 422].iter();
    let path = format!("/contacts/?locationId={}&startAfterId=%00&query=a%00b", scene.account);
    let answer = crate::support::actors::call(&scene.app, reqwest::Method::GET, &path, &token.plain, None).await;
    assert!(expected.any(|status| *status == answer.status), "{}: {}", answer.status, answer.text);
}

#[actix_web::test]
async fn a_way_back_that_is_not_ascii_leads_home() {
    let scene = Scene::new().await;
    for next in ["/business/contacts?search=Zoë", "/ü", "/\u{202e}x", "/日本"] {
        let visitor = scene.app.visitor();
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let form = visitor.get(&format!("/login?{query}")).await.expect(200).form("/login");
        let form = form.with("email", ADMIN).with("password", PASSWORD).with("next", next);
        let page = visitor.submit(form).await.expect(303);
        assert_eq!(page.header("location"), "/", "{next}");
        visitor.get("/profile").await.expect(200);
    }
}
