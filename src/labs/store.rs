//! Which labs are on in which account.

use crate::authz::Lab;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::world::Timestamp;

/// Switches a lab on or off; `(when, who)`.
///
/// # Errors
/// What the engine says.
pub async fn set(
    on: &mut On<'_>,
    account: &AccountId,
    lab: Lab,
    enabled: bool,
    changed: (Timestamp, &str),
) -> Result<(), DbError> {
    on.run(SET, binds![account, lab.code(), enabled, changed.0, changed.1]).await.map(|_| ())
}

/// The labs that are on in the account.
///
/// # Errors
/// What the engine says.
pub async fn enabled(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Lab>, DbError> {
    let rows: Vec<(String,)> = on.all(ENABLED, binds![account]).await?;
    Ok(rows.iter().filter_map(|(code,)| Lab::from_code(code)).collect())
}

/// Whether there is such an account.
///
/// # Errors
/// What the engine says.
pub async fn account_exists(on: &mut On<'_>, account: &AccountId) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(ACCOUNT, binds![account]).await?.is_some())
}

const ACCOUNT: &str = "SELECT id FROM accounts WHERE id = $1";
const SET: &str = "INSERT INTO account_labs (account_id, lab, enabled, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) \
     ON CONFLICT (account_id, lab) DO UPDATE SET enabled = $3, changed_at = $4, changed_by = $5";
const ENABLED: &str = "SELECT lab FROM account_labs WHERE account_id = $1 AND enabled ORDER BY lab";

/// Every statement of this file.
pub const ALL: &[&str] = &[ACCOUNT, SET, ENABLED];
