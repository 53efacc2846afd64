//! Second factors, recovery codes, and who stands between the password and the code.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, StaffId, UserId};
use crate::world::Timestamp;

/// A person's second factor as their row says.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Factor {
    /// The app's secret, sealed; none: no second factor.
    #[sqlx(rename = "second_factor")]
    pub sealed: Option<String>,
    /// Since when.
    #[sqlx(rename = "second_factor_since")]
    pub since: Option<i64>,
    /// Whether the password is too short to stand alone.
    #[sqlx(rename = "short_password")]
    pub short: bool,
    /// How many recovery codes are left.
    pub codes_left: i64,
}

/// The person's second factor; `None` when there is no such person.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, user: &UserId) -> Result<Option<Factor>, DbError> {
    on.first(FIND, binds![user]).await
}

/// Turns it on, if it is off; whether it was.
///
/// # Errors
/// What the engine says.
pub async fn enable(on: &mut On<'_>, user: &UserId, sealed: &str, step: i64, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(ENABLE, binds![user, sealed, step, now]).await
}

/// Puts another secret in its place; whether it was on.
///
/// # Errors
/// What the engine says.
pub async fn replace(on: &mut On<'_>, user: &UserId, sealed: &str, step: i64, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(REPLACE, binds![user, sealed, step, now]).await
}

/// Turns it off and forgets its codes; whether it was on.
///
/// # Errors
/// What the engine says.
pub async fn disable(on: &mut On<'_>, user: &UserId) -> Result<bool, DbError> {
    // The person's row first, as everywhere: else two would wait for each other.
    let was_on = on.run_one(DISABLE, binds![user]).await?;
    on.run(FORGET_CODES, binds![user]).await?;
    on.run(GIVE_UP_ALL, binds![user]).await?;
    Ok(was_on)
}

/// Uses a step's code up; of several at the same moment one wins, and no earlier step counts afterwards, even when the clock is
/// set back.
///
/// # Errors
/// What the engine says.
pub async fn use_step(on: &mut On<'_>, user: &UserId, step: i64) -> Result<bool, DbError> {
    on.run_one(USE_STEP, binds![user, step]).await
}

/// Puts these codes in the place of all that the person had.
///
/// # Errors
/// What the engine says.
pub async fn set_codes(on: &mut On<'_>, user: &UserId, digests: &[String], now: Timestamp) -> Result<(), DbError> {
    on.run(FORGET_CODES, binds![user]).await?;
    for digest in digests {
        on.run(ADD_CODE, binds![user, digest, now]).await?;
    }
    Ok(())
}

/// Uses a recovery code up; whether there was one that had not been used.
///
/// # Errors
/// What the engine says.
pub async fn use_code(on: &mut On<'_>, user: &UserId, digest: &str, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(USE_CODE, binds![user, digest, now]).await
}

/// Every sealed secret, with its person's id.
///
/// # Errors
/// What the engine says.
pub async fn all_sealed(on: &mut On<'_>) -> Result<Vec<(String, String)>, DbError> {
    on.all(ALL_SEALED, Vec::new()).await
}

/// Puts the same secret, sealed anew, in its own place, if it is still there; whether it was.
///
/// # Errors
/// What the engine says.
pub async fn reseal(on: &mut On<'_>, user: &UserId, before: &str, after: &str) -> Result<bool, DbError> {
    on.run_one(RESEAL, binds![user, before, after]).await
}

/// Notes that the password that was just set is too short to stand alone.
///
/// # Errors
/// What the engine says.
pub async fn note_short(on: &mut On<'_>, user: &UserId) -> Result<(), DbError> {
    on.run(NOTE_SHORT, binds![user]).await.map(|_| ())
}

/// The names of those of the person's accounts that demand a second factor, by name.
///
/// # Errors
/// What the engine says.
pub async fn demanded_by(on: &mut On<'_>, user: &UserId) -> Result<Vec<String>, DbError> {
    let names: Vec<(String,)> = on.all(DEMANDED_BY, binds![user]).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// Somebody who gave the right password.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Half {
    /// Who.
    pub user_id: String,
    /// Of which epoch their session will be.
    pub epoch: i64,
    /// Until when the password counts.
    pub expires_at: i64,
}

/// Notes that somebody gave the right password; what is too old goes.
///
/// # Errors
/// What the engine says.
pub async fn begin(on: &mut On<'_>, id_hash: &str, user: &UserId, epoch: i64, until: Timestamp) -> Result<(), DbError> {
    on.run(BEGIN, binds![id_hash, user, epoch, until]).await.map(|_| ())
}

/// Who stands half-way.
///
/// # Errors
/// What the engine says.
pub async fn half(on: &mut On<'_>, id_hash: &str) -> Result<Option<Half>, DbError> {
    on.first(HALF, binds![id_hash]).await
}

/// Ends it; whether it was there. Of several at the same moment one wins.
///
/// # Errors
/// What the engine says.
pub async fn give_up(on: &mut On<'_>, id_hash: &str) -> Result<bool, DbError> {
    on.run_one(GIVE_UP, binds![id_hash]).await
}

/// Forgets all whose time is over.
///
/// # Errors
/// What the engine says.
pub async fn forget_old(on: &mut On<'_>, now: Timestamp) -> Result<(), DbError> {
    on.run(FORGET_HALVES, binds![now]).await.map(|_| ())
}

/// Ends the sessions in which the member works in this account; how many.
///
/// # Errors
/// What the engine says.
pub async fn end_here(on: &mut On<'_>, account: &AccountId, staff: &StaffId) -> Result<u64, DbError> {
    on.run(END_HERE, binds![account, staff]).await
}

const FIND: &str = "SELECT second_factor, second_factor_since, short_password, \
     (SELECT COUNT(*) FROM recovery_codes c WHERE c.user_id = u.id AND c.used_at IS NULL) AS codes_left \
     FROM users u WHERE u.id = $1";
const ENABLE: &str = "UPDATE users SET second_factor = $2, second_factor_step = $3, second_factor_since = $4 \
     WHERE id = $1 AND second_factor IS NULL";
const REPLACE: &str = "UPDATE users SET second_factor = $2, second_factor_step = $3, second_factor_since = $4 \
     WHERE id = $1 AND second_factor IS NOT NULL";
const DISABLE: &str = "UPDATE users SET second_factor = NULL, second_factor_step = NULL, second_factor_since = NULL \
     WHERE id = $1 AND second_factor IS NOT NULL";
const USE_STEP: &str = "UPDATE users SET second_factor_step = $2 WHERE id = $1 AND second_factor_step < $2";
const FORGET_CODES: &str = "DELETE FROM recovery_codes WHERE user_id = $1";
const ADD_CODE: &str = "INSERT INTO recovery_codes (user_id, digest, created_at) VALUES ($1, $2, $3)";
const USE_CODE: &str = "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND digest = $2 AND used_at IS NULL";
const ALL_SEALED: &str = "SELECT id, second_factor FROM users WHERE second_factor IS NOT NULL ORDER BY id";
const RESEAL: &str = "UPDATE users SET second_factor = $3 WHERE id = $1 AND second_factor = $2";
const NOTE_SHORT: &str = "UPDATE users SET short_password = TRUE WHERE id = $1";
const DEMANDED_BY: &str = "SELECT a.name FROM staff s JOIN accounts a ON a.id = s.account_id WHERE s.user_id = $1 \
     AND a.second_factor_required AND s.disabled_at IS NULL AND a.disabled_at IS NULL ORDER BY a.name, a.id";
const BEGIN: &str = "INSERT INTO half_ways (id_hash, user_id, epoch, expires_at) VALUES ($1, $2, $3, $4)";
const HALF: &str = "SELECT user_id, epoch, expires_at FROM half_ways WHERE id_hash = $1";
const GIVE_UP: &str = "DELETE FROM half_ways WHERE id_hash = $1";
const GIVE_UP_ALL: &str = "DELETE FROM half_ways WHERE user_id = $1";
const FORGET_HALVES: &str = "DELETE FROM half_ways WHERE expires_at <= $1";
const END_HERE: &str = "DELETE FROM sessions WHERE account_id = $1 AND user_id IN \
     (SELECT s.user_id FROM staff s WHERE s.id = $2 AND s.account_id = $1)";

/// Every statement of this file.
pub const ALL: &[&str] = &[
    FIND,
    ENABLE,
    REPLACE,
    DISABLE,
    USE_STEP,
    FORGET_CODES,
    ADD_CODE,
    USE_CODE,
    ALL_SEALED,
    RESEAL,
    NOTE_SHORT,
    DEMANDED_BY,
    BEGIN,
    HALF,
    GIVE_UP,
    GIVE_UP_ALL,
    FORGET_HALVES,
    END_HERE,
];
