//! Contacts on API v2: one after another, the same twice, many at once, and never another account's.

use crate::software::{Office, Software};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

#[actix_web::test]
async fn a_contact_is_added_read_changed_listed_and_deleted() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let added = software
        .create(&json!({
            "firstName": "Ada", "lastName": "Byron", "email": "Ada@example.org", "phone": "+1 888-888-8888",
            "tags": ["vip", "VIP", "new"], "customFields": [{"key": "plan", "field_value": "gold"}], "dnd": false,
        }))
        .await
        .expect(201);
    let path = format!("/contacts/{}", added.contact_id());
    let read = software.get(&path).await.expect(200);
    assert_eq!(read.body, added.body);
    let contact = &read.body["contact"];
    assert_eq!(contact["locationId"], software.account());
    assert_eq!(contact["name"], "Ada Byron");
    assert_eq!(contact["email"], "Ada@example.org");
    assert_eq!(contact["tags"], json!(["vip", "new"]));
    assert_eq!(contact["customFields"], json!([{"id": "plan", "value": "gold"}]));
    assert_eq!(contact["dnd"], false);
    assert!(contact.get("city").is_none(), "what is unknown is left out");
    assert_eq!(contact["dateAdded"], contact["dateUpdated"]);

    let changed = software.put(&path, &json!({"lastName": "Lovelace", "tags": [], "phone": null})).await.expect(200);
    assert_eq!((&changed.body["succeded"], &changed.body["succeeded"]), (&json!(true), &json!(true)));
    let contact = &changed.body["contact"];
    assert_eq!((&contact["name"], &contact["tags"]), (&json!("Ada Lovelace"), &json!([])));
    assert_eq!((contact.get("phone"), &contact["email"]), (None, &json!("Ada@example.org")));

    let listed = software.list("").await.expect(200);
    assert_eq!(listed.body["contacts"][0]["contactName"], "Ada Lovelace");
    assert_eq!((&listed.body["count"], &listed.body["meta"]["total"]), (&json!(1), &json!(1)));

    let deleted = software.delete(&path).await.expect(200);
    assert_eq!(deleted.body, json!({"succeded": true, "succeeded": true}));
    for gone in [software.get(&path).await, software.put(&path, &json!({})).await, software.delete(&path).await] {
        assert_eq!(gone.expect(404).text("/code"), "contact_not_found");
    }
    assert_eq!(software.list("").await.body["meta"]["total"], 0);
}

#[actix_web::test]
async fn paths_come_with_and_without_a_slash_and_percent_encoded() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let id = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let encoded = id.replace('_', "%5F");
    for path in [format!("/contacts/{id}"), format!("/contacts/{id}/"), format!("/contacts/{encoded}")] {
        assert_eq!(software.get(&path).await.expect(200).contact_id(), id);
    }
    let body = json!({"locationId": software.account()});
    software.post("/contacts", &body).await.expect(201);
    software.get(&format!("/contacts?locationId={}", software.account())).await.expect(200);
}

#[actix_web::test]
async fn the_same_email_or_phone_is_refused_with_the_contact_that_has_it() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let first = json!({"name": "Ada Byron", "email": "ada@example.org", "phone": "+18888888888"});
    let id = software.create(&first).await.expect(201).contact_id();
    let expected = |field: &str| json!({"contactId": id, "contactName": "Ada Byron", "matchingField": field});
    for (again, field) in [
        (json!({"email": "ADA@Example.org"}), "email"),
        (json!({"phone": "+1 (888) 888-8888"}), "phone"),
        (json!({"email": "ada@example.org", "phone": "+18888888888"}), "email"),
    ] {
        let refused = software.create(&again).await.expect(400);
        assert_eq!((&refused.body["meta"], refused.text("/code")), (&expected(field), "duplicate_contact"));
    }
    let other = software.create(&json!({"email": "bob@example.org"})).await.expect(201).contact_id();
    let taken = software.put(&format!("/contacts/{other}"), &json!({"email": "Ada@example.org"})).await.expect(400);
    assert_eq!(taken.body["meta"], expected("email"));
    let kept = software.get(&format!("/contacts/{other}")).await.expect(200);
    assert_eq!(kept.text("/contact/email"), "bob@example.org");
    // Its own address is no duplicate.
    software.put(&format!("/contacts/{id}"), &json!({"email": "ADA@example.org"})).await.expect(200);
}

#[actix_web::test]
async fn fifty_at_once_with_one_email_make_one_contact() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let body = json!({"email": "ada@example.org"});
    let calls = (0..50).map(|_| software.create(&body));
    let answers = futures_util::future::join_all(calls).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((refused.status, refused.text("/meta/matchingField")), (400, "email"), "{}", refused.body);
    }
    assert_eq!(software.list("").await.body["meta"]["total"], 1);
}

#[actix_web::test]
async fn fifty_changes_at_once_lose_no_custom_field() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let id = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let path = format!("/contacts/{id}");
    let bodies: Vec<Value> =
        (0..50).map(|n| json!({"customFields": [{"id": format!("f{n}"), "field_value": n}]})).collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| software.put(&path, body))).await;
    for answer in answers {
        answer.expect(200);
    }
    let read = software.get(&path).await.expect(200);
    assert_eq!(read.body["contact"]["customFields"].as_array().map(Vec::len), Some(50));
    assert_eq!(read.header("etag"), "\"51\"");
}

#[actix_web::test]
async fn another_accounts_contact_does_not_exist() {
    let office = Office::open().await;
    let (ours, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    let id = theirs.create(&json!({"email": "ada@example.org"})).await.expect(201).contact_id();
    let path = format!("/contacts/{id}");
    let unknown = ours.get("/contacts/con_00000000000000000000000000").await.expect(404);
    for answer in [ours.get(&path).await, ours.put(&path, &json!({"city": "Oslo"})).await, ours.delete(&path).await] {
        assert_eq!(answer.expect(404).body["message"], unknown.body["message"]);
    }
    // The same address may live in both accounts.
    ours.create(&json!({"email": "ada@example.org"})).await.expect(201);
    assert_eq!(theirs.get(&path).await.expect(200).contact_id(), id);
    assert_eq!(ours.list("").await.body["meta"]["total"], 1);
    let named = json!({"locationId": theirs.account(), "city": "Oslo"});
    for answer in [
        ours.post("/contacts/", &named).await,
        ours.put(&path, &named).await,
        ours.get(&format!("/contacts/?locationId={}", theirs.account())).await,
    ] {
        let message = "The token does not have access to this location.";
        assert_eq!(answer.expect(403).text("/message"), message);
    }
}

#[actix_web::test]
async fn writing_does_not_include_reading_nor_the_other_way_round() {
    let office = Office::open().await;
    let (reader, writer) = (office.software(&["contacts.readonly"]).await, office.software(&["contacts.write"]).await);
    let id = writer.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let path = format!("/contacts/{id}");
    reader.get(&path).await.expect(200);
    let refused = [
        (writer.get(&path).await, "contacts.readonly"),
        (writer.list("").await, "contacts.readonly"),
        (reader.create(&json!({"firstName": "Bob"})).await, "contacts.write"),
        (reader.put(&path, &json!({"firstName": "Bob"})).await, "contacts.write"),
        (reader.delete(&path).await, "contacts.write"),
    ];
    for (answer, scope) in refused {
        let answer = answer.expect(403);
        let message = answer.text("/message");
        assert!(message.starts_with("The token is not authorized for this scope.") && message.contains(scope));
        let challenge = answer.header("www-authenticate");
        assert!(
            challenge.contains("error=\"insufficient_scope\"") && challenge.contains(&format!("scope=\"{scope}\""))
        );
    }
    assert_eq!(reader.get(&path).await.expect(200).text("/contact/firstName"), "Ada");
}

#[actix_web::test]
async fn routes_that_are_not_served_say_so_and_are_no_ids() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let id = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    for path in ["/contacts/bulk/business", &format!("/contacts/{id}/followers")] {
        assert_eq!(software.post(path, &json!({})).await.expect(404).text("/code"), "route_not_served", "{path}");
    }
    for id in [
        "abc",
        "%00",
        "%ff",
        "..%2f..",
        "con_%27%20OR%201=1",
        "con_01M81Y1X26FY9RN088NFH2BCAD",
        &id.replace("con_", "int_"),
    ] {
        let answer = software.get(&format!("/contacts/{id}")).await.expect(404);
        assert_eq!(answer.text("/code"), "contact_not_found", "{id}");
    }
    assert_eq!(software.get("/contacts/x/y/z/w").await.expect(404).text("/code"), "not_found");
    let wrong = software.send(software.request(reqwest::Method::PATCH, &format!("/contacts/{id}"))).await.expect(405);
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        assert!(wrong.header("allow").contains(method), "{}", wrong.header("allow"));
    }
}

#[actix_web::test]
async fn the_journal_names_fields_and_holds_no_value() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let id = software.create(&json!({"firstName": "Planted", "city": "Plantville"})).await.expect(201).contact_id();
    let path = format!("/contacts/{id}");
    software.put(&path, &json!({"city": "Planted-Bergen"})).await.expect(200);
    software.put(&path, &json!({"city": "Planted-Bergen"})).await.expect(200);
    software.delete(&path).await.expect(200);
    let sql = "SELECT action, subject_name, details, actor_kind FROM events WHERE subject_id = $1 ORDER BY id";
    let mut reader = office.db.read().await.unwrap();
    let events: Vec<(String, String, String, String)> = reader.on().all(sql, progreda::binds![&id]).await.unwrap();
    let actions: BTreeSet<&str> = events.iter().map(|event| event.0.as_str()).collect();
    assert_eq!(actions, BTreeSet::from(["contact.created", "contact.deleted", "contact.updated"]));
    assert_eq!(events.len(), 3, "a change that changes nothing leaves no trace");
    for (action, name, details, actor) in events {
        assert_eq!((name.as_str(), actor.as_str()), ("", "integration"), "{action}");
        assert!(!details.contains("Plant"), "{details}");
    }
}

/// A reader of the list, so that a test can page through it.
pub async fn every_page(software: &Software, more: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursors = String::new();
    loop {
        let page = software.list(&format!("{more}&limit=20{cursors}")).await.expect(200);
        let contacts = page.body["contacts"].as_array().unwrap().clone();
        ids.extend(contacts.iter().map(|contact| contact["id"].as_str().unwrap().to_owned()));
        if contacts.len() < 20 {
            return ids;
        }
        let meta = &page.body["meta"];
        cursors = format!("&startAfter={}&startAfterId={}", meta["startAfter"], meta["startAfterId"].as_str().unwrap());
    }
}

#[actix_web::test]
async fn a_contact_has_two_hundred_custom_fields_and_no_more() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let fields = |from: usize, to: usize| -> Vec<Value> {
        (from..to).map(|number| json!({"id": format!("field{number}"), "field_value": number})).collect()
    };
    software.create(&json!({"firstName": "Ada", "customFields": fields(0, 201)})).await.expect(422);
    assert_eq!(software.list("").await.body["meta"]["total"], 0);
    let made = software.create(&json!({"firstName": "Ada", "customFields": fields(0, 150)})).await.expect(201);
    let path = format!("/contacts/{}", made.contact_id());
    software.put(&path, &json!({"customFields": fields(150, 200)})).await.expect(200);
    software.put(&path, &json!({"customFields": fields(200, 201)})).await.expect(422);
    let kept = software.get(&path).await.expect(200);
    assert_eq!(kept.body["contact"]["customFields"].as_array().map(Vec::len), Some(200));
}
