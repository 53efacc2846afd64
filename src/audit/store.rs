//! Reads events; only the journal writes them.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::world::Timestamp;
use serde_json::Value;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// The name of who did it, as it was then.
    pub actor_name: String,
    /// The stable name of the action, e.g. `integration.created`.
    pub action: String,
    /// A JSON object, as the change wrote it.
    pub details: Value,
}

#[derive(sqlx::FromRow)]
struct Row {
    happened_at: i64,
    actor_name: String,
    action: String,
    details: String,
}

/// The newest `most` audit events of the account's thing with this id, the newest first, and how many there are in all.
///
/// # Errors
/// What the engine says; details that are no JSON.
pub async fn history(
    on: &mut On<'_>,
    account: &AccountId,
    subject: &str,
    most: i64,
) -> Result<(Vec<Event>, i64), DbError> {
    let (all,): (i64,) = on.only(COUNT, binds![account, subject]).await?;
    let rows: Vec<Row> = on.all(NEWEST, binds![account, subject, most]).await?;
    let events = rows.into_iter().map(Row::event).collect::<Result<_, _>>()?;
    Ok((events, all))
}

impl Row {
    fn event(self) -> Result<Event, DbError> {
        let details = serde_json::from_str(&self.details);
        Ok(Event {
            at: Timestamp::from_millis(self.happened_at),
            actor_name: self.actor_name,
            action: self.action,
            details: details.map_err(|error| DbError::Fault(format!("an event's details: {error}")))?,
        })
    }
}

// Data events have no place in the chain. Events of one millisecond follow each other as they do in the chain.
const COUNT: &str = "SELECT COUNT(*) FROM events WHERE account_id = $1 AND subject_id = $2 AND sequence IS NOT NULL";
const NEWEST: &str = "SELECT happened_at, actor_name, action, details FROM events \
     WHERE account_id = $1 AND subject_id = $2 AND sequence IS NOT NULL ORDER BY happened_at DESC, sequence DESC LIMIT $3";

/// Every statement of this file.
pub const ALL: &[&str] = &[COUNT, NEWEST];
