//! To whom a notice goes.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::roles::may_sign_in;

/// The address of a person.
///
/// # Errors
/// What the engine says.
pub async fn address(on: &mut On<'_>, user: &str) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = on.first(ADDRESS, binds![user]).await?;
    Ok(row.map(|(address,)| address))
}

/// Who looks after an integration, with their address: who took it over, else who made it. None while they cannot sign in to the
/// account: what happens there is not theirs to know any more.
///
/// # Errors
/// What the engine says.
pub async fn owner(
    on: &mut On<'_>,
    account: &AccountId,
    integration: &str,
) -> Result<Option<(String, String)>, DbError> {
    on.first(OWNER, binds![account, integration]).await
}

/// The account's name.
///
/// # Errors
/// What the engine says.
pub async fn account_name(on: &mut On<'_>, account: &AccountId) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = on.first(ACCOUNT, binds![account]).await?;
    Ok(row.map(|(name,)| name))
}

const ADDRESS: &str = "SELECT email FROM users WHERE id = $1";
const OWNER: &str = concat!(
    "SELECT u.id, u.email FROM integrations i JOIN users u ON u.id = COALESCE(i.taken_over_by, i.created_by) \
     JOIN staff s ON s.account_id = i.account_id AND s.user_id = u.id \
     WHERE i.account_id = $1 AND i.id = $2 AND s.disabled_at IS NULL AND ",
    may_sign_in!("s", "u")
);
const ACCOUNT: &str = "SELECT name FROM accounts WHERE id = $1 AND disabled_at IS NULL";

/// Every statement of this file.
pub const ALL: &[&str] = &[ADDRESS, OWNER, ACCOUNT];
