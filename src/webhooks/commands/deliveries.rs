//! Sending by hand: a test event, and what was not delivered once more.

use super::{Done, Trouble, at, found, sender, staff, used_elsewhere};
use crate::authz::Permit;
use crate::db::{Db, On};
use crate::error::AppError;
use crate::ids::{AccountId, DeliveryId, EndpointId, MessageId};
use crate::web::api::iso;
use crate::web::once::{self, Claim, OnceKey};
use crate::webhooks::change::{OfEndpoint, What};
use crate::webhooks::model::{ACCOUNT_BY_HAND_MAX, BY_HAND_MAX, BY_HAND_SPAN, Event, Refused, WAITING_MAX};
use crate::webhooks::store::deliveries::{self, State};
use crate::webhooks::store::{backlogs, counts, due};
use crate::webhooks::{Redeliver, SendTest};
use crate::world::Timestamp;
use serde_json::json;

/// Puts a test event on its way. The same form sent twice sends one; the delivery, and whether it was sent before.
///
/// # Errors
/// See [`Trouble`]; then nothing is sent.
pub async fn send_test(db: &Db, permit: &Permit<SendTest>, id: &EndpointId, key: &OnceKey) -> Done<(DeliveryId, bool)> {
    let person = staff(permit)?;
    let (now, entropy) = (permit.now(), db.world().entropy());
    let (delivery, message) = (DeliveryId::new(now, entropy), MessageId::new(now, entropy));
    let mut tx = db.write().await?;
    let from = sender(permit, person, "test-webhook", id.as_str());
    match once::claim(&mut tx.on(), db.keys(), key, from, delivery.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } => {
            let sent = subject.parse().map_err(|_| AppError::internal("a form's key names no delivery"))?;
            return Ok((sent, true));
        }
        Claim::Other { .. } | Claim::Elsewhere => return Err(used_elsewhere()),
    }
    count_by_hand(&mut tx.on(), permit, id).await?;
    let of = found(&mut tx.on(), permit, id).await?;
    of.may_send(Event::Test)?;
    room(&mut tx.on(), id).await?;
    deliveries::add_test(&mut tx.on(), &of, &message, &delivery, &test_body(&of.account, &of.id, &message, now), now)
        .await?;
    tx.commit(permit, &[&OfEndpoint::new(&of, What::TestSent { message })]).await?;
    Ok((delivery, false))
}

/// Whoever sends by hand does so a few times a minute: a form sent over and over, or a program that does, fills nothing up. Holds the
/// account, so that what is sent to several endpoints at once is counted one by one, then the endpoint.
async fn count_by_hand<A>(on: &mut On<'_>, permit: &Permit<A>, id: &EndpointId) -> Done<()> {
    counts::hold_account(on, permit.account()).await?;
    let count = counts::by_hand(on, at(permit, id), BY_HAND_SPAN).await?;
    if count.ok_or(Trouble::NotFound)? > BY_HAND_MAX {
        return Err(Refused::TooOften.into());
    }
    let all = counts::by_hand_of_account(on, permit.account(), permit.now(), BY_HAND_SPAN).await?;
    if all > ACCOUNT_BY_HAND_MAX { Err(Refused::AccountTooOften.into()) } else { Ok(()) }
}

/// One more may wait for the endpoint.
async fn room(on: &mut On<'_>, id: &EndpointId) -> Done<()> {
    let full = due::waiting(on, id, WAITING_MAX).await? >= WAITING_MAX;
    if full { Err(Refused::TooManyWaiting.into()) } else { Ok(()) }
}

/// What a test tells: the fields that every event has, and the endpoint's own id.
#[must_use]
pub fn test_body(account: &AccountId, endpoint: &EndpointId, message: &MessageId, now: Timestamp) -> String {
    json!({
        "type": Event::Test.name(),
        "timestamp": iso(now),
        "webhookId": message.as_str(),
        "locationId": account.as_str(),
        "id": endpoint.as_str(),
    })
    .to_string()
}

/// Tries one delivery anew; how often it was tried before.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn redeliver(db: &Db, permit: &Permit<Redeliver>, id: &EndpointId, delivery: &DeliveryId) -> Done<i64> {
    staff(permit)?;
    let mut tx = db.write().await?;
    count_by_hand(&mut tx.on(), permit, id).await?;
    let of = found(&mut tx.on(), permit, id).await?;
    let found = deliveries::find(&mut tx.on(), permit.account(), id, delivery).await?;
    let (found, _) = found.ok_or(Trouble::NotFound)?;
    if found.state == State::Waiting && found.attempts == 0 {
        return Err(Refused::WaitsAlready.into());
    }
    of.may_send(found.event)?;
    if found.state != State::Waiting {
        room(&mut tx.on(), id).await?;
    }
    if !deliveries::again(&mut tx.on(), permit.account(), id, delivery, permit.now()).await? {
        return Err(Refused::WaitsAlready.into());
    }
    let what = What::Redelivered { message: found.message, event: found.event };
    tx.commit(permit, &[&OfEndpoint::new(&of, what)]).await?;
    Ok(found.attempts_before + found.attempts)
}

/// Has every delivery tried anew that failed or was stopped since then, the oldest first, in portions soon after this; how many there
/// are. While that is under way a farther wish takes its place.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn redeliver_since(db: &Db, permit: &Permit<Redeliver>, id: &EndpointId, since: Timestamp) -> Done<i64> {
    staff(permit)?;
    // Counted before anything is held, since there may be very many.
    let mut reader = db.read().await?;
    let under_way = backlogs::since(&mut reader.on(), permit.account(), id).await?;
    let since = under_way.map_or(since, |earlier| earlier.min(since));
    let count = deliveries::count_since(&mut reader.on(), permit.account(), id, since).await?;
    drop(reader);
    let mut tx = db.write().await?;
    count_by_hand(&mut tx.on(), permit, id).await?;
    let of = found(&mut tx.on(), permit, id).await?;
    if let Some(condition) = Some(of.condition()).filter(|condition| !condition.sends()) {
        return Err(Refused::Silent(condition).into());
    }
    if count > 0 {
        backlogs::again(&mut tx.on(), (permit.account(), id), since, permit.now(), count).await?;
        tx.commit(permit, &[&OfEndpoint::new(&of, What::AllRedelivered { since, count })]).await?;
    }
    Ok(count)
}
