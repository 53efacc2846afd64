//! The newest events: for the operator's eyes, and how something ended.

use super::super::{DbError, On};
use super::chain::Row;
use super::place::told_event;
use crate::binds;
use crate::ids::AccountId;
use crate::world::Timestamp;

/// The newest `most` events of the account since `since`, the newest first; without an account the operator's own.
///
/// # Errors
/// What the engine says.
pub async fn newest(
    on: &mut On<'_>,
    account: Option<&AccountId>,
    since: Timestamp,
    most: i64,
) -> Result<Vec<Row>, DbError> {
    match account {
        Some(account) => on.all(OF_ACCOUNT, binds![account, since, most]).await,
        None => on.all(OF_OPERATOR, binds![since, most]).await,
    }
}

/// How something ended.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct End {
    /// The name of whoever did it.
    pub actor_name: String,
    /// The name that it had; may be empty.
    pub subject_name: String,
    /// When, in milliseconds.
    pub happened_at: i64,
}

/// How a thing of the account ended by an action; none when the journal does not tell, or not any more.
///
/// # Errors
/// What the engine says.
pub async fn end(on: &mut On<'_>, account: &AccountId, subject: &str, action: &str) -> Result<Option<End>, DbError> {
    on.first(END, binds![account, subject, action]).await
}

const OF_ACCOUNT: &str = "SELECT id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, \
     subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id FROM events \
     WHERE account_id = $1 AND happened_at >= $2 ORDER BY happened_at DESC, id DESC LIMIT $3";
const OF_OPERATOR: &str = "SELECT id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, \
     subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id FROM events \
     WHERE account_id IS NULL AND happened_at >= $1 ORDER BY happened_at DESC, id DESC LIMIT $2";

const END: &str = concat!(
    "SELECT actor_name, subject_name, happened_at FROM events WHERE account_id = $1 AND subject_id = $2 AND action = $3 AND ",
    told_event!(),
    " ORDER BY happened_at DESC, id DESC LIMIT 1"
);

/// Every statement of this file.
pub const ALL: &[&str] = &[OF_ACCOUNT, OF_OPERATOR, END];
