//! What the page about webhooks shows: events with their bodies, and a delivery to try one's code with.

use super::order::{Homes, Turns};
use super::served::Reference;
use super::told;
use crate::web::described::{Row, Schema, Told};
use crate::web::shell::Shell;
use crate::webhooks::{Event, Example};
use askama::Template;

/// The sections of the page: anchor and heading, in order.
pub const SECTIONS: &[(&str, &str)] = &[
    ("webhooks", "A webhook"),
    ("events", "Events"),
    ("deliveries", "What arrives"),
    ("verify", "Check the signature"),
    ("answer", "Answers and retries"),
    ("order", "Duplicates and order"),
    ("secrets", "Rotating the signing secret"),
    ("stops", "What stops deliveries"),
    ("bodies", "Bodies"),
];

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "reference/webhooks.html")]
pub struct WebhooksPage {
    /// The frame.
    pub shell: Shell,
    /// The scopes that events need.
    pub scopes: Vec<&'static str>,
    /// The bodies, each with its events.
    pub bodies: Vec<BodyView>,
    /// What a delivery carries.
    pub headers: &'static [(&'static str, &'static str)],
    /// A delivery to try one's code with.
    pub example: Example,
    /// Where named objects are described.
    pub homes: Homes,
    /// The chapters around it.
    pub turns: Turns,
}

/// The body of some events.
#[derive(Debug, Clone)]
pub struct BodyView {
    /// Its name, and where it stands on the page.
    pub anchor: &'static str,
    /// What it tells of.
    pub title: &'static str,
    /// What else one has to know.
    pub text: &'static str,
    /// The events: name and when they happen.
    pub events: Vec<(&'static str, &'static str)>,
    /// An example.
    pub example: String,
    /// The fields.
    pub rows: Vec<Row>,
}

impl BodyView {
    fn example_id(&self) -> String {
        format!("{}-example", self.anchor)
    }

    fn caption(&self) -> String {
        format!("A body: {}", self.events.first().map_or("", |(name, _)| name))
    }
}

impl WebhooksPage {
    /// The page with `example`.
    #[must_use]
    pub fn new(shell: Shell, reference: &Reference, example: Example) -> Self {
        let mut scopes: Vec<&'static str> = Event::ALL.iter().map(|event| event.scope()).collect();
        scopes.dedup();
        Self {
            shell,
            scopes,
            bodies: reference.told().iter().map(view).collect(),
            headers: told::HEADERS,
            example,
            homes: reference.homes().clone(),
            turns: Turns::around("/docs/webhooks", reference.chapters()),
        }
    }
}

fn heading(anchor: &str) -> &'static str {
    SECTIONS.iter().find(|(name, _)| *name == anchor).map_or("", |(_, heading)| *heading)
}

fn view(told: &Told) -> BodyView {
    let schema = Schema::fields(told::fields(told));
    let events = Event::ALL.iter().filter(|event| told.events.contains(&event.name()));
    BodyView {
        anchor: told.name,
        title: told.title,
        text: told.text,
        events: events.map(|event| (event.name(), event.words())).collect(),
        example: schema.example_text(false).unwrap_or_default(),
        rows: schema.rows(),
    }
}
