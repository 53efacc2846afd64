//! A contact, and what may stand in its fields.

pub mod besides;
mod keys;
pub mod note;
pub mod prose;
mod tags;
pub mod task;

pub use besides::Beside;
pub use keys::{MEMBERS_MAX, compared, phone_key, scalar_key};
pub use tags::{TAGS_MAX, distinct_tags, with_tags, without_tags};

use super::texts::{Text, Texts};
use crate::ids::{AccountId, ContactId};
use crate::text::{BadText, fold, problem_in};
use crate::world::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Somebody whom an account knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Whose it is.
    pub account: AccountId,
    /// Its plain texts.
    pub texts: Texts,
    /// Whether it must not be disturbed, when that is known.
    pub dnd: Option<bool>,
    /// Its tags; no two are the same when folded.
    pub tags: Vec<String>,
    /// What else software keeps about it.
    pub custom_fields: Vec<CustomField>,
    /// What else of the contract is known of it.
    pub besides: BTreeMap<Beside, Value>,
    /// When it came in.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

/// A field of the caller's own.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CustomField {
    /// The caller's id or key for it.
    pub id: String,
    /// Its value, as it came.
    pub value: Value,
}

/// What a call wants a contact to be: fields that are not given stay as they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// Texts to set, or to clear.
    pub texts: Vec<(Text, Option<String>)>,
    /// To set, or to clear.
    pub dnd: Option<Option<bool>>,
    /// Replaces all tags.
    pub tags: Option<Vec<String>>,
    /// Each replaces the one with its id; a null value removes it.
    pub custom_fields: Vec<CustomField>,
    /// To set, or to clear.
    pub besides: Vec<(Beside, Option<Value>)>,
}

/// Which field makes two contacts the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching {
    /// The e-mail address, without case.
    Email,
    /// The phone number, without punctuation.
    Phone,
}

/// The contact that has an e-mail address or a phone number already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// That contact.
    pub id: ContactId,
    /// Its name, as a list shows it.
    pub name: String,
    /// What is the same.
    pub matching: Matching,
}

/// The state in which a contact must be for a change to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    Any,
    /// One of these versions.
    Versions(Vec<i64>),
}

impl Expected {
    /// Whether a contact of this version may be changed.
    #[must_use]
    pub fn holds(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

impl Draft {
    /// The folded address and number that it gives.
    #[must_use]
    pub fn keys(&self) -> [(Matching, Option<String>); 2] {
        let given = |text: Text| {
            self.texts.iter().rev().find(|(name, _)| *name == text).and_then(|(_, value)| value.as_deref())
        };
        [(Matching::Email, given(Text::Email).map(fold)), (Matching::Phone, given(Text::Phone).map(phone_key))]
    }
}

impl Contact {
    /// A contact of which nothing is known yet.
    #[must_use]
    pub fn new(id: ContactId, account: AccountId, now: Timestamp) -> Self {
        Self {
            id,
            account,
            texts: Texts::default(),
            dnd: None,
            tags: Vec::new(),
            custom_fields: Vec::new(),
            besides: BTreeMap::new(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The whole name: the one that was given, else first and last name.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.texts.name.clone().or_else(|| self.first_and_last())
    }

    /// What a list calls it: its name, or else whatever identifies it.
    #[must_use]
    pub fn title(&self) -> String {
        let texts = &self.texts;
        let other = || texts.email.as_ref().or(texts.company_name.as_ref()).or(texts.phone.as_ref()).cloned();
        self.name().or_else(other).unwrap_or_else(|| "Unnamed contact".to_owned())
    }

    fn first_and_last(&self) -> Option<String> {
        let parts = [self.texts.first_name.as_deref(), self.texts.last_name.as_deref()];
        let joined: Vec<&str> = parts.into_iter().flatten().collect();
        (!joined.is_empty()).then(|| joined.join(" "))
    }

    /// Takes over what `draft` gives. The names of the fields that changed, as API v2 calls them.
    pub fn apply(&mut self, draft: Draft) -> Vec<&'static str> {
        let before = self.clone();
        for (text, value) in draft.texts {
            self.texts.set(text, value);
        }
        // A name that only repeats first and last name is not kept, so that it follows when they change.
        if self.texts.name.is_some() && self.texts.name == self.first_and_last() {
            self.texts.name = None;
        }
        self.dnd = draft.dnd.unwrap_or(self.dnd);
        self.tags = draft.tags.unwrap_or_else(|| std::mem::take(&mut self.tags));
        for field in draft.custom_fields {
            let place = self.custom_fields.iter().position(|known| known.id == field.id);
            match (place.and_then(|place| self.custom_fields.get_mut(place)), field.value.is_null()) {
                (Some(known), false) => known.value = field.value,
                (None, false) => self.custom_fields.push(field),
                (_, true) => self.custom_fields.retain(|known| known.id != field.id),
            }
        }
        for (field, value) in draft.besides {
            match value {
                Some(value) => self.besides.insert(field, value),
                None => self.besides.remove(&field),
            };
        }
        self.changed_since(&before)
    }

    fn changed_since(&self, before: &Self) -> Vec<&'static str> {
        let texts = Text::ALL.iter().filter(|text| self.texts.get(**text) != before.texts.get(**text));
        let mut changed: Vec<&'static str> = texts.map(|text| text.key()).collect();
        changed.extend((self.dnd != before.dnd).then_some("dnd"));
        changed.extend((self.tags != before.tags).then_some("tags"));
        changed.extend((self.custom_fields != before.custom_fields).then_some("customFields"));
        let besides = Beside::ALL.iter().filter(|field| self.besides.get(field) != before.besides.get(field));
        changed.extend(besides.map(|field| field.key()));
        changed
    }
}

/// Reads a text from outside. Blank counts as unknown.
///
/// # Errors
/// What is wrong with it, to be said after its name.
pub fn read_text(text: Text, given: &str) -> Result<Option<String>, String> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(None);
    }
    let value = plain(given, text.limit())?;
    let fits = match text {
        // Its folded form is a key as well, and no longer.
        Text::Email => is_email(value) && fold(value).chars().count() <= text.limit(),
        Text::Phone => (3..=40).contains(&phone_key(value).len()),
        Text::DateOfBirth => return read_day(value).map(Some),
        _ => true,
    };
    match text {
        _ if fits => Ok(Some(value.to_owned())),
        Text::Email => Err("must be an email".to_owned()),
        _ => Err("must be a phone number".to_owned()),
    }
}

/// A text of one line: neither too long nor with characters that cannot be seen.
///
/// # Errors
/// What is wrong with it, to be said after its name.
pub fn plain(text: &str, limit: usize) -> Result<&str, String> {
    if text.chars().count() > limit {
        return Err(format!("must be at most {limit} characters long"));
    }
    match problem_in(text, false) {
        Some(BadText::Control) => Err("must not contain control characters".to_owned()),
        Some(BadText::Invisible) => Err("must not contain characters that cannot be seen".to_owned()),
        None => Ok(text),
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let whole = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with('.');
    let odd = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"' | '(' | ')' | '\\' | '@');
    whole(local) && whole(domain) && local.chars().count() <= 64 && !local.contains(odd) && !domain.contains(odd)
}

/// Reads a day in the contract's forms (year first or last, `-`, `/`, `.` or `_` between) or the beginning of an instant.
fn read_day(text: &str) -> Result<String, String> {
    let wrong = || "must be a date such as 1990-09-25".to_owned();
    if text.contains('T') {
        let instant: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        return Ok(instant.to_zoned(jiff::tz::TimeZone::UTC).date().to_string());
    }
    let parts: Vec<&str> = text.split(['-', '/', '.', '_']).collect();
    let [first, second, third] = parts.as_slice() else { return Err(wrong()) };
    let (year, month, day) = if first.len() == 4 { (first, second, third) } else { (third, first, second) };
    if year.len() != 4 || [year, month, day].iter().any(|part| part.bytes().any(|byte| !byte.is_ascii_digit())) {
        return Err(wrong());
    }
    let date = match (year.parse(), month.parse(), day.parse()) {
        (Ok(year), Ok(month), Ok(day)) => jiff::civil::Date::new(year, month, day).map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    Ok(date.to_string())
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
