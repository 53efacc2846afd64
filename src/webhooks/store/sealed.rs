//! Sealed signing secrets: a change of keys, and the end of those that sign nothing more.

use crate::binds;
use crate::db::{DbError, On};
use crate::world::Timestamp;

const ALL_SEALED: &str = "SELECT id, secret, old_secret FROM webhook_endpoints WHERE secret <> '' ORDER BY id";
const RESEAL: &str = "UPDATE webhook_endpoints SET secret = $3 WHERE id = $1 AND secret = $2";
const RESEAL_OLD: &str = "UPDATE webhook_endpoints SET old_secret = $3 WHERE id = $1 AND old_secret = $2";
const ENDED: &str =
    "SELECT id FROM webhook_endpoints WHERE old_secret_ends_at <= $1 ORDER BY old_secret_ends_at, id LIMIT $2";
const WIPE: &str = "UPDATE webhook_endpoints SET old_secret = NULL, old_secret_hint = NULL, old_secret_created_at = NULL, \
     old_secret_ends_at = NULL WHERE id = $1 AND old_secret_ends_at <= $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[ALL_SEALED, RESEAL, RESEAL_OLD, ENDED, WIPE];

/// Endpoints of which the secret before signs nothing more at `now`, those first that ended first.
///
/// # Errors
/// What the engine says.
pub async fn ended(on: &mut On<'_>, now: Timestamp, limit: i64) -> Result<Vec<String>, DbError> {
    let ids: Vec<(String,)> = on.all(ENDED, binds![now, limit]).await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Wipes the secret before of an endpoint, if it signs nothing more at `now`; whether it did. No clock revives it.
///
/// # Errors
/// What the engine says.
pub async fn wipe(on: &mut On<'_>, endpoint: &str, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(WIPE, binds![endpoint, now]).await
}

/// Every endpoint that has a secret: its id, the secret and the one before.
///
/// # Errors
/// What the engine says.
pub async fn all(on: &mut On<'_>) -> Result<Vec<(String, String, Option<String>)>, DbError> {
    on.all(ALL_SEALED, binds![]).await
}

/// Puts a secret in place of the same one sealed before, `old` for the one before it; whether that is still there.
///
/// # Errors
/// What the engine says.
pub async fn reseal(on: &mut On<'_>, endpoint: &str, sealed: &str, anew: &str, old: bool) -> Result<bool, DbError> {
    on.run_one(if old { RESEAL_OLD } else { RESEAL }, binds![endpoint, sealed, anew]).await
}
