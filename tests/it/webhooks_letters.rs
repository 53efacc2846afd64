//! Mails about a webhook that was disabled, where many may manage webhooks; and what announces nothing.

use crate::hooked::Hooked;
use crate::receiver::{Mode, Receiver};
use crate::support::actors::ADMIN;
use crate::support::patience::comes;
use crate::support::smtp::MailServer;
use progreda::binds;
use progreda::webhooks::model::State;
use progreda::world::Span;
use reqwest::Method;
use std::collections::BTreeMap;

const MANY: usize = 9;
const UNSENT: &str = "SELECT COUNT(*) FROM webhook_notices WHERE mail_at > $1";

#[actix_web::test]
async fn many_are_told_once_each_though_one_bounces() {
    let (receiver, mail) = (Receiver::start(Mode::status(410)), MailServer::start());
    let hooked = Hooked::mailing(&[&receiver], &mail).await;
    let scene = &hooked.scene;
    // The one whose mails bounce stands in the middle.
    for number in 0..MANY {
        let name = if number == MANY / 2 { "refused".to_owned() } else { format!("person{number}") };
        scene.person(&scene.account, &format!("{name}@harbor.example"), "Admin").await;
    }
    hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    let mut begun = scene.db.world().now();
    for _ in 0..3 {
        // Put off once everybody had their turn.
        put_off(&hooked, begun).await;
        let mut told: BTreeMap<String, usize> = BTreeMap::new();
        for one in mail.mails() {
            for to in one.to {
                *told.entry(to).or_default() += 1;
            }
        }
        told.remove("refused@harbor.example");
        assert_eq!(told.len(), MANY, "Ada and all but one: {told:?}");
        assert!(told.values().all(|times| *times == 1), "{told:?}");
        scene.app.advance(Span::hours(2));
        begun = scene.db.world().now();
    }
    let sofia = "UPDATE users SET email = 'sofia@harbor.example' WHERE email = 'refused@harbor.example'";
    hooked.change(sofia, binds![]).await;
    scene.app.advance(Span::hours(6));
    mail.arrived("sofia@harbor.example", 1).await;
    mail.arrived("person0@harbor.example", 1).await;
}

/// Waits until the mails are put off to a time that lies further ahead than whoever sends them keeps them.
async fn put_off(hooked: &Hooked, from: progreda::world::Timestamp) {
    let told = "SELECT COUNT(*) FROM webhook_notices WHERE mail_at IS NOT NULL AND mail_at > $1 AND length(told) > 100 \
         AND mail_at <> $2";
    let turn = from.plus(Span::minutes(5));
    let off = comes(async || {
        hooked.count(UNSENT, binds![from]).await == 1 && hooked.count(told, binds![from, turn]).await == 1
    });
    assert!(off.await, "the mails are never put off");
}

/// Disabled and enabled again until there are so many notices.
async fn disabled_again(hooked: &Hooked, notices: i64) {
    // What was disabled has nothing under way any more.
    let backlogs = "SELECT COUNT(*) FROM webhook_backlogs";
    assert!(comes(async || hooked.count(backlogs, binds![]).await == 0).await);
    let enable = "UPDATE webhook_endpoints SET disabled_at = NULL, disabled_why = NULL";
    hooked.change(enable, binds![]).await;
    hooked.scene.app.advance(Span::seconds(1));
    hooked.contact("Mara").await;
    let all = "SELECT COUNT(*) FROM webhook_notices";
    let come = comes(async || hooked.count(all, binds![]).await == notices).await;
    assert!(come, "{notices} notices are never there, but {}", hooked.count(all, binds![]).await);
}

#[actix_web::test]
async fn nobody_fills_mailboxes_by_having_webhooks_disabled_over_and_over() {
    let (receiver, mail) = (Receiver::start(Mode::status(410)), MailServer::start());
    let hooked = Hooked::mailing(&[&receiver], &mail).await;
    hooked.hook(&receiver.url()).await;
    hooked.contact("Mara").await;
    mail.arrived(ADMIN, 1).await;
    let mailed = "SELECT COUNT(*) FROM webhook_notices WHERE mail_at IS NOT NULL OR told <> ''";
    for notices in 2..=3 {
        disabled_again(&hooked, notices).await;
    }
    assert_eq!(hooked.count(mailed, binds![]).await, 1, "one mail for an endpoint within an hour");
    for _ in 1..20 {
        hooked.hook(&receiver.url()).await;
    }
    disabled_again(&hooked, 3 + 20).await;
    // Those that are tried just at once may not know of each other.
    let ten = hooked.count(mailed, binds![]).await;
    assert!((10..=15).contains(&ten), "ten for the account, not {ten}");
    hooked.scene.app.advance(Span::minutes(61));
    disabled_again(&hooked, 23 + 20).await;
    assert!(hooked.count(mailed, binds![]).await >= 20, "an hour later they are told again");
}

#[actix_web::test]
async fn the_mails_of_one_account_wait_for_none_of_another() {
    use progreda::webhooks::store::notices;
    let receiver = Receiver::start(Mode::status(410));
    let hooked = Hooked::new(&[&receiver]).await;
    let (scene, now) = (&hooked.scene, hooked.scene.db.world().now());
    let quay = scene.account("Quay").await;
    scene.person(&quay, "quinn@quay.example", "Admin").await;
    let theirs = scene.token(&quay, "Sync", &["contacts.readonly"]).await;
    let events = [progreda::webhooks::model::Event::ContactCreate];
    let add = "INSERT INTO webhook_notices (endpoint_id, disabled_at, account_id, why, mail_at) VALUES ($1, $2, $3, 'gone', $2)";
    for seconds in 0..5 {
        let ours = hooked.hook(&receiver.url()).await;
        hooked.change(add, binds![&ours.id, now.plus(Span::seconds(seconds)), &scene.account]).await;
    }
    let last = crate::hooked::hook(&scene.db, &quay, &theirs.integration, &receiver.url(), &events).await;
    hooked.change(add, binds![&last.id, now.plus(Span::seconds(9)), &quay]).await;
    let mut reader = scene.db.read().await.unwrap();
    let due = notices::unsent(&mut reader.on(), now.plus(Span::seconds(10)), 2).await.unwrap();
    let due: Vec<_> = due.iter().map(|one| (one.account_id.as_str(), one.mail_at)).collect();
    let (ours, theirs) = (now.millis(), now.plus(Span::seconds(9)).millis());
    assert_eq!(due, [(scene.account.as_str(), ours), (quay.as_str(), theirs)], "one of each account, the oldest first");
}

#[actix_web::test]
async fn what_nobody_can_mean_announces_nothing() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let account = &hooked.scene.account;
    for name in ["a\\u0000", "\\ud83d", "\\ude00\\ud83d", "a\u{0}"] {
        let body = format!("{{\"locationId\":\"{account}\",\"firstName\":\"{name}\"}}");
        for path in ["/contacts/", "/contacts/upsert"] {
            let visitor = hooked.scene.app.visitor();
            let request = visitor.request(Method::POST, path).header("Version", "2021-07-28");
            let request = request.header("Content-Type", "application/json").bearer_auth(&hooked.token.plain);
            let refused = visitor.send(path, request.body(body.clone())).await;
            assert!((400..500).contains(&refused.status), "{name}: {}", refused.text);
        }
    }
    assert_eq!(hooked.count("SELECT COUNT(*) FROM events WHERE subject_kind = 'contact'", binds![]).await, 0);
    // What is announced after it comes alone.
    let id = hooked.contact("Mara").await;
    hooked.settled(&hook, State::Delivered, 1).await;
    assert_eq!(receiver.got()[0].json()["id"], id);
    assert_eq!((hooked.deliveries(&hook).await.len(), receiver.got().len()), (1, 1));
}
