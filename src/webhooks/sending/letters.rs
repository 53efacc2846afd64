//! Mails about endpoints that the server disabled: to those who may manage them, each until it was handed over.

use super::go_on;
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::Result;
use crate::mail::{Mail, Mailer, Sent};
use crate::webhooks::model::{DisabledWhy, Place};
use crate::webhooks::store::notices::{self, Unsent};
use crate::world::{Span, Timestamp};
use tokio::sync::watch;

/// Accounts whose mails are sent at once.
const AT_ONCE: i64 = 10;
/// How long the mails of a notice are nobody else's.
const TURN: Span = Span::minutes(5);
/// After so long nobody waits for them any more.
const GIVE_UP: Span = Span::days(3);
const LEAST: Span = Span::minutes(1);
const MOST: Span = Span::hours(6);

/// Sends what is due, until it is to stop. `url` is where the console is.
pub async fn tend(db: Db, mailer: Mailer, url: String, mut stop: watch::Receiver<bool>) {
    while go_on(&mut stop, None).await {
        if let Err(error) = send_due(&db, &mailer, &url).await {
            tracing::warn!(cause = %error, "notices of webhooks could not be sent yet");
            tokio::time::sleep(super::LOOK * 5).await;
        }
    }
}

async fn send_due(db: &Db, mailer: &Mailer, url: &str) -> Result<()> {
    let due = notices::unsent(&mut db.read().await?.on(), db.world().now(), AT_ONCE).await?;
    // All at once: a mail server may take its time for each.
    let sent = due.into_iter().map(|notice| send(db, mailer, url, notice));
    futures_util::future::join_all(sent).await.into_iter().collect()
}

async fn send(db: &Db, mailer: &Mailer, url: &str, notice: Unsent) -> Result<()> {
    let taken = db.world().now().plus(TURN);
    if put_off(db, &notice, Some(taken)).await? {
        send_all(db, mailer, url, Unsent { mail_at: taken.millis(), ..notice }).await?;
    }
    Ok(())
}

/// Sends the mails of a notice that is ours to all who were not told yet. One that cannot be handed over keeps none of the others.
async fn send_all(db: &Db, mailer: &Mailer, url: &str, mut notice: Unsent) -> Result<()> {
    let readers = notices::readers(&mut db.read().await?.on(), &notice.account_id).await?;
    let mut failed = false;
    for (user, address) in &readers {
        if notice.told.split(' ').any(|told| told == user) {
            continue;
        }
        let told = match mailer.send(letter(&notice, user, address, url)).await {
            Sent::Failed => {
                failed = true;
                notice.told.clone()
            }
            Sent::HandedOver | Sent::NotConfigured => format!("{} {user}", notice.told).trim_start().to_owned(),
        };
        // After each: whoever dies here sends no more than this one once more.
        let until = db.world().now().plus(TURN);
        let mut tx = db.write().await?;
        if !notices::keep(&mut tx.on(), &notice, until, &told).await? {
            return Ok(());
        }
        tx.commit_unlogged(Unlogged::Webhooks).await?;
        notice = Unsent { mail_at: until.millis(), told, ..notice };
    }
    let next = if failed { later(&notice, db.world().now()) } else { None };
    put_off(db, &notice, next).await.map(|_| ())
}

async fn put_off(db: &Db, notice: &Unsent, at: Option<Timestamp>) -> Result<bool> {
    let mut tx = db.write().await?;
    let done = notices::later(&mut tx.on(), notice, at).await?;
    tx.commit_unlogged(Unlogged::Webhooks).await?;
    Ok(done)
}

/// When mails that were not all handed over are tried next: about as long again as it took until now.
fn later(notice: &Unsent, now: Timestamp) -> Option<Timestamp> {
    let age = now.since(Timestamp::from_millis(notice.disabled_at));
    (age < GIVE_UP).then(|| now.plus(age.clamp(LEAST, MOST)))
}

/// Whoever gets it twice sees that it is the same one by its Message-ID.
fn letter<'a>(notice: &Unsent, user: &str, address: &'a str, url: &str) -> Mail<'a> {
    let Unsent { endpoint_id, disabled_at, integration, account, .. } = notice;
    let host = Place::of(&notice.url).named();
    let why = match DisabledWhy::from_code(&notice.why) {
        Some(DisabledWhy::Gone) => "It answered that it is gone for good (status 410).",
        Some(DisabledWhy::Failing) | None => "It took nothing for three days, however often it was tried.",
    };
    Mail {
        to: address,
        id: Some(format!("{endpoint_id}.{disabled_at}.{user}")),
        subject: format!("Webhook to {host} was disabled"),
        text: format!(
            "Progreda sends no more events to a webhook on {host}.\n{why}\n\
             It belongs to the private integration \u{201C}{integration}\u{201D} in {account}; you may manage its webhooks.\n\n\
             Once the receiver works again, enable the webhook. What was not delivered can be sent once more there:\n\
             {url}/settings/webhooks/{endpoint_id}\n\n\
             Progreda, {url}\nThis mail holds no secret and no link that does something by itself.\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_put_off_for_longer_and_longer_and_then_given_up() {
        let notice = Unsent {
            endpoint_id: String::new(),
            disabled_at: 0,
            account_id: String::new(),
            why: String::new(),
            mail_at: 0,
            told: String::new(),
            url: String::new(),
            integration: String::new(),
            account: String::new(),
        };
        let wait = |age: Span| {
            let now = Timestamp::from_millis(age.as_millis());
            later(&notice, now).map(|at| at.since(now))
        };
        assert_eq!(wait(Span::seconds(2)), Some(Span::minutes(1)));
        assert_eq!(wait(Span::minutes(30)), Some(Span::minutes(30)));
        assert_eq!(wait(Span::hours(40)), Some(Span::hours(6)));
        assert_eq!(wait(Span::days(3)), None);
    }
}
