//! What a try means for its delivery and its endpoint: one transaction each.

use super::claims::Claim;
use super::client::Answer;
use super::disabled::Disabled;
use crate::authz::Origin;
use crate::db::journal::{Doer, Unlogged};
use crate::db::{Db, DbError};
use crate::error::Result;
use crate::webhooks::model::delivery::State;
use crate::webhooks::model::schedule::{self, FAILING_MAX, GONE, SLOW, STEADY};
use crate::webhooks::model::{Condition, DisabledWhy, Place};
use crate::webhooks::store::due::{self, Tried};
use crate::webhooks::store::{backlogs, notices};
use crate::world::{Span, Timestamp};
use std::time::Duration;

/// In so long people are told of an endpoint once by mail, and of so many endpoints of an account: whoever lets one be disabled and
/// enables it over and over fills no mailbox. The console tells of all.
const MAILED_SPAN: Span = Span::hours(1);
const MAILED_MAX: i64 = 10;
/// A store that is busy just now is asked again, for as long as the lease lasts.
const AGAIN: u32 = 5;

/// Keeps how a try went. When the store cannot take it, the delivery is tried again after its lease.
pub async fn keep(db: &Db, claim: &Claim, answer: &Answer, mails: bool) {
    for turn in 1..=AGAIN {
        match keep_once(db, claim, answer, mails).await {
            Ok(()) => return,
            Err(error) if turn == AGAIN => {
                tracing::warn!(cause = %error, "the result of a webhook could not be kept; it is sent again");
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(500) * turn).await,
        }
    }
}

async fn keep_once(db: &Db, claim: &Claim, answer: &Answer, mails: bool) -> Result<()> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    let (slow, endpoint) = (answer.took_ms > SLOW.as_millis(), &claim.of.endpoint);
    let taken = answer.problem.is_none();
    let changes = !taken || !due::health(&mut tx.on(), endpoint).await?.stays(slow, now);
    if changes {
        // The endpoint first, as everybody does who changes both: nobody waits for somebody who waits for them.
        due::hold(&mut tx.on(), endpoint).await?;
    }
    if taken {
        // What somebody else tries by now says nothing of the endpoint either.
        if due::tried(&mut tx.on(), &tried(claim, answer, State::Delivered, None)).await? && changes {
            due::well(&mut tx.on(), endpoint, now, slow).await?;
        }
        tx.commit_unlogged(Unlogged::Webhooks).await?;
        return Ok(());
    }
    let gone = answer.status == Some(GONE);
    let retry_after = answer.retry_after.as_deref().and_then(|value| schedule::retry_after(value, now));
    let next = schedule::next(claim.attempts + 1, now, retry_after, db.world().entropy()).filter(|_| !gone);
    let state = if next.is_some() { State::Waiting } else { State::Failed };
    if !due::tried(&mut tx.on(), &tried(claim, answer, state, next)).await? {
        return Ok(());
    }
    let slow = slow.then_some(now);
    if let Some((since, url)) = due::ill(&mut tx.on(), endpoint, now, now.minus(STEADY), slow).await? {
        let why = match () {
            () if gone => Some(DisabledWhy::Gone),
            () if now.since(since) > FAILING_MAX => Some(DisabledWhy::Failing),
            () => None,
        };
        // Of several servers that come to this, one does it.
        if let Some(why) = why
            && due::disable(&mut tx.on(), &claim.of.endpoint, now, why).await?
        {
            let of = (&claim.of.account, &claim.of.endpoint);
            let mails = mails && {
                let (endpoint, all) = notices::mailed(&mut tx.on(), of, now.minus(MAILED_SPAN)).await?;
                endpoint == 0 && all < MAILED_MAX
            };
            notices::add(&mut tx.on(), of, now, why, mails.then_some(now)).await?;
            backlogs::stop(&mut tx.on(), of, Condition::Disabled(why).code()).await?;
            let change = Disabled { endpoint: of.1.clone(), host: Place::of(&url).named(), why, since };
            tracing::info!(webhook = %of.1, why = why.code(), "a webhook was disabled");
            return Ok(commit(tx, claim, now, &change).await?);
        }
    }
    tx.commit_unlogged(Unlogged::Webhooks).await?;
    Ok(())
}

async fn commit(
    tx: crate::db::WriteTx,
    claim: &Claim,
    now: Timestamp,
    change: &Disabled,
) -> std::result::Result<(), DbError> {
    tx.commit_as(&Doer::system(), Some(&claim.of.account), now, &Origin::default(), &[change]).await
}

fn tried<'a>(claim: &'a Claim, answer: &'a Answer, state: State, next_at: Option<Timestamp>) -> Tried<'a> {
    Tried {
        delivery: &claim.delivery,
        lease: &claim.lease,
        state,
        next_at,
        at: claim.at,
        took_ms: answer.took_ms,
        status: answer.status,
        problem: answer.problem,
        answer: answer.text.as_deref(),
    }
}
