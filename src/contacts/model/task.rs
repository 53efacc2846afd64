//! A task of a contact.

use crate::ids::{ContactId, TaskId};
use crate::world::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// What is to be done about a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// About whom.
    pub contact: ContactId,
    /// What is to be done.
    pub title: String,
    /// More about it, with line feeds.
    pub body: Option<String>,
    /// By whom, in the words of the software that says so.
    pub assigned_to: Option<String>,
    /// By when.
    pub due: Timestamp,
    /// Whether it was done.
    pub completed: bool,
    /// When it came in.
    pub created_at: Timestamp,
}

/// What a call wants a task to be: what is not given stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskDraft {
    /// To set.
    pub title: Option<String>,
    /// To set, or to clear.
    pub body: Option<Option<String>>,
    /// To set, or to clear.
    pub assigned_to: Option<Option<String>>,
    /// To set.
    pub due: Option<Timestamp>,
    /// To set.
    pub completed: Option<bool>,
}

/// What a draft changed of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskChanged {
    /// Whether it was open and is completed now.
    pub completed: bool,
    /// The names of the other fields that changed, as API v2 calls them; `completed` when it was opened again.
    pub fields: Vec<&'static str>,
}

impl TaskChanged {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        !self.completed && self.fields.is_empty()
    }
}

impl Task {
    /// An open task without a title.
    #[must_use]
    pub fn new(id: TaskId, contact: ContactId, now: Timestamp) -> Self {
        let (title, body, assigned_to) = (String::new(), None, None);
        Self { id, contact, title, body, assigned_to, due: now, completed: false, created_at: now }
    }

    /// Takes over what `draft` gives, and tells what that changed.
    pub fn apply(&mut self, draft: TaskDraft) -> TaskChanged {
        let before = self.clone();
        self.title = draft.title.unwrap_or_else(|| std::mem::take(&mut self.title));
        self.body = draft.body.unwrap_or_else(|| self.body.take());
        self.assigned_to = draft.assigned_to.unwrap_or_else(|| self.assigned_to.take());
        self.due = draft.due.unwrap_or(self.due);
        self.completed = draft.completed.unwrap_or(self.completed);
        let changed = [
            ("title", self.title != before.title),
            ("body", self.body != before.body),
            ("dueDate", self.due != before.due),
            ("completed", before.completed && !self.completed),
            ("assignedTo", self.assigned_to != before.assigned_to),
        ];
        let fields = changed.into_iter().filter(|(_, changed)| *changed).map(|(field, _)| field);
        TaskChanged { completed: self.completed && !before.completed, fields: fields.collect() }
    }
}

/// Reads an instant of the years 0 to 9999 as ISO 8601 writes it. Without an offset it is in UTC, a day alone is its beginning.
///
/// # Errors
/// What is wrong with it, to be said after its name.
pub fn read_instant(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let with_offset = text.parse::<jiff::Timestamp>().ok();
    let in_utc = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let instant = with_offset.or_else(in_utc).filter(|at| (0..=9999).contains(&at.to_zoned(TimeZone::UTC).year()));
    let instant = instant.ok_or_else(|| "must be an instant in ISO 8601 such as 2026-10-25T11:00:00Z".to_owned())?;
    Ok(Timestamp::from_millis(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::api::iso;
    use crate::world::FixedEntropy;

    fn draft(title: &str, completed: Option<bool>) -> TaskDraft {
        TaskDraft { title: Some(title.to_owned()), completed, ..TaskDraft::default() }
    }

    #[test]
    fn completing_is_told_apart_from_any_other_change() {
        let (now, entropy) = (Timestamp::from_millis(1_000), FixedEntropy::default());
        let mut task = Task::new(TaskId::new(now, &entropy), ContactId::new(now, &entropy), now);
        let done = TaskChanged { completed: true, fields: vec!["title"] };
        assert_eq!(task.apply(draft("Call", Some(true))), done);
        assert!(task.apply(draft("Call", Some(true))).is_nothing());
        assert!(task.apply(TaskDraft::default()).is_nothing());
        let opened = TaskChanged { completed: false, fields: vec!["completed"] };
        assert_eq!(task.apply(draft("Call", Some(false))), opened);
    }

    #[test]
    fn an_instant_is_read_in_each_way_of_writing_it() {
        for (text, expected) in [
            ("2020-10-25T11:00:00Z", "2020-10-25T11:00:00.000Z"),
            ("2020-10-25T11:00:00.123456Z", "2020-10-25T11:00:00.123Z"),
            ("2020-10-25T11:00:00+02:00", "2020-10-25T09:00:00.000Z"),
            ("2020-10-25T11:00:00+0200", "2020-10-25T09:00:00.000Z"),
            ("2020-10-25 11:00:00", "2020-10-25T11:00:00.000Z"),
            ("2020-10-25", "2020-10-25T00:00:00.000Z"),
            ("20201025T110000Z", "2020-10-25T11:00:00.000Z"),
        ] {
            assert_eq!(read_instant(text).map(iso).as_deref(), Ok(expected), "{text}");
        }
        for bad in
            ["", "tomorrow", "2020-02-30T00:00:00Z", "2020-10-25T25:00:00Z", "1603623600", "-000001-01-01T00:00:00Z"]
        {
            assert!(read_instant(bad).is_err(), "{bad}");
        }
    }
}
