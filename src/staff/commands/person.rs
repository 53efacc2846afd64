//! What people who manage staff do to others: rename, give another role, override, disable, enable, remove.

use crate::authz::{Action, Permission, Permit, Rule, rules};
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::{RoleId, StaffId};
use crate::roles::{Granting, Rights};
use crate::staff::change::{OfStaff, StaffChange};
use crate::staff::model::{self, Given};
use crate::staff::store::{self, person};
use crate::staff::{ChangePermissions, DisableStaff, EditStaff, EnableStaff, RemoveStaff};

/// Why a change was not made; then nothing was changed.
#[derive(Debug)]
pub enum Trouble {
    /// Somebody else was faster; how it stands now.
    Stale(Box<Rights>),
    /// The name of somebody who belongs to other accounts too is theirs alone.
    NotOnlyHere,
    /// Anything else.
    App(AppError),
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Self::App(error.into())
    }
}

impl From<Rule> for Trouble {
    fn from(rule: Rule) -> Self {
        Self::App(rule.into())
    }
}

/// What somebody is to be, as a form says it; what is not said stays.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Their name.
    pub name: Option<String>,
    /// Their role.
    pub role: Option<RoleId>,
    /// What is allowed or denied to them alone, all of it.
    pub overrides: Option<Vec<(Permission, bool)>>,
}

/// Gives somebody another name or role; whether anything changed.
///
/// # Errors
/// [`Trouble`]; as [`AppError`] the rules of giving, [`AppError::NotFound`].
pub async fn edit(
    db: &Db,
    permit: &Permit<EditStaff>,
    staff: &StaffId,
    version: i64,
    edit: &Edit,
) -> Result<bool, Trouble> {
    let edit = Edit { overrides: None, ..edit.clone() };
    write(db, permit, staff, version, &edit).await
}

/// Gives somebody another role and other overrides; whether anything changed.
///
/// # Errors
/// As [`edit`].
pub async fn set_permissions(
    db: &Db,
    permit: &Permit<ChangePermissions>,
    staff: &StaffId,
    version: i64,
    edit: &Edit,
) -> Result<bool, Trouble> {
    let edit = Edit { name: None, ..edit.clone() };
    write(db, permit, staff, version, &edit).await
}

async fn write<A: Action>(
    db: &Db,
    permit: &Permit<A>,
    staff: &StaffId,
    version: i64,
    edit: &Edit,
) -> Result<bool, Trouble> {
    let mut granting = Granting::begin(db, permit).await?;
    let of = granting.other(staff).await?;
    rules::touch(granting.holds(), of.effective())?;
    let changes = changes(&mut granting, permit, &of, edit).await?;
    if changes.is_empty() {
        return Ok(false);
    }
    if of.version != version {
        return Err(Trouble::Stale(Box::new(of)));
    }
    for change in &changes {
        apply(&mut granting, permit, &of, edit, &change.change).await?;
    }
    let changes: Vec<&dyn crate::db::journal::Change> = changes.iter().map(|change| change as _).collect();
    granting.commit(permit, &changes).await?;
    Ok(true)
}

/// What `edit` would change, once the rules allow it.
async fn changes<A: Action>(
    granting: &mut Granting,
    permit: &Permit<A>,
    of: &Rights,
    edit: &Edit,
) -> Result<Vec<OfStaff>, Trouble> {
    let mut changes = Vec::new();
    if let Some(name) = edit.name.as_ref().filter(|name| **name != of.name) {
        let about = person::about(&mut granting.on(), permit.account(), &of.staff).await?;
        if !about.ok_or(AppError::NotFound)?.only_here {
            return Err(Trouble::NotOnlyHere);
        }
        changes.push(StaffChange::Renamed(of.name.clone(), name.clone()));
    }
    let other_role = edit.role.as_ref().filter(|role| **role != of.role);
    let role = match other_role {
        Some(wanted) => {
            let roles = person::roles(&mut granting.on(), permit.account()).await?;
            Some(roles.into_iter().find(|role| role.id == *wanted).ok_or(AppError::NotFound)?)
        }
        None => None,
    };
    let overrides = edit.overrides.as_ref().filter(|wanted| !is_same(wanted, &of.overrides));
    let before = Given { role: &of.by_role, overrides: &of.overrides };
    let after = Given {
        role: role.as_ref().map_or(before.role, |role| &role.permissions),
        overrides: overrides.map_or(before.overrides, Vec::as_slice),
    };
    model::change(granting.holds(), before, after, role.is_some())?;
    if let Some(role) = role {
        changes.push(StaffChange::RoleGiven(of.role_name.clone(), role.name));
    }
    if let Some(overrides) = overrides {
        changes.push(StaffChange::OverridesChanged(of.overrides.clone(), overrides.clone()));
    }
    Ok(changes.into_iter().map(|change| about(of, change)).collect())
}

async fn apply<A: Action>(
    granting: &mut Granting,
    permit: &Permit<A>,
    of: &Rights,
    edit: &Edit,
    change: &StaffChange,
) -> Result<(), DbError> {
    match (change, &edit.role) {
        (StaffChange::Renamed(_, name), _) => person::rename(&mut granting.on(), &of.user, name, &of.email).await,
        (StaffChange::RoleGiven(..), Some(role)) => {
            store::set_role(&mut granting.on(), permit.account(), of.staff.as_str(), role).await.map(|_| ())
        }
        (StaffChange::OverridesChanged(before, after), _) => {
            for permission in Permission::ALL.iter().copied() {
                let (was, is) = (model::said_of(permission, before), model::said_of(permission, after));
                if was != is {
                    store::set_override(&mut granting.on(), of.staff.as_str(), permission, is).await?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whether two lists of overrides say the same of each permission.
#[must_use]
pub fn is_same(one: &[(Permission, bool)], other: &[(Permission, bool)]) -> bool {
    Permission::ALL.iter().all(|permission| model::said_of(*permission, one) == model::said_of(*permission, other))
}

fn about(of: &Rights, change: StaffChange) -> OfStaff {
    OfStaff { staff: of.staff.clone(), name: of.name.clone(), change }
}

/// Disables somebody in this account and ends their sessions there; `false`: they were disabled already.
///
/// # Errors
/// [`Trouble`]; as [`AppError`] the rules of giving, [`AppError::NotFound`].
pub async fn disable(db: &Db, permit: &Permit<DisableStaff>, staff: &StaffId, version: i64) -> Result<bool, Trouble> {
    let mut granting = Granting::begin(db, permit).await?;
    let of = touched(&mut granting, staff).await?;
    if of.disabled_at.is_some() {
        return Ok(false);
    }
    if of.version != version {
        return Err(Trouble::Stale(Box::new(of)));
    }
    store::set_disabled(&mut granting.on(), permit.account(), staff.as_str(), Some(permit.now())).await?;
    granting.commit(permit, &[&about(&of, StaffChange::Disabled)]).await?;
    Ok(true)
}

/// Enables somebody in this account again; `false`: they were enabled already.
///
/// # Errors
/// As [`disable`].
pub async fn enable(db: &Db, permit: &Permit<EnableStaff>, staff: &StaffId, version: i64) -> Result<bool, Trouble> {
    let mut granting = Granting::begin(db, permit).await?;
    let of = touched(&mut granting, staff).await?;
    if of.disabled_at.is_none() {
        return Ok(false);
    }
    // What they held before they were disabled may have grown since the page was opened.
    if of.version != version {
        return Err(Trouble::Stale(Box::new(of)));
    }
    store::set_disabled(&mut granting.on(), permit.account(), staff.as_str(), None).await?;
    granting.commit(permit, &[&about(&of, StaffChange::Enabled)]).await?;
    Ok(true)
}

/// Removes somebody from this account: membership, overrides and sessions there go, what they looked after is left for review.
///
/// # Errors
/// As [`disable`].
pub async fn remove(db: &Db, permit: &Permit<RemoveStaff>, staff: &StaffId, version: i64) -> Result<(), Trouble> {
    let mut granting = Granting::begin(db, permit).await?;
    let of = touched(&mut granting, staff).await?;
    if of.version != version {
        return Err(Trouble::Stale(Box::new(of)));
    }
    let account = permit.account();
    let integrations = person::leave_for_review(&mut granting.on(), account, &of.user, permit.now()).await?;
    person::remove(&mut granting.on(), account, staff).await?;
    let removed = StaffChange::Removed { email: of.email.clone(), role: of.role_name.clone(), integrations };
    granting.commit(permit, &[&about(&of, removed)]).await?;
    Ok(())
}

/// Somebody else, whom whoever does it may touch.
async fn touched(granting: &mut Granting, staff: &StaffId) -> Result<Rights> {
    let of = granting.other(staff).await?;
    rules::touch(granting.holds(), of.effective())?;
    Ok(of)
}
