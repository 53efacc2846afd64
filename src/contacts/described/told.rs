//! What webhooks tell of contacts, notes and tasks.

use super::schemas::readable;
use super::{notes, tasks};
use crate::contacts::texts::Text;
use crate::web::described::{Schema, Told};
use serde_json::json;

/// The bodies of the events of contacts, notes and tasks.
#[must_use]
pub fn told() -> Vec<Told> {
    vec![of_contacts(), of_notes(), of_tasks()]
}

fn of_contacts() -> Told {
    let mut fields = readable();
    fields.retain(|field| field.name != "locationId");
    for field in &mut fields {
        if field.name == Text::Kind.key() {
            field.name = "contactType";
            field.schema = field.schema.clone().note("The contact's own type, which API v2 calls type");
        }
    }
    fields.push(Schema::list(Schema::any()).note("Always empty here").like(json!([])).must("attachments"));
    Told {
        name: "ContactEvent",
        title: "Events of contacts",
        text: "The contact as it is after the change, or as it last was when it was deleted. A call that changes tags and other \
               fields leads to ContactUpdate and ContactTagUpdate. Notes and tasks of a deleted contact go with it, without events of \
               their own.",
        events: &["ContactCreate", "ContactUpdate", "ContactDelete", "ContactTagUpdate"],
        fields,
    }
}

fn of_notes() -> Told {
    Told {
        name: "NoteEvent",
        title: "Events of notes",
        text: "The note as it is after the change, or as it last was when it was deleted.",
        events: &["NoteCreate", "NoteUpdate", "NoteDelete"],
        fields: notes::fields(),
    }
}

fn of_tasks() -> Told {
    let mut fields = tasks::fields(false);
    fields.push(Schema::instant().note("When it came in").must("dateAdded"));
    Told {
        name: "TaskEvent",
        title: "Events of tasks",
        text: "The task as it is after the change, or as it last was when it was deleted. A task that is added as completed leads to \
               TaskCreate and TaskComplete. There is no event for other changes of a task.",
        events: &["TaskCreate", "TaskComplete", "TaskDelete"],
        fields,
    }
}
