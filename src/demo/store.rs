//! Rows that only the demo writes: calls in bulk, when tokens were last used, and what became of deliveries.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, DeliveryId, IntegrationId};
use crate::world::Timestamp;

/// Whether there is any account.
pub async fn has_accounts(on: &mut On<'_>) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(ANY_ACCOUNT, Vec::new()).await?.is_some())
}

/// When a token lived.
#[derive(Debug)]
pub struct Lifetime {
    /// The token's id.
    pub id: String,
    /// From then on.
    pub created_at: i64,
    /// Until then, if it ended or has a deadline.
    pub end_at: Option<i64>,
}

/// Every token that the integration ever had, the oldest first.
pub async fn lifetimes(on: &mut On<'_>, account: &AccountId, of: &IntegrationId) -> Result<Vec<Lifetime>, DbError> {
    let rows: Vec<(String, i64, Option<i64>)> = on.all(LIFETIMES, binds![account, of]).await?;
    Ok(rows.into_iter().map(|(id, created_at, end_at)| Lifetime { id, created_at, end_at }).collect())
}

/// A token's last call.
#[derive(Debug, Clone, Copy)]
pub struct LastCall {
    /// When.
    pub at: Timestamp,
    /// From which address.
    pub address: &'static str,
    /// With what client.
    pub agent: &'static str,
    /// Method and route template.
    pub route: &'static str,
}

/// Notes the last call of a token, and of its integration if none was later.
pub async fn set_last_call(on: &mut On<'_>, token: &str, of: &IntegrationId, call: LastCall) -> Result<(), DbError> {
    on.run(TOKEN_USED, binds![token, call.at, call.address, call.agent, call.route]).await?;
    on.run(INTEGRATION_USED, binds![of, call.at]).await?;
    Ok(())
}

/// Whose calls are counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The integration.
    pub integration: &'a IntegrationId,
    /// The token.
    pub token: &'a str,
    /// The scope that opened the route.
    pub scope: &'static str,
    /// 2 or 4.
    pub status_class: i64,
}

/// Adds the calls of the 24 hours that begin at `day`; an hour without calls leaves no row.
pub async fn add_day(on: &mut On<'_>, of: Counted<'_>, day: Timestamp, calls: [i64; 24]) -> Result<(), DbError> {
    let mut values = binds![of.token, of.integration, of.account, day, of.scope, of.status_class];
    values.extend(calls.into_iter().map(crate::db::Bind::from));
    on.run(ADD_DAY, values).await.map(|_| ())
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// Its state.
    pub state: &'static str,
    /// Why it was stopped.
    pub why: Option<&'static str>,
    /// How often it was tried.
    pub attempts: i64,
    /// The last try: when, how many milliseconds it took, the status of its answer.
    pub tried: Option<(Timestamp, i64, i64)>,
}

/// Notes what became of a delivery.
pub async fn tell(on: &mut On<'_>, id: &DeliveryId, told: Told) -> Result<(), DbError> {
    let (at, took, status) = (told.tried.map(|t| t.0), told.tried.map(|t| t.1), told.tried.map(|t| t.2));
    let answer = told.tried.filter(|tried| tried.2 != 204).map(|_| "{\"ok\":true}");
    on.run(TELL, binds![id, told.state, told.why, told.attempts, at, took, status, answer]).await.map(|_| ())
}

const ANY_ACCOUNT: &str = "SELECT id FROM accounts LIMIT 1";
const LIFETIMES: &str = "SELECT id, created_at, COALESCE(ended_at, ends_at) AS end_at FROM tokens \
     WHERE account_id = $1 AND integration_id = $2 ORDER BY created_at, id";
const TOKEN_USED: &str =
    "UPDATE tokens SET last_used_at = $2, last_address = $3, last_agent = $4, last_route = $5 WHERE id = $1";
const INTEGRATION_USED: &str = "UPDATE integrations SET last_used_at = $2 \
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
// A whole day in one statement: sixty days of eleven integrations are tens of thousands of hours.
const ADD_DAY: &str = "INSERT INTO usage_hours (token_id, integration_id, account_id, hour, scope, status_class, calls) \
     SELECT $1, $2, $3, CAST($4 AS BIGINT) + h.column1 * 3600000, $5, CAST($6 AS BIGINT), h.column2 FROM (VALUES \
     (0, CAST($7 AS BIGINT)), (1, CAST($8 AS BIGINT)), (2, CAST($9 AS BIGINT)), (3, CAST($10 AS BIGINT)), \
     (4, CAST($11 AS BIGINT)), (5, CAST($12 AS BIGINT)), (6, CAST($13 AS BIGINT)), (7, CAST($14 AS BIGINT)), \
     (8, CAST($15 AS BIGINT)), (9, CAST($16 AS BIGINT)), (10, CAST($17 AS BIGINT)), (11, CAST($18 AS BIGINT)), \
     (12, CAST($19 AS BIGINT)), (13, CAST($20 AS BIGINT)), (14, CAST($21 AS BIGINT)), (15, CAST($22 AS BIGINT)), \
     (16, CAST($23 AS BIGINT)), (17, CAST($24 AS BIGINT)), (18, CAST($25 AS BIGINT)), (19, CAST($26 AS BIGINT)), \
     (20, CAST($27 AS BIGINT)), (21, CAST($28 AS BIGINT)), (22, CAST($29 AS BIGINT)), (23, CAST($30 AS BIGINT))) AS h \
     WHERE h.column2 > 0";

const TELL: &str = "UPDATE webhook_deliveries SET state = $2, stopped_why = $3, attempts = $4, next_at = NULL, tried_at = $5, \
     took = $6, status = $7, answer = $8 WHERE id = $1";

/// Every statement of this file.
pub const ALL: &[&str] = &[ANY_ACCOUNT, LIFETIMES, TOKEN_USED, INTEGRATION_USED, ADD_DAY, TELL];
