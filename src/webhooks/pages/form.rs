//! What was typed about an endpoint: kept when something is wrong.

use crate::web::form::Fields;
use crate::web::parts::{Field, Problem};
use crate::webhooks::model::{DESCRIPTION_MAX, Details, DetailsProblem, Endpoint, Event, Holder};

/// URL, description and events as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The URL; a form of an endpoint that there is has none.
    pub url: String,
    /// The description.
    pub description: String,
    /// Names of events, known or not.
    pub events: Vec<String>,
}

/// What is wrong with what was typed.
#[derive(Debug, Clone, Default)]
pub struct Wrong {
    /// The URL.
    pub url: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The events.
    pub events: Option<String>,
}

/// The boxes of the events.
#[derive(Debug)]
pub struct Boxes {
    /// In groups by what they tell of.
    pub groups: Vec<(&'static str, Vec<EventBox>)>,
    /// What is wrong with the choice.
    pub error: Option<String>,
}

/// The box of one event.
#[derive(Debug)]
pub struct EventBox {
    /// The event's name.
    pub name: &'static str,
    /// When it happens.
    pub words: &'static str,
    /// Whether it is chosen.
    pub ticked: bool,
    /// Whether it is the first of the form, to which the error leads.
    pub first: bool,
}

impl Typed {
    /// From a form.
    pub fn read(fields: &Fields) -> Self {
        let mut events = fields.many("events");
        // There are ten; more says nothing new.
        events.truncate(100);
        Self { url: fields.one("url").trim().to_owned(), description: fields.one("description").to_owned(), events }
    }

    /// What an endpoint says of itself.
    pub fn of(endpoint: &Endpoint) -> Self {
        Self {
            url: endpoint.url.clone(),
            description: endpoint.description.clone(),
            events: endpoint.events.iter().map(|event| event.name().to_owned()).collect(),
        }
    }

    /// Description and events, when nothing is wrong with them; events of `held` may stay.
    ///
    /// # Errors
    /// What is wrong.
    pub fn details(&self, of: &Holder, held: &[Event]) -> Result<Details, Wrong> {
        Details::parse(&self.description, &self.events, of, held).map_err(|problems| {
            let of = |field: &str| problems.iter().find(|p| p.field() == field).map(DetailsProblem::to_string);
            Wrong { url: None, description: of("description"), events: of("events") }
        })
    }

    /// The boxes: the events that `of` may hear, and those that the endpoint has.
    pub fn boxes(&self, of: &Holder, held: &[Event], error: Option<String>) -> Boxes {
        let offered: Vec<Event> =
            Event::ALL.iter().copied().filter(|event| of.may_hear(*event) || held.contains(event)).collect();
        let first = offered.first().copied();
        let mut groups: Vec<(&'static str, Vec<EventBox>)> = Vec::new();
        for event in offered {
            let ticked = self.events.iter().any(|name| name == event.name());
            let line = EventBox { name: event.name(), words: event.words(), ticked, first: first == Some(event) };
            match groups.last_mut().filter(|(group, _)| *group == group_of(event)) {
                Some((_, lines)) => lines.push(line),
                None => groups.push((group_of(event), vec![line])),
            }
        }
        Boxes { groups, error }
    }
}

/// What an event tells of.
const fn group_of(event: Event) -> &'static str {
    match event {
        Event::ContactCreate | Event::ContactUpdate | Event::ContactDelete | Event::ContactTagUpdate => "Contacts",
        Event::NoteCreate | Event::NoteUpdate | Event::NoteDelete => "Notes",
        Event::TaskCreate | Event::TaskComplete | Event::TaskDelete => "Tasks",
        Event::Test => "Test",
    }
}

impl Wrong {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            url: self.url.or(other.url),
            description: self.description.or(other.description),
            events: self.events.or(other.events),
        }
    }

    /// The field of the URL.
    pub fn url_field(&self, typed: &Typed) -> Field {
        let field = Field { kind: "url", mono: true, ..Field::new("url", "URL", typed.url.clone()) };
        field
            .error(self.url.clone())
            .hint("Where the events are sent, like https://hooks.company.example/progreda. It cannot be changed later.")
    }

    /// The field of the description.
    pub fn description_field(&self, typed: &Typed) -> Field {
        let most = u32::try_from(DESCRIPTION_MAX).unwrap_or(u32::MAX);
        let field = Field::new("description", "Description", typed.description.clone()).max(most);
        let field = field.optional().error(self.description.clone());
        field.hint("What it is for, whose receiver it is. Never put the signing secret here.")
    }

    /// The error summary.
    pub fn problems(&self) -> Vec<Problem> {
        let all = [("url", &self.url), ("description", &self.description), ("events", &self.events)];
        let problem =
            |(id, text): (&str, &Option<String>)| Some(Problem { field_id: id.to_owned(), text: text.clone()? });
        all.into_iter().filter_map(problem).collect()
    }
}
