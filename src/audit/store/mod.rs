//! Reads events; only the journal writes them.

pub mod choices;
pub mod search;

use super::model::event::Event;
use crate::binds;
use crate::db::journal::place::told_event;
use crate::db::{DbError, On};
use crate::ids::{AccountId, EventId};
use crate::world::Timestamp;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    sequence: Option<i64>,
    happened_at: i64,
    actor_kind: String,
    actor_id: Option<String>,
    actor_name: String,
    action: String,
    subject_kind: String,
    subject_id: Option<String>,
    subject_name: String,
    details: String,
    address: Option<String>,
    agent: Option<String>,
    request_id: Option<String>,
    times: i64,
}

macro_rules! columns {
    () => {
        "id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, subject_name, \
         details, address, agent, request_id, times"
    };
}
use columns;

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
    Ok((events(rows)?, all))
}

/// The account's event with this id.
///
/// # Errors
/// What the engine says; details that are no JSON.
pub async fn find(on: &mut On<'_>, account: &AccountId, id: &EventId) -> Result<Option<Event>, DbError> {
    on.first::<Row>(FIND, binds![account, id]).await?.map(Row::event).transpose()
}

fn events(rows: Vec<Row>) -> Result<Vec<Event>, DbError> {
    rows.into_iter().map(Row::event).collect()
}

impl Row {
    fn event(self) -> Result<Event, DbError> {
        let details = serde_json::from_str(&self.details);
        Ok(Event {
            id: self.id,
            sequence: self.sequence,
            at: Timestamp::from_millis(self.happened_at),
            actor_kind: self.actor_kind,
            actor_id: self.actor_id,
            actor_name: self.actor_name,
            action: self.action,
            subject_kind: self.subject_kind,
            subject_id: self.subject_id,
            subject_name: self.subject_name,
            details: details.map_err(|error| DbError::Fault(format!("an event's details: {error}")))?,
            address: self.address,
            agent: self.agent,
            request: self.request_id,
            times: self.times,
        })
    }
}

// Data events have no place in the chain. Events of one millisecond follow each other as they do in the chain.
const COUNT: &str = "SELECT COUNT(*) FROM events WHERE account_id = $1 AND subject_id = $2 AND sequence IS NOT NULL";
const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM events WHERE account_id = $1 AND subject_id = $2 AND sequence IS NOT NULL \
     ORDER BY happened_at DESC, sequence DESC LIMIT $3"
);
// What nobody can have written is no fact to be shown.
const FIND: &str = concat!("SELECT ", columns!(), " FROM events WHERE account_id = $1 AND id = $2 AND ", told_event!());

/// Every statement of this file.
pub const ALL: &[&str] = &[COUNT, NEWEST, FIND];
