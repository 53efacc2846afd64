//! Rows of accounts.

pub mod settings;

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::world::Timestamp;

/// One line of the list of accounts.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made, milliseconds since the epoch.
    pub created_at: i64,
    /// Since when it is disabled.
    pub disabled_at: Option<i64>,
    /// How many people belong to it.
    pub people: i64,
}

/// Adds an account.
///
/// # Errors
/// What the engine says.
pub async fn add(on: &mut On<'_>, id: &AccountId, name: &str, now: Timestamp) -> Result<(), DbError> {
    on.run(ADD, binds![id, name, now]).await.map(|_| ())
}

/// Every account, oldest first.
///
/// # Errors
/// What the engine says.
pub async fn all(on: &mut On<'_>) -> Result<Vec<AccountRow>, DbError> {
    on.all(LIST, Vec::new()).await
}

/// The account with this id.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, id: &AccountId) -> Result<Option<AccountRow>, DbError> {
    on.first(FIND, binds![id]).await
}

/// Disables from `at` on, or enables; whether it was the other way before.
///
/// # Errors
/// What the engine says.
pub async fn set_disabled(on: &mut On<'_>, id: &AccountId, at: Option<Timestamp>) -> Result<bool, DbError> {
    match at {
        Some(now) => on.run_one(DISABLE, binds![id, now]).await,
        None => on.run_one(ENABLE, binds![id]).await,
    }
}

/// Ends the sessions that are open in the account.
///
/// # Errors
/// What the engine says.
pub async fn end_sessions(on: &mut On<'_>, id: &AccountId) -> Result<u64, DbError> {
    on.run(END_SESSIONS, binds![id]).await
}

const ADD: &str = "INSERT INTO accounts (id, name, created_at) VALUES ($1, $2, $3)";
const LIST: &str = "SELECT a.id, a.name, a.created_at, a.disabled_at, \
     (SELECT COUNT(*) FROM staff s WHERE s.account_id = a.id) AS people FROM accounts a ORDER BY a.id";
const FIND: &str = "SELECT a.id, a.name, a.created_at, a.disabled_at, \
     (SELECT COUNT(*) FROM staff s WHERE s.account_id = a.id) AS people FROM accounts a WHERE a.id = $1";
const DISABLE: &str = "UPDATE accounts SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
const ENABLE: &str = "UPDATE accounts SET disabled_at = NULL WHERE id = $1 AND disabled_at IS NOT NULL";
const END_SESSIONS: &str = "DELETE FROM sessions WHERE account_id = $1";

/// Every statement of this file.
pub const ALL: &[&str] = &[ADD, LIST, FIND, DISABLE, ENABLE, END_SESSIONS];
