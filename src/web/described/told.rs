//! What webhooks tell of a feature's things.

use super::schema::Field;

/// The body that some events have.
#[derive(Debug, Clone)]
pub struct Told {
    /// The name of the body, for example `ContactEvent`.
    pub name: &'static str,
    /// What they tell of, as a heading: "Events of contacts".
    pub title: &'static str,
    /// What else one has to know.
    pub text: &'static str,
    /// The names of the events.
    pub events: &'static [&'static str],
    /// What stands in the body beside what every event has.
    pub fields: Vec<Field>,
}
