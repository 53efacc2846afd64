//! What is so with a webhook in the words of the pages.

use crate::web::parts::chart::grouped;
use crate::web::parts::{Pill, PillKind, Tone};
use crate::web::thing::Thing as _;
use crate::web::times;
use crate::webhooks::model::delivery::ANSWER_MAX;
use crate::webhooks::model::{AGAIN_WAITING_MAX, Condition, DisabledWhy, Endpoint, State, WAITING_MAX};
use crate::webhooks::store::backlogs::UnderWay;
use crate::world::Timestamp;

/// The pill of a condition.
pub fn pill(condition: Condition) -> Pill {
    let (kind, label) = match condition {
        Condition::Active => (PillKind::Active, "Active"),
        Condition::Failing(_) => (PillKind::Failing, "Failing"),
        Condition::Paused => (PillKind::Paused, "Paused"),
        Condition::Disabled(_) => (PillKind::Disabled, "Disabled"),
        Condition::IntegrationPaused => (PillKind::Paused, "Integration paused"),
        Condition::IntegrationDeleted => (PillKind::Deleted, "Integration deleted"),
        Condition::ScopeMissing => (PillKind::Failing, "Scope missing"),
        Condition::AccountDisabled => (PillKind::Paused, "Account disabled"),
    };
    Pill::worded(kind, label)
}

/// The pill of a page's title: the condition with its date.
pub fn title_pill(of: &Endpoint, now: Timestamp) -> Pill {
    let (pill, since) = (pill(of.condition()), since(of, now));
    if since.is_empty() { pill } else { Pill::worded(pill.kind, format!("{} · {since}", pill.label)) }
}

/// The date that belongs to a condition: `since 16 Nov`.
pub fn since(of: &Endpoint, now: Timestamp) -> String {
    let at = match of.condition() {
        Condition::Failing(at) => Some(at),
        Condition::Paused => of.paused_at,
        Condition::Disabled(_) => of.disabled.map(|(at, _)| at),
        _ => None,
    };
    at.map(|at| format!("since {}", times::short_day(at, now))).unwrap_or_default()
}

/// What is to be known about a condition, and what to do.
#[derive(Debug)]
pub struct Notice {
    /// Its colour.
    pub tone: Tone,
    /// Its icon.
    pub glyph: &'static str,
    /// What is so.
    pub title: String,
    /// What follows, and what to do.
    pub text: String,
    /// Where to do it when that is another page: words and address.
    pub way: Option<(&'static str, String)>,
}

impl Notice {
    /// With the way to the deliveries of this status.
    fn leading_to(self, words: &'static str, of: &Endpoint, status: State) -> Self {
        Self { way: Some((words, format!("{}?status={}#deliveries-title", of.address(), status.code()))), ..self }
    }
}

/// ` since 23 Nov, 12:09 UTC`.
fn exactly(at: Option<Timestamp>, now: Timestamp) -> String {
    at.map(|at| format!(" since {} UTC", times::day_and_time(at, now))).unwrap_or_default()
}

/// The notice of an endpoint; none while all is well. `integration` is its integration's page; empty when it may not be opened.
/// `manages`: whether what changes something is offered.
pub fn notice(of: &Endpoint, integration: &str, manages: bool, now: Timestamp) -> Option<Notice> {
    let way = |words, page: &str| (!integration.is_empty()).then(|| (words, format!("{integration}{page}")));
    let notice =
        |tone, glyph, title: String, text: &str| Notice { tone, glyph, title, text: text.to_owned(), way: None };
    Some(match of.condition() {
        Condition::Active => return None,
        Condition::Failing(at) => notice(
            Tone::Warn,
            "triangle-alert",
            format!("Every try failed{}", exactly(Some(at), now)),
            "Deliveries are tried again for about three days. After three days without a success the webhook is disabled. Look at \
             what the receiver answered.",
        )
        .leading_to("Show what waits", of, State::Waiting),
        Condition::Paused => notice(
            Tone::Info,
            "circle-pause",
            format!("Paused{}", exactly(of.paused_at, now)),
            "Nothing is sent until it is resumed. What falls due in the meantime is stopped, and can be redelivered.",
        ),
        Condition::Disabled(why) => {
            let (because, text, words, status) = match why {
                DisabledWhy::Gone => (
                    "the receiver said that it is gone",
                    "It answered 410. Enable the webhook once the receiver takes deliveries again, or delete it.",
                    "Show what failed",
                    State::Failed,
                ),
                DisabledWhy::Failing => (
                    "it failed for three days",
                    "Look at what the receiver answered and mend it, then enable the webhook and redeliver what failed.",
                    "Show what was stopped",
                    State::Stopped,
                ),
            };
            let since = exactly(of.disabled.map(|(at, _)| at), now);
            notice(Tone::Bad, "circle-x", format!("Disabled{since}: {because}"), text).leading_to(words, of, status)
        }
        Condition::IntegrationPaused => Notice {
            way: way("Open the integration", ""),
            ..notice(
                Tone::Info,
                "circle-pause",
                format!("{} is paused", of.of.name),
                "Nothing is sent while its integration is paused. What falls due in the meantime is stopped, and can be redelivered.",
            )
        },
        Condition::ScopeMissing => Notice {
            way: way("Change the scopes", "/edit").filter(|_| manages),
            ..notice(
                Tone::Warn,
                "triangle-alert",
                format!("{} lacks the scope contacts.readonly", of.of.name),
                "Its events tell of contacts, so nothing is sent without that scope.",
            )
        },
        Condition::IntegrationDeleted | Condition::AccountDisabled => notice(
            Tone::Info,
            "circle-pause",
            format!("Nothing is sent: {}", of.condition().words()),
            "What falls due in the meantime is stopped.",
        ),
    })
}

/// That no more may wait.
pub fn full() -> Notice {
    Notice {
        tone: Tone::Warn,
        glyph: "triangle-alert",
        title: format!("{} deliveries wait", number(WAITING_MAX)),
        text: "What happens until some of them were taken is stopped at once, and can be redelivered. Look at what the receiver answers."
            .to_owned(),
        way: None,
    }
}

/// That what failed is being tried anew, and how far that is.
pub fn again(of: &UnderWay, now: Timestamp) -> Notice {
    let since = times::day_and_time(Timestamp::from_millis(of.again_since), now);
    Notice {
        tone: Tone::Info,
        glyph: "refresh-cw",
        title: "What failed is being tried anew".to_owned(),
        text: format!(
            "{} of {} so far, made since {since} UTC, the oldest first. The others follow as soon as those were tried. Pausing the \
             webhook ends it.",
            number(of.done),
            number(of.asked)
        ),
        way: None,
    }
}

/// Characters of a receiver's answer that are shown: `2,048`.
#[must_use]
pub fn answer_shown() -> String {
    grouped(u64::try_from(ANSWER_MAX).unwrap_or(0))
}

/// How many deliveries wait for an endpoint at most: of what happens, and of what is tried anew.
#[must_use]
pub fn waiting_shown() -> (String, String) {
    (number(WAITING_MAX), number(AGAIN_WAITING_MAX))
}

/// `10,000`.
pub fn number(of: i64) -> String {
    grouped(u64::try_from(of).unwrap_or(0))
}

/// A number of things: `1 event`, `10 events`.
pub fn count(number: i64, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_not_many() {
        assert_eq!((count(1, "event"), count(10, "event")), ("1 event".to_owned(), "10 events".to_owned()));
    }
}
