//! Deliveries as people see them, and what they do with them.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, DeliveryId, EndpointId, MessageId};
use crate::webhooks::model::delivery::Problem;
pub use crate::webhooks::model::delivery::{Delivery, State};
use crate::webhooks::model::{Endpoint, Event};
use crate::world::Timestamp;

macro_rules! columns {
    () => {
        "d.id, d.endpoint_id, d.message_id, d.type AS event, d.state, d.stopped_why, d.created_at, d.attempts, d.attempts_before, \
         d.next_at, d.tried_at, d.took, d.status, d.problem, d.answer"
    };
}

const FIND: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM webhook_deliveries d WHERE d.endpoint_id = $1 AND d.account_id = $2 AND d.id = $3"
);
const BODY: &str = "SELECT body FROM webhook_messages WHERE account_id = $1 AND id = $2";
const ADD_MESSAGE: &str =
    "INSERT INTO webhook_messages (id, account_id, type, body, created_at) VALUES ($1, $2, $3, $4, $5)";
const ADD: &str = "INSERT INTO webhook_deliveries (id, account_id, endpoint_id, message_id, type, state, created_at, attempts, next_at) \
     VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, $6)";
const ADD_STOPPED: &str = "INSERT INTO webhook_deliveries (id, account_id, endpoint_id, message_id, type, state, stopped_why, created_at, \
     attempts) VALUES ($1, $2, $3, $4, $5, 'stopped', $7, $6, 0)";
// Whoever tries it just now tells of another life; their word does not count any more.
const AGAIN: &str = "UPDATE webhook_deliveries SET state = 'waiting', stopped_why = NULL, attempts_before = attempts_before + attempts, \
     attempts = 0, next_at = $4, lease = NULL WHERE endpoint_id = $1 AND account_id = $2 AND id = $3 AND (state <> 'waiting' OR lease IS NULL OR next_at <= $4)";
// The endpoint is looked up in the account first, so that the count reads nothing but an index.
const COUNT_SINCE: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE state IN ('failed', 'stopped') AND created_at >= $3 \
     AND endpoint_id = (SELECT e.id FROM webhook_endpoints e WHERE e.account_id = $2 AND e.id = $1)";
const COUNT_UP_TO: &str = "SELECT COUNT(*) FROM (SELECT d.id FROM webhook_deliveries d WHERE d.state IN ('failed', 'stopped') \
     AND d.created_at >= $3 AND d.endpoint_id = (SELECT e.id FROM webhook_endpoints e WHERE e.account_id = $2 AND e.id = $1) LIMIT $4) n";

/// Every statement of this file.
pub const ALL: &[&str] = &[FIND, BODY, ADD_MESSAGE, ADD, ADD_STOPPED, AGAIN, COUNT_SINCE, COUNT_UP_TO];

pub(super) use columns;

/// A delivery as it is stored.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    endpoint_id: String,
    message_id: String,
    event: String,
    state: String,
    stopped_why: Option<String>,
    created_at: i64,
    attempts: i64,
    attempts_before: i64,
    next_at: Option<i64>,
    tried_at: Option<i64>,
    took: Option<i64>,
    status: Option<i64>,
    problem: Option<String>,
    answer: Option<String>,
}

impl TryFrom<Row> for Delivery {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let fault = |what: &str| DbError::Fault(format!("delivery {} has a bad {what}", row.id));
        Ok(Self {
            id: row.id.parse().map_err(|_| fault("id"))?,
            endpoint: row.endpoint_id.parse().map_err(|_| fault("endpoint"))?,
            message: row.message_id.parse().map_err(|_| fault("message"))?,
            event: Event::from_name(&row.event).ok_or_else(|| fault("event"))?,
            state: State::from_code(&row.state).ok_or_else(|| fault("state"))?,
            stopped_why: row.stopped_why,
            created_at: Timestamp::from_millis(row.created_at),
            attempts: row.attempts,
            attempts_before: row.attempts_before,
            next_at: row.next_at.map(Timestamp::from_millis),
            tried_at: row.tried_at.map(Timestamp::from_millis),
            took_ms: row.took,
            status: row.status.and_then(|status| u16::try_from(status).ok()),
            problem: row.problem.as_deref().and_then(Problem::from_code),
            answer: row.answer,
        })
    }
}

/// One delivery, with the body that is sent.
///
/// # Errors
/// What the engine says.
pub async fn find(
    on: &mut On<'_>,
    account: &AccountId,
    endpoint: &EndpointId,
    id: &DeliveryId,
) -> Result<Option<(Delivery, String)>, DbError> {
    let Some(row) = on.first::<Row>(FIND, binds![endpoint, account, id]).await? else { return Ok(None) };
    let delivery = Delivery::try_from(row)?;
    let body: Option<(String,)> = on.first(BODY, binds![account, &delivery.message]).await?;
    Ok(body.map(|(body,)| (delivery, body)))
}

/// Adds a message of which an account's endpoints are told.
///
/// # Errors
/// What the engine says.
pub async fn add_message(
    on: &mut On<'_>,
    account: &AccountId,
    id: &MessageId,
    event: Event,
    body: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    on.run(ADD_MESSAGE, binds![id, account, event.name(), body, now]).await.map(|_| ())
}

/// Adds a delivery of a message, due at once.
///
/// # Errors
/// What the engine says.
pub async fn add(
    on: &mut On<'_>,
    (account, endpoint): (&AccountId, &EndpointId),
    (id, message): (&DeliveryId, &MessageId),
    event: Event,
    now: Timestamp,
) -> Result<(), DbError> {
    on.run(ADD, binds![id, account, endpoint, message, event.name(), now]).await.map(|_| ())
}

/// Adds a delivery of a message that is not sent: people see why, and can redeliver it.
///
/// # Errors
/// What the engine says.
pub async fn add_stopped(
    on: &mut On<'_>,
    (account, endpoint): (&AccountId, &EndpointId),
    (id, message): (&DeliveryId, &MessageId),
    event: Event,
    (why, now): (&str, Timestamp),
) -> Result<(), DbError> {
    on.run(ADD_STOPPED, binds![id, account, endpoint, message, event.name(), now, why]).await.map(|_| ())
}

/// Adds a test event for one endpoint, due at once.
///
/// # Errors
/// What the engine says.
pub async fn add_test(
    on: &mut On<'_>,
    endpoint: &Endpoint,
    message: &MessageId,
    delivery: &DeliveryId,
    body: &str,
    now: Timestamp,
) -> Result<(), DbError> {
    add_message(on, &endpoint.account, message, Event::Test, body, now).await?;
    add(on, (&endpoint.account, &endpoint.id), (delivery, message), Event::Test, now).await
}

/// Begins a delivery anew, with every try before it; whether it did: not while it is being tried, and not when there is none.
///
/// # Errors
/// What the engine says.
pub async fn again(
    on: &mut On<'_>,
    account: &AccountId,
    endpoint: &EndpointId,
    id: &DeliveryId,
    now: Timestamp,
) -> Result<bool, DbError> {
    on.run_one(AGAIN, binds![endpoint, account, id, now]).await
}

/// How many failed or were stopped, of what was made since `since`.
///
/// # Errors
/// What the engine says.
pub async fn count_since(
    on: &mut On<'_>,
    account: &AccountId,
    endpoint: &EndpointId,
    since: Timestamp,
) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(COUNT_SINCE, binds![endpoint, account, since]).await?.0)
}

/// How many failed or were stopped, of what was made since `since`, counted up to `most`.
///
/// # Errors
/// What the engine says.
pub async fn count_up_to(
    on: &mut On<'_>,
    (account, endpoint): (&AccountId, &EndpointId),
    since: Timestamp,
    most: i64,
) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(COUNT_UP_TO, binds![endpoint, account, since, most]).await?.0)
}
