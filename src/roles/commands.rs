//! What people and the operator do with roles: permit, then rules on what everybody holds, then store, with its trace.

use super::change::{OfRole, RoleChange, RoleGiven, codes};
use super::model::{BadName, Board, Draft, Plan, Role, RoleName, Verdict, Viewer, Words};
use super::store::{self, rights};
use super::{ChangeRoles, Granting, Rights};
use crate::authz::rules::{change_person, give};
use crate::authz::{Permission, PermissionSet, Permit, Rule};
use crate::db::journal::Change;
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, RoleId};
use crate::keys::Purpose;
use crate::web::once::{self, Claim, OnceKey, Sender};
use std::str::FromStr as _;

/// Why nothing was changed.
#[derive(Debug)]
pub enum Trouble {
    /// What is there now is not what the page showed.
    Moved,
    /// The name cannot be taken.
    Name(BadName),
    /// The form was sent before and said something else.
    SentBefore,
    /// It has people or open invitations, and nobody said where they go.
    NoHeir,
    /// A rule forbids it, the store could not do it, or there is no such role.
    App(AppError),
}

impl<E: Into<AppError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}

type Done<T> = std::result::Result<T, Trouble>;

impl Viewer {
    /// Whoever makes the change, as they stand at this moment.
    fn of(granting: &Granting) -> Self {
        let place = granting.by().map(|by| (by.staff.clone(), by.role.clone()));
        Self { holds: granting.holds(), place }
    }
}

/// What a plan is recognised by: its changes, what they are about, and the words that were read.
#[must_use]
pub fn digest(db: &Db, plan: &Plan) -> String {
    let change = |change: &super::model::RoleChange| {
        format!("{} {} {}\n", change.role.id, change.role.version, codes(PermissionSet::of(&change.after)).join(","))
    };
    let changes: String = plan.changes.iter().map(change).collect();
    db.keys().mac(Purpose::Form, format!("roles\n{changes}{}", Words::of(plan).text()).as_bytes())
}

/// Saves what was switched, provided that it is what was shown: `shown` is its [`digest`].
///
/// # Errors
/// [`Trouble::Moved`]; rules; faults of the store. Then nothing was changed.
pub async fn save(db: &Db, permit: &Permit<ChangeRoles>, draft: &Draft, shown: &str) -> Done<()> {
    let mut granting = Granting::begin(db, permit).await?;
    let board = store::board(&mut granting.on(), permit.account()).await?;
    let viewer = Viewer::of(&granting);
    let Verdict::Change(plan) = draft.judge(&board, &viewer) else { return Err(Trouble::Moved) };
    if digest(db, &plan) != shown {
        return Err(Trouble::Moved);
    }
    board.permits(&viewer, &plan)?;
    let mut changes = Vec::new();
    for change in &plan.changes {
        write(&mut granting, permit.account(), &change.role, &change.after).await?;
        let (before, after) = (change.role.set(), PermissionSet::of(&change.after));
        changes.push(OfRole::new(&change.role, RoleChange::Changed(before, after)));
    }
    let changes: Vec<&dyn Change> = changes.iter().map(|change| change as &dyn Change).collect();
    Ok(granting.commit(permit, &changes).await?)
}

/// Makes `role` give exactly `after`.
async fn write(granting: &mut Granting, account: &AccountId, role: &Role, after: &[Permission]) -> Result<(), DbError> {
    for permission in Permission::ALL {
        let wanted = after.contains(permission);
        if role.given.contains(permission) != wanted {
            store::set(&mut granting.on(), account, &role.id, *permission, wanted).await?;
        }
    }
    store::changed(&mut granting.on(), account, &role.id).await.map(|_| ())
}

/// Makes a role that gives what `from` gives, or nothing. The same form sent twice makes one.
///
/// # Errors
/// [`Trouble::Name`], [`Trouble::SentBefore`]; [`Rule::Lacks`]; faults of the store. Then nothing was made.
pub async fn create(
    db: &Db,
    permit: &Permit<ChangeRoles>,
    name: &RoleName,
    from: Option<&RoleId>,
    key: &OnceKey,
) -> Done<()> {
    let person = permit.staff().ok_or(AppError::Forbidden)?;
    let mut granting = Granting::begin(db, permit).await?;
    let id = RoleId::new(permit.now(), db.world().entropy());
    let content = format!("{}\n{}", name.text, from.map_or("", RoleId::as_str));
    let sender =
        Sender { account: permit.account(), user: &person.user, purpose: "role", content: &content, now: permit.now() };
    match once::claim(&mut granting.on(), db.keys(), key, sender, id.as_str()).await? {
        Claim::First => {}
        Claim::Again { .. } => return Ok(()),
        Claim::Other { .. } | Claim::Elsewhere => return Err(Trouble::SentBefore),
    }
    let board = store::board(&mut granting.on(), permit.account()).await?;
    let given = match from {
        Some(from) => board.role(from).ok_or(AppError::NotFound)?.set(),
        None => PermissionSet::default(),
    };
    give(granting.holds(), given)?;
    taken(store::add(&mut granting.on(), &id, permit.account(), name, permit.now()).await)?;
    for permission in given.iter() {
        store::set(&mut granting.on(), permit.account(), &id, permission, true).await?;
    }
    let made = OfRole { id, name: name.text.clone(), change: RoleChange::Created(given) };
    Ok(granting.commit(permit, &[&made]).await?)
}

fn taken<T>(done: Result<T, DbError>) -> Done<T> {
    done.map_err(|error| match error {
        DbError::Unique => Trouble::Name(BadName::Taken),
        other => other.into(),
    })
}

/// Gives a role another name; whether it had another one before.
///
/// # Errors
/// [`Trouble::Name`], [`Trouble::Moved`] when it is another version now; rules; faults of the store.
pub async fn rename(
    db: &Db,
    permit: &Permit<ChangeRoles>,
    (id, version): (&RoleId, i64),
    name: &RoleName,
) -> Done<bool> {
    let mut granting = Granting::begin(db, permit).await?;
    let board = store::board(&mut granting.on(), permit.account()).await?;
    let role = board.role(id).ok_or(AppError::NotFound)?;
    made_here(role)?;
    board.may_touch(&Viewer::of(&granting), role)?;
    if role.name == name.text {
        return Ok(false);
    }
    if role.version != version {
        return Err(Trouble::Moved);
    }
    taken(store::rename(&mut granting.on(), permit.account(), id, name).await)?;
    let change = RoleChange::Renamed(role.name.clone());
    granting.commit(permit, &[&OfRole { id: id.clone(), name: name.text.clone(), change }]).await?;
    Ok(true)
}

/// Admin and User keep their names and stay.
///
/// # Errors
/// [`AppError::Conflict`].
pub fn made_here(role: &Role) -> Result<()> {
    if role.builtin {
        return Err(AppError::Conflict(format!("{} is built in: it keeps its name and stays.", role.name)));
    }
    Ok(())
}

/// Whether `viewer` may delete `role` and give everybody who has it `heir`.
///
/// # Errors
/// The first rule against it.
pub fn may_pass(board: &Board, viewer: &Viewer, role: &Role, heir: &Role) -> Result<(), Rule> {
    board.may_touch(viewer, role)?;
    change_person(viewer.holds, role.set(), heir.set())?;
    for person in board.special.iter().filter(|person| person.role == role.id) {
        change_person(viewer.holds, person.with(&role.given), person.with(&heir.given))?;
    }
    let gains = !heir.set().without(role.set()).iter().eq([]);
    match viewer.place.as_ref().is_some_and(|(_, own)| *own == role.id) && gains {
        true => Err(Rule::Oneself),
        false => Ok(()),
    }
}

/// Deletes a role of version `version` that has so many people and open invitations as were `shown`; they get `heir`.
///
/// # Errors
/// [`Trouble::Moved`], [`Trouble::NoHeir`]; rules; faults of the store. Then nothing was changed.
pub async fn delete(
    db: &Db,
    permit: &Permit<ChangeRoles>,
    (id, version): (&RoleId, i64),
    shown: (i64, i64),
    heir: Option<&RoleId>,
) -> Done<()> {
    let mut granting = Granting::begin(db, permit).await?;
    let board = store::board(&mut granting.on(), permit.account()).await?;
    let role = board.role(id).ok_or(AppError::NotFound)?;
    made_here(role)?;
    if (role.version, role.people, role.invitations) != (version, shown.0, shown.1) {
        return Err(Trouble::Moved);
    }
    let viewer = Viewer::of(&granting);
    let heir = match heir {
        _ if role.people + role.invitations == 0 => {
            board.may_touch(&viewer, role)?;
            // Old invitations and what the account offers first must point somewhere; nobody chooses that here.
            board.roles.iter().rfind(|role| role.builtin).ok_or(AppError::NotFound)?
        }
        None => return Err(Trouble::NoHeir),
        Some(heir) => {
            let heir = board.role(heir).filter(|heir| heir.id != *id).ok_or(AppError::NotFound)?;
            may_pass(&board, &viewer, role, heir)?;
            heir
        }
    };
    let people = rights::of_role(&mut granting.on(), permit.account(), id).await?;
    store::delete(&mut granting.on(), permit.account(), id, &heir.id).await?;
    let (given, moved_to) = (role.set(), heir.name.clone());
    let deleted = RoleChange::Deleted { given, moved_to, people: role.people, invitations: role.invitations };
    let deleted = OfRole::new(role, deleted);
    let given = |person: Rights| RoleGiven {
        staff: person.staff,
        name: person.name,
        before: role.name.clone(),
        after: heir.name.clone(),
    };
    let given: Vec<RoleGiven> = people.into_iter().map(given).collect();
    let changes = std::iter::once(&deleted as &dyn Change).chain(given.iter().map(|given| given as &dyn Change));
    Ok(granting.commit(permit, &changes.collect::<Vec<_>>()).await?)
}

/// The operator gives the role of this name a permission, with what it includes, or takes it.
///
/// # Errors
/// [`AppError::NotFound`] when the account has no such role; [`Rule::Fixed`]; [`AppError::Conflict`] when something that the
/// role gives includes it.
pub async fn set_permission(
    db: &Db,
    account: &AccountId,
    role: &str,
    permission: Permission,
    allowed: bool,
) -> Result<()> {
    let mut granting = Granting::begin_as_operator(db, account).await?;
    let id = store::find(&mut granting.on(), account, role).await?.ok_or(AppError::NotFound)?;
    let board = store::board(&mut granting.on(), account).await?;
    let role = board.role(&id).ok_or(AppError::NotFound)?;
    let kept = role.given.iter().copied().filter(|given| *given != permission);
    let after: Vec<Permission> = kept.chain(allowed.then_some(permission)).collect();
    let after = PermissionSet::of(&after);
    if !allowed && let Some(fixed) = role.fixed().iter().find(|fixed| *fixed == permission) {
        return Err(Rule::Fixed(fixed).into());
    }
    if after.has(permission) != allowed {
        let includes = role.given.iter().find(|given| given.implies() == Some(permission));
        let more = includes.map_or("", |more| more.words());
        return Err(AppError::Conflict(format!("{more} includes {}; take that first.", permission.words())));
    }
    let before = role.set();
    write(&mut granting, account, role, &after.iter().collect::<Vec<_>>()).await?;
    let change = OfRole::new(role, RoleChange::Changed(before, after));
    granting.commit_as_operator(db.world().now(), &[&change]).await
}

/// The role that a form or an address names.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn role_id(text: &str) -> Result<RoleId> {
    RoleId::from_str(text).map_err(|_| AppError::NotFound)
}
