//! Taking deliveries that are due: one short transaction for each endpoint, in which it is held.

use super::hands::bounds;
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::Result;
use crate::ids::{DeliveryId, MessageId};
use crate::keys::hex;
use crate::webhooks::model::Event;
use crate::webhooks::model::delivery::{DELETED, UNREADABLE};
use crate::webhooks::secret::SigningSecret;
use crate::webhooks::store::due::{self, Waiting};
use crate::webhooks::store::{endpoints, sealed};
use crate::world::{Span, Timestamp};

/// How long a delivery is nobody else's; longer than any try and the keeping of its result. Should whoever tries it never come
/// back, it is tried again after that.
pub const LEASE: Span = Span::seconds(60);
/// Leases that end so far ahead are seen, also those of a server whose clock is ahead.
const LEASE_SEEN: Span = Span::minutes(10);
/// What is stopped in one transaction.
const STOPPED_AT_ONCE: i64 = 500;

/// A delivery that this server tries now.
#[derive(Debug)]
pub struct Claim {
    /// Where it goes.
    pub of: Waiting,
    /// Its id.
    pub delivery: DeliveryId,
    /// The `webhook-id`.
    pub message: MessageId,
    /// That it is ours.
    pub lease: String,
    /// How often it was tried before.
    pub attempts: i64,
    /// Where it is sent.
    pub url: String,
    /// What is sent.
    pub body: String,
    /// When it was taken.
    pub at: Timestamp,
    /// What signs it, the current one first; none when one cannot be opened.
    pub secrets: Option<Vec<SigningSecret>>,
}

/// Takes up to `room` of an endpoint's deliveries that are due. When the endpoint is not sent anything, they are stopped instead.
///
/// # Errors
/// Faults of the store; then nothing was taken.
pub async fn claim(db: &Db, of: &Waiting, room: i64) -> Result<Vec<Claim>> {
    let mut tx = db.write().await?;
    let Some(held) = due::hold(&mut tx.on(), &of.endpoint).await? else { return Ok(Vec::new()) };
    // Only now: whoever held it meanwhile took leases that begin after the wait began.
    let now = db.world().now();
    if held.old_secret_ends_at.is_some_and(|ends| ends <= now.millis()) {
        sealed::wipe(&mut tx.on(), of.endpoint.as_str(), now).await?;
    }
    let endpoint = endpoints::find(&mut tx.on(), &of.account, &of.endpoint).await?;
    let endpoint = match endpoint {
        Some(endpoint) if endpoint.condition().sends() => endpoint,
        not => {
            let why = not.map_or(DELETED, |endpoint| endpoint.condition().code());
            due::stop_due(&mut tx.on(), &of.endpoint, now, why, STOPPED_AT_ONCE).await?;
            tx.commit_unlogged(Unlogged::Webhooks).await?;
            return Ok(Vec::new());
        }
    };
    let free =
        bounds(held.health.standing(now)).endpoint - due::leased(&mut tx.on(), &of.endpoint, now, LEASE_SEEN).await?;
    let mut claims = Vec::new();
    for row in due::due(&mut tx.on(), &of.endpoint, now, free.min(room).max(0)).await? {
        let ids = (row.id.parse::<DeliveryId>(), row.message_id.parse::<MessageId>());
        let (Ok(delivery), Ok(message)) = ids else {
            // Nothing that runs now wrote it; it must not hold up what comes after it.
            tracing::error!(delivery = %row.id, webhook = %of.endpoint, "a delivery has a malformed id and is not sent");
            due::stop_one(&mut tx.on(), &row.id, UNREADABLE).await?;
            continue;
        };
        if let Some(why) = Event::from_name(&row.event).and_then(|event| endpoint.refuses(event)) {
            due::stop_one(&mut tx.on(), &row.id, why.code()).await?;
            continue;
        }
        let lease = hex(&db.world().entropy().bytes::<16>());
        due::lease(&mut tx.on(), &delivery, &lease, now.plus(LEASE)).await?;
        let secrets = opened(db, of, &held, now);
        let (of, url) = (of.clone(), endpoint.url.clone());
        claims.push(Claim {
            of,
            delivery,
            message,
            lease,
            attempts: row.attempts,
            url,
            body: row.body,
            at: now,
            secrets,
        });
    }
    tx.commit_unlogged(Unlogged::Webhooks).await?;
    Ok(claims)
}

/// Stops what is due of an endpoint that nothing can read: nothing that runs now wrote it, and it must not hold up the others.
///
/// # Errors
/// Faults of the store.
pub async fn put_away(db: &Db, endpoint: &str) -> Result<()> {
    let mut tx = db.write().await?;
    let stopped = due::stop_damaged(&mut tx.on(), endpoint, db.world().now(), STOPPED_AT_ONCE).await?;
    tx.commit_unlogged(Unlogged::Webhooks).await?;
    tracing::error!(webhook = %endpoint, count = stopped, "a webhook has a malformed id; its deliveries are not sent");
    Ok(())
}

/// The secrets that sign at `now`.
fn opened(db: &Db, of: &Waiting, held: &due::Held, now: Timestamp) -> Option<Vec<SigningSecret>> {
    let open = |sealed: &str| SigningSecret::open(db.keys(), &of.endpoint, sealed);
    let mut secrets = vec![open(&held.secret)?];
    let overlaps = held.old_secret_ends_at.is_some_and(|ends| now.millis() < ends);
    // The old one is a courtesy: without it the new one still signs.
    secrets.extend(held.old_secret.as_deref().filter(|_| overlaps).and_then(open));
    Some(secrets)
}
