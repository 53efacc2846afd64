//! A change happens only for a form of ours, sent from our own pages, in the session and account that it was made for.

use crate::support::actors::{ADMIN, PASSWORD, Scene, call};
use crate::support::visitor::{Page, Visitor};
use reqwest::Method;

const FORM: &str = "application/x-www-form-urlencoded";

/// The form that changes the admin's name, as its page holds it.
async fn name_form(visitor: &Visitor) -> Vec<(String, String)> {
    visitor.get("/profile").await.expect(200).form("/profile/name").with("name", "Changed Name").fields
}

fn encode(fields: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn replaced(fields: &[(String, String)], name: &str, value: Option<&str>) -> Vec<(String, String)> {
    let mut fields = fields.to_vec();
    fields.retain(|(key, _)| key != name);
    fields.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    fields
}

/// Posts the form with exactly these headers besides the cookies.
async fn post(visitor: &Visitor, headers: &[(&str, &str)], body: &str) -> Page {
    let mut request = visitor.request(Method::POST, "/profile/name");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !headers.iter().any(|(name, _)| *name == "Content-Type") {
        request = request.header("Content-Type", FORM);
    }
    visitor.send("/profile/name", request.body(body.to_owned())).await
}

async fn name(scene: &Scene) -> String {
    let sql = "SELECT name FROM users WHERE email = $1";
    scene.db.read().await.unwrap().on().only::<(String,)>(sql, progreda::binds![ADMIN]).await.unwrap().0
}

#[actix_web::test]
async fn a_form_without_its_own_token_changes_nothing() {
    let scene = Scene::new().await;
    let fields = name_form(&scene.admin).await;
    let other = scene.signed_in(ADMIN).await;
    let others = name_form(&other).await;
    let others = &others.iter().find(|(name, _)| name == "csrf").unwrap().1;
    let before = scene.app.visitor().get("/login").await.form("/login").fields;
    let before = &before.iter().find(|(name, _)| name == "csrf").unwrap().1;
    let zeros = "0".repeat(64);
    for token in [None, Some(""), Some("x"), Some(zeros.as_str()), Some(others.as_str()), Some(before.as_str())] {
        let body = encode(&replaced(&fields, "csrf", token));
        let page = scene.admin.post_body("/profile/name", FORM, body.into()).await.expect(403);
        assert_eq!(name(&scene).await, "Ada Hale", "{token:?}: {}", page.text);
    }
    let kept = encode(&replaced(&fields, "csrf", Some(others)));
    let kept = scene.admin.post_body("/profile/name", FORM, kept.into()).await.expect(403);
    assert!(kept.shows("Changed Name"), "what was typed is kept: {}", kept.text);
    scene.admin.post_body("/profile/name", FORM, encode(&fields).into()).await.expect(303);
    assert_eq!(name(&scene).await, "Changed Name");
}

#[actix_web::test]
async fn a_form_from_another_site_changes_nothing() {
    let scene = Scene::new().await;
    let body = encode(&name_form(&scene.admin).await);
    let own = scene.app.url().to_owned();
    let port = own.rsplit(':').next().unwrap();
    let (https, suffix) = (own.replace("http:", "https:"), format!("{own}.evil.example"));
    let (no_port, name_host) = (own.replace(&format!(":{port}"), ""), format!("http://localhost:{port}"));
    let other_port = format!("http://127.0.0.1:{}", if port == "9" { "8" } else { "9" });
    let (page, elsewhere) = (format!("{own}/profile"), format!("{suffix}/profile"));
    let refused: Vec<Vec<(&str, &str)>> = vec![
        vec![],
        vec![("Sec-Fetch-Site", "cross-site")],
        vec![("Sec-Fetch-Site", "same-site")],
        vec![("Sec-Fetch-Site", "none")],
        vec![("Sec-Fetch-Site", "cross-site"), ("Origin", &own)],
        vec![("Sec-Fetch-Site", "same-origin"), ("Origin", "null")],
        vec![("Origin", "null")],
        vec![("Origin", "")],
        vec![("Origin", "http://evil.example")],
        vec![("Origin", &https)],
        vec![("Origin", &suffix)],
        vec![("Origin", &no_port)],
        vec![("Origin", &name_host)],
        vec![("Origin", &other_port)],
        vec![("Origin", "http://evil.example"), ("Host", "evil.example")],
        vec![("Origin", "http://evil.example"), ("X-Forwarded-Host", "evil.example")],
        vec![("Referer", &elsewhere)],
        vec![("Referer", "http://evil.example/?http://127.0.0.1")],
        vec![("HX-Request", "true"), ("HX-Current-URL", &page)],
    ];
    for headers in &refused {
        let answer = post(&scene.admin, headers, &body).await;
        assert_eq!(answer.status, 403, "{headers:?}");
        assert_eq!(name(&scene).await, "Ada Hale", "{headers:?}");
    }
    let taken: Vec<Vec<(&str, &str)>> = vec![
        vec![("Sec-Fetch-Site", "same-origin"), ("Origin", &own)],
        vec![("Sec-Fetch-Site", "same-origin")],
        vec![("Origin", &own)],
        vec![("Referer", &page)],
    ];
    for headers in &taken {
        assert_eq!(post(&scene.admin, headers, &body).await.status, 303, "{headers:?}");
    }
}

#[actix_web::test]
async fn signing_in_is_bound_to_the_browser_that_saw_the_form() {
    let scene = Scene::new().await;
    let (thief, victim) = (scene.app.visitor(), scene.app.visitor());
    let form = thief.get("/login").await.expect(200).form("/login").with("email", ADMIN).with("password", PASSWORD);
    victim.submit(form.clone()).await.expect(403);
    victim.get("/login").await.expect(200);
    victim.submit(form.clone()).await.expect(403);
    assert_eq!(victim.cookie("progreda-session"), None);
    let visitor = thief.cookie("progreda-visitor").expect("the browser's own cookie");
    thief.submit(form).await.expect(303);
    assert_ne!(thief.cookie("progreda-session"), Some(visitor));
}

#[actix_web::test]
async fn forms_take_forms_and_only_by_post() {
    let scene = Scene::new().await;
    let own = [("Sec-Fetch-Site", "same-origin")];
    let body = encode(&name_form(&scene.admin).await);
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
        let headers: Vec<_> = own.into_iter().chain([("Content-Type", kind)]).collect();
        post(&scene.admin, &headers, &body).await.expect(415);
    }
    for path in ["/logout", "/profile/name", "/profile/password", "/profile/sessions/end", "/profile/sessions/end-all"]
    {
        let page = scene.admin.get(&format!("{path}?{body}")).await.expect(405);
        assert_eq!(page.header("allow"), "POST", "{path}");
    }
    let headers = [("Sec-Fetch-Site", "same-origin"), ("X-HTTP-Method-Override", "POST")];
    let request = scene.admin.request(Method::GET, "/profile/name").header(headers[1].0, headers[1].1);
    scene.admin.send("/profile/name", request).await.expect(405);
    assert_eq!(name(&scene).await, "Ada Hale");
}

#[actix_web::test]
async fn what_a_form_is_written_in_is_read_as_it_is_meant() {
    let scene = Scene::new().await;
    let body = encode(&name_form(&scene.admin).await);
    let own = ("Sec-Fetch-Site", "same-origin");
    for kind in [
        "APPLICATION/X-WWW-FORM-URLENCODED",
        "application/x-www-form-urlencoded; charset=utf-8",
        "application/x-www-form-urlencoded;charset=UTF-8",
        "application/x-www-form-urlencoded ;",
    ] {
        post(&scene.admin, &[own, ("Content-Type", kind)], &body).await.expect(303);
    }
    assert_eq!(name(&scene).await, "Changed Name");
    let other = body.replace("Changed", "Another");
    for headers in [
        vec![own, ("Content-Type", "application/x-www-form-urlencoded; charset=latin1")],
        vec![own, ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8; boundary=x")],
        vec![own, ("Content-Type", "application/x-www-form-urlencodedx")],
        vec![own, ("Content-Encoding", "gzip")],
        vec![own, ("Content-Encoding", "identity")],
    ] {
        post(&scene.admin, &headers, &other).await.expect(415);
    }
    assert_eq!(name(&scene).await, "Changed Name");
}

#[actix_web::test]
async fn a_form_has_its_fields_once_and_no_others() {
    let scene = Scene::new().await;
    let fields = name_form(&scene.admin).await;
    for (extra, value) in [
        ("role", "Admin"),
        ("account_id", "acc_00000000000000000000000000"),
        ("password_hash", "x"),
        ("name", "Twice"),
        ("csrf", "x"),
        ("name[]", "x"),
        ("", "x"),
    ] {
        let mut fields = fields.clone();
        fields.push((extra.to_owned(), value.to_owned()));
        let page = scene.admin.post_body("/profile/name", FORM, encode(&fields).into()).await;
        assert_eq!(page.status, 400, "{extra}: {}", page.text);
        assert_eq!(name(&scene).await, "Ada Hale");
    }
}

#[actix_web::test]
async fn a_form_of_one_account_cannot_be_sent_into_another() {
    let scene = Scene::new().await;
    let other = scene.account("Elsewhere").await;
    let fields = name_form(&scene.admin).await;
    let body = encode(&replaced(&fields, "account", Some(other.as_str())));
    scene.admin.post_body("/profile/name", FORM, body.into()).await.expect(409);
    for nowhere in [None, Some("")] {
        let body = encode(&replaced(&fields, "account", nowhere));
        scene.admin.post_body("/profile/name", FORM, body.into()).await.expect(400);
    }
    assert_eq!(name(&scene).await, "Ada Hale");
}

#[actix_web::test]
async fn tokens_are_for_software_and_cookies_are_for_people() {
    let scene = Scene::new().await;
    let token = scene.token(&scene.account, "Sync", &["contacts.readonly"]).await;
    let path = format!("/contacts/?locationId={}", scene.account);
    call(&scene.app, Method::GET, &path, &token.plain, None).await.expect(200);
    let request = scene.admin.request(Method::GET, &path).header("Version", "2021-07-28");
    let refused = scene.admin.send(&path, request).await.expect(401);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    for path in ["/profile", "/business/contacts", "/settings/private-integrations"] {
        let page = call(&scene.app, Method::GET, path, &token.plain, None).await;
        assert!([303, 404].contains(&page.status), "{path}: {}", page.status);
    }
    for path in [format!("{path}&access_token={}", token.plain), format!("{path}&token={}", token.plain)] {
        scene.app.visitor().get(&path).await.expect(401);
    }
}
