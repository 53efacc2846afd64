//! Mails about a webhook that was disabled, where many may manage webhooks; and what announces nothing.

use crate::hooked::Hooked;
use crate::receiver::{Mode, Receiver};
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
    let url = mail.url();
    let hooked = Hooked::with(&[&receiver], |config| {
        config.smtp_url = Some(url);
        config.mail_from = Some("Progreda <progreda@harbor.example>".to_owned());
    })
    .await;
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
