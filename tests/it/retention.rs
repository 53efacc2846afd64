//! What is too old goes, and the rest of the chain still proves itself.

use crate::chain::{count, tamper, verify};
use crate::support::actors::{Scene, call, sign_in};
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use progreda::authz::Lab;
use progreda::binds;
use progreda::db::Db;
use progreda::ids::{AccountId, EventId};
use progreda::labs::commands::switch;
use progreda::world::Span;
use reqwest::Method;

const MONTH: Option<Span> = Some(Span::days(30));

/// `n` events of the operator, by turns on and off.
async fn events(scene: &Scene, n: usize) {
    for turn in 0..n {
        assert!(switch(&scene.db, &scene.account, Lab::Contacts, turn % 2 == 1).await.expect("the operator switches"));
    }
}

async fn last(db: &Db, account: &AccountId) -> i64 {
    verify(db, account).await.last
}

async fn closings(db: &Db) -> i64 {
    count(db, "SELECT COUNT(*) FROM events WHERE action = 'audit.closed'", binds![]).await
}

/// 35 days ago some events, 10 days ago six more; how many the old ones are.
async fn aged() -> (Scene, i64) {
    let scene = Scene::new().await;
    events(&scene, 6).await;
    let old = last(&scene.db, &scene.account).await;
    scene.app.advance(Span::days(25));
    events(&scene, 6).await;
    scene.app.advance(Span::days(10));
    (scene, old)
}

#[actix_web::test]
async fn a_closed_chain_proves_itself_from_its_checkpoint_on() {
    let (scene, old) = aged().await;
    let before = last(&scene.db, &scene.account).await;
    scene.db.close_old_events(MONTH).await.unwrap();
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.finding, report.closed, report.last, report.leftover), (None, old, before + 1, 0));
    let left = "SELECT COUNT(*) FROM events WHERE account_id = $1 AND sequence <= $2";
    assert_eq!(count(&scene.db, left, binds![&scene.account, old]).await, 0);
    let said = "SELECT details FROM events WHERE action = 'audit.closed'";
    let (said,): (String,) = scene.db.read().await.unwrap().on().only(said, binds![]).await.unwrap();
    assert_eq!(said, format!(r#"{{"up_to":{old},"events":{old},"older_than_days":30}}"#));
    // Once a day at most, and the second closing builds on the first.
    scene.app.advance(Span::hours(23));
    scene.db.close_old_events(Some(Span::days(1))).await.unwrap();
    assert_eq!(closings(&scene.db).await, 1);
    scene.app.advance(Span::hours(2));
    scene.db.close_old_events(Some(Span::days(1))).await.unwrap();
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.finding, report.closed, report.last), (None, before + 1, before + 2));
    assert_eq!(closings(&scene.db).await, 1, "the first closing was closed itself");
}

#[actix_web::test]
async fn nothing_goes_without_being_told_to() {
    let (scene, _) = aged().await;
    let before = last(&scene.db, &scene.account).await;
    scene.db.close_old_events(None).await.unwrap();
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.closed, report.last), (0, before));
}

#[actix_web::test]
async fn what_stands_outside_of_chains_goes_as_well() {
    let scene = Scene::new().await;
    let token = scene.token(&scene.account, "Sync", &["contacts.write"]).await;
    let body = format!(r#"{{"locationId":"{}","email":"nora@quay.example"}}"#, scene.account);
    call(&scene.app, Method::POST, "/contacts/", &token.plain, Some(&body)).await.expect(201);
    sign_in(&scene.app.visitor(), "nobody@quay.example", "not the password at all").await.expect(401);
    let data = "SELECT COUNT(*) FROM events WHERE subject_kind = 'contact'";
    let nobodys = "SELECT COUNT(*) FROM events WHERE account_id IS NULL AND action = 'user.sign_in_failed'";
    // A failed sign-in is written within a second or two.
    comes(async || count(&scene.db, nobodys, binds![]).await > 0).await;
    assert_eq!((count(&scene.db, data, binds![]).await, count(&scene.db, nobodys, binds![]).await), (1, 1));
    scene.app.advance(Span::days(29));
    scene.db.close_old_events(MONTH).await.unwrap();
    assert_eq!((count(&scene.db, data, binds![]).await, count(&scene.db, nobodys, binds![]).await), (1, 1));
    scene.app.advance(Span::days(2));
    scene.db.close_old_events(MONTH).await.unwrap();
    assert_eq!((count(&scene.db, data, binds![]).await, count(&scene.db, nobodys, binds![]).await), (0, 0));
}

#[actix_web::test]
async fn what_webhooks_were_not_told_yet_stays_however_old_it_is() {
    // Without a server, which would pass it on.
    let database = TestDatabase::new().await;
    let db = crate::console::open(&database).await;
    let account = progreda::accounts::commands::create(&db, "Quay").await.expect("an account");
    let (long_ago, all) =
        (db.world().now().minus(Span::days(400)), "SELECT COUNT(*) FROM events WHERE subject_kind = 'contact'");
    let add = "INSERT INTO events (id, account_id, happened_at, actor_kind, actor_name, action, subject_kind, subject_name, details, times, \
         announces) VALUES ($1, $2, $3, 'system', 'System', 'contact.created', 'contact', '', '{}', 1, $4)";
    for announces in [None, Some("{\"types\":[\"ContactCreate\"],\"fields\":{}}")] {
        let id = EventId::new(long_ago, db.world().entropy());
        let announces = announces.map(str::to_owned);
        crate::hooked::change(&db, add, binds![&id, &account, long_ago, announces]).await;
    }
    db.close_old_events(MONTH).await.unwrap();
    assert_eq!(count(&db, all, binds![]).await, 1);
    let waits = "SELECT COUNT(*) FROM events WHERE announces IS NOT NULL";
    assert_eq!(count(&db, waits, binds![]).await, 1, "the one that waits");
    crate::hooked::change(&db, "UPDATE events SET announces = NULL", binds![]).await;
    db.close_old_events(MONTH).await.unwrap();
    assert_eq!(count(&db, all, binds![]).await, 0, "once it was taken it is as old as any other");
}

#[actix_web::test]
async fn nobody_moves_a_checkpoint() {
    let (scene, old) = aged().await;
    scene.db.close_old_events(MONTH).await.unwrap();
    tamper(&scene.db, &["CREATE TABLE closings_copy AS SELECT * FROM event_closings"]).await;
    let moves: [&[&'static str]; 5] = [
        // Forward over two events more, which then go.
        &[
            "UPDATE event_closings SET sequence = sequence + 2",
            "UPDATE event_closings SET mac = (SELECT e.mac FROM events e WHERE e.account_id = event_closings.account_id \
             AND e.sequence = event_closings.sequence)",
        ],
        &["UPDATE event_closings SET mac = 'x'"],
        &["UPDATE event_closings SET closed_at = closed_at + 1"],
        &["UPDATE event_closings SET key_id = '00000000'"],
        &["DELETE FROM event_closings"],
    ];
    for statements in moves {
        tamper(&scene.db, statements).await;
        assert!(verify(&scene.db, &scene.account).await.finding.is_some(), "{statements:?}");
        // And nothing is removed on its word.
        scene.app.advance(Span::days(2));
        scene.db.close_old_events(MONTH).await.unwrap();
        tamper(&scene.db, &["DELETE FROM event_closings", "INSERT INTO event_closings SELECT * FROM closings_copy"])
            .await;
        let report = verify(&scene.db, &scene.account).await;
        assert_eq!((report.finding, report.closed), (None, old), "{statements:?}");
    }
}

#[actix_web::test]
async fn a_chain_that_is_not_whole_keeps_its_old_events() {
    let (scene, old) = aged().await;
    tamper(&scene.db, &["UPDATE events SET actor_name = 'Bob' WHERE sequence = 3"]).await;
    scene.db.close_old_events(MONTH).await.unwrap();
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.closed, report.finding.and_then(|finding| finding.sequence)), (0, Some(3)));
    let left = "SELECT COUNT(*) FROM events WHERE account_id = $1 AND sequence <= $2";
    assert_eq!(count(&scene.db, left, binds![&scene.account, old]).await, old);
}

#[actix_web::test]
async fn a_crash_between_closing_and_removing_harms_nothing() {
    let (scene, old) = aged().await;
    tamper(&scene.db, &["CREATE TABLE events_copy AS SELECT * FROM events"]).await;
    scene.db.close_old_events(MONTH).await.unwrap();
    // As if only the first two had been removed.
    let sql =
        "INSERT INTO events SELECT * FROM events_copy c WHERE c.sequence > 2 AND c.id NOT IN (SELECT id FROM events)";
    tamper(&scene.db, &[sql]).await;
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.finding, report.closed, report.leftover), (None, old, old - 2));
    // What was promised is finished, whatever is set now.
    scene.db.close_old_events(None).await.unwrap();
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.finding, report.closed, report.leftover), (None, old, 0));
}

#[actix_web::test]
async fn nothing_young_hides_behind_a_closing() {
    let (scene, old) = aged().await;
    scene.db.close_old_events(MONTH).await.unwrap();
    let sql = "INSERT INTO events (id, account_id, sequence, happened_at, actor_kind, actor_name, action, subject_kind, \
         subject_name, details, times, mac) SELECT 'evt_x', account_id, sequence, closed_at, 'operator', 'Operator', \
         'integration.deleted', 'integration', 'Sync', '{}', 1, mac FROM event_closings";
    assert_eq!(tamper(&scene.db, &[sql]).await, 1);
    let found = verify(&scene.db, &scene.account).await.finding.expect("it cannot be still to go");
    assert_eq!(found.sequence, Some(old));
    assert!(found.what.contains("younger than the closing"), "{found:?}");
}

#[actix_web::test]
async fn two_servers_close_once() {
    let (scene, old) = aged().await;
    let (one, other) = (scene.app.db().await, scene.app.db().await);
    let (first, second) = tokio::join!(one.close_old_events(MONTH), other.close_old_events(MONTH));
    assert!(first.is_ok() || second.is_ok());
    scene.db.close_old_events(MONTH).await.unwrap();
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.finding, report.closed, report.leftover), (None, old, 0));
    assert_eq!(closings(&scene.db).await, 1);
}
