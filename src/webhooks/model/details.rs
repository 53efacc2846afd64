//! What people say of an endpoint besides its URL: read once from a form, never checked again.

use super::{DESCRIPTION_MAX, Event, Holder};
use crate::text::problem_in;
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

/// A description of at most 500 characters, and at least one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    description: String,
    events: Vec<Event>,
}

/// What is wrong with one of the fields; says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailsProblem {
    /// The description is too long.
    DescriptionLength,
    /// The description has characters that cannot be seen.
    DescriptionCharacters,
    /// A token or a signing secret was pasted into the description.
    DescriptionHoldsSecret,
    /// No event.
    NoEvent,
    /// An event that there is not.
    UnknownEvent,
    /// An event that the integration's scopes do not allow.
    ScopeMissing(&'static str),
}

impl DetailsProblem {
    /// The form field that it concerns.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::DescriptionLength | Self::DescriptionCharacters | Self::DescriptionHoldsSecret => "description",
            Self::NoEvent | Self::UnknownEvent | Self::ScopeMissing(_) => "events",
        }
    }
}

impl fmt::Display for DetailsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DescriptionLength => write!(f, "Shorten the description to {DESCRIPTION_MAX} characters"),
            Self::DescriptionCharacters => f.write_str("Remove the invisible characters from the description"),
            Self::DescriptionHoldsSecret => {
                f.write_str("Take the secret out of the description; it would be readable to everyone here")
            }
            Self::NoEvent => f.write_str("Choose at least one event"),
            Self::UnknownEvent => f.write_str("Choose events of the list only"),
            Self::ScopeMissing(scope) => write!(f, "Give the integration the scope {scope} first"),
        }
    }
}

impl Details {
    /// Reads what was typed and ticked. Events of `held` may stay even when the scopes do not allow them any more.
    ///
    /// # Errors
    /// Every problem, the description's first.
    pub fn parse(
        description: &str,
        events: &[String],
        of: &Holder,
        held: &[Event],
    ) -> Result<Self, Vec<DetailsProblem>> {
        let description: String = description.replace("\r\n", "\n").replace('\r', "\n").trim().nfc().collect();
        let mut problems = Vec::new();
        if description.chars().count() > DESCRIPTION_MAX {
            problems.push(DetailsProblem::DescriptionLength);
        } else if problem_in(&description, true).is_some() {
            problems.push(DetailsProblem::DescriptionCharacters);
        } else if holds_secret(&description) {
            problems.push(DetailsProblem::DescriptionHoldsSecret);
        }
        let chosen: Vec<Event> = Event::ALL.iter().copied().filter(|e| events.iter().any(|n| n == e.name())).collect();
        let may_not = |event: &&Event| !of.may_hear(**event) && !held.contains(event);
        if events.iter().any(|name| !Event::ALL.iter().any(|event| event.name() == name)) {
            problems.push(DetailsProblem::UnknownEvent);
        } else if chosen.is_empty() {
            problems.push(DetailsProblem::NoEvent);
        } else if let Some(event) = chosen.iter().find(may_not) {
            problems.push(DetailsProblem::ScopeMissing(event.scope()));
        }
        if problems.is_empty() { Ok(Self { description, events: chosen }) } else { Err(problems) }
    }

    /// The description, trimmed; may be empty.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The events, each once, in the order of [`Event::ALL`].
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The events' names with one space between them, as they are stored.
    #[must_use]
    pub fn events_stored(&self) -> String {
        self.events.iter().map(|event| event.name()).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a whole signing secret or token stands in `text`.
fn holds_secret(text: &str) -> bool {
    let begins = |prefix: &str, length: usize, fits: fn(&u8) -> bool| {
        let rest = |at: usize| text.as_bytes().get(at + prefix.len()..).unwrap_or_default();
        text.match_indices(prefix).any(|(at, _)| rest(at).iter().take_while(|byte| fits(byte)).count() >= length)
    };
    begins("whsec_", 32, |byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
        || begins("pit_", 38, u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::IntegrationId;
    use crate::world::{FixedEntropy, Timestamp};

    fn holder(scopes: &[&str]) -> Holder {
        Holder {
            id: IntegrationId::new(Timestamp::from_millis(0), &FixedEntropy::default()),
            name: "Ledger".to_owned(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            paused: false,
            deleted: false,
            account_disabled: false,
        }
    }

    fn read(
        description: &str,
        events: &[&str],
        scopes: &[&str],
        held: &[Event],
    ) -> Result<Details, Vec<DetailsProblem>> {
        let events: Vec<String> = events.iter().map(|name| (*name).to_owned()).collect();
        Details::parse(description, &events, &holder(scopes), held)
    }

    #[test]
    fn events_are_kept_once_and_in_their_order() {
        let details =
            read(" a\r\nb ", &["TaskDelete", "ContactCreate", "TaskDelete"], &["contacts.readonly"], &[]).unwrap();
        assert_eq!((details.description(), details.events_stored().as_str()), ("a\nb", "ContactCreate TaskDelete"));
    }

    #[test]
    fn each_problem_is_told() {
        use DetailsProblem as P;
        let of =
            |description: &str, events: &[&str], scopes: &[&str]| read(description, events, scopes, &[]).unwrap_err();
        let read_only = &["contacts.readonly"][..];
        assert_eq!(of("", &[], read_only), [P::NoEvent]);
        assert_eq!(of("", &["Test"], read_only), [P::UnknownEvent]);
        assert_eq!(of("", &["contactcreate"], read_only), [P::UnknownEvent]);
        assert_eq!(of("", &["NoteCreate"], &["contacts.write"]), [P::ScopeMissing("contacts.readonly")]);
        assert_eq!(of(&"x".repeat(501), &["NoteCreate"], read_only), [P::DescriptionLength]);
        assert_eq!(of("a\u{202E}b", &[], read_only), [P::DescriptionCharacters, P::NoEvent]);
        let secret = format!("keep whsec_{}= safe", "Ab3+/".repeat(8));
        assert_eq!(of(&secret, &["NoteCreate"], read_only), [P::DescriptionHoldsSecret]);
        assert_eq!(of(&format!("pit_{}", "a1".repeat(19)), &["NoteCreate"], read_only), [P::DescriptionHoldsSecret]);
        assert!(read("the whsec_… of Ops, and pit_…", &["NoteCreate"], read_only, &[]).is_ok());
    }

    #[test]
    fn an_event_that_it_has_may_stay_without_its_scope() {
        assert!(read("", &["NoteCreate"], &[], &[Event::NoteCreate]).is_ok());
        assert!(read("", &["NoteCreate", "NoteDelete"], &[], &[Event::NoteCreate]).is_err());
    }
}
