//! Whatever keeps an endpoint from being sent anything holds from the next try on, and a server that stops cuts nothing for good.

use crate::hooked::{Hooked, hook};
use crate::receiver::{Mode, Receiver};
use progreda::binds;
use progreda::webhooks::model::{Event, State};
use progreda::world::Span;
use std::time::Duration;
use tokio::time::Instant;

/// What happens, and what its deliveries say of it.
const CAUSES: [(&str, &str); 7] = [
    ("UPDATE webhook_endpoints SET paused_at = 1 WHERE id = $1", "paused"),
    ("UPDATE webhook_endpoints SET disabled_at = 1, disabled_why = 'gone' WHERE id = $1", "disabled"),
    ("UPDATE webhook_endpoints SET deleted_at = 1, secret = '' WHERE id = $1", "deleted"),
    (
        "UPDATE integrations SET paused_at = 1 WHERE id = (SELECT integration_id FROM webhook_endpoints WHERE id = $1)",
        "integration_paused",
    ),
    (
        "UPDATE integrations SET scopes = 'contacts.write' WHERE id = (SELECT integration_id FROM webhook_endpoints WHERE id = $1)",
        "scope_missing",
    ),
    (
        "UPDATE integrations SET deleted_at = 1 WHERE id = (SELECT integration_id FROM webhook_endpoints WHERE id = $1)",
        "integration_deleted",
    ),
    (
        "UPDATE accounts SET disabled_at = 1 WHERE id = (SELECT account_id FROM webhook_endpoints WHERE id = $1)",
        "account_disabled",
    ),
];

#[actix_web::test]
async fn each_cause_stops_deliveries_from_the_next_try_on() {
    let receivers: Vec<Receiver> = CAUSES.iter().map(|_| Receiver::start(Mode::status(500))).collect();
    let hooked = Hooked::new(&receivers.iter().collect::<Vec<_>>()).await;
    let scene = &hooked.scene;
    let mut hooks = Vec::new();
    for (receiver, (_, why)) in receivers.iter().zip(CAUSES) {
        let token = scene.token(&scene.account, why, &["contacts.readonly"]).await;
        let events = [Event::ContactCreate];
        hooks.push(hook(&scene.db, &scene.account, &token.integration, &receiver.url(), &events).await);
    }
    hooked.contact("Mara").await;
    for hook in &hooks {
        hooked.tried(hook, 1).await;
    }
    // The account goes last, since nothing is sent in it afterwards.
    let (last, rest) = hooks.split_last().unwrap();
    let causes = &CAUSES[..CAUSES.len() - 1];
    for (hook, (cause, _)) in rest.iter().zip(causes) {
        hooked.change(cause, binds![&hook.id]).await;
    }
    hooked.contact("Nils").await;
    // What a try came to is kept after its answer: only then is it known when the next one is.
    hooked.all_tried(last, 2, 1).await;
    scene.app.advance(Span::hours(6));
    for (hook, (cause, why)) in rest.iter().zip(causes) {
        // A deleted endpoint is not told of what comes after.
        let count = if *why == "deleted" { 1 } else { 2 };
        let all = hooked.settled(hook, State::Stopped, count).await;
        assert!(all.iter().all(|one| one.stopped_why.as_deref() == Some(*why)), "{cause}: {all:?}");
    }
    hooked.all_tried(last, 2, 2).await;
    let (cause, why) = CAUSES[CAUSES.len() - 1];
    hooked.change(cause, binds![&last.id]).await;
    scene.app.advance(Span::hours(6));
    let all = hooked.settled(last, State::Stopped, 2).await;
    assert!(all.iter().all(|one| one.stopped_why.as_deref() == Some(why)), "{all:?}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    let sent: Vec<usize> = receivers.iter().map(|receiver| receiver.got().len()).collect();
    assert_eq!(sent, [1, 1, 1, 1, 1, 1, 4], "something was sent afterwards");
}

#[actix_web::test]
async fn what_was_stopped_can_be_sent_again() {
    use progreda::webhooks::store::{backlogs, deliveries};
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let (db, account) = (&hooked.scene.db, &hooked.scene.account);
    let hook = hooked.hook(&receiver.url()).await;
    hooked.change("UPDATE webhook_endpoints SET paused_at = 1 WHERE id = $1", binds![&hook.id]).await;
    for name in ["Mara", "Nils", "Olga"] {
        hooked.contact(name).await;
    }
    let stopped = hooked.settled(&hook, State::Stopped, 3).await;
    hooked.change("UPDATE webhook_endpoints SET paused_at = NULL WHERE id = $1", binds![&hook.id]).await;
    receiver.stays_at(0).await;
    let mut tx = db.write().await.unwrap();
    let now = db.world().now();
    assert!(deliveries::again(&mut tx.on(), account, &hook.id, &stopped[1].id, now).await.unwrap());
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    assert_eq!(receiver.arrived(1).await[0].id(), stopped[1].message.as_str());
    hooked.settled(&hook, State::Delivered, 1).await;
    let mut tx = db.write().await.unwrap();
    assert_eq!(deliveries::count_since(&mut tx.on(), account, &hook.id, now).await.unwrap(), 2);
    backlogs::again(&mut tx.on(), (account, &hook.id), now, now, 2).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    hooked.settled(&hook, State::Delivered, 3).await;
    receiver.stays_at(3).await;
}

#[actix_web::test]
async fn a_page_of_deliveries_leads_to_the_next() {
    use progreda::webhooks::store::{deliveries, sent};
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    for number in 0..5 {
        hooked.contact(&format!("Mara {number}")).await;
        hooked.scene.app.advance(Span::seconds(i64::from(number % 2)));
    }
    let all = hooked.settled(&hook, State::Delivered, 5).await;
    let (db, account) = (&hooked.scene.db, &hooked.scene.account);
    let mut reader = db.read().await.unwrap();
    let (mut seen, mut after) = (Vec::new(), None);
    for state in [None, Some(State::Delivered)] {
        loop {
            let page = sent::page(&mut reader.on(), account, &hook.id, state, after.as_ref(), 2).await.unwrap();
            after = page.0.last().map(|one| one.delivery.id.clone());
            seen.extend(page.0);
            if !page.1 {
                break;
            }
        }
        let newest_first: Vec<_> = all.iter().rev().map(|one| &one.id).collect();
        assert_eq!(seen.iter().map(|one| &one.delivery.id).collect::<Vec<_>>(), newest_first);
        assert!(seen.iter().all(|one| one.body.as_ref().is_some_and(|body| body.contains("Mara"))));
        (seen, after) = (Vec::new(), None);
    }
    let other = hooked.scene.account("Quay").await;
    let page = sent::page(&mut reader.on(), &other, &hook.id, None, None, 2).await.unwrap();
    assert_eq!((page.0.len(), page.1), (0, false), "another account sees nothing");
    assert!(deliveries::find(&mut reader.on(), &other, &hook.id, &all[0].id).await.unwrap().is_none());
    let (found, body) = deliveries::find(&mut reader.on(), account, &hook.id, &all[0].id).await.unwrap().unwrap();
    assert_eq!((&found, body.contains("Mara")), (&all[0], true));
}

#[actix_web::test]
async fn a_server_that_stops_waits_a_little_and_loses_nothing() {
    let (slow, hanging) = (Receiver::start(Mode::Slowly(Duration::from_secs(2))), Receiver::start(Mode::Hang));
    let mut hooked = Hooked::new(&[&slow, &hanging]).await;
    let (one, other) = (hooked.hook(&slow.url()).await, hooked.hook(&hanging.url()).await);
    hooked.contact("Mara").await;
    slow.arrived(1).await;
    hanging.arrived(1).await;
    let begun = Instant::now();
    hooked.scene.app.restart();
    assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    hooked.settled(&one, State::Delivered, 1).await;
    assert_eq!(hooked.deliveries(&other).await[0].attempts, 0, "it was cut");
    hanging.answer(Mode::status(200));
    hanging.stays_at(1).await;
    hooked.scene.app.advance(Span::seconds(61));
    let got = hanging.arrived(2).await;
    assert_eq!(got[0].id(), got[1].id());
    hooked.settled(&other, State::Delivered, 1).await;
    slow.stays_at(1).await;
}
