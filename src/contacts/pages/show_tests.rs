//! What the page of one contact says.

use super::*;
use crate::contacts::model::note::NoteDraft;
use crate::contacts::model::task::TaskDraft;
use crate::contacts::model::{CustomField, Draft};
use crate::ids::{AccountId, NoteId, TaskId};
use crate::world::{FixedEntropy, Span};
use serde_json::json;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn ada() -> Whole {
    let at = NOW.minus(Span::hours(3));
    let entropy = FixedEntropy::default();
    let mut contact = Contact::new(ContactId::new(at, &entropy), AccountId::new(at, &entropy), at);
    let texts = [(Text::FirstName, Some("Ada".to_owned())), (Text::City, Some("London".to_owned()))];
    contact.apply(Draft { texts: texts.into(), ..Draft::default() });
    Whole { contact, notes: Newest { some: Vec::new(), all: 0 }, tasks: Newest { some: Vec::new(), all: 0 } }
}

fn note(of: &Whole, body: &str) -> Note {
    let mut note = Note::new(NoteId::new(NOW, &FixedEntropy::default()), of.contact.id.clone(), NOW);
    note.apply(NoteDraft { body: Some(body.to_owned()), ..NoteDraft::default() });
    note
}

fn rendered(whole: &Whole) -> String {
    ShowPage::new(Shell::default(), whole, NOW).render().unwrap()
}

#[test]
fn a_page_shows_every_known_field_and_no_other() {
    let mut ada = ada();
    let field = |id: &str, value: Value| CustomField { id: id.to_owned(), value };
    ada.contact.custom_fields = vec![field("plan", json!(["gold", "silver"])), field("seats", json!(12))];
    ada.contact.tags = vec!["vip".to_owned()];
    let html = rendered(&ada);
    for expected in ["First name", "London", "gold, silver", "12", "vip", ada.contact.id.as_str()] {
        assert!(html.contains(expected), "{expected}");
    }
    assert!(!html.contains("Phone") && !html.contains("Do not disturb"));
    assert!(html.contains("No notes.") && html.contains("No tasks."));
}

#[test]
fn notes_keep_their_lines_and_are_no_markup() {
    let mut ada = ada();
    let mut first = note(&ada, "One\n<script>alert(1)</script>");
    first.pinned = true;
    first.user = Some("Ben".to_owned());
    ada.notes = Newest { some: vec![first], all: 1_400 };
    let html = rendered(&ada);
    assert!(html.contains("One\n&#60;script&#62;alert(1)&#60;/script&#62;") && !html.contains("<script>"));
    assert!(html.contains("Pinned") && html.contains("By Ben") && html.contains("The 1 newest of 1,400"));
    assert!(!html.contains("No notes.") && !html.contains("Show the whole text"));
    ada.notes.some = vec![note(&ada, &format!("{}end", "line\n".repeat(9)))];
    assert!(rendered(&ada).contains("Show the whole text"));
}

#[test]
fn tasks_are_open_overdue_or_completed() {
    let ada = ada();
    let said = |due: Timestamp, completed: bool| {
        let mut task = Task::new(TaskId::new(NOW, &FixedEntropy::default()), ada.contact.id.clone(), NOW);
        task.apply(TaskDraft { due: Some(due), completed: Some(completed), ..TaskDraft::default() });
        Item::of_task(&task, NOW).state
    };
    assert_eq!(said(NOW.plus(Span::days(1)), false), Some(("Open", false)));
    assert_eq!(said(NOW.minus(Span::days(1)), false), Some(("Overdue", true)));
    assert_eq!(said(NOW.minus(Span::days(1)), true), Some(("Completed", false)));
}

#[test]
fn long_texts_begin_and_unfold() {
    assert_eq!(folded("a\nb"), ("a\nb".to_owned(), None));
    let (beginning, whole) = folded(&"ä".repeat(601));
    assert_eq!((beginning.chars().count(), whole.map(|text| text.chars().count())), (601, Some(601)));
    assert_eq!(folded(&"x\n".repeat(8)).0, format!("{}…", ["x"; 8].join("\n")));
}
