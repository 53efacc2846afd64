//! Users, setup links and the first rows of a person.

pub mod addresses;
pub mod factor;
pub mod resets;
pub mod sign_ins;

use super::model::Email;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, UserId};
use crate::roles::may_sign_in;
use crate::world::Timestamp;

/// What a sign-in must know of a person.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Credentials {
    /// The person's id.
    pub id: String,
    /// The PHC text of the password's hash.
    pub password_hash: String,
    /// The account in which they were last seen, of those in which they are not disabled; none when there is none.
    pub account_id: Option<String>,
    /// The person's name.
    pub name: String,
    /// The person's address, as they typed it.
    pub email: String,
    /// Since when they have a second factor.
    pub second_factor_since: Option<i64>,
}

/// The account in which a person was last seen, of those in which they can sign in, in SQL: of the row `u` of users.
macro_rules! active_account {
    () => {
        concat!(
            "(SELECT s.account_id FROM staff s JOIN accounts a ON a.id = s.account_id \
             WHERE s.user_id = u.id AND s.disabled_at IS NULL AND a.disabled_at IS NULL AND ",
            crate::roles::may_sign_in!("s", "u"),
            " ORDER BY COALESCE(s.last_seen_at, 0) DESC, s.created_at, s.id LIMIT 1)"
        )
    };
}
pub(in crate::users) use active_account;

/// The person with this e-mail address.
///
/// # Errors
/// What the engine says.
pub async fn credentials(on: &mut On<'_>, email: &Email) -> Result<Option<Credentials>, DbError> {
    on.first(CREDENTIALS, binds![&email.key]).await
}

/// The same by the person's id.
///
/// # Errors
/// What the engine says.
pub async fn credentials_of(on: &mut On<'_>, user: &UserId) -> Result<Option<Credentials>, DbError> {
    on.first(CREDENTIALS_OF, binds![user]).await
}

/// A new person.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Their id.
    pub id: &'a UserId,
    /// Their address; unique.
    pub email: &'a Email,
    /// Their name.
    pub name: &'a str,
    /// The PHC text of the password's hash.
    pub hash: &'a str,
}

/// Adds a person.
///
/// # Errors
/// [`DbError::Unique`] when the address is taken.
pub async fn add(on: &mut On<'_>, user: &NewUser<'_>, now: Timestamp) -> Result<(), DbError> {
    let values = binds![user.id, &user.email.text, &user.email.key, user.name, user.hash, now];
    on.run(ADD, values).await.map(|_| ())
}

/// Changes the name; whether there was such a person.
///
/// # Errors
/// What the engine says.
pub async fn rename(on: &mut On<'_>, user: &UserId, name: &str) -> Result<bool, DbError> {
    on.run_one(RENAME, binds![user, name]).await
}

/// Sets a new hash, if the present one is still `before`; whether it was. It counts as one of a password that can stand alone
/// until [`factor::note_short`] says otherwise.
///
/// # Errors
/// What the engine says.
pub async fn set_hash(
    on: &mut On<'_>,
    user: &UserId,
    before: &str,
    hash: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    on.run_one(SET_HASH, binds![user, before, hash, now]).await
}

/// Sets a hash of the same password, made anew, if the present one is still `before`.
///
/// # Errors
/// What the engine says.
pub async fn upgrade_hash(on: &mut On<'_>, user: &UserId, before: &str, hash: &str) -> Result<(), DbError> {
    on.run(UPGRADE_HASH, binds![user, before, hash]).await.map(|_| ())
}

/// What a sign-in depends on, as it is at this moment.
#[derive(Debug, sqlx::FromRow)]
pub struct Present {
    /// The hash of the password.
    pub password_hash: String,
    /// The epoch that new sessions belong to.
    #[sqlx(rename = "session_epoch")]
    pub epoch: i64,
    /// Since when there is a second factor, if there is one.
    pub second_factor_since: Option<i64>,
}

/// What a sign-in of this person depends on now.
///
/// # Errors
/// What the engine says.
pub async fn present(on: &mut On<'_>, user: &UserId) -> Result<Option<Present>, DbError> {
    on.first(PRESENT, binds![user]).await
}

/// Ends the person's sessions but the one named; empty for none. A sign-in that is under way with what was right before ends too,
/// since its session belongs to the epoch before. How many ended, and the new epoch.
///
/// # Errors
/// What the engine says.
pub async fn end_sessions(on: &mut On<'_>, user: &UserId, keep: &str) -> Result<(u64, i64), DbError> {
    let (epoch,): (i64,) = on.only(NEXT_EPOCH, binds![user]).await?;
    Ok((on.run(crate::web::session::END_OTHERS, binds![user, keep]).await?, epoch))
}

/// Ends one session of the person; whether there was one.
///
/// # Errors
/// What the engine says.
pub async fn end_session(on: &mut On<'_>, user: &UserId, handle: &str) -> Result<bool, DbError> {
    on.run_one(crate::web::session::END_ONE, binds![user, handle]).await
}

/// Whether the person signs in to this account and is not disabled there.
///
/// # Errors
/// What the engine says.
pub async fn is_active(on: &mut On<'_>, user: &UserId, account: &AccountId) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(ACTIVE, binds![user, account]).await?.is_some())
}

/// Notes that the person is seen in this account now: where they sign in the next time.
///
/// # Errors
/// What the engine says.
pub async fn seen(on: &mut On<'_>, user: &UserId, account: &AccountId, now: Timestamp) -> Result<(), DbError> {
    on.run(crate::web::session::STAFF_SEEN, binds![user, account, now]).await.map(|_| ())
}

/// Adds a setup link and forgets the ones before it.
///
/// # Errors
/// What the engine says.
pub async fn add_link(on: &mut On<'_>, digest: &str, expires_at: Timestamp) -> Result<(), DbError> {
    on.run(FORGET_LINKS, Vec::new()).await?;
    on.run(ADD_LINK, binds![digest, expires_at]).await.map(|_| ())
}

/// A setup link's end and when it was used.
///
/// # Errors
/// What the engine says.
pub async fn link(on: &mut On<'_>, digest: &str) -> Result<Option<(i64, Option<i64>)>, DbError> {
    on.first(LINK, binds![digest]).await
}

/// Uses a setup link up; whether it was still good.
///
/// # Errors
/// What the engine says.
pub async fn use_link(on: &mut On<'_>, digest: &str, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(USE_LINK, binds![digest, now]).await
}

/// Whether there is anybody yet.
///
/// # Errors
/// What the engine says.
pub async fn is_empty(on: &mut On<'_>) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(ANYBODY, Vec::new()).await?.is_none())
}

macro_rules! credentials {
    ($of:literal) => {
        concat!(
            "SELECT u.id, u.password_hash, u.name, u.email, u.second_factor_since, ",
            active_account!(),
            " AS account_id FROM users u WHERE ",
            $of
        )
    };
}
const CREDENTIALS: &str = credentials!("u.email_key = $1");
const CREDENTIALS_OF: &str = credentials!("u.id = $1");
const PRESENT: &str = "SELECT password_hash, session_epoch, second_factor_since FROM users WHERE id = $1";
const HOLD: &str = "UPDATE users SET session_epoch = session_epoch WHERE id = $1";
const NEXT_EPOCH: &str = "UPDATE users SET session_epoch = session_epoch + 1 WHERE id = $1 RETURNING session_epoch";
const ADD: &str = "INSERT INTO users (id, email, email_key, name, password_hash, created_at, password_changed_at, session_epoch) \
     VALUES ($1, $2, $3, $4, $5, $6, $6, 0)";
const RENAME: &str = "UPDATE users SET name = $2 WHERE id = $1";
const SET_HASH: &str = "UPDATE users SET password_hash = $3, password_changed_at = $4, short_password = FALSE WHERE id = $1 AND password_hash = $2";
const UPGRADE_HASH: &str = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
const ACTIVE: &str = concat!(
    "SELECT s.id FROM staff s JOIN accounts a ON a.id = s.account_id JOIN users u ON u.id = s.user_id \
     WHERE s.user_id = $1 AND s.account_id = $2 AND s.disabled_at IS NULL AND a.disabled_at IS NULL AND ",
    may_sign_in!("s", "u")
);
const FORGET_LINKS: &str = "DELETE FROM setup_links WHERE used_at IS NULL";
const ADD_LINK: &str = "INSERT INTO setup_links (digest, expires_at) VALUES ($1, $2)";
const LINK: &str = "SELECT expires_at, used_at FROM setup_links WHERE digest = $1";
const USE_LINK: &str = "UPDATE setup_links SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
const ANYBODY: &str = "SELECT id FROM users LIMIT 1";

/// Every statement of this file.
pub const ALL: &[&str] = &[
    CREDENTIALS,
    CREDENTIALS_OF,
    PRESENT,
    HOLD,
    NEXT_EPOCH,
    ADD,
    RENAME,
    SET_HASH,
    UPGRADE_HASH,
    ACTIVE,
    FORGET_LINKS,
    ADD_LINK,
    LINK,
    USE_LINK,
    ANYBODY,
];
