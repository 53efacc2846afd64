//! Notes of a contact on API v2: added, read, changed, deleted, and gone with their contact.

use crate::contact_tags::events;
use crate::contacts::ALL;
use crate::software::{Office, Software};
use progreda::binds;
use progreda::world::Span;
use serde_json::{Value, json};

/// A contact's path.
pub async fn contact(software: &Software) -> String {
    format!("/contacts/{}", software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id())
}

/// How many rows a statement without values counts.
pub async fn rows(office: &Office, sql: &'static str) -> i64 {
    office.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![]).await.unwrap().0
}

#[actix_web::test]
async fn a_note_is_added_read_changed_listed_and_deleted() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software).await;
    let notes = format!("{path}/notes");
    assert_eq!(software.get(&notes).await.expect(200).body, json!({"notes": []}));
    let full = json!({
        "body": "First line\r\nSecond <b>line</b>\n\t– 😀", "userId": "GCs5KuzPqTls7vWclkEV", "title": " Follow-up ",
        "color": "#FFAA00", "pinned": true,
    });
    let added = software.post(&notes, &full).await.expect(201);
    let id = added.text("/note/id").to_owned();
    let expected = json!({"note": {
        "id": id, "contactId": path.trim_start_matches("/contacts/"), "body": "First line\nSecond <b>line</b>\n\t– 😀",
        "userId": "GCs5KuzPqTls7vWclkEV", "title": "Follow-up", "color": "#FFAA00", "pinned": true,
        "dateAdded": added.text("/note/dateAdded"),
    }});
    assert_eq!(added.body, expected);
    assert!(id.starts_with("nte_") && added.text("/note/dateAdded").ends_with('Z'));
    let one = format!("{notes}/{id}");
    assert_eq!(software.get(&one).await.expect(200).body, expected);
    office.app.advance(Span::seconds(1));
    let bare = software.post(&notes, &json!({"body": "Bare", "userId": null, "title": ""})).await.expect(201);
    let fields: Vec<&String> = bare.body["note"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["id", "contactId", "body", "pinned", "dateAdded"], "what is unknown is left out");
    let listed = software.get(&notes).await.expect(200);
    assert_eq!(listed.body["notes"], json!([bare.body["note"], added.body["note"]]), "the newest first");

    let body = json!({"body": "Changed", "title": null, "pinned": null, "contactId": expected["note"]["contactId"]});
    let changed = software.put(&one, &body).await.expect(200);
    assert_eq!(changed.text("/note/body"), "Changed");
    assert_eq!((changed.body["note"].get("title"), &changed.body["note"]["pinned"]), (None, &json!(true)));
    assert_eq!(software.put(&one, &body).await.expect(200).body, changed.body);
    assert_eq!(software.get(&one).await.expect(200).body, changed.body);
    let deleted = software.delete(&one).await.expect(200);
    assert_eq!(deleted.body, json!({"succeded": true, "succeeded": true}));
    for gone in [software.get(&one).await, software.put(&one, &body).await, software.delete(&one).await] {
        assert_eq!(gone.expect(404).text("/code"), "note_not_found");
    }
    assert_eq!(software.get(&notes).await.body["notes"], json!([bare.body["note"]]));

    let contact = json!(path.trim_start_matches("/contacts/"));
    let told = |action: &str, fields: Option<Value>| {
        let mut details = json!({ "contact": contact });
        if let Some(fields) = fields {
            details["fields"] = fields;
        }
        (action.to_owned(), details)
    };
    let trace = [
        told("note.created", Some(json!(["body", "title", "color", "userId", "pinned"]))),
        told("note.deleted", None),
        told("note.updated", Some(json!(["body", "title"]))),
    ];
    assert_eq!(events(&office, &id).await, trace, "names of fields, no value, nothing for what changed nothing");
}

#[actix_web::test]
async fn each_wrong_field_of_a_note_is_named_and_nothing_is_kept() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software).await;
    let notes = format!("{path}/notes");
    let one = format!("{notes}/{}", software.post(&notes, &json!({"body": "Kept"})).await.expect(201).text("/note/id"));
    let missing = "body is required and must be a string";
    for body in [json!({}), json!({"body": null}), json!({"title": "x"})] {
        assert_eq!(software.post(&notes, &body).await.expect(422).body["message"], json!([missing]), "{body}");
    }
    for (body, said) in [
        (json!({"body": " \r\n"}), "body must not be empty"),
        (json!({"body": "x".repeat(10_001)}), "body must be at most 10000 characters long"),
        (json!({"body": "a\u{7}b"}), "body must not contain control characters"),
        (json!({"body": "x", "title": "x".repeat(201)}), "title must be at most 200 characters long"),
        (json!({"body": "x", "title": "a\nb"}), "title must not contain control characters"),
        (json!({"body": "x", "title": 1}), "title must be a string"),
        (json!({"body": "x", "color": ["red"]}), "color must be a string"),
        (json!({"body": "x", "userId": "a\u{202e}b"}), "userId must not contain characters that cannot be seen"),
        (json!({"body": "x", "pinned": "true"}), "pinned must be a boolean"),
        (json!({"body": "x", "foo": 1}), "property foo should not exist"),
        (json!({"body": "x", "id": "nte_x"}), "property id should not exist"),
        (json!({"body": "x", "contactId": "con_x"}), "contactId must be the contact of the path"),
    ] {
        assert_eq!(software.post(&notes, &body).await.expect(422).body["message"], json!([said]), "{body}");
        assert_eq!(software.put(&one, &body).await.expect(422).body["message"], json!([said]), "{body}");
    }
    assert_eq!(
        software.post(&notes, &json!({"body": 1})).await.expect(422).body["message"],
        json!(["body must be a string"])
    );
    assert_eq!(software.post(&notes, &json!([])).await.status, 422);
    let kept = software.get(&notes).await.body;
    assert_eq!((kept["notes"].as_array().map(Vec::len), &kept["notes"][0]["body"]), (Some(1), &json!("Kept")));
    software.post(&notes, &json!({"body": "ä".repeat(10_000)})).await.expect(201);
}

#[actix_web::test]
async fn notes_of_others_and_of_other_contacts_are_out_of_reach() {
    let office = Office::open().await;
    let (ours, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    let (path, other) = (contact(&theirs).await, contact(&theirs).await);
    let notes = format!("{path}/notes");
    let body = json!({"body": "Secret"});
    let id = theirs.post(&notes, &body).await.expect(201).text("/note/id").to_owned();
    let one = format!("{notes}/{id}");
    let own = contact(&ours).await;
    for path in [notes.as_str(), "/contacts/con_00000000000000000000000000/notes", "/contacts/x/notes"] {
        for answer in [ours.get(path).await, ours.post(path, &body).await] {
            assert_eq!(answer.expect(404).text("/code"), "contact_not_found", "{path}");
        }
    }
    for (software, path, code) in [
        (&ours, one.clone(), "contact_not_found"),
        (&ours, format!("{own}/notes/{id}"), "note_not_found"),
        (&theirs, format!("{other}/notes/{id}"), "note_not_found"),
        (&theirs, format!("{notes}/nte_00000000000000000000000000"), "note_not_found"),
        (&theirs, format!("{notes}/{}", id.replace("nte_", "tsk_")), "note_not_found"),
        (&theirs, format!("{notes}/%00"), "note_not_found"),
        (&theirs, format!("{notes}/x%27%20OR%201=1"), "note_not_found"),
    ] {
        for answer in [software.get(&path).await, software.put(&path, &body).await, software.delete(&path).await] {
            assert_eq!(answer.expect(404).text("/code"), code, "{path}");
        }
    }
    let foreign = json!({"body": "x", "locationId": theirs.account()});
    assert_eq!(ours.post(&notes, &foreign).await.expect(403).text("/code"), "location_forbidden");
    assert_eq!(theirs.get(&one).await.expect(200).text("/note/body"), "Secret");
}

#[actix_web::test]
async fn notes_are_read_and_written_each_with_its_scope() {
    let office = Office::open().await;
    let (reader, writer) = (office.software(&["contacts.readonly"]).await, office.software(&["contacts.write"]).await);
    let path = contact(&writer).await;
    let notes = format!("{path}/notes");
    let body = json!({"body": "x"});
    let one = format!("{notes}/{}", writer.post(&notes, &body).await.expect(201).text("/note/id"));
    reader.get(&notes).await.expect(200);
    reader.get(&one).await.expect(200);
    for (answer, scope) in [
        (writer.get(&notes).await, "contacts.readonly"),
        (writer.get(&one).await, "contacts.readonly"),
        (reader.post(&notes, &body).await, "contacts.write"),
        (reader.put(&one, &json!({"body": "y"})).await, "contacts.write"),
        (reader.delete(&one).await, "contacts.write"),
    ] {
        assert!(answer.expect(403).text("/message").contains(scope));
    }
    assert_eq!(reader.get(&one).await.expect(200).text("/note/body"), "x");
}

#[actix_web::test]
async fn a_note_never_survives_its_contact() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    for _ in 0..5 {
        let path = contact(&software).await;
        let (notes, tasks) = (format!("{path}/notes"), format!("{path}/tasks"));
        let (note, task) = (json!({"body": "x"}), json!({"title": "x", "dueDate": "2026-11-30", "completed": false}));
        software.post(&notes, &note).await.expect(201);
        software.post(&tasks, &task).await.expect(201);
        let adding = futures_util::future::join_all((0..10).map(|_| software.post(&notes, &note)));
        let asking = futures_util::future::join_all((0..10).map(|_| software.post(&tasks, &task)));
        let deleting = async {
            tokio::task::yield_now().await;
            software.delete(&path).await
        };
        let (added, asked, deleted) = futures_util::future::join3(adding, asking, deleting).await;
        deleted.expect(200);
        for answer in added.into_iter().chain(asked) {
            assert!(answer.status == 201 || answer.text("/code") == "contact_not_found", "{}", answer.body);
        }
        assert_eq!(software.get(&notes).await.expect(404).text("/code"), "contact_not_found");
    }
    let left = rows(&office, "SELECT (SELECT COUNT(*) FROM notes) + (SELECT COUNT(*) FROM tasks)").await;
    assert_eq!(left, 0);
}

#[actix_web::test]
async fn a_contact_has_a_thousand_notes_however_many_add_at_once() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software).await;
    let id = path.trim_start_matches("/contacts/");
    let mut tx = office.db.write().await.unwrap();
    let sql =
        "INSERT INTO notes (id, account_id, contact_id, body, pinned, created_at) VALUES ($1, $2, $3, 'x', FALSE, 1)";
    for number in 0..995 {
        let note = format!("nte_{number:026}");
        tx.on().run(sql, binds![note, software.account(), id]).await.unwrap();
    }
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    let (notes, body) = (format!("{path}/notes"), json!({"body": "one more"}));
    let answers = futures_util::future::join_all((0..20).map(|_| software.post(&notes, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 5);
    for refused in answers.into_iter().filter(|answer| answer.status != 201) {
        let said = "notes must not be more than 1000 in one contact";
        assert_eq!(refused.expect(422).body["message"], json!([said]));
    }
    let listed = software.get(&notes).await.expect(200);
    assert_eq!(listed.body["notes"].as_array().map(Vec::len), Some(1_000));
    software.delete(&format!("{notes}/{}", listed.text("/notes/0/id"))).await.expect(200);
    software.post(&notes, &body).await.expect(201);
}

#[actix_web::test]
async fn changes_at_once_lose_no_field_of_a_note() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let notes = format!("{}/notes", contact(&software).await);
    let one = format!("{notes}/{}", software.post(&notes, &json!({"body": "x"})).await.expect(201).text("/note/id"));
    let bodies = [json!({"title": "T"}), json!({"color": "red"}), json!({"userId": "u"}), json!({"body": "new"})];
    let answers = futures_util::future::join_all(bodies.iter().map(|body| software.put(&one, body))).await;
    for answer in answers {
        answer.expect(200);
    }
    let note = software.get(&one).await.expect(200);
    let read = ["/note/title", "/note/color", "/note/userId", "/note/body"].map(|at| note.text(at));
    assert_eq!(read, ["T", "red", "u", "new"]);
}
