//! Samples of the pages that change, rotate and delete.

use super::making::some;
use super::reading::activity;
use super::{HREF, Sample, asking_guard, guard, page, shell};
use crate::integrations::pages::view::compromised::CompromisedPage;
use crate::integrations::pages::view::edit::EditPage;
use crate::integrations::pages::view::scopes::{Grid, SummaryView};
use crate::integrations::scopes::ScopeSet;
use crate::web::parts::{Choice, DiffRow, Fact, Field, Overtaken, Problem};
use crate::web::question::{DeletionPage, Point, Question, QuestionPage, RotationPage, RotationWords};

pub fn samples() -> Vec<Sample> {
    let again = RotationPage { guard: asking_guard(), now_chosen: true, ..rotate() };
    let only_now = RotationPage { only_now: Some("It is paused.".to_owned()), now_chosen: true, ..rotate() };
    let extend = confirm(Choice::list(&[("7d", "27 Nov"), ("30d", "20 Dec")], "30d"));
    vec![
        page("edit", &edit(None)),
        page("edit after somebody else", &edit(Some(stale()))),
        page("rotate", &rotate()),
        page("rotate asking for the password", &again),
        page("rotate only now", &only_now),
        page("cancel rotation", &confirm(Vec::new())),
        page("extend overlap", &extend),
        page("compromised", &compromised()),
        page("delete", &delete(None)),
        page("delete with another name", &delete(Some("Type the name as it is written: Loyalty cards".to_owned()))),
    ]
}

fn stale() -> Overtaken {
    let row = DiffRow::of_lists("Name", false, &["A".to_owned()], &["<script>alert(1)</script>".to_owned()]);
    Overtaken::new("Jonas Pell changed it 2 min ago".to_owned(), [row])
}

fn edit(stale: Option<Overtaken>) -> EditPage {
    let held: ScopeSet = ["contacts.readonly", "gone.readonly"].into_iter().collect();
    let chosen =
        ScopeSet::parse_over(&["contacts.readonly".into(), "contacts.write".into(), "gone.readonly".into()], &held);
    let chosen = chosen.expect("known scopes");
    EditPage {
        shell: shell("Edit Booking widget", false),
        href: HREF.to_owned(),
        edit_address: format!("{HREF}/edit"),
        problems: Vec::new(),
        stale,
        guard: guard(),
        version: 3,
        name: Field::new("name", "Name", "Booking widget").max(80),
        description: Field::new("description", "Description", "").max(500).optional(),
        grid: Grid::new(&chosen, "Update", None),
        summary: SummaryView::of_edit("Booking widget", &chosen, &some(), HREF),
    }
}

fn rotate() -> RotationPage {
    RotationPage {
        shell: shell("Rotate the token of Booking widget", false),
        back: HREF.to_owned(),
        action: format!("{HREF}/rotation"),
        problems: Vec::new(),
        guard: guard(),
        version: 3,
        words: RotationWords {
            noun: "token",
            later: "Both tokens work while the software is updated.",
            overlap: "Old token works for another",
            keep: "Keep this token",
        },
        lead: "You get a new token, shown once. What should happen to pit_…Tz41?".to_owned(),
        only_now: None,
        now_chosen: false,
        now_text: "Calls with the old token fail at once.",
        overlaps: Choice::list(&[("1h", "1 h"), ("7d", "7 days")], "7d"),
        ends: Choice::list(
            &[("1h", "Sunday 22 November 2026, 10:30 UTC"), ("7d", "Sunday 29 November 2026, 09:30 UTC")],
            "7d",
        ),
    }
}

fn confirm(ends: Vec<Choice>) -> QuestionPage {
    QuestionPage {
        shell: shell("Cancel the rotation of Warehouse sync", false),
        back: HREF.to_owned(),
        action: format!("{HREF}/rotation/cancellation"),
        problems: Vec::new(),
        guard: asking_guard(),
        question: Question {
            hidden: vec![("version", "3".to_owned())],
            points: vec![Point::new("x", "The new token pit_…R2fz stops at once.")],
            choose: (!ends.is_empty()).then_some(("The old token works until", "until", ends)),
            keep: "Keep both tokens",
            label: "Cancel rotation",
            kind: "danger",
            sending: "Cancelling",
        },
    }
}

fn compromised() -> CompromisedPage {
    CompromisedPage {
        shell: shell("This token may be compromised", false),
        lead: "The token of Booking widget.".to_owned(),
        href: HREF.to_owned(),
        name: "Booking widget".to_owned(),
        problems: Vec::new(),
        guard: guard(),
        version: 3,
        facts: vec![Fact::new("Calls in the last 7 days", "1,204")],
        points: vec![Point::new("x", "Every call with the old token is refused at once.")],
        activity: activity(),
    }
}

fn delete(error: Option<String>) -> DeletionPage {
    let problems = error.iter().map(|text| Problem { field_id: "name".to_owned(), text: text.clone() }).collect();
    DeletionPage {
        shell: shell("Delete Loyalty cards", error.is_some()),
        href: HREF.to_owned(),
        problems,
        guard: guard(),
        version: 3,
        facts: vec![
            Fact::new("Calls in the last 7 days", "1,204").second("1,190 refused", crate::web::parts::Tone::Info),
        ],
        points: vec![Point::new("webhook", "Its 2 webhooks are deleted with it.")],
        paused: true,
        word: "Loyalty cards".to_owned(),
        confirm: Field::new("name", "Type", "Loyalty ca").error(error),
        label: "Delete integration",
    }
}
