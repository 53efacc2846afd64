//! Tags of a contact.

use super::records::{NOT_THERE, ODD_TAG, STALE, refuses};
use super::schemas::{again, in_path, tags};
use crate::web::described::{Chapter, Operation, Schema, Versions};
use serde_json::json;

/// The chapter about tags.
pub fn chapter() -> Chapter {
    Chapter {
        anchor: "tags",
        title: "Tags of a contact",
        text: "Short words on a contact, compared without regard to case and kept as they first came.",
        operations: vec![
            operation("POST", "addTags", "Add tags", "Tags that the contact has already stay as they are.", 201),
            operation(
                "DELETE",
                "removeTags",
                "Remove tags",
                "Tags that the contact does not have are passed over.",
                200,
            ),
        ],
        objects: Vec::new(),
    }
}

fn operation(
    method: &'static str,
    id: &'static str,
    summary: &'static str,
    text: &'static str,
    status: u16,
) -> Operation {
    let mut fields = vec![tags().must("tags")];
    fields.extend(again());
    let now = tags().note("All tags of the contact now");
    let now = if method == "DELETE" { now.like(json!([])) } else { now };
    let answer = Schema::fields(vec![now.must("tags")]);
    let operation = Operation::new(method, "/contacts/{id}/tags", id, summary)
        .text(text)
        .path(in_path())
        .json(Schema::fields(fields))
        .answers(status, answer)
        .versions(Versions::Compared);
    refuses(operation, &[NOT_THERE, ODD_TAG, STALE])
}
