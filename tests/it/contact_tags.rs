//! Tags of a contact on API v2: each once, however it is spelled and however many add at once.

use crate::contacts::ALL;
use crate::software::{Answer, Office, Software};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The events of a thing with their details, by action: the clock stands still, so time does not order them.
pub async fn events(office: &Office, subject: &str) -> Vec<(String, Value)> {
    let sql = "SELECT action, details FROM events WHERE subject_id = $1 ORDER BY action, details";
    let mut reader = office.db.read().await.unwrap();
    let events: Vec<(String, String)> = reader.on().all(sql, progreda::binds![subject]).await.unwrap();
    events.into_iter().map(|(action, details)| (action, serde_json::from_str(&details).unwrap())).collect()
}

async fn remove(software: &Software, path: &str, body: &Value) -> Answer {
    software.send(software.request(Method::DELETE, path).json(body)).await
}

/// A contact with these tags: its path.
async fn contact(software: &Software, tags: &[&str]) -> String {
    let made = software.create(&json!({"firstName": "Ada", "tags": tags})).await.expect(201);
    format!("/contacts/{}", made.contact_id())
}

#[actix_web::test]
async fn tags_are_added_and_removed_and_all_that_are_there_are_answered() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software, &["VIP"]).await;
    let tags = format!("{path}/tags");
    let added = software.post(&tags, &json!({"tags": ["new", "vip", " NEW ", "x", ""]})).await.expect(201);
    assert_eq!(added.body, json!({"tags": ["VIP", "new", "x"]}));
    assert_eq!(software.get(&path).await.body["contact"]["tags"], json!(["VIP", "new", "x"]));
    let removed = remove(&software, &tags, &json!({"tags": ["Vip", "never there", "X"]})).await.expect(200);
    assert_eq!(removed.body, json!({"tags": ["new"]}));
    let none = remove(&software, &format!("{tags}/"), &json!({"tags": ["new"]})).await.expect(200);
    assert_eq!(none.body, json!({"tags": []}));
    assert_eq!(software.get(&path).await.body["contact"]["tags"], json!([]));
}

#[actix_web::test]
async fn what_is_so_already_leaves_neither_trace_nor_time() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software, &["vip"]).await;
    let tags = format!("{path}/tags");
    let before = software.get(&path).await.body;
    software.post(&tags, &json!({"tags": ["VIP"]})).await.expect(201);
    software.post(&tags, &json!({"tags": []})).await.expect(201);
    remove(&software, &tags, &json!({"tags": ["other"]})).await.expect(200);
    assert_eq!(software.get(&path).await.body, before);
    let id = path.trim_start_matches("/contacts/");
    assert_eq!(events(&office, id).await.len(), 1, "only that it was created");
    office.app.advance(progreda::world::Span::minutes(5));
    software.post(&tags, &json!({"tags": ["planted"]})).await.expect(201);
    let events = events(&office, id).await;
    assert_eq!(events.last(), Some(&("contact.updated".to_owned(), json!({"fields": ["tags"]}))));
    let after = software.get(&path).await.body;
    assert_ne!(after["contact"]["dateUpdated"], before["contact"]["dateUpdated"]);
    let sql = "SELECT version FROM contacts WHERE id = $1";
    let mut reader = office.db.read().await.unwrap();
    assert_eq!(reader.on().only::<(i64,)>(sql, progreda::binds![id]).await.unwrap(), (2,));
}

#[actix_web::test]
async fn fifty_additions_at_once_all_land() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software, &[]).await;
    let tags = format!("{path}/tags");
    let bodies: Vec<Value> = (0..50).map(|n| json!({"tags": [format!("t{n}"), "shared"]})).collect();
    // Where too many wait for the database, one is told so, nothing was changed, and one tries again.
    let add = async |body: &Value| loop {
        let answer = software.post(&tags, body).await;
        if answer.status != 503 {
            break answer;
        }
    };
    for answer in futures_util::future::join_all(bodies.iter().map(add)).await {
        answer.expect(201);
    }
    let kept = software.get(&path).await.body["contact"]["tags"].clone();
    let kept: BTreeSet<&str> = kept.as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect();
    assert_eq!(kept.len(), 51);
    let (add, gone) = (json!({"tags": ["late"]}), json!({"tags": ["shared"]}));
    let (added, removed) =
        futures_util::future::join(software.post(&tags, &add), remove(&software, &tags, &gone)).await;
    added.expect(201);
    removed.expect(200);
    let kept = software.get(&path).await.body["contact"]["tags"].to_string();
    assert!(kept.contains("\"late\"") && !kept.contains("\"shared\""));
}

#[actix_web::test]
async fn a_contact_has_two_hundred_tags_and_a_body_no_more() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software, &["first"]).await;
    let tags = format!("{path}/tags");
    let many = |from: usize, to: usize| json!({"tags": (from..to).map(|n| format!("t{n}")).collect::<Vec<_>>()});
    let refused = software.post(&tags, &many(0, 10_000)).await.expect(422);
    assert_eq!(refused.body["message"], json!(["tags must contain at most 200 elements"]));
    assert_eq!(remove(&software, &tags, &many(0, 10_000)).await.status, 422);
    let refused = software.post(&tags, &many(0, 200)).await.expect(422);
    assert_eq!(refused.body["message"], json!(["tags must not be more than 200 in one contact"]));
    assert_eq!(software.get(&path).await.body["contact"]["tags"], json!(["first"]));
    software.post(&tags, &many(0, 199)).await.expect(201);
    software.post(&tags, &json!({"tags": ["one too many"]})).await.expect(422);
    // What is there already is none more.
    software.post(&tags, &many(0, 199)).await.expect(201);
}

#[actix_web::test]
async fn bodies_that_are_no_list_of_tags_change_nothing() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software, &["vip"]).await;
    let tags = format!("{path}/tags");
    for (body, said) in [
        (json!({}), "tags is required and must be an array"),
        (json!({"tags": null}), "tags is required and must be an array"),
        (json!({"tags": "vip"}), "tags is required and must be an array"),
        (json!({"tags": {"0": "vip"}}), "tags is required and must be an array"),
        (json!({"tags": [1]}), "tags.0 must be a string"),
        (json!({"tags": ["vip", null]}), "tags.1 must be a string"),
        (json!({"tags": [["vip"]]}), "tags.0 must be a string"),
        (json!({"tags": ["x".repeat(101)]}), "tags.0 must be at most 100 characters long"),
        (json!({"tags": ["a\u{202e}b"]}), "tags.0 must not contain characters that cannot be seen"),
        (json!({"tags": ["a\nb"]}), "tags.0 must not contain control characters"),
        (json!({"tags": ["vip"], "foo": 1}), "property foo should not exist"),
        (json!({"tags": ["vip"], "contactId": "con_x"}), "contactId must be the contact of the path"),
    ] {
        assert_eq!(software.post(&tags, &body).await.expect(422).body["message"], json!([said]), "{body}");
        assert_eq!(remove(&software, &tags, &body).await.expect(422).body["message"], json!([said]), "{body}");
    }
    let bare = software.send(software.request(Method::DELETE, &tags)).await;
    assert_eq!(bare.status, 415, "a body is needed");
    assert_eq!(software.get(&path).await.body["contact"]["tags"], json!(["vip"]));
    let named =
        json!({"tags": ["vip"], "contactId": path.trim_start_matches("/contacts/"), "locationId": software.account()});
    remove(&software, &tags, &named).await.expect(200);
}

#[actix_web::test]
async fn tags_of_others_are_out_of_reach() {
    let office = Office::open().await;
    let (ours, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    let reader = office.software(&["contacts.readonly"]).await;
    let path = contact(&theirs, &["vip"]).await;
    let (tags, body) = (format!("{path}/tags"), json!({"tags": ["vip", "new"]}));
    for path in [tags.as_str(), "/contacts/con_00000000000000000000000000/tags", "/contacts/x/tags"] {
        assert_eq!(ours.post(path, &body).await.expect(404).text("/code"), "contact_not_found");
        assert_eq!(remove(&ours, path, &body).await.expect(404).text("/code"), "contact_not_found");
    }
    let foreign = json!({"tags": ["vip"], "locationId": theirs.account()});
    assert_eq!(ours.post(&tags, &foreign).await.expect(403).text("/code"), "location_forbidden");
    for answer in [reader.post(&tags, &body).await, remove(&reader, &tags, &body).await] {
        assert!(answer.expect(403).text("/message").contains("contacts.write"));
    }
    assert_eq!(theirs.get(&path).await.body["contact"]["tags"], json!(["vip"]));
}
