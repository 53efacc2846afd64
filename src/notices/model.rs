//! Which committed changes somebody is told of, read from their traces.

use crate::authz::Origin;
use crate::db::journal::{Committed, Doer};
use crate::ids::AccountId;
use crate::world::Timestamp;
use serde_json::Value;

/// Something that somebody is told of.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What it is about.
    pub about: About,
    /// In which account it happened.
    pub account: Option<AccountId>,
    /// Who did it.
    pub by: Doer,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub origin: Origin,
}

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A person's own sign-in.
    Person {
        /// Who.
        user: String,
        /// The address that is told, where it is not the present one.
        told: Option<String>,
        /// What happened.
        what: OfPerson,
    },
    /// A private integration that they look after.
    Integration {
        /// Which.
        id: String,
        /// Its name.
        name: String,
        /// What happened.
        what: OfIntegration,
    },
}

/// What happened to somebody's sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfPerson {
    /// A new password was set.
    PasswordChanged,
    /// This address is wanted in place of the one that is told.
    EmailChangeStarted(String),
    /// This address took the place of the one that is told.
    EmailChanged(String),
    /// A second factor was set up.
    SecondFactorEnabled,
    /// It was switched off.
    SecondFactorDisabled,
    /// Somebody else took it away.
    SecondFactorReset,
    /// New recovery codes were made.
    RecoveryCodesMade,
    /// A recovery code was used.
    RecoveryCodeUsed,
    /// Somebody else ended their sessions.
    SessionsEnded,
}

/// What happened to an integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfIntegration {
    /// A new token; the old one works until then.
    RotationStarted(Timestamp),
    /// A new token; the old ones stopped.
    RotatedNow,
    /// The new token stopped, the old one goes on.
    RotationCancelled,
    /// The old token of a rotation stopped.
    OutgoingExpired,
    /// A token was revoked.
    Revoked,
    /// Scopes were added and taken away.
    ScopesChanged {
        /// Those that it did not have before.
        added: Vec<String>,
        /// Those that it has no more.
        removed: Vec<String>,
    },
    /// It is gone.
    Deleted,
}

impl Notice {
    /// What somebody is told of a committed change; none of most.
    #[must_use]
    pub fn of(committed: &Committed<'_>) -> Option<Self> {
        // A due job does what was announced when it was set.
        if committed.doer.kind == "system" {
            return None;
        }
        let (id, details) = (committed.entry.subject.id.clone()?, &committed.entry.details);
        let action = committed.entry.action;
        // Whoever ends their own sessions knows.
        if action == "user.sessions_ended" && committed.doer.id.as_ref() == Some(&id) {
            return None;
        }
        let about = if let Some(what) = of_person(action, details) {
            let told = matches!(what, OfPerson::EmailChanged(_) | OfPerson::EmailChangeStarted(_));
            About::Person { user: id, told: told.then(|| address(details, "before")), what }
        } else {
            About::Integration {
                id,
                name: committed.entry.subject.name.clone(),
                what: of_integration(action, details)?,
            }
        };
        Some(Self {
            about,
            account: committed.account.cloned(),
            by: committed.doer.clone(),
            at: committed.now,
            origin: committed.origin.clone(),
        })
    }
}

fn of_person(action: &str, details: &Value) -> Option<OfPerson> {
    Some(match action {
        "user.password_changed" => OfPerson::PasswordChanged,
        "user.email_change_started" => OfPerson::EmailChangeStarted(address(details, "after")),
        "user.email_changed" => OfPerson::EmailChanged(address(details, "after")),
        "user.second_factor_enabled" => OfPerson::SecondFactorEnabled,
        "user.second_factor_disabled" => OfPerson::SecondFactorDisabled,
        "user.second_factor_reset" => OfPerson::SecondFactorReset,
        "user.recovery_codes_made" => OfPerson::RecoveryCodesMade,
        "user.recovery_code_used" => OfPerson::RecoveryCodeUsed,
        "user.sessions_ended" => OfPerson::SessionsEnded,
        _ => return None,
    })
}

fn of_integration(action: &str, details: &Value) -> Option<OfIntegration> {
    Some(match action {
        "integration.rotation_started" => {
            let until = details.get("until").and_then(Value::as_i64)?;
            OfIntegration::RotationStarted(Timestamp::from_millis(until))
        }
        "integration.rotated_now" => OfIntegration::RotatedNow,
        "integration.rotation_cancelled" => OfIntegration::RotationCancelled,
        "integration.outgoing_expired" => OfIntegration::OutgoingExpired,
        "integration.token_revoked" => OfIntegration::Revoked,
        "integration.deleted" => OfIntegration::Deleted,
        "integration.updated" => {
            let (before, after) = (scopes(details, "before"), scopes(details, "after"));
            let without = |one: &[String], other: &[String]| {
                one.iter().filter(|scope| !other.contains(scope)).cloned().collect::<Vec<_>>()
            };
            let (added, removed) = (without(&after, &before), without(&before, &after));
            if added.is_empty() && removed.is_empty() {
                return None;
            }
            OfIntegration::ScopesChanged { added, removed }
        }
        _ => return None,
    })
}

fn address(details: &Value, side: &str) -> String {
    let address = details.get(side).and_then(|said| said.get("email")).and_then(Value::as_str);
    address.unwrap_or_default().to_owned()
}

fn scopes(details: &Value, side: &str) -> Vec<String> {
    let scopes = details.get(side).and_then(|said| said.get("scopes")).and_then(Value::as_array);
    scopes.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::journal::{Class, Entry, Subject};
    use serde_json::json;

    fn heard(action: &'static str, details: Value, by: &Doer) -> Option<About> {
        let subject = Subject { kind: "x", id: Some("x_1".to_owned()), name: "CRM sync".to_owned() };
        let entry = Entry { class: Class::Audit, action, subject, details };
        let (now, origin) = (Timestamp::from_millis(0), Origin::default());
        let committed = Committed { doer: by, account: None, now, origin: &origin, entry: &entry };
        Notice::of(&committed).map(|notice| notice.about)
    }

    #[test]
    fn only_changed_scopes_are_told_of_an_update() {
        let details =
            |before: &[&str], after: &[&str]| json!({ "before": { "scopes": before }, "after": { "scopes": after } });
        let told = heard("integration.updated", details(&["a", "b"], &["b", "c"]), &Doer::operator());
        let Some(About::Integration { what: OfIntegration::ScopesChanged { added, removed }, .. }) = told else {
            panic!("{told:?}")
        };
        assert_eq!((added, removed), (vec!["c".to_owned()], vec!["a".to_owned()]));
        assert_eq!(heard("integration.updated", details(&["a"], &["a"]), &Doer::operator()), None);
    }

    #[test]
    fn a_changed_address_is_told_to_the_one_before() {
        let details = json!({ "before": { "email": "old@x.example" }, "after": { "email": "new@x.example" } });
        let told = heard("user.email_changed", details, &Doer::operator());
        let Some(About::Person { told: Some(told), what: OfPerson::EmailChanged(new), .. }) = told else {
            panic!("{told:?}")
        };
        assert_eq!((told.as_str(), new.as_str()), ("old@x.example", "new@x.example"));
    }

    #[test]
    fn what_runs_by_the_clock_and_what_is_seen_daily_tells_nobody() {
        assert_eq!(heard("integration.rotated_now", json!({}), &Doer::system()), None);
        assert_eq!(heard("user.signed_in", json!({}), &Doer::operator()), None);
    }
}
