//! One person of an account: what the pages say of them, and the rows that change when they are renamed, overridden or removed.

use crate::authz::Permission;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, RoleId, StaffId, UserId};
use crate::roles::{may_sign_in, stored_permissions};
use crate::world::Timestamp;

/// A role that somebody can be given.
#[derive(Debug, Clone)]
pub struct Role {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it gives.
    pub permissions: Vec<Permission>,
}

/// The account's roles, the built-in ones first, then by name.
///
/// # Errors
/// What the engine says.
pub async fn roles(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Role>, DbError> {
    let rows: Vec<(String, String, Option<String>)> = on.all(ROLES, binds![account]).await?;
    let role = |(id, name, permissions): (String, String, Option<String>)| {
        let id = id.parse().map_err(|_| DbError::Fault("a role has a malformed id".to_owned()))?;
        Ok(Role { id, name, permissions: stored_permissions(permissions.as_deref()) })
    };
    rows.into_iter().map(role).collect()
}

/// What else is known of a membership.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct About {
    /// Whether the person's address may sign in to the account.
    pub may_sign_in: bool,
    /// Whether they belong to no other account.
    pub only_here: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// How many integrations they look after: those that they made or took over and that are not deleted.
    pub integrations: i64,
}

/// What else is known of the membership; `None` when there is none.
///
/// # Errors
/// What the engine says.
pub async fn about(on: &mut On<'_>, account: &AccountId, staff: &StaffId) -> Result<Option<About>, DbError> {
    on.first(ABOUT, binds![account, staff]).await
}

/// The person has another name from now on, in each of their accounts.
///
/// # Errors
/// What the engine says.
pub async fn rename(on: &mut On<'_>, user: &UserId, name: &str, email: &str) -> Result<(), DbError> {
    on.run(RENAME, binds![user, name]).await?;
    super::renamed(on, user, name, email).await
}

/// Whoever looked after these integrations is gone: they are up for review from `at` on. Their names.
///
/// # Errors
/// What the engine says.
pub async fn leave_for_review(
    on: &mut On<'_>,
    account: &AccountId,
    user: &UserId,
    at: Timestamp,
) -> Result<Vec<(String, String)>, DbError> {
    on.all(REVIEW, binds![account, user, at]).await
}

/// Removes the membership with its overrides, and ends the sessions there; whether it was there.
///
/// # Errors
/// What the engine says.
pub async fn remove(on: &mut On<'_>, account: &AccountId, staff: &StaffId) -> Result<bool, DbError> {
    on.run(super::END_SESSIONS, binds![staff, account]).await?;
    on.run(CLEAR, binds![staff, account]).await?;
    on.run_one(REMOVE, binds![staff, account]).await
}

const ROLES: &str = "SELECT r.id, r.name, \
     (SELECT string_agg(p.permission, ' ') FROM role_permissions p WHERE p.role_id = r.id) AS permissions \
     FROM roles r WHERE r.account_id = $1 ORDER BY CASE WHEN r.builtin THEN 0 ELSE 1 END, r.name_key, r.id";
const ABOUT: &str = concat!(
    "SELECT ",
    may_sign_in!("s", "u"),
    " AS may_sign_in, \
     NOT EXISTS (SELECT 1 FROM staff t WHERE t.user_id = s.user_id AND t.account_id <> s.account_id) AS only_here, \
     u.second_factor IS NOT NULL AS second_factor, \
     (SELECT COUNT(*) FROM integrations i WHERE i.account_id = s.account_id AND i.deleted_at IS NULL \
      AND COALESCE(i.taken_over_by, i.created_by) = s.user_id) AS integrations \
     FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND s.id = $2"
);
const RENAME: &str = "UPDATE users SET name = $2 WHERE id = $1";
const REVIEW: &str = "UPDATE integrations SET review_since = COALESCE(review_since, $3) WHERE account_id = $1 \
     AND deleted_at IS NULL AND COALESCE(taken_over_by, created_by) = $2 RETURNING id, name";
const CLEAR: &str = "DELETE FROM staff_overrides WHERE staff_id IN \
     (SELECT s.id FROM staff s WHERE s.id = $1 AND s.account_id = $2)";
const REMOVE: &str = "DELETE FROM staff WHERE id = $1 AND account_id = $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[ROLES, ABOUT, RENAME, REVIEW, CLEAR, REMOVE];
