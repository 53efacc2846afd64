//! Deliveries that are due: who tries which of them, and how that went. No statement here waits for the network.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, DeliveryId, EndpointId};
use crate::webhooks::model::delivery::{Problem, State, UNREADABLE};
use crate::webhooks::model::schedule::KNOWN_TO;
use crate::webhooks::model::{DisabledWhy, Standing};
use crate::world::{Span, Timestamp};

/// Each step goes to the next endpoint for which something waits, so that a long backlog costs no more than a short one.
const ENDPOINTS: &str = "WITH RECURSIVE waiting (id) AS ( \
     SELECT MIN(d.endpoint_id) FROM webhook_deliveries d WHERE d.state = 'waiting' \
     UNION ALL \
     SELECT (SELECT MIN(d.endpoint_id) FROM webhook_deliveries d WHERE d.state = 'waiting' AND d.endpoint_id > w.id) \
     FROM waiting w WHERE w.id IS NOT NULL) \
     SELECT e.id, e.account_id, e.failing_since, e.slow_at, e.well_at FROM waiting w JOIN webhook_endpoints e ON e.id = w.id \
     WHERE EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = w.id AND d.state = 'waiting' AND d.next_at <= $1) \
     ORDER BY e.id";
/// Until the transaction ends, nobody else takes deliveries of this endpoint or changes it.
const HOLD: &str = "UPDATE webhook_endpoints SET version = version WHERE id = $1 \
     RETURNING secret, old_secret, old_secret_ends_at, failing_since, slow_at, well_at";
// Somebody tries them just now: a lease ends at most so far ahead, which keeps the look short.
const LEASED: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND state = 'waiting' \
     AND next_at > $2 AND next_at <= $3 AND lease IS NOT NULL";
const WAITING: &str = "SELECT COUNT(*) FROM (SELECT d.endpoint_id FROM webhook_deliveries d \
     WHERE d.endpoint_id = $1 AND d.state = 'waiting' LIMIT $2) w";
const DUE: &str = "SELECT d.id, d.message_id, d.type AS event, d.attempts, m.body \
     FROM webhook_deliveries d JOIN webhook_messages m ON m.id = d.message_id \
     WHERE d.endpoint_id = $1 AND d.state = 'waiting' AND d.next_at <= $2 ORDER BY d.next_at LIMIT $3";
const LEASE: &str = "UPDATE webhook_deliveries SET lease = $2, next_at = $3 WHERE id = $1";
const STOP_DUE: &str = "UPDATE webhook_deliveries SET state = 'stopped', stopped_why = $3, next_at = NULL, lease = NULL \
     WHERE id IN (SELECT d.id FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.state = 'waiting' AND d.next_at <= $2 \
     ORDER BY d.next_at LIMIT $4)";
const STOP_ONE: &str = "UPDATE webhook_deliveries SET state = 'stopped', stopped_why = $2, next_at = NULL, lease = NULL \
     WHERE id = $1";

const HEALTH: &str = "SELECT failing_since, slow_at, well_at FROM webhook_endpoints WHERE id = $1";
const WELL: &str = "UPDATE webhook_endpoints SET failing_since = NULL, slow_at = $2, well_at = $3 WHERE id = $1";
// Whoever was not tried for long did not fail all that time.
const ILL: &str = "UPDATE webhook_endpoints SET failing_since = CASE WHEN failed_at >= $3 THEN COALESCE(failing_since, $2) ELSE $2 END, \
     failed_at = $2, slow_at = $4 WHERE id = $1 AND deleted_at IS NULL RETURNING failing_since, url";
const DISABLE: &str = "UPDATE webhook_endpoints SET disabled_at = $2, disabled_why = $3 \
     WHERE id = $1 AND disabled_at IS NULL AND deleted_at IS NULL";
const TRIED: &str = "UPDATE webhook_deliveries SET state = $3, stopped_why = NULL, attempts = attempts + 1, next_at = $4, lease = NULL, \
     tried_at = $5, took = $6, status = $7, problem = $8, answer = $9 WHERE id = $1 AND lease = $2 AND state = 'waiting'";
// It was stopped while it was tried: it stays so, unless it arrived.
const TRIED_STOPPED: &str = "UPDATE webhook_deliveries SET state = CASE WHEN $3 = 'delivered' THEN 'delivered' ELSE 'stopped' END, \
     stopped_why = CASE WHEN $3 = 'delivered' THEN NULL ELSE stopped_why END, attempts = attempts + 1, lease = NULL, \
     tried_at = $4, took = $5, status = $6, problem = $7, answer = $8 WHERE id = $1 AND lease = $2 AND state = 'stopped'";

/// Every statement of this file.
pub const ALL: &[&str] = &[
    ENDPOINTS,
    HOLD,
    LEASED,
    WAITING,
    DUE,
    LEASE,
    STOP_DUE,
    STOP_ONE,
    HEALTH,
    WELL,
    ILL,
    DISABLE,
    TRIED,
    TRIED_STOPPED,
];

/// An endpoint for which something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its id.
    pub endpoint: EndpointId,
    /// Whose it is.
    pub account: AccountId,
    /// How it stands.
    pub standing: Standing,
}

/// How the last tries of an endpoint went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Health {
    /// Since when it fails, in milliseconds.
    pub failing_since: Option<i64>,
    /// When its last try was slow, in milliseconds; none: it was not.
    pub slow_at: Option<i64>,
    /// When it last took something, in milliseconds, to the hour.
    pub well_at: Option<i64>,
}

impl Health {
    /// How it stands at `now`.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        let ails = self.failing_since.is_some() || self.slow_at.is_some();
        Standing::of(ails, self.well_at.map(Timestamp::from_millis), now)
    }

    /// Whether a try that was taken at `now` changes nothing of it.
    #[must_use]
    pub fn stays(&self, slow: bool, now: Timestamp) -> bool {
        let fresh = self.well_at.is_some_and(|at| at > now.minus(KNOWN_TO).millis());
        fresh && self.failing_since.is_none() && self.slow_at.is_some() == slow
    }
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    id: String,
    account_id: String,
    #[sqlx(flatten)]
    health: Health,
}

/// The endpoints for which something is due, by id; and the ids of those that are damaged.
///
/// # Errors
/// What the engine says.
pub async fn endpoints(on: &mut On<'_>, now: Timestamp) -> Result<(Vec<Waiting>, Vec<String>), DbError> {
    let rows: Vec<WaitingRow> = on.all(ENDPOINTS, binds![now]).await?;
    let (mut waiting, mut damaged) = (Vec::with_capacity(rows.len()), Vec::new());
    for row in rows {
        match (row.id.parse(), row.account_id.parse()) {
            (Ok(endpoint), Ok(account)) => {
                waiting.push(Waiting { endpoint, account, standing: row.health.standing(now) });
            }
            _ => damaged.push(row.id),
        }
    }
    Ok((waiting, damaged))
}

/// Stops what is due of an endpoint that is damaged, so much at most; how many.
///
/// # Errors
/// What the engine says.
pub async fn stop_damaged(on: &mut On<'_>, endpoint: &str, now: Timestamp, limit: i64) -> Result<u64, DbError> {
    on.run(STOP_DUE, binds![endpoint, now, UNREADABLE, limit]).await
}

/// What an endpoint that is held signs with, sealed, and how its last try went.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Held {
    /// The signing secret; empty once the endpoint is deleted.
    pub secret: String,
    /// The one before.
    pub old_secret: Option<String>,
    /// Until when that signs too, in milliseconds.
    pub old_secret_ends_at: Option<i64>,
    /// How its last tries went.
    #[sqlx(flatten)]
    pub health: Health,
}

/// Holds an endpoint until the transaction ends.
///
/// # Errors
/// What the engine says.
pub async fn hold(on: &mut On<'_>, endpoint: &EndpointId) -> Result<Option<Held>, DbError> {
    on.first(HOLD, binds![endpoint]).await
}

/// How many deliveries of an endpoint are being tried; leases end at most `ahead` from now.
///
/// # Errors
/// What the engine says.
pub async fn leased(on: &mut On<'_>, endpoint: &EndpointId, now: Timestamp, ahead: Span) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(LEASED, binds![endpoint, now, now.plus(ahead)]).await?.0)
}

/// How many deliveries wait for an endpoint, counted up to `most`.
///
/// # Errors
/// What the engine says.
pub async fn waiting(on: &mut On<'_>, endpoint: &EndpointId, most: i64) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(WAITING, binds![endpoint, most]).await?.0)
}

/// A delivery that is due.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Due {
    /// Its id.
    pub id: String,
    /// The message's.
    pub message_id: String,
    /// The event's name.
    pub event: String,
    /// How often it was tried.
    pub attempts: i64,
    /// What is sent.
    pub body: String,
}

/// Those of an endpoint that have waited longest.
///
/// # Errors
/// What the engine says.
pub async fn due(on: &mut On<'_>, endpoint: &EndpointId, now: Timestamp, limit: i64) -> Result<Vec<Due>, DbError> {
    on.all(DUE, binds![endpoint, now, limit]).await
}

/// Takes a delivery of an endpoint that is held: nobody else does before `until`.
///
/// # Errors
/// What the engine says.
pub async fn lease(on: &mut On<'_>, id: &DeliveryId, lease: &str, until: Timestamp) -> Result<(), DbError> {
    on.run(LEASE, binds![id, lease, until]).await.map(|_| ())
}

/// Stops what is due of an endpoint, so much at most; how many.
///
/// # Errors
/// What the engine says.
pub async fn stop_due(
    on: &mut On<'_>,
    endpoint: &EndpointId,
    now: Timestamp,
    why: &str,
    limit: i64,
) -> Result<u64, DbError> {
    on.run(STOP_DUE, binds![endpoint, now, why, limit]).await
}

/// Stops one that is due.
///
/// # Errors
/// What the engine says.
pub async fn stop_one(on: &mut On<'_>, id: &str, why: &str) -> Result<(), DbError> {
    on.run(STOP_ONE, binds![id, why]).await.map(|_| ())
}

/// How a try went, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried<'a> {
    /// What was tried.
    pub delivery: &'a DeliveryId,
    /// By whom.
    pub lease: &'a str,
    /// What becomes of it.
    pub state: State,
    /// When it is tried next, while it waits.
    pub next_at: Option<Timestamp>,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// The answer's status.
    pub status: Option<u16>,
    /// What went wrong.
    pub problem: Option<Problem>,
    /// The beginning of the answer.
    pub answer: Option<&'a str>,
}

/// Keeps how a try went; whether it did: whoever does not hold its lease any more changes nothing.
///
/// # Errors
/// What the engine says.
pub async fn tried(on: &mut On<'_>, tried: &Tried<'_>) -> Result<bool, DbError> {
    let Tried { delivery, lease, state, next_at, at, took_ms, .. } = tried;
    let status = tried.status.map(i64::from);
    let (problem, answer) = (tried.problem.map(Problem::code), tried.answer);
    let state = state.code();
    let binds = binds![*delivery, *lease, state, *next_at, *at, *took_ms, status, problem, answer];
    if on.run_one(TRIED, binds).await? {
        return Ok(true);
    }
    let binds = binds![*delivery, *lease, state, *at, *took_ms, status, problem, answer];
    on.run_one(TRIED_STOPPED, binds).await
}

/// How the endpoint's last tries went.
///
/// # Errors
/// What the engine says.
pub async fn health(on: &mut On<'_>, endpoint: &EndpointId) -> Result<Health, DbError> {
    Ok(on.first(HEALTH, binds![endpoint]).await?.unwrap_or_default())
}

/// The endpoint took something at `now`: it does not fail. `slow`: whether it took long over it.
///
/// # Errors
/// What the engine says.
pub async fn well(on: &mut On<'_>, endpoint: &EndpointId, now: Timestamp, slow: bool) -> Result<(), DbError> {
    on.run(WELL, binds![endpoint, slow.then_some(now), now]).await.map(|_| ())
}

/// The endpoint took nothing: since when it fails, and its URL; it fails anew when its last failure was before `steady`. None: it
/// is deleted. `slow`: when, if it took long over it.
///
/// # Errors
/// What the engine says.
pub async fn ill(
    on: &mut On<'_>,
    endpoint: &EndpointId,
    now: Timestamp,
    steady: Timestamp,
    slow: Option<Timestamp>,
) -> Result<Option<(Timestamp, String)>, DbError> {
    let row: Option<(i64, String)> = on.first(ILL, binds![endpoint, now, steady, slow]).await?;
    Ok(row.map(|(since, url)| (Timestamp::from_millis(since), url)))
}

/// Disables an endpoint; whether it was this that did.
///
/// # Errors
/// What the engine says.
pub async fn disable(
    on: &mut On<'_>,
    endpoint: &EndpointId,
    now: Timestamp,
    why: DisabledWhy,
) -> Result<bool, DbError> {
    on.run_one(DISABLE, binds![endpoint, now, why.code()]).await
}
