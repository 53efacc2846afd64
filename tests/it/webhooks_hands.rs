//! Receivers that are slow keep nobody else waiting: neither those of other accounts, nor the good ones of their own.

use crate::hooked::{Hooked, hook};
use crate::receiver::{Mode, Receiver};
use crate::support::actors::call;
use crate::support::patience::comes;
use progreda::binds;
use progreda::webhooks::model::{Event, State};
use progreda::world::Span;
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// An account's tries at once of endpoints of which nothing is known, and of those of which the last try failed.
const OF_ACCOUNT_UNKNOWN: usize = 6;
const OF_ACCOUNT_AILING: usize = 6;

/// Requests that came to one of them.
fn came(receivers: &[&Receiver]) -> usize {
    receivers.iter().map(|receiver| receiver.got().len()).sum()
}

/// Fails when what is sent to this receiver takes long.
async fn in_time(receiver: &Receiver, count: usize, begun: Instant) {
    receiver.arrived(count).await;
    // Whoever waits for one that hangs waits for up to fifteen seconds.
    assert!(begun.elapsed() < Duration::from_secs(6), "delivery {count} took {:?}", begun.elapsed());
}

#[actix_web::test]
async fn receivers_that_hang_in_one_account_delay_nobody_in_another() {
    let (hanging, dripping) = (Receiver::start(Mode::Hang), Receiver::start(Mode::DripHead));
    let (own, others) = (Receiver::start(Mode::status(200)), Receiver::start(Mode::status(200)));
    let bad = [&hanging, &dripping];
    let hooked = Hooked::new(&[&hanging, &dripping, &own, &others]).await;
    let scene = &hooked.scene;
    for number in 0..39 {
        hooked.hook(&bad[number % 2].url()).await;
    }
    let quay = scene.account("Quay").await;
    scene.person(&quay, "quinn@quay.example", "Admin").await;
    let token = scene.token(&quay, "Books", &["contacts.readonly", "contacts.write"]).await;
    hook(&scene.db, &quay, &token.integration, &others.url(), &[Event::ContactCreate]).await;
    let happens = async |name: &str| {
        let body = json!({ "locationId": quay.as_str(), "firstName": name }).to_string();
        let begun = Instant::now();
        call(&scene.app, Method::POST, "/contacts/", &token.plain, Some(&body)).await.expect(201);
        begun
    };
    // Nobody knows yet that they hang.
    for number in 0..4 {
        hooked.contact(&format!("Mara {number}")).await;
    }
    comes(async || came(&bad) >= OF_ACCOUNT_UNKNOWN).await;
    for count in 1..=3 {
        let begun = happens("Nils").await;
        in_time(&others, count, begun).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(came(&bad), OF_ACCOUNT_UNKNOWN, "tries of one account at once");
    // Those that were tried are known by now, others not; one more of the account is as good as its neighbours.
    tokio::time::sleep(Duration::from_secs(14)).await;
    let begun = happens("Olga").await;
    in_time(&others, 4, begun).await;
    // Once all are known, half of the account's hands are free for what works.
    let known = "UPDATE webhook_endpoints SET failing_since = 1 WHERE account_id = $1";
    hooked.change(known, binds![&scene.account]).await;
    tokio::time::sleep(Duration::from_secs(16)).await;
    let before = came(&bad);
    hooked.hook(&own.url()).await;
    let begun = Instant::now();
    hooked.contact("Piet").await;
    in_time(&own, 1, begun).await;
    assert!(came(&bad) - before <= OF_ACCOUNT_AILING, "{} of those that fail", came(&bad) - before);
}

#[actix_web::test]
async fn of_whom_nothing_is_known_is_tried_one_by_one_until_it_takes_something() {
    let receiver = Receiver::start(Mode::Slowly(Duration::from_millis(700)));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let known = "SELECT COUNT(*) FROM webhook_endpoints WHERE well_at IS NOT NULL";
    hooked.contact("Mara").await;
    receiver.arrived(1).await;
    hooked.settled(&hook, State::Delivered, 1).await;
    assert_eq!((hooked.count(known, binds![]).await, receiver.most_at_once()), (1, 1));
    for number in 0..8 {
        hooked.contact(&format!("Nils {number}")).await;
    }
    hooked.settled(&hook, State::Delivered, 9).await;
    assert!((2..=4).contains(&receiver.most_at_once()), "{} at once", receiver.most_at_once());
    // After a day nobody knows it any more.
    hooked.scene.app.advance(Span::days(1));
    receiver.answer(Mode::Hang);
    for number in 0..4 {
        hooked.contact(&format!("Olga {number}")).await;
    }
    receiver.arrived(10).await;
    receiver.stays_at(10).await;
}

#[actix_web::test]
async fn a_slow_receiver_is_tried_one_by_one_until_it_is_not() {
    let receiver = Receiver::start(Mode::Slowly(Duration::from_millis(3_200)));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    hooked.settled(&hook, State::Delivered, 1).await;
    for name in ["Nils", "Olga", "Piet"] {
        hooked.contact(name).await;
    }
    hooked.settled(&hook, State::Delivered, 2).await;
    assert_eq!(receiver.most_at_once(), 1);
    receiver.answer(Mode::Slowly(Duration::from_millis(700)));
    hooked.settled(&hook, State::Delivered, 4).await;
    let slow = "SELECT COUNT(*) FROM webhook_endpoints WHERE slow_at IS NOT NULL OR failing_since IS NOT NULL";
    assert_eq!(hooked.count(slow, binds![]).await, 0);
    for name in ["Quinn", "Ruth", "Sven", "Tara"] {
        hooked.contact(name).await;
    }
    hooked.settled(&hook, State::Delivered, 8).await;
    assert!((2..=4).contains(&receiver.most_at_once()), "{} at once", receiver.most_at_once());
}
