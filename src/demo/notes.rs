//! Notes and tasks of some contacts, as an assistant and a phone system would leave them.

use crate::contacts::{Note, NoteDraft, Task, TaskDraft, add_note, add_task};
use crate::db::{DbError, On};
use crate::ids::{AccountId, ContactId, NoteId, TaskId};
use crate::world::{Entropy, Span, Timestamp};

/// Title, text and who wrote it.
const NOTES: &[(&str, &str, &str)] = &[
    ("", "Asked for the autumn price list. Sent it by mail.", "Phone system"),
    (
        "Visit",
        "Came by the shop.\nLikes the oak samples, wants to think about the size.\nPrefers to be called in the evening.",
        "Maren",
    ),
    ("", "Left a message: please call back about the invoice of last month.", "Phone system"),
    ("Allergies", "No nuts at the workshop.", "Booking widget"),
];
/// What is to be done, and how many days after the contact came.
const TASKS: &[(&str, &str, i64)] = &[
    ("Send the samples", "Oak and ash, two of each.", 5),
    ("Call back about the invoice", "", 2),
    ("Offer the workshop in spring", "Twelve places, half of them taken.", 240),
];

/// Adds what the contact with this number has, which came in at `at`.
pub async fn add(
    on: &mut On<'_>,
    account: &AccountId,
    (number, contact): (usize, &ContactId),
    at: Timestamp,
    entropy: &dyn Entropy,
) -> Result<(), DbError> {
    // The newest contact, whose page one opens first, has both.
    let (noted, asked) = (number % 4 == 3, number % 6 == 1);
    if let Some((title, body, by)) = NOTES.get(number / 4 % NOTES.len()).filter(|_| noted) {
        let at = at.plus(Span::hours(2));
        let mut note = Note::new(NoteId::new(at, entropy), contact.clone(), at);
        note.apply(NoteDraft {
            body: Some((*body).to_owned()),
            title: Some(words(title)),
            user: Some(words(by)),
            pinned: Some(*title == "Allergies"),
            ..NoteDraft::default()
        });
        add_note(on, account, &note).await?;
    }
    if let Some((title, body, days)) = TASKS.get(number / 6 % TASKS.len()).filter(|_| asked) {
        let at = at.plus(Span::hours(3));
        let mut task = Task::new(TaskId::new(at, entropy), contact.clone(), at);
        task.apply(TaskDraft {
            title: Some((*title).to_owned()),
            body: Some(words(body)),
            due: Some(at.plus(Span::days(*days))),
            completed: Some(number % 5 < 3),
            ..TaskDraft::default()
        });
        add_task(on, account, &task).await?;
    }
    Ok(())
}

fn words(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
