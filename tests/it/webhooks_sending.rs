//! Deliveries arrive, signed and whole; whatever a receiver does instead of answering is told as what it is, and hurts nobody.

use crate::hooked::{Hooked, reach, signature};
use crate::receiver::{Mode, Receiver};
use crate::support::app::START;
use progreda::binds;
use progreda::ids::MessageId;
use progreda::webhooks::model::{Problem, State};
use progreda::webhooks::sending::client::{Client, Request};
use progreda::webhooks::sending::resolver::{Found, Lookup};
use progreda::world::Span;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

#[actix_web::test]
async fn a_change_arrives_signed_and_with_nothing_of_ours() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let contact = hooked.contact("Mara").await;
    let got = receiver.arrived(1).await.remove(0);
    assert_eq!(got.line, "POST /hook HTTP/1.1");
    assert_eq!(got.header("webhook-signature"), signature(&hook.secret, &got));
    assert_eq!(got.header("webhook-timestamp"), (START.millis() / 1_000).to_string());
    assert_eq!(got.header("content-type"), "application/json");
    let mut names: Vec<&str> = got.headers.keys().map(String::as_str).collect();
    names.sort_unstable();
    let all = [
        "accept",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    ];
    assert_eq!(names, all, "nothing else is sent");
    let body = got.json();
    let event = [&body["type"], &body["timestamp"], &body["webhookId"], &body["locationId"]];
    assert_eq!(event, ["ContactCreate", "2026-11-02T09:00:00.000Z", &got.id(), hooked.scene.account.as_str()]);
    assert!(got.body.starts_with(r#"{"type":"ContactCreate","timestamp":""#), "{}", got.body);
    assert_eq!((body["id"].as_str(), body["firstName"].as_str()), (Some(contact.as_str()), Some("Mara")));
    let delivery = hooked.settled(&hook, State::Delivered, 1).await.remove(0);
    assert_eq!((delivery.attempts, delivery.status, delivery.problem), (1, Some(200), None));
    assert_eq!((delivery.answer.as_deref(), delivery.next_at), (Some("noted"), None));
    assert_eq!(delivery.message.as_str(), got.id());
    let left = hooked.count("SELECT COUNT(*) FROM events WHERE announces IS NOT NULL", binds![]).await;
    assert_eq!(left, 0, "it is passed on once");
    receiver.stays_at(1).await;
}

#[actix_web::test]
async fn both_secrets_sign_while_they_overlap() {
    let receiver = Receiver::start(Mode::status(204));
    let hooked = Hooked::new(&[&receiver]).await;
    let (hook, other) = (hooked.hook(&receiver.url()).await, hooked.hook("https://hooks.example/").await);
    hooked.change("UPDATE webhook_endpoints SET paused_at = 1 WHERE id = $1", binds![&other.id]).await;
    // A second secret for the same endpoint, as a rotation leaves it.
    let (db, entropy) = (&hooked.scene.db, hooked.scene.db.world().entropy());
    let secret = progreda::webhooks::secret::SigningSecret::generate(entropy);
    let sealed = secret.seal(db.keys(), &hook.id, entropy);
    let new = secret.reveal_once().to_string();
    let rotate = "UPDATE webhook_endpoints SET old_secret = secret, old_secret_hint = secret_hint, \
                  old_secret_created_at = secret_created_at, old_secret_ends_at = $3, secret = $2 WHERE id = $1";
    hooked.change(rotate, binds![&hook.id, sealed, START.plus(Span::hours(1))]).await;
    hooked.contact("Mara").await;
    let got = receiver.arrived(1).await.remove(0);
    let both = format!("{} {}", signature(&new, &got), signature(&hook.secret, &got));
    assert_eq!(got.header("webhook-signature"), both);
    hooked.scene.app.advance(Span::hours(1));
    hooked.contact("Nils").await;
    let got = receiver.arrived(2).await.remove(1);
    assert_eq!(got.header("webhook-signature"), signature(&new, &got));
}

#[actix_web::test]
async fn a_change_of_keys_keeps_the_secrets() {
    let receiver = Receiver::start(Mode::status(200));
    let mut hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let overlap = "UPDATE webhook_endpoints SET old_secret = secret, old_secret_ends_at = $1";
    hooked.change(overlap, binds![START.plus(Span::hours(1))]).await;
    let key_file = hooked.scene.app.database().key_file();
    crate::keys::rotate(&key_file);
    hooked.scene.app.restart();
    let db = hooked.scene.app.db().await;
    assert_eq!(progreda::webhooks::sending::seal_anew(&db).await.unwrap(), 2);
    progreda::keys::Keys::change(&key_file, progreda::keys::Keys::retired).expect("the key before goes");
    hooked.scene.app.restart();
    hooked.contact("Mara").await;
    let got = receiver.arrived(1).await.remove(0);
    let one = signature(&hook.secret, &got);
    assert_eq!(got.header("webhook-signature"), format!("{one} {one}"));
}

#[actix_web::test]
async fn whatever_a_receiver_does_is_told_and_delays_nobody_else() {
    let elsewhere = Receiver::start(Mode::status(200));
    let moved = Mode::Status(302, vec![("location", elsewhere.url())], String::new());
    let long = Mode::Status(200, Vec::new(), "a\u{1}\u{202e}b\u{fffd}\n".repeat(2_000));
    let modes = [
        (Mode::status(500), Some(500), Some(Problem::Status)),
        (Mode::status(304), Some(304), Some(Problem::Redirect)),
        (moved, Some(302), Some(Problem::Redirect)),
        (Mode::CloseEarly, None, Some(Problem::NoAnswer)),
        (Mode::Nonsense, None, Some(Problem::NoAnswer)),
        (Mode::Endless, Some(200), None),
        (long, Some(200), None),
        (Mode::Hang, None, Some(Problem::TimedOut)),
        (Mode::DripHead, None, Some(Problem::TimedOut)),
    ];
    let receivers: Vec<Receiver> = modes.iter().map(|(mode, ..)| Receiver::start(mode.clone())).collect();
    let well = Receiver::start(Mode::status(200));
    let mut all: Vec<&Receiver> = receivers.iter().collect();
    all.extend([&well, &elsewhere]);
    let hooked = Hooked::new(&all).await;
    let mut hooks = Vec::new();
    for receiver in &receivers {
        hooks.push(hooked.hook(&receiver.url()).await);
    }
    let encrypted = hooked.hook(&elsewhere.url().replace("http:", "https:")).await;
    hooked.hook(&well.url()).await;
    for number in 1..=3 {
        let begun = Instant::now();
        hooked.contact(&format!("Mara {number}")).await;
        assert!(begun.elapsed() < Duration::from_secs(3), "a request waits for receivers");
        well.arrived(number).await;
        assert!(begun.elapsed() < Duration::from_secs(6), "a slow receiver delays another");
    }
    for (hook, (mode, status, problem)) in hooks.iter().zip(&modes) {
        let first = hooked.tried(hook, 1).await;
        assert_eq!((first.status, first.problem), (*status, *problem), "{mode:?}");
        let state = if problem.is_none() { State::Delivered } else { State::Waiting };
        assert_eq!(first.state, state, "{mode:?}");
        let timed_out = *problem == Some(Problem::TimedOut);
        assert_eq!(
            first.took_ms.is_some_and(|took| (14_500..20_000).contains(&took)),
            timed_out,
            "{mode:?}: {first:?}"
        );
    }
    assert_eq!(hooked.tried(&encrypted, 1).await.problem, Some(Problem::NotEncrypted));
    let kept = hooked.tried(&hooks[6], 1).await.answer.expect("an answer");
    assert_eq!(kept.chars().count(), 2_048);
    assert!(kept.starts_with("ab\u{fffd}\nab"), "{kept:?}");
    let kept = hooked.tried(&hooks[5], 1).await.answer.expect("an answer");
    assert_eq!(kept, "z".repeat(2_048));
    // What the system holds for either side comes on top of what was read.
    assert!(receivers[5].sent() < 24 * 1_024 * 1_024, "{} bytes were taken", receivers[5].sent());
    assert_eq!(elsewhere.got().len(), 0, "a redirect was followed");
    assert!(receivers[0].most_at_once() <= 4);
}

#[actix_web::test]
async fn what_is_not_allowed_any_more_is_not_connected_to() {
    let (receiver, hidden) = (Receiver::start(Mode::status(200)), Receiver::start(Mode::status(200)));
    let hooked = Hooked::with(&[&receiver, &hidden], |config| {
        config.webhook_reach.networks = vec!["127.0.0.9/32".parse().unwrap()];
    })
    .await;
    let port = hidden.port();
    let mut hooks = Vec::new();
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "localhost", "user@127.0.0.1"]
    {
        hooks.push((host, hooked.hook(&format!("http://{host}:{port}/hook")).await));
    }
    hooked.contact("Mara").await;
    for (host, hook) in &hooks {
        assert_eq!(hooked.tried(hook, 1).await.problem, Some(Problem::NoTarget), "{host}");
    }
    assert_eq!(hidden.connections(), 0);
}

/// Answers with its lists one after the other, and with the last for ever.
struct Changing(Vec<Vec<&'static str>>, AtomicUsize);

impl Lookup for Changing {
    fn addresses(&self, _: &str) -> Found {
        let turn = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
        let found: Vec<IpAddr> = self.0[turn].iter().map(|address| address.parse().unwrap()).collect();
        Box::pin(async move { Ok(found) })
    }
}

#[actix_web::test]
async fn a_name_that_changes_its_mind_leads_nowhere_else() {
    let allowed = Receiver::at("127.0.0.9:0", Mode::status(200));
    let port = allowed.port();
    let hidden = Receiver::at(&format!("127.0.0.1:{port}"), Mode::status(200));
    let mut reach = reach(&[&allowed]);
    reach.networks = vec!["127.0.0.9/32".parse().unwrap()];
    let answers = vec![
        vec!["127.0.0.9"],
        vec!["127.0.0.1"],
        vec!["::1", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "64:ff9b::7f00:1"],
        vec!["127.0.0.1", "127.0.0.9"],
        vec![],
    ];
    let client = Client::new(Arc::new(reach), Arc::new(Changing(answers, AtomicUsize::new(0)))).unwrap();
    let message: MessageId = "msg_00000000000000000000000000".parse().unwrap();
    let url = format!("http://hooks.company.example:{port}/hook");
    let mut told = Vec::new();
    for _ in 0..5 {
        let request = Request { url: &url, message: &message, at: START, signatures: "v1,x", body: "{}" };
        told.push(client.send(&request).await.problem);
    }
    let refused = Some(Problem::NotAllowed);
    assert_eq!(told, [None, refused, refused, None, Some(Problem::NoAddress)]);
    assert_eq!((allowed.got().len(), hidden.connections()), (2, 0));
    assert_eq!(allowed.got()[0].header("host"), format!("hooks.company.example:{port}"));
}
