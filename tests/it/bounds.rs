//! What one caller may cost all others: searches end, contacts have a size, and kept answers do not fill the store.

use crate::contacts_search::search;
use crate::software::Office;
use progreda::binds;
use progreda::db::DbError;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

#[actix_web::test]
async fn a_statement_that_never_ends_is_ended_and_its_connection_serves_on() {
    let office = Office::open().await;
    let endless =
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT (i + 1) % 1000 FROM n) SELECT COUNT(*) FROM n WHERE i < 0";
    let asked = async {
        let mut reader = office.db.read_slowly().await.expect("a turn");
        reader.on().only::<(i64,)>(endless, vec![]).await
    };
    let ended = tokio::time::timeout(Duration::from_mins(1), asked).await.expect("an end");
    assert!(matches!(ended, Err(DbError::TooLong)), "{ended:?}");
    // All turns are free again, and no connection remembers it.
    for _ in 0..20 {
        let mut reader = office.db.read_slowly().await.expect("a turn");
        let (one,): (i64,) = reader.on().only("SELECT CAST(1 AS BIGINT)", vec![]).await.expect("an answer");
        assert_eq!(one, 1);
    }
    let mut reader = office.db.read().await.expect("a connection");
    let (many,): (i64,) = reader.on().only("SELECT COUNT(*) FROM accounts", vec![]).await.expect("an answer");
    assert!(many > 0);
}

#[actix_web::test]
async fn a_search_looks_for_a_few_short_parts() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let part = |value: Value| json!({"filters": [{"field": "customFields.x", "operator": "contains", "value": value}]});
    search(&software, &part(json!(["a", "b", "c", "d", "e"]))).await.expect(200);
    search(&software, &part(json!("x".repeat(75)))).await.expect(200);
    let many = search(&software, &part(json!(["a", "b", "c", "d", "e", "f"]))).await.expect(422);
    assert!(many.body["message"][0].as_str().is_some_and(|why| why.contains("at most 5 parts")), "{}", many.body);
    let long = search(&software, &part(json!("x".repeat(76)))).await.expect(422);
    assert!(long.body["message"][0].as_str().is_some_and(|why| why.contains("at most 75")), "{}", long.body);
    // Spread over several filters they are still counted together.
    let one = json!({"field": "city", "operator": "not_contains", "value": "a"});
    search(&software, &json!({"filters": vec![one; 6]})).await.expect(422);
}

#[actix_web::test]
async fn a_contact_has_a_size_however_it_grows() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let contact = software.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let path = format!("/contacts/{contact}");
    let fields = |from: usize, many: usize, value: Value| -> Value {
        let fields = (from..from + many).map(|n| json!({"id": format!("f{n}"), "field_value": value}));
        json!({ "customFields": fields.collect::<Vec<_>>() })
    };
    let members: Vec<String> = (0..50).map(|n| format!("m{n}")).collect();
    software.put(&path, &fields(0, 20, json!(members))).await.expect(200);
    let refused = software.put(&path, &fields(20, 1, json!("one more"))).await.expect(422);
    assert!(refused.body["message"][0].as_str().is_some_and(|why| why.contains("1000")), "{}", refused.body);
    // Nor by its tags.
    software.post(&format!("{path}/tags"), &json!({"tags": ["one more"]})).await.expect(422);
    software.put(&path, &fields(0, 20, Value::Null)).await.expect(200);
    let long = json!("x".repeat(4_900));
    software.put(&path, &fields(0, 13, long.clone())).await.expect(200);
    software.put(&path, &fields(13, 1, long.clone())).await.expect(422);
    software.create(&fields(0, 14, long)).await.expect(422);
    assert_eq!(
        software.get(&path).await.expect(200).body["contact"]["customFields"].as_array().map(Vec::len),
        Some(13)
    );
}

#[actix_web::test]
async fn a_call_that_changes_nothing_keeps_no_answer() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    software.create(&json!({"email": "ada@example.org"})).await.expect(201);
    let body = json!({"locationId": software.account(), "email": "ada@example.org"});
    for round in 0..5 {
        let call = software.request(Method::POST, "/contacts/upsert").header("Idempotency-Key", format!("k{round}"));
        software.send(call.json(&body)).await.expect(200);
    }
    let kept = "SELECT COUNT(*) FROM idempotency_keys";
    let (kept,): (i64,) = office.db.read().await.unwrap().on().only(kept, binds![]).await.unwrap();
    assert_eq!(kept, 0);
}
