//! Links by which somebody sets a new password.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, UserId};
use crate::world::Timestamp;

/// A link as its row says.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Reset {
    /// Whose password it sets.
    pub user_id: String,
    /// In which account it was started.
    pub account_id: String,
    /// Who started it.
    pub started_by: String,
    /// The membership of whose password it sets, in that account; none when they left it.
    pub staff_id: Option<String>,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// The account's name.
    pub account_name: String,
    /// When it was made.
    pub created_at: i64,
    /// From when on it does not work.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// When the person's password was set last.
    pub password_changed_at: i64,
    /// In how many other accounts they have a place, also a disabled one.
    pub elsewhere: i64,
}

/// A link about to be made.
#[derive(Debug)]
pub struct New<'a> {
    /// Its keyed hash.
    pub digest: &'a str,
    /// Whose password it sets.
    pub user: &'a UserId,
    /// In which account it is started.
    pub account: &'a AccountId,
    /// Who starts it.
    pub by: &'a UserId,
    /// When.
    pub now: Timestamp,
    /// From when on it does not work.
    pub expires_at: Timestamp,
}

/// Adds a link; the person's links before it die.
///
/// # Errors
/// What the engine says.
pub async fn add(on: &mut On<'_>, new: &New<'_>) -> Result<(), DbError> {
    on.run(FORGET, binds![new.user]).await?;
    let values = binds![new.digest, new.user, new.account, new.by, new.now, new.expires_at];
    on.run(ADD, values).await.map(|_| ())
}

/// The link with this keyed hash.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, digest: &str) -> Result<Option<Reset>, DbError> {
    on.first(FIND, binds![digest]).await
}

/// Uses a link up; whether it was still good. Of several at the same moment one wins.
///
/// # Errors
/// What the engine says.
pub async fn use_up(on: &mut On<'_>, digest: &str, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(USE, binds![digest, now]).await
}

/// In how many other accounts the person has a place, also a disabled one.
///
/// # Errors
/// What the engine says.
pub async fn elsewhere(on: &mut On<'_>, user: &UserId, account: &AccountId) -> Result<i64, DbError> {
    let (count,): (i64,) = on.only(ELSEWHERE, binds![user, account]).await?;
    Ok(count)
}

const FORGET: &str = "DELETE FROM password_resets WHERE user_id = $1 AND used_at IS NULL";
const ADD: &str = "INSERT INTO password_resets (digest, user_id, account_id, started_by, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const FIND: &str = "SELECT p.user_id, p.account_id, p.started_by, s.id AS staff_id, u.name, u.email, a.name AS account_name, \
     p.created_at, p.expires_at, p.used_at, u.password_changed_at, \
     (SELECT COUNT(*) FROM staff o WHERE o.user_id = p.user_id AND o.account_id <> p.account_id) AS elsewhere \
     FROM password_resets p JOIN users u ON u.id = p.user_id JOIN accounts a ON a.id = p.account_id \
     LEFT JOIN staff s ON s.user_id = p.user_id AND s.account_id = p.account_id AND a.disabled_at IS NULL WHERE p.digest = $1";
const USE: &str = "UPDATE password_resets SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
const ELSEWHERE: &str = "SELECT COUNT(*) FROM staff WHERE user_id = $1 AND account_id <> $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[FORGET, ADD, FIND, USE, ELSEWHERE];
