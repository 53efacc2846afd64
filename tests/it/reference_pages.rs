//! The reference of API v2 as it is read: the document is for everybody, the pages lead to every operation, each code is explained.

use crate::software::Office;
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use progreda::config::RateLimits;
use reqwest::StatusCode;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[test]
fn every_code_of_a_refusal_is_explained() {
    let known: BTreeSet<&str> = progreda::reference::CODES.iter().map(|code| code.code).collect();
    let mut used = BTreeSet::new();
    collect_codes(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
    assert!(used.contains("json_malformed") && used.contains("contact_not_found"), "the search found {used:?}");
    let untold: Vec<&String> = used.iter().filter(|code| !known.contains(code.as_str())).collect();
    assert!(untold.is_empty(), "codes that the reference does not explain: {untold:?}");
}

/// The second argument of each `problem(status, "code", …)`.
fn collect_codes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_codes(&path, found);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for call in text.split("problem(").skip(1) {
            let mut arguments = call.splitn(3, ',').map(str::trim);
            let (Some(status), Some(code)) = (arguments.next(), arguments.next()) else { continue };
            if status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit()) && code.starts_with('"') {
                found.insert(code.trim_matches('"').to_owned());
            }
        }
    }
}

#[actix_web::test]
async fn the_document_is_for_everybody_and_is_not_sent_twice() {
    let office = Office::open().await;
    let url = format!("{}/openapi.json", office.app.url());
    let client = reqwest::Client::new();
    let first = client.get(&url).header("Origin", "https://elsewhere.example").send().await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let header = |name: &str| first.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    assert_eq!(header("content-type").as_deref(), Some("application/json"));
    assert_eq!(header("access-control-allow-origin"), None);
    assert_eq!(header("cache-control").as_deref(), Some("private, max-age=300"));
    let tag = header("etag").unwrap();
    let document: Value = first.json().await.unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["servers"][0]["url"], office.app.url());
    let again = client.get(&url).header("If-None-Match", &tag).send().await.unwrap();
    assert_eq!((again.status(), again.text().await.unwrap().as_str()), (StatusCode::NOT_MODIFIED, ""));
    let other = client.get(&url).header("If-None-Match", "\"x\"").send().await.unwrap();
    assert_eq!(other.status(), StatusCode::OK);
    let head = client.head(&url).send().await.unwrap();
    assert_eq!((head.status(), head.headers()["etag"].to_str().unwrap()), (StatusCode::OK, tag.as_str()));
}

#[actix_web::test]
async fn the_pages_lead_to_every_operation_and_to_nothing_that_is_not_there() {
    let office = Office::open().await;
    let document: Value =
        reqwest::get(format!("{}/openapi.json", office.app.url())).await.unwrap().json().await.unwrap();
    let visitor = office.app.visitor();
    let guide = visitor.get("/docs").await.expect(200).text;
    let mut pages = BTreeMap::new();
    for link in guide.split("href=\"/docs/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let (chapter, anchor) = link.split_once('#').unwrap_or((link, ""));
        if !pages.contains_key(chapter) {
            pages.insert(chapter.to_owned(), visitor.get(&format!("/docs/{chapter}")).await.expect(200).text);
        }
        assert!(anchor.is_empty() || pages[chapter].contains(&format!("<h2 id=\"{anchor}\"")), "{link}");
    }
    let everything = pages.values().cloned().collect::<String>();
    let paths = document["paths"].as_object().unwrap().iter();
    let methods = paths.flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |it| (path, it)));
    for (path, (method, operation)) in methods {
        let id = operation["operationId"].as_str().unwrap();
        assert!(guide.contains(&format!("#{id}\"")), "the guide does not lead to {id}");
        assert!(
            everything.contains(&format!("{}</span> <code>{path}</code>", method.to_uppercase())),
            "{method} {path}"
        );
    }
    for page in pages.values().chain([&guide]) {
        for anchor in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(page.contains(&format!("id=\"{anchor}\"")), "#{anchor}");
        }
        assert!(!page.contains("pit_8") && !page.contains("https://cdn"));
        for link in page.split("href=\"/docs/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let (chapter, anchor) = link.split_once('#').unwrap_or((link, ""));
            assert!(pages[chapter].contains(&format!("id=\"{anchor}\"")) || anchor.is_empty(), "{link}");
        }
    }
    visitor.get("/docs/nothing").await.expect(404);
    assert!(
        guide.contains("contacts.readonly") && guide.contains("scope_missing") && guide.contains("version_missing")
    );
}

#[actix_web::test]
async fn the_guide_tells_the_limits_that_hold_here() {
    let app = TestApp::start_with(TestDatabase::new().await, |config| {
        config.rate_limits = RateLimits { interval: 7, day: 77 };
    });
    let page = app.visitor().get("/docs").await.expect(200);
    assert!(page.shows("An integration may call 7 times in 10 seconds and 77 times a day"), "{}", page.text);
}
