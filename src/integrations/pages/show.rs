//! The page of one integration.

use super::activity::Calls;
use super::asking::Asking;
use super::view::held;
use super::view::scopes::count_words;
use super::view::show::{Actions, Cockpit, Ended, Notice, Pane, ShowPage};
use super::words;
use crate::audit::{self, Line, ViewAuditLog};
use crate::authz::{self, Permit};
use crate::error::Result;
use crate::integrations::model::{Extension, LONGEST_OVERLAP, Lifecycle, Status, Token, Tokens};
use crate::integrations::store::{self, Integration, LastToken};
use crate::integrations::{EditIntegration, ViewIntegrations};
use crate::web::parts::{Fact, Pill, PillKind, Progress, Tone};
use crate::web::thing::{At, Thing as _};
use crate::web::{frame, times};
use crate::webhooks::Fragment;
use crate::world::{Span, Timestamp};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;

/// Events that the History panel shows.
const EVENTS: i64 = 10;

/// `GET …/{id}`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn show(permit: Permit<ViewIntegrations>, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let calls = Calls::of(&asking, &of).await?;
    let mut reader = at.db.read().await?;
    let last = store::last_token(&mut reader.on(), permit.account(), &of.id).await?;
    let (events, all) = audit::history(&mut reader.on(), permit.account(), of.id.as_str(), EVENTS).await?;
    let shown = i64::try_from(events.len()).unwrap_or(0);
    let now = asking.now;
    let life = Lifecycle::at(&of.facts, now);
    let page = ShowPage {
        shell: asking.shell(of.name.clone()),
        href: of.address(),
        version: of.version,
        pills: words::title_pills(&life, now),
        description: of.description.clone(),
        actions: asking.may::<EditIntegration>().then(|| actions(&life, now)).flatten(),
        guard: asking.guard(false),
        notice: notice(&life),
        review: review(&of, &life, asking.may::<EditIntegration>()),
        looked_after: looked_after(&of),
        cockpit: cockpit(&of, &life, now),
        token: token_facts(&life, now),
        ended: last.filter(|_| life.current().is_none()).map(|token| ended(token, &life, now)),
        activity: calls.activity(),
        webhooks: Fragment::of(&at.db, &asking.actor, &of.id, life.status() != Status::Deleted, now).await?,
        scope_count: count_words(of.scopes.len()),
        scope_groups: held::groups(&of.scopes),
        history: events.iter().map(|event| Line::here(event, now)).collect(),
        history_more: u64::try_from(all - shown).unwrap_or(0),
        log: match authz::may::<ViewAuditLog>(permit.actor()) {
            true => audit::address(&audit::Filter::of_thing("integration", of.id.as_str())),
            false => String::new(),
        },
    };
    frame::page(&at.request, StatusCode::OK, &page)
}

fn actions(life: &Lifecycle, now: Timestamp) -> Option<Actions> {
    let status = life.status();
    let urgent = life.is_rotation_due(now) || status == Status::Expired;
    (status != Status::Deleted).then_some(Actions {
        resume: status == Status::Paused,
        compromised: life.current().is_some(),
        pause_first: status == Status::Rotating,
        rotate_kind: if urgent && status != Status::Paused { "primary" } else { "secondary" },
    })
}

fn notice(life: &Lifecycle) -> Option<Notice> {
    let notice = |tone, glyph, title: String, text: &str| Some(Notice { tone, glyph, title, text: text.to_owned() });
    match life {
        Lifecycle::Deleted(at) => notice(
            Tone::Info,
            "trash-2",
            format!("Deleted on {}", times::day(*at)),
            "Its tokens stopped at that moment. Name, scopes and history stay readable.",
        ),
        Lifecycle::Kept { paused: Some(at), .. } => notice(
            Tone::Info,
            "circle-pause",
            format!("Paused since {}", times::day(*at)),
            "Every call is refused until it is resumed. Deadlines of its tokens go on.",
        ),
        Lifecycle::Kept { tokens: Tokens::None(at), .. } => {
            let since = at.map(|at| format!(" since {}", times::day(at))).unwrap_or_default();
            notice(
                Tone::Bad,
                "circle-x",
                format!("No live token{since}"),
                "Every call of the software is refused. Rotate to give it a new token.",
            )
        }
        Lifecycle::Kept { .. } => None,
    }
}

fn review(of: &Integration, life: &Lifecycle, may_manage: bool) -> Option<String> {
    let since = of.review_since.filter(|_| life.status() != Status::Deleted)?;
    let (who, day) = (of.looked_after_by(), times::day(since));
    let next = if may_manage { " Look at its scopes and its use, then take it over." } else { "" };
    Some(format!("{who}, who looked after it, left the account on {day}. It goes on working.{next}"))
}

fn looked_after(of: &Integration) -> String {
    let by = of.taken_over_by.as_ref().filter(|_| of.review_since.is_none());
    by.map(|by| format!("Made by {} · looked after by {by}", of.created_by)).unwrap_or_default()
}

fn token_facts(life: &Lifecycle, now: Timestamp) -> Vec<Fact> {
    let Some(token) = life.current() else { return Vec::new() };
    let age = words::age(life, now);
    let used = token.last_used_at.map_or("never".to_owned(), |at| times::ago(at, now).text);
    let mut facts = vec![
        Fact::new("Hint", token.hint.clone()).mono(),
        Fact::new("Age", age.words).second(age.second, age.tone),
        Fact::new("Created", times::day(token.created_at)).second(format!("by {}", token.created_by), Tone::Info),
        Fact::new("Last used", used).second(token.last_route.clone().unwrap_or_default(), Tone::Info),
    ];
    if let Some(address) = &token.last_address {
        facts.push(Fact::new("From", address.clone()).second(token.last_agent.clone().unwrap_or_default(), Tone::Info));
    }
    if let Some(ends) = token.ends_at {
        facts.push(
            Fact::new("Ends", times::day_and_time(ends, now)).second("and is not honoured after that", Tone::Info),
        );
    }
    facts
}

/// The last token of an integration that has none that is live.
fn ended(token: LastToken, life: &Lifecycle, now: Timestamp) -> Ended {
    let day = |millis: i64| times::day(Timestamp::from_millis(millis));
    let mut facts =
        vec![Fact::new("Created", day(token.created_at)).second(format!("by {}", token.created_by), Tone::Info)];
    facts.extend(token.ended_at.map(|at| {
        let (day, ago) = (day(at), times::ago_or_day(Timestamp::from_millis(at), now).text);
        if ago == day { Fact::new("Ended", day) } else { Fact::new("Ended", day).second(ago, Tone::Info) }
    }));
    let note = match life.status() {
        Status::Deleted => None,
        Status::Expired => Some(Tone::Bad),
        _ => Some(Tone::Info),
    };
    Ended { hint: token.hint, note, facts }
}

fn cockpit(of: &Integration, life: &Lifecycle, now: Timestamp) -> Option<Cockpit> {
    let Lifecycle::Kept { tokens: Tokens::Two { current, outgoing, until, since }, .. } = life else { return None };
    let whole = until.since(*since);
    let by = of.rotation_started_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let seconds = |span: Span| u64::try_from(span.as_seconds()).unwrap_or(0);
    let ends = format!("Ends in {}", times::roughly_left(until.since(now)));
    let in_use = if current.last_used_at.is_some() { PillKind::InUse } else { PillKind::Unused };
    Some(Cockpit {
        note: format!("Started{by} {}, overlap {}", times::ago(*since, now).text, times::roughly_left(whole)),
        progress: Progress {
            value: seconds(now.since(*since)),
            total: seconds(whole).max(1),
            left: format!("{} left", times::left(until.since(now))),
            then: "then the old token stops by itself".to_owned(),
            start: ["Started".to_owned(), times::day_and_time(*since, now)],
            end: ["Old token ends".to_owned(), times::day_and_time(*until, now)],
        },
        panes: vec![
            pane("Outgoing token", outgoing, Pill::worded(PillKind::Ends, ends), now),
            Pane { current: true, ..pane("Current token", current, Pill::new(in_use), now) },
        ],
        uses: words::uses(outgoing, current, now),
        kept: words::kept(Some(outgoing), now),
        extend_to: of
            .facts
            .extension_until(Extension::Longest, now)
            .map(|_| times::short_day(since.plus(LONGEST_OVERLAP), now)),
    })
}

fn pane(title: &'static str, token: &Token, pill: Pill, now: Timestamp) -> Pane {
    let used = token.last_used_at.map_or("never".to_owned(), |at| times::ago(at, now).text);
    let age = words::old(now.since(token.created_at));
    let mut pairs = vec![Fact::new("Last used", used)];
    pairs.extend(token.last_address.as_ref().map(|address| Fact::new("From", address.clone())));
    pairs.extend(
        token.last_agent.as_ref().filter(|agent| !agent.is_empty()).map(|agent| Fact::new("With", agent.clone())),
    );
    pairs.push(Fact::new("Created", times::day(token.created_at)).second(age, Tone::Info));
    Pane { title, current: false, pill, hint: token.hint.clone(), pairs }
}
