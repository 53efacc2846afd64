//! Rows of idempotency keys: reserved, answered, released, forgotten.

use crate::binds;
use crate::db::journal::Unlogged;
use crate::db::{Db, DbError, On};
use crate::ids::{AccountId, IntegrationId, RequestId};
use crate::world::{Span, Timestamp};

/// How long a key is kept.
pub const KEPT: Span = Span::hours(24);
/// After so long a reservation counts as abandoned: no call takes that long.
const ABANDONED: Span = Span::minutes(1);
const BATCH: u64 = 500;

/// A key as one request uses it.
#[derive(Debug, Clone)]
pub struct Slot {
    /// Whose key it is.
    pub integration: IntegrationId,
    /// Its account.
    pub account: AccountId,
    /// A keyed hash of the key.
    pub key: String,
    /// A keyed hash of what was sent with it.
    pub request: String,
    /// The request that asks.
    pub holder: RequestId,
    /// Its instant.
    pub now: Timestamp,
}

/// What a key has been used for.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: the request holds it now.
    First,
    /// The same request, with this sealed answer.
    Answered(String),
    /// Another request.
    Otherwise,
    /// The same request, which is still being served.
    UnderWay,
    /// The same request, whose change was made and whose answer was lost; what the change was about.
    Unanswered(Option<String>),
    /// The same request, whose answer was erased with what the change was about.
    Erased(Option<String>),
}

/// What was sent, by whom, from when to when.
type Row = (String, String, i64, i64);
/// When the change was made, what it was about, and the sealed answer.
type Outcome = (Option<i64>, Option<String>, Option<String>);

/// Reserves the key for the request, unless it was used before. Only [`Found::First`] has written anything.
///
/// # Errors
/// What the engine says.
pub async fn reserve(on: &mut On<'_>, slot: &Slot) -> Result<Found, DbError> {
    let (now, ends) = (slot.now, slot.now.plus(KEPT));
    let values = binds![&slot.integration, &slot.key, &slot.request, &slot.account, &slot.holder, now, ends];
    if on.run_one(RESERVE, values).await? {
        return Ok(Found::First);
    }
    let names = || binds![&slot.integration, &slot.key, &slot.account];
    let row = on.first::<Row>(FIND, names()).await?;
    let outcome = on.first::<Outcome>(OUTCOME, names()).await?;
    // Whoever held it has given it back just now.
    let (Some((request, holder, reserved_at, expires_at)), Some((committed_at, subject, answer))) = (row, outcome)
    else {
        return Ok(Found::UnderWay);
    };
    let is_over = expires_at <= now.millis();
    let is_abandoned = reserved_at <= now.minus(ABANDONED).millis();
    match (answer, committed_at) {
        _ if is_over => {}
        _ if request != slot.request => return Ok(Found::Otherwise),
        (Some(answer), _) if answer.is_empty() => return Ok(Found::Erased(subject)),
        (Some(answer), _) => return Ok(Found::Answered(answer)),
        (None, Some(_)) if is_abandoned => return Ok(Found::Unanswered(subject)),
        (None, None) if is_abandoned => {}
        _ => return Ok(Found::UnderWay),
    }
    // Whoever held it till now may be about to commit: only one of both changes the row.
    let values = binds![
        &slot.integration,
        &slot.key,
        &slot.account,
        holder,
        committed_at,
        &slot.request,
        &slot.holder,
        now,
        ends
    ];
    Ok(if on.run_one(TAKE_OVER, values).await? { Found::First } else { Found::UnderWay })
}

/// Keeps the sealed answer for whoever asks again, unless what it tells of was erased since.
///
/// # Errors
/// What the engine says.
pub async fn answer(on: &mut On<'_>, slot: &Slot, sealed: &str) -> Result<(), DbError> {
    on.run(ANSWER, binds![&slot.integration, &slot.key, &slot.account, &slot.holder, sealed]).await?;
    Ok(())
}

/// Gives the key back, if the request had no effect; whether it had none.
///
/// # Errors
/// What the engine says.
pub async fn release(on: &mut On<'_>, slot: &Slot) -> Result<bool, DbError> {
    on.run_one(RELEASE, binds![&slot.integration, &slot.key, &slot.account, &slot.holder]).await
}

/// Forgets keys whose day is over, some at a time.
///
/// # Errors
/// What the engine says.
pub async fn upkeep(db: &Db) -> Result<(), DbError> {
    loop {
        let mut tx = db.write().await?;
        let gone = tx.on().run(FORGET, binds![db.world().now()]).await?;
        tx.commit_unlogged(Unlogged::Idempotency).await?;
        if gone < BATCH {
            return Ok(());
        }
    }
}

const RESERVE: &str = "INSERT INTO idempotency_keys \
     (integration_id, key_digest, request_digest, account_id, holder, reserved_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (integration_id, key_digest) DO NOTHING";
const FIND: &str = "SELECT request_digest, holder, reserved_at, expires_at FROM idempotency_keys \
     WHERE integration_id = $1 AND key_digest = $2 AND account_id = $3";
const OUTCOME: &str = "SELECT committed_at, subject, answer FROM idempotency_keys \
     WHERE integration_id = $1 AND key_digest = $2 AND account_id = $3";
const TAKE_OVER: &str = "UPDATE idempotency_keys SET request_digest = $6, holder = $7, reserved_at = $8, expires_at = $9, \
     committed_at = NULL, subject = NULL, answer = NULL WHERE integration_id = $1 AND key_digest = $2 AND account_id = $3 \
     AND holder = $4 AND (committed_at IS NULL) = (CAST($5 AS BIGINT) IS NULL)";
const ANSWER: &str = "UPDATE idempotency_keys SET answer = $5 WHERE integration_id = $1 AND key_digest = $2 AND account_id = $3 \
     AND holder = $4 AND answer IS NULL";
const RELEASE: &str = "DELETE FROM idempotency_keys WHERE integration_id = $1 AND key_digest = $2 AND account_id = $3 \
     AND holder = $4 AND committed_at IS NULL";
const FORGET: &str = "DELETE FROM idempotency_keys WHERE holder IN \
     (SELECT holder FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500)";

/// Every statement of this file.
pub const ALL: &[&str] = &[RESERVE, FIND, OUTCOME, TAKE_OVER, ANSWER, RELEASE, FORGET];
