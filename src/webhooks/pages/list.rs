//! The list of webhooks.

use super::asking::{Asking, integration_page};
use super::{LIST, outcomes, words};
use crate::authz::{self, Actor, Permit};
use crate::error::Result;
use crate::web::form::Query;
use crate::web::parts::{Pill, When};
use crate::web::shell::Shell;
use crate::web::thing::At;
use crate::web::{frame, times};
use crate::webhooks::model::Place;
use crate::webhooks::store::listed::{self, Disabled, Figures, Last, Listed};
use crate::webhooks::{CreateEndpoint, ViewWebhooks};
use crate::world::Timestamp;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// The longest search, in characters.
const SEARCH_MAX: usize = 200;
/// Characters of a description that are shown.
const LINE: usize = 100;

/// View data of the list.
#[derive(Debug, Template)]
#[template(path = "webhooks/list.html")]
pub struct ListPage {
    /// The frame.
    pub shell: Shell,
    /// Whether controls that change something are shown.
    pub may_manage: bool,
    /// Whether the account has none.
    pub empty: bool,
    /// What the server gave up.
    pub disabled: Option<DisabledBanner>,
    /// What is searched.
    pub search: String,
    /// The list itself.
    pub list: ListBlock,
}

/// View data of the part that alone answers another search.
#[derive(Debug, Template)]
#[template(path = "webhooks/list_block.html")]
pub struct ListPart {
    /// The list itself.
    pub list: ListBlock,
}

/// The list with its count and its pages.
#[derive(Debug)]
pub struct ListBlock {
    /// Whether only this part is rendered, so that its count is announced.
    pub part: bool,
    /// A page of them.
    pub rows: Vec<Row>,
    /// The count in words: `3 webhooks`.
    pub words: String,
    /// Address of the first page; empty on it.
    pub newer: String,
    /// Address of the page after; empty for none.
    pub older: String,
}

/// What the server gave up.
#[derive(Debug)]
pub struct DisabledBanner {
    /// How many.
    pub title: String,
    /// Which, since when, and what to do.
    pub text: String,
    /// The page of the only one; empty when there are more.
    pub href: String,
}

/// One endpoint of a list.
#[derive(Debug)]
pub struct Row {
    /// Its page.
    pub href: String,
    /// The whole URL.
    pub url: String,
    /// Its host, with the port where that is not the usual one.
    pub host: String,
    /// What follows it, shortened when it is long.
    pub path: String,
    /// The beginning of what it is for; may be empty.
    pub description: String,
    /// The integration's name.
    pub integration: String,
    /// The integration's page; empty when it may not be opened.
    pub integration_href: String,
    /// Its status.
    pub pill: Pill,
    /// A date that belongs to the status.
    pub since: String,
    /// How many events it chose: `3 events`.
    pub count: String,
    /// Their names.
    pub events: Vec<&'static str>,
    /// What the last try was answered, and whether that was bad.
    pub last: Option<(String, bool, When)>,
    /// When it was made.
    pub created: When,
}

impl Row {
    /// As a list shows it to `actor` at `now`.
    #[must_use]
    pub fn new(of: &Listed, actor: &Actor, now: Timestamp) -> Self {
        let endpoint = &of.endpoint;
        let place = Place::of(&endpoint.url);
        Self {
            href: format!("{LIST}/{}", endpoint.id),
            url: endpoint.url.clone(),
            path: place.path_shown(),
            host: format!("{}{}", place.host, place.port),
            description: beginning(&endpoint.description),
            integration: endpoint.of.name.clone(),
            integration_href: integration_page(actor, &endpoint.of.id),
            pill: words::pill(endpoint.condition()),
            since: words::since(endpoint, now),
            count: words::count(i64::try_from(endpoint.events.len()).unwrap_or(0), "event"),
            events: endpoint.events.iter().map(|event| event.name()).collect(),
            last: of.last.as_ref().map(|last| last_words(last, now)),
            created: times::ago_or_day(endpoint.created_at, now),
        }
    }
}

fn last_words(last: &Last, now: Timestamp) -> (String, bool, When) {
    (outcomes::answer(last.status, last.problem), !last.delivered, times::ago(last.at, now))
}

/// The beginning of the first line.
fn beginning(description: &str) -> String {
    let line = description.lines().next().unwrap_or_default().trim();
    match line.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default().trim_end()),
        None => line.to_owned(),
    }
}

/// `GET /settings/webhooks`.
///
/// # Errors
/// Faults of the store.
pub async fn show(permit: Permit<ViewWebhooks>, query: Query, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let search: String = query.one("search").trim().chars().filter(|c| !c.is_control()).take(SEARCH_MAX).collect();
    let mut reader = at.db.read().await?;
    let figures = listed::figures(&mut reader.on(), permit.account()).await?;
    let list = block(&asking, &query, &search, figures).await?;
    if list.part {
        return frame::page(&at.request, StatusCode::OK, &ListPart { list });
    }
    let disabled = match figures.disabled {
        0 => None,
        _ => Some(disabled_words(figures, &listed::disabled(&mut reader.on(), permit.account()).await?, asking.now)),
    };
    let mut shell = asking.shell("Webhooks");
    shell.breadcrumb = frame::settings_crumbs(None);
    let page = ListPage {
        shell,
        may_manage: authz::may::<CreateEndpoint>(permit.actor()),
        empty: figures.kept == 0,
        disabled,
        search,
        list,
    };
    frame::page(&at.request, StatusCode::OK, &page)
}

/// A page of all of them, or all that match.
async fn block(asking: &Asking<'_>, query: &Query, search: &str, figures: Figures) -> Result<ListBlock> {
    let account = &asking.actor.account().id;
    let after = query.one("after").parse().ok().filter(|_| search.is_empty());
    let mut reader = asking.db.read().await?;
    let (rows, more) = match search {
        "" => listed::page(&mut reader.on(), account, after.as_ref()).await?,
        words => (listed::matching(&mut reader.on(), account, words).await?, false),
    };
    let count = if search.is_empty() { figures.kept } else { i64::try_from(rows.len()).unwrap_or(i64::MAX) };
    let last = rows.last().map(|row| row.endpoint.id.to_string());
    Ok(ListBlock {
        part: frame::wants_part(asking.request),
        rows: rows.iter().map(|row| Row::new(row, &asking.actor, asking.now)).collect(),
        words: words::count(count, "webhook"),
        newer: if after.is_some() { LIST.to_owned() } else { String::new() },
        older: last.filter(|_| more).map(|id| format!("{LIST}?after={id}")).unwrap_or_default(),
    })
}

fn disabled_words(figures: Figures, newest: &[Disabled], now: Timestamp) -> DisabledBanner {
    let place = |of: &Disabled| {
        let since = times::day_and_time(Timestamp::from_millis(of.disabled_at), now);
        format!("{} (since {since} UTC)", Place::of(&of.url).title())
    };
    let mut names: Vec<String> = newest.iter().map(place).collect();
    let more = figures.disabled - i64::try_from(names.len()).unwrap_or(0);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let listed = match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    };
    let one = figures.disabled == 1;
    let (is, gets) = if one { ("is", "gets") } else { ("are", "get") };
    DisabledBanner {
        title: format!("{} {is} disabled", words::count(figures.disabled, "webhook")),
        text: format!(
            "{listed} {gets} no events any more. Fix the receiver, then enable the webhook and redeliver what failed."
        ),
        href: newest.first().filter(|_| one).map(|of| format!("{LIST}/{}", of.id)).unwrap_or_default(),
    }
}
