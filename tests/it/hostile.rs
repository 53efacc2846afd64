//! What nobody sends by mistake: odd bytes, huge and slow requests, junk paths; and that no answer goes without its headers or shows its insides.

use crate::support::actors::{Scene, call};
use crate::support::app::TestApp;
use crate::support::html::Form;
use crate::support::visitor::Page;
use progreda::db::journal::Unlogged;
use reqwest::Method;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use tokio::time::Instant;

const FORM: &str = "application/x-www-form-urlencoded";

/// The hidden fields that bind a form, encoded.
fn guard_of(form: &Form) -> String {
    let bound = form.fields.iter().filter(|(name, _)| ["csrf", "account"].contains(&name.as_str()));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(bound).finish()
}

fn connect(app: &TestApp) -> TcpStream {
    let stream = TcpStream::connect(app.url().trim_start_matches("http://")).expect("the server listens");
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Sends these bytes; the status of the answer, or nothing when the connection was cut without one.
fn raw(app: &TestApp, bytes: &[u8]) -> Option<u16> {
    let mut stream = connect(app);
    stream.write_all(bytes).unwrap();
    let mut answer = [0; 64];
    let length = stream.read(&mut answer).unwrap_or(0);
    String::from_utf8_lossy(&answer[..length]).split(' ').nth(1)?.parse().ok()
}

/// Trickles bytes after `head` until the server has had enough: how long that took, and what it said.
fn trickle(mut stream: TcpStream, head: &str) -> (Duration, String) {
    let began = Instant::now();
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let (mut said, mut piece) = (Vec::new(), [0; 4096]);
    while began.elapsed() < Duration::from_secs(25) {
        if stream.write_all(b"x").is_err() {
            break;
        }
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => said.extend_from_slice(&piece[..length]),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
        if String::from_utf8_lossy(&said).contains(" 408 ") {
            break;
        }
    }
    (began.elapsed(), String::from_utf8_lossy(&said).into_owned())
}

#[actix_web::test]
async fn who_is_slow_is_cut_off() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let form = visitor.get("/login").await.expect(200);
    let cookie = format!("progreda-visitor={}", visitor.cookie("progreda-visitor").expect("the visitor's cookie"));
    drop(form);
    let (url, streams) = (app.url().to_owned(), [connect(&app), connect(&app), connect(&app)]);
    let [first, mut second, body] = streams;
    let slow_first = std::thread::spawn(move || trickle(first, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    let slow_second = std::thread::spawn(move || {
        second.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = [0; 4096];
        let length = second.read(&mut answer).unwrap();
        assert!(String::from_utf8_lossy(&answer[..length]).starts_with("HTTP/1.1 200"));
        trickle(second, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    });
    let head = format!(
        "POST /login HTTP/1.1\r\nHost: x\r\nOrigin: {url}\r\nCookie: {cookie}\r\nContent-Type: {FORM}\r\nContent-Length: 9000\r\n\r\n"
    );
    let slow_body = std::thread::spawn(move || trickle(body, &head));
    let wait = async |thread: std::thread::JoinHandle<(Duration, String)>| {
        actix_web::rt::task::spawn_blocking(move || thread.join().unwrap()).await.unwrap()
    };
    for (what, thread) in [("first head", slow_first), ("second head", slow_second), ("body", slow_body)] {
        let (took, said) = wait(thread).await;
        assert!(took < Duration::from_secs(20), "a slow {what} was served for {took:?}");
        assert!(what != "body" || said.contains(" 408 "), "a slow {what}: {said}");
    }
    visitor.get("/healthz").await.expect(200);
}

#[actix_web::test]
async fn odd_bytes_are_refused_and_never_a_fault() {
    let scene = Scene::new().await;
    let form = scene.admin.get("/profile").await.expect(200).form("/profile/name");
    let guard = guard_of(&form);
    for (name, status) in [
        (b"%00".as_slice(), 422),
        (b"a%00b", 422),
        (b"a%0d%0aX-Injected: 1", 422),
        (b"a%1b[2J", 422),
        (b"a%E2%80%AEb", 422),
        (b"%ff", 400),
        (b"\xff\xfe", 400),
        (b"%ED%A0%80", 400),
        (b"%C0%80", 400),
        (b"%", 303),
        (b"%zz", 303),
    ] {
        let body = [guard.as_bytes(), b"&name=", name].concat();
        let page = scene.admin.post_body("/profile/name", FORM, body).await;
        assert_eq!(page.status, status, "{}", String::from_utf8_lossy(name));
    }
    for (query, status) in [("%ff", 400), ("%00", 200), ("%25", 200), ("%", 200), ("!%25_'%22;--", 200)] {
        scene.admin.get(&format!("/business/contacts?search={query}")).await.expect(status);
    }
    for query in ["older=x", "older=9.con_0", "newer=%00", "older=99999999999999999999.con_00000000000000000000000000"]
    {
        scene.admin.get(&format!("/business/contacts?{query}")).await.expect(404);
    }
    let marks = format!("a{}", "\u{301}".repeat(300));
    let page = scene.admin.submit(form.with("name", &marks)).await;
    assert!([303, 422].contains(&page.status), "{}", page.status);
}

#[actix_web::test]
async fn what_is_too_large_is_refused() {
    let scene = Scene::new().await;
    let form = scene.admin.get("/profile").await.expect(200).form("/profile/name");
    let guard = guard_of(&form);
    let fitting = |length: usize| {
        let start = format!("{guard}&name=");
        let rest = "x".repeat(length - start.len());
        start + &rest
    };
    scene.admin.post_body("/profile/name", FORM, fitting(256 * 1024).into()).await.expect(422);
    scene.admin.post_body("/profile/name", FORM, fitting(256 * 1024 + 1).into()).await.expect(413);
    let url = scene.app.url();
    let cookie = format!("progreda-session={}", scene.admin.cookie("progreda-session").unwrap());
    let head = |length: &str| {
        format!(
            "POST /profile/name HTTP/1.1\r\nHost: x\r\nOrigin: {url}\r\nCookie: {cookie}\r\nContent-Type: {FORM}\r\n{length}\r\n\r\n"
        )
    };
    assert_eq!(raw(&scene.app, head("Content-Length: 99999999999").as_bytes()), Some(413), "told before it is sent");
    let mut chunked = head("Transfer-Encoding: chunked").into_bytes();
    for _ in 0..5 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.resize(chunked.len() + 0x10000, b'x');
        chunked.extend_from_slice(b"\r\n");
    }
    assert_eq!(raw(&scene.app, &chunked), Some(413), "in pieces");
    let long = format!("/{}", "x".repeat(20_000));
    assert!([404, 414].contains(&scene.admin.get(&long).await.status));
    scene.admin.get(&format!("/login?next=/{}", "x".repeat(20_000))).await.expect(303);
    let huge = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Huge: {}\r\n\r\n", "x".repeat(400_000));
    let status = raw(&scene.app, huge.as_bytes());
    assert!(status.is_none_or(|status| (400..500).contains(&status)), "{status:?}");
}

#[actix_web::test]
async fn ambiguous_requests_are_refused() {
    let app = TestApp::start().await;
    for head in [
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde",
        "GET /login HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET /login HTTP/1.1\r\nX: \x1b[2J\r\n\r\n",
        "GET /login HTTP/9.9\r\n\r\n",
        "\0\0\0\0\r\n\r\n",
        "GET\r\n\r\n",
    ] {
        let status = raw(&app, head.as_bytes());
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{head:?}: {status:?}");
    }
    app.visitor().get("/healthz").await.expect(200);
}

#[actix_web::test]
async fn unknown_methods_and_paths_find_nothing() {
    let scene = Scene::new().await;
    for (method, path, allowed) in [
        ("TRACE", "/login", "GET, POST, HEAD"),
        ("BREW", "/profile", "GET, HEAD"),
        ("PUT", "/login", "GET, POST, HEAD"),
        ("DELETE", "/profile/name", "POST"),
        ("PATCH", "/contacts/con_00000000000000000000000000", "GET, PUT, DELETE, HEAD"),
        ("OPTIONS", "/profile", "GET, HEAD"),
    ] {
        let request = scene.admin.request(method.parse().unwrap(), path).header("Sec-Fetch-Site", "same-origin");
        let page = scene.admin.send(path, request).await;
        assert_eq!(page.status, 405, "{method} {path}: {}", page.text);
        let sorted = |text: &str| {
            let mut methods: Vec<String> = text.split(", ").map(str::to_owned).collect();
            methods.sort();
            methods
        };
        assert_eq!(sorted(page.header("allow")), sorted(allowed), "{method} {path}");
    }
    for path in [
        "/.git/config",
        "/.env",
        "/metrics",
        "/debug",
        "/admin",
        "/login.php",
        "/static/",
        "/static/x.css",
        "/static/..%2fCargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%5c..%5cCargo.toml",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//profile",
        "/profile//name",
        "/PROFILE",
        "/profile;x",
        "/%00",
        "/%ff",
        "/business/contacts/%00",
        "/business/contacts/con_x",
        "/business/contacts/con_00000000000000000000000000",
        "/setup/link",
        "/healthz/x",
    ] {
        let status = raw(&scene.app, format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        assert!([Some(303), Some(404), Some(400)].contains(&status), "{path}: {status:?}");
        let page = scene.admin.get(path).await;
        assert_eq!(page.status, 404, "{path}");
    }
}

const HEADERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// What an answer must have and must not show, whatever it is.
fn check(page: &Page) {
    let of = format!("{} {}", page.status, page.path);
    for (name, value) in HEADERS {
        assert_eq!(page.header(name), *value, "{name} of {of}");
    }
    // Where an address holds a secret, no other address is told it.
    let referrer = if page.path.contains("?link=") { "strict-origin" } else { "same-origin" };
    assert_eq!(page.header("referrer-policy"), referrer, "of {of}");
    let policy = page.header("content-security-policy");
    for part in
        ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
    {
        assert!(policy.contains(part), "{of}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{of}: {policy}");
    assert!(page.header("permissions-policy").contains("camera=()"), "{of}");
    assert!(page.header("x-request-id").starts_with("req_"), "{of}");
    for name in ["server", "x-powered-by", "strict-transport-security", "access-control-allow-origin"] {
        assert_eq!(page.header(name), "", "{name} of {of}");
    }
    let kept = page.header("cache-control");
    let is_asset = page.path.starts_with("/static/") && page.status == 200;
    assert_eq!(kept, if is_asset { "public, max-age=31536000, immutable" } else { "no-store" }, "{of}");
    if !page.text.is_empty() && !is_asset {
        assert!(page.header("content-type").contains("charset=utf-8"), "{of}: {}", page.header("content-type"));
    }
    if page.status >= 400 {
        shows_no_insides(page);
    }
}

fn shows_no_insides(page: &Page) {
    let of = format!("{} {}", page.status, page.path);
    for inside in [
        "panicked",
        ".rs:",
        "sqlx",
        "SQLITE",
        "sqlite",
        "SELECT ",
        "no such table",
        "relation \"",
        "Internal(",
        "/src/",
    ] {
        assert!(!page.text.contains(inside), "{of} shows {inside}: {}", page.text);
    }
}

#[actix_web::test]
async fn no_answer_goes_without_its_headers() {
    let scene = Scene::new().await;
    let stranger = scene.app.visitor();
    let token = scene.token(&scene.account, "Sync", &["contacts.readonly"]).await.plain;
    let entrance = stranger.get("/login").await.expect(200);
    let asset = entrance.text.split("/static/").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let api = "/contacts/con_00000000000000000000000000";
    let list = format!("/contacts/?locationId={}", scene.account);
    let head = async |path: &str| stranger.send(path, stranger.request(Method::HEAD, path)).await;
    let part = scene.admin.request(Method::GET, "/nowhere").header("HX-Request", "true");
    let pages = vec![
        (entrance, 200),
        (stranger.get(&format!("/static/{asset}")).await, 200),
        (stranger.get("/static/none.css").await, 404),
        (stranger.get("/healthz").await, 200),
        (stranger.get("/readyz").await, 200),
        (stranger.get("/profile").await, 303),
        (stranger.get("/nowhere").await, 404),
        (stranger.get("/login?next=%ff").await, 400),
        (stranger.get("/setup?link=x").await, 404),
        (head("/login").await, 200),
        (head("/nowhere").await, 404),
        (scene.admin.get("/profile").await, 200),
        (scene.admin.get("/nowhere").await, 404),
        (scene.admin.send("/nowhere", part).await, 404),
        (scene.admin.get("/logout").await, 405),
        (scene.admin.post_body("/logout", FORM, Vec::new()).await, 403),
        (scene.admin.post_body("/logout", "text/plain", Vec::new()).await, 415),
        (scene.admin.post_body("/profile/name", FORM, vec![b'x'; 300_000]).await, 413),
        (stranger.post_body("/profile/name", FORM, Vec::new()).await, 401),
        (stranger.get(api).await, 401),
        (stranger.get("/oauth/nothing").await, 404),
        (call(&scene.app, Method::GET, &list, &token, None).await, 200),
        (call(&scene.app, Method::GET, api, &token, None).await, 404),
        (call(&scene.app, Method::GET, "/contacts/?limit=0", &token, None).await, 422),
        (call(&scene.app, Method::DELETE, api, &token, None).await, 403),
        (call(&scene.app, Method::PATCH, api, &token, None).await, 405),
        (call(&scene.app, Method::GET, api, "pit_x", None).await, 401),
    ];
    for (page, status) in pages {
        assert_eq!(page.status, status, "{}: {}", page.path, page.text);
        check(&page);
    }
}

#[actix_web::test]
async fn a_fault_tells_its_number_and_nothing_else() {
    let scene = Scene::new().await;
    let token = scene.token(&scene.account, "Sync", &["contacts.readonly"]).await.plain;
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run("ALTER TABLE contacts RENAME TO elsewhere", vec![]).await.expect("the table goes");
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let page = scene.admin.get("/business/contacts").await.expect(500);
    assert!(page.shows(page.header("x-request-id")), "the page names the request: {}", page.text);
    check(&page);
    let part = scene.admin.request(Method::GET, "/business/contacts").header("HX-Request", "true");
    check(&scene.admin.send("/business/contacts", part.header("HX-Request-Type", "partial")).await.expect(500));
    let path = format!("/contacts/?locationId={}", scene.account);
    let answer = call(&scene.app, Method::GET, &path, &token, None).await.expect(500);
    assert!(answer.text.contains(answer.header("x-request-id")), "{}", answer.text);
    check(&answer);
    scene.admin.get("/profile").await.expect(200);
}
