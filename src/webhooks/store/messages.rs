//! What changes announced, and the messages that are made of it.

use crate::binds;
use crate::db::{DbError, On};
use crate::world::Timestamp;

// What is not taken yet; two servers that find the same row are told apart by who takes it. Each step goes to the next account, so
// that much of one costs no more than a little.
const ANNOUNCING_ACCOUNTS: &str = "WITH RECURSIVE announcing (id) AS ( \
     SELECT MIN(e.account_id) FROM events e WHERE e.announces IS NOT NULL \
     UNION ALL \
     SELECT (SELECT MIN(e.account_id) FROM events e WHERE e.announces IS NOT NULL AND e.account_id > a.id) \
     FROM announcing a WHERE a.id IS NOT NULL) \
     SELECT id FROM announcing WHERE id IS NOT NULL ORDER BY id";
const ANNOUNCING: &str = "SELECT id, account_id, happened_at, announces FROM events \
     WHERE account_id = $1 AND announces IS NOT NULL ORDER BY id LIMIT $2";
const TAKE: &str = "UPDATE events SET announces = NULL WHERE id = $1 AND announces IS NOT NULL";
// What still waits is tried to its end first.
const SWEEP_DELIVERIES: &str = "DELETE FROM webhook_deliveries WHERE id IN \
     (SELECT d.id FROM webhook_deliveries d WHERE d.created_at < $1 AND d.state <> 'waiting' ORDER BY d.created_at LIMIT $2)";
const SWEEP_MESSAGES: &str = "DELETE FROM webhook_messages WHERE id IN \
     (SELECT m.id FROM webhook_messages m WHERE m.created_at < $1 \
      AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.message_id = m.id) ORDER BY m.created_at LIMIT $2)";
const SWEEP_NOTICES: &str = "DELETE FROM webhook_notices WHERE (endpoint_id, disabled_at) IN \
     (SELECT n.endpoint_id, n.disabled_at FROM webhook_notices n WHERE n.disabled_at < $1 AND n.mail_at IS NULL \
      ORDER BY n.disabled_at LIMIT $2)";
// Deleted ones that nothing tells of any more.
const SWEEP_ENDPOINTS: &str = "DELETE FROM webhook_endpoints WHERE id IN \
     (SELECT e.id FROM webhook_endpoints e WHERE e.deleted_at < $1 \
      AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = e.id) \
      AND NOT EXISTS (SELECT 1 FROM webhook_backlogs b WHERE b.endpoint_id = e.id) \
      AND NOT EXISTS (SELECT 1 FROM webhook_notices n WHERE n.endpoint_id = e.id) ORDER BY e.deleted_at LIMIT $2)";

/// Every statement of this file.
pub const ALL: &[&str] =
    &[ANNOUNCING_ACCOUNTS, ANNOUNCING, TAKE, SWEEP_DELIVERIES, SWEEP_MESSAGES, SWEEP_NOTICES, SWEEP_ENDPOINTS];

/// A change that announces something, as its trace keeps it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Announcing {
    /// The trace's id.
    pub id: String,
    /// Where it happened.
    pub account_id: String,
    /// When, in milliseconds.
    pub happened_at: i64,
    /// `journal::Announced` as JSON.
    pub announces: String,
}

/// The accounts in which something is announced, by id.
///
/// # Errors
/// What the engine says.
pub async fn announcing_accounts(on: &mut On<'_>) -> Result<Vec<String>, DbError> {
    let accounts: Vec<(String,)> = on.all(ANNOUNCING_ACCOUNTS, binds![]).await?;
    Ok(accounts.into_iter().map(|(account,)| account).collect())
}

/// The oldest changes of an account that announce something, so many at most.
///
/// # Errors
/// What the engine says.
pub async fn announcing(on: &mut On<'_>, account: &str, limit: i64) -> Result<Vec<Announcing>, DbError> {
    on.all(ANNOUNCING, binds![account, limit]).await
}

/// Takes what a change announces; whether it was still there.
///
/// # Errors
/// What the engine says.
pub async fn take(on: &mut On<'_>, event: &str) -> Result<bool, DbError> {
    on.run_one(TAKE, binds![event]).await
}

/// Forgets what was made or deleted before an instant and is over, so much of each kind at most; how many rows.
///
/// # Errors
/// What the engine says.
pub async fn sweep(on: &mut On<'_>, before: Timestamp, limit: i64) -> Result<u64, DbError> {
    let mut swept = 0;
    // What refers to others goes before them.
    for statement in [SWEEP_DELIVERIES, SWEEP_MESSAGES, SWEEP_NOTICES, SWEEP_ENDPOINTS] {
        swept += on.run(statement, binds![before, limit]).await?;
    }
    Ok(swept)
}
