//! What a search for contacts may ask for: filters, order and place. A filter on a text that a contact lacks: `eq` and `contains` pass
//! it over, `not_eq` and `not_contains` find it. Texts are compared folded.

mod filters;
mod read;

pub use read::read;

use super::model::Contact;
use super::texts::Text;
use serde_json::{Value, json};

/// Most contacts of one page.
pub const PAGE: i64 = 500;
/// Pages reach so many contacts deep; beyond, `searchAfter` goes on.
pub const DEPTH: i64 = 10_000;

/// One search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Search {
    /// What name, e-mail address, phone number or company contains, folded; empty for all.
    pub query: String,
    /// All of which must hold.
    pub filters: Vec<Filter>,
    /// By what the hits are put in order, the weightiest first; the id decides between equals.
    pub sort: Vec<Sort>,
    /// From where.
    pub start: Start,
    /// How many at most.
    pub limit: i64,
}

/// Where a page of hits begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Start {
    /// After so many hits.
    Skip(i64),
    /// After the place of a hit: its values of the order, then its id.
    After(Vec<Place>, String),
}

impl Default for Start {
    fn default() -> Self {
        Self::Skip(0)
    }
}

/// A value by which hits are put in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Milliseconds.
    Instant(i64),
    /// A folded text; empty when unknown.
    Key(String),
}

/// What must hold for a contact.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every one of these.
    All(Vec<Filter>),
    /// One of these.
    Any(Vec<Filter>),
    /// This test.
    Test(Test),
}

/// A test of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// Of which.
    pub field: Field,
    /// Whether it must fail.
    pub not: bool,
    /// What for.
    pub what: What,
}

/// What can be asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// A text.
    Text(Text),
    /// The tags: one of them is enough.
    Tags,
    /// Whether it must not be disturbed.
    Dnd,
    /// When it came in.
    DateAdded,
    /// When it was last changed.
    DateUpdated,
    /// A field of the caller's own, by its id; of a list one member is enough.
    Custom(String),
}

/// What a field is tested for.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Whether it is known.
    Known,
    /// Whether it is one of these folded texts.
    Is(Vec<String>),
    /// Whether it contains one of these folded texts.
    Contains(Vec<String>),
    /// Whether it is this.
    Flag(bool),
    /// Whether it is one of these instants, in milliseconds.
    At(Vec<i64>),
    /// Whether it lies between two instants, both included.
    Between(i64, i64),
    /// Whether it lies between two days, both included; empty for no bound.
    Days(String, String),
}

/// One part of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: By,
    /// Whether the greatest comes first.
    pub down: bool,
}

/// What can be sorted by; a text that is unknown counts as empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// When it came in.
    DateAdded,
    /// When it was last changed.
    DateUpdated,
    /// The whole name.
    Name,
    /// The given name.
    FirstName,
    /// The family name.
    LastName,
    /// The e-mail address.
    Email,
    /// The phone number.
    Phone,
}

impl By {
    /// Each with its name on API v2.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("dateAdded", Self::DateAdded),
        ("dateUpdated", Self::DateUpdated),
        ("name", Self::Name),
        ("firstName", Self::FirstName),
        ("lastName", Self::LastName),
        ("email", Self::Email),
        ("phone", Self::Phone),
    ];

    /// Where a contact stands in this order.
    #[must_use]
    pub fn place(self, contact: &Contact) -> Place {
        let keys = contact.keys();
        Place::Key(match self {
            Self::DateAdded => return Place::Instant(contact.created_at.millis()),
            Self::DateUpdated => return Place::Instant(contact.updated_at.millis()),
            Self::Name => keys.name,
            Self::FirstName => contact.text_key(Text::FirstName).unwrap_or_default(),
            Self::LastName => contact.text_key(Text::LastName).unwrap_or_default(),
            Self::Email => keys.email.unwrap_or_default(),
            Self::Phone => keys.phone.unwrap_or_default(),
        })
    }
}

impl Search {
    /// Whether it asks for e-mail addresses and phone numbers alone, so that hardly a contact need be looked at.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        let unique = |test: &Test| {
            !test.not
                && matches!(test.field, Field::Text(Text::Email | Text::Phone))
                && matches!(test.what, What::Is(_))
        };
        let all = self.filters.iter().all(|filter| matches!(filter, Filter::Test(test) if unique(test)));
        all && !self.filters.is_empty() && self.query.is_empty()
    }

    /// What `searchAfter` of a hit says.
    #[must_use]
    pub fn after(&self, contact: &Contact) -> Value {
        let places = self.sort.iter().map(|sort| match sort.by.place(contact) {
            Place::Instant(at) => json!(at),
            Place::Key(key) => json!(key),
        });
        places.chain([json!(contact.id.as_str())]).collect()
    }
}
