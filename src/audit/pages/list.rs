//! `/settings/audit-log`: what happened, newest first, as far as it is asked for.

use super::row::Row;
use super::selects::Selects;
use super::{PATH, address, address_with};
use crate::audit::commands::{self, COUNTED, Page, Plan, Turn};
use crate::audit::model::filter::{Filter, Odd};
use crate::audit::store::search::Cursor;
use crate::audit::{ExportAuditLog, ViewAuditLog};
use crate::authz::{self, Permit, StaffMember};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::EventId;
use crate::web::form::Query;
use crate::web::frame;
use crate::web::parts::chart::grouped;
use crate::web::parts::{FormGuard, Problem};
use crate::web::shell::Shell;
use crate::web::times;
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the log.
#[derive(Debug, Template)]
#[template(path = "audit/list.html")]
pub struct LogPage {
    /// The frame.
    pub shell: Shell,
    /// What the filter offers.
    pub selects: Selects,
    /// The days as typed.
    pub days: (String, String),
    /// The events.
    pub log: Log,
}

/// The part of the page that a change of the filter swaps.
#[derive(Debug, Template)]
#[template(path = "audit/part.html")]
pub struct LogPart {
    /// The events.
    pub log: Log,
}

/// The events, and the download that takes the same ones along.
#[derive(Debug)]
pub struct Log {
    /// What is wrong with the filter: the field and what to do.
    pub problem: Option<Problem>,
    /// The events.
    pub rows: Vec<Row>,
    /// How many of how many.
    pub words: String,
    /// How far back was looked.
    pub looked: String,
    /// Address of the newer ones, or nothing.
    pub newer: String,
    /// Address of the older ones, or nothing.
    pub older: String,
    /// Whether nothing was asked for in particular.
    pub any: bool,
    /// For whoever may take the log along.
    pub download: Option<Download>,
    /// Whether only this part is answered.
    pub part: bool,
}

/// The form that takes the log along.
#[derive(Debug)]
pub struct Download {
    /// What binds it.
    pub guard: FormGuard,
    /// The filter's fields.
    pub fields: Vec<(&'static str, String)>,
}

/// `GET /settings/audit-log`.
///
/// # Errors
/// [`AppError::Malformed`] for a filter that no page of ours offers; faults of the store.
pub async fn show(
    permit: Permit<ViewAuditLog>,
    query: Query,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let viewer = permit.staff().ok_or(AppError::Forbidden)?;
    let filter = read(|name| query.one(name))?;
    let turn = turn(&query)?;
    let mut reader = db.read().await?;
    let mut log = Log {
        problem: None,
        rows: Vec::new(),
        words: String::new(),
        looked: String::new(),
        newer: String::new(),
        older: String::new(),
        any: filter.is_any(),
        download: None,
        part: frame::wants_part(&request),
    };
    match filter.bounds(permit.now()) {
        Ok(bounds) => {
            let plan = Plan::of(&mut reader.on(), permit.account(), &filter, bounds).await?;
            let page = commands::page(&mut reader.on(), permit.account(), &plan, &turn).await?;
            log.fill(&page, &filter, viewer, permit.now());
            if authz::may::<ExportAuditLog>(permit.actor()) {
                let guard = frame::guard(&db, permit.actor(), false);
                log.download = Some(Download { guard, fields: filter.fields() });
            }
        }
        Err((field, text)) => log.problem = Some(Problem { field_id: field.to_owned(), text: text.to_owned() }),
    }
    let status = if log.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    if log.part {
        return frame::page(&request, status, &LogPart { log });
    }
    let selects = Selects::of(&mut reader.on(), permit.account(), &filter).await?;
    drop(reader);
    let mut shell = frame::shell(&request, &db, permit.actor(), "Audit Log");
    shell.breadcrumb = frame::settings_crumbs(None);
    shell.has_errors = log.problem.is_some();
    frame::page(&request, status, &LogPage { shell, selects, days: (filter.from, filter.to), log })
}

/// What an address or a form asks for.
pub(super) fn read<'a>(field: impl Fn(&str) -> &'a str) -> Result<Filter> {
    Filter::read(field).map_err(|Odd(why)| AppError::Malformed(why))
}

fn turn(query: &Query) -> Result<Turn> {
    let place = |text: &str| {
        let (at, id) = text.split_once('.')?;
        let id: EventId = id.parse().ok()?;
        Some(Cursor { at: Timestamp::from_millis(at.parse().ok()?), id: id.into() })
    };
    let read = |name: &str| place(query.one(name)).ok_or(AppError::NotFound);
    match (query.one("newer"), query.one("older")) {
        ("", "") => Ok(Turn::Newest),
        ("", _) => Ok(Turn::Older(read("older")?)),
        _ => Ok(Turn::Newer(read("newer")?)),
    }
}

impl Log {
    fn fill(&mut self, page: &Page, filter: &Filter, viewer: &StaffMember, now: Timestamp) {
        let to = |name: &str, cursor: &Option<Cursor>| match cursor {
            Some(Cursor { at, id }) => address_with(filter, Some((name, format!("{}.{id}", at.millis())))),
            None => String::new(),
        };
        self.rows = page.events.iter().map(|event| Row::new(event, viewer, now)).collect();
        self.newer = to("newer", &page.newer);
        self.older = to("older", &page.older);
        self.words = words(page);
        self.looked = page.looked_to.map_or_else(String::new, |at| {
            format!("Looked back to {} so far. Older events may match as well.", times::when(at, "").title)
        });
    }

    /// Where everything is shown.
    #[must_use]
    pub fn all(&self) -> String {
        address(&Filter::default())
    }

    /// Where the log is.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        PATH
    }
}

fn words(page: &Page) -> String {
    let here = page.events.len();
    let events = |count: usize| if count == 1 { "1 event".to_owned() } else { format!("{count} events") };
    match page.total {
        _ if here == 0 => String::new(),
        Some(total) if total > COUNTED => {
            format!("{here} of more than {} events", grouped(u64::try_from(COUNTED).unwrap_or(0)))
        }
        Some(total) if i64::try_from(here).is_ok_and(|here| here < total) => {
            format!("{here} of {} events", grouped(u64::try_from(total).unwrap_or(0)))
        }
        _ => events(here),
    }
}
