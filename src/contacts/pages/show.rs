//! The page of one contact: what is known, with the notes and tasks that came in.

use super::PATH;
use crate::authz::Permit;
use crate::contacts::ViewContacts;
use crate::contacts::commands::Refused;
use crate::contacts::commands::whole::{self, Newest, Whole};
use crate::contacts::model::note::Note;
use crate::contacts::model::task::Task;
use crate::contacts::model::{Beside, Contact};
use crate::contacts::texts::Text;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::ContactId;
use crate::web::frame;
use crate::web::parts::chart::grouped;
use crate::web::parts::{Fact, When};
use crate::web::shell::{Crumb, Shell};
use crate::web::times;
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;

/// So many notes and tasks are shown.
const SHOWN: i64 = 20;
/// A text with more characters or lines is folded.
const LONG: (usize, usize) = (600, 8);

/// View data of one contact.
#[derive(Debug, Template)]
#[template(path = "contacts/show.html")]
pub struct ShowPage {
    /// The frame.
    pub shell: Shell,
    /// Its id.
    pub id: String,
    /// What is known in plain words.
    pub texts: Vec<Fact>,
    /// Fields of the caller's own.
    pub custom: Vec<Fact>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its notes, the newest first.
    pub notes: Vec<Item>,
    /// How many notes there are, when more than are shown.
    pub note_count: String,
    /// Its tasks, the newest first.
    pub tasks: Vec<Item>,
    /// How many tasks there are, when more than are shown.
    pub task_count: String,
    /// Whether it must not be disturbed, when that is known.
    pub dnd: Option<bool>,
    /// When it came in.
    pub came_in: When,
    /// When it was last changed.
    pub changed: When,
}

/// A note or a task.
#[derive(Debug, Default)]
pub struct Item {
    /// An icon's name in the sprite.
    pub icon: &'static str,
    /// Its heading; empty when it has none.
    pub title: String,
    /// Its text, or the beginning of a long one; empty when it has none.
    pub text: String,
    /// The whole of a long text.
    pub whole: Option<String>,
    /// A word about its state, and whether it asks for attention.
    pub state: Option<(&'static str, bool)>,
    /// What else is known.
    pub facts: Vec<String>,
    /// When a task is due.
    pub due: Option<When>,
    /// When it came in.
    pub came_in: When,
}

/// `GET /business/contacts/{id}`
pub async fn show(
    permit: Permit<ViewContacts>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let id: ContactId = id.parse().map_err(|_| AppError::NotFound)?;
    let found = whole::find(&db, permit.account(), &id, SHOWN).await.map_err(|refused| match refused {
        Refused::Failed(error) => error,
        _ => AppError::NotFound,
    })?;
    let shell = frame::shell(&request, &db, permit.actor(), found.contact.title());
    frame::page(&request, StatusCode::OK, &ShowPage::new(shell, &found, permit.now()))
}

impl ShowPage {
    /// The contact as it is shown at `now`.
    #[must_use]
    pub fn new(mut shell: Shell, whole: &Whole, now: Timestamp) -> Self {
        let contact = &whole.contact;
        shell.breadcrumb = vec![Crumb::area("Business"), Crumb::link("Contacts", PATH)];
        let fact = |&text: &Text| contact.texts.get(text).map(|value| Fact::new(text.label(), value));
        Self {
            shell,
            id: contact.id.to_string(),
            texts: Text::ALL.iter().filter_map(fact).chain(besides(contact)).collect(),
            custom: custom(contact),
            tags: contact.tags.clone(),
            notes: whole.notes.some.iter().map(|note| Item::of_note(note, now)).collect(),
            note_count: how_many(&whole.notes),
            tasks: whole.tasks.some.iter().map(|task| Item::of_task(task, now)).collect(),
            task_count: how_many(&whole.tasks),
            dnd: contact.dnd,
            came_in: times::ago_or_day(contact.created_at, now),
            changed: times::ago_or_day(contact.updated_at, now),
        }
    }
}

impl Item {
    fn of_note(note: &Note, now: Timestamp) -> Self {
        let (text, whole) = folded(&note.body);
        Self {
            icon: "file-text",
            title: note.title.clone().unwrap_or_default(),
            text,
            whole,
            state: note.pinned.then_some(("Pinned", false)),
            facts: note.user.iter().map(|user| format!("By {user}")).collect(),
            due: None,
            came_in: times::ago_or_day(note.created_at, now),
        }
    }

    fn of_task(task: &Task, now: Timestamp) -> Self {
        let (text, whole) = task.body.as_deref().map(folded).unwrap_or_default();
        let (icon, state) = match (task.completed, task.due < now) {
            (true, _) => ("circle-check", ("Completed", false)),
            (false, true) => ("clock-alert", ("Overdue", true)),
            (false, false) => ("circle-dashed", ("Open", false)),
        };
        Self {
            icon,
            title: task.title.clone(),
            text,
            whole,
            state: Some(state),
            facts: task.assigned_to.iter().map(|person| format!("Assigned to {person}")).collect(),
            due: Some(times::when(task.due, times::day_and_time(task.due, now))),
            came_in: times::ago_or_day(task.created_at, now),
        }
    }
}

fn besides(contact: &Contact) -> Vec<Fact> {
    let fact = |(field, value): (&Beside, &Value)| match field {
        Beside::Gender => Fact::new("Gender", value.as_str().unwrap_or_default()),
        Beside::DndSettings => Fact::new("Do not disturb by", states(value)),
        Beside::InboundDndSettings => Fact::new("Do not disturb inbound", states(value)),
    };
    contact.besides.iter().map(fact).collect()
}

/// `Call active, SMS inactive`.
fn states(settings: &Value) -> String {
    let state = |(channel, setting): (&String, &Value)| {
        format!("{channel} {}", setting.get("status").and_then(Value::as_str).unwrap_or_default())
    };
    settings.as_object().map(|all| all.iter().map(state).collect::<Vec<_>>().join(", ")).unwrap_or_default()
}

fn custom(contact: &Contact) -> Vec<Fact> {
    let fact = |field: &crate::contacts::model::CustomField| {
        let value = field.value.as_str().map_or_else(|| spelled(&field.value), str::to_owned);
        Fact::new(&field.id, value)
    };
    contact.custom_fields.iter().map(fact).collect()
}

/// A custom value in words: a list with commas, anything else as JSON.
fn spelled(value: &Value) -> String {
    let texts = value.as_array().map(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    texts.flatten().map_or_else(|| value.to_string(), |texts| texts.join(", "))
}

fn how_many<T>(newest: &Newest<T>) -> String {
    let number = |n: i64| grouped(u64::try_from(n).unwrap_or(0));
    let here = i64::try_from(newest.some.len()).unwrap_or(0);
    if newest.all > here {
        return format!("The {} newest of {}", number(here), number(newest.all));
    }
    if here == 0 { String::new() } else { number(here) }
}

/// A text, or the beginning of a long one with the whole of it.
fn folded(text: &str) -> (String, Option<String>) {
    let (characters, lines) = LONG;
    let end_of_lines = text.match_indices('\n').nth(lines - 1).map(|(place, _)| place);
    let end_of_characters = text.char_indices().nth(characters).map(|(place, _)| place);
    let Some(end) = end_of_lines.into_iter().chain(end_of_characters).min() else { return (text.to_owned(), None) };
    let beginning = text.get(..end).unwrap_or_default().trim_end();
    (format!("{beginning}…"), Some(text.to_owned()))
}

#[cfg(test)]
#[path = "show_tests.rs"]
mod tests;
