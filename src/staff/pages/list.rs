//! The list of the people of an account.

use super::LIST;
use super::head::{overrides, pill, tabs};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::staff::ViewStaff;
use crate::staff::store::list::{self, Asked, Listed, Listing, Towards};
use crate::text::fold;
use crate::web::form::Query;
use crate::web::parts::chart::grouped;
use crate::web::parts::{Pill, Tab, When};
use crate::web::shell::{Crumb, Shell};
use crate::web::{frame, times};
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// Longer searches find nothing more.
const SEARCH: usize = 200;

/// View data of the list; its block `list` is what htmx swaps.
#[derive(Debug, Template)]
#[template(path = "staff/list.html", blocks = ["list"])]
pub struct ListPage {
    /// The frame.
    pub shell: Shell,
    /// People and invitations; none for whoever may only look.
    pub tabs: Vec<Tab>,
    /// What is searched, as typed.
    pub search: String,
    /// The people of this page.
    pub rows: Vec<Row>,
    /// Which of how many.
    pub words: String,
    /// Address of the page before, or nothing.
    pub previous: String,
    /// Address of the next page, or nothing.
    pub next: String,
    /// What is said when only the list was swapped.
    pub announce: Option<String>,
}

/// One line of the list.
#[derive(Debug)]
pub struct Row {
    /// Address of the person's page.
    pub href: String,
    /// Their name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: String,
    /// What is said of them alone, counted.
    pub overrides: String,
    /// When they were last seen.
    pub seen: Option<When>,
    /// Their state.
    pub state: Pill,
}

/// `GET /settings/staff`.
///
/// # Errors
/// Faults of the store.
pub async fn show(
    permit: Permit<ViewStaff>,
    query: Query,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let search: String = query.one("search").trim().chars().filter(|c| *c != '\0').take(SEARCH).collect();
    let from = [("after", Towards::After), ("before", Towards::Before)];
    let from = from.into_iter().find_map(|(name, way)| Some((query.one(name).parse().ok()?, way)));
    let asked = Asked { search: fold(&search), from };
    let mut reader = if asked.search.is_empty() { db.read().await? } else { db.read_slowly().await? };
    let listing = list::page(&mut reader.on(), permit.account(), &asked).await?;
    drop(reader);
    let mut shell = frame::shell(&request, &db, permit.actor(), "My Staff");
    shell.breadcrumb = vec![Crumb::area("Settings"), Crumb::area("Team")];
    let mut page = ListPage::new(shell, search, &listing, permit.now());
    if frame::wants_part(&request) {
        page.announce = Some(page.words.clone());
        return frame::page(&request, StatusCode::OK, &page.as_list());
    }
    page.tabs = tabs(permit.actor(), false);
    frame::page(&request, StatusCode::OK, &page)
}

impl ListPage {
    /// The list as it is shown at `now` to somebody who may only look.
    #[must_use]
    pub fn new(shell: Shell, search: String, listing: &Listing, now: Timestamp) -> Self {
        let turn = |key: &str, row: Option<&Listed>, there: bool| match row {
            Some(row) if there => address(&search, key, &row.id),
            _ => String::new(),
        };
        let previous = turn("before", listing.people.first(), listing.before > 0);
        let next = turn("after", listing.people.last(), listing.has_more());
        let rows = listing.people.iter().map(|person| Row::new(person, now)).collect();
        let words = words(listing, !search.is_empty());
        Self { shell, tabs: Vec::new(), search, rows, words, previous, next, announce: None }
    }
}

impl Row {
    fn new(person: &Listed, now: Timestamp) -> Self {
        let count = |n: i64| usize::try_from(n).unwrap_or(0);
        Self {
            href: format!("{LIST}/{}", person.id),
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role.clone(),
            overrides: match (person.allowed, person.denied) {
                (0, 0) => "–".to_owned(),
                (allowed, denied) => overrides("override", count(allowed), count(denied)),
            },
            seen: person.last_seen_at().map(|at| times::ago_or_day(at, now)),
            state: pill(person.is_disabled(), person.may_sign_in),
        }
    }
}

fn words(listing: &Listing, searched: bool) -> String {
    let number = |n: i64| grouped(u64::try_from(n).unwrap_or(0));
    let what = match (listing.total, searched) {
        (1, false) => "1 person".to_owned(),
        (1, true) => "1 person matches".to_owned(),
        (total, false) => format!("{} people", number(total)),
        (0, true) => "Nobody matches".to_owned(),
        (total, true) => format!("{} people match", number(total)),
    };
    if listing.here() == listing.total || listing.people.is_empty() {
        return what;
    }
    format!("{} to {} of {what}", number(listing.before + 1), number(listing.before + listing.here()))
}

fn address(search: &str, key: &str, id: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("search", search);
    }
    format!("{LIST}?{}", query.append_pair(key, id).finish())
}
