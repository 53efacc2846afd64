//! Writing endpoints, each write checked to hit the version that it meant.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, EndpointId, IntegrationId};
use crate::webhooks::model::Details;
use crate::world::Timestamp;

/// A new endpoint.
#[derive(Debug, Clone, Copy)]
pub struct New<'a> {
    /// Its id.
    pub id: &'a EndpointId,
    /// Whose it is.
    pub account: &'a AccountId,
    /// The integration that it belongs to.
    pub integration: &'a IntegrationId,
    /// Where to.
    pub url: &'a str,
    /// Description and events.
    pub details: &'a Details,
    /// Its signing secret.
    pub secret: Sealed<'a>,
    /// Who makes it.
    pub by: &'a str,
    /// When.
    pub now: Timestamp,
}

/// A signing secret, sealed, with what people may know of it.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// The sealed text.
    pub text: &'a str,
    /// Its hint.
    pub hint: &'a str,
}

/// One endpoint of an account, and the instant of the change.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The endpoint.
    pub id: &'a EndpointId,
    /// When.
    pub now: Timestamp,
}

/// Adds an endpoint.
///
/// # Errors
/// What the engine says.
pub async fn add(on: &mut On<'_>, new: New<'_>) -> Result<(), DbError> {
    let values = binds![
        new.id,
        new.account,
        new.integration,
        new.url,
        new.details.description(),
        new.details.events_stored(),
        new.now,
        new.by,
        new.secret.text,
        new.secret.hint,
    ];
    on.run(ADD, values).await.map(|_| ())
}

/// Takes the endpoint for a change, if the version is still the one that was seen; whether it was. On PostgreSQL this holds the
/// row until the commit.
///
/// # Errors
/// What the engine says.
pub async fn take(on: &mut On<'_>, at: At<'_>, version: i64) -> Result<bool, DbError> {
    on.run_one(TAKE, binds![at.account, at.id, version, at.now]).await
}

/// Sets description and events.
///
/// # Errors
/// What the engine says.
pub async fn describe(on: &mut On<'_>, at: At<'_>, details: &Details) -> Result<(), DbError> {
    let values = binds![at.account, at.id, details.description(), details.events_stored()];
    hit(on.run_one(DESCRIBE, values).await?)
}

/// Pauses, or resumes with `false`.
///
/// # Errors
/// What the engine says.
pub async fn pause(on: &mut On<'_>, at: At<'_>, paused: bool) -> Result<(), DbError> {
    hit(on.run_one(PAUSE, binds![at.account, at.id, paused.then_some(at.now)]).await?)
}

/// Sends again what the server had given up on; its failures are counted anew.
///
/// # Errors
/// What the engine says.
pub async fn enable(on: &mut On<'_>, at: At<'_>) -> Result<(), DbError> {
    hit(on.run_one(ENABLE, binds![at.account, at.id]).await?)
}

/// Sets a new signing secret; the present one signs on until `until`, or stops at once.
///
/// # Errors
/// What the engine says.
pub async fn rotate(on: &mut On<'_>, at: At<'_>, new: Sealed<'_>, until: Option<Timestamp>) -> Result<(), DbError> {
    let (account, id, now) = (at.account, at.id, at.now);
    hit(match until {
        Some(until) => on.run_one(ROTATE_LATER, binds![account, id, new.text, new.hint, now, until]).await?,
        None => on.run_one(ROTATE_NOW, binds![account, id, new.text, new.hint, now]).await?,
    })
}

/// The secret before is the present one again.
///
/// # Errors
/// What the engine says.
pub async fn cancel_rotation(on: &mut On<'_>, at: At<'_>) -> Result<(), DbError> {
    hit(on.run_one(CANCEL, binds![at.account, at.id]).await?)
}

/// The secret before signs nothing more.
///
/// # Errors
/// What the engine says.
pub async fn expire_old(on: &mut On<'_>, at: At<'_>) -> Result<(), DbError> {
    hit(on.run_one(EXPIRE, binds![at.account, at.id]).await?)
}

/// Deletes the endpoint: its secrets are gone, the record stays for its deliveries.
///
/// # Errors
/// What the engine says.
pub async fn delete(on: &mut On<'_>, at: At<'_>) -> Result<(), DbError> {
    hit(on.run_one(DELETE, binds![at.account, at.id, at.now]).await?)
}

/// A write to an endpoint that was taken must hit it; else nothing of it happens.
fn hit(row: bool) -> Result<(), DbError> {
    if row {
        Ok(())
    } else {
        Err(DbError::Fault("an endpoint was not in the state that its change expects".to_owned()))
    }
}

const ADD: &str = "INSERT INTO webhook_endpoints (id, account_id, integration_id, url, description, events, created_at, created_by, \
     updated_at, secret, secret_hint, secret_created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9, $10, $7, 1)";
const TAKE: &str = "UPDATE webhook_endpoints SET version = version + 1, updated_at = $4 \
     WHERE account_id = $1 AND id = $2 AND version = $3 AND deleted_at IS NULL";
const DESCRIBE: &str = "UPDATE webhook_endpoints SET description = $3, events = $4 WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";
// Nobody was tried meanwhile, so what failed before the pause is no failure of three days.
const PAUSE: &str = "UPDATE webhook_endpoints SET paused_at = $3, \
     failing_since = CASE WHEN CAST($3 AS BIGINT) IS NULL THEN NULL ELSE failing_since END \
     WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";
const ENABLE: &str = "UPDATE webhook_endpoints SET disabled_at = NULL, disabled_why = NULL, failing_since = NULL \
     WHERE account_id = $1 AND id = $2 AND disabled_at IS NOT NULL AND deleted_at IS NULL";
const ROTATE_LATER: &str = "UPDATE webhook_endpoints SET old_secret = secret, old_secret_hint = secret_hint, \
     old_secret_created_at = secret_created_at, old_secret_ends_at = $6, secret = $3, secret_hint = $4, secret_created_at = $5 \
     WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";
const ROTATE_NOW: &str = "UPDATE webhook_endpoints SET old_secret = NULL, old_secret_hint = NULL, old_secret_created_at = NULL, \
     old_secret_ends_at = NULL, secret = $3, secret_hint = $4, secret_created_at = $5 \
     WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";
const CANCEL: &str = "UPDATE webhook_endpoints SET secret = old_secret, secret_hint = old_secret_hint, \
     secret_created_at = old_secret_created_at, old_secret = NULL, old_secret_hint = NULL, old_secret_created_at = NULL, \
     old_secret_ends_at = NULL WHERE account_id = $1 AND id = $2 AND old_secret IS NOT NULL AND deleted_at IS NULL";
const EXPIRE: &str = "UPDATE webhook_endpoints SET old_secret = NULL, old_secret_hint = NULL, old_secret_created_at = NULL, \
     old_secret_ends_at = NULL WHERE account_id = $1 AND id = $2 AND old_secret IS NOT NULL AND deleted_at IS NULL";
const DELETE: &str = "UPDATE webhook_endpoints SET deleted_at = $3, secret = '', old_secret = NULL, old_secret_hint = NULL, \
     old_secret_created_at = NULL, old_secret_ends_at = NULL WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";

/// Every statement of this file.
pub const ALL: &[&str] = &[ADD, TAKE, DESCRIBE, PAUSE, ENABLE, ROTATE_LATER, ROTATE_NOW, CANCEL, EXPIRE, DELETE];
