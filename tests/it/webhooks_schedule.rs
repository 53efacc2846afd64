//! What fails is tried again by the clock, and given up by it: the schedule, `Retry-After`, 410 and three days.

use crate::hooked::{Hook, Hooked};
use crate::receiver::{Mode, Receiver};
use crate::support::actors::ADMIN;
use crate::support::patience::comes;
use crate::support::smtp::MailServer;
use progreda::authz::Permission;
use progreda::binds;
use progreda::webhooks::model::State;
use progreda::world::Span;
use std::collections::HashSet;
use std::time::Duration;

const SECOND: i64 = 1;
const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
/// About so long after each try comes the next.
const DELAYS: [i64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

async fn disabled(hooked: &Hooked, hook: &Hook) -> (i64, i64, i64) {
    let events =
        "SELECT COUNT(*) FROM events WHERE action = 'webhook.disabled' AND subject_id = $1 AND actor_kind = 'system'";
    let notices = "SELECT COUNT(*) FROM webhook_notices WHERE endpoint_id = $1";
    let endpoints = "SELECT COUNT(*) FROM webhook_endpoints WHERE id = $1 AND disabled_at IS NOT NULL";
    (
        hooked.count(endpoints, binds![&hook.id]).await,
        hooked.count(events, binds![&hook.id]).await,
        hooked.count(notices, binds![&hook.id]).await,
    )
}

#[actix_web::test]
async fn ten_tries_in_three_days_and_then_no_more() {
    let receiver = Receiver::start(Mode::status(500));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    hooked.tried(&hook, 1).await;
    for (tries, delay) in (1_i64..).zip(DELAYS) {
        assert_eq!(disabled(&hooked, &hook).await, (0, 0, 0), "after {tries} tries");
        let delay = Span::seconds(delay).as_millis();
        hooked.scene.app.advance(Span::millis(delay * 89 / 100));
        tokio::time::sleep(Duration::from_millis(700)).await;
        assert_eq!(hooked.tried(&hook, tries).await.state, State::Waiting, "too early");
        hooked.scene.app.advance(Span::millis(delay * 22 / 100));
        hooked.tried(&hook, tries + 1).await;
    }
    let got = receiver.arrived(10).await;
    let ids: HashSet<String> = got.iter().map(crate::receiver::Got::id).collect();
    let times: HashSet<&str> = got.iter().map(|got| got.header("webhook-timestamp")).collect();
    assert_eq!((ids.len(), times.len()), (1, 10), "one id, and each try at its own time");
    assert!(got.iter().all(|one| one.body == got[0].body));
    assert_eq!(hooked.tried(&hook, 10).await.state, State::Failed);
    assert_eq!(disabled(&hooked, &hook).await, (1, 1, 1), "three days of failure");
    hooked.scene.app.advance(Span::days(2));
    hooked.contact("Nils").await;
    let all = hooked.settled(&hook, State::Stopped, 1).await;
    assert_eq!(all.last().unwrap().stopped_why.as_deref(), Some("disabled"));
    receiver.stays_at(10).await;
}

#[actix_web::test]
async fn a_success_ends_the_failing_and_retry_after_is_heeded() {
    let receiver = Receiver::start(Mode::Status(429, vec![("retry-after", "120".to_owned())], String::new()));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    hooked.tried(&hook, 1).await;
    let failing = "SELECT COUNT(*) FROM webhook_endpoints WHERE id = $1 AND failing_since IS NOT NULL";
    assert_eq!(hooked.count(failing, binds![&hook.id]).await, 1);
    hooked.scene.app.advance(Span::seconds(119));
    receiver.stays_at(1).await;
    receiver.answer(Mode::status(201));
    hooked.scene.app.advance(Span::seconds(1));
    hooked.settled(&hook, State::Delivered, 1).await;
    assert_eq!(hooked.count(failing, binds![&hook.id]).await, 0);
    // Failing for three days means without a success between.
    hooked.scene.app.advance(Span::days(4));
    receiver.answer(Mode::status(500));
    hooked.contact("Nils").await;
    receiver.arrived(3).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(disabled(&hooked, &hook).await, (0, 0, 0));
}

#[actix_web::test]
async fn a_receiver_that_is_gone_is_told_once_to_everybody_who_may_manage() {
    let (receiver, mail) = (Receiver::start(Mode::status(500)), MailServer::start());
    let hooked = Hooked::mailing(&[&receiver], &mail).await;
    let scene = &hooked.scene;
    scene.person(&scene.account, "nora@harbor.example", "User").await;
    scene.person(&scene.account, "refused@harbor.example", "Admin").await;
    scene.person(&scene.account, "olga@harbor.example", "Admin").await;
    scene.set_override(&scene.account, "olga@harbor.example", Permission::WebhooksView, Some(false)).await;
    scene.person(&scene.account, "piet@harbor.example", "User").await;
    scene.set_override(&scene.account, "piet@harbor.example", Permission::WebhooksManage, Some(true)).await;
    let hook = hooked.hook(&receiver.url()).await;
    for number in 0..6 {
        hooked.contact(&format!("Mara {number}")).await;
    }
    // Six wait for their second try.
    let tried = async || hooked.deliveries(&hook).await.iter().filter(|one| one.attempts > 0).count();
    assert!(comes(async || tried().await == 6).await, "{} were tried", tried().await);
    receiver.answer(Mode::status(410));
    scene.app.advance(Span::seconds(6));
    let all = hooked.settled(&hook, State::Stopped, 5).await;
    let gone: Vec<_> = all.iter().filter(|one| one.state == State::Failed).collect();
    assert_eq!((gone.len(), gone[0].status), (1, Some(410)));
    assert_eq!(disabled(&hooked, &hook).await, (1, 1, 1));
    let told = mail.arrived(ADMIN, 1).await.remove(0);
    assert_eq!(told.subject(), format!("Webhook to 127.0.0.1:{} was disabled", receiver.port()));
    assert!(told.text().contains("gone for good") && told.text().contains(hook.id.as_str()), "{}", told.text());
    mail.arrived("piet@harbor.example", 1).await;
    put_off_is_kept(&hooked).await;
    // One mail was refused: it alone is sent once more, also to another address.
    let moved = "UPDATE users SET email = 'sofia@harbor.example' WHERE email = 'refused@harbor.example'";
    hooked.change(moved, binds![]).await;
    scene.app.advance(Span::minutes(2));
    mail.arrived("sofia@harbor.example", 1).await;
    mail.arrived(ADMIN, 1).await;
    mail.arrived("piet@harbor.example", 1).await;
    unsent_are(&hooked, 0).await;
    // Whoever died before it was kept sends it once more, as the same one.
    let forgotten = "UPDATE webhook_notices SET mail_at = disabled_at, told = REPLACE(told, $1, '')";
    let (ada,): (String,) = {
        let mut reader = scene.db.read().await.unwrap();
        reader.on().only("SELECT id FROM users WHERE email = $1", binds![ADMIN]).await.unwrap()
    };
    hooked.change(forgotten, binds![ada]).await;
    let twice = mail.arrived(ADMIN, 2).await;
    let id = |data: &str| data.lines().find(|line| line.starts_with("Message-ID: ")).unwrap_or_default().to_owned();
    assert_eq!(id(&twice[0].data), id(&twice[1].data));
    assert!(id(&twice[0].data).starts_with(&format!("Message-ID: <{}.", hook.id)), "{}", twice[0].data);
    assert!(id(&twice[0].data).ends_with("@harbor.example>"), "{}", twice[0].data);
    unsent_are(&hooked, 0).await;
    mail.arrived("piet@harbor.example", 1).await;
    let addressed: HashSet<String> = mail.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert!(!addressed.contains("nora@harbor.example") && !addressed.contains("olga@harbor.example"), "{addressed:?}");
    assert_eq!(disabled(&hooked, &hook).await, (1, 1, 1));
    // A mail that nobody takes is given up.
    let back = "UPDATE users SET email = 'refused@harbor.example' WHERE email = 'sofia@harbor.example'";
    hooked.change(back, binds![]).await;
    hooked.change("UPDATE webhook_notices SET mail_at = disabled_at, told = ''", binds![]).await;
    mail.arrived(ADMIN, 3).await;
    mail.arrived("piet@harbor.example", 2).await;
    unsent_are(&hooked, 1).await;
    scene.app.advance(Span::days(4));
    unsent_are(&hooked, 0).await;
    mail.arrived(ADMIN, 3).await;
}

/// Returns once it is kept who was told and when the others are tried: a clock that is set before would put them off for longer.
async fn put_off_is_kept(hooked: &Hooked) {
    // While mails are sent, a notice is theirs for five minutes; afterwards it is put off by one.
    let kept =
        "SELECT COUNT(*) FROM webhook_notices WHERE told LIKE '% %' AND mail_at - disabled_at BETWEEN 1 AND 180000";
    assert!(comes(async || hooked.count(kept, binds![]).await == 1).await, "it is not kept who was told");
}

/// Fails unless so many notices come to have mails that are not handed over.
async fn unsent_are(hooked: &Hooked, count: i64) {
    let unsent = "SELECT COUNT(*) FROM webhook_notices WHERE mail_at IS NOT NULL";
    assert!(comes(async || hooked.count(unsent, binds![]).await == count).await, "not {count} notices wait for mails");
}

#[actix_web::test]
async fn what_is_older_than_thirty_days_is_forgotten() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    hooked.settled(&hook, State::Delivered, 1).await;
    hooked.scene.app.advance(Span::days(29));
    hooked.contact("Nils").await;
    let young = hooked.settled(&hook, State::Delivered, 2).await.remove(1);
    let db = &hooked.scene.db;
    progreda::webhooks::sending::sweep(db).await.unwrap();
    assert_eq!(hooked.deliveries(&hook).await.len(), 2);
    hooked.scene.app.advance(Span::days(2));
    progreda::webhooks::sending::sweep(db).await.unwrap();
    let left = hooked.deliveries(&hook).await;
    assert_eq!(left.iter().map(|one| &one.id).collect::<Vec<_>>(), [&young.id]);
    assert_eq!(hooked.count("SELECT COUNT(*) FROM webhook_messages", binds![]).await, 1);
}
