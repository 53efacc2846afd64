//! Rows of roles and their permissions.

pub mod rights;

use super::Builtin;
use super::model::{Board, Person, Role, RoleName};
use crate::authz::Permission;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, RoleId};
use crate::text::fold;
use crate::world::{Entropy, Timestamp};

/// Adds a built-in role with the permissions it starts with.
///
/// # Errors
/// What the engine says.
pub async fn add_builtin(
    on: &mut On<'_>,
    entropy: &dyn Entropy,
    account: &AccountId,
    role: Builtin,
    now: Timestamp,
) -> Result<RoleId, DbError> {
    let id = RoleId::new(now, entropy);
    on.run(ADD, binds![&id, account, role.name(), fold(role.name()), true, now]).await?;
    for permission in role.permissions() {
        on.run(ALLOW, binds![&id, permission.code()]).await?;
    }
    Ok(id)
}

/// The account's role of this name.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, account: &AccountId, name: &str) -> Result<Option<RoleId>, DbError> {
    let row: Option<(String,)> = on.first(FIND, binds![account, fold(name)]).await?;
    row.map(|(id,)| id.parse().map_err(|_| DbError::Fault("a role has a malformed id".to_owned()))).transpose()
}

/// All roles of the account, the built-in ones first, then in the order in which they were made, and everybody with overrides.
///
/// # Errors
/// What the engine says.
pub async fn board(on: &mut On<'_>, account: &AccountId) -> Result<Board, DbError> {
    let rows: Vec<Row> = on.all(LIST, binds![account]).await?;
    let roles = rows.into_iter().map(Row::role).collect::<Result<_, _>>()?;
    let special = rights::overridden(on, account).await?.into_iter().map(|person| Person {
        active: person.disabled_at.is_none(),
        staff: person.staff,
        role: person.role,
        overrides: person.overrides,
    });
    Ok(Board { roles, special: special.collect() })
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    builtin: bool,
    version: i64,
    permissions: Option<String>,
    people: i64,
    plain: i64,
    invitations: i64,
}

impl Row {
    fn role(self) -> Result<Role, DbError> {
        Ok(Role {
            id: self.id.parse().map_err(|_| DbError::Fault("a role has a malformed id".to_owned()))?,
            name: self.name,
            builtin: self.builtin,
            version: self.version,
            given: rights::stored_permissions(self.permissions.as_deref()),
            people: self.people,
            plain: self.plain,
            invitations: self.invitations,
        })
    }
}

/// Adds a role that gives nothing yet.
///
/// # Errors
/// [`DbError::Unique`] when another role has this name.
pub async fn add(
    on: &mut On<'_>,
    id: &RoleId,
    account: &AccountId,
    name: &RoleName,
    now: Timestamp,
) -> Result<(), DbError> {
    on.run(ADD, binds![id, account, &name.text, &name.key, false, now]).await.map(|_| ())
}

/// Gives a role of the account a permission, or takes it.
///
/// # Errors
/// What the engine says.
pub async fn set(
    on: &mut On<'_>,
    account: &AccountId,
    role: &RoleId,
    permission: Permission,
    allowed: bool,
) -> Result<(), DbError> {
    let sql = if allowed { ALLOW_IN } else { DENY_IN };
    on.run(sql, binds![role, permission.code(), account]).await.map(|_| ())
}

/// The role is another than before from now on; whether the account has it.
///
/// # Errors
/// What the engine says.
pub async fn changed(on: &mut On<'_>, account: &AccountId, role: &RoleId) -> Result<bool, DbError> {
    on.run_one(CHANGED, binds![role, account]).await
}

/// Gives a role another name.
///
/// # Errors
/// [`DbError::Unique`] when another role has it.
pub async fn rename(on: &mut On<'_>, account: &AccountId, role: &RoleId, name: &RoleName) -> Result<bool, DbError> {
    on.run_one(RENAME, binds![role, account, &name.text, &name.key]).await
}

/// Deletes a role; its people, its invitations and what the account offers first go to `heir`.
///
/// # Errors
/// What the engine says.
pub async fn delete(on: &mut On<'_>, account: &AccountId, role: &RoleId, heir: &RoleId) -> Result<bool, DbError> {
    for sql in [MOVE_PEOPLE, MOVE_INVITATIONS, MOVE_OFFER] {
        on.run(sql, binds![role, account, heir]).await?;
    }
    on.run(TAKE_ALL, binds![role, account]).await?;
    on.run_one(DELETE, binds![role, account]).await
}

const ADD: &str =
    "INSERT INTO roles (id, account_id, name, name_key, builtin, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
const ALLOW: &str = "INSERT INTO role_permissions (role_id, permission) VALUES ($1, $2)";
const FIND: &str = "SELECT id FROM roles WHERE account_id = $1 AND name_key = $2";
const LIST: &str = "SELECT r.id, r.name, r.builtin, r.version, \
     (SELECT string_agg(p.permission, ' ') FROM role_permissions p WHERE p.role_id = r.id) AS permissions, \
     (SELECT COUNT(*) FROM staff s WHERE s.account_id = r.account_id AND s.role_id = r.id) AS people, \
     (SELECT COUNT(*) FROM staff s WHERE s.account_id = r.account_id AND s.role_id = r.id AND s.disabled_at IS NULL \
      AND NOT EXISTS (SELECT 1 FROM staff_overrides o WHERE o.staff_id = s.id)) AS plain, \
     (SELECT COUNT(*) FROM invitations i WHERE i.account_id = r.account_id AND i.role_id = r.id \
      AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL) AS invitations \
     FROM roles r WHERE r.account_id = $1 ORDER BY r.builtin DESC, CASE WHEN r.builtin THEN r.name_key ELSE r.id END";
const ALLOW_IN: &str = "INSERT INTO role_permissions (role_id, permission) \
     SELECT r.id, $2 FROM roles r WHERE r.id = $1 AND r.account_id = $3 ON CONFLICT (role_id, permission) DO NOTHING";
const DENY_IN: &str = "DELETE FROM role_permissions WHERE role_id = $1 AND permission = $2 \
     AND role_id IN (SELECT r.id FROM roles r WHERE r.account_id = $3)";
const CHANGED: &str = "UPDATE roles SET version = version + 1 WHERE id = $1 AND account_id = $2";
const RENAME: &str = "UPDATE roles SET name = $3, name_key = $4, version = version + 1 \
     WHERE id = $1 AND account_id = $2 AND NOT builtin";
const MOVE_PEOPLE: &str = "UPDATE staff SET role_id = $3, version = version + 1 WHERE role_id = $1 AND account_id = $2";
const MOVE_INVITATIONS: &str = "UPDATE invitations SET role_id = $3 WHERE role_id = $1 AND account_id = $2";
const MOVE_OFFER: &str = "UPDATE accounts SET invited_role_id = $3 WHERE invited_role_id = $1 AND id = $2";
const TAKE_ALL: &str = "DELETE FROM role_permissions WHERE role_id IN \
     (SELECT r.id FROM roles r WHERE r.id = $1 AND r.account_id = $2 AND NOT r.builtin)";
const DELETE: &str = "DELETE FROM roles WHERE id = $1 AND account_id = $2 AND NOT builtin";

/// Every statement of this file.
pub const ALL: &[&str] = &[
    ADD,
    ALLOW,
    FIND,
    LIST,
    ALLOW_IN,
    DENY_IN,
    CHANGED,
    RENAME,
    MOVE_PEOPLE,
    MOVE_INVITATIONS,
    MOVE_OFFER,
    TAKE_ALL,
    DELETE,
];
