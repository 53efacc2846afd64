//! A kept answer tells of people: it goes with the contact, the note or the task, and the call is not made again.

use crate::idempotency::{ALL, create, run, total};
use crate::software::Office;
use progreda::world::Span;
use reqwest::Method;
use serde_json::{Value, json};

#[actix_web::test]
async fn an_answer_goes_with_what_it_tells_of_and_nothing_is_done_again() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let (body, other) = (json!({"firstName": "Ada"}), json!({"firstName": "Bob"}));
    let ada = create(&software, "k", &body).await.expect(201).contact_id();
    let bob = create(&software, "b", &other).await.expect(201).contact_id();
    let part = async |key: &str, path: &str, body: &Value| {
        let request = software.request(Method::POST, path).header("Idempotency-Key", key);
        software.send(request.json(body)).await
    };
    let (notes, tasks) = (format!("/contacts/{ada}/notes"), format!("/contacts/{ada}/tasks"));
    let (tags, of_bob) = (format!("/contacts/{ada}/tags"), format!("/contacts/{bob}/notes"));
    let (note, tag) = (json!({"body": "Met at the harbour"}), json!({"tags": ["vip"]}));
    let task = json!({"title": "Call", "dueDate": "2027-01-01T10:00:00Z", "completed": false});
    let all = [("n", &notes, &note), ("t", &tasks, &task), ("g", &tags, &tag), ("o", &of_bob, &note)];
    for (key, path, body) in all {
        assert!(part(key, path, body).await.status < 300, "{key}");
    }
    // A note that is deleted takes its own answer along, and no other.
    let own = part("n2", &notes, &note).await.expect(201);
    let id = own.text("/note/id").to_owned();
    software.delete(&format!("{notes}/{id}")).await.expect(200);
    let erased = part("n2", &notes, &note).await.expect(409);
    assert_eq!((erased.text("/code"), erased.text("/meta/id")), ("idempotency_answer_lost", id.as_str()));
    assert_eq!(part("n", &notes, &note).await.header("idempotent-replayed"), "true");
    // A call that is just ending keeps nothing either: its answer comes after the deletion.
    run(&office.db, "UPDATE idempotency_keys SET answer = NULL WHERE subject IN (SELECT id FROM tasks)").await;
    software.delete(&format!("/contacts/{ada}")).await.expect(200);
    let kept = "SELECT COUNT(*) FROM idempotency_keys WHERE answer <> ''";
    let (kept,): (i64,) = office.db.read().await.unwrap().on().only(kept, vec![]).await.unwrap();
    assert_eq!(kept, 2, "those of the other contact");
    let erased = create(&software, "k", &body).await.expect(409);
    assert_eq!((erased.text("/code"), erased.text("/meta/id")), ("idempotency_answer_lost", ada.as_str()));
    assert!(erased.body["message"].as_str().unwrap().contains("deleted since"), "{}", erased.body);
    for (key, path, body) in &all[..3] {
        part(key, path, body).await.expect(409);
    }
    create(&software, "k", &other).await.expect(422);
    assert_eq!(create(&software, "b", &other).await.expect(201).contact_id(), bob);
    assert_eq!(part("o", &of_bob, &note).await.header("idempotent-replayed"), "true");
    assert_eq!(total(&software).await, 1);
    // After its day the key is as good as new.
    office.app.advance(Span::hours(25));
    assert_ne!(create(&software, "k", &body).await.expect(201).contact_id(), ada);
}
