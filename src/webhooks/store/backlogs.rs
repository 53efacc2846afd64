//! Backlogs that are stopped or tried anew: what was asked for, and how far it is. No statement here touches more than a portion.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, EndpointId};
use crate::world::Timestamp;

// The later wish counts: who stops a backlog does not want it tried anew.
const STOP: &str = "INSERT INTO webhook_backlogs (endpoint_id, account_id, stop_why, place_at, place_id, asked, done) \
     VALUES ($1, $2, $3, 0, '', 0, 0) ON CONFLICT (endpoint_id) DO UPDATE SET stop_why = $3, again_since = NULL, again_until = NULL";
// Of two wishes under way at once the farther one counts, from its beginning on.
const AGAIN: &str = "INSERT INTO webhook_backlogs (endpoint_id, account_id, again_since, again_until, place_at, place_id, asked, done) \
     VALUES ($1, $2, $3, $4, $3, '', $5, 0) ON CONFLICT (endpoint_id) DO UPDATE SET stop_why = NULL, \
     again_since = CASE WHEN webhook_backlogs.again_since < $3 THEN webhook_backlogs.again_since ELSE $3 END, again_until = $4, \
     place_at = CASE WHEN webhook_backlogs.again_since < $3 THEN webhook_backlogs.again_since ELSE $3 END, place_id = '', \
     asked = $5, done = 0";
const SINCE: &str =
    "SELECT again_since FROM webhook_backlogs WHERE endpoint_id = $1 AND account_id = $2 AND again_since IS NOT NULL";
const UNDER_WAY: &str = "SELECT again_since, asked, done FROM webhook_backlogs \
     WHERE endpoint_id = $1 AND account_id = $2 AND again_since IS NOT NULL";
const WHICH: &str = "SELECT endpoint_id, account_id FROM webhook_backlogs ORDER BY endpoint_id";
const FIND: &str = "SELECT stop_why, again_until, place_at, place_id FROM webhook_backlogs WHERE endpoint_id = $1";
const STEP: &str = "UPDATE webhook_backlogs SET place_at = $2, place_id = $3, done = done + $4 WHERE endpoint_id = $1";
const END_AGAIN: &str = "DELETE FROM webhook_backlogs WHERE endpoint_id = $1 AND again_since IS NOT NULL";
const END_AGAIN_OF_ACCOUNT: &str = "DELETE FROM webhook_backlogs WHERE endpoint_id IN \
     (SELECT e.id FROM webhook_endpoints e WHERE e.account_id = $1 AND e.deleted_at IS NULL) AND again_since IS NOT NULL";
const END: &str = "DELETE FROM webhook_backlogs WHERE endpoint_id = $1";
// Whoever tries one just now keeps it: should it arrive, that is what became of it.
const STOP_SOME: &str = "UPDATE webhook_deliveries SET state = 'stopped', stopped_why = $2, next_at = NULL WHERE id IN \
     (SELECT d.id FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.state = 'waiting' ORDER BY d.next_at LIMIT $3)";
const NEXT: &str = "SELECT d.created_at, d.id FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.state = $2 \
     AND (d.created_at, d.id) > ($3, $4) AND d.created_at <= $5 ORDER BY d.created_at, d.id LIMIT $6";
const AGAIN_SOME: &str = "UPDATE webhook_deliveries SET state = 'waiting', stopped_why = NULL, attempts_before = attempts_before + attempts, \
     attempts = 0, next_at = $6, lease = NULL WHERE endpoint_id = $1 AND state IN ('failed', 'stopped') AND (created_at, id) > ($2, $3) AND (created_at, id) <= ($4, $5)";

/// Every statement of this file.
pub const ALL: &[&str] = &[
    STOP,
    AGAIN,
    SINCE,
    UNDER_WAY,
    WHICH,
    FIND,
    STEP,
    END_AGAIN,
    END_AGAIN_OF_ACCOUNT,
    END,
    STOP_SOME,
    NEXT,
    AGAIN_SOME,
];

/// A backlog, as far as it is worked off.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Backlog {
    /// Why what waits is stopped; none: what failed or was stopped is tried anew.
    pub stop_why: Option<String>,
    /// Until when that was made, in milliseconds.
    pub again_until: Option<i64>,
    /// When the last one that was tried anew was made, in milliseconds.
    pub place_at: i64,
    /// Its id.
    pub place_id: String,
}

/// What failed and is being tried anew, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct UnderWay {
    /// Since when that was made, in milliseconds.
    pub again_since: i64,
    /// How many there were when somebody asked.
    pub asked: i64,
    /// How many of them are tried anew already.
    pub done: i64,
}

/// From now on everything that waits for the endpoint is stopped. Whoever asks holds the endpoint.
///
/// # Errors
/// What the engine says.
pub async fn stop(on: &mut On<'_>, (account, endpoint): (&AccountId, &EndpointId), why: &str) -> Result<(), DbError> {
    on.run(STOP, binds![endpoint, account, why]).await.map(|_| ())
}

/// From now on everything that failed or was stopped is tried anew, of what was made between `since` and `now`: `asked` deliveries.
/// Whoever asks holds the endpoint.
///
/// # Errors
/// What the engine says.
pub async fn again(
    on: &mut On<'_>,
    (account, endpoint): (&AccountId, &EndpointId),
    since: Timestamp,
    now: Timestamp,
    asked: i64,
) -> Result<(), DbError> {
    on.run(AGAIN, binds![endpoint, account, since, now, asked]).await.map(|_| ())
}

/// Since when what failed is being tried anew; none when it is not.
///
/// # Errors
/// What the engine says.
pub async fn since(on: &mut On<'_>, account: &AccountId, endpoint: &EndpointId) -> Result<Option<Timestamp>, DbError> {
    let since: Option<(i64,)> = on.first(SINCE, binds![endpoint, account]).await?;
    Ok(since.map(|(since,)| Timestamp::from_millis(since)))
}

/// How far what failed is tried anew; none when it is not.
///
/// # Errors
/// What the engine says.
pub async fn under_way(
    on: &mut On<'_>,
    account: &AccountId,
    endpoint: &EndpointId,
) -> Result<Option<UnderWay>, DbError> {
    on.first(UNDER_WAY, binds![endpoint, account]).await
}

/// The endpoints that have a backlog to work off, each with its account.
///
/// # Errors
/// What the engine says.
pub async fn which(on: &mut On<'_>) -> Result<Vec<(String, String)>, DbError> {
    on.all(WHICH, binds![]).await
}

/// The backlog of an endpoint.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, endpoint: &EndpointId) -> Result<Option<Backlog>, DbError> {
    on.first(FIND, binds![endpoint]).await
}

/// What was not tried anew yet stays as it is.
///
/// # Errors
/// What the engine says.
pub async fn end_again(on: &mut On<'_>, endpoint: &EndpointId) -> Result<(), DbError> {
    on.run(END_AGAIN, binds![endpoint]).await.map(|_| ())
}

/// The same for every endpoint of an account.
///
/// # Errors
/// What the engine says.
pub async fn end_again_of_account(on: &mut On<'_>, account: &AccountId) -> Result<(), DbError> {
    on.run(END_AGAIN_OF_ACCOUNT, binds![account]).await.map(|_| ())
}

/// There is nothing more to work off.
///
/// # Errors
/// What the engine says.
pub async fn end(on: &mut On<'_>, endpoint: &str) -> Result<(), DbError> {
    on.run(END, binds![endpoint]).await.map(|_| ())
}

/// Stops what waits for an endpoint, so much at most; how many.
///
/// # Errors
/// What the engine says.
pub async fn stop_some(on: &mut On<'_>, endpoint: &EndpointId, why: &str, limit: i64) -> Result<u64, DbError> {
    on.run(STOP_SOME, binds![endpoint, why, limit]).await
}

/// Begins the oldest anew that are left of a backlog, so many at most, due at `now`; how many, and whether those were the last.
///
/// # Errors
/// What the engine says.
pub async fn again_some(
    on: &mut On<'_>,
    endpoint: &EndpointId,
    of: &Backlog,
    now: Timestamp,
    limit: i64,
) -> Result<(u64, bool), DbError> {
    let mut places: Vec<(i64, String)> = Vec::new();
    // One look for each state, so that the index tells which come next.
    for state in ["failed", "stopped"] {
        let until = of.again_until.unwrap_or(0);
        places.extend(on.all(NEXT, binds![endpoint, state, of.place_at, &of.place_id, until, limit]).await?);
    }
    places.sort_unstable();
    let limit = usize::try_from(limit).unwrap_or(0);
    places.truncate(limit);
    let Some((at, id)) = places.last() else { return Ok((0, true)) };
    let begun = on.run(AGAIN_SOME, binds![endpoint, of.place_at, &of.place_id, *at, id, now]).await?;
    on.run(STEP, binds![endpoint, *at, id, i64::try_from(begun).unwrap_or(0)]).await?;
    Ok((begun, places.len() < limit))
}
