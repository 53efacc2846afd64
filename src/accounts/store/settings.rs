//! What is set of an account.

use crate::accounts::model::Settings;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, RoleId, StaffId};
use crate::roles::may_sign_in;

/// What is set now, and its version; none when there is no such account.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, account: &AccountId) -> Result<Option<(Settings, i64)>, DbError> {
    let row: Option<(String, Option<String>, i64, bool)> = on.first(FIND, binds![account]).await?;
    let Some((name, role, version, second_factor)) = row else { return Ok(None) };
    let domains: Vec<(String,)> = on.all(DOMAINS, binds![account]).await?;
    let invited_role = role.and_then(|id| id.parse().ok());
    let domains = domains.into_iter().map(|(domain,)| domain).collect();
    let settings = Settings { name, invited_role, domains, second_factor };
    Ok(Some((settings, version)))
}

/// Sets all of it, if the version is still the one that was seen; whether it was.
///
/// # Errors
/// What the engine says.
pub async fn set(on: &mut On<'_>, account: &AccountId, settings: &Settings, version: i64) -> Result<bool, DbError> {
    let role = settings.invited_role.as_ref().map(RoleId::as_str);
    if !on.run_one(SET, binds![account, version, &settings.name, role, settings.second_factor]).await? {
        return Ok(false);
    }
    on.run(CLEAR_DOMAINS, binds![account]).await?;
    for domain in &settings.domains {
        on.run(ADD_DOMAIN, binds![account, domain]).await?;
    }
    Ok(true)
}

/// The account's roles, `(id, name)`: the built-in ones first.
///
/// # Errors
/// What the engine says.
pub async fn roles(on: &mut On<'_>, account: &AccountId) -> Result<Vec<(String, String)>, DbError> {
    on.all(ROLES, binds![account]).await
}

/// Whether this member may sign in.
///
/// # Errors
/// What the engine says.
pub async fn may_sign_in(on: &mut On<'_>, account: &AccountId, staff: &StaffId) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(MAY_SIGN_IN, binds![account, staff]).await?.is_some())
}

/// The names of those on My Staff who can sign in and have no second factor, by name.
///
/// # Errors
/// What the engine says.
pub async fn without_second_factor(on: &mut On<'_>, account: &AccountId) -> Result<Vec<String>, DbError> {
    let names: Vec<(String,)> = on.all(WITHOUT_FACTOR, binds![account]).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// Whether this member has a second factor.
///
/// # Errors
/// What the engine says.
pub async fn has_second_factor(on: &mut On<'_>, account: &AccountId, staff: &StaffId) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(HAS_FACTOR, binds![account, staff]).await?.is_some())
}

const FIND: &str = "SELECT name, invited_role_id, version, second_factor_required FROM accounts WHERE id = $1";
const DOMAINS: &str = "SELECT domain FROM account_domains WHERE account_id = $1";
const SET: &str = "UPDATE accounts SET name = $3, invited_role_id = $4, second_factor_required = $5, version = version + 1 \
     WHERE id = $1 AND version = $2";
const CLEAR_DOMAINS: &str = "DELETE FROM account_domains WHERE account_id = $1";
const ADD_DOMAIN: &str = "INSERT INTO account_domains (account_id, domain) VALUES ($1, $2)";
const ROLES: &str = "SELECT id, name FROM roles WHERE account_id = $1 ORDER BY builtin DESC, name_key, id";
const MAY_SIGN_IN: &str = concat!(
    "SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND s.id = $2 AND ",
    may_sign_in!("s", "u")
);
const WITHOUT_FACTOR: &str = concat!(
    "SELECT u.name FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND s.disabled_at IS NULL \
     AND u.second_factor IS NULL AND ",
    may_sign_in!("s", "u"),
    " ORDER BY s.name_key, s.id"
);
const HAS_FACTOR: &str = "SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id \
     WHERE s.account_id = $1 AND s.id = $2 AND u.second_factor IS NOT NULL";

/// Every statement of this file.
pub const ALL: &[&str] =
    &[FIND, DOMAINS, SET, CLEAR_DOMAINS, ADD_DOMAIN, ROLES, MAY_SIGN_IN, WITHOUT_FACTOR, HAS_FACTOR];
