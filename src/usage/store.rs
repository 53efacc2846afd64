//! Hourly counts and last uses.

use super::DayCount;
use super::recorder::Batch;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, IntegrationId};
use crate::world::{Span, Timestamp};

const DAY: i64 = 86_400_000;

/// Adds a batch to the counts.
pub(super) async fn write(on: &mut On<'_>, batch: &Batch) -> Result<(), DbError> {
    // In one order everywhere, so that two instances cannot wait for each other.
    let mut last: Vec<_> = batch.last.values().collect();
    last.sort_by(|a, b| (a.integration.as_str(), a.token.as_str()).cmp(&(b.integration.as_str(), b.token.as_str())));
    for call in last {
        on.run(TOKEN_USED, binds![&call.token, call.at, &call.address, &call.agent, &call.route]).await?;
        on.run(INTEGRATION_USED, binds![&call.integration, call.at]).await?;
    }
    let mut counts: Vec<_> = batch.counts.iter().collect();
    counts.sort_by(|a, b| a.0.cmp(b.0));
    for ((token, hour, scope, class), (call, calls)) in counts {
        let values = binds![token, &call.integration, &call.account, *hour, *scope, *class, *calls];
        on.run(COUNT, values).await?;
    }
    Ok(())
}

/// The calls of the last `days` days, oldest first, today included; a day without calls is there with zeros.
///
/// # Errors
/// What the engine says.
pub async fn calls_per_day(
    on: &mut On<'_>,
    account: &AccountId,
    integration: &IntegrationId,
    now: Timestamp,
    days: i64,
) -> Result<Vec<DayCount>, DbError> {
    let today = now.millis().div_euclid(DAY) * DAY;
    let first = Timestamp::from_millis(today).minus(Span::days(days - 1));
    let rows: Vec<(i64, i64, i64)> = on.all(PER_DAY, binds![account, integration, first]).await?;
    let count = |day: i64, refused: bool| {
        let of_day = rows.iter().filter(|(d, class, _)| d * DAY == day && (*class >= 4) == refused);
        of_day.map(|(_, _, calls)| u64::try_from(*calls).unwrap_or(0)).sum()
    };
    Ok((0..days)
        .map(|place| first.plus(Span::days(place)))
        .map(|day| DayCount { day, answered: count(day.millis(), false), refused: count(day.millis(), true) })
        .collect())
}

const TOKEN_USED: &str = "UPDATE tokens SET last_used_at = $2, last_address = $3, last_agent = $4, last_route = $5 \
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $2)";
const INTEGRATION_USED: &str = "UPDATE integrations SET last_used_at = $2 \
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
const COUNT: &str = "INSERT INTO usage_hours (token_id, integration_id, account_id, hour, scope, status_class, calls) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) \
     ON CONFLICT (token_id, hour, scope, status_class) DO UPDATE SET calls = usage_hours.calls + $7";
const PER_DAY: &str = "SELECT hour / 86400000, status_class, CAST(SUM(calls) AS BIGINT) FROM usage_hours \
     WHERE account_id = $1 AND integration_id = $2 AND hour >= $3 GROUP BY hour / 86400000, status_class";

/// Every statement of this file.
pub const ALL: &[&str] = &[TOKEN_USED, INTEGRATION_USED, COUNT, PER_DAY];
