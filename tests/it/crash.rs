//! `kill -9` amid making and rotating: what was acknowledged is there, what was ended stays ended, nothing is half done.

use crate::chain::count;
use crate::console::{Admin, Made, furnish, open, status_of};
use crate::killable::Binary;
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use futures_util::future::join;
use progreda::binds;
use progreda::db::Db;
use std::time::Duration;

const ROUNDS: u64 = 8;

/// What one admin was told, and so may rely on.
#[derive(Default)]
struct Told {
    /// Integrations whose making was acknowledged.
    made: Vec<Made>,
    /// Tokens that were shown and not rotated since.
    live: Vec<String>,
    /// Tokens whose end was acknowledged.
    dead: Vec<String>,
    /// Whether a request got no answer. What it did is unknown, and nothing is asserted of it.
    cut: bool,
}

/// Makes integrations and rotates each twice, until the server is gone.
async fn work(admin: &Admin, label: &str, told: &mut Told) -> reqwest::Result<()> {
    for number in 0.. {
        let form = admin.creation(&format!("{label} {number}")).await?;
        let made = Made::of(&admin.visitor.try_submit(form).await?.expect(303));
        told.made.push(made.clone());
        let mut token = admin.reveal(&made).await?.expect("a new token is shown");
        for _ in 0..2 {
            told.live.push(token);
            let form = admin.rotation_now(&made).await?;
            // From here on the old token's fate is known again only with the answer.
            let old = told.live.pop().expect("it was just added");
            admin.visitor.try_submit(form).await?.expect(303);
            told.dead.push(old);
            token = admin.reveal(&made).await?.expect("a new token is shown");
        }
        told.live.push(token);
    }
    Ok(())
}

/// Each statement counts what must not be there.
const NEVER: [(&str, &str); 6] = [
    (
        "an integration without a token",
        "SELECT COUNT(*) FROM integrations i WHERE NOT EXISTS (SELECT 1 FROM tokens t WHERE t.integration_id = i.id)",
    ),
    (
        "an integration whose current tokens are not one",
        "SELECT COUNT(*) FROM integrations i WHERE 1 <> \
         (SELECT COUNT(*) FROM tokens t WHERE t.integration_id = i.id AND t.role = 'current')",
    ),
    (
        "an integration without exactly one event of its making",
        "SELECT COUNT(*) FROM integrations i WHERE 1 <> \
         (SELECT COUNT(*) FROM events e WHERE e.subject_id = i.id AND e.action = 'integration.created')",
    ),
    (
        "a token without its event",
        "SELECT COUNT(*) FROM integrations i WHERE (SELECT COUNT(*) FROM tokens t WHERE t.integration_id = i.id) <> \
         (SELECT COUNT(*) FROM events e WHERE e.subject_id = i.id AND e.action IN \
          ('integration.created', 'integration.rotated_now'))",
    ),
    (
        "an event of an integration that is not there",
        "SELECT COUNT(*) FROM events e WHERE e.subject_kind = 'integration' \
         AND NOT EXISTS (SELECT 1 FROM integrations i WHERE i.id = e.subject_id)",
    ),
    (
        "a chain of events with a gap",
        "SELECT COUNT(*) FROM event_heads h WHERE h.sequence <> \
         (SELECT COUNT(*) FROM events e WHERE e.account_id = h.account_id AND e.sequence BETWEEN 1 AND h.sequence)",
    ),
];

async fn nothing_is_half_done(db: &Db) {
    for (what, sql) in NEVER {
        let (found,): (i64,) = db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
        assert_eq!(found, 0, "{what}");
    }
}

async fn what_was_told_is_true(db: &Db, url: &str, told: &Told) {
    for made in &told.made {
        let found: Option<(String,)> = db
            .read()
            .await
            .unwrap()
            .on()
            .first("SELECT id FROM integrations WHERE id = $1", binds![&made.id])
            .await
            .unwrap();
        assert!(found.is_some(), "{} was acknowledged and is lost", made.id);
    }
    for token in &told.live {
        assert_eq!(status_of(url, token).await, 200, "an acknowledged token is lost");
    }
    for token in &told.dead {
        assert_eq!(status_of(url, token).await, 401, "a token whose end was acknowledged is honoured");
    }
}

#[actix_web::test]
async fn what_was_acknowledged_outlives_the_process() {
    let database = TestDatabase::new().await;
    let db = open(&database).await;
    furnish(&db).await;
    let mut everything = Told::default();
    let mut cut = 0;
    for round in 0..ROUNDS {
        let mut server = Binary::start(&database, "warn");
        what_was_told_is_true(&db, server.url(), &everything).await;
        let (one, other) = join(Admin::sign_in(server.url()), Admin::sign_in(server.url())).await;
        let mut told = (Told::default(), Told::default());
        // Killed at another moment in each round, so that all places of the work are met; on a slow machine too, some of it is done by then.
        let ended = "SELECT COUNT(*) FROM events WHERE action = 'integration.rotated_now'";
        let enough = count(&db, ended, binds![]).await + 4;
        let killing = async {
            comes(async || count(&db, ended, binds![]).await >= enough).await;
            tokio::time::sleep(Duration::from_millis(53 * round)).await;
            server.kill();
        };
        let labels = (format!("Left {round}"), format!("Right {round}"));
        let working = join(work(&one, &labels.0, &mut told.0), work(&other, &labels.1, &mut told.1));
        let ((), (left, right)) = join(killing, working).await;
        (told.0.cut, told.1.cut) = (left.is_err(), right.is_err());
        nothing_is_half_done(&db).await;
        for told in [told.0, told.1] {
            cut += u64::from(told.cut);
            everything.made.extend(told.made);
            everything.live.extend(told.live);
            everything.dead.extend(told.dead);
        }
    }
    let server = Binary::start(&database, "warn");
    what_was_told_is_true(&db, server.url(), &everything).await;
    nothing_is_half_done(&db).await;
    assert_eq!(cut, 2 * ROUNDS, "the server was to be killed while somebody waited for it");
    let (made, dead) = (everything.made.len(), everything.dead.len());
    assert!(made >= 8 && dead >= 8, "too little was acknowledged to say anything: {made} made, {dead} ended");
}

/// The checks above would notice: each fault is made by hand and found.
#[actix_web::test]
async fn what_is_half_done_would_be_found() {
    use progreda::db::journal::Unlogged;
    let faults = [
        ("DELETE FROM tokens", 0),
        ("UPDATE tokens SET role = 'former', ended_at = 1, end_reason = 'rotated'", 1),
        ("DELETE FROM events WHERE action = 'integration.created'", 2),
        ("DELETE FROM events WHERE action = 'integration.rotated_now'", 3),
        ("DELETE FROM integrations", 4),
        ("DELETE FROM events WHERE sequence = 2", 5),
    ];
    let app = crate::support::app::TestApp::start().await;
    let db = open(app.database()).await;
    furnish(&db).await;
    let admin = Admin::sign_in(app.url()).await;
    let (made, _) = admin.make("Ledger").await;
    admin.visitor.submit(admin.rotation_now(&made).await.unwrap()).await.expect(303);
    nothing_is_half_done(&db).await;
    for (fault, place) in faults {
        let (what, sql) = NEVER[place];
        let mut tx = db.write().await.unwrap();
        if place == 4 {
            tx.on().run("DELETE FROM tokens", binds![]).await.unwrap();
        }
        tx.on().run(fault, binds![]).await.unwrap();
        let (found,): (i64,) = tx.on().only(sql, binds![]).await.unwrap();
        assert!(found > 0, "{what} is not noticed after {fault}");
    }
    let tx = db.write().await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    nothing_is_half_done(&db).await;
}
