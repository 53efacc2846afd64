//! What a person is to hold: as saved, as a form says it, or as somebody else holds it.

use crate::authz::{Permission, PermissionSet};
use crate::error::{AppError, Result};
use crate::roles::Rights;
use crate::staff::commands::person::{Edit, is_same};
use crate::staff::model::{self, Given, said_of};
use crate::staff::store::person::Role;
use crate::web::form::FormBody;
use crate::web::parts::Choice;

/// The three choices for one permission: value, words, what is said.
pub const CHOICES: [(&str, &str, Option<bool>); 3] =
    [("inherit", "Inherit", None), ("allow", "Allow", Some(true)), ("deny", "Deny", Some(false))];

/// A role, and what is said of them alone.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The role.
    pub role: Role,
    /// What is allowed or denied to them alone.
    pub overrides: Vec<(Permission, bool)>,
}

impl Wish {
    /// As saved.
    pub fn saved(of: &Rights) -> Self {
        let role = Role { id: of.role.clone(), name: of.role_name.clone(), permissions: of.by_role.clone() };
        Self { role, overrides: of.overrides.clone() }
    }

    /// As a form says it. What it does not name stays.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a role that the account does not have, [`AppError::Malformed`].
    pub fn read(form: &FormBody, of: &Rights, roles: &[Role]) -> Result<Self> {
        let mut wish = Self::saved(of);
        if form.has("role") {
            let chosen = roles.iter().find(|role| role.id.as_str() == form.one("role"));
            wish.role = chosen.ok_or(AppError::NotFound)?.clone();
        }
        for permission in Permission::ALL.iter().copied().filter(|permission| form.has(permission.code())) {
            let said = CHOICES.iter().find(|(value, ..)| *value == form.one(permission.code()));
            let (_, _, said) =
                said.ok_or(AppError::Malformed("A permission is neither inherited, allowed nor denied."))?;
            wish.say(permission, *said);
        }
        Ok(wish)
    }

    /// Says something else of one permission.
    pub fn say(&mut self, permission: Permission, said: Option<bool>) {
        self.overrides.retain(|(known, _)| *known != permission);
        self.overrides.extend(said.map(|allowed| (permission, allowed)));
    }

    /// Inherits everything that whoever holds `by` can give.
    pub fn reset(&mut self, by: PermissionSet) {
        self.overrides.retain(|(permission, _)| !by.has(*permission));
    }

    /// Takes over what `from` has, as far as whoever holds `by` can give it to `of`; what could not be taken over, in words.
    pub fn copy(&mut self, from: &Rights, of: &Rights, by: PermissionSet) -> Vec<String> {
        let mut left = Vec::new();
        let before = Given { role: &of.by_role, overrides: &of.overrides };
        for permission in Permission::ALL.iter().copied() {
            let said = from.override_of(permission);
            if by.has(permission) {
                self.say(permission, said);
            } else if said != of.override_of(permission) {
                left.push(format!("{}, which you do not hold", permission.words()));
            }
        }
        let role = Given { role: &from.by_role, overrides: &self.overrides };
        if model::change(by, before, role, from.role != of.role).is_ok() {
            self.role = Self::saved(from).role;
        } else {
            left.push(format!("the role {}, which gives what you do not hold", from.role_name));
        }
        left
    }

    /// Whether it is what is saved.
    pub fn is_saved(&self, of: &Rights) -> bool {
        self.role.id == of.role && is_same(&self.overrides, &of.overrides)
    }

    /// For the command.
    pub fn edit(&self) -> Edit {
        Edit { name: None, role: Some(self.role.id.clone()), overrides: Some(self.overrides.clone()) }
    }

    /// Each override in words: `View Staff: Deny`.
    pub fn words(&self) -> Vec<String> {
        let said = |permission: &Permission| {
            let said = said_of(*permission, &self.overrides)?;
            Some(format!("{}: {}", permission.words(), said_words(Some(said))))
        };
        Permission::ALL.iter().filter_map(said).collect()
    }
}

/// The roles that whoever holds `by` can give to `of`, with the one that they have.
pub fn role_choices(by: PermissionSet, of: &Rights, roles: &[Role], chosen: &str) -> Vec<Choice> {
    let before = Given { role: &of.by_role, overrides: &of.overrides };
    let fits = |role: &&Role| {
        let after = Given { role: &role.permissions, overrides: &of.overrides };
        role.id == of.role || model::change(by, before, after, true).is_ok()
    };
    let choice = |role: &Role| Choice {
        value: role.id.to_string(),
        label: role.name.clone(),
        chosen: role.id.as_str() == chosen,
    };
    roles.iter().filter(fits).map(choice).collect()
}

/// The words of a choice.
pub fn said_words(said: Option<bool>) -> &'static str {
    CHOICES.iter().find(|(.., meant)| *meant == said).map_or("Inherit", |(_, words, _)| words)
}
