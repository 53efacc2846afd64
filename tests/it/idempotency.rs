//! `Idempotency-Key`: made again, a call has its effect once; and what else a key may not do.

use crate::chain::count;
use crate::killable::Binary;
use crate::software::{Answer, Office, Software};
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use futures_util::future::join_all;
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::world::{Span, World};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use std::time::Duration;

pub const ALL: &[&str] = &["contacts.readonly", "contacts.write"];

fn keyed(software: &Software, key: &str, fields: &Value) -> RequestBuilder {
    let mut body = fields.clone();
    body["locationId"] = json!(software.account());
    software.request(Method::POST, "/contacts/").header("Idempotency-Key", key).json(&body)
}

pub async fn create(software: &Software, key: &str, fields: &Value) -> Answer {
    software.send(keyed(software, key, fields)).await
}

pub async fn total(software: &Software) -> i64 {
    software.list("").await.expect(200).body["meta"]["total"].as_i64().unwrap()
}

pub async fn run(db: &Db, sql: &'static str) -> u64 {
    let mut tx = db.write().await.unwrap();
    let changed = tx.on().run(sql, binds![]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    changed
}

#[actix_web::test]
async fn the_second_time_gets_the_answer_of_the_first() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let body = json!({"firstName": "Ada"});
    let first = create(&software, "k-1", &body).await.expect(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    let again = create(&software, "k-1", &body).await.expect(201);
    assert_eq!((again.header("idempotent-replayed"), &again.body), ("true", &first.body));
    assert_eq!(again.header("etag"), first.header("etag"));
    assert_eq!(again.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(again.header("cache-control"), "no-store");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    let other = create(&software, "k-1", &json!({"firstName": "Bob"})).await.expect(422);
    assert_eq!(other.text("/code"), "idempotency_key_reused");
    let elsewhere = software.request(Method::POST, "/contacts/?x=1").header("Idempotency-Key", "k-1");
    let mut same = body.clone();
    same["locationId"] = json!(software.account());
    software.send(elsewhere.json(&same)).await.expect(422);
    create(&software, "k-2", &body).await.expect(201);
    assert_eq!(total(&software).await, 2);
    // Another integration has keys of its own, of the same account and of another.
    for other in [office.software(ALL).await, office.software_elsewhere(ALL).await] {
        assert_eq!(create(&other, "k-1", &body).await.expect(201).header("idempotent-replayed"), "");
    }
}

#[actix_web::test]
async fn fifty_at_once_with_one_key_make_one_contact() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let body = json!({"firstName": "Ada"});
    let answers = join_all((0..50).map(|_| create(&software, "k", &body))).await;
    let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert!(!made.is_empty() && made.iter().all(|answer| answer.body == made[0].body));
    assert_eq!(made.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((refused.status, refused.text("/code")), (409, "idempotency_in_progress"), "{}", refused.body);
        assert_eq!(refused.header("retry-after"), "1");
    }
    assert_eq!(total(&software).await, 1);
    assert_eq!(create(&software, "k", &body).await.expect(201).body, made[0].body);
}

#[actix_web::test]
async fn a_key_is_kept_for_a_day() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let body = json!({"firstName": "Ada"});
    let first = create(&software, "k", &body).await.expect(201).contact_id();
    office.app.advance(Span::millis(Span::hours(24).as_millis() - 1));
    assert_eq!(create(&software, "k", &body).await.expect(201).contact_id(), first);
    office.app.advance(Span::millis(1));
    assert_ne!(create(&software, "k", &body).await.expect(201).contact_id(), first);
    create(&software, "j", &body).await.expect(201);
    office.app.advance(Span::hours(25));
    progreda::web::idempotency::rows::upkeep(&office.db).await.unwrap();
    let sql = "SELECT COUNT(*) FROM idempotency_keys";
    let (left,): (i64,) = office.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    assert_eq!(left, 0);
}

#[actix_web::test]
async fn a_refused_call_gives_its_key_back() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    create(&software, "k", &json!({"firstName": 1})).await.expect(422);
    create(&software, "k", &json!({"firstName": "Ada", "email": "ada@example.org"})).await.expect(201);
    create(&software, "l", &json!({"email": "ada@example.org"})).await.expect(400);
    create(&software, "l", &json!({"email": "bob@example.org"})).await.expect(201);
    // Who may not, may not reserve either.
    let reader = office.software(&["contacts.readonly"]).await;
    create(&reader, "", &json!({})).await.expect(403);
    let anonymous = software.anonymous(Method::POST, "/contacts/").header("Idempotency-Key", "m");
    software.send(anonymous.json(&json!({}))).await.expect(401);
    let plain = software.request(Method::POST, "/contacts/").header("Idempotency-Key", "m").body("{}");
    software.send(plain).await.expect(415);
    let sql = "SELECT COUNT(*) FROM idempotency_keys";
    let (kept,): (i64,) = office.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    assert_eq!(kept, 2);
}

#[actix_web::test]
async fn keys_that_nobody_can_mean_are_refused() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    for key in ["", "a b", "\u{fc}", &"x".repeat(256)] {
        let refused = create(&software, key, &json!({"firstName": "Ada"})).await.expect(400);
        assert_eq!(refused.text("/code"), "idempotency_key_invalid", "{key}");
    }
    let twice = keyed(&software, "a", &json!({"firstName": "Ada"})).header("Idempotency-Key", "a");
    software.send(twice).await.expect(400);
    assert_eq!(total(&software).await, 0);
    create(&software, &"x".repeat(255), &json!({"firstName": "Ada"})).await.expect(201);
    // Reading needs no key, and other methods have none.
    let read = software.request(Method::GET, "/oauth/whoami").header("Idempotency-Key", "a b");
    software.send(read).await.expect(200);
}

#[actix_web::test]
async fn what_was_left_behind_is_taken_over_only_when_nothing_was_done() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let body = json!({"firstName": "Ada"});
    let made = create(&software, "k", &body).await.expect(201).contact_id();
    // As a crash between the commit and the answer leaves it.
    assert_eq!(run(&office.db, "UPDATE idempotency_keys SET answer = NULL").await, 1);
    let waits = create(&software, "k", &body).await.expect(409);
    assert_eq!(waits.text("/code"), "idempotency_in_progress");
    office.app.advance(Span::minutes(1));
    let lost = create(&software, "k", &body).await.expect(409);
    assert_eq!((lost.text("/code"), lost.text("/meta/id")), ("idempotency_answer_lost", made.as_str()));
    // As a crash before the commit leaves it.
    run(&office.db, "UPDATE idempotency_keys SET committed_at = NULL, subject = NULL").await;
    assert_ne!(create(&software, "k", &body).await.expect(201).contact_id(), made);
    assert_eq!(total(&software).await, 2);
}

#[actix_web::test]
async fn whoever_lost_the_key_to_another_try_commits_nothing() {
    use progreda::authz::Origin;
    use progreda::db::journal::Doer;
    use progreda::ids::RequestId;
    let office = Office::open().await;
    let world = office.db.world();
    let request = Some(RequestId::new(world.now(), world.entropy()));
    let origin = Origin { request, reserved: true, ..Origin::default() };
    let mut tx = office.db.write().await.unwrap();
    tx.on().run("UPDATE accounts SET name = 'Changed'", binds![]).await.unwrap();
    let refused = tx.commit_as(&Doer::system(), None, world.now(), &origin, &[]).await;
    assert!(matches!(refused, Err(progreda::db::DbError::Superseded)), "{refused:?}");
    assert_eq!(run(&office.db, "UPDATE accounts SET name = name WHERE name = 'Changed'").await, 0);
}

#[actix_web::test]
async fn the_answer_is_sealed_and_goes_with_its_integration() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    create(&software, "planted-key", &json!({"firstName": "Plantagenet"})).await.expect(201);
    let sql = "SELECT key_digest || request_digest || COALESCE(subject, '') || answer FROM idempotency_keys";
    let (kept,): (String,) = office.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    assert!(!kept.contains("Plant") && !kept.contains("planted") && kept.contains("con_"), "{kept}");
}

#[actix_web::test]
async fn killed_at_any_moment_one_key_makes_one_contact() {
    let database = TestDatabase::new().await;
    let db = Db::open(database.url(), &database.key_file(), World::real()).await.expect("the database");
    let account = progreda::accounts::commands::create(&db, "Harbor & Pine").await.expect("an account");
    let secret = Office::token_in(&db, &account, ALL).await;
    let mut keys = 0;
    for round in 0_u64..6 {
        let mut server = Binary::start(&database, "warn");
        let software = Software::new(server.url(), account.as_str(), &secret);
        let first = keys;
        let working = async {
            loop {
                let request = keyed(&software, &format!("k{keys}"), &json!({"firstName": format!("N{keys}")}));
                keys += 1;
                if request.send().await.is_err() {
                    return;
                }
            }
        };
        let contacts = "SELECT COUNT(*) FROM contacts";
        let enough = count(&db, contacts, binds![]).await + 4;
        let killing = async {
            comes(async || count(&db, contacts, binds![]).await >= enough).await;
            tokio::time::sleep(Duration::from_millis(37 * round)).await;
            server.kill();
        };
        futures_util::future::join(working, killing).await;
        // Each is made again, as a client does that heard nothing.
        let server = Binary::start(&database, "warn");
        let software = Software::new(server.url(), account.as_str(), &secret);
        for key in first..keys {
            let again = create(&software, &format!("k{key}"), &json!({"firstName": format!("N{key}")})).await;
            assert!(matches!(again.status, 201 | 409), "{}", again.body);
        }
        let sql =
            "SELECT COUNT(*) FROM (SELECT first_name FROM contacts GROUP BY first_name HAVING COUNT(*) > 1) AS twice";
        let (twice,): (i64,) = db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
        assert_eq!(twice, 0, "a contact was made twice in round {round}");
    }
    assert!(keys > 12, "too few were made to say anything: {keys}");
}
