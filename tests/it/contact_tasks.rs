//! Tasks of a contact on API v2: added, read, changed, completed, deleted.

use crate::contact_notes::contact;
use crate::contact_tags::events;
use crate::contacts::ALL;
use crate::software::Office;
use progreda::binds;
use progreda::world::Span;
use serde_json::json;

#[actix_web::test]
async fn a_task_is_added_read_changed_listed_and_deleted() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software).await;
    let tasks = format!("{path}/tasks");
    assert_eq!(software.get(&tasks).await.expect(200).body, json!({"tasks": []}));
    let full = json!({
        "title": "First Task", "body": "loram\r\nipsum", "dueDate": "2020-10-25T11:00:00Z", "completed": true,
        "assignedTo": "hxHGVRb1YJUscrCB8eXK",
    });
    let added = software.post(&tasks, &full).await.expect(201);
    let id = added.text("/task/id").to_owned();
    let expected = json!({"task": {
        "id": id, "contactId": path.trim_start_matches("/contacts/"), "title": "First Task", "body": "loram\nipsum",
        "dueDate": "2020-10-25T11:00:00.000Z", "completed": true, "assignedTo": "hxHGVRb1YJUscrCB8eXK",
    }});
    assert_eq!(added.body, expected);
    assert!(id.starts_with("tsk_"));
    let one = format!("{tasks}/{id}");
    assert_eq!(software.get(&one).await.expect(200).body, expected);
    office.app.advance(Span::seconds(1));
    let body = json!({"title": "Second", "dueDate": "2021-07-08T04:30:00+02:00", "completed": false, "body": null});
    let bare = software.post(&tasks, &body).await.expect(201);
    let fields: Vec<&String> = bare.body["task"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["id", "contactId", "title", "dueDate", "completed"], "what is unknown is left out");
    assert_eq!(bare.text("/task/dueDate"), "2021-07-08T02:30:00.000Z");
    let listed = software.get(&tasks).await.expect(200);
    assert_eq!(listed.body["tasks"], json!([bare.body["task"], added.body["task"]]), "the newest first");

    let body = json!({"title": "Changed", "assignedTo": null, "dueDate": null, "completed": null});
    let changed = software.put(&one, &body).await.expect(200);
    let task = &changed.body["task"];
    assert_eq!((&task["title"], task.get("assignedTo")), (&json!("Changed"), None));
    assert_eq!((&task["dueDate"], &task["completed"]), (&json!("2020-10-25T11:00:00.000Z"), &json!(true)));
    assert_eq!(software.put(&one, &body).await.expect(200).body, changed.body);
    assert_eq!(software.delete(&one).await.expect(200).body, json!({"succeded": true, "succeeded": true}));
    let completed = software.put(&format!("{one}/completed"), &json!({"completed": true})).await;
    for gone in [software.get(&one).await, software.put(&one, &body).await, software.delete(&one).await, completed] {
        assert_eq!(gone.expect(404).text("/code"), "task_not_found");
    }
    let actions: Vec<String> = events(&office, &id).await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions, ["task.created", "task.deleted", "task.updated"]);
}

#[actix_web::test]
async fn completing_is_told_once_by_whichever_way_it_comes() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software).await;
    let contact = path.trim_start_matches("/contacts/");
    let tasks = format!("{path}/tasks");
    let body = json!({"title": "Call", "dueDate": "2026-11-30T09:00:00Z", "completed": false});
    let id = software.post(&tasks, &body).await.expect(201).text("/task/id").to_owned();
    let one = format!("{tasks}/{id}");
    let way = format!("{one}/completed");
    let (done, open) = (json!({"completed": true}), json!({"completed": false}));
    let answers = futures_util::future::join_all((0..10).map(|_| software.put(&way, &done))).await;
    for answer in answers {
        assert_eq!(answer.expect(200).body["task"]["completed"], true);
    }
    software.put(&one, &json!({"completed": true, "title": "Call"})).await.expect(200);
    assert_eq!(software.put(&way, &open).await.expect(200).body["task"]["completed"], false);
    let both = software.put(&one, &json!({"completed": true, "title": "Call back"})).await.expect(200);
    assert_eq!((both.text("/task/title"), &both.body["task"]["completed"]), ("Call back", &json!(true)));
    let told = |action: &str, details: serde_json::Value| (action.to_owned(), details);
    let created = json!({"contact": contact, "fields": ["title", "dueDate"]});
    let trace = [
        told("task.completed", json!({"contact": contact})),
        told("task.completed", json!({"contact": contact})),
        told("task.created", created),
        told("task.updated", json!({"contact": contact, "fields": ["completed"]})),
        told("task.updated", json!({"contact": contact, "fields": ["title"]})),
    ];
    assert_eq!(events(&office, &id).await, trace);
}

#[actix_web::test]
async fn each_wrong_field_of_a_task_is_named_and_nothing_is_kept() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let tasks = format!("{}/tasks", contact(&software).await);
    let good = json!({"title": "Kept", "dueDate": "2026-11-30", "completed": false});
    let one = format!("{tasks}/{}", software.post(&tasks, &good).await.expect(201).text("/task/id"));
    let all = [
        "title is required and must be a string",
        "dueDate is required and must be a string",
        "completed is required and must be a boolean",
    ];
    for body in [json!({}), json!({"title": null, "dueDate": null, "completed": null})] {
        assert_eq!(software.post(&tasks, &body).await.expect(422).body["message"], json!(all), "{body}");
    }
    let day = "dueDate must be an instant in ISO 8601 such as 2026-10-25T11:00:00Z";
    for (field, value, said) in [
        ("title", json!(" "), "title must not be empty"),
        ("title", json!("x".repeat(201)), "title must be at most 200 characters long"),
        ("title", json!(5), "title must be a string"),
        ("body", json!("x".repeat(10_001)), "body must be at most 10000 characters long"),
        ("body", json!({}), "body must be a string"),
        ("dueDate", json!("tomorrow"), day),
        ("dueDate", json!(""), day),
        ("dueDate", json!("2026-02-30T00:00:00Z"), day),
        ("dueDate", json!("-009999-01-01T00:00:00Z"), day),
        ("dueDate", json!(1_603_623_600_000_i64), "dueDate must be a string"),
        ("completed", json!("true"), "completed must be a boolean"),
        ("completed", json!(1), "completed must be a boolean"),
        ("assignedTo", json!(["x"]), "assignedTo must be a string"),
        ("foo", json!(1), "property foo should not exist"),
    ] {
        let mut body = good.clone();
        body[field] = value;
        assert_eq!(software.post(&tasks, &body).await.expect(422).body["message"], json!([said]), "{body}");
        assert_eq!(software.put(&one, &body).await.expect(422).body["message"], json!([said]), "{body}");
    }
    let way = format!("{one}/completed");
    for body in [json!({}), json!({"completed": null})] {
        let said = "completed is required and must be a boolean";
        assert_eq!(software.put(&way, &body).await.expect(422).body["message"], json!([said]));
    }
    assert_eq!(software.put(&way, &json!({"completed": "yes"})).await.status, 422);
    assert_eq!(software.put(&way, &json!({"completed": true, "title": "x"})).await.status, 422);
    let kept = software.get(&tasks).await.body;
    assert_eq!((kept["tasks"].as_array().map(Vec::len), &kept["tasks"][0]["title"]), (Some(1), &json!("Kept")));
    assert_eq!(kept["tasks"][0]["completed"], false);
}

#[actix_web::test]
async fn tasks_of_others_and_without_the_scope_are_out_of_reach() {
    let office = Office::open().await;
    let (ours, theirs) = (office.software(ALL).await, office.software_elsewhere(ALL).await);
    let (path, other) = (contact(&theirs).await, contact(&theirs).await);
    let tasks = format!("{path}/tasks");
    let body = json!({"title": "Secret", "dueDate": "2026-11-30", "completed": false});
    let id = theirs.post(&tasks, &body).await.expect(201).text("/task/id").to_owned();
    let one = format!("{tasks}/{id}");
    for answer in [ours.get(&tasks).await, ours.post(&tasks, &body).await] {
        assert_eq!(answer.expect(404).text("/code"), "contact_not_found");
    }
    let own = contact(&ours).await;
    for (software, path, code) in [
        (&ours, one.clone(), "contact_not_found"),
        (&ours, format!("{own}/tasks/{id}"), "task_not_found"),
        (&theirs, format!("{other}/tasks/{id}"), "task_not_found"),
        (&theirs, format!("{tasks}/{}", id.replace("tsk_", "nte_")), "task_not_found"),
        (&theirs, format!("{tasks}/%ff"), "task_not_found"),
    ] {
        let done = software.put(&format!("{path}/completed"), &json!({"completed": true})).await;
        let others = [software.get(&path).await, software.put(&path, &body).await, software.delete(&path).await];
        for answer in others.into_iter().chain([done]) {
            assert_eq!(answer.expect(404).text("/code"), code, "{path}");
        }
    }
    let reader = office.software_elsewhere(&["contacts.readonly"]).await;
    let writer = office.software_elsewhere(&["contacts.write"]).await;
    reader.get(&tasks).await.expect(200);
    for (answer, scope) in [
        (writer.get(&tasks).await, "contacts.readonly"),
        (writer.get(&one).await, "contacts.readonly"),
        (reader.post(&tasks, &body).await, "contacts.write"),
        (reader.put(&one, &body).await, "contacts.write"),
        (reader.put(&format!("{one}/completed"), &json!({"completed": true})).await, "contacts.write"),
        (reader.delete(&one).await, "contacts.write"),
    ] {
        assert!(answer.expect(403).text("/message").contains(scope));
    }
    assert_eq!(reader.get(&one).await.expect(200).body["task"]["completed"], false);
}

#[actix_web::test]
async fn a_contact_has_a_thousand_tasks() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let path = contact(&software).await;
    let id = path.trim_start_matches("/contacts/");
    let mut tx = office.db.write().await.unwrap();
    let sql = "INSERT INTO tasks (id, account_id, contact_id, title, due_at, completed, created_at) \
         VALUES ($1, $2, $3, 'x', 1, FALSE, 1)";
    for number in 0..999 {
        let task = format!("tsk_{number:026}");
        tx.on().run(sql, binds![task, software.account(), id]).await.unwrap();
    }
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    let tasks = format!("{path}/tasks");
    let body = json!({"title": "x", "dueDate": "2026-11-30", "completed": false});
    software.post(&tasks, &body).await.expect(201);
    let refused = software.post(&tasks, &body).await.expect(422);
    assert_eq!(refused.body["message"], json!(["tasks must not be more than 1000 in one contact"]));
    assert_eq!(software.get(&tasks).await.body["tasks"].as_array().map(Vec::len), Some(1_000));
}
