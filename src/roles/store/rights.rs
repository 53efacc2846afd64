//! What the people of an account may do, as rows say it, and whether anybody is left who keeps the account.

use crate::authz::{Permission, PermissionSet};
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, RoleId, StaffId, UserId};
use crate::world::Timestamp;

/// Whether the address of a person may sign in to the account of a membership, in SQL: `(alias of staff, alias of users)`.
macro_rules! may_sign_in {
    ($staff:literal, $users:literal) => {
        concat!(
            "(NOT EXISTS (SELECT 1 FROM account_domains d WHERE d.account_id = ",
            $staff,
            ".account_id) OR EXISTS (SELECT 1 FROM account_domains d WHERE d.account_id = ",
            $staff,
            ".account_id AND ",
            $users,
            ".email_key LIKE ('%@' || d.domain)))"
        )
    };
}
pub(crate) use may_sign_in;

/// Somebody who belongs to an account, with what they may do and why.
#[derive(Debug, Clone)]
pub struct Rights {
    /// The membership.
    pub staff: StaffId,
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: RoleId,
    /// The role's name.
    pub role_name: String,
    /// What the role gives.
    pub by_role: Vec<Permission>,
    /// What is allowed or denied to them alone.
    pub overrides: Vec<(Permission, bool)>,
    /// Since when they are disabled in this account.
    pub disabled_at: Option<Timestamp>,
    /// When they were last seen here, to within a minute.
    pub last_seen_at: Option<Timestamp>,
    /// When they came.
    pub created_at: Timestamp,
    /// Grows with each change of role or overrides.
    pub version: i64,
}

impl Rights {
    /// What they effectively hold.
    #[must_use]
    pub fn effective(&self) -> PermissionSet {
        PermissionSet::effective(&self.by_role, &self.overrides)
    }

    /// What is said of `permission` for them alone; nothing: they inherit it.
    #[must_use]
    pub fn override_of(&self, permission: Permission) -> Option<bool> {
        self.overrides.iter().find(|(known, _)| *known == permission).map(|(_, allowed)| *allowed)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    user_id: String,
    name: String,
    email: String,
    role_id: String,
    role: String,
    role_permissions: Option<String>,
    overrides: Option<String>,
    disabled_at: Option<i64>,
    last_seen_at: Option<i64>,
    created_at: i64,
    version: i64,
}

impl Row {
    fn rights(self) -> Result<Rights, DbError> {
        let bad = |_| DbError::Fault("a membership has a malformed id".to_owned());
        Ok(Rights {
            staff: self.id.parse().map_err(bad)?,
            user: self.user_id.parse().map_err(bad)?,
            role: self.role_id.parse().map_err(bad)?,
            name: self.name,
            email: self.email,
            role_name: self.role,
            by_role: stored_permissions(self.role_permissions.as_deref()),
            overrides: stored_overrides(self.overrides.as_deref()),
            disabled_at: self.disabled_at.map(Timestamp::from_millis),
            last_seen_at: self.last_seen_at.map(Timestamp::from_millis),
            created_at: Timestamp::from_millis(self.created_at),
            version: self.version,
        })
    }
}

/// The permissions of a role as one text: codes with a space between them. What is not known is passed over.
#[must_use]
pub fn stored_permissions(text: Option<&str>) -> Vec<Permission> {
    words(text).filter_map(Permission::from_code).collect()
}

/// Overrides as one text: codes after `+` (allowed) or `-` (denied).
#[must_use]
pub fn stored_overrides(text: Option<&str>) -> Vec<(Permission, bool)> {
    let overrides = words(text).filter_map(|word| match word.strip_prefix('+') {
        Some(code) => Some((Permission::from_code(code)?, true)),
        None => Some((Permission::from_code(word.strip_prefix('-')?)?, false)),
    });
    overrides.collect()
}

/// Words with one space between them.
pub fn words(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or("").split(' ').filter(|word| !word.is_empty())
}

/// Waits for whoever changes rights in this account; until the transaction ends nobody else does.
///
/// # Errors
/// What the engine says.
pub async fn hold(on: &mut On<'_>, account: &AccountId) -> Result<bool, DbError> {
    on.run_one(HOLD, binds![account]).await
}

/// The account's member with this id.
///
/// # Errors
/// What the engine says.
pub async fn of(on: &mut On<'_>, account: &AccountId, staff: &StaffId) -> Result<Option<Rights>, DbError> {
    let row: Option<Row> = on.first(ONE, binds![account, staff]).await?;
    row.map(Row::rights).transpose()
}

/// What the account's member who is this person holds; `None` when they cannot sign in there, or not any more.
///
/// # Errors
/// What the engine says.
pub async fn of_user(on: &mut On<'_>, account: &AccountId, user: &UserId) -> Result<Option<Rights>, DbError> {
    let row: Option<Row> = on.first(OF_USER, binds![account, user]).await?;
    row.map(Row::rights).transpose()
}

/// Everybody who has one of the account's roles, also those who are disabled.
///
/// # Errors
/// What the engine says.
pub async fn of_role(on: &mut On<'_>, account: &AccountId, role: &RoleId) -> Result<Vec<Rights>, DbError> {
    let rows: Vec<Row> = on.all(OF_ROLE, binds![account, role]).await?;
    rows.into_iter().map(Row::rights).collect()
}

/// Everybody of the account with overrides, also those who are disabled.
///
/// # Errors
/// What the engine says.
pub async fn overridden(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Rights>, DbError> {
    let rows: Vec<Row> = on.all(OVERRIDDEN, binds![account]).await?;
    rows.into_iter().map(Row::rights).collect()
}

/// Those whose addresses may not sign in to the account, by name; who is disabled is outside anyway.
///
/// # Errors
/// What the engine says.
pub async fn outside(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Rights>, DbError> {
    let rows: Vec<Row> = on.all(OUTSIDE, binds![account]).await?;
    rows.into_iter().map(Row::rights).collect()
}

/// Whether somebody who can sign in effectively holds both `roles.manage` and `staff.manage`;
/// the twin of [`PermissionSet::keeps_the_account`].
///
/// # Errors
/// What the engine says.
pub async fn has_keeper(on: &mut On<'_>, account: &AccountId) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(KEEPER, binds![account]).await?.is_some())
}

macro_rules! rights {
    ($which:literal) => {
        concat!(
            "SELECT s.id, s.user_id, u.name, u.email, s.role_id, r.name AS role, s.disabled_at, s.last_seen_at, s.created_at, s.version, \
             (SELECT string_agg(p.permission, ' ') FROM role_permissions p WHERE p.role_id = s.role_id) AS role_permissions, \
             (SELECT string_agg(CASE WHEN o.allowed THEN '+' ELSE '-' END || o.permission, ' ') FROM staff_overrides o \
              WHERE o.staff_id = s.id) AS overrides \
             FROM staff s JOIN users u ON u.id = s.user_id JOIN roles r ON r.id = s.role_id WHERE s.account_id = $1 AND ",
            $which
        )
    };
}

macro_rules! denied {
    ($permission:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM staff_overrides o WHERE o.staff_id = s.id AND NOT o.allowed AND o.permission = '",
            $permission,
            "')"
        )
    };
}

macro_rules! holds {
    ($permission:literal) => {
        concat!(
            "(NOT ",
            denied!($permission),
            " AND (EXISTS (SELECT 1 FROM staff_overrides o WHERE o.staff_id = s.id AND o.allowed AND o.permission = '",
            $permission,
            "') OR EXISTS (SELECT 1 FROM role_permissions p WHERE p.role_id = s.role_id AND p.permission = '",
            $permission,
            "')))"
        )
    };
}

const HOLD: &str = "UPDATE accounts SET version = version WHERE id = $1";
const ONE: &str = rights!("s.id = $2");
const OF_USER: &str = concat!(rights!("s.user_id = $2 AND s.disabled_at IS NULL AND "), may_sign_in!("s", "u"));
const OF_ROLE: &str = rights!("s.role_id = $2 ORDER BY s.id");
const OVERRIDDEN: &str = rights!("EXISTS (SELECT 1 FROM staff_overrides x WHERE x.staff_id = s.id) ORDER BY s.id");
const OUTSIDE: &str =
    concat!(rights!("s.disabled_at IS NULL AND NOT "), may_sign_in!("s", "u"), " ORDER BY s.name_key, s.id");
// A denied view takes manage away too.
const KEEPER: &str = concat!(
    "SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND s.disabled_at IS NULL AND ",
    may_sign_in!("s", "u"),
    " AND ",
    holds!("roles.manage"),
    " AND ",
    holds!("staff.manage"),
    " AND NOT ",
    denied!("staff.view"),
    " LIMIT 1"
);

/// Every statement of this file.
pub const ALL: &[&str] = &[HOLD, ONE, OF_USER, OF_ROLE, OVERRIDDEN, OUTSIDE, KEEPER];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_words_become_effective_permissions() {
        let role = stored_permissions(Some("contacts.view staff.manage unheard.of"));
        let set = PermissionSet::effective(&role, &stored_overrides(Some("-contacts.view +labs.manage")));
        assert!(!set.has(Permission::ContactsView));
        assert!(set.has(Permission::StaffView));
        assert!(set.has(Permission::LabsManage));
    }
}
