//! One event as a line of the log, and what opens below it.

use super::{PATH, address};
use crate::audit::model::actions::KINDS;
use crate::audit::model::details;
use crate::audit::model::event::Event;
use crate::audit::model::filter::Filter;
use crate::audit::model::words::{Sentence, told, told_here};
use crate::authz::StaffMember;
use crate::web::client;
use crate::web::frame::places;
use crate::web::parts::{DiffRow, Fact, When};
use crate::web::shell::initials;
use crate::web::times;
use crate::world::Timestamp;

/// One event.
#[derive(Debug)]
pub struct Row {
    /// The address of its own page.
    pub href: String,
    /// When.
    pub when: When,
    /// Who.
    pub who: Who,
    /// What.
    pub sentence: Sentence,
    /// From which address, or a dash.
    pub from: String,
    /// Before and after.
    pub diff: Vec<DiffRow>,
    /// What else the change wrote.
    pub facts: Vec<Fact>,
    /// Time, address, action and request.
    pub record: Vec<Fact>,
    /// Ways on: words and address.
    pub ways: Vec<(String, String)>,
}

/// One event among others on the page of a thing or a person.
#[derive(Debug)]
pub struct Line {
    /// Who.
    pub who: String,
    /// What.
    pub sentence: Sentence,
    /// When.
    pub when: When,
}

impl Line {
    /// The event where other things are told of too.
    #[must_use]
    pub fn new(event: &Event, now: Timestamp) -> Self {
        Self { who: event.actor_name.clone(), sentence: told(event), when: times::ago_or_day(event.at, now) }
    }

    /// The event on its own thing's page.
    #[must_use]
    pub fn here(event: &Event, now: Timestamp) -> Self {
        Self { sentence: told_here(event), ..Self::new(event, now) }
    }
}

/// Who did something.
#[derive(Debug)]
pub struct Who {
    /// Their name.
    pub name: String,
    /// One or two letters; empty for what is no person.
    pub initials: String,
    /// The icon of what is no person.
    pub icon: &'static str,
}

impl Who {
    fn of(event: &Event) -> Self {
        let icon = match event.actor_kind.as_str() {
            "integration" => "plug",
            "operator" | "system" => "settings",
            "nobody" => "circle-dashed",
            _ => "",
        };
        let initials = if icon.is_empty() { initials(&event.actor_name) } else { String::new() };
        Self { name: event.actor_name.clone(), initials, icon }
    }
}

impl Row {
    /// The event as `viewer` is shown it at `now`.
    #[must_use]
    pub fn new(event: &Event, viewer: &StaffMember, now: Timestamp) -> Self {
        let when = times::ago_or_day(event.at, now);
        let mut from: Vec<String> = event.address.iter().cloned().collect();
        from.extend(event.agent.as_deref().filter(|agent| !agent.is_empty()).map(client::name_of));
        let dash = || "–".to_owned();
        let mut record = vec![
            Fact::new("When", when.title.clone()),
            Fact::new("Action", event.action.clone()).mono(),
            Fact::new("From", if from.is_empty() { dash() } else { from.join(", ") }),
            Fact::new("Request", event.request.clone().unwrap_or_else(dash)).mono(),
        ];
        if event.waits_for_its_place() {
            record.push(Fact::new("Chain", "No place in the chain yet: counted until its minute is over".to_owned()));
        }
        Self {
            href: format!("{PATH}/{}", event.id),
            who: Who::of(event),
            sentence: told(event),
            from: event.address.clone().unwrap_or_else(dash),
            diff: details::diff(event),
            facts: details::facts(event),
            ways: ways(event, viewer),
            record,
            when,
        }
    }
}

/// Where one can go on from an event.
fn ways(event: &Event, viewer: &StaffMember) -> Vec<(String, String)> {
    let mut ways = Vec::new();
    if let Some(page) = page_of(event, viewer) {
        ways.push(page);
    }
    let kind = KINDS.iter().find(|(kind, _)| *kind == event.subject_kind);
    if let (Some((kind, _)), Some(id)) = (kind, &event.subject_id) {
        let name = Some(event.subject_name.as_str()).filter(|name| !name.is_empty()).unwrap_or("this");
        ways.push((format!("All events of {name}"), address(&Filter::of_thing(kind, id))));
    }
    let who = event.actor_id.as_deref().unwrap_or(&event.actor_kind);
    ways.push((format!("Everything by {}", event.actor_name), address(&Filter::by(who))));
    ways
}

/// The page of the thing, where there is one that `viewer` may open.
fn page_of(event: &Event, viewer: &StaffMember) -> Option<(String, String)> {
    // A note or a task is shown on the page of its contact.
    let contact = event.details.get("contact").and_then(serde_json::Value::as_str);
    let id = contact.filter(|_| event.subject_kind == "contact").or(event.subject_id.as_deref())?;
    let (place, kind) = places::place_of(viewer, &event.subject_kind)?;
    // What was deleted after other events has a page that says so, as long as the log does.
    (event.action != kind.end).then(|| (format!("Open the {}", kind.one), format!("{}/{id}", place.href)))
}
