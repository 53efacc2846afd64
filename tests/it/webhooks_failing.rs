//! Failing for three days means being tried for three days, and only those who hold a delivery say how it went.

use crate::hooked::{Hook, Hooked};
use crate::receiver::{Mode, Receiver};
use crate::support::patience::comes;
use progreda::binds;
use progreda::webhooks::model::State;
use progreda::world::Span;
use std::time::Duration;

const PAUSED: &str = "UPDATE integrations SET paused_at = 1";
const RESUMED: &str = "UPDATE integrations SET paused_at = NULL";
const DISABLED: &str = "SELECT COUNT(*) FROM webhook_endpoints WHERE disabled_at IS NOT NULL";
const FAILING: &str = "SELECT COUNT(*) FROM webhook_endpoints WHERE failing_since IS NOT NULL";

/// A receiver that fails, and asks to be tried in a day.
fn tomorrow() -> Mode {
    Mode::Status(503, vec![("retry-after", "86400".to_owned())], String::new())
}

async fn disabled(hooked: &Hooked) -> bool {
    hooked.count(DISABLED, binds![]).await == 1
}

/// How long it has failed, in hours.
async fn hours(hooked: &Hooked, hook: &Hook) -> i64 {
    let now = hooked.scene.db.world().now().millis();
    let since = "SELECT failing_since FROM webhook_endpoints WHERE id = $1";
    (now - hooked.count(since, binds![&hook.id]).await) / Span::hours(1).as_millis()
}

/// It fails once, and for two days more, a try a day; how often it was tried.
async fn two_days(hooked: &Hooked, hook: &Hook) -> i64 {
    hooked.contact("Mara").await;
    hooked.tried(hook, 1).await;
    for tries in 2..=3 {
        hooked.scene.app.advance(Span::hours(24));
        hooked.tried(hook, tries).await;
    }
    assert_eq!((hours(hooked, hook).await, disabled(hooked).await), (48, false));
    3
}

/// It fails on, a try a day, until it is disabled: after more than three days.
async fn until_disabled(hooked: &Hooked, hook: &Hook) {
    for day in 0..4 {
        let tries = async || hooked.deliveries(hook).await.last().map_or(0, |one| one.attempts);
        assert!(comes(async || tries().await == day + 1).await, "day {day}: {} tries", tries().await);
        assert_eq!(disabled(hooked).await, day * 25 > 72, "day {day}");
        hooked.scene.app.advance(Span::hours(25));
    }
}

#[actix_web::test]
async fn what_fails_a_try_a_day_is_disabled_after_three() {
    let receiver = Receiver::start(tomorrow());
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let tries = two_days(&hooked, &hook).await;
    hooked.scene.app.advance(Span::hours(24));
    hooked.tried(&hook, tries + 1).await;
    assert!(!disabled(&hooked).await, "three days are not more than three days");
    hooked.scene.app.advance(Span::hours(24));
    hooked.tried(&hook, tries + 2).await;
    assert!(disabled(&hooked).await);
}

#[actix_web::test]
async fn a_pause_of_the_integration_is_no_failure() {
    let receiver = Receiver::start(tomorrow());
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    two_days(&hooked, &hook).await;
    hooked.change(PAUSED, binds![]).await;
    hooked.scene.app.advance(Span::days(7));
    hooked.settled(&hook, State::Stopped, 1).await;
    hooked.change(RESUMED, binds![]).await;
    hooked.contact("Nils").await;
    receiver.arrived(4).await;
    let anew = async || hours(&hooked, &hook).await == 0;
    assert!(comes(anew).await && !disabled(&hooked).await, "it fails since {} hours", hours(&hooked, &hook).await);
    until_disabled(&hooked, &hook).await;
    assert!(disabled(&hooked).await);
}

#[actix_web::test]
async fn a_server_that_was_down_blames_nobody() {
    let receiver = Receiver::start(tomorrow());
    let mut hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let tries = two_days(&hooked, &hook).await;
    hooked.scene.app.restart_after(Span::days(7));
    hooked.tried(&hook, tries + 1).await;
    assert_eq!((hours(&hooked, &hook).await, disabled(&hooked).await), (0, false));
    // A short night is part of the failing.
    hooked.scene.app.restart_after(Span::hours(26));
    hooked.tried(&hook, tries + 2).await;
    assert_eq!((hours(&hooked, &hook).await, disabled(&hooked).await), (26, false));
}

#[actix_web::test]
async fn who_lost_a_delivery_says_nothing_of_its_endpoint() {
    let receiver = Receiver::start(Mode::Later(Duration::from_secs(2), 410));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let lose = "UPDATE webhook_deliveries SET lease = 'somebody else' WHERE state = 'waiting'";
    hooked.contact("Mara").await;
    receiver.arrived(1).await;
    hooked.change(lose, binds![]).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!disabled(&hooked).await && hooked.count(FAILING, binds![]).await == 0);
    assert_eq!(hooked.tried(&hook, 0).await.state, State::Waiting);
    receiver.answer(Mode::Later(Duration::from_secs(2), 200));
    hooked.change("UPDATE webhook_endpoints SET failing_since = 1", binds![]).await;
    hooked.contact("Nils").await;
    hooked.scene.app.advance(Span::seconds(61));
    receiver.arrived(2).await;
    hooked.change(lose, binds![]).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(hooked.count(FAILING, binds![]).await, 1);
}
