//! What the operator sets from the command line: persons' roles, overrides, and who is disabled.

pub mod person;

use super::change::{OfStaff, StaffChange};
use super::store;
use crate::authz::Permission;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, StaffId};
use crate::roles::{self, Granting, Rights};
use crate::text::fold;

/// A change that the operator makes of somebody. Dropped, it changes nothing.
struct Making<'a> {
    db: &'a Db,
    account: &'a AccountId,
    granting: Granting,
    of: Rights,
}

impl<'a> Making<'a> {
    async fn begin(db: &'a Db, account: &'a AccountId, email: &str) -> Result<Self> {
        let mut granting = Granting::begin_as_operator(db, account).await?;
        let known = store::by_email(&mut granting.on(), account, &fold(email.trim())).await?;
        let id: StaffId = known.and_then(|known| known.id.parse().ok()).ok_or(AppError::NotFound)?;
        let of = granting.other(&id).await?;
        Ok(Self { db, account, granting, of })
    }

    async fn end(self, change: StaffChange) -> Result<()> {
        let change = OfStaff { staff: self.of.staff, name: self.of.name, change };
        self.granting.commit_as_operator(self.db.world().now(), &[&change]).await
    }
}

/// Gives a person another role; the one that they have leaves no trace.
///
/// # Errors
/// [`AppError::NotFound`] when the account has no such person or role.
pub async fn assign(db: &Db, account: &AccountId, email: &str, role: &str) -> Result<()> {
    let mut making = Making::begin(db, account, email).await?;
    let id = roles::find(&mut making.granting.on(), account, role).await?.ok_or(AppError::NotFound)?;
    if id == making.of.role {
        return Ok(());
    }
    store::set_role(&mut making.granting.on(), account, making.of.staff.as_str(), &id).await?;
    let now = roles::rights_of(&mut making.granting.on(), account, &making.of.staff).await?;
    let after = now.ok_or(AppError::NotFound)?.role_name;
    let before = making.of.role_name.clone();
    making.end(StaffChange::RoleGiven(before, after)).await
}

/// Allows or denies a person a permission above their role; none inherits it again. What is so already leaves no trace.
///
/// # Errors
/// [`AppError::NotFound`] when the account has no such person.
pub async fn set_override(
    db: &Db,
    account: &AccountId,
    email: &str,
    permission: Permission,
    allowed: Option<bool>,
) -> Result<()> {
    let mut making = Making::begin(db, account, email).await?;
    let before = making.of.overrides.clone();
    if making.of.override_of(permission) == allowed {
        return Ok(());
    }
    store::set_override(&mut making.granting.on(), making.of.staff.as_str(), permission, allowed).await?;
    let kept = before.iter().copied().filter(|(other, _)| *other != permission);
    let after = kept.chain(allowed.map(|allowed| (permission, allowed))).collect();
    making.end(StaffChange::OverridesChanged(before, after)).await
}

/// Disables a person in this account, or enables them; their sessions here end at once. What is so already leaves no trace.
///
/// # Errors
/// [`AppError::NotFound`] when the account has no such person.
pub async fn set_disabled(db: &Db, account: &AccountId, email: &str, disabled: bool) -> Result<()> {
    let mut making = Making::begin(db, account, email).await?;
    if making.of.disabled_at.is_some() == disabled {
        return Ok(());
    }
    let since = disabled.then(|| making.db.world().now());
    let staff = making.of.staff.to_string();
    store::set_disabled(&mut making.granting.on(), making.account, &staff, since).await?;
    making.end(if disabled { StaffChange::Disabled } else { StaffChange::Enabled }).await
}
