//! The page of one endpoint: where it leads, its signing secret, its events, and what was sent.

use super::asking::{Asking, integration_page};
use super::deliveries::{Deliveries, DeliveriesPart, listed};
use super::words::{self, Notice};
use crate::audit::{self, Line, ViewAuditLog};
use crate::authz::{self, Permit};
use crate::error::Result;
use crate::web::form::Query;
use crate::web::parts::{Fact, FormGuard, Pill, PillKind, Tone, When};
use crate::web::shell::Shell;
use crate::web::thing::{At, Thing as _};
use crate::web::{frame, times};
use crate::webhooks::model::delivery::KEPT;
use crate::webhooks::model::{Endpoint, Event, WAITING_MAX};
use crate::webhooks::store::{backlogs, deliveries, due};
use crate::webhooks::{EditEndpoint, ViewWebhooks};
use crate::world::Timestamp;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use std::iter;

/// Events that the History panel shows.
const EVENTS: i64 = 10;

/// View data of an endpoint's page.
#[derive(Debug, Template)]
#[template(path = "webhooks/show.html")]
pub struct ShowPage {
    /// The frame; its title is host and path.
    pub shell: Shell,
    /// The endpoint's address.
    pub href: String,
    /// The version that the forms in the head are about.
    pub version: i64,
    /// The status, and that two secrets sign.
    pub pills: Vec<Pill>,
    /// The description; may be empty.
    pub description: String,
    /// The controls that this person would not be refused.
    pub actions: Option<Actions>,
    /// Whether something failed or was stopped that could be sent again.
    pub undelivered: bool,
    /// Hidden fields of the forms in the head.
    pub guard: FormGuard,
    /// The same for the test event, which is sent once.
    pub once: FormGuard,
    /// What is to be known about the status, and what is under way.
    pub notices: Vec<Notice>,
    /// Where it leads.
    pub url: String,
    /// The integration's name, and its page; empty when it may not be opened.
    pub integration: (String, String),
    /// When it was made, by whom.
    pub created: (When, String),
    /// `3 of 10`.
    pub event_count: String,
    /// The events, and whether the integration may hear of each.
    pub events: Vec<(Event, bool)>,
    /// The present secret.
    pub secret: Vec<Fact>,
    /// The secret before, while it signs too.
    pub old_secret: Vec<Fact>,
    /// That there are two.
    pub two_secrets: Option<TwoSecrets>,
    /// The deliveries with their filter.
    pub list: Deliveries,
    /// The newest events of its history.
    pub history: Vec<Line>,
    /// How many older events there are.
    pub history_more: u64,
    /// Where all of them stand, for whoever may read the log.
    pub log: String,
}

/// What is so while two secrets sign.
#[derive(Debug)]
pub struct TwoSecrets {
    /// In a word.
    pub pill: Pill,
    /// Until when: `24 Nov, 12:09 UTC`.
    pub until: String,
}

/// Controls in the head.
#[derive(Debug, Clone, Copy)]
pub struct Actions {
    /// Enable, for one that the server gave up.
    pub enable: bool,
    /// Resume, for a paused one.
    pub resume: bool,
    /// Whether anything is sent, a test too.
    pub sends: bool,
}

/// `GET …/{id}`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn show(permit: Permit<ViewWebhooks>, query: Query, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let list = listed(&asking, &of, &query).await?;
    if list.part {
        return frame::page(&at.request, StatusCode::OK, &DeliveriesPart { list });
    }
    let mut reader = at.db.read().await?;
    let (events, all) = audit::history(&mut reader.on(), permit.account(), of.id.as_str(), EVENTS).await?;
    let full = due::waiting(&mut reader.on(), &of.id, WAITING_MAX).await? >= WAITING_MAX;
    let full = full.then(words::full);
    let again = backlogs::under_way(&mut reader.on(), permit.account(), &of.id).await?;
    let undelivered =
        deliveries::count_up_to(&mut reader.on(), (permit.account(), &of.id), asking.now.minus(KEPT), 1).await? > 0;
    let shown = i64::try_from(events.len()).unwrap_or(0);
    let (now, manages) = (asking.now, asking.may::<EditEndpoint>());
    let two_secrets = two_secrets(&of, now);
    let integration_page = integration_page(&asking.actor, &of.of.id);
    let page = ShowPage {
        shell: asking.shell(of.name()),
        href: of.address(),
        version: of.version,
        pills: iter::once(words::title_pill(&of, now))
            .chain(two_secrets.as_ref().map(|two| two.pill.clone()))
            .collect(),
        description: of.description.clone(),
        actions: manages.then(|| actions(&of)),
        undelivered,
        guard: asking.guard(false),
        once: asking.guard(true),
        notices: [words::notice(&of, &integration_page, manages, now), full, again.map(|of| words::again(&of, now))]
            .into_iter()
            .flatten()
            .collect(),
        url: of.url.clone(),
        integration: (of.of.name.clone(), integration_page),
        created: (times::ago_or_day(of.created_at, now), of.created_by.clone()),
        event_count: format!("{} of {}", of.events.len(), Event::ALL.len()),
        events: of.events.iter().map(|event| (*event, of.of.may_hear(*event))).collect(),
        secret: secret_facts(&of, now),
        old_secret: old_secret_facts(&of, now),
        two_secrets,
        list,
        history: events.iter().map(|event| Line::here(event, now)).collect(),
        history_more: u64::try_from(all - shown).unwrap_or(0),
        log: match authz::may::<ViewAuditLog>(permit.actor()) {
            true => audit::address(&audit::Filter::of_thing("webhook", of.id.as_str())),
            false => String::new(),
        },
    };
    frame::page(&at.request, StatusCode::OK, &page)
}

/// URL, integration and events, as one weighs them before deleting.
pub(super) fn facts(of: &Endpoint, now: Timestamp) -> Vec<Fact> {
    let events = words::count(i64::try_from(of.events.len()).unwrap_or(0), "event");
    vec![
        Fact::new("URL", of.url.clone()).mono().wide(),
        Fact::new("Integration", of.of.name.clone()),
        Fact::new("Is told of", events),
        Fact::new("Status", words::title_pill(of, now).label),
    ]
}

fn actions(of: &Endpoint) -> Actions {
    let enable = of.disabled.is_some();
    Actions { enable, resume: !enable && of.paused_at.is_some(), sends: of.condition().sends() }
}

fn secret_facts(of: &Endpoint, now: Timestamp) -> Vec<Fact> {
    let two = of.old_secret_at(now).is_some();
    let hint = Fact::new(if two { "New secret" } else { "Hint" }, of.secret.hint.clone()).mono();
    let created = times::ago_or_day(of.secret.created_at, now).text;
    vec![hint, Fact::new("Created", times::day(of.secret.created_at)).second(created, Tone::Info)]
}

fn old_secret_facts(of: &Endpoint, now: Timestamp) -> Vec<Fact> {
    let Some((old, ends)) = of.old_secret_at(now) else { return Vec::new() };
    let left = format!("{} left", times::left(ends.since(now)));
    vec![
        Fact::new("Old secret", old.hint.clone()).mono(),
        Fact::new("Signs until", format!("{} UTC", times::day_and_time(ends, now))).second(left, Tone::Info),
    ]
}

fn two_secrets(of: &Endpoint, now: Timestamp) -> Option<TwoSecrets> {
    let (_, ends) = of.old_secret_at(now)?;
    let until = format!("{} UTC", times::day_and_time(ends, now));
    Some(TwoSecrets { pill: Pill::worded(PillKind::Rotating, "Two secrets sign"), until })
}
