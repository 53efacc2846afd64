//! What the matrix shows of the roles to whoever looks.

use super::PATH;
use super::view::{Cell, Head, PermissionRow, Rows};
use crate::authz::{Module, Permission, Rule};
use crate::roles::model::{Board, Clash, Draft, Role, Viewer, people};
use crate::web::parts::Problem;

/// What the matrix shows.
pub struct Showing<'a> {
    /// What is there now.
    pub board: &'a Board,
    /// Who looks.
    pub viewer: &'a Viewer,
    /// What they switched.
    pub draft: &'a Draft,
    /// What of it contradicts itself.
    pub clashes: &'a [Clash],
}

impl Showing<'_> {
    /// The columns' heads.
    pub fn heads(&self) -> Vec<Head> {
        let head = |role: &Role| Head {
            name: role.name.clone(),
            people: people(role.people) + if role.builtin { ", built in" } else { "" },
            href: format!("{PATH}/{}", role.id),
            made_here: !role.builtin,
            lock: self.board.may_touch(self.viewer, role).err().map(|rule| rule.to_string()),
        };
        self.board.roles.iter().map(head).collect()
    }

    /// The rows.
    pub fn modules(&self) -> Vec<Rows> {
        let row = |permission: Permission| PermissionRow {
            name: permission.words(),
            hint: permission.hint(),
            cells: self.board.roles.iter().map(|role| self.cell(role, permission)).collect(),
        };
        let rows = |module: &Module| Rows { name: module.words(), rows: module.permissions().map(row).collect() };
        Module::ALL.iter().map(rows).collect()
    }

    /// What was switched of `role`'s `permission`, when it can be and differs from what is there now.
    fn switched(&self, role: &Role, permission: Permission) -> Option<bool> {
        let (_, on) = self.draft.switched(&role.id).find(|(switched, _)| *switched == permission)?;
        (on != role.set().has(permission)).then_some(on)
    }

    fn cell(&self, role: &Role, permission: Permission) -> Cell {
        let lock = self.board.lock(self.viewer, role, permission);
        let switched = self.switched(role, permission).filter(|_| lock.is_none());
        let id = |permission: Permission| format!("{}-{}", role.id, permission.code());
        let clash = self.clashes.iter().find(|clash| clash.role == role.id && clash.off == permission);
        Cell {
            id: id(permission),
            role: role.name.clone(),
            value: format!("{} {}", role.id, permission.code()),
            label: format!("{}: {}", role.name, permission.words()),
            on: switched.unwrap_or_else(|| role.set().has(permission)),
            changed: switched.is_some(),
            includes: permission.implies().map(id),
            fixed: matches!(lock, Some(Rule::Fixed(_))),
            lock: lock.map(|rule| rule.to_string()),
            error: clash.map(clash_words),
        }
    }

    /// A line for each reason why a cell is no switch.
    pub fn locks(&self) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for role in &self.board.roles {
            for permission in Permission::ALL {
                let Some(rule) = self.board.lock(self.viewer, role, *permission) else { continue };
                let line = match rule {
                    Rule::Lacks(_) | Rule::Fixed(_) => format!("{rule}."),
                    _ => format!("{}: {rule}.", role.name),
                };
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        lines
    }

    /// What is wrong with the switches.
    pub fn problems(&self) -> Vec<Problem> {
        let problem = |clash: &Clash| Problem {
            field_id: format!("{}-{}", clash.role, clash.off.code()),
            text: format!("{}: {}", self.name_of(clash), clash_words(clash)),
        };
        self.clashes.iter().map(problem).collect()
    }

    fn name_of(&self, clash: &Clash) -> &str {
        self.board.role(&clash.role).map_or("A role", |role| &role.name)
    }
}

/// What to do about a contradiction.
#[must_use]
pub fn clash_words(clash: &Clash) -> String {
    format!("{} includes {}: switch this on, or that off", clash.on.words(), clash.off.words())
}
