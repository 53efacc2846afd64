//! What the journal needs done from time to time: counted events join their chains, and what is too old goes.

use crate::db::Db;
use crate::world::Span;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(10);
/// Every hour, and not in the first minutes, when a server has other things to do.
const CLOSE_EVERY: u64 = 360;
const CLOSE_FIRST: u64 = 18;

/// Tends the journal for as long as the server runs; `keep` is how long events are kept, none for ever.
pub async fn tend(db: Db, keep: Option<Span>) {
    let mut tick = tokio::time::interval(EVERY);
    for round in 0_u64.. {
        tick.tick().await;
        // Another server may hold what this one waits for; the next round finds it done or does it.
        if let Err(error) = db.seal_counted().await {
            tracing::warn!(cause = %error, "counted events could not join their chain yet");
        }
        if round % CLOSE_EVERY == CLOSE_FIRST
            && let Err(error) = db.close_old_events(keep).await
        {
            tracing::warn!(cause = %error, "old events could not be removed yet");
        }
    }
}
