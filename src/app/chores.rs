//! What a server does beside serving: cutting silent connections, due jobs, taking a new key into use, and keys for searching.

use crate::db::Db;
use crate::web::idle::Lines;
use crate::{contacts, integrations, webhooks};
use std::time::Duration;

/// Every second: cuts silent connections; every minute: removes notes nobody read, idempotency keys whose day
/// is over, and old webhook deliveries.
pub(super) async fn upkeep(lines: Lines, db: Db) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    for second in 0_u64.. {
        tick.tick().await;
        lines.cut();
        if second % 60 == 0 {
            db.rest();
            let notes = crate::web::once::upkeep(&db).await;
            if let Err(error) = notes.and(crate::web::idempotency::rows::upkeep(&db).await) {
                tracing::warn!(cause = %error, "upkeep failed");
            }
        }
        if second % 60 == 30
            && let Err(error) = webhooks::sending::sweep(&db).await
        {
            tracing::warn!(cause = %error, "old webhook deliveries could not be removed yet");
        }
        if second % 10 == 5
            && let Err(error) = integrations::due::finish_rotations(&db).await
        {
            tracing::warn!(cause = %error, "rotations could not be finished");
        }
        if second % 10 == 5
            && let Err(error) = webhooks::sending::wipe_old_secrets(&db).await
        {
            tracing::warn!(cause = %error, "old signing secrets could not be wiped yet");
        }
    }
}

/// Once a start. When the store cannot be reached just now, it is tried until it is done, while the server serves.
pub(super) async fn use_current_key(db: &Db) {
    if let Err(error) = db.use_current_key().await {
        tracing::warn!(cause = %error, "the current key could not be taken into use everywhere yet");
        let db = db.clone();
        tokio::spawn(async move {
            while db.use_current_key().await.is_err() {
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
        });
    }
}

/// Once a start, before the server serves: contacts from before there were keys for searching get theirs. When that fails it is
/// tried until it is done, and meanwhile some are not found by some filters.
pub(super) async fn give_keys(db: &Db) {
    if let Err(error) = contacts::give_keys(db).await {
        tracing::warn!(cause = %error, "contacts could not be given their keys yet");
        let db = db.clone();
        tokio::spawn(async move {
            while contacts::give_keys(&db).await.is_err() {
                tokio::time::sleep(Duration::from_mins(1)).await;
            }
        });
    }
}
