//! API v2 as such: who presents a token how, which version, and bodies that nobody can mean.

use crate::software::{Answer, Office, Software};
use progreda::integrations::secret::PlainSecret;
use reqwest::Method;
use serde_json::{Value, json};

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

#[actix_web::test]
async fn every_error_has_the_contracts_shape() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let answers = [
        software.get("/contacts/con_00000000000000000000000000").await,
        software.get("/contacts/?foo=1").await,
        software.post("/contacts/", &json!([])).await,
        software.send(software.anonymous(Method::GET, "/contacts/")).await,
        software.send(software.request(Method::PATCH, "/contacts/")).await,
    ];
    for answer in answers {
        let body = answer.body.as_object().unwrap();
        assert_eq!(body["statusCode"], answer.status);
        for key in ["message", "error", "traceId", "code"] {
            assert!(body.contains_key(key), "{key} is missing in {}", answer.body);
        }
        assert_eq!(answer.header("x-request-id"), answer.text("/traceId"));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
        assert!(!answer.headers.contains_key("set-cookie"));
    }
}

#[actix_web::test]
async fn a_token_is_presented_in_one_header_and_nowhere_else() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = format!("/contacts/?locationId={}", software.account());
    let token = software.token();
    for value in [format!("Bearer {token}"), format!("bearer {token}"), token.to_owned()] {
        software.send(software.anonymous(Method::GET, &path).header("Authorization", value)).await.expect(200);
    }
    let none = software.send(software.anonymous(Method::GET, &path)).await.expect(401);
    assert!(none.header("www-authenticate").starts_with("Bearer realm="));
    assert!(!none.header("www-authenticate").contains("error"));
    for elsewhere in [
        software.anonymous(Method::GET, &format!("{path}&access_token={token}")),
        software.anonymous(Method::GET, &path).header("Cookie", format!("access_token={token}")),
        software.anonymous(Method::GET, &path).header("Authorization", format!("Basic {token}")),
    ] {
        assert_eq!(software.send(elsewhere).await.expect(401).text("/code"), "token_missing");
    }
    let twice = software.request(Method::GET, &path).header("Authorization", "Bearer x");
    let twice = software.send(twice).await.expect(400);
    assert!(twice.header("www-authenticate").contains("error=\"invalid_request\""));
}

#[actix_web::test]
async fn unknown_and_malformed_tokens_get_one_body() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let unknown = PlainSecret::generate(office.db.world().entropy()).reveal_once();
    let (head, tail) = software.token().split_at(20);
    let tokens =
        [unknown.as_str(), "abc", "pit_", &format!("{head} {tail}"), &software.token().replace("pit_", "pit-"), head];
    for token in tokens {
        let answer = software.with_token(token).list("").await.expect(401);
        assert_eq!(answer.text("/message"), "Invalid Private Integration token", "{token}");
        assert_eq!(answer.text("/code"), "token_invalid", "{token}");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }
    let copied_badly = software.with_token(&format!("{head} {tail}")).list("").await;
    assert!(copied_badly.text("/error").contains("white space"));
}

#[actix_web::test]
async fn the_version_must_be_one_of_four() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = format!("/contacts/?locationId={}", software.account());
    let with = async |version: Option<&str>| {
        let mut request = software.request(Method::GET, &path).build().unwrap();
        request.headers_mut().remove("version");
        if let Some(version) = version {
            request.headers_mut().insert("version", version.parse().unwrap());
        }
        reqwest::Client::new().execute(request).await.unwrap()
    };
    for version in ["2021-07-28", "2021-04-15", "2023-02-21", "v3"] {
        assert_eq!(with(Some(version)).await.status(), 200, "{version}");
    }
    for (version, said) in [(None, "version header was not found."), (Some("2020-01-01"), "version header is invalid")]
    {
        let answer = with(version).await;
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.json::<Value>().await.unwrap()["message"], said);
    }
}

async fn sent(software: &Software, kind: Option<&str>, body: &[u8]) -> Answer {
    let mut request = software.request(Method::POST, "/contacts/").body(body.to_vec());
    if let Some(kind) = kind {
        request = request.header("Content-Type", kind);
    }
    software.send(request).await
}

#[actix_web::test]
async fn bodies_that_nobody_can_mean_are_refused_and_change_nothing() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let json_type = Some("application/json");
    let account = software.account();
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let with = |more: &str| format!("{{\"locationId\":\"{account}\",{more}}}").into_bytes();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("empty", Vec::new(), 400),
        ("cut off", with("\"city\":"), 400),
        ("no JSON", b"firstName=Ada".to_vec(), 400),
        ("two values", [with("\"city\":\"x\""), b"{}".to_vec()].concat(), 400),
        ("invalid UTF-8", with("\"city\":\"?\"").iter().map(|b| if *b == b'?' { 0xff } else { *b }).collect(), 400),
        ("byte order mark", [b"\xef\xbb\xbf".to_vec(), with("\"city\":\"x\"")].concat(), 400),
        ("key twice", with("\"city\":\"x\",\"city\":\"y\""), 400),
        ("NUL", with("\"city\":\"\\u0000\""), 400),
        ("lone surrogate", with("\"city\":\"\\ud800\""), 400),
        ("number out of range", with("\"customFields\":[{\"id\":\"a\",\"field_value\":1e999}]"), 400),
        ("too deep", deep.into_bytes(), 400),
        ("an array", b"[]".to_vec(), 422),
        ("a text", b"\"x\"".to_vec(), 422),
        ("unknown key", with("\"token_hash\":\"x\""), 422),
        ("wrong type", with("\"firstName\":{}"), 422),
        ("no account", b"{}".to_vec(), 422),
        ("bidi override", with("\"firstName\":\"a\\u202eb\""), 422),
        ("control character", with("\"firstName\":\"a\\u0007b\""), 422),
        ("too long", with(&format!("\"firstName\":\"{}\"", "x".repeat(201))), 422),
        ("too large", with(&format!("\"firstName\":\"{}\"", "x".repeat(300_000))), 413),
    ];
    for (name, body, status) in cases {
        let answer = sent(&software, json_type, &body).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
    let good = with("\"city\":\"Oslo\"");
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")] {
        assert_eq!(sent(&software, kind, &good).await.status, 415, "{kind:?}");
    }
    let zipped = software.request(Method::POST, "/contacts/").header("Content-Type", "application/json");
    let zipped = software.send(zipped.header("Content-Encoding", "gzip").body(good.clone())).await;
    assert_eq!(zipped.status, 415);
    assert_eq!(software.list("").await.body["meta"]["total"], 0);
    for kind in ["application/json", "Application/JSON; charset=UTF-8"] {
        assert_eq!(sent(&software, Some(kind), &good).await.status, 201, "{kind}");
    }
    let combining = json!({"firstName": format!("e{}", "\u{301}".repeat(199))});
    software.create(&combining).await.expect(201);
}

#[actix_web::test]
async fn a_refused_caller_does_not_learn_what_is_wrong_with_the_body() {
    let office = Office::open().await;
    let reader = office.software(&["contacts.readonly"]).await;
    let anonymous = reader.anonymous(Method::POST, "/contacts/").header("Content-Type", "application/json");
    assert_eq!(reader.send(anonymous.body("{")).await.status, 401);
    assert_eq!(sent(&reader, Some("application/json"), b"{").await.status, 403);
    assert_eq!(sent(&reader, Some("text/plain"), b"{").await.status, 403);
}

#[actix_web::test]
async fn a_content_type_without_a_body_is_fine_on_get_and_delete() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let id = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    for method in [Method::GET, Method::DELETE] {
        let request = software.request(method, &format!("/contacts/{id}"));
        software.send(request.header("Content-Type", "application/json")).await.expect(200);
    }
}

#[actix_web::test]
async fn a_body_that_does_not_come_is_cut_after_ten_seconds() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let head = software.request(Method::POST, "/contacts/").build().unwrap();
    let (host, token) =
        (head.url().authority().to_owned(), head.headers()["authorization"].to_str().unwrap().to_owned());
    let mut connection = tokio::net::TcpStream::connect(&host).await.unwrap();
    let head = format!(
        "POST /contacts/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\nVersion: v3\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4_096];
    let waited = std::time::Duration::from_secs(15);
    let read = tokio::time::timeout(waited, connection.read(&mut answer)).await.expect("the server waits for ever");
    let answer = String::from_utf8_lossy(&answer[..read.unwrap()]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"code\":\"too_slow\""), "{answer}");
}
