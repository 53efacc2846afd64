//! What changes of contacts, notes and tasks tell webhooks: the thing as API v2 shows it, at the moment of the change.

use super::json::{Written, WrittenNote, WrittenTask};
use super::model::Contact;
use super::model::note::Note;
use super::model::task::Task;
use crate::db::journal::Announced;
use crate::web::api::iso;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What is told of a contact. Its own `type` is called `contactType`, since `type` names the event.
pub fn contact(types: &[&str], contact: &Contact) -> Announced {
    let mut fields = object(&Written(contact));
    fields.remove("locationId");
    if let Some(kind) = fields.remove("type") {
        fields.insert("contactType".to_owned(), kind);
    }
    // Contacts have none here; the contract names them.
    fields.insert("attachments".to_owned(), json!([]));
    of(types, fields)
}

/// What is told of a note.
pub fn note(kind: &str, note: &Note) -> Announced {
    of(&[kind], object(&WrittenNote::new(note)))
}

/// What is told of a task.
pub fn task(types: &[&str], task: &Task) -> Announced {
    let mut fields = object(&WrittenTask::new(task));
    fields.insert("dateAdded".to_owned(), json!(iso(task.created_at)));
    of(types, fields)
}

/// The events of a contact whose fields with these names changed.
pub fn of_update(fields: &[&str]) -> &'static [&'static str] {
    match (fields.contains(&"tags"), fields.iter().any(|field| *field != "tags")) {
        (true, false) => &["ContactTagUpdate"],
        (true, true) => &["ContactUpdate", "ContactTagUpdate"],
        (false, _) => &["ContactUpdate"],
    }
}

fn of(types: &[&str], fields: Map<String, Value>) -> Announced {
    Announced { types: types.iter().map(|kind| (*kind).to_owned()).collect(), fields }
}

fn object(written: &impl Serialize) -> Map<String, Value> {
    match json!(written) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
