//! The console's Contacts pages: what came in, for people to look at.

use super::ViewContacts;
use super::commands::{self, Page, Refused, Wanted};
use super::model::Contact;
use super::store::{Cursor, Towards};
use super::texts::Text;
use crate::authz::Permit;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::ContactId;
use crate::web::form::Query;
use crate::web::frame;
use crate::web::parts::chart::grouped;
use crate::web::parts::{Fact, When};
use crate::web::shell::{Crumb, Shell};
use crate::web::times;
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::Value;

const PATH: &str = "/business/contacts";
const PER_PAGE: usize = 50;
/// Longer searches find nothing more.
const SEARCH: usize = 200;

/// View data of the list; its block `list` is what htmx swaps.
#[derive(Debug, Template)]
#[template(path = "contacts/list.html", blocks = ["list"])]
pub struct ListPage {
    /// The frame.
    pub shell: Shell,
    /// What is searched, as typed.
    pub search: String,
    /// Whether anything is searched.
    pub searched: bool,
    /// The contacts of this page.
    pub rows: Vec<Row>,
    /// Which of how many.
    pub words: String,
    /// Address of the newer ones, or nothing.
    pub newer: String,
    /// Address of the older ones, or nothing.
    pub older: String,
    /// What is said when only the list was swapped.
    pub announce: Option<String>,
}

/// One line of the list.
#[derive(Debug)]
pub struct Row {
    /// Address of the contact's page.
    pub href: String,
    /// Its name, or what identifies it.
    pub title: String,
    /// Its e-mail address, when that is not the title.
    pub second: String,
    /// Its company, shortened.
    pub company: String,
    /// Its phone number.
    pub phone: String,
    /// From where it came, shortened.
    pub source: String,
    /// When it came in.
    pub came_in: When,
}

/// View data of one contact.
#[derive(Debug, Template)]
#[template(path = "contacts/show.html")]
pub struct ShowPage {
    /// The frame.
    pub shell: Shell,
    /// Its id.
    pub id: String,
    /// What is known in plain words.
    pub texts: Vec<Fact>,
    /// Fields of the caller's own.
    pub custom: Vec<Fact>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether it must not be disturbed, when that is known.
    pub dnd: Option<bool>,
    /// When it came in.
    pub came_in: When,
    /// When it was last changed.
    pub changed: When,
}

/// `GET /business/contacts`
pub async fn list(
    permit: Permit<ViewContacts>,
    query: Query,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let search: String = query.one("search").trim().chars().filter(|c| *c != '\0').take(SEARCH).collect();
    let (towards, place) = match query.one("newer") {
        "" => (Towards::Older, query.one("older")),
        place => (Towards::Newer, place),
    };
    let cursor = if place.is_empty() { Cursor::start() } else { read_place(place)? };
    let wanted = Wanted { search, cursor, towards, limit: PER_PAGE };
    let mut page = commands::list(&db, permit.account(), &wanted).await?;
    if page.before < i64::try_from(PER_PAGE).unwrap_or(0) && towards == Towards::Newer {
        // The newest page is always a full one.
        let newest = Wanted { cursor: Cursor::start(), towards: Towards::Older, ..wanted.clone() };
        page = commands::list(&db, permit.account(), &newest).await?;
    }
    let shell = frame::shell(&request, &db, permit.actor(), "Contacts");
    let mut view = ListPage::new(shell, wanted.search, &page, permit.now());
    if frame::wants_part(&request) {
        view.announce = Some(view.words.clone());
        return frame::page(&request, StatusCode::OK, &view.as_list());
    }
    frame::page(&request, StatusCode::OK, &view)
}

/// `GET /business/contacts/{id}`
pub async fn show(
    permit: Permit<ViewContacts>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let id: ContactId = id.parse().map_err(|_| AppError::NotFound)?;
    let contact = commands::find(&db, permit.account(), &id).await.map_err(|refused| match refused {
        Refused::Failed(error) => error,
        Refused::Missing | Refused::Stale | Refused::TooManyFields | Refused::Duplicate(_) => AppError::NotFound,
    })?;
    let shell = frame::shell(&request, &db, permit.actor(), contact.title());
    frame::page(&request, StatusCode::OK, &ShowPage::new(shell, &contact, permit.now()))
}

impl ListPage {
    /// The list as it is shown at `now`.
    #[must_use]
    pub fn new(shell: Shell, search: String, page: &Page, now: Timestamp) -> Self {
        let searched = !search.is_empty();
        let turn = |key: &str, contact: Option<&Contact>, there: bool| match contact {
            Some(contact) if there => address(&search, key, &place(contact)),
            _ => String::new(),
        };
        let newer = turn("newer", page.contacts.first(), page.before > 0);
        let older = turn("older", page.contacts.last(), page.has_older());
        let rows = page.contacts.iter().map(|contact| Row::new(contact, now)).collect();
        Self { words: words(page, searched), shell, searched, search, rows, newer, older, announce: None }
    }
}

impl Row {
    fn new(contact: &Contact, now: Timestamp) -> Self {
        let title = contact.title();
        let text =
            |text: Text, limit| contact.texts.get(text).map_or_else(|| "–".to_owned(), |text| shorten(text, limit));
        let email = contact.texts.email.clone().filter(|email| *email != title);
        Self {
            href: format!("{PATH}/{}", contact.id),
            second: email.unwrap_or_default(),
            company: text(Text::CompanyName, 32),
            phone: text(Text::Phone, 24),
            source: text(Text::Source, 24),
            came_in: times::ago_or_day(contact.created_at, now),
            title,
        }
    }
}

impl ShowPage {
    /// The contact as it is shown at `now`.
    #[must_use]
    pub fn new(mut shell: Shell, contact: &Contact, now: Timestamp) -> Self {
        shell.breadcrumb = vec![Crumb::area("Business"), Crumb::link("Contacts", PATH)];
        let fact = |&text: &Text| contact.texts.get(text).map(|value| Fact::new(text.label(), value));
        let custom = contact.custom_fields.iter().map(|field| {
            let value = field.value.as_str().map_or_else(|| spelled(&field.value), str::to_owned);
            Fact::new(&field.id, value)
        });
        Self {
            shell,
            id: contact.id.to_string(),
            texts: Text::ALL.iter().filter_map(fact).collect(),
            custom: custom.collect(),
            tags: contact.tags.clone(),
            dnd: contact.dnd,
            came_in: times::ago_or_day(contact.created_at, now),
            changed: times::ago_or_day(contact.updated_at, now),
        }
    }
}

/// A custom value in words: a list with commas, anything else as JSON.
fn spelled(value: &Value) -> String {
    let texts = value.as_array().map(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    texts.flatten().map_or_else(|| value.to_string(), |texts| texts.join(", "))
}

fn words(page: &Page, searched: bool) -> String {
    let number = |n: i64| grouped(u64::try_from(n).unwrap_or(0));
    let here = i64::try_from(page.contacts.len()).unwrap_or(0);
    let what = match (page.total, searched) {
        (1, false) => "1 contact".to_owned(),
        (1, true) => "1 contact matches".to_owned(),
        (total, false) => format!("{} contacts", number(total)),
        (0, true) => "No contact matches".to_owned(),
        (total, true) => format!("{} contacts match", number(total)),
    };
    if here == page.total || here == 0 {
        return what;
    }
    format!("{} to {} of {what}", number(page.before + 1), number(page.before + here))
}

fn address(search: &str, key: &str, place: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("search", search);
    }
    query.append_pair(key, place);
    format!("{PATH}?{}", query.finish())
}

fn place(contact: &Contact) -> String {
    format!("{}.{}", contact.created_at.millis(), contact.id)
}

fn read_place(text: &str) -> Result<Cursor> {
    let parts = text.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.parse::<ContactId>().ok()?)));
    parts.map(|(at, id)| Cursor { at, id: id.into() }).ok_or(AppError::NotFound)
}

fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
