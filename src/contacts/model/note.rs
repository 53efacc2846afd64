//! A note of a contact.

use crate::ids::{ContactId, NoteId};
use crate::world::Timestamp;

/// What somebody wrote down about a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// About whom.
    pub contact: ContactId,
    /// Its text, with line feeds.
    pub body: String,
    /// Its heading.
    pub title: Option<String>,
    /// Its colour, in the words of the software that says so.
    pub color: Option<String>,
    /// Who wrote it, in the words of the software that says so.
    pub user: Option<String>,
    /// Whether it should stay in sight.
    pub pinned: bool,
    /// When it came in.
    pub created_at: Timestamp,
}

/// What a call wants a note to be: what is not given stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteDraft {
    /// To set.
    pub body: Option<String>,
    /// To set, or to clear.
    pub title: Option<Option<String>>,
    /// To set, or to clear.
    pub color: Option<Option<String>>,
    /// To set, or to clear.
    pub user: Option<Option<String>>,
    /// To set.
    pub pinned: Option<bool>,
}

impl Note {
    /// An empty note.
    #[must_use]
    pub fn new(id: NoteId, contact: ContactId, now: Timestamp) -> Self {
        Self { id, contact, body: String::new(), title: None, color: None, user: None, pinned: false, created_at: now }
    }

    /// Takes over what `draft` gives. The names of the fields that changed, as API v2 calls them.
    pub fn apply(&mut self, draft: NoteDraft) -> Vec<&'static str> {
        let before = self.clone();
        self.body = draft.body.unwrap_or_else(|| std::mem::take(&mut self.body));
        self.title = draft.title.unwrap_or_else(|| self.title.take());
        self.color = draft.color.unwrap_or_else(|| self.color.take());
        self.user = draft.user.unwrap_or_else(|| self.user.take());
        self.pinned = draft.pinned.unwrap_or(self.pinned);
        let changed = [
            ("body", self.body != before.body),
            ("title", self.title != before.title),
            ("color", self.color != before.color),
            ("userId", self.user != before.user),
            ("pinned", self.pinned != before.pinned),
        ];
        changed.into_iter().filter(|(_, changed)| *changed).map(|(field, _)| field).collect()
    }
}
