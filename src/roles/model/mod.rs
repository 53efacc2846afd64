//! What the roles of an account give, and which changes of that somebody may make; pure.

mod draft;
mod name;
mod words;

pub use draft::{BadDraft, Clash, Draft, Verdict};
pub use name::{BadName, RoleName};
pub use words::{Sentence, Words, and, people};

use crate::authz::rules::{ADMIN_KEEPS, change_person, change_role, touch};
use crate::authz::{Permission, PermissionSet, Rule};
use crate::ids::{RoleId, StaffId};

/// A role as it stands now.
#[derive(Debug, Clone)]
pub struct Role {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// Whether it is Admin or User.
    pub builtin: bool,
    /// Grows with each change.
    pub version: i64,
    /// What its rows give.
    pub given: Vec<Permission>,
    /// How many people have it, also disabled ones.
    pub people: i64,
    /// How many of them are not disabled and have no overrides: they hold exactly what it gives.
    pub plain: i64,
    /// How many open invitations offer it.
    pub invitations: i64,
}

impl Role {
    /// What it gives, with what that includes.
    #[must_use]
    pub fn set(&self) -> PermissionSet {
        PermissionSet::of(&self.given)
    }

    /// What it can never lose.
    #[must_use]
    pub fn fixed(&self) -> PermissionSet {
        if self.builtin && self.name == super::Builtin::Admin.name() {
            PermissionSet::of(&ADMIN_KEEPS)
        } else {
            PermissionSet::default()
        }
    }
}

/// Somebody with overrides.
#[derive(Debug, Clone)]
pub struct Person {
    /// The membership.
    pub staff: StaffId,
    /// Their role.
    pub role: RoleId,
    /// Whether they are not disabled.
    pub active: bool,
    /// What is allowed or denied to them alone.
    pub overrides: Vec<(Permission, bool)>,
}

impl Person {
    /// What they hold when their role gives `given`.
    #[must_use]
    pub fn with(&self, given: &[Permission]) -> PermissionSet {
        PermissionSet::effective(given, &self.overrides)
    }
}

/// Whoever looks or changes: what they hold, and their own place. The operator has none and holds everything.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// What they effectively hold.
    pub holds: PermissionSet,
    /// Their membership and role.
    pub place: Option<(StaffId, RoleId)>,
}

impl Viewer {
    fn has_role(&self, role: &Role) -> bool {
        self.place.as_ref().is_some_and(|(_, own)| *own == role.id)
    }

    fn is(&self, person: &Person) -> bool {
        self.place.as_ref().is_some_and(|(own, _)| *own == person.staff)
    }
}

/// A change of what one role gives.
#[derive(Debug, Clone)]
pub struct RoleChange {
    /// The role as it is now.
    pub role: Role,
    /// What it gives afterwards.
    pub after: Vec<Permission>,
}

impl RoleChange {
    /// What it gives afterwards and does not now.
    #[must_use]
    pub fn gained(&self) -> PermissionSet {
        PermissionSet::of(&self.after).without(self.role.set())
    }

    /// What it gives now and does not afterwards.
    #[must_use]
    pub fn lost(&self) -> PermissionSet {
        self.role.set().without(PermissionSet::of(&self.after))
    }
}

/// Changes that are saved together.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The changed roles, in the order of the page.
    pub changes: Vec<RoleChange>,
    /// How many active people hold something else afterwards.
    pub affected: i64,
    /// Whether whoever makes the change is one of them.
    pub viewer_too: bool,
}

/// All roles of an account, and its people with overrides: enough to know what everybody holds.
#[derive(Debug, Clone)]
pub struct Board {
    /// The roles, in the order of the page.
    pub roles: Vec<Role>,
    /// Everybody with overrides.
    pub special: Vec<Person>,
}

impl Board {
    /// The role with this id.
    #[must_use]
    pub fn role(&self, id: &RoleId) -> Option<&Role> {
        self.roles.iter().find(|role| role.id == *id)
    }

    fn special_of<'a>(&'a self, role: &'a Role) -> impl Iterator<Item = &'a Person> {
        self.special.iter().filter(|person| person.role == role.id)
    }

    /// Whether `viewer` may make `role` give `after`.
    ///
    /// # Errors
    /// The first rule against it.
    pub fn may(&self, viewer: &Viewer, role: &Role, after: &[Permission]) -> Result<(), Rule> {
        let (before, wanted) = (role.set(), PermissionSet::of(after));
        change_role(viewer.holds, viewer.has_role(role), before, wanted)?;
        if let Some(fixed) = role.fixed().without(wanted).iter().next() {
            return Err(Rule::Fixed(fixed));
        }
        for person in self.special_of(role).filter(|person| !viewer.is(person)) {
            change_person(viewer.holds, person.with(&role.given), person.with(after))?;
        }
        Ok(())
    }

    /// Whether `viewer` may touch `role` at all: neither it nor anybody who has it holds more.
    ///
    /// # Errors
    /// [`Rule::HoldsMore`].
    pub fn may_touch(&self, viewer: &Viewer, role: &Role) -> Result<(), Rule> {
        touch(viewer.holds, role.set())?;
        self.special_of(role)
            .filter(|person| !viewer.is(person))
            .try_for_each(|person| touch(viewer.holds, person.with(&role.given)))
    }

    /// Why `viewer` cannot switch `permission` of `role`, when they cannot.
    #[must_use]
    pub fn lock(&self, viewer: &Viewer, role: &Role, permission: Permission) -> Option<Rule> {
        let held = role.set();
        if !held.has(permission) {
            let after: Vec<_> = held.iter().chain([permission]).collect();
            return self.may(viewer, role, &after).err();
        }
        if role.fixed().has(permission) {
            return Some(Rule::Fixed(permission));
        }
        // What includes it goes with it.
        let stays = |kept: &Permission| *kept != permission && kept.implies() != Some(permission);
        let after: Vec<_> = held.iter().filter(stays).collect();
        self.may(viewer, role, &after).err()
    }

    /// Whether `viewer` may make all the changes of `plan`.
    ///
    /// # Errors
    /// The first rule against it.
    pub fn permits(&self, viewer: &Viewer, plan: &Plan) -> Result<(), Rule> {
        plan.changes.iter().try_for_each(|change| self.may(viewer, &change.role, &change.after))
    }

    /// The changes together, with whom they affect.
    #[must_use]
    pub fn plan(&self, viewer: &Viewer, changes: Vec<RoleChange>) -> Plan {
        let (mut affected, mut viewer_too) = (0, false);
        for RoleChange { role, after } in &changes {
            let differs = |person: &Person| person.with(&role.given) != person.with(after);
            let role_differs = role.set() != PermissionSet::of(after);
            let special = self.special_of(role).filter(|person| person.active && differs(person)).count();
            affected += i64::try_from(special).unwrap_or(0) + if role_differs { role.plain } else { 0 };
            if viewer.has_role(role) {
                viewer_too |= self.special_of(role).find(|person| viewer.is(person)).map_or(role_differs, differs);
            }
        }
        Plan { changes, affected, viewer_too }
    }

    /// The roles whose permissions `viewer` could give to a new role.
    pub fn giveable<'a>(&'a self, viewer: &'a Viewer) -> impl Iterator<Item = &'a Role> {
        self.roles.iter().filter(|role| touch(viewer.holds, role.set()).is_ok())
    }
}

#[cfg(test)]
mod tests;
