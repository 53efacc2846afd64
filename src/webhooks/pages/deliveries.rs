//! The deliveries of an endpoint, with their filter and pages.

use super::asking::Asking;
use super::outcomes;
use crate::error::Result;
use crate::ids::DeliveryId;
use crate::web::form::Fields;
use crate::web::parts::{Choice, Pill, When};
use crate::web::thing::Thing as _;
use crate::web::{frame, times};
use crate::webhooks::model::{Condition, Endpoint, State};
use crate::webhooks::store::sent::{self, Listed};
use crate::world::Timestamp;
use askama::Template;

/// Deliveries on one page.
const PAGE: usize = 25;

/// View data of the part that alone answers a changed filter.
#[derive(Debug, Template)]
#[template(path = "webhooks/deliveries.html")]
pub struct DeliveriesPart {
    /// The deliveries.
    pub list: Deliveries,
}

/// Deliveries with their filter and pages.
#[derive(Debug)]
pub struct Deliveries {
    /// Whether only this part is rendered, so that its count is announced.
    pub part: bool,
    /// The endpoint's address.
    pub href: String,
    /// The choices of the filter.
    pub statuses: Vec<Choice>,
    /// Whether it is filtered.
    pub filtered: bool,
    /// A page of them.
    pub rows: Vec<Row>,
    /// What is shown, in words.
    pub words: String,
    /// Address of the first page; empty on it.
    pub newer: String,
    /// Address of the page after; empty for none.
    pub older: String,
}

/// One delivery of the list.
#[derive(Debug)]
pub struct Row {
    /// Its page.
    pub href: String,
    /// The event's name.
    pub event: &'static str,
    /// Whom it is about; empty when the body does not say.
    pub about: String,
    /// When it was made.
    pub made: When,
    /// Its status.
    pub pill: Pill,
    /// What belongs to the status: when it is tried next, why it was stopped.
    pub second: String,
    /// How often it was tried in all.
    pub attempts: i64,
    /// What the last try was answered.
    pub answer: String,
    /// Whether that was no success.
    pub bad: bool,
    /// How long it took.
    pub took: String,
    /// When that was.
    pub tried: Option<When>,
    /// What stands there before the first one.
    pub untried: &'static str,
}

impl Row {
    fn new(listed: &Listed, to: Condition, href: &str, now: Timestamp) -> Self {
        let of = &listed.delivery;
        let second = match of.state {
            State::Waiting => outcomes::waits(of, to, now),
            State::Stopped => outcomes::stopped(of).to_owned(),
            State::Delivered | State::Failed => String::new(),
        };
        Self {
            href: format!("{href}/deliveries/{}", of.id),
            event: of.event.name(),
            about: listed.body.as_deref().map(outcomes::about).unwrap_or_default(),
            made: times::ago_or_day(of.created_at, now),
            pill: outcomes::pill(of.state),
            second,
            attempts: of.attempts_before + of.attempts,
            answer: outcomes::answer(of.status, of.problem),
            bad: of.problem.is_some(),
            took: of.took_ms.map_or("–".to_owned(), outcomes::duration),
            tried: of.tried_at.map(|at| times::ago(at, now)),
            untried: if of.state == State::Waiting { "not yet" } else { "never" },
        }
    }
}

/// A page of them, as `query` asks for it.
///
/// # Errors
/// Faults of the store.
pub async fn listed(asking: &Asking<'_>, of: &Endpoint, query: &Fields) -> Result<Deliveries> {
    let state = State::from_code(query.one("status"));
    let after: Option<DeliveryId> = query.one("after").parse().ok();
    let mut reader = asking.db.read().await?;
    let found = sent::page(&mut reader.on(), &of.account, &of.id, state, after.as_ref(), PAGE).await?;
    let (found, more) = found;
    let (href, to) = (of.address(), of.condition());
    let page = |after: Option<&DeliveryId>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(state.map(|state| ("status", state.code())));
        query.extend_pairs(after.map(|id| ("after", id.as_str())));
        let query = query.finish();
        if query.is_empty() { format!("{href}#deliveries") } else { format!("{href}?{query}#deliveries") }
    };
    let mut statuses = vec![("", "Any")];
    statuses.extend(State::ALL.iter().map(|state| (state.code(), outcomes::status_word(*state))));
    let number = i64::try_from(found.len()).unwrap_or(0);
    Ok(Deliveries {
        part: frame::wants_part(asking.request),
        statuses: Choice::list(&statuses, state.map_or("", State::code)),
        filtered: state.is_some(),
        rows: found.iter().map(|listed| Row::new(listed, to, &href, asking.now)).collect(),
        words: match number {
            1 => "1 delivery".to_owned(),
            many if more || after.is_some() => format!("{many} deliveries on this page"),
            many => format!("{many} deliveries"),
        },
        newer: if after.is_some() { page(None) } else { String::new() },
        older: found.last().filter(|_| more).map(|last| page(Some(&last.delivery.id))).unwrap_or_default(),
        href,
    })
}
