//! Notes of a contact.

use super::records::{NOT_THERE, refuses};
use super::schemas::{again, contact_id, in_path, succeeded};
use crate::contacts::api::notes::COLOR;
use crate::contacts::api::parts::{PERSON, TITLE};
use crate::contacts::commands::notes::NOTES_MAX;
use crate::contacts::model::prose::PROSE;
use crate::web::described::{Chapter, Field, Operation, Schema};

const NO_NOTE: (u16, &str, &str) = (404, "note_not_found", "The contact has no note with this id.");

/// The chapter about notes.
pub fn chapter() -> Chapter {
    Chapter {
        anchor: "notes",
        title: "Notes of a contact",
        text: "What somebody wrote down about a contact; at most 1,000 of each contact. They are deleted with it.",
        operations: vec![create(), list(), get(), update(), delete()],
        objects: vec![note()],
    }
}

fn note_id() -> Schema {
    Schema::pattern("^nte_[0-9a-hjkmnp-tv-z]{26}$").like("nte_01kb7c4x9r2v6n8q3m5h0d1ewz")
}

fn place() -> Field {
    Schema::short(200).from("NOTE_ID").note("Id of the note").must("note")
}

fn written() -> Schema {
    Schema::short(PROSE).note("The text; it may have several lines").like("Asked for a call on Monday")
}

fn others() -> Vec<Field> {
    vec![
        Schema::short(TITLE).or_null().note("A heading").like("Call").may("title"),
        Schema::short(COLOR).or_null().note("A colour, in words of your own").may("color"),
        Schema::short(PERSON).or_null().note("Who wrote it, in words of your own").may("userId"),
        Schema::flag().or_null().note("Whether it should stay in sight").may("pinned"),
    ]
}

fn note() -> Schema {
    Schema::object("Note", fields()).note("What is unknown is left out, never null.")
}

/// What is said of a note.
pub fn fields() -> Vec<Field> {
    vec![
        note_id().must("id"),
        contact_id().must("contactId"),
        written().must("body"),
        Schema::short(TITLE).note("A heading").like("Call").may("title"),
        Schema::short(COLOR).note("A colour").may("color"),
        Schema::short(PERSON).note("Who wrote it").may("userId"),
        Schema::flag().note("Whether it should stay in sight").like(false).must("pinned"),
        Schema::instant().note("When it came in").must("dateAdded"),
    ]
}

fn one() -> Schema {
    Schema::fields(vec![note().must("note")])
}

fn create() -> Operation {
    let mut fields = vec![written().must("body")];
    fields.extend(others());
    fields.extend(again());
    let operation = Operation::new("POST", "/contacts/{id}/notes", "createNote", "Add a note");
    refuses(operation.path(in_path()).json(Schema::fields(fields)).answers(201, one()), &[NOT_THERE])
}

fn list() -> Operation {
    let all = Schema::fields(vec![Schema::few(note(), NOTES_MAX).must("notes")]);
    let operation = Operation::new("GET", "/contacts/{id}/notes", "listNotes", "List the notes of a contact");
    refuses(operation.text("All of them, the newest first.").path(in_path()).answers(200, all), &[NOT_THERE])
}

fn get() -> Operation {
    let operation = Operation::new("GET", "/contacts/{id}/notes/{note}", "getNote", "Read a note");
    refuses(operation.path(in_path()).path(place()).answers(200, one()), &[NOT_THERE, NO_NOTE])
}

fn update() -> Operation {
    let mut fields = vec![written().or_null().may("body")];
    fields.extend(others());
    fields.extend(again());
    let operation = Operation::new("PUT", "/contacts/{id}/notes/{note}", "updateNote", "Change a note")
        .text("Fields that are left out stay as they are; null clears title, color and userId.");
    let operation = operation.path(in_path()).path(place()).json(Schema::fields(fields)).answers(200, one());
    refuses(operation, &[NOT_THERE, NO_NOTE])
}

fn delete() -> Operation {
    let operation = Operation::new("DELETE", "/contacts/{id}/notes/{note}", "deleteNote", "Delete a note");
    let operation = operation.path(in_path()).path(place()).answers(200, Schema::fields(succeeded()));
    refuses(operation, &[NOT_THERE, NO_NOTE])
}
