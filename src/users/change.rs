//! What the journal says of people: sign-ins, names, passwords, sessions.

use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::UserId;
use serde_json::{Value, json};

/// A change of one person.
#[derive(Debug, Clone)]
pub enum UserChange {
    /// The person was made.
    Added,
    /// Signed in.
    SignedIn,
    /// Signed out.
    SignedOut,
    /// Goes on in this account, coming from another.
    AccountOpened,
    /// The name before and after.
    Renamed {
        /// Before.
        before: String,
        /// After.
        after: String,
    },
    /// A new password was set; every other session ended.
    PasswordChanged,
    /// The password's hash was made anew with today's parameters.
    HashUpgraded,
    /// Sessions were ended; how many.
    SessionsEnded(u64),
    /// Another address is wanted to sign in with; it counts once it was confirmed.
    EmailChangeStarted {
        /// The present one.
        before: String,
        /// The wanted one.
        after: String,
    },
    /// The address to sign in with is another one.
    EmailChanged {
        /// Before.
        before: String,
        /// After.
        after: String,
    },
    /// A second factor was set up.
    FactorEnabled,
    /// It was turned off by the person.
    FactorDisabled,
    /// It was taken away by somebody else.
    FactorReset,
    /// A new set of recovery codes took the place of the one before.
    RecoveryCodesMade,
    /// One of them was used.
    RecoveryCodeUsed,
}

/// A change of this person.
#[derive(Debug, Clone)]
pub struct OfUser {
    /// Whom it concerns.
    pub user: UserId,
    /// Their name at that time.
    pub name: String,
    /// What happened.
    pub change: UserChange,
}

impl Change for OfUser {
    fn entry(&self) -> Entry {
        let (action, details): (_, Value) = match &self.change {
            UserChange::Added => ("user.added", json!({})),
            UserChange::SignedIn => ("user.signed_in", json!({})),
            UserChange::SignedOut => ("user.signed_out", json!({})),
            UserChange::AccountOpened => ("session.account_switched", json!({})),
            UserChange::Renamed { before, after } => {
                ("user.renamed", json!({ "before": { "name": before }, "after": { "name": after } }))
            }
            UserChange::PasswordChanged => ("user.password_changed", json!({})),
            UserChange::HashUpgraded => ("user.password_hash_upgraded", json!({})),
            UserChange::EmailChangeStarted { before, after } => {
                ("user.email_change_started", json!({ "before": { "email": before }, "after": { "email": after } }))
            }
            UserChange::EmailChanged { before, after } => {
                ("user.email_changed", json!({ "before": { "email": before }, "after": { "email": after } }))
            }
            UserChange::SessionsEnded(count) => ("user.sessions_ended", json!({ "sessions": count })),
            UserChange::FactorEnabled => ("user.second_factor_enabled", json!({})),
            UserChange::FactorDisabled => ("user.second_factor_disabled", json!({})),
            UserChange::FactorReset => ("user.second_factor_reset", json!({})),
            UserChange::RecoveryCodesMade => ("user.recovery_codes_made", json!({})),
            UserChange::RecoveryCodeUsed => ("user.recovery_code_used", json!({})),
        };
        let subject = Subject { kind: "user", id: Some(self.user.to_string()), name: self.name.clone() };
        Entry { class: Class::Audit, action, subject, details }
    }
}

/// What happened to a link for a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResetStep {
    /// Somebody asked for it by the person's address.
    Requested,
    /// Somebody who may made it.
    Started,
    /// It was used.
    Used,
}

/// A link for a new password.
#[derive(Debug, Clone)]
pub struct OfReset {
    /// Whose password it sets.
    pub user: UserId,
    /// Their name at that time.
    pub name: String,
    /// What happened.
    pub step: ResetStep,
    /// Whether the link goes by mail; else somebody hands it over.
    pub mailed: bool,
}

impl Change for OfReset {
    fn entry(&self) -> Entry {
        let action = match self.step {
            ResetStep::Requested => REQUESTED,
            ResetStep::Started => "password_reset.started",
            ResetStep::Used => "password_reset.used",
        };
        let by = if self.mailed { "mail" } else { "hand" };
        let subject = Subject { kind: "user", id: Some(self.user.to_string()), name: self.name.clone() };
        Entry { class: Class::Audit, action, subject, details: json!({ "link_given_by": by }) }
    }
}

const REQUESTED: &str = "password_reset.requested";

/// The trace of somebody asking for a new password in vain: for an address that nobody can sign in with, or too often. It never
/// holds the address.
#[must_use]
pub fn asked_for(known: Option<&UserId>) -> Entry {
    let subject = Subject { kind: "user", id: known.map(ToString::to_string), name: String::new() };
    Entry { class: Class::Audit, action: REQUESTED, subject, details: json!({ "link_given_by": "nobody" }) }
}

/// The trace of a wrong code from somebody who gave the right password.
#[must_use]
pub fn failed_code(user: &UserId, name: &str) -> Entry {
    let subject = Subject { kind: "user", id: Some(user.to_string()), name: name.to_owned() };
    Entry { class: Class::Audit, action: crate::web::reauth::CODE_REFUSED, subject, details: json!({}) }
}

/// The trace of a failed sign-in, with the id and the name of whoever is known by the address. It never holds what was typed, since people type passwords into the wrong field.
#[must_use]
pub fn failed_sign_in(known: Option<(&str, &str)>) -> Entry {
    let (id, name) = known.unzip();
    let subject = Subject { kind: "user", id: id.map(str::to_owned), name: name.unwrap_or_default().to_owned() };
    Entry { class: Class::Audit, action: "user.sign_in_failed", subject, details: json!({}) }
}
