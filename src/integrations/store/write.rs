//! Writing integrations: a new one, new details, and the writes of a step, each checked to hit the version it meant.

use super::{Integration, counts};
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, IntegrationId, TokenId};
use crate::integrations::model::{DUE_AFTER, Details, EndReason, Step};
use crate::integrations::scopes::ScopeSet;
use crate::integrations::secret::PlainSecret;
use crate::text::fold;
use crate::world::Timestamp;

/// Who writes, where and when.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// A user's id, or what stands for the operator and the demo.
    pub by: &'a str,
    /// The instant of the request.
    pub now: Timestamp,
}

/// Adds an integration without a token; the token follows in the same transaction.
///
/// # Errors
/// [`DbError::Unique`] when a live integration of the account has this name.
pub async fn add(
    on: &mut On<'_>,
    writer: Writer<'_>,
    id: &IntegrationId,
    details: &Details,
    scopes: &ScopeSet,
) -> Result<(), DbError> {
    let values = binds![
        id,
        writer.account,
        details.name(),
        fold(details.name()),
        details.description(),
        search_key(details),
        scopes.to_stored(),
        writer.now,
        writer.by,
        writer.now,
        writer.now.plus(DUE_AFTER),
    ];
    on.run(ADD, values).await?;
    counts::made(on, writer.account).await
}

/// Adds the new current token.
///
/// # Errors
/// [`DbError::Unique`] when another rotation made one at the same moment.
pub async fn add_token(
    on: &mut On<'_>,
    writer: Writer<'_>,
    integration: &IntegrationId,
    token: (&TokenId, &PlainSecret),
) -> Result<(), DbError> {
    let (id, secret) = token;
    let values =
        binds![id, writer.account, integration, secret.digest().to_hex(), secret.hint(), writer.now, writer.by];
    on.run(ADD_TOKEN, values).await.map(|_| ())
}

/// Sets name, description and scopes, if the version is still the one that was seen; whether it was.
///
/// # Errors
/// [`DbError::Unique`] when another live integration has this name.
pub async fn update(
    on: &mut On<'_>,
    writer: Writer<'_>,
    of: (&IntegrationId, i64),
    details: &Details,
    scopes: &ScopeSet,
) -> Result<bool, DbError> {
    let values = binds![
        of.0,
        writer.account,
        of.1,
        details.name(),
        fold(details.name()),
        details.description(),
        search_key(details),
        scopes.to_stored(),
        writer.now,
    ];
    on.run_one(UPDATE, values).await
}

/// Somebody looks after it from now on, when nobody does; whether nobody did.
///
/// # Errors
/// What the engine says.
pub async fn take_over(on: &mut On<'_>, writer: Writer<'_>, id: &IntegrationId) -> Result<bool, DbError> {
    on.run_one(TAKE_OVER, binds![id, writer.account, writer.by, writer.now]).await
}

/// Takes the integration for a step, if the version is still the one that was seen; whether it was. On PostgreSQL this holds the row until the commit.
///
/// # Errors
/// What the engine says.
pub async fn take(on: &mut On<'_>, account: &AccountId, id: &IntegrationId, version: i64) -> Result<bool, DbError> {
    on.run_one(TAKE, binds![id, account, version]).await
}

/// Makes the writes of a step to an integration that was taken, all but the new token.
///
/// # Errors
/// What the engine says.
pub async fn apply(on: &mut On<'_>, writer: Writer<'_>, of: &Integration, step: &Step) -> Result<(), DbError> {
    let account = writer.account;
    for id in &step.retire {
        hit(on.run_one(RETIRE, binds![id, account, writer.now]).await?)?;
    }
    for (id, reason) in &step.end {
        end(on, account, id, *reason, writer.now).await?;
    }
    if let Some((id, until, prior)) = &step.make_outgoing {
        hit(on.run_one(MAKE_OUTGOING, binds![id, account, *until, *prior]).await?)?;
    }
    if let Some((id, until)) = &step.make_current {
        hit(on.run_one(MAKE_CURRENT, binds![id, account, *until]).await?)?;
    }
    if let Some((id, until)) = &step.move_deadline {
        hit(on.run_one(MOVE_DEADLINE, binds![id, account, *until]).await?)?;
    }
    let values = binds![
        &of.id,
        account,
        step.paused_at,
        step.delete.then_some(writer.now),
        step.rotation_started_at,
        writer.by,
        writer.now,
    ];
    hit(on.run_one(SET_STATE, values).await?)?;
    if step.delete {
        hit(counts::deleted(on, account).await?)?;
        on.run(DROP_KEYS, binds![&of.id, account]).await?;
    }
    Ok(())
}

/// Brings the two sorted facts up to date after the tokens were written: both empty without a live token.
///
/// # Errors
/// What the engine says.
pub async fn refresh(on: &mut On<'_>, writer: Writer<'_>, id: &IntegrationId) -> Result<(), DbError> {
    on.run(REFRESH_AGE, binds![id, writer.account, writer.now]).await?;
    on.run(REFRESH_DEADLINE, binds![id, writer.account, writer.now, DUE_AFTER.as_millis()]).await?;
    Ok(())
}

async fn end(
    on: &mut On<'_>,
    account: &AccountId,
    id: &TokenId,
    reason: EndReason,
    now: Timestamp,
) -> Result<(), DbError> {
    hit(on.run_one(END, binds![id, account, now, reason.code()]).await?)
}

/// A write of a step must change exactly the row that the step meant; else nothing of it happens.
fn hit(row: bool) -> Result<(), DbError> {
    if row { Ok(()) } else { Err(DbError::Fault("a token was not in the state that its step expects".to_owned())) }
}

fn search_key(details: &Details) -> String {
    fold(&format!("{} {}", details.name(), details.description()))
}

// $3: now.
macro_rules! live {
    () => {
        "FROM tokens t WHERE t.integration_id = integrations.id AND t.role <> 'former' \
         AND (t.ends_at IS NULL OR t.ends_at > $3) AND integrations.deleted_at IS NULL"
    };
}

const ADD: &str = "INSERT INTO integrations (id, account_id, name, name_key, description, search_key, scopes, created_at, \
     created_by, updated_at, token_created_at, deadline_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $8, $10, $11, 1)";
const ADD_TOKEN: &str = "INSERT INTO tokens (id, account_id, integration_id, digest, hint, role, created_at, created_by) \
     VALUES ($1, $2, $3, $4, $5, 'current', $6, $7)";
const UPDATE: &str = "UPDATE integrations SET name = $4, name_key = $5, description = $6, search_key = $7, scopes = $8, \
     updated_at = $9, version = version + 1 WHERE id = $1 AND account_id = $2 AND version = $3 AND deleted_at IS NULL";
const TAKE_OVER: &str = "UPDATE integrations SET taken_over_by = $3, taken_over_at = $4, review_since = NULL, updated_at = $4, \
     version = version + 1 WHERE id = $1 AND account_id = $2 AND review_since IS NOT NULL AND deleted_at IS NULL";
const TAKE: &str = "UPDATE integrations SET version = version + 1 WHERE id = $1 AND account_id = $2 AND version = $3";
const RETIRE: &str = "UPDATE tokens SET role = 'former', ended_at = ends_at, end_reason = 'deadline', prior_ends_at = NULL \
     WHERE id = $1 AND account_id = $2 AND ended_at IS NULL AND ends_at <= $3";
const END: &str = "UPDATE tokens SET role = 'former', ended_at = $3, end_reason = $4, prior_ends_at = NULL \
     WHERE id = $1 AND account_id = $2 AND ended_at IS NULL";
const MAKE_OUTGOING: &str = "UPDATE tokens SET role = 'outgoing', ends_at = $3, prior_ends_at = $4 \
     WHERE id = $1 AND account_id = $2 AND ended_at IS NULL";
const MAKE_CURRENT: &str = "UPDATE tokens SET role = 'current', ends_at = $3, prior_ends_at = NULL \
     WHERE id = $1 AND account_id = $2 AND ended_at IS NULL";
const MOVE_DEADLINE: &str = "UPDATE tokens SET ends_at = $3 WHERE id = $1 AND account_id = $2 AND role = 'outgoing' \
     AND ended_at IS NULL";
// A rotation that goes on keeps the name of who started it. What is deleted stays so, and is counted so once.
const SET_STATE: &str = "UPDATE integrations SET paused_at = $3, deleted_at = $4, \
     rotation_started_by = CASE WHEN CAST($5 AS BIGINT) IS NULL THEN NULL WHEN rotation_started_at = $5 THEN rotation_started_by ELSE $6 END, \
     rotation_started_at = $5, updated_at = $7 WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL";
const DROP_KEYS: &str = "DELETE FROM idempotency_keys WHERE integration_id = $1 AND account_id = $2";
// The newest live token is the current one, whatever its place is called: see `Lifecycle::at`.
const REFRESH_AGE: &str = concat!(
    "UPDATE integrations SET token_created_at = (SELECT t.created_at ",
    live!(),
    " ORDER BY t.role LIMIT 1) WHERE id = $1 AND account_id = $2"
);
// See `Lifecycle::next_deadline`.
const REFRESH_DEADLINE: &str = concat!(
    "UPDATE integrations SET deadline_at = (SELECT MIN(CASE WHEN t.ends_at < integrations.token_created_at + $4 \
     THEN t.ends_at ELSE integrations.token_created_at + $4 END) ",
    live!(),
    ") WHERE id = $1 AND account_id = $2"
);

/// Every statement of this file.
pub const ALL: &[&str] = &[
    ADD,
    ADD_TOKEN,
    UPDATE,
    TAKE,
    TAKE_OVER,
    RETIRE,
    END,
    MAKE_OUTGOING,
    MAKE_CURRENT,
    MOVE_DEADLINE,
    SET_STATE,
    DROP_KEYS,
    REFRESH_AGE,
    REFRESH_DEADLINE,
];
