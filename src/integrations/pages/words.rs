//! States, ages and deadlines in the words of the pages.

use crate::integrations::model::{Lifecycle, Status, Token, Tokens};
use crate::web::parts::{Pill, PillKind, Tone};
use crate::web::times;
use crate::world::{Span, Timestamp};

const fn kind(status: Status) -> PillKind {
    match status {
        Status::Active => PillKind::Active,
        Status::Rotating => PillKind::Rotating,
        Status::Paused => PillKind::Paused,
        Status::Expired => PillKind::Expired,
        Status::Deleted => PillKind::Deleted,
    }
}

/// The pill of a state.
pub fn pill(life: &Lifecycle) -> Pill {
    Pill::new(kind(life.status()))
}

/// The pills of a page's title: the state with its date, then the flag.
pub fn title_pills(life: &Lifecycle, now: Timestamp) -> Vec<Pill> {
    let since = since(life, now);
    let word = life.status().word();
    let label = if since.is_empty() { word.to_owned() } else { format!("{word} · {since}") };
    let due = life.is_rotation_due(now).then(|| Pill::new(PillKind::RotationDue));
    std::iter::once(Pill::worded(kind(life.status()), label)).chain(due).collect()
}

/// The date that belongs to a state: `old token until 27 Nov`, `since 16 Nov`, `on 2 Apr`.
pub fn since(life: &Lifecycle, now: Timestamp) -> String {
    match life {
        Lifecycle::Deleted(at) | Lifecycle::Kept { paused: None, tokens: Tokens::None(Some(at)) } => {
            format!("on {}", times::short_day(*at, now))
        }
        Lifecycle::Kept { paused: Some(at), .. } => format!("since {}", times::short_day(*at, now)),
        Lifecycle::Kept { tokens: Tokens::Two { until, .. }, .. } => {
            format!("old token until {}", times::short_day(*until, now))
        }
        Lifecycle::Kept { .. } => String::new(),
    }
}

/// What becomes of the old token when its rotation is cancelled: `stays, with no deadline`.
pub fn kept(outgoing: Option<&Token>, now: Timestamp) -> String {
    match outgoing.and_then(|token| token.prior_ends_at) {
        None => "stays, with no deadline".to_owned(),
        Some(until) => format!("stays until {} UTC, as before the rotation", times::day_and_time(until, now)),
    }
}

/// When each token of a rotation was used, and what that means for whoever ends the old one.
pub fn uses(outgoing: &Token, current: &Token, now: Timestamp) -> String {
    let (old, new) = (&outgoing.hint, &current.hint);
    let ago = |at| times::ago(at, now).text;
    match (outgoing.last_used_at, current.last_used_at) {
        (Some(at), None) => {
            format!("{new} was never used, {old} was used {}. Put the new token into the software first.", ago(at))
        }
        (Some(at), Some(newer)) => format!("{old} was used {}, {new} {}.", ago(at), ago(newer)),
        (None, Some(at)) => format!("{old} was never used, {new} was used {}.", ago(at)),
        (None, None) => "Neither of the two was ever used.".to_owned(),
    }
}

/// An age and what follows from it.
#[derive(Debug, PartialEq, Eq)]
pub struct Age {
    /// `97 days`.
    pub words: String,
    /// `7 days overdue`.
    pub second: String,
    /// The second line's colour.
    pub tone: Tone,
}

/// The age of the current token.
pub fn age(life: &Lifecycle, now: Timestamp) -> Age {
    let age = |words: String, second: String, tone| Age { words, second, tone };
    let Some(token) = life.current() else {
        let (second, tone) = match life.status() {
            Status::Deleted => ("", Tone::Info),
            Status::Expired => ("no live token", Tone::Bad),
            _ => ("no live token", Tone::Info),
        };
        return age("–".to_owned(), second.to_owned(), tone);
    };
    let words = old(now.since(token.created_at));
    match life.days_left(now).unwrap_or_default() {
        0 => age(words, "rotation due today".to_owned(), Tone::Warn),
        left if left < 0 => age(words, format!("{} overdue", times::days_of(-left)), Tone::Warn),
        left => age(words, format!("rotate in {}", times::days_of(left)), Tone::Info),
    }
}

/// How old something is: `less than a day`, `97 days`.
pub fn old(span: Span) -> String {
    if span.as_days() < 1 { "less than a day".to_owned() } else { times::days_of(span.as_days()) }
}

/// A number of integrations: `1 integration`, `10 integrations`.
pub fn count(number: i64) -> String {
    if number == 1 { "1 integration".to_owned() } else { format!("{number} integrations") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TokenId;
    use crate::integrations::model::Facts;
    use crate::world::FixedEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_795_339_267_000);

    fn token(days: i64, ends_in: Option<i64>) -> Token {
        Token {
            id: TokenId::new(NOW, &FixedEntropy::default()),
            hint: "pit_…Tz41".to_owned(),
            created_at: NOW.minus(Span::days(days)),
            created_by: "Maren Holt".to_owned(),
            ends_at: ends_in.map(|days| NOW.plus(Span::days(days))),
            prior_ends_at: None,
            last_used_at: None,
            last_address: None,
            last_agent: None,
            last_route: None,
        }
    }

    fn life(current: Option<Token>, outgoing: Option<Token>) -> Lifecycle {
        Lifecycle::at(&Facts { current, outgoing, ..Facts::default() }, NOW)
    }

    #[test]
    fn the_age_says_what_to_do_and_by_when() {
        let told = |days| age(&life(Some(token(days, None)), None), NOW);
        assert_eq!((told(97).words.as_str(), told(97).second.as_str()), ("97 days", "7 days overdue"));
        assert_eq!(told(91).second, "1 day overdue");
        assert_eq!((told(90).second.as_str(), told(90).tone), ("rotation due today", Tone::Warn));
        assert_eq!((told(78).second.as_str(), told(78).tone), ("rotate in 12 days", Tone::Info));
        assert_eq!(told(0).words, "less than a day");
        assert_eq!(age(&life(None, None), NOW).second, "no live token");
        assert_eq!(age(&life(None, None), NOW).tone, Tone::Bad, "it is expired");
        let paused = Lifecycle::at(&Facts { paused_at: Some(NOW), ..Facts::default() }, NOW);
        assert_eq!(age(&paused, NOW).tone, Tone::Info);
    }

    #[test]
    fn a_cancelled_rotation_gives_the_old_token_its_own_end_back() {
        assert_eq!(kept(Some(&token(2, Some(5))), NOW), "stays, with no deadline");
        let ending = Token { prior_ends_at: Some(NOW.plus(Span::days(5))), ..token(2, Some(1)) };
        assert_eq!(kept(Some(&ending), NOW), "stays until 27 Nov, 09:21 UTC, as before the rotation");
    }

    #[test]
    fn whoever_ends_the_old_token_reads_when_both_were_used() {
        let used = |hint: &str, ago: Option<i64>| {
            let last_used_at = ago.map(|minutes| NOW.minus(Span::minutes(minutes)));
            Token { hint: hint.to_owned(), last_used_at, ..token(2, None) }
        };
        let words = |old, new| uses(&used("pit_…old1", old), &used("pit_…new1", new), NOW);
        let first =
            "pit_…new1 was never used, pit_…old1 was used 3 min ago. Put the new token into the software first.";
        assert_eq!(words(Some(3), None), first);
        assert_eq!(words(Some(9), Some(3)), "pit_…old1 was used 9 min ago, pit_…new1 3 min ago.");
        assert_eq!(words(None, Some(3)), "pit_…old1 was never used, pit_…new1 was used 3 min ago.");
        assert_eq!(words(None, None), "Neither of the two was ever used.");
    }

    #[test]
    fn the_title_carries_state_date_and_flag() {
        let labels = |life: &Lifecycle| title_pills(life, NOW).into_iter().map(|pill| pill.label).collect::<Vec<_>>();
        assert_eq!(labels(&life(Some(token(97, None)), None)), ["Active", "Rotation due"]);
        let rotating = life(Some(token(2, None)), Some(token(100, Some(5))));
        assert_eq!(labels(&rotating), ["Rotating · old token until 27 Nov"]);
    }
}
