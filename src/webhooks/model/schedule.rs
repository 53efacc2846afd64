//! When a delivery that failed is tried again.

use crate::world::{Entropy, Span, Timestamp};

/// About so long after each failed try comes the next one; after the last of them none.
const DELAYS: [Span; 9] = [
    Span::seconds(5),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(5),
    Span::hours(10),
    Span::hours(14),
    Span::hours(20),
    Span::hours(24),
];

/// How long a try may take, from the look for an address to the end of the answer.
pub const TRY_MAX: Span = Span::seconds(15);
/// A try that took longer makes its endpoint a slow one.
pub const SLOW: Span = Span::seconds(3);
/// An endpoint that took something within so long is known to take what it is sent.
pub const KNOWN: Span = Span::days(1);
/// So exactly it is kept when that was.
pub const KNOWN_TO: Span = Span::hours(1);
/// A receiver that answers this status wants nothing any more.
pub const GONE: u16 = 410;
/// How often a delivery is tried at most.
pub const TRIES: i64 = 10;
/// The longest that a receiver may ask for by `Retry-After`; more counts as this.
pub const RETRY_AFTER_MAX: Span = Span::hours(24);
/// An endpoint that failed for longer is disabled.
pub const FAILING_MAX: Span = Span::days(3);

/// Between two failures of which the later one belongs to the same failing lies no more: the longest wait that [`next`] names, and
/// two hours for whatever is in the way when it is over. After a longer one nothing was tried, and it fails anew.
pub const STEADY: Span = Span::millis(longest() + Span::hours(2).as_millis());

/// The delays in words, for who writes a receiver: `5 seconds, 5 minutes, … and 24 hours`.
#[must_use]
pub fn delays() -> String {
    let words = |delay: &Span| {
        let seconds = delay.as_seconds();
        match (seconds % 3_600, seconds % 60) {
            (0, _) => format!("{} hours", seconds / 3_600),
            (_, 0) => format!("{} minutes", seconds / 60),
            _ => format!("{seconds} seconds"),
        }
    };
    let [before @ .., last] = &DELAYS;
    let before: Vec<String> = before.iter().map(words).collect();
    format!("{} and {}", before.join(", "), words(last))
}

/// The days over which a delivery is tried, unless the receiver asks for more time.
#[must_use]
pub fn days() -> i64 {
    DELAYS.iter().map(|delay| delay.as_seconds()).sum::<i64>() / Span::days(1).as_seconds()
}

const fn longest() -> i64 {
    let [.., last] = DELAYS;
    let jittered = last.as_millis() + last.as_millis() / 10;
    let wanted = RETRY_AFTER_MAX.as_millis();
    if jittered > wanted { jittered } else { wanted }
}

/// When the next try comes after the failed try number `tries`, counted from one: each delay is up to a tenth shorter or longer, so
/// that what failed together does not come back together. A longer `Retry-After` wins. None: it was the last one.
#[must_use]
pub fn next(tries: i64, now: Timestamp, retry_after: Option<Span>, entropy: &dyn Entropy) -> Option<Timestamp> {
    let place = usize::try_from(tries.saturating_sub(1)).ok()?;
    let delay = DELAYS.get(place)?.as_millis();
    // Between -1,000 and 1,000 thousandths of a tenth.
    let chance = i64::from(u16::from_le_bytes(entropy.bytes())) % 2_001 - 1_000;
    let jittered = Span::millis(delay + delay / 10 * chance / 1_000);
    let wanted = retry_after.map_or(jittered, |wanted| wanted.min(RETRY_AFTER_MAX));
    Some(now.plus(jittered.max(wanted)))
}

/// What a `Retry-After` asks for: seconds, or an instant as HTTP writes it. None: it is neither, or past.
#[must_use]
pub fn retry_after(value: &str, now: Timestamp) -> Option<Span> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are a long time too.
        let seconds = value.parse::<i64>().unwrap_or(i64::MAX).min(RETRY_AFTER_MAX.as_seconds());
        return Some(Span::seconds(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    let wait = Timestamp::from_millis(date.as_millisecond()).since(now);
    (wait > Span::millis(0)).then_some(wait.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhooks::model::Problem;
    use crate::webhooks::model::delivery::KEPT;
    use crate::world::FixedEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_445_412_480_000);

    fn wait(tries: i64, wanted: Option<Span>, entropy: &dyn Entropy) -> Option<Span> {
        next(tries, NOW, wanted, entropy).map(|at| at.since(NOW))
    }

    #[test]
    fn each_delay_is_within_a_tenth_of_its_length() {
        let entropy = FixedEntropy::default();
        for (place, delay) in DELAYS.iter().enumerate() {
            let waits: Vec<i64> = (0..1_000)
                .map(|_| wait(i64::try_from(place).unwrap() + 1, None, &entropy).unwrap().as_millis())
                .collect();
            let (least, most) = (*waits.iter().min().unwrap(), *waits.iter().max().unwrap());
            let tenth = delay.as_millis() / 10;
            assert!(least >= delay.as_millis() - tenth && most <= delay.as_millis() + tenth, "{least} to {most}");
            assert!(most - least > tenth, "it spreads: {least} to {most}");
        }
    }

    #[test]
    fn the_schedule_is_told_as_it_is() {
        let told = "5 seconds, 5 minutes, 30 minutes, 2 hours, 5 hours, 10 hours, 14 hours, 20 hours and 24 hours";
        assert_eq!((delays().as_str(), days()), (told, 3));
        assert_eq!(usize::try_from(TRIES).unwrap(), DELAYS.len() + 1);
        assert_eq!(delays().matches(',').count() + 2, DELAYS.len());
    }

    /// Sentences that stand as they are, in pages and in the operator's handbook, say what the code does.
    #[test]
    fn numbers_in_sentences_are_those_of_the_code() {
        let handbook = include_str!("../../../docs/operating.md").replace('\n', " ");
        let within = format!("within {} seconds", TRY_MAX.as_seconds());
        for sentence in [
            format!("is not answered with 2xx {within} is tried ten times over a little more than {} days", days()),
            format!("fails for {} days and was tried all that time, is disabled", FAILING_MAX.as_days()),
            format!("Deliveries and their bodies for {} days", KEPT.as_days()),
        ] {
            assert!(handbook.contains(&sentence), "{sentence}");
        }
        assert!(Problem::TimedOut.words().contains(&within));
        assert_eq!((TRIES, FAILING_MAX.as_days(), KEPT.as_days()), (10, 3, 30), "console and letters say so too");
    }

    #[test]
    fn the_tenth_try_is_the_last() {
        let entropy = FixedEntropy::default();
        assert!(wait(TRIES - 1, None, &entropy).is_some());
        assert_eq!(wait(TRIES, None, &entropy), None);
        assert_eq!(wait(TRIES, Some(Span::hours(1)), &entropy), None, "whatever the receiver asks for");
        assert_eq!(wait(0, None, &entropy), None);
    }

    #[test]
    fn a_longer_retry_after_wins_but_for_a_day_at_most() {
        let entropy = FixedEntropy::default();
        assert_eq!(wait(1, Some(Span::minutes(3)), &entropy), Some(Span::minutes(3)));
        assert!(wait(3, Some(Span::seconds(1)), &entropy).unwrap() >= Span::minutes(27));
        assert_eq!(wait(1, Some(Span::days(9)), &entropy), Some(Span::hours(24)));
    }

    #[test]
    fn no_wait_of_the_schedule_ends_a_failing() {
        let entropy = FixedEntropy::default();
        let longest = (1..TRIES)
            .flat_map(|tries| [None, Some(RETRY_AFTER_MAX), Some(Span::days(9))].map(|wanted| (tries, wanted)))
            .flat_map(|both| std::iter::repeat_n(both, 1_000))
            .filter_map(|(tries, wanted)| wait(tries, wanted, &entropy))
            .max()
            .unwrap();
        assert!(longest > Span::hours(26) && longest.as_millis() <= STEADY.as_millis() - Span::hours(2).as_millis());
        assert!(STEADY < FAILING_MAX, "what fails without end is disabled by it");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        for (value, expected) in [
            ("120", Some(Span::seconds(120))),
            (" 0 ", Some(Span::seconds(0))),
            ("99999999999999999999999", Some(RETRY_AFTER_MAX)),
            ("Wed, 21 Oct 2015 07:30:00 GMT", Some(Span::minutes(2))),
            ("Wed, 21 Oct 2015 07:00:00 GMT", None),
            ("Sat, 21 Oct 2017 07:30:00 GMT", Some(RETRY_AFTER_MAX)),
            ("", None),
            ("-5", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(retry_after(value, NOW), expected, "{value:?}");
        }
    }
}
