//! Upsert, the search for duplicates, and changes that only the state which was read may get.

use crate::software::{Answer, Office, Software};
use reqwest::Method;
use serde_json::{Value, json};

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

async fn upsert(software: &Software, fields: &Value) -> Answer {
    let mut body = fields.clone();
    body["locationId"] = json!(software.account());
    software.post("/contacts/upsert", &body).await
}

async fn duplicate(software: &Software, more: &str) -> Answer {
    software.get(&format!("/contacts/search/duplicate?locationId={}{more}", software.account())).await
}

/// A call that names the versions it expects.
async fn expecting(software: &Software, method: Method, path: &str, (tag, body): (&str, Option<&Value>)) -> Answer {
    let request = software.request(method, path).header("If-Match", tag);
    software.send(if let Some(body) = body { request.json(body) } else { request }).await
}

#[actix_web::test]
async fn an_upsert_adds_then_merges_into_what_has_the_address_or_the_number() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let first = json!({
        "firstName": "Ada", "email": "Ada@example.org", "phone": "+1 888-888-8888", "tags": ["a", "b"],
        "customFields": [{"id": "plan", "value": "gold"}], "createNewIfDuplicateAllowed": false,
    });
    let added = upsert(&software, &first).await.expect(200);
    assert_eq!((&added.body["new"], &added.body["succeded"]), (&json!(true), &json!(true)));
    assert_eq!(added.text("/traceId"), added.header("x-request-id"));
    assert_eq!(added.header("etag"), "\"1\"");
    let again = json!({
        "email": "ADA@EXAMPLE.org", "lastName": "Byron", "phone": null, "firstName": null, "tags": ["c"], "dnd": null,
        "customFields": [{"key": "size", "field_value": 4}], "createNewIfDuplicateAllowed": true,
    });
    let merged = upsert(&software, &again).await.expect(200);
    assert_eq!((&merged.body["new"], merged.contact_id()), (&json!(false), added.contact_id()));
    let contact = &merged.body["contact"];
    assert_eq!((&contact["name"], &contact["phone"]), (&json!("Ada Byron"), &json!("+1 888-888-8888")));
    assert_eq!((&contact["tags"], &contact["email"]), (&json!(["c"]), &json!("ADA@EXAMPLE.org")));
    assert_eq!(contact["customFields"], json!([{"id": "plan", "value": "gold"}, {"id": "size", "value": 4}]));
    assert_eq!(merged.header("etag"), "\"2\"");
    // By number, with an address that nobody has yet.
    let moved = upsert(&software, &json!({"phone": "+18888888888", "email": "ada@new.example"})).await.expect(200);
    assert_eq!((moved.contact_id(), moved.text("/contact/email")), (added.contact_id(), "ada@new.example"));
    assert_eq!(software.get(&format!("/contacts/{}", added.contact_id())).await.body["contact"], moved.body["contact"]);
    // What says nothing about either is somebody new each time.
    for _ in 0..2 {
        assert_eq!(upsert(&software, &json!({"firstName": "Ada"})).await.expect(200).body["new"], true);
    }
    assert_eq!(software.list("").await.body["meta"]["total"], 3);
}

#[actix_web::test]
async fn the_address_wins_and_the_number_of_another_is_refused() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let ada = software.create(&json!({"email": "ada@example.org", "city": "Oslo"})).await.expect(201).contact_id();
    let bob = software.create(&json!({"name": "Bob", "phone": "+18888888888"})).await.expect(201).contact_id();
    let both = json!({"email": "ada@example.org", "phone": "+18888888888", "city": "Bergen"});
    let refused = upsert(&software, &both).await.expect(400);
    assert_eq!(refused.body["meta"], json!({"contactId": bob, "contactName": "Bob", "matchingField": "phone"}));
    let kept = software.get(&format!("/contacts/{ada}")).await.expect(200);
    assert_eq!((kept.text("/contact/city"), kept.header("etag")), ("Oslo", "\"1\""));
}

#[actix_web::test]
async fn fifty_upserts_at_once_make_one_contact() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let bodies: Vec<Value> = (0..50)
        .map(|n| json!({"email": "ada@example.org", "customFields": [{"id": format!("f{n}"), "value": n}]}))
        .collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| upsert(&software, body))).await;
    let mut new = 0;
    for answer in answers {
        new += usize::from(answer.expect(200).body["new"] == true);
    }
    assert_eq!(new, 1);
    let listed = software.list("").await.expect(200);
    assert_eq!(listed.body["meta"]["total"], 1);
    assert_eq!(listed.body["contacts"][0]["customFields"].as_array().map(Vec::len), Some(50), "none was lost");
}

#[actix_web::test]
async fn bad_upserts_are_refused_by_name_and_without_effect() {
    let office = Office::open().await;
    let (software, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    for (body, said) in [
        (json!({"createNewIfDuplicateAllowed": "yes"}), "createNewIfDuplicateAllowed must be a boolean"),
        (json!({"email": "nobody"}), "email must be an email"),
        (json!({"foo": null}), "property foo should not exist"),
        (
            json!({"customFields": [{"id": "a", "value": 1}, {"key": "a", "value": 2}]}),
            "customFields.1 must not repeat an id",
        ),
        (
            json!({"customFields": [{"id": "a", "value": 1, "fieldValue": 2}]}),
            "customFields.0 must have one field_value",
        ),
    ] {
        let refused = upsert(&software, &body).await.expect(422);
        assert_eq!(refused.body["message"], json!([said]));
    }
    software.post("/contacts/upsert", &json!({"email": "ada@example.org"})).await.expect(422);
    let named = json!({"email": "ada@example.org", "locationId": theirs.account()});
    software.post("/contacts/upsert", &named).await.expect(403);
    let reader = office.software(&["contacts.readonly"]).await;
    assert!(
        upsert(&reader, &json!({"email": "ada@example.org"}))
            .await
            .expect(403)
            .text("/message")
            .contains("contacts.write")
    );
    assert_eq!(software.list("").await.body["meta"]["total"], 0);
    // Another account's contact with the same address is nobody's match.
    let other = upsert(&theirs, &json!({"email": "ada@example.org"})).await.expect(200).contact_id();
    let own = upsert(&software, &json!({"email": "ada@example.org"})).await.expect(200);
    assert_eq!(own.body["new"], true);
    assert_ne!(own.contact_id(), other);
}

#[actix_web::test]
async fn a_duplicate_is_found_by_address_first_then_by_number() {
    let office = Office::open().await;
    let (software, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    let ada = software.create(&json!({"email": "ada+x@example.org"})).await.expect(201).contact_id();
    let bob = software.create(&json!({"phone": "+1 888-888-8888"})).await.expect(201).contact_id();
    for (more, id) in [
        ("&email=ADA%2Bx@example.org", &ada),
        ("&number=%2B18888888888", &bob),
        ("&number=%2B1%20(888)%20888%208888", &bob),
        ("&email=nobody@example.org&number=%2B18888888888", &bob),
        ("&email=ada%2Bx%40example.org&number=%2B18888888888", &ada),
    ] {
        let found = duplicate(&software, more).await.expect(200);
        assert_eq!((&found.contact_id(), found.header("etag")), (id, "\"1\""), "{more}");
        assert_eq!(duplicate(&theirs, more).await.expect(200).body, json!({"contact": null}), "{more}");
    }
    assert_eq!(duplicate(&software, "&email=ada@example.org").await.expect(200).body, json!({"contact": null}));
    for (more, said) in [
        ("", "email or number is required"),
        ("&email=&number=", "email or number is required"),
        ("&email=nobody", "email must be an email"),
        ("&number=abc", "number must be a phone number"),
        ("&email=a@b.c&email=a@b.c", "email must be given only once"),
        ("&email=a@b.c&foo=1", "property foo should not exist"),
        ("&email=%00", "email must be valid UTF-8 without NUL"),
    ] {
        let message = &duplicate(&software, more).await.expect(422).body["message"];
        assert!(message.as_array().unwrap().contains(&json!(said)), "{more}: {message}");
    }
    software.get("/contacts/search/duplicate?email=a@b.c").await.expect(422);
    let foreign = format!("/contacts/search/duplicate?locationId={}&email=a@b.c", theirs.account());
    software.get(&foreign).await.expect(403);
    let writer = office.software(&["contacts.write"]).await;
    assert!(duplicate(&writer, "&email=a@b.c").await.expect(403).text("/message").contains("contacts.readonly"));
}

#[actix_web::test]
async fn of_two_who_read_the_same_state_only_one_changes_it() {
    let office = Office::open().await;
    let (one, two) = (office.software(ALL).await, office.software(ALL).await);
    let made = one.create(&json!({"city": "Oslo"})).await.expect(201);
    let path = format!("/contacts/{}", made.contact_id());
    let tag = one.get(&path).await.expect(200).header("etag").to_owned();
    assert_eq!((tag.as_str(), made.header("etag")), ("\"1\"", "\"1\""));
    let (bergen, lund) = (json!({"city": "Bergen"}), json!({"city": "Lund"}));
    let changed = expecting(&one, Method::PUT, &path, (&tag, Some(&bergen))).await.expect(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    for (method, body) in [(Method::PUT, Some(&lund)), (Method::DELETE, None)] {
        let stale = expecting(&two, method, &path, (&tag, body)).await.expect(412);
        assert_eq!(stale.text("/code"), "precondition_failed");
    }
    assert_eq!(two.get(&path).await.expect(200).text("/contact/city"), "Bergen");
    for never in ["W/\"2\"", "\"02\"", "\"x\"", "\"-2\"", "\"99999999999999999999\"", "\"1\", \"3\""] {
        expecting(&two, Method::PUT, &path, (never, Some(&lund))).await.expect(412);
    }
    for garbage in ["2", "", "\"2", "*, \"2\"", "w/\"2\""] {
        let refused = expecting(&two, Method::PUT, &path, (garbage, Some(&lund))).await.expect(400);
        assert_eq!(refused.text("/code"), "if_match_malformed", "{garbage}");
    }
    expecting(&two, Method::PUT, &path, ("\"1\", \"2\"", Some(&lund))).await.expect(200);
    // What changes nothing leaves the state as it is.
    let same = expecting(&two, Method::PUT, &path, ("*", Some(&lund))).await.expect(200);
    assert_eq!(same.header("etag"), "\"3\"");
    let unknown = "/contacts/con_00000000000000000000000000";
    expecting(&two, Method::PUT, unknown, ("\"1\"", Some(&lund))).await.expect(404);
    expecting(&two, Method::DELETE, &path, ("\"3\"", None)).await.expect(200);
    one.get(&path).await.expect(404);
}

#[actix_web::test]
async fn twenty_who_expect_the_same_state_at_once_make_one_change() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = format!("/contacts/{}", software.create(&json!({"city": "Oslo"})).await.expect(201).contact_id());
    let bodies: Vec<Value> = (0..20).map(|n| json!({"city": format!("City {n}")})).collect();
    let calls = bodies.iter().map(|body| expecting(&software, Method::PUT, &path, ("\"1\"", Some(body))));
    let answers = futures_util::future::join_all(calls).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 412)), "{statuses:?}");
}

#[actix_web::test]
async fn tags_are_changed_only_in_the_state_that_is_expected() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = format!("/contacts/{}", software.create(&json!({"tags": ["a"]})).await.expect(201).contact_id());
    let tags = format!("{path}/tags");
    let (a, b) = (json!({"tags": ["a"]}), json!({"tags": ["b"]}));
    let added = expecting(&software, Method::POST, &tags, ("\"1\"", Some(&b))).await.expect(201);
    assert_eq!((added.header("etag"), &added.body), ("\"2\"", &json!({"tags": ["a", "b"]})));
    for (method, body) in [(Method::POST, json!({"tags": ["c"]})), (Method::DELETE, a.clone())] {
        let stale = expecting(&software, method.clone(), &tags, ("\"1\"", Some(&body))).await.expect(412);
        assert_eq!(stale.text("/code"), "precondition_failed");
        let odd = expecting(&software, method, &tags, ("2", Some(&body))).await.expect(400);
        assert_eq!(odd.text("/code"), "if_match_malformed");
    }
    let removed = expecting(&software, Method::DELETE, &tags, ("\"2\"", Some(&a))).await.expect(200);
    assert_eq!((removed.header("etag"), &removed.body), ("\"3\"", &b));
    // What changes nothing leaves the state as it is, and says which it is.
    assert_eq!(software.post(&tags, &b).await.expect(201).header("etag"), "\"3\"");
    assert_eq!(software.get(&path).await.expect(200).header("etag"), "\"3\"");
}
