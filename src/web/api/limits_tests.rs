//! Windows that begin, end and are forgotten.

use super::*;

const MOST: RateLimits = RateLimits { interval: 3, day: 5 };
const NOON: Timestamp = Timestamp::from_millis(20_000 * DAY + DAY / 2);

fn waits(counters: &Counters<u32>, times: usize, now: Timestamp) -> Vec<Option<u32>> {
    (0..times).map(|_| counters.count(&1, now).wait()).collect()
}

#[test]
fn whoever_waits_as_told_gets_through() {
    let counters = Counters::new(MOST, 10);
    assert_eq!(waits(&counters, 3, NOON), [None; 3]);
    let late = NOON.plus(Span::millis(9_001));
    assert_eq!(waits(&counters, 1, late), [Some(1)]);
    assert_eq!(waits(&counters, 1, NOON.plus(Span::millis(1))), [Some(10)]);
    assert_eq!(waits(&counters, 3, late.plus(Span::seconds(1))), [None, None, Some(DAY_HALF - 10)]);
    let midnight = NOON.plus(Span::millis(DAY / 2));
    assert_eq!(waits(&counters, 4, midnight), [None, None, None, Some(10)]);
}

const DAY_HALF: u32 = 43_200;

#[test]
fn what_is_left_counts_down_and_refusals_take_nothing() {
    let counters = Counters::new(MOST, 10);
    let left = |allowance: Allowance| (allowance.left, allowance.left_today, allowance.day_ends_in);
    assert_eq!(left(counters.look(&1, NOON)), (3, 5, DAY / 2));
    assert_eq!(left(counters.count(&1, NOON)), (2, 4, DAY / 2));
    waits(&counters, 5, NOON);
    assert_eq!(left(counters.look(&1, NOON)), (0, 2, DAY / 2));
    assert_eq!(left(counters.look(&2, NOON)), (3, 5, DAY / 2));
    assert_eq!(left(counters.look(&1, NOON.plus(INTERVAL))), (3, 2, DAY / 2 - 10_000));
}

#[test]
fn a_clock_that_is_set_back_locks_nobody_out() {
    let counters = Counters::new(MOST, 10);
    waits(&counters, 9, NOON.plus(Span::days(400)));
    assert_eq!(waits(&counters, 1, NOON), [None]);
    // A request that came before midnight and is counted after it takes nobody's count away.
    let midnight = NOON.plus(Span::millis(DAY / 2));
    waits(&counters, 2, midnight);
    let _ = counters.count(&2, midnight.minus(Span::millis(5)));
    assert_eq!(counters.look(&1, midnight).left_today, 3);
}

#[test]
fn memory_is_bounded_and_silence_is_forgotten() {
    let counters = Counters::new(MOST, 100);
    for key in 0..1_000 {
        let _ = counters.count(&key, NOON.plus(Span::seconds(i64::from(key))));
    }
    let kept = |counters: &Counters<u32>| counters.kept.lock().unwrap().windows.len();
    assert!(kept(&counters) <= 100);
    for key in 0..1_000 {
        let _ = counters.count(&key, NOON.plus(Span::hours(1)));
    }
    assert!(kept(&counters) <= 100);
    let _ = counters.count(&1, NOON.plus(Span::days(1)));
    assert_eq!(kept(&counters), 1);
}
