//! Samples of the log's pages in their states.

use super::event::EventPage;
use super::list::{Download, Log, LogPage, LogPart};
use super::row::{Row, Who};
use super::selects::{Group, Selects};
use crate::audit::model::details;
use crate::audit::model::words::{tests::event, told};
use crate::web::parts::{Choice, Fact, FormGuard, Problem, When};
use crate::web::shell::{Crumb, Shell};
use askama::Template as _;
use serde_json::json;

fn row() -> Row {
    let details = json!({
        "before": { "name": "<script>alert(1)</script>", "scopes": ["notes.readonly"] },
        "after": { "name": "Sync", "scopes": ["tags.readonly"] },
        "token": "pit_…x4Ne",
    });
    let event = event("integration", "integration.updated", details);
    Row {
        href: "/settings/audit-log/evt_01".to_owned(),
        when: When { text: "9 min ago".to_owned(), ..When::default() },
        who: Who { name: "<b>Maren</b>".to_owned(), initials: "MH".to_owned(), icon: "" },
        sentence: told(&event),
        from: "192.0.2.44".to_owned(),
        diff: details::diff(&event),
        facts: details::facts(&event),
        record: vec![Fact::new("Action", "integration.updated").mono()],
        ways: vec![("All events of this".to_owned(), "/settings/audit-log?thing=integration:int_1".to_owned())],
    }
}

fn log(rows: Vec<Row>, problem: Option<Problem>, part: bool) -> Log {
    let guard = FormGuard { csrf: "c".to_owned(), account: "acc_1".to_owned(), ..FormGuard::default() };
    Log {
        problem,
        words: "1 of 46 events".to_owned(),
        looked: String::new(),
        newer: String::new(),
        older: "/settings/audit-log?older=1.evt_01".to_owned(),
        any: false,
        download: Some(Download { guard, fields: vec![("action", "integration.*".to_owned())] }),
        rows,
        part,
    }
}

fn page(log: Log) -> String {
    let choices = || Choice::list(&[("a", "Maren"), ("b", "<i>Ada</i>")], "b");
    let group = |label| vec![Group { label, choices: choices(), more: true }];
    let selects =
        Selects { people: group("People"), actions: group("Labs"), things: group("Roles"), periods: choices() };
    let shell = Shell { title: "Audit Log".to_owned(), breadcrumb: vec![Crumb::area("Settings")], ..Shell::default() };
    LogPage { shell, selects, days: ("2026-11-22".to_owned(), String::new()), log }.render().expect("it renders")
}

#[test]
fn what_people_are_called_is_text_and_never_markup() {
    let html = page(log(vec![row(), row()], None, false));
    for markup in ["<script>alert", "<b>Maren", "<i>Ada"] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(html.contains("&#60;b&#62;Maren") && html.contains("Warehouse sync"), "{html}");
    assert_eq!(html.matches("<details class=\"event\"").count(), 2);
}

#[test]
fn the_download_carries_the_filter_and_its_guard_in_a_form_of_its_own() {
    let html = page(log(vec![row()], None, false));
    let form = html.split("<form").find(|form| form.contains("/settings/audit-log/export")).expect("a form");
    let form = form.split("</form>").next().unwrap_or_default();
    for field in ["name=\"csrf\"", "name=\"account\"", "value=\"integration.*\"", "value=\"csv\"", "value=\"jsonl\""] {
        assert!(form.contains(field), "{field}: {form}");
    }
    let filter = html.split("<form").find(|form| form.contains("role=\"search\"")).expect("the filter");
    assert!(!filter.split("</form>").next().unwrap_or_default().contains("csrf"), "its fields stand in addresses");
}

#[test]
fn a_part_brings_the_download_of_its_filter_along() {
    let html = LogPart { log: log(vec![row()], None, true) }.render().expect("it renders");
    assert!(html.contains("data-hx-swap-oob=\"true\"") && html.contains("id=\"log\""), "{html}");
    assert!(!html.contains("<html"), "{html}");
    let empty = LogPart { log: log(Vec::new(), None, true) }.render().expect("it renders");
    assert!(empty.contains("No event matches"), "{empty}");
}

#[test]
fn a_date_that_is_none_is_explained_and_marked() {
    let problem = Problem { field_id: "from".to_owned(), text: "Enter a day".to_owned() };
    let html = page(log(Vec::new(), Some(problem), false));
    assert!(html.contains("aria-invalid=\"true\"") && html.contains("Enter a day"), "{html}");
}

#[test]
fn an_event_has_a_page() {
    let shell = Shell { title: "Event".to_owned(), ..Shell::default() };
    let html = EventPage { shell, row: row() }.render().expect("it renders");
    assert!(
        html.contains("integration.updated") && html.contains("pit_…x4Ne") && html.contains("notes.readonly"),
        "{html}"
    );
}
