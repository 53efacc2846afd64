//! Which events may stand without a place in a chain: conditions that checking and reading share.

/// Holds for changes of contacts, their notes and tasks, the only events that never get a place.
macro_rules! data_event {
    () => {
        "subject_kind = 'contact' AND action IN ('contact.created', 'contact.updated', 'contact.deleted', 'note.created', \
         'note.updated', 'note.deleted', 'task.created', 'task.updated', 'task.completed', 'task.deleted')"
    };
}
pub(crate) use data_event;

/// Holds for what may be told as a fact: what has a place, what is counted and waits for one, and changes of contacts.
// A case, since no engine looks for an index of its own for that.
macro_rules! told_event {
    () => {
        concat!(
            "CASE WHEN sequence IS NULL AND coalesce_key IS NULL THEN ",
            $crate::db::journal::place::data_event!(),
            " ELSE TRUE END"
        )
    };
}
pub(crate) use told_event;
