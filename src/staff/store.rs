//! Rows of staff, and the one query that says what a person may do now.

use crate::authz::{AccountRef, Lab, Permission, PermissionSet, StaffMember};
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, RoleId, StaffId, UserId};
use crate::roles::{self, may_sign_in};
use crate::text::fold;
use crate::web::session::SignedIn;
use crate::world::{Entropy, Timestamp};

pub mod list;
pub mod person;

/// Stands between the other accounts of a person; a name cannot hold it.
const SEPARATOR: &str = "\u{1f}";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    email: String,
    account: String,
    role: String,
    role_permissions: Option<String>,
    overrides: Option<String>,
    labs: Option<String>,
    role_id: String,
    others: Option<String>,
    second_factor_since: Option<i64>,
    short_password: bool,
    second_factor_required: bool,
}

/// The person of a session in its account, with what they may do now; `None` when gone or disabled, or the account is.
///
/// # Errors
/// What the engine says.
pub async fn member(on: &mut On<'_>, signed_in: &SignedIn) -> Result<Option<StaffMember>, DbError> {
    let row: Option<Row> = on.first(MEMBER, binds![&signed_in.user, &signed_in.account, SEPARATOR]).await?;
    let Some(row) = row else { return Ok(None) };
    let bad = |_| DbError::Fault("a staff member has a malformed id".to_owned());
    let (id, role_id) = (row.id.parse().map_err(bad)?, row.role_id.parse().map_err(bad)?);
    Ok(Some(StaffMember {
        id,
        user: signed_in.user.clone(),
        account: AccountRef { id: signed_in.account.clone(), name: row.account },
        name: row.name,
        email: row.email,
        role: row.role,
        role_id,
        permissions: permissions(row.role_permissions.as_deref(), row.overrides.as_deref()),
        labs: roles::words(row.labs.as_deref()).filter_map(Lab::from_code).collect(),
        others: other_accounts(row.others.as_deref()),
        authenticated_at: signed_in.authenticated_at,
        seed: signed_in.seed.clone(),
        second_factor: row.second_factor_since.is_some(),
        needs_second_factor: row.second_factor_since.is_none() && (row.second_factor_required || row.short_password),
    }))
}

fn permissions(role: Option<&str>, overrides: Option<&str>) -> PermissionSet {
    PermissionSet::effective(&roles::stored_permissions(role), &roles::stored_overrides(overrides))
}

/// `id name` of each account, separated by [`SEPARATOR`]; by name.
fn other_accounts(text: Option<&str>) -> Vec<AccountRef> {
    let parts = text.unwrap_or("").split(SEPARATOR).filter_map(|part| part.split_once(' '));
    let account = |(id, name): (&str, &str)| Some(AccountRef { id: id.parse().ok()?, name: name.to_owned() });
    let mut accounts: Vec<AccountRef> = parts.filter_map(account).collect();
    accounts.sort_by_cached_key(|account| (fold(&account.name), account.id.clone()));
    accounts
}

/// Somebody who comes to belong to an account.
#[derive(Debug)]
pub struct NewStaff<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The person.
    pub user: &'a UserId,
    /// Their role there.
    pub role: &'a RoleId,
    /// Their name.
    pub name: &'a str,
    /// Their e-mail address.
    pub email: &'a str,
}

/// Adds a person to an account.
///
/// # Errors
/// [`DbError::Unique`] when they belong to it already.
pub async fn add(
    on: &mut On<'_>,
    entropy: &dyn Entropy,
    new: &NewStaff<'_>,
    now: Timestamp,
) -> Result<StaffId, DbError> {
    let id = StaffId::new(now, entropy);
    let (name_key, search_key) = keys(new.name, new.email);
    on.run(ADD, binds![&id, new.account, new.user, new.role, now, name_key, search_key]).await?;
    Ok(id)
}

/// The person has another name from now on: the lists of their accounts are sorted and searched by it.
///
/// # Errors
/// What the engine says.
pub async fn renamed(on: &mut On<'_>, user: &UserId, name: &str, email: &str) -> Result<(), DbError> {
    let (name_key, search_key) = keys(name, email);
    on.run(RENAMED, binds![user, name_key, search_key]).await.map(|_| ())
}

fn keys(name: &str, email: &str) -> (String, String) {
    let name = fold(name);
    let search = format!("{name} {}", fold(email));
    (name, search)
}

/// The names of those who can change what others may do, by name; at most ten.
///
/// # Errors
/// What the engine says.
pub async fn managers(on: &mut On<'_>, account: &AccountId) -> Result<Vec<String>, DbError> {
    let people: Vec<(String,)> = on.all(MANAGERS, binds![account, Permission::RolesManage.code()]).await?;
    Ok(people.into_iter().map(|(name,)| name).collect())
}

/// One person of an account, for the command line.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Known {
    /// The membership.
    pub id: String,
    /// The person's name.
    pub name: String,
}

/// The account's member with this folded e-mail address.
///
/// # Errors
/// What the engine says.
pub async fn by_email(on: &mut On<'_>, account: &AccountId, email_key: &str) -> Result<Option<Known>, DbError> {
    on.first(BY_EMAIL, binds![account, email_key]).await
}

/// Sets a person's override of a permission: allow, deny, or none (inherit).
///
/// # Errors
/// What the engine says.
pub async fn set_override(
    on: &mut On<'_>,
    staff: &str,
    permission: Permission,
    allowed: Option<bool>,
) -> Result<(), DbError> {
    on.run(NEXT_VERSION, binds![staff]).await?;
    on.run(CLEAR_OVERRIDE, binds![staff, permission.code()]).await?;
    if let Some(allowed) = allowed {
        on.run(ADD_OVERRIDE, binds![staff, permission.code(), allowed]).await?;
    }
    Ok(())
}

/// Gives a person another role of the same account; whether it was possible.
///
/// # Errors
/// What the engine says.
pub async fn set_role(on: &mut On<'_>, account: &AccountId, staff: &str, role: &RoleId) -> Result<bool, DbError> {
    on.run_one(SET_ROLE, binds![staff, account, role]).await
}

/// Disables a person in this account from `at` on, or enables them; ends their sessions there.
///
/// # Errors
/// What the engine says.
pub async fn set_disabled(
    on: &mut On<'_>,
    account: &AccountId,
    staff: &str,
    at: Option<Timestamp>,
) -> Result<bool, DbError> {
    // Sessions first, as whoever notes when they were seen does: else the two wait for each other.
    on.run(END_SESSIONS, binds![staff, account]).await?;
    on.run_one(SET_DISABLED, binds![staff, account, at]).await
}

const MEMBER: &str = concat!(
    "SELECT s.id, u.name, u.email, a.name AS account, r.name AS role, s.role_id, \
     u.second_factor_since, u.short_password, a.second_factor_required, \
     (SELECT string_agg(p.permission, ' ') FROM role_permissions p WHERE p.role_id = s.role_id) AS role_permissions, \
     (SELECT string_agg(CASE WHEN o.allowed THEN '+' ELSE '-' END || o.permission, ' ') FROM staff_overrides o \
      WHERE o.staff_id = s.id) AS overrides, \
     (SELECT string_agg(l.lab, ' ') FROM account_labs l WHERE l.account_id = s.account_id AND l.enabled) AS labs, \
     (SELECT string_agg(b.id || ' ' || b.name, $3) FROM staff t JOIN accounts b ON b.id = t.account_id \
      WHERE t.user_id = s.user_id AND t.account_id <> s.account_id AND t.disabled_at IS NULL AND b.disabled_at IS NULL AND ",
    may_sign_in!("t", "u"),
    ") AS others \
     FROM staff s JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = s.account_id JOIN roles r ON r.id = s.role_id \
     WHERE s.user_id = $1 AND s.account_id = $2 AND s.disabled_at IS NULL AND a.disabled_at IS NULL AND ",
    may_sign_in!("s", "u")
);
const ADD: &str = "INSERT INTO staff (id, account_id, user_id, role_id, created_at, name_key, search_key) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const RENAMED: &str = "UPDATE staff SET name_key = $2, search_key = $3, version = version + 1 WHERE user_id = $1";
// Nothing includes this permission and it includes nothing, so role and overrides alone decide.
const MANAGERS: &str = concat!(
    "SELECT u.name FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND s.disabled_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM staff_overrides o WHERE o.staff_id = s.id AND o.permission = $2 AND NOT o.allowed) \
     AND (EXISTS (SELECT 1 FROM role_permissions p WHERE p.role_id = s.role_id AND p.permission = $2) \
      OR EXISTS (SELECT 1 FROM staff_overrides o WHERE o.staff_id = s.id AND o.permission = $2 AND o.allowed)) AND ",
    may_sign_in!("s", "u"),
    " ORDER BY s.name_key, s.id LIMIT 10"
);
const BY_EMAIL: &str = "SELECT s.id, u.name FROM staff s JOIN users u ON u.id = s.user_id \
     WHERE s.account_id = $1 AND u.email_key = $2";
const NEXT_VERSION: &str = "UPDATE staff SET version = version + 1 WHERE id = $1";
const CLEAR_OVERRIDE: &str = "DELETE FROM staff_overrides WHERE staff_id = $1 AND permission = $2";
const ADD_OVERRIDE: &str = "INSERT INTO staff_overrides (staff_id, permission, allowed) VALUES ($1, $2, $3)";
const SET_ROLE: &str = "UPDATE staff SET role_id = $3, version = version + 1 WHERE id = $1 AND account_id = $2";
const SET_DISABLED: &str = "UPDATE staff SET disabled_at = $3, version = version + 1 WHERE id = $1 AND account_id = $2";
const END_SESSIONS: &str = "DELETE FROM sessions WHERE account_id = $2 AND user_id IN \
     (SELECT s.user_id FROM staff s WHERE s.id = $1 AND s.account_id = $2)";

/// Every statement of this file.
pub const ALL: &[&str] = &[
    MEMBER,
    ADD,
    RENAMED,
    MANAGERS,
    BY_EMAIL,
    NEXT_VERSION,
    CLEAR_OVERRIDE,
    ADD_OVERRIDE,
    SET_ROLE,
    SET_DISABLED,
    END_SESSIONS,
];
