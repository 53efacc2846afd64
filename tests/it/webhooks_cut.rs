//! `kill -9` amid a long backlog: the next server goes on where the last whole portion ended.

use crate::hooked::{Hook, change, fill};
use crate::receiver::{Mode, Receiver};
use crate::support::patience::comes;
use crate::webhooks_crash::Site;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::webhooks::store::backlogs;
use progreda::world::Span;
use std::collections::HashMap;
use std::time::Duration;

/// More than a server works off between two looks at it.
const BACKLOG: i64 = 8_000;
const PORTION: i64 = 500;
const BACKLOGS: &str = "SELECT COUNT(*) FROM webhook_backlogs";

/// The only endpoint.
async fn endpoint(site: &Site) -> Hook {
    let mut reader = site.db.read().await.unwrap();
    let (id,): (String,) = reader.on().only("SELECT id FROM webhook_endpoints", binds![]).await.unwrap();
    Hook { id: id.parse().unwrap(), secret: String::new() }
}

#[actix_web::test]
async fn what_is_stopped_in_portions_is_stopped_to_the_end_by_the_next_server() {
    let receiver = Receiver::start(Mode::status(200));
    let site = Site::new(&[&receiver]).await;
    let to = endpoint(&site).await;
    let now = site.db.world().now();
    fill(&site.db, &site.account, &to, BACKLOG, ("waiting", Some(now.plus(Span::hours(5))))).await;
    // As deleting and disabling leave it, in their own transaction.
    let mut tx = site.db.write().await.unwrap();
    backlogs::stop(&mut tx.on(), (&site.account, &to.id), "deleted").await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let stopped = "SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'stopped' AND stopped_why = 'deleted' AND next_at IS NULL";
    let cut = site.cut_at(stopped).await;
    assert!((1..BACKLOG).contains(&cut) && cut % PORTION == 0, "{cut} were stopped when it was killed");
    let _next = site.start();
    assert!(comes(async || site.count(BACKLOGS).await == 0).await, "it is never worked off");
    assert_eq!((site.count(stopped).await, receiver.connections()), (BACKLOG, 0));
}

#[actix_web::test]
async fn what_is_tried_anew_in_portions_is_tried_to_the_end_by_the_next_server() {
    let receiver = Receiver::start(Mode::Slowly(Duration::from_millis(20)));
    let site = Site::new(&[&receiver]).await;
    let to = endpoint(&site).await;
    let (now, all) = (site.db.world().now(), 700);
    fill(&site.db, &site.account, &to, all, ("failed", None)).await;
    let mut tx = site.db.write().await.unwrap();
    let since = now.minus(Span::hours(2));
    backlogs::again(&mut tx.on(), (&site.account, &to.id), since, now, all).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let begun = "SELECT COUNT(*) FROM webhook_deliveries WHERE state <> 'failed'";
    let cut = site.cut_at(begun).await;
    let done = site.count("SELECT CAST(COALESCE(SUM(done), -1) AS BIGINT) FROM webhook_backlogs").await;
    assert!(cut == all || (cut % PORTION == 0 && done == cut), "{cut} were begun when it was killed, {done} counted");
    let leased = "SELECT COUNT(*) FROM webhook_deliveries WHERE lease IS NOT NULL AND state = 'waiting'";
    let leased = site.count(leased).await;
    change(&site.db, "UPDATE webhook_deliveries SET next_at = 1 WHERE lease IS NOT NULL AND next_at > 1", binds![])
        .await;
    let _next = site.start();
    assert!(comes(async || site.count(BACKLOGS).await == 0).await, "it is never worked off");
    site.delivered().await;
    assert_eq!(site.count("SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'delivered'").await, all);
    let mut times: HashMap<String, usize> = HashMap::new();
    for got in receiver.got() {
        *times.entry(got.id()).or_default() += 1;
    }
    let twice = times.values().filter(|times| **times > 1).count();
    assert_eq!(i64::try_from(times.len()).unwrap(), all, "each was told");
    assert!(i64::try_from(twice).unwrap() <= leased, "{twice} were told twice, {leased} were cut");
}
