//! How many endpoints there are and how much was sent to them by hand, counted by one at a time.

use super::changes::At;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, IntegrationId};
use crate::world::{Span, Timestamp};

const HOLD: &str = "UPDATE integrations SET version = version WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";
const COUNT: &str =
    "SELECT COUNT(*) FROM webhook_endpoints WHERE account_id = $1 AND integration_id = $2 AND deleted_at IS NULL";
const HOLD_ACCOUNT: &str = "UPDATE accounts SET version = version WHERE id = $1";
const COUNT_ALL: &str = "SELECT COUNT(*) FROM webhook_endpoints WHERE account_id = $1 AND deleted_at IS NULL";
// Requests are told their instant when they begin, and come here in any order: a beginning that lies ahead counts all the same, unless it
// is so far ahead that a clock must have been set back.
const BY_HAND: &str = "UPDATE webhook_endpoints SET \
     by_hand = CASE WHEN by_hand_since > $3 AND by_hand_since < $5 THEN by_hand + 1 ELSE 1 END, \
     by_hand_since = CASE WHEN by_hand_since > $3 AND by_hand_since < $5 THEN by_hand_since ELSE $4 END \
     WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING by_hand";
// Deleted ones count too: who deletes what was sent to and makes it anew gains nothing.
const ACCOUNT_BY_HAND: &str = "SELECT CAST(COALESCE(SUM(by_hand), 0) AS BIGINT) FROM webhook_endpoints \
     WHERE account_id = $1 AND by_hand_since > $2 AND by_hand_since < $3";

/// Every statement of this file.
pub const ALL: &[&str] = &[HOLD, COUNT, HOLD_ACCOUNT, COUNT_ALL, BY_HAND, ACCOUNT_BY_HAND];

/// Holds the integration until the commit, so that its endpoints are counted by one at a time; whether it is there and not deleted.
///
/// # Errors
/// What the engine says.
pub async fn hold_integration(on: &mut On<'_>, account: &AccountId, id: &IntegrationId) -> Result<bool, DbError> {
    on.run_one(HOLD, binds![account, id]).await
}

/// Holds the account until the commit, so that its endpoints are counted by one at a time; how many it has.
///
/// # Errors
/// What the engine says.
pub async fn hold_account(on: &mut On<'_>, account: &AccountId) -> Result<i64, DbError> {
    on.run(HOLD_ACCOUNT, binds![account]).await?;
    count_all(on, account).await
}

/// How many endpoints the account has.
///
/// # Errors
/// What the engine says.
pub async fn count_all(on: &mut On<'_>, account: &AccountId) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(COUNT_ALL, binds![account]).await?.0)
}

/// Counts that something is sent by hand, and holds the endpoint until the commit; how much that is within a `span` that began when the
/// first of it was sent. None: there is no such endpoint.
///
/// # Errors
/// What the engine says.
pub async fn by_hand(on: &mut On<'_>, at: At<'_>, span: Span) -> Result<Option<i64>, DbError> {
    let (before, ahead) = (at.now.minus(span), at.now.plus(span));
    let count: Option<(i64,)> = on.first(BY_HAND, binds![at.account, at.id, before, at.now, ahead]).await?;
    Ok(count.map(|(count,)| count))
}

/// How much was sent by hand to all endpoints of an account, each counted as [`by_hand`] does. Whoever asks holds the account.
///
/// # Errors
/// What the engine says.
pub async fn by_hand_of_account(
    on: &mut On<'_>,
    account: &AccountId,
    now: Timestamp,
    span: Span,
) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(ACCOUNT_BY_HAND, binds![account, now.minus(span), now.plus(span)]).await?.0)
}

/// How many endpoints the integration has.
///
/// # Errors
/// What the engine says.
pub async fn count(on: &mut On<'_>, account: &AccountId, of: &IntegrationId) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(COUNT, binds![account, of]).await?.0)
}
