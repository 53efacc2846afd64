//! What nobody sends API v2 by mistake, sent to every route that takes a body: a 4xx in the contract's shape, and no effect.

use crate::software::{Answer, Office, Software};
use progreda::web::routes::{Face, Route};
use reqwest::Method;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

/// Every field of a contact that is a text.
const TEXTS: &[&str] = &[
    "firstName",
    "lastName",
    "name",
    "email",
    "phone",
    "address1",
    "city",
    "state",
    "country",
    "postalCode",
    "website",
    "timezone",
    "companyName",
    "source",
    "assignedTo",
    "dateOfBirth",
];

/// Routes of API v2 with a JSON body, and their paths about this contact.
fn with_body(contact: &str) -> Vec<(Method, String)> {
    let takes = |route: &Route| {
        let tags = route.path.ends_with("/tags");
        route.face == Face::Api
            && route.path != "/oauth/revoke"
            && (route.method != "DELETE" || tags)
            && route.method != "GET"
    };
    let routes = progreda::app::routes().into_iter().filter(takes);
    let filled = |route: Route| {
        let path = route.path.replace("{id}", contact);
        let path: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
        (route.method.as_str().parse().unwrap(), path.join("/"))
    };
    routes.map(filled).collect()
}

async fn state(office: &Office) -> (i64, i64, i64) {
    let sql = "SELECT (SELECT COUNT(*) FROM contacts), (SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM contacts), \
         (SELECT COUNT(*) FROM events WHERE subject_kind IN ('contact', 'note', 'task'))";
    office.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap()
}

async fn sent(software: &Software, method: &Method, path: &str, body: Vec<u8>) -> Answer {
    let request = software.request(method.clone(), path).header("Content-Type", "application/json");
    software.send(request.body(body)).await
}

#[track_caller]
fn is_refusal(answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.body);
    assert_eq!(answer.body["statusCode"], answer.status, "{what}");
    assert!(answer.body["traceId"].is_string() && answer.body["code"].is_string(), "{what}: {}", answer.body);
}

#[actix_web::test]
async fn bodies_that_nobody_can_mean_are_refused_by_every_route() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let contact = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let account = software.account();
    let with = |more: &str| format!("{{\"locationId\":\"{account}\",{more}}}").into_bytes();
    let deep = |times: usize| format!("{}1{}", "{\"a\":[".repeat(times), "]}".repeat(times)).into_bytes();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("cut off", with("\"city\":")),
        ("an array", b"[]".to_vec()),
        ("nothing", b"null".to_vec()),
        ("a number", b"1e999".to_vec()),
        ("not a number", with("\"city\":NaN")),
        ("a number out of range", with("\"x\":-1e999")),
        ("a key twice", with("\"locationId\":\"x\"")),
        ("a key twice, one of them escaped", with("\"location\\u0049d\":\"x\"")),
        ("NUL", with("\"city\":\"a\\u0000\"")),
        ("NUL in a key", with("\"ci\\u0000ty\":\"a\"")),
        ("a lone surrogate", with("\"city\":\"\\ud83d\"")),
        ("surrogates the wrong way round", with("\"city\":\"\\ude00\\ud83d\"")),
        ("bytes that are no text", [&b"{\"city\":\""[..], b"\xc0\x80\"}"].concat()),
        ("a byte order mark", [&b"\xef\xbb\xbf"[..], &with("\"city\":\"x\"")].concat()),
        ("deep", deep(1_000)),
        ("bottomless", b"[".repeat(100_000)),
        ("an unknown key", with("\"token_hash\":\"x\"")),
        ("the prototype", with("\"__proto__\":{\"admin\":true}")),
        ("ten thousand keys", with(&(0..10_000).map(|n| format!("\"k{n}\":1")).collect::<Vec<_>>().join(","))),
        ("large", with(&format!("\"city\":\"{}\"", "x".repeat(300_000)))),
    ];
    let before = state(&office).await;
    let mut asked = 0;
    for (method, path) in with_body(&contact) {
        for (name, body) in &bodies {
            let answer = sent(&software, &method, &path, body.clone()).await;
            is_refusal(&answer, &format!("{method} {path}: {name}"));
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
    assert_eq!(state(&office).await, before);
}

#[actix_web::test]
async fn each_field_of_the_wrong_type_is_named() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let contact = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let before = state(&office).await;
    let wrong = [json!(1), json!(true), json!([]), json!({}), json!(["x"]), json!(1.5)];
    let cases = |field: &'static str, values: &[Value]| -> Vec<(&'static str, Value)> {
        values.iter().map(|value| (field, value.clone())).collect()
    };
    let mut all: Vec<(&str, Value)> = TEXTS.iter().flat_map(|field| cases(field, &wrong)).collect();
    all.extend(cases("tags", &[json!("vip"), json!(1), json!({}), json!([1]), json!([null]), json!([["vip"]])]));
    all.extend(cases("customFields", &[json!("x"), json!(1), json!({}), json!([1]), json!([[]]), json!([{}])]));
    all.extend(cases("dnd", &[json!("yes"), json!(1), json!([])]));
    for (field, value) in all {
        for (method, path) in [
            (Method::POST, "/contacts/".to_owned()),
            (Method::PUT, format!("/contacts/{contact}")),
            (Method::POST, "/contacts/upsert".to_owned()),
        ] {
            let mut body = json!({ "locationId": software.account(), "email": "ada@example.org" });
            body[field] = value.clone();
            let answer = sent(&software, &method, &path, body.to_string().into_bytes()).await;
            let named = answer.body["message"].to_string().contains(field);
            assert!(
                answer.status == 422 && named,
                "{method} {path} {field} {value}: {} {}",
                answer.status,
                answer.body
            );
        }
    }
    assert_eq!(state(&office).await, before);
}

/// The status line of what is answered to these bytes.
fn raw(url: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("the server listens");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let _ = stream.write_all(bytes);
    let mut answer = [0; 2_048];
    let length = stream.read(&mut answer).unwrap_or(0);
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

#[actix_web::test]
async fn ten_megabytes_are_refused_before_they_are_read() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let head = |length: &str| {
        let token = software.token();
        format!(
            "POST /contacts/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nVersion: v3\r\n\
             Content-Type: application/json\r\n{length}\r\n\r\n"
        )
    };
    let url = office.app.url().to_owned();
    let told = raw(&url, head("Content-Length: 10485760").as_bytes());
    assert!(told.starts_with("HTTP/1.1 413") && told.contains("body_too_large"), "{told}");
    let mut chunked = head("Transfer-Encoding: chunked").into_bytes();
    for _ in 0..6 {
        chunked.extend_from_slice(b"10000\r\n");
        chunked.resize(chunked.len() + 0x10000, b'x');
        chunked.extend_from_slice(b"\r\n");
    }
    let told = raw(&url, &chunked);
    assert!(told.starts_with("HTTP/1.1 413"), "{told}");
    assert_eq!(software.list("").await.expect(200).body["meta"]["total"], 0);
}

#[actix_web::test]
async fn odd_paths_lead_nowhere_and_never_elsewhere() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let contact = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    for path in [
        format!("/contacts//{contact}"),
        format!("//contacts/{contact}"),
        format!("/contacts/{contact}//"),
        format!("/contacts/{contact}//notes"),
        format!("/contacts%2f{contact}"),
        format!("/contacts/%2e%2e/contacts/{contact}"),
        format!("/contacts/..%2fcontacts%2f{contact}"),
        format!("/contacts/{contact}%00"),
        format!("/contacts/{contact}%20"),
        format!("/contacts/{contact};x=1"),
        format!("/contacts/{contact}%2f"),
        format!("/contacts/{}", contact.to_uppercase()),
        format!("/CONTACTS/{contact}"),
        "/contacts/%ff%fe".to_owned(),
        "/contacts/%".to_owned(),
        "/contacts/%zz".to_owned(),
        format!("/contacts/{}", "x".repeat(5_000)),
        "/oauth/whoami/x".to_owned(),
        "/oauth//whoami".to_owned(),
    ] {
        let bytes = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nVersion: v3\r\n\r\n",
            software.token()
        );
        let told = raw(office.app.url(), bytes.as_bytes());
        let shown: String = path.chars().take(80).collect();
        assert!(told.starts_with("HTTP/1.1 404"), "{shown}: {told}");
    }
    for path in [format!("/%63ontacts/{contact}"), format!("/contacts/{}", contact.replace("con", "%63on"))] {
        assert_eq!(software.get(&path).await.expect(200).contact_id(), contact, "{path}");
    }
}
