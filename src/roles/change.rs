//! What the journal says of roles, and of people whom another role is given.

use super::model::Role;
use crate::authz::{Permission, PermissionSet};
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::{RoleId, StaffId};
use serde_json::{Value, json};

/// What happened to a role.
#[derive(Debug, Clone)]
pub enum RoleChange {
    /// It was made, and gives this.
    Created(PermissionSet),
    /// It gives something else than before: before and after.
    Changed(PermissionSet, PermissionSet),
    /// It had another name.
    Renamed(String),
    /// It is gone, with what it gave; whoever had it has another one.
    Deleted {
        /// What it gave.
        given: PermissionSet,
        /// The name of the other one.
        moved_to: String,
        /// How many people had it.
        people: i64,
        /// How many open invitations offered it.
        invitations: i64,
    },
}

/// A change of this role.
#[derive(Debug, Clone)]
pub struct OfRole {
    /// Which.
    pub id: RoleId,
    /// Its name, the new one where it changed.
    pub name: String,
    /// What happened.
    pub change: RoleChange,
}

impl OfRole {
    /// A change of `role`.
    #[must_use]
    pub fn new(role: &Role, change: RoleChange) -> Self {
        Self { id: role.id.clone(), name: role.name.clone(), change }
    }
}

/// The names of permissions in the journal.
#[must_use]
pub fn codes(permissions: PermissionSet) -> Vec<&'static str> {
    permissions.iter().map(Permission::code).collect()
}

impl Change for OfRole {
    fn entry(&self) -> Entry {
        let gives = |permissions: &PermissionSet| json!({ "permissions": codes(*permissions) });
        let whole = |permissions: &PermissionSet| json!({ "name": self.name, "permissions": codes(*permissions) });
        let (action, before, after): (_, Value, Value) = match &self.change {
            RoleChange::Created(set) => ("role.created", json!({}), whole(set)),
            RoleChange::Changed(before, after) => ("role.changed", gives(before), gives(after)),
            RoleChange::Renamed(before) => ("role.renamed", json!({ "name": before }), json!({ "name": self.name })),
            RoleChange::Deleted { given: set, moved_to, people, invitations } => {
                let after = json!({ "moved_to": moved_to, "people": people, "invitations": invitations });
                ("role.deleted", whole(set), after)
            }
        };
        let subject = Subject { kind: "role", id: Some(self.id.to_string()), name: self.name.clone() };
        Entry { class: Class::Audit, action, subject, details: json!({ "before": before, "after": after }) }
    }
}

/// Somebody got another role: by whoever manages people, by the operator, or because theirs was deleted.
#[derive(Debug, Clone)]
pub struct RoleGiven {
    /// Whose membership.
    pub staff: StaffId,
    /// Their name.
    pub name: String,
    /// The name of the role before.
    pub before: String,
    /// The name of the role now.
    pub after: String,
}

impl Change for RoleGiven {
    fn entry(&self) -> Entry {
        let details = json!({ "before": { "role": self.before }, "after": { "role": self.after } });
        let subject = Subject { kind: "staff", id: Some(self.staff.to_string()), name: self.name.clone() };
        Entry { class: Class::Audit, action: "staff.role_given", subject, details }
    }
}
