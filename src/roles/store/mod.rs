//! Rows of roles and their permissions.

pub mod rights;

use super::Builtin;
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

/// Gives a role a permission, or takes it; whether that changed anything.
///
/// # Errors
/// What the engine says.
pub async fn set(
    on: &mut On<'_>,
    account: &AccountId,
    role: &RoleId,
    permission: Permission,
    allowed: bool,
) -> Result<bool, DbError> {
    let sql = if allowed { ALLOW_IN } else { DENY_IN };
    Ok(on.run(sql, binds![role, permission.code(), account]).await? > 0)
}

const ADD: &str =
    "INSERT INTO roles (id, account_id, name, name_key, builtin, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
const ALLOW: &str = "INSERT INTO role_permissions (role_id, permission) VALUES ($1, $2)";
const FIND: &str = "SELECT id FROM roles WHERE account_id = $1 AND name_key = $2";
const ALLOW_IN: &str = "INSERT INTO role_permissions (role_id, permission) \
     SELECT r.id, $2 FROM roles r WHERE r.id = $1 AND r.account_id = $3 ON CONFLICT (role_id, permission) DO NOTHING";
const DENY_IN: &str = "DELETE FROM role_permissions WHERE role_id = $1 AND permission = $2 \
     AND role_id IN (SELECT r.id FROM roles r WHERE r.account_id = $3)";

/// Every statement of this file.
pub const ALL: &[&str] = &[ADD, ALLOW, FIND, ALLOW_IN, DENY_IN];
