//! A contact's notes and tasks as API v2 writes them.

use crate::contacts::model::note::Note;
use crate::contacts::model::task::Task;
use crate::web::api::iso;
use serde::Serialize;

/// A note as API v2 says it: what is unknown is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenNote<'a> {
    id: &'a str,
    contact_id: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<&'a str>,
    pinned: bool,
    date_added: String,
}

impl<'a> WrittenNote<'a> {
    /// What is said of `note`.
    #[must_use]
    pub fn new(note: &'a Note) -> Self {
        Self {
            id: note.id.as_str(),
            contact_id: note.contact.as_str(),
            body: &note.body,
            title: note.title.as_deref(),
            color: note.color.as_deref(),
            user_id: note.user.as_deref(),
            pinned: note.pinned,
            date_added: iso(note.created_at),
        }
    }
}

/// A task as API v2 says it: what is unknown is left out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WrittenTask<'a> {
    id: &'a str,
    contact_id: &'a str,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assigned_to: Option<&'a str>,
    due_date: String,
    completed: bool,
}

impl<'a> WrittenTask<'a> {
    /// What is said of `task`.
    #[must_use]
    pub fn new(task: &'a Task) -> Self {
        Self {
            id: task.id.as_str(),
            contact_id: task.contact.as_str(),
            title: &task.title,
            body: task.body.as_deref(),
            assigned_to: task.assigned_to.as_deref(),
            due_date: iso(task.due),
            completed: task.completed,
        }
    }
}
