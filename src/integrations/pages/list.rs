//! The list of private integrations.

use super::asking::Asking;
use super::view::list::{DueBanner, Head, ListBlock, ListPage, ListPart, Nothing, Row, beginning};
use super::{LIST, words};
use crate::authz::Permit;
use crate::error::Result;
use crate::ids::IntegrationId;
use crate::integrations::model::{Lifecycle, Status};
use crate::integrations::store::counts;
use crate::integrations::store::list::{self, Cursor, Filter, ListQuery, ListRow, Sort};
use crate::integrations::{EditIntegration, ViewIntegrations};
use crate::web::form::Query;
use crate::web::parts::Choice;
use crate::web::thing::At;
use crate::web::{frame, times};
use crate::world::Timestamp;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;

/// The longest search, in characters.
const SEARCH_MAX: usize = 200;
/// The list of the deleted ones.
const DELETED: &str = "/settings/private-integrations?status=deleted";
/// Scopes that are named in a row.
const NAMED: usize = 12;

/// `GET /settings/private-integrations`.
///
/// # Errors
/// Faults of the store.
pub async fn show(permit: Permit<ViewIntegrations>, query: Query, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let asked = read(&query);
    let account = permit.account();
    let mut reader = at.db.read().await?;
    let mut on = reader.on();
    let figures = counts::figures(&mut on, account, asking.now).await?;
    let total = list::count(&mut on, account, &asked, &figures, asking.now).await?;
    let found = list::page(&mut on, account, &asked, asking.now).await?;
    let part = frame::wants_part(&at.request);
    let to = |name: &str, cursor: Option<Cursor>| {
        cursor.map(|cursor| address(&asked, asked.sort, &[(name, &cursor.to_text())])).unwrap_or_default()
    };
    let block = ListBlock {
        may_manage: asking.may::<EditIntegration>(),
        part,
        heads: heads(&asked),
        rows: found.rows.into_iter().map(|row| line(row, asking.now)).collect(),
        nothing: nothing(&asked),
        words: counted(&asked, total, figures.kept - figures.without_token),
        previous: to("before", found.previous),
        next: to("after", found.next),
    };
    if part {
        return frame::page(&at.request, StatusCode::OK, &ListPart { list: block });
    }
    let page = ListPage {
        shell: frame_of(&asking),
        account: asking.actor.account().name.clone(),
        may_manage: asking.may::<EditIntegration>(),
        empty: figures.made == 0,
        due: (figures.due > 0).then(|| due_banner(figures.due, &figures.due_names, &asked)),
        search: asked.search.clone(),
        statuses: Choice::list(&Filter::ALL.map(|(_, code, words)| (code, words)), filter_code(&asked)),
        sorts: Choice::list(&Sort::ALL.map(|(_, code, words)| (code, words)), sort_code(asked.sort)),
        list: block,
    };
    frame::page(&at.request, StatusCode::OK, &page)
}

fn frame_of(asking: &Asking<'_>) -> crate::web::shell::Shell {
    let mut shell = asking.shell("Private Integrations");
    shell.breadcrumb = frame::settings_crumbs(None);
    shell
}

fn read(query: &Query) -> ListQuery {
    let visible = |text: &str| text.chars().filter(|c| !c.is_control()).take(SEARCH_MAX).collect::<String>();
    let cursor = |name: &str| {
        Cursor::parse(query.one(name))
            .filter(|cursor| !cursor.key.chars().any(char::is_control) && cursor.id.parse::<IntegrationId>().is_ok())
    };
    ListQuery {
        search: visible(query.one("search").trim()),
        filter: Filter::from_code(query.one("status")),
        sort: Sort::from_code(query.one("sort")),
        after: cursor("after"),
        before: cursor("before"),
    }
}

fn filter_code(asked: &ListQuery) -> &'static str {
    Filter::ALL.iter().find(|(filter, ..)| *filter == asked.filter).map_or("", |(_, code, _)| code)
}

fn sort_code(sort: Sort) -> &'static str {
    Sort::ALL.iter().find(|(other, ..)| *other == sort).map_or("", |(_, code, _)| code)
}

/// The list with the same search and filter in another order or on another page.
fn address(asked: &ListQuery, sort: Sort, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let usual = [("search", asked.search.as_str()), ("status", filter_code(asked)), ("sort", sort_code(sort))];
    for (name, value) in usual.into_iter().chain(more.iter().copied()).filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    let query = query.finish();
    if query.is_empty() { LIST.to_owned() } else { format!("{LIST}?{query}") }
}

fn heads(asked: &ListQuery) -> Vec<Head> {
    let plain = |label, optional| Head { label, href: String::new(), sorted: "", glyph: "", optional };
    let sorted = |label, sort, order: &'static str| {
        let glyph = if order == "ascending" { "arrow-up" } else { "arrow-down" };
        let (sorted, glyph) = if asked.sort == sort { (order, glyph) } else { ("", "chevrons-up-down") };
        Head { label, href: address(asked, sort, &[]), sorted, glyph, optional: false }
    };
    vec![
        sorted("Name", Sort::Name, "ascending"),
        plain("Status", false),
        plain("Token", false),
        plain("Scopes", false),
        sorted("Last used", Sort::Used, "descending"),
        sorted("Token age", Sort::Age, "descending"),
        plain("Created by", true),
    ]
}

fn due_banner(due: i64, names: &[String], asked: &ListQuery) -> DueBanner {
    let title =
        if due == 1 { "1 token is due for rotation".to_owned() } else { format!("{due} tokens are due for rotation") };
    let more = due - i64::try_from(names.len()).unwrap_or(0);
    let mut parts = names.to_vec();
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    let listed = match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    };
    let have = if due == 1 { "has" } else { "have" };
    let text = format!("{listed} {have} had the same token for 90 days or more.");
    let href = if asked.filter == Filter::Due { String::new() } else { format!("{LIST}?status=due") };
    DueBanner { title, text, href }
}

fn nothing(asked: &ListQuery) -> Nothing {
    let any = Nothing {
        title: "No integration matches",
        text: "Try fewer words, or another status. Deleted ones are found under the status Deleted.",
        label: "Show all",
        href: LIST,
    };
    match (asked.filter, asked.search.is_empty()) {
        (Filter::Due, true) => {
            Nothing { title: "No token is due", text: "Every live token is younger than 90 days.", ..any }
        }
        (Filter::Review, true) => Nothing {
            title: "Nothing needs review",
            text: "Every integration has somebody in the account who looks after it.",
            ..any
        },
        (Filter::Kept, true) => Nothing {
            title: "No integration is left",
            text: "Every one is deleted. Their names, scopes and histories stay readable.",
            label: "Show deleted",
            href: DELETED,
        },
        _ => any,
    }
}

fn counted(asked: &ListQuery, total: i64, live: i64) -> String {
    if total == 0 {
        return String::new();
    }
    let count = words::count(total);
    match (asked.filter, asked.search.is_empty()) {
        (Filter::Kept | Filter::All, true) => format!("{count}, {live} with a live token"),
        _ => count,
    }
}

fn line(row: ListRow, now: Timestamp) -> Row {
    let life = Lifecycle::at(&row.facts, now);
    let age = words::age(&life, now);
    let scopes = row.scopes.split_whitespace();
    let due = life.is_rotation_due(now) && life.status() == Status::Active;
    let due_flag = due.then_some(("Rotation due", "clock-alert")).into_iter();
    let needs_review = row.needs_review && life.status() != Status::Deleted;
    let review_flag = needs_review.then_some(("Needs review", "user-round"));
    Row {
        href: format!("{LIST}/{}", row.id),
        name: row.name,
        description: beginning(&row.description),
        pill: words::pill(&life),
        since: if due { String::new() } else { words::since(&life, now) },
        flags: due_flag.chain(review_flag).collect(),
        hint: row.hint,
        live: life.current().is_some(),
        more_scopes: scopes.clone().count().saturating_sub(NAMED),
        scopes: scopes.take(NAMED).map(str::to_owned).collect(),
        last_used: row.last_used_at.map(|at| times::ago(at, now)),
        age: age.words,
        age_second: age.second,
        age_tone: age.tone,
        created_by: row.created_by,
        gone: life.status() == Status::Deleted,
    }
}
