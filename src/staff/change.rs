//! What the journal says of people in an account: names, roles, overrides, who is disabled and who is gone.

use crate::authz::Permission;
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::StaffId;
use crate::roles::RoleGiven;
use serde_json::{Map, Value, json};

/// A change of one membership.
#[derive(Debug, Clone)]
pub enum StaffChange {
    /// The person's name before and after.
    Renamed(String, String),
    /// The name of the role before and after.
    RoleGiven(String, String),
    /// What was allowed (`true`) or denied to them alone, before and after.
    OverridesChanged(Vec<(Permission, bool)>, Vec<(Permission, bool)>),
    /// Disabled in this account.
    Disabled,
    /// Enabled again.
    Enabled,
    /// Removed, with what they had.
    Removed {
        /// Their e-mail address.
        email: String,
        /// The name of their role.
        role: String,
        /// Ids and names of the integrations that are up for review since.
        integrations: Vec<(String, String)>,
    },
}

/// A change of this membership.
#[derive(Debug, Clone)]
pub struct OfStaff {
    /// Whom it concerns.
    pub staff: StaffId,
    /// Their name at that time.
    pub name: String,
    /// What happened.
    pub change: StaffChange,
}

/// Most integrations that one entry names; it counts all.
const NAMED: usize = 100;

impl Change for OfStaff {
    fn entry(&self) -> Entry {
        let (action, details) = match &self.change {
            StaffChange::RoleGiven(before, after) => {
                let (staff, name) = (self.staff.clone(), self.name.clone());
                return RoleGiven { staff, name, before: before.clone(), after: after.clone() }.entry();
            }
            StaffChange::Renamed(before, after) => ("staff.renamed", both("name", before, after)),
            StaffChange::OverridesChanged(before, after) => {
                ("staff.overrides_changed", json!({ "before": said(before), "after": said(after) }))
            }
            StaffChange::Disabled => ("staff.disabled", both("disabled", &false, &true)),
            StaffChange::Enabled => ("staff.enabled", both("disabled", &true, &false)),
            StaffChange::Removed { email, role, integrations } => {
                let named: Vec<Value> =
                    integrations.iter().take(NAMED).map(|(id, name)| json!({ "id": id, "name": name })).collect();
                let review = json!({ "count": integrations.len(), "integrations": named });
                ("staff.removed", json!({ "before": { "email": email, "role": role }, "after": {}, "review": review }))
            }
        };
        let subject = Subject { kind: "staff", id: Some(self.staff.to_string()), name: self.name.clone() };
        Entry { class: Class::Audit, action, subject, details }
    }
}

fn both<T: serde::Serialize>(field: &str, before: &T, after: &T) -> Value {
    json!({ "before": { field: before }, "after": { field: after } })
}

fn said(overrides: &[(Permission, bool)]) -> Value {
    let said: Map<String, Value> =
        overrides.iter().map(|(permission, allowed)| (permission.code().to_owned(), Value::Bool(*allowed))).collect();
    Value::Object(said)
}

/// Whether an event, as stored, changed what is said of `permission` alone.
#[must_use]
pub fn touches(details: &Value, permission: Permission) -> bool {
    let code = permission.code();
    let side = |side: &str| details.get(side).and_then(|said| said.get(code)).and_then(Value::as_bool);
    details.get("permission").and_then(Value::as_str) == Some(code) || side("before") != side("after")
}
