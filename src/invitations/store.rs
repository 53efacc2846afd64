//! Rows of invitations.

use super::model::Invitation;
use crate::authz::PermissionSet;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, InvitationId, RoleId, UserId};
use crate::roles::{may_sign_in, stored_permissions};
use crate::world::Timestamp;

/// The list shows so many.
pub const MOST: usize = 500;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    account_id: String,
    account_name: String,
    account_disabled_at: Option<i64>,
    email: String,
    email_key: String,
    role_id: String,
    role_name: String,
    role_permissions: Option<String>,
    invited_by: String,
    inviter: String,
    created_at: i64,
    sent_at: i64,
    expires_at: i64,
    accepted_at: Option<i64>,
    withdrawn_at: Option<i64>,
    is_allowed: bool,
    known: Option<String>,
    belongs: bool,
}

impl Row {
    fn invitation(self) -> Result<Invitation, DbError> {
        let bad = |_| DbError::Fault("an invitation has a malformed id".to_owned());
        Ok(Invitation {
            id: self.id.parse().map_err(bad)?,
            account: self.account_id.parse().map_err(bad)?,
            account_name: self.account_name,
            account_disabled: self.account_disabled_at.is_some(),
            email: self.email,
            email_key: self.email_key,
            role: self.role_id.parse().map_err(bad)?,
            role_name: self.role_name,
            gives: PermissionSet::of(&stored_permissions(self.role_permissions.as_deref())),
            invited_by: self.invited_by.parse().map_err(bad)?,
            inviter: self.inviter,
            created_at: Timestamp::from_millis(self.created_at),
            sent_at: Timestamp::from_millis(self.sent_at),
            expires_at: Timestamp::from_millis(self.expires_at),
            accepted_at: self.accepted_at.map(Timestamp::from_millis),
            withdrawn_at: self.withdrawn_at.map(Timestamp::from_millis),
            is_allowed: self.is_allowed,
            known: self.known.map(|id| id.parse().map_err(bad)).transpose()?,
            belongs: self.belongs,
        })
    }
}

/// The account's invitations: open and expired ones first, then the others, each newest first; at most [`MOST`].
///
/// # Errors
/// What the engine says.
pub async fn list(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Invitation>, DbError> {
    let rows: Vec<Row> = on.all(LIST, binds![account, i64::try_from(MOST).unwrap_or(0)]).await?;
    rows.into_iter().map(Row::invitation).collect()
}

/// The account's invitation with this id.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, account: &AccountId, id: &InvitationId) -> Result<Option<Invitation>, DbError> {
    let row: Option<Row> = on.first(FIND, binds![account, id]).await?;
    row.map(Row::invitation).transpose()
}

/// The invitation of a link, by the link's keyed hash.
///
/// # Errors
/// What the engine says.
pub async fn by_digest(on: &mut On<'_>, digest: &str) -> Result<Option<Invitation>, DbError> {
    let row: Option<Row> = on.first(BY_DIGEST, binds![digest]).await?;
    row.map(Row::invitation).transpose()
}

/// The account's invitation for this folded address that is neither accepted nor withdrawn.
///
/// # Errors
/// What the engine says.
pub async fn waiting(on: &mut On<'_>, account: &AccountId, email_key: &str) -> Result<Option<Invitation>, DbError> {
    let row: Option<Row> = on.first(WAITING, binds![account, email_key]).await?;
    row.map(Row::invitation).transpose()
}

/// An invitation about to be made.
#[derive(Debug)]
pub struct New<'a> {
    /// Its id.
    pub id: &'a InvitationId,
    /// The account.
    pub account: &'a AccountId,
    /// Whom it is for: the address as typed, and folded.
    pub email: (&'a str, &'a str),
    /// The role that it gives.
    pub role: &'a RoleId,
}

/// A link's keyed hash, who vouches for it, and its times.
#[derive(Debug)]
pub struct Link<'a> {
    /// The keyed hash.
    pub digest: &'a str,
    /// Who made it.
    pub by: &'a UserId,
    /// When.
    pub sent_at: Timestamp,
    /// From when on it does not work.
    pub expires_at: Timestamp,
}

/// Adds an invitation with its first link.
///
/// # Errors
/// [`DbError::Unique`] when one waits for this address already.
pub async fn add(on: &mut On<'_>, new: &New<'_>, link: &Link<'_>) -> Result<(), DbError> {
    let (text, key) = new.email;
    let values = binds![new.id, new.account, text, key, new.role, link.digest, link.by, link.sent_at, link.expires_at];
    on.run(ADD, values).await.map(|_| ())
}

/// Gives an invitation that still waits a new link in the place of the old one; whether it waited.
///
/// # Errors
/// What the engine says.
pub async fn renew(on: &mut On<'_>, account: &AccountId, id: &InvitationId, link: &Link<'_>) -> Result<bool, DbError> {
    on.run_one(RENEW, binds![account, id, link.digest, link.by, link.sent_at, link.expires_at]).await
}

/// Withdraws an invitation that still waits; whether it did.
///
/// # Errors
/// What the engine says.
pub async fn withdraw(
    on: &mut On<'_>,
    account: &AccountId,
    id: &InvitationId,
    now: Timestamp,
) -> Result<bool, DbError> {
    on.run_one(WITHDRAW, binds![account, id, now]).await
}

/// Uses a link up; whether it was still good. Of several at the same moment one wins.
///
/// # Errors
/// What the engine says.
pub async fn accept(on: &mut On<'_>, digest: &str, now: Timestamp) -> Result<bool, DbError> {
    on.run_one(ACCEPT, binds![digest, now]).await
}

/// The role that the account offers first, when it has chosen one.
///
/// # Errors
/// What the engine says.
pub async fn first_role(on: &mut On<'_>, account: &AccountId) -> Result<Option<String>, DbError> {
    Ok(on.first::<(Option<String>,)>(FIRST_ROLE, binds![account]).await?.and_then(|(role,)| role))
}

macro_rules! invitations {
    ($which:literal) => {
        concat!(
            "SELECT i.id, i.account_id, a.name AS account_name, a.disabled_at AS account_disabled_at, i.email, i.email_key, \
             i.role_id, r.name AS role_name, \
             (SELECT string_agg(p.permission, ' ') FROM role_permissions p WHERE p.role_id = i.role_id) AS role_permissions, \
             i.invited_by, v.name AS inviter, i.created_at, i.sent_at, i.expires_at, i.accepted_at, i.withdrawn_at, ",
            may_sign_in!("i", "i"),
            " AS is_allowed, k.id AS known, \
             EXISTS (SELECT 1 FROM staff s WHERE s.account_id = i.account_id AND s.user_id = k.id) AS belongs \
             FROM invitations i JOIN accounts a ON a.id = i.account_id JOIN roles r ON r.id = i.role_id \
             JOIN users v ON v.id = i.invited_by LEFT JOIN users k ON k.email_key = i.email_key WHERE ",
            $which
        )
    };
}

const LIST: &str = invitations!(
    "i.account_id = $1 ORDER BY CASE WHEN i.accepted_at IS NULL AND i.withdrawn_at IS NULL THEN 0 ELSE 1 END, \
     i.created_at DESC, i.id DESC LIMIT $2"
);
const FIND: &str = invitations!("i.account_id = $1 AND i.id = $2");
const BY_DIGEST: &str = invitations!("i.digest = $1");
const WAITING: &str =
    invitations!("i.account_id = $1 AND i.email_key = $2 AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL");
const ADD: &str = "INSERT INTO invitations (id, account_id, email, email_key, role_id, digest, invited_by, created_at, sent_at, \
     expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)";
const RENEW: &str = "UPDATE invitations SET digest = $3, invited_by = $4, sent_at = $5, expires_at = $6 \
     WHERE account_id = $1 AND id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL";
const WITHDRAW: &str = "UPDATE invitations SET withdrawn_at = $3 \
     WHERE account_id = $1 AND id = $2 AND accepted_at IS NULL AND withdrawn_at IS NULL";
const ACCEPT: &str = "UPDATE invitations SET accepted_at = $2 \
     WHERE digest = $1 AND accepted_at IS NULL AND withdrawn_at IS NULL AND expires_at > $2";
const FIRST_ROLE: &str = "SELECT invited_role_id FROM accounts WHERE id = $1";

/// Every statement of this file.
pub const ALL: &[&str] = &[LIST, FIND, BY_DIGEST, WAITING, ADD, RENEW, WITHDRAW, ACCEPT, FIRST_ROLE];
