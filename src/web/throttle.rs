//! Wrong passwords slow the next try down. The counters live in the database: all instances share them and a restart keeps them.

use crate::authz::Origin;
use crate::binds;
use crate::db::journal::Unlogged;
use crate::db::{Db, On};
use crate::error::Result;
use crate::keys::Purpose;
use crate::world::{Span, Timestamp};

/// What is counted: one address guessing one e-mail address (or one session), and one address in all.
#[derive(Debug, Clone)]
pub struct Counters {
    narrow: String,
    wide: String,
}

// After so many failures each further one doubles the wait.
const NARROW_FREE: i64 = 5;
const WIDE_FREE: i64 = 20;
const LONGEST: i64 = 900;
// After so long without a failure the count starts anew.
const FORGET: Span = Span::hours(1);

impl Counters {
    /// The counters of the network that the request came from and `who`, a folded e-mail address.
    #[must_use]
    pub fn new(db: &Db, origin: &Origin, who: &str) -> Self {
        let network = origin.network();
        let name = |text: String| db.keys().mac(Purpose::Names, text.as_bytes());
        Self { narrow: name(format!("throttle {network} {who}")), wide: name(format!("throttle {network}")) }
    }

    /// The same for something that is counted apart from sign-ins, so that neither uses up the tries of the other.
    #[must_use]
    pub fn apart(db: &Db, origin: &Origin, what: &str, who: &str) -> Self {
        let network = origin.network();
        let name = |text: String| db.keys().mac(Purpose::Names, text.as_bytes());
        Self {
            narrow: name(format!("throttle {network} {what} {who}")),
            wide: name(format!("throttle {network} {what}")),
        }
    }

    /// The counters of `who` from wherever they are tried, and of the network that the request came from.
    #[must_use]
    pub fn of_person(db: &Db, origin: &Origin, who: &str) -> Self {
        let narrow = db.keys().mac(Purpose::Names, format!("throttle anywhere {who}").as_bytes());
        Self { narrow, ..Self::new(db, origin, "") }
    }

    /// Seconds to wait before the next try; none when it may be made now.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn wait(&self, db: &Db, now: Timestamp) -> Result<Option<u32>> {
        let mut reader = db.read().await?;
        let rows: Vec<(i64,)> = reader.on().all(BLOCKED, binds![&self.narrow, &self.wide]).await?;
        let until = rows.into_iter().map(|(until,)| until).max().unwrap_or(0);
        Ok(seconds_left(until, now))
    }

    /// Claims a try before the password is looked at, so that a burst of them cannot slip through together: it counts as a
    /// failure until [`Counters::succeed`] gives it back. Seconds to wait, when it may not be made now.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn attempt(&self, db: &Db, now: Timestamp) -> Result<Option<u32>> {
        let mut tx = db.write().await?;
        // The rows are touched first, in one order, so that another instance waits here for this one's verdict.
        let mut until = 0;
        for name in [&self.wide, &self.narrow] {
            let (blocked,): (i64,) = tx.on().only(TOUCH, binds![name, now]).await?;
            until = until.max(blocked);
        }
        if let Some(seconds) = seconds_left(until, now) {
            return Ok(Some(seconds));
        }
        count(&mut tx.on(), &self.wide, WIDE_FREE, now).await?;
        count(&mut tx.on(), &self.narrow, NARROW_FREE, now).await?;
        tx.on().run(FORGET_OLD, binds![now.minus(Span::days(1))]).await?;
        tx.commit_unlogged(Unlogged::Throttle).await?;
        Ok(None)
    }

    /// The right password was given: the narrow count starts anew, and the wide one gets this try back. The rest of the wide
    /// one stays, or one known account would buy guesses at others.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn succeed(&self, db: &Db) -> Result<()> {
        let mut tx = db.write().await?;
        tx.on().run(GIVE_BACK, binds![&self.wide, WIDE_FREE]).await?;
        tx.on().run(CLEAR, binds![&self.narrow]).await?;
        Ok(tx.commit_unlogged(Unlogged::Throttle).await?)
    }
}

async fn count(on: &mut On<'_>, name: &str, free: i64, now: Timestamp) -> Result<()> {
    let (failures,): (i64,) = on.only(COUNT, binds![name, now, now.minus(FORGET)]).await?;
    // No wait is no instant at all: a request that came a moment earlier is not blocked by this one.
    let until = match penalty(failures - free) {
        0 => 0,
        seconds => now.plus(Span::seconds(seconds)).millis(),
    };
    on.run(BLOCK, binds![name, until]).await?;
    Ok(())
}

/// Seconds to wait after `over` failures more than are free.
fn penalty(over: i64) -> i64 {
    match over {
        ..=0 => 0,
        over => 2_i64.saturating_pow(u32::try_from(over).unwrap_or(u32::MAX).min(20)).min(LONGEST),
    }
}

fn seconds_left(until: i64, now: Timestamp) -> Option<u32> {
    let left = until - now.millis();
    (left > 0).then(|| u32::try_from((left + 999) / 1_000).unwrap_or(u32::MAX))
}

const BLOCKED: &str = "SELECT blocked_until FROM throttles WHERE name IN ($1, $2)";
const COUNT: &str = "INSERT INTO throttles (name, failures, last_failed_at, blocked_until) VALUES ($1, 1, $2, 0) \
     ON CONFLICT (name) DO UPDATE SET failures = CASE WHEN throttles.last_failed_at < $3 THEN 1 ELSE throttles.failures + 1 END, \
     last_failed_at = $2 RETURNING failures";
const BLOCK: &str = "UPDATE throttles SET blocked_until = $2 WHERE name = $1";
const TOUCH: &str = "INSERT INTO throttles (name, failures, last_failed_at, blocked_until) VALUES ($1, 0, $2, 0) \
     ON CONFLICT (name) DO UPDATE SET failures = throttles.failures RETURNING blocked_until";
const GIVE_BACK: &str = "UPDATE throttles SET failures = failures - 1, \
     blocked_until = CASE WHEN failures - 1 <= $2 THEN 0 ELSE blocked_until END WHERE name = $1 AND failures > 0";
const CLEAR: &str = "DELETE FROM throttles WHERE name = $1";
const FORGET_OLD: &str = "DELETE FROM throttles WHERE last_failed_at < $1";

/// Every statement of this file.
pub const ALL: &[&str] = &[BLOCKED, COUNT, BLOCK, TOUCH, GIVE_BACK, CLEAR, FORGET_OLD];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_is_bounded() {
        assert_eq!(penalty(0), 0);
        assert_eq!(penalty(1), 2);
        assert_eq!(penalty(4), 16);
        assert_eq!(penalty(60), 900);
    }
}
