//! How pages word an instant or a length of time: near ones relative, far ones as a date, each with the exact UTC time.

use super::parts::When;
use crate::world::{Span, Timestamp};

/// How long ago it was: `41 s ago`, `3 h ago`, `yesterday`, `8 months ago`.
#[must_use]
pub fn ago(at: Timestamp, now: Timestamp) -> When {
    when(at, ago_words(at, now))
}

/// How long ago it was while that is less than 30 days, else the date: `6 days ago`, `24 Sep 2026`.
#[must_use]
pub fn ago_or_day(at: Timestamp, now: Timestamp) -> When {
    if now.since(at).as_days() < 30 { ago(at, now) } else { when(at, day(at)) }
}

/// The date: `20 Nov 2026`.
#[must_use]
pub fn on_day(at: Timestamp) -> When {
    when(at, day(at))
}

/// The date without its year while that is the year of `now`: `27 Nov`, `3 Jan 2027`.
#[must_use]
pub fn short_day(at: Timestamp, now: Timestamp) -> String {
    let same_year = format(at, "%Y") == format(now, "%Y");
    if same_year { format(at, "%-d %b") } else { day(at) }
}

/// The date in words: `20 Nov 2026`.
#[must_use]
pub fn day(at: Timestamp) -> String {
    format(at, "%-d %b %Y")
}

/// Date and time of day: `20 Nov, 14:02`.
#[must_use]
pub fn day_and_time(at: Timestamp, now: Timestamp) -> String {
    format!("{}, {}", short_day(at, now), format(at, "%H:%M"))
}

/// The time of day: `14:02`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    format(at, "%H:%M")
}

/// The whole of it, for a decision: `Sunday 29 November 2026, 09:30 UTC`.
#[must_use]
pub fn in_full(at: Timestamp) -> String {
    format(at, "%A %-d %B %Y, %H:%M UTC")
}

/// What is left of a span in its two largest units: `5 days 4 h`, `3 h 20 min`, `40 s`.
#[must_use]
pub fn left(span: Span) -> String {
    let seconds = span.as_seconds().max(0);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let two = |first: String, second: i64, unit: &str| match second {
        0 => first,
        some => format!("{first} {some} {unit}"),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => two(format!("{hours} h"), minutes, "min"),
        _ => two(days_of(days), hours, "h"),
    }
}

/// What is left in its largest unit alone: `5 days`, `3 h`. Days are the nearest ones: a moment after the start 7 days are still 7.
#[must_use]
pub fn roughly_left(span: Span) -> String {
    match span.as_days() {
        days if days > 0 => days_of(Span::seconds(span.as_seconds() + 43_200).as_days()),
        _ if span.as_seconds() >= 3_600 => format!("{} h", span.as_seconds() / 3_600),
        _ if span.as_seconds() >= 60 => format!("{} min", span.as_seconds() / 60),
        _ => "less than a minute".to_owned(),
    }
}

/// A number of days: `1 day`, `97 days`.
#[must_use]
pub fn days_of(days: i64) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// A text of one's own for `at`, with the exact time behind it.
#[must_use]
pub fn when(at: Timestamp, text: impl Into<String>) -> When {
    When { datetime: format(at, "%Y-%m-%dT%H:%M:%SZ"), title: format(at, "%Y-%m-%d %H:%M:%S UTC"), text: text.into() }
}

fn ago_words(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.since(at).as_seconds();
    let days = now.since(at).as_days();
    match seconds {
        ..1 => "just now".to_owned(),
        1..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ if days == 1 => "yesterday".to_owned(),
        _ if days < 60 => format!("{days} days ago"),
        _ if days < 730 => format!("{} months ago", days / 30),
        _ => format!("{} years ago", days / 365),
    }
}

fn format(at: Timestamp, pattern: &str) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.strftime(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Sunday 2026-11-22 09:21:07 UTC.
    const NOW: Timestamp = Timestamp::from_millis(1_795_339_267_000);

    #[test]
    fn near_instants_are_relative() {
        let told = |span: Span| ago(NOW.minus(span), NOW).text;
        assert_eq!(told(Span::millis(300)), "just now");
        assert_eq!(told(Span::seconds(41)), "41 s ago");
        assert_eq!(told(Span::minutes(59)), "59 min ago");
        assert_eq!(told(Span::hours(23)), "23 h ago");
        assert_eq!(told(Span::hours(25)), "yesterday");
        assert_eq!(told(Span::days(6)), "6 days ago");
        assert_eq!(told(Span::days(240)), "8 months ago");
        assert_eq!(told(Span::days(800)), "2 years ago");
        assert_eq!(told(Span::seconds(-5)), "just now");
    }

    #[test]
    fn every_one_carries_the_exact_time() {
        let when = ago(NOW, NOW);
        assert_eq!(when.datetime, "2026-11-22T09:21:07Z");
        assert_eq!(when.title, "2026-11-22 09:21:07 UTC");
    }

    #[test]
    fn far_ones_are_dates() {
        assert_eq!(ago_or_day(NOW.minus(Span::days(29)), NOW).text, "29 days ago");
        assert_eq!(ago_or_day(NOW.minus(Span::days(59)), NOW).text, "24 Sep 2026");
        assert_eq!(short_day(NOW.plus(Span::days(5)), NOW), "27 Nov");
        assert_eq!(short_day(NOW.plus(Span::days(90)), NOW), "20 Feb 2027");
        assert_eq!(day_and_time(NOW, NOW), "22 Nov, 09:21");
        assert_eq!(in_full(NOW.plus(Span::days(7))), "Sunday 29 November 2026, 09:21 UTC");
    }

    #[test]
    fn what_is_left_has_at_most_two_units() {
        let hours = |hours| Span::hours(hours);
        assert_eq!(left(hours(124)), "5 days 4 h");
        assert_eq!(left(hours(24)), "1 day");
        assert_eq!(left(Span::minutes(200)), "3 h 20 min");
        assert_eq!(left(Span::seconds(40)), "40 s");
        assert_eq!(left(Span::seconds(-40)), "0 s");
        assert_eq!(roughly_left(hours(124)), "5 days");
        assert_eq!(roughly_left(Span::seconds(7 * 86_400 - 3)), "7 days");
        assert_eq!(roughly_left(Span::minutes(119)), "1 h");
    }
}
