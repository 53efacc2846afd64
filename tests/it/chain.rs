//! The chain of events: whatever somebody does to it who can write to the database but has no key, it is noticed.

use crate::support::actors::Scene;
use crate::support::patience::comes;
use crate::support::visitor::Visitor;
use futures_util::future::join_all;
use progreda::authz::{Lab, Permission};
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::db::journal::verify::{Report, heads};
use progreda::db::{Bind, Db};
use progreda::ids::AccountId;
use progreda::world::Span;

/// What somebody who has the database does to it.
pub async fn tamper(db: &Db, statements: &[&'static str]) -> u64 {
    let mut tx = db.write().await.unwrap();
    let mut changed = 0;
    for sql in statements {
        changed = tx.on().run(sql, binds![]).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
    }
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    changed
}

pub async fn verify(db: &Db, account: &AccountId) -> Report {
    db.verify_chain(account, None).await.expect("the chain can be read")
}

/// Where the chain is not whole, and why.
async fn fault(db: &Db, account: &AccountId) -> (Option<i64>, String) {
    let finding = verify(db, account).await.finding.expect("something is wrong");
    (finding.sequence, finding.what)
}

/// An account with twelve events: its setup, ten names, and a name in another account.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    for n in 0..10 {
        rename(&scene.admin, &format!("Ada the {n}th")).await;
    }
    scene
}

pub async fn rename(admin: &Visitor, name: &str) {
    let form = admin.get("/profile").await.expect(200).form("/profile/name").with("name", name);
    admin.submit(form).await.expect(303);
}

/// A copy of the table, and the way back to it.
async fn copied(db: &Db) {
    tamper(
        db,
        &["CREATE TABLE events_copy AS SELECT * FROM events", "CREATE TABLE heads_copy AS SELECT * FROM event_heads"],
    )
    .await;
}

async fn restored(db: &Db) {
    let back = [
        "DELETE FROM events",
        "INSERT INTO events SELECT * FROM events_copy",
        "DELETE FROM event_heads",
        "INSERT INTO event_heads SELECT * FROM heads_copy",
    ];
    tamper(db, &back).await;
}

async fn end(db: &Db, account: &AccountId) -> i64 {
    let sql = "SELECT sequence FROM event_heads WHERE account_id = $1";
    db.read().await.unwrap().on().only::<(i64,)>(sql, binds![account]).await.unwrap().0
}

pub async fn count(db: &Db, sql: &'static str, values: Vec<Bind>) -> i64 {
    db.read().await.unwrap().on().only::<(i64,)>(sql, values).await.unwrap().0
}

#[actix_web::test]
async fn a_chain_that_nobody_touched_is_whole() {
    let scene = scene().await;
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!(report.finding, None);
    assert_eq!(report.last, end(&scene.db, &scene.account).await);
    assert!(report.last >= 11 && report.closed == 0 && report.leftover == 0, "{report:?}");
}

#[actix_web::test]
async fn a_change_of_any_column_is_noticed() {
    let scene = scene().await;
    let other = scene.account("Elsewhere").await;
    copied(&scene.db).await;
    let columns = [
        ("id", "UPDATE events SET id = 'evt_0' WHERE sequence = 5 AND account_id = $1"),
        ("account_id", "UPDATE events SET account_id = NULL WHERE sequence = 5 AND account_id = $1"),
        ("sequence", "UPDATE events SET sequence = 5000 WHERE sequence = 5 AND account_id = $1"),
        ("no sequence", "UPDATE events SET sequence = NULL WHERE sequence = 5 AND account_id = $1"),
        ("happened_at", "UPDATE events SET happened_at = happened_at + 1 WHERE sequence = 5 AND account_id = $1"),
        ("actor_kind", "UPDATE events SET actor_kind = 'operator' WHERE sequence = 5 AND account_id = $1"),
        ("actor_id", "UPDATE events SET actor_id = 'usr_0' WHERE sequence = 5 AND account_id = $1"),
        ("no actor_id", "UPDATE events SET actor_id = NULL WHERE sequence = 5 AND account_id = $1"),
        ("actor_name", "UPDATE events SET actor_name = 'Bob' WHERE sequence = 5 AND account_id = $1"),
        ("action", "UPDATE events SET action = 'user.signed_in' WHERE sequence = 5 AND account_id = $1"),
        ("subject_kind", "UPDATE events SET subject_kind = 'contact' WHERE sequence = 5 AND account_id = $1"),
        ("subject_id", "UPDATE events SET subject_id = 'usr_0' WHERE sequence = 5 AND account_id = $1"),
        ("subject_name", "UPDATE events SET subject_name = 'Bob' WHERE sequence = 5 AND account_id = $1"),
        ("details", "UPDATE events SET details = '{}' WHERE sequence = 5 AND account_id = $1"),
        ("address", "UPDATE events SET address = '203.0.113.9' WHERE sequence = 5 AND account_id = $1"),
        ("agent", "UPDATE events SET agent = 'curl' WHERE sequence = 5 AND account_id = $1"),
        ("request_id", "UPDATE events SET request_id = NULL WHERE sequence = 5 AND account_id = $1"),
        ("times", "UPDATE events SET times = 2 WHERE sequence = 5 AND account_id = $1"),
        ("coalesce_key", "UPDATE events SET coalesce_key = 'x' WHERE sequence = 5 AND account_id = $1"),
        ("mac", "UPDATE events SET mac = 'x' WHERE sequence = 5 AND account_id = $1"),
        ("no mac", "UPDATE events SET mac = NULL WHERE sequence = 5 AND account_id = $1"),
        ("key_id", "UPDATE events SET key_id = '00000000' WHERE sequence = 5 AND account_id = $1"),
        ("no key_id", "UPDATE events SET key_id = NULL WHERE sequence = 5 AND account_id = $1"),
    ];
    for (column, sql) in columns {
        let mut tx = scene.db.write().await.unwrap();
        assert_eq!(tx.on().run(sql, binds![&scene.account]).await.unwrap(), 1, "{column}");
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
        assert_eq!(fault(&scene.db, &scene.account).await.0, Some(5), "{column}");
        restored(&scene.db).await;
    }
    let announcing = "UPDATE events SET announces = '{}' WHERE sequence = 5 AND account_id = $1";
    let refused = scene.db.write().await.unwrap().on().run(announcing, binds![&scene.account]).await;
    refused.expect_err("what is not signed stands in no event of a chain");
    scene.db.write().await.unwrap().on().prepare(ALL_COLUMNS).await.expect("each column is signed, and tried above");
    // Into another account's chain.
    let mut tx = scene.db.write().await.unwrap();
    let sql = "UPDATE events SET account_id = $1, sequence = $2 WHERE sequence = 5 AND account_id = $3";
    let place = end(&scene.db, &other).await + 1;
    tx.on().run(sql, binds![&other, place, &scene.account]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    assert_eq!(fault(&scene.db, &scene.account).await.0, Some(5));
    assert_eq!(fault(&scene.db, &other).await, (Some(place), "it stands behind the head of the chain".to_owned()));
}

/// No engine takes it once events have one column more.
const ALL_COLUMNS: &str = "SELECT * FROM events UNION ALL SELECT id, account_id, sequence, happened_at, actor_kind, actor_id, \
     actor_name, action, subject_kind, subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, \
     key_id, announces FROM events";

#[actix_web::test]
async fn an_event_that_is_gone_or_moved_is_noticed_where_it_was() {
    let scene = scene().await;
    copied(&scene.db).await;
    let last = end(&scene.db, &scene.account).await;
    let tries: [(&[&'static str], i64); 6] = [
        (&["DELETE FROM events WHERE sequence = 1"], 1),
        (&["DELETE FROM events WHERE sequence = 6"], 6),
        (
            &[
                "DELETE FROM events WHERE sequence IN (6, 7)",
                "UPDATE events SET sequence = sequence - 2 WHERE sequence > 7",
            ],
            6,
        ),
        (&["DELETE FROM events WHERE sequence = (SELECT MAX(sequence) FROM events)"], last),
        // Two change places with their numbers, and without.
        (
            &[
                "UPDATE events SET sequence = -4 WHERE sequence = 4",
                "UPDATE events SET sequence = 4 WHERE sequence = 7",
                "UPDATE events SET sequence = 7 WHERE sequence = -4",
            ],
            4,
        ),
        (
            &["UPDATE events SET mac = (SELECT mac FROM events_copy c WHERE c.sequence = 11 - events.sequence AND \
                  c.account_id = events.account_id), details = (SELECT details FROM events_copy c WHERE \
                  c.sequence = 11 - events.sequence AND c.account_id = events.account_id) WHERE sequence IN (4, 7)"],
            4,
        ),
    ];
    for (statements, place) in tries {
        tamper(&scene.db, statements).await;
        assert_eq!(fault(&scene.db, &scene.account).await.0, Some(place), "{statements:?}");
        restored(&scene.db).await;
        assert_eq!(verify(&scene.db, &scene.account).await.finding, None);
    }
}

#[actix_web::test]
async fn an_event_that_nobody_wrote_is_noticed() {
    let scene = scene().await;
    copied(&scene.db).await;
    let last = end(&scene.db, &scene.account).await;
    let columns = "INSERT INTO events (id, account_id, sequence, happened_at, actor_kind, actor_name, action, subject_kind, \
                   subject_name, details, times, coalesce_key, mac, key_id) SELECT 'evt_x', account_id, ";
    let rest = ", happened_at, actor_kind, actor_name, action, subject_kind, subject_name, details, times, ";
    let inserted = [
        ("behind the end", "MAX(sequence) + 1", "NULL, MAX(mac), MAX(key_id)", Some(last + 1)),
        ("before the first", "0", "NULL, MAX(mac), MAX(key_id)", None),
        ("beside the chain", "CAST(NULL AS BIGINT)", "NULL, NULL, NULL", None),
        ("as if it were counted", "CAST(NULL AS BIGINT)", "'made up', NULL, NULL", None),
    ];
    for (what, sequence, end, place) in inserted {
        let group = " FROM events WHERE sequence IS NOT NULL GROUP BY account_id, happened_at, actor_kind, actor_name, action, \
                     subject_kind, subject_name, details, times ORDER BY MAX(sequence) DESC LIMIT 1";
        let sql: &'static str = format!("{columns}{sequence}{rest}{end}{group}").leak();
        assert_eq!(tamper(&scene.db, &[sql]).await, 1);
        assert_eq!(fault(&scene.db, &scene.account).await.0, place, "{what}");
        // A row that only looks counted never joins the chain.
        scene.app.advance(Span::minutes(5));
        scene.db.seal_counted().await.unwrap();
        assert_eq!(fault(&scene.db, &scene.account).await.0, place, "{what}");
        restored(&scene.db).await;
    }
}

#[actix_web::test]
async fn only_a_kept_head_proves_that_the_end_was_not_cut() {
    let scene = scene().await;
    let kept = heads(&mut scene.db.read().await.unwrap().on()).await.unwrap();
    let (_, last, mac) = kept.into_iter().find(|(id, ..)| id == scene.account.as_str()).unwrap();
    assert_eq!(last, end(&scene.db, &scene.account).await);
    let kept = (last, mac);
    let whole = scene.db.verify_chain(&scene.account, Some(&kept)).await.unwrap();
    assert_eq!(whole.finding, None);
    rename(&scene.admin, "Ada after the head was kept").await;
    assert_eq!(scene.db.verify_chain(&scene.account, Some(&kept)).await.unwrap().finding, None);

    // The last three go, and the head goes back with them: what is left is a whole chain, only shorter.
    let cut = [
        "UPDATE event_heads SET sequence = sequence - 3",
        "UPDATE event_heads SET mac = (SELECT e.mac FROM events e WHERE e.account_id = event_heads.account_id \
         AND e.sequence = event_heads.sequence)",
        "DELETE FROM events WHERE sequence > (SELECT h.sequence FROM event_heads h WHERE h.account_id = events.account_id)",
    ];
    tamper(&scene.db, &cut).await;
    assert_eq!(verify(&scene.db, &scene.account).await.finding, None, "it cannot be known without the head");
    let found = scene.db.verify_chain(&scene.account, Some(&kept)).await.unwrap().finding.expect("with it, it is");
    assert_eq!(found.sequence, Some(last - 1));
    assert!(found.what.contains("cut off"), "{found:?}");

    // Remade to the same length by the server itself, it is another chain.
    for n in 0..3 {
        rename(&scene.admin, &format!("Ada once more {n}")).await;
    }
    assert_eq!(verify(&scene.db, &scene.account).await.finding, None);
    let found = scene.db.verify_chain(&scene.account, Some(&kept)).await.unwrap().finding.expect("another chain");
    assert_eq!(found.sequence, Some(last));
    assert!(found.what.contains("kept head"), "{found:?}");
}

#[actix_web::test]
async fn an_older_copy_is_noticed_by_the_kept_head_alone() {
    let scene = scene().await;
    copied(&scene.db).await;
    rename(&scene.admin, "Ada later").await;
    let kept = heads(&mut scene.db.read().await.unwrap().on()).await.unwrap();
    let kept = kept.into_iter().find(|(id, ..)| id == scene.account.as_str()).map(|(_, at, mac)| (at, mac)).unwrap();
    restored(&scene.db).await;
    assert_eq!(verify(&scene.db, &scene.account).await.finding, None);
    assert!(scene.db.verify_chain(&scene.account, Some(&kept)).await.unwrap().finding.is_some());
    // Only the head's row, or only the events: noticed without it.
    tamper(&scene.db, &["UPDATE event_heads SET sequence = sequence - 1"]).await;
    assert!(fault(&scene.db, &scene.account).await.1.contains("behind the head"));
    tamper(&scene.db, &["DELETE FROM event_heads"]).await;
    assert!(verify(&scene.db, &scene.account).await.finding.is_some());
}

#[actix_web::test]
async fn fifty_changes_at_once_make_one_whole_chain() {
    let scene = Scene::new().await;
    let before = end(&scene.db, &scene.account).await;
    let all = join_all((0..50).map(|n| {
        let db = scene.db.clone();
        let account = scene.account.clone();
        async move {
            progreda::labs::commands::switch(&db, &account, Lab::Contacts, n % 2 == 0)
                .await
                .expect("the operator switches")
        }
    }));
    let changed = all.await.into_iter().filter(|changed| *changed).count();
    assert!(changed >= 1);
    let form = scene.admin.get("/profile").await.expect(200).form("/profile/name");
    let forms = (0..50).map(|n| form.clone().with("name", &format!("Ada the {n}th")));
    for page in join_all(forms.map(|form| scene.admin.submit(form))).await {
        page.expect(303);
    }
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!(report.finding, None);
    assert_eq!(report.last, before + i64::try_from(changed).unwrap() + 50);
}

/// Asks for what is refused, and waits until that is counted.
async fn refused(scene: &Scene, uma: &Visitor, times: i64) {
    let sum = "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM events WHERE action = 'access.refused'";
    let before = count(&scene.db, sum, vec![]).await;
    for _ in 0..times {
        uma.get("/business/contacts").await.expect(403);
    }
    assert!(
        comes(async || count(&scene.db, sum, vec![]).await == before + times).await,
        "{times} refusals were not counted"
    );
}

#[actix_web::test]
async fn counted_events_join_the_chain_once_their_minute_is_over() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    let denied = scene.set_override(&scene.account, "uma@harbor.example", Permission::ContactsView, Some(false));
    denied.await;
    let uma = scene.signed_in("uma@harbor.example").await;
    refused(&scene, &uma, 2).await;
    let last = end(&scene.db, &scene.account).await;
    assert_eq!(scene.db.seal_counted().await.unwrap(), 0, "its minute is not over");
    assert_eq!(verify(&scene.db, &scene.account).await.waiting, 1);
    scene.app.advance(Span::minutes(2));
    // Two servers at once.
    let (one, other) = (scene.app.db().await, scene.app.db().await);
    let (first, second) = tokio::join!(one.seal_counted(), other.seal_counted());
    // On PostgreSQL one of the two may be asked to come again.
    let sealed = first.unwrap_or(0) + second.unwrap_or(0) + scene.db.seal_counted().await.unwrap();
    let by_the_server = u64::try_from(end(&scene.db, &scene.account).await - last).unwrap();
    assert_eq!((by_the_server, sealed <= 1), (1, true), "once");
    let report = verify(&scene.db, &scene.account).await;
    assert_eq!((report.finding, report.waiting), (None, 0));
    assert_eq!(count(&scene.db, FAILED, vec![]).await, 2);

    // The clock is set back into that minute: what is sealed stays as it is.
    scene.app.advance(Span::minutes(-2));
    refused(&scene, &uma, 1).await;
    assert_eq!(verify(&scene.db, &scene.account).await.waiting, 1);
    assert_eq!(count(&scene.db, FAILED, vec![]).await, 2);
    scene.app.advance(Span::minutes(2));
    scene.db.seal_counted().await.unwrap();
    assert_eq!(count(&scene.db, FAILED, vec![]).await, 3);
    // How often is part of what is signed.
    tamper(&scene.db, &["UPDATE events SET times = 1 WHERE action = 'access.refused' AND times = 2"]).await;
    assert!(verify(&scene.db, &scene.account).await.finding.is_some());
}

const FAILED: &str = "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM events \
     WHERE action = 'access.refused' AND sequence IS NOT NULL";
