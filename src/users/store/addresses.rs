//! Addresses that people want to sign in with, and the change itself.

use super::active_account;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::UserId;
use crate::roles::may_sign_in;
use crate::users::model::Email;
use crate::world::{Span, Timestamp};

/// So long a link that has ended is remembered, so that its page can say why.
const REMEMBERED: Span = Span::days(1);

/// A wanted address as its row says.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Wanted {
    /// Who wants it.
    pub user_id: String,
    /// Their name.
    pub name: String,
    /// The address they sign in with now.
    pub present: String,
    /// The wanted one, as typed.
    pub email: String,
    /// An account in which the person can sign in; none when there is none.
    pub active_in: Option<String>,
    /// From when on its link does not work.
    pub expires_at: i64,
    /// When it was confirmed.
    pub used_at: Option<i64>,
    /// When a newer one or a new password took its place.
    pub ended_at: Option<i64>,
}

/// Adds a wanted address; the person's ones before it end.
///
/// # Errors
/// What the engine says.
pub async fn add(
    on: &mut On<'_>,
    (digest, user): (&str, &UserId),
    email: &Email,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), DbError> {
    on.run(FORGET, binds![user, now.minus(REMEMBERED)]).await?;
    end(on, user, now).await?;
    on.run(ADD, binds![digest, user, &email.text, &email.key, now, expires_at]).await.map(|_| ())
}

/// How many the person wanted since `since`. Until the transaction ends, nobody adds one.
///
/// # Errors
/// What the engine says.
pub async fn wanted_since(on: &mut On<'_>, user: &UserId, since: Timestamp) -> Result<i64, DbError> {
    on.run(super::HOLD, binds![user]).await?;
    let (count,): (i64,) = on.only(WANTED_SINCE, binds![user, since]).await?;
    Ok(count)
}

/// The one whose link has this keyed hash.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, digest: &str) -> Result<Option<Wanted>, DbError> {
    on.first(FIND, binds![digest]).await
}

/// The one that waits for its confirmation: address, and until when.
///
/// # Errors
/// What the engine says.
pub async fn waiting(on: &mut On<'_>, user: &UserId, now: Timestamp) -> Result<Option<(String, i64)>, DbError> {
    on.first(WAITING, binds![user, now]).await
}

/// Uses a link up; whether it was still good. Of several at the same moment one wins.
///
/// # Errors
/// What the engine says.
pub async fn use_up(on: &mut On<'_>, digest: &str, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(USE, binds![digest, now]).await
}

/// Ends every open one of the person.
///
/// # Errors
/// What the engine says.
pub async fn end(on: &mut On<'_>, user: &UserId, now: Timestamp) -> Result<(), DbError> {
    on.run(END, binds![user, now]).await.map(|_| ())
}

/// Whether somebody signs in with it.
///
/// # Errors
/// What the engine says.
pub async fn is_taken(on: &mut On<'_>, email: &Email) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(TAKEN, binds![&email.key]).await?.is_some())
}

/// The person signs in with this address from now on; whether there is such a person.
///
/// # Errors
/// [`DbError::Unique`] when it is taken.
pub async fn set(on: &mut On<'_>, user: &UserId, email: &Email) -> Result<bool, DbError> {
    on.run_one(SET, binds![user, &email.text, &email.key]).await
}

/// Takes the person's accounts for this transaction, in the order in which everybody takes them, so that nobody changes meanwhile
/// whose addresses may sign in.
///
/// # Errors
/// What the engine says.
pub async fn hold_accounts(on: &mut On<'_>, user: &UserId) -> Result<(), DbError> {
    let accounts: Vec<(String,)> = on.all(ACCOUNTS, binds![user]).await?;
    for (account,) in accounts {
        on.run(HOLD_ACCOUNT, binds![account]).await?;
    }
    Ok(())
}

/// The names of the accounts in which the person can sign in with their present address and could not with `email`.
///
/// # Errors
/// What the engine says.
pub async fn would_lose(on: &mut On<'_>, user: &UserId, email: &Email) -> Result<Vec<String>, DbError> {
    let names: Vec<(String,)> = on.all(WOULD_LOSE, binds![user, &email.key]).await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

const FORGET: &str = "DELETE FROM email_changes WHERE user_id = $1 AND expires_at < $2";
const END: &str = "UPDATE email_changes SET ended_at = $2 WHERE user_id = $1 AND used_at IS NULL AND ended_at IS NULL";
const ADD: &str = "INSERT INTO email_changes (digest, user_id, email, email_key, created_at, expires_at) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const WANTED_SINCE: &str = "SELECT COUNT(*) FROM email_changes WHERE user_id = $1 AND created_at > $2";
const FIND: &str = concat!(
    "SELECT c.user_id, u.name, u.email AS present, c.email, c.expires_at, c.used_at, c.ended_at, ",
    active_account!(),
    " AS active_in FROM email_changes c JOIN users u ON u.id = c.user_id WHERE c.digest = $1"
);
const WAITING: &str = "SELECT email, expires_at FROM email_changes \
     WHERE user_id = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $2 ORDER BY created_at DESC LIMIT 1";
const USE: &str = "UPDATE email_changes SET used_at = $2 \
     WHERE digest = $1 AND used_at IS NULL AND ended_at IS NULL AND expires_at > $2";
const TAKEN: &str = "SELECT id FROM users WHERE email_key = $1";
const SET: &str = "UPDATE users SET email = $2, email_key = $3 WHERE id = $1";
const ACCOUNTS: &str = "SELECT account_id FROM staff WHERE user_id = $1 ORDER BY account_id";
const HOLD_ACCOUNT: &str = "UPDATE accounts SET version = version WHERE id = $1";
const WOULD_LOSE: &str = concat!(
    "SELECT a.name FROM staff s JOIN accounts a ON a.id = s.account_id JOIN users u ON u.id = s.user_id \
     CROSS JOIN (SELECT CAST($2 AS TEXT) AS email_key) n \
     WHERE s.user_id = $1 AND s.disabled_at IS NULL AND ",
    may_sign_in!("s", "u"),
    " AND NOT ",
    may_sign_in!("s", "n"),
    " ORDER BY a.name, a.id"
);

/// Every statement of this file.
pub const ALL: &[&str] =
    &[FORGET, END, ADD, WANTED_SINCE, FIND, WAITING, USE, TAKEN, SET, ACCOUNTS, HOLD_ACCOUNT, WOULD_LOSE];
