//! One event of the journal.

use super::actions::{CONTACT, find};
use crate::world::Timestamp;
use serde_json::Value;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Its place in the account's chain; none for what is only counted and for data events.
    pub sequence: Option<i64>,
    /// When; of what is counted, the first time.
    pub at: Timestamp,
    /// `staff`, `integration`, `operator`, `system` or `nobody`.
    pub actor_kind: String,
    /// The id of who did it, when they have one.
    pub actor_id: Option<String>,
    /// The name of who did it, as it was then.
    pub actor_name: String,
    /// The stable name of the action, e.g. `integration.created`.
    pub action: String,
    /// What kind of thing it was done to.
    pub subject_kind: String,
    /// The thing's id, when it has one.
    pub subject_id: Option<String>,
    /// The thing's name, as it was then.
    pub subject_name: String,
    /// A JSON object, as the change wrote it.
    pub details: Value,
    /// From which address.
    pub address: Option<String>,
    /// What the client said of itself.
    pub agent: Option<String>,
    /// The request that did it.
    pub request: Option<String>,
    /// How often it happened within its minute.
    pub times: i64,
}

impl Event {
    /// Whether it should have a place in the chain and has none: counted until its minute is over, it proves nothing yet.
    #[must_use]
    pub fn waits_for_its_place(&self) -> bool {
        let is_data = self.subject_kind == CONTACT && find(&self.action).is_some_and(|action| action.kind == CONTACT);
        self.sequence.is_none() && !is_data
    }

    /// Whether somebody did it to themselves.
    #[must_use]
    pub fn is_of_oneself(&self) -> bool {
        self.actor_id.is_some() && self.actor_id == self.subject_id
    }
}
