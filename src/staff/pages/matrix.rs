//! The list of a person's permissions: what the role says, what is said of them alone, what it comes to and why.

use super::wish::{CHOICES, Wish, said_words};
use crate::audit::Event;
use crate::authz::{Module, Permission, PermissionSet};
use crate::roles::Rights;
use crate::staff::change;
use crate::staff::model::{Source, said_of};
use crate::web::parts::Choice;

/// The permissions of one part of the product.
#[derive(Debug)]
pub struct Group {
    /// The part.
    pub name: &'static str,
    /// Its permissions.
    pub rows: Vec<Row>,
}

/// One permission.
#[derive(Debug)]
pub struct Row {
    /// Its stable name.
    pub code: &'static str,
    /// Its name.
    pub words: &'static str,
    /// What it really means, where that is more than its name says.
    pub hint: &'static str,
    /// Whether the role gives it.
    pub by_role: bool,
    /// Inherit, Allow and Deny; none where nothing can be chosen.
    pub choices: Vec<Choice>,
    /// What is said of them alone.
    pub said: &'static str,
    /// Whether it cannot be given because whoever looks does not hold it.
    pub locked: bool,
    /// What it comes to.
    pub result: &'static Verdict,
    /// Why.
    pub why: String,
}

/// What something comes to, with its icon and the ending of its class.
#[derive(Debug)]
pub struct Verdict {
    /// The words.
    pub words: &'static str,
    /// The icon.
    pub icon: &'static str,
    /// The ending.
    pub class: &'static str,
}

const ALLOWED: Verdict = Verdict { words: "Allowed", icon: "circle-check", class: "verdict-word--ok" };
const DENIED: Verdict = Verdict { words: "Not allowed", icon: "ban", class: "verdict-word--bad" };
const MISSING: Verdict = Verdict { words: "Not allowed", icon: "circle-minus", class: "" };

/// What the list is made of.
pub struct Matrix<'a> {
    /// Whom it is about.
    pub of: &'a Rights,
    /// What they are to hold.
    pub wish: &'a Wish,
    /// What happened to them, the newest first.
    pub events: &'a [Event],
    /// What whoever looks holds, when they may change it.
    pub holds: Option<PermissionSet>,
}

impl Matrix<'_> {
    /// The list.
    pub fn groups(&self) -> Vec<Group> {
        let group = |module: &Module| Group {
            name: module.words(),
            rows: module.permissions().map(|permission| self.row(permission)).collect(),
        };
        Module::ALL.iter().map(group).collect()
    }

    fn row(&self, permission: Permission) -> Row {
        let said = said_of(permission, &self.wish.overrides);
        let source = Source::of(permission, &self.wish.role.permissions, &self.wish.overrides);
        let choice = |&(value, label, meant): &(&str, &str, Option<bool>)| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: meant == said,
        };
        let can = self.holds.is_some_and(|holds| holds.has(permission));
        let all = permission == Permission::PrivateIntegrationsManage;
        Row {
            code: permission.code(),
            words: permission.words(),
            hint: if all { permission.hint() } else { "" },
            by_role: self.wish.role.permissions.contains(&permission),
            choices: if can { CHOICES.iter().map(choice).collect() } else { Vec::new() },
            said: said_words(said),
            locked: self.holds.is_some() && !can,
            result: match source {
                source if source.allows() => &ALLOWED,
                Source::DeniedHere | Source::FallsWith(_) => &DENIED,
                _ => &MISSING,
            },
            why: self.why(permission, source),
        }
    }

    fn why(&self, permission: Permission, source: Source) -> String {
        match source {
            Source::Role | Source::NotByRole => format!("by role {}", self.wish.role.name),
            Source::IncludedIn(more) => format!("by {}", more.words()),
            Source::FallsWith(less) => {
                format!("{} is denied here, which takes {} away", less.words(), permission.words())
            }
            Source::AllowedHere | Source::DeniedHere => self.whose(permission),
        }
    }

    /// Who said it.
    fn whose(&self, permission: Permission) -> String {
        if said_of(permission, &self.wish.overrides) != said_of(permission, &self.of.overrides) {
            return "here, not saved yet".to_owned();
        }
        // The second name is what the operator's command once wrote.
        let written = ["staff.overrides_changed", "staff.override_set"];
        let mut said = self.events.iter().filter(|event| written.contains(&event.action.as_str()));
        let said = said.find(|event| change::touches(&event.details, permission));
        said.map_or_else(|| "here".to_owned(), |event| format!("here by {}", event.actor_name))
    }
}
