//! Links by which somebody sets a new password.

use super::active_account;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, UserId};
use crate::world::{Span, Timestamp};

/// So long a link that has ended is remembered, so that its page can say why.
const REMEMBERED: Span = Span::days(1);

/// A link as its row says.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Reset {
    /// Whose password it sets.
    pub user_id: String,
    /// In which account it was started; none: the person asked for it, or the operator made it.
    pub account_id: Option<String>,
    /// Who started it; none as above.
    pub started_by: Option<String>,
    /// The membership of whose password it sets, in that account; none when they left it or are disabled in it.
    pub staff_id: Option<String>,
    /// An account in which the person can sign in; none when there is none.
    pub active_in: Option<String>,
    /// The person's name.
    pub name: String,
    /// The person's address.
    pub email: String,
    /// The account's name: where it was started, else where the person can sign in.
    pub account_name: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// From when on it does not work.
    pub expires_at: i64,
    /// When it was used.
    pub used_at: Option<i64>,
    /// When a newer link or a new password took its place.
    pub ended_at: Option<i64>,
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
    /// In which account and by whom it is started; none: by the person or the operator.
    pub by: Option<(&'a AccountId, &'a UserId)>,
    /// Whether the person asked for it. It then takes the place of those alone that were asked for as well: whoever knows an
    /// address could end the links that others made.
    pub asked: bool,
    /// When.
    pub now: Timestamp,
    /// From when on it does not work.
    pub expires_at: Timestamp,
}

/// Adds a link; it takes the place of the person's links before it.
///
/// # Errors
/// What the engine says.
pub async fn add(on: &mut On<'_>, new: &New<'_>) -> Result<(), DbError> {
    on.run(FORGET, binds![new.user, new.now.minus(REMEMBERED)]).await?;
    let replace = if new.asked { END_ASKED } else { END };
    on.run(replace, binds![new.user, new.now]).await?;
    let (account, by) = new.by.map_or((None, None), |(account, by)| (Some(account.as_str()), Some(by.as_str())));
    let values = binds![new.digest, new.user, account, by, new.now, new.expires_at, new.asked];
    on.run(ADD, values).await.map(|_| ())
}

/// How many links the person asked for since `since`. Until the transaction ends, nobody adds one.
///
/// # Errors
/// What the engine says.
pub async fn asked_since(on: &mut On<'_>, user: &UserId, since: Timestamp) -> Result<i64, DbError> {
    on.run(super::HOLD, binds![user]).await?;
    let (count,): (i64,) = on.only(ASKED_SINCE, binds![user, since]).await?;
    Ok(count)
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

/// Ends every open link of the person.
///
/// # Errors
/// What the engine says.
pub async fn end(on: &mut On<'_>, user: &UserId, now: Timestamp) -> Result<(), DbError> {
    on.run(END, binds![user, now]).await.map(|_| ())
}

/// In how many other accounts the person has a place, also a disabled one.
///
/// # Errors
/// What the engine says.
pub async fn elsewhere(on: &mut On<'_>, user: &UserId, account: &AccountId) -> Result<i64, DbError> {
    let (count,): (i64,) = on.only(ELSEWHERE, binds![user, account]).await?;
    Ok(count)
}

const FORGET: &str = "DELETE FROM password_resets WHERE user_id = $1 AND expires_at < $2";
const END: &str =
    "UPDATE password_resets SET ended_at = $2 WHERE user_id = $1 AND used_at IS NULL AND ended_at IS NULL";
const END_ASKED: &str =
    "UPDATE password_resets SET ended_at = $2 WHERE user_id = $1 AND asked AND used_at IS NULL AND ended_at IS NULL";
const ADD: &str = "INSERT INTO password_resets (digest, user_id, account_id, started_by, created_at, expires_at, asked) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const ASKED_SINCE: &str = "SELECT COUNT(*) FROM password_resets WHERE user_id = $1 AND asked AND created_at > $2";
const FIND: &str = concat!(
    "SELECT p.user_id, p.account_id, p.started_by, s.id AS staff_id, u.name, u.email, COALESCE(a.name, \
     (SELECT c.name FROM accounts c WHERE c.id = ",
    active_account!(),
    ")) AS account_name, \
     p.created_at, p.expires_at, p.used_at, p.ended_at, u.password_changed_at, ",
    active_account!(),
    " AS active_in, \
     (SELECT COUNT(*) FROM staff o WHERE o.user_id = p.user_id AND o.account_id <> p.account_id) AS elsewhere \
     FROM password_resets p JOIN users u ON u.id = p.user_id LEFT JOIN accounts a ON a.id = p.account_id \
     LEFT JOIN staff s ON s.user_id = p.user_id AND s.account_id = p.account_id AND s.disabled_at IS NULL \
     AND a.disabled_at IS NULL WHERE p.digest = $1"
);
const USE: &str = "UPDATE password_resets SET used_at = $2 \
     WHERE digest = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $2";
const ELSEWHERE: &str = "SELECT COUNT(*) FROM staff WHERE user_id = $1 AND account_id <> $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[FORGET, END, END_ASKED, ADD, ASKED_SINCE, FIND, USE, ELSEWHERE];
