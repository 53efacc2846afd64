//! Sixty days of calls: busy on weekdays, quiet at weekends, some refused, none after a token's end.

use super::life::Life;
use super::store::{self, Counted, Lifetime};
use super::story::Rhythm;
use crate::db::journal::Unlogged;
use crate::db::{Db, On};
use crate::error::Result;
use crate::ids::AccountId;
use crate::world::{Span, Timestamp};

const DAYS: i64 = 60;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// How much of the work an old token still does while a newer one lives, in per cent.
const STILL_OLD: i64 = 25;

/// Counts the calls of every integration and notes each token's last one.
pub async fn count(db: &Db, account: &AccountId, lives: &[Life], now: Timestamp) -> Result<()> {
    let mut tx = db.write().await?;
    for (seed, life) in (1_i64..).zip(lives) {
        let Some(rhythm) = &life.story.calls else { continue };
        let tokens = store::lifetimes(&mut tx.on(), account, &life.id).await?;
        for token in &tokens {
            let last = last_use(token, rhythm, now);
            if last.millis() < token.created_at {
                continue;
            }
            store::set_last_call(&mut tx.on(), &token.id, &life.id, rhythm.last_call(last)).await?;
            let newer = tokens.iter().filter(|other| other.created_at > token.created_at).collect();
            let work = Work { seed, rhythm, token, newer, last };
            count_token(&mut tx.on(), (account, life), &work, now).await?;
        }
    }
    Ok(tx.commit_unlogged(Unlogged::Seed).await?)
}

/// The token's last call: the integration's, or some minutes before its own end.
fn last_use(token: &Lifetime, rhythm: &Rhythm, now: Timestamp) -> Timestamp {
    let last = now.minus(rhythm.last.0);
    let own = token.end_at.map(|end| Timestamp::from_millis(end).min(now).minus(Span::minutes(26)));
    own.map_or(last, |own| own.min(last))
}

async fn count_token(
    on: &mut On<'_>,
    (account, life): (&AccountId, &Life),
    work: &Work<'_>,
    now: Timestamp,
) -> Result<()> {
    let today = now.millis().div_euclid(DAY);
    for day in today - DAYS + 1..=today {
        let start = Timestamp::from_millis(day * DAY);
        let counted = |scope, status_class| Counted {
            account,
            integration: &life.id,
            token: &work.token.id,
            scope,
            status_class,
        };
        let refused = work.refused(day);
        for (place, (scope, share)) in work.rhythm.scopes.iter().enumerate() {
            let hours: [i64; 24] = std::array::from_fn(|hour| work.calls(day, hour));
            let answered = hours.map(|calls| calls * share * (100 - refused) / 10_000);
            // The hour of the last call has one, however quiet it is.
            let answered = if place == 0 { with_last(answered, work, day) } else { answered };
            // Rounded by chance, so that quiet software is refused now and then too.
            let denied = std::array::from_fn(|hour| {
                let rest = chance(work.seed + 50, day, i64::try_from(hour).unwrap_or(0)).rem_euclid(10_000);
                (work.calls(day, hour) * share * refused + rest) / 10_000
            });
            for (class, calls) in [(2, answered), (4, denied)] {
                if calls.iter().any(|calls| *calls > 0) {
                    store::add_day(on, counted(scope, class), start, calls).await?;
                }
            }
        }
    }
    Ok(())
}

fn with_last(mut calls: [i64; 24], work: &Work<'_>, day: i64) -> [i64; 24] {
    let last = work.last.millis().div_euclid(HOUR) - day * 24;
    if work.rhythm.busiest > 0
        && let Some(calls) = usize::try_from(last).ok().and_then(|hour| calls.get_mut(hour))
    {
        *calls = (*calls).max(1);
    }
    calls
}

/// What one token did.
struct Work<'a> {
    seed: i64,
    rhythm: &'a Rhythm,
    token: &'a Lifetime,
    newer: Vec<&'a Lifetime>,
    last: Timestamp,
}

impl Work<'_> {
    /// The calls of one hour of a day since the epoch.
    fn calls(&self, day: i64, hour: usize) -> i64 {
        let hour = i64::try_from(hour).unwrap_or(0);
        let start = day * DAY + hour * HOUR;
        if start < self.token.created_at || start > self.last.millis() {
            return 0;
        }
        let is_live = |token: &&&Lifetime| token.created_at <= start && token.end_at.is_none_or(|end| start < end);
        let mine = if self.newer.iter().any(|token| is_live(&token)) { STILL_OLD } else { 100 };
        wanted(self.rhythm, self.seed, day, hour) * mine / 100
    }

    /// How many calls of a day are refused, in per cent: few, and now and then a bad day.
    fn refused(&self, day: i64) -> i64 {
        match chance(self.seed, day, 99).rem_euclid(19) {
            0 => 9,
            1..6 => 2,
            _ => 0,
        }
    }
}

/// How often the software calls in an hour, most around the middle of its hours.
fn wanted(rhythm: &Rhythm, seed: i64, day: i64, hour: i64) -> i64 {
    let (from, to) = rhythm.hours;
    if !(from..to).contains(&hour) {
        return 0;
    }
    let width = to - from;
    let shape = 100 - 60 * (2 * (hour - from) + 1 - width).abs() / width;
    // The epoch was a Thursday.
    let is_weekend = matches!((day + 4).rem_euclid(7), 0 | 6);
    let week = if is_weekend { rhythm.weekend } else { 100 };
    let of_day = 85 + chance(seed, day, 31).rem_euclid(31);
    let noise = 75 + chance(seed, day, hour).rem_euclid(51);
    rhythm.busiest * shape * week * of_day / 1_000_000 * noise / 100
}

/// A number that looks like chance and is the same each time, so that a demo always has the same shape.
fn chance(seed: i64, day: i64, hour: i64) -> i64 {
    let mixed = seed.wrapping_mul(0x9E37_79B9) ^ day.wrapping_mul(0x85EB_CA6B) ^ hour.wrapping_mul(0xC2B2_AE35);
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x2C1B_3C6D);
    (mixed ^ (mixed >> 12)).wrapping_mul(0x297A_2D39) >> 17
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::story::STORIES;

    #[test]
    fn weekdays_are_busier_than_weekends_and_nights_are_quiet() {
        let rhythm = STORIES.iter().find(|story| story.name == "Booking widget").unwrap().calls.as_ref().unwrap();
        let of_day = |day: i64| (0..24).map(|hour| wanted(rhythm, 1, day, hour)).sum::<i64>();
        // Day 4 was a Monday, day 9 a Saturday.
        let week: Vec<i64> = (4..11).map(of_day).collect();
        assert!(week[..5].iter().all(|calls| *calls > 2 * week[5] && *calls > 300), "{week:?}");
        assert_eq!(wanted(rhythm, 1, 4, 3), 0);
    }

    #[test]
    fn chance_does_not_favour_a_side() {
        let high = (0..1_000).filter(|day| chance(3, *day, 7).rem_euclid(100) >= 50).count();
        assert!((400..600).contains(&high), "{high}");
    }
}
