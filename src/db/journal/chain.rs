//! The chain of an account's audit events: each is signed together with the one before, by a key outside the database.

use super::super::{Bind, DbError, WriteTx};
use super::{Doer, Entry};
use crate::authz::Origin;
use crate::binds;
use crate::ids::{AccountId, EventId};
use crate::keys::Keys;
use crate::world::Timestamp;
use serde_json::{Value, json};

/// An event as it is stored, every column of it.
#[derive(Debug, Clone, Default, sqlx::FromRow)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// In which account; none for the operator's own.
    pub account_id: Option<String>,
    /// Its place in the account's chain, from 1; none outside the chain.
    pub sequence: Option<i64>,
    /// Milliseconds since the epoch.
    pub happened_at: i64,
    /// `staff`, `integration`, `operator`, `system` or `nobody`.
    pub actor_kind: String,
    /// Who did it.
    pub actor_id: Option<String>,
    /// Their name then.
    pub actor_name: String,
    /// The stable name of the action.
    pub action: String,
    /// What kind of thing it was done to.
    pub subject_kind: String,
    /// The thing.
    pub subject_id: Option<String>,
    /// Its name then.
    pub subject_name: String,
    /// A JSON object.
    pub details: String,
    /// From where.
    pub address: Option<String>,
    /// With what.
    pub agent: Option<String>,
    /// In which request.
    pub request_id: Option<String>,
    /// How often within its minute.
    pub times: i64,
    /// While it is still counted: what it is counted by.
    pub coalesce_key: Option<String>,
    /// Signs all this and the mac of the event before.
    pub mac: Option<String>,
    /// By which key; none for the first one, from before keys had ids.
    pub key_id: Option<String>,
}

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// The last event's place; 0 before the first.
    pub sequence: i64,
    /// Its mac; empty before the first.
    pub mac: String,
    /// The key that signed it.
    pub key_id: Option<String>,
}

impl Row {
    /// An event that happened once and has no place yet.
    pub(super) fn new(
        (id, now): (&EventId, Timestamp),
        account: Option<&AccountId>,
        doer: &Doer,
        origin: &Origin,
        entry: Entry,
    ) -> Self {
        Self {
            id: id.to_string(),
            account_id: account.map(ToString::to_string),
            happened_at: now.millis(),
            actor_kind: doer.kind.to_owned(),
            actor_id: doer.id.clone(),
            actor_name: doer.name.clone(),
            action: entry.action.to_owned(),
            subject_kind: entry.subject.kind.to_owned(),
            subject_id: entry.subject.id,
            subject_name: entry.subject.name,
            details: entry.details.to_string(),
            address: origin.address.clone(),
            agent: origin.agent.clone(),
            request_id: origin.request.as_ref().map(ToString::to_string),
            times: 1,
            ..Self::default()
        }
    }

    /// Every column, in the order in which statements name them.
    pub(super) fn binds(&self) -> Vec<Bind> {
        binds![
            &self.id,
            &self.account_id,
            self.sequence,
            self.happened_at,
            &self.actor_kind,
            &self.actor_id,
            &self.actor_name,
            &self.action,
            &self.subject_kind,
            &self.subject_id,
            &self.subject_name,
            &self.details,
            &self.address,
            &self.agent,
            &self.request_id,
            self.times,
            &self.coalesce_key,
            &self.mac,
            &self.key_id,
        ]
    }

    /// What its mac is taken over: all that it says, its key, and the mac of the event before.
    fn content(&self, before: &str) -> String {
        let mut whole = vec![
            json!(before),
            json!(self.account_id),
            json!(self.sequence),
            json!(self.id),
            json!(self.happened_at),
            json!(self.actor_kind),
            json!(self.actor_id),
            json!(self.actor_name),
            json!(self.action),
            json!(self.subject_kind),
            json!(self.subject_id),
            json!(self.subject_name),
            json!(self.details),
            json!(self.address),
            json!(self.agent),
            json!(self.request_id),
        ];
        // Before keys had ids an event began with the mac before it and happened once; a number first is none of those.
        if let Some(key) = &self.key_id {
            whole.splice(0..0, [json!(2), json!(key), json!(self.times)]);
        }
        Value::Array(whole).to_string()
    }

    /// The mac that it should have behind `before`; none when its key is unknown.
    pub(super) fn expected_mac(&self, keys: &Keys, before: &str) -> Option<String> {
        keys.journal_mac(self.key_id.as_deref(), self.content(before).as_bytes())
    }
}

impl Head {
    /// The key that signs what follows: the current one, or a later one that another server of this database uses already, so
    /// that keys never go back along a chain.
    pub(super) fn signing_key<'k>(&'k self, keys: &'k Keys) -> Result<&'k str, DbError> {
        let current = keys.current_id();
        let Some(rank) = keys.age_rank(self.key_id.as_deref()) else {
            let key = self.key_id.as_deref().unwrap_or_default();
            let why = "the audit chain is signed with key {}, which this server's key file does not hold; give it the newest file";
            return Err(DbError::Fault(why.replace("{}", key)));
        };
        match self.key_id.as_deref() {
            Some(key) if keys.age_rank(Some(current)) < Some(rank) => Ok(key),
            _ => Ok(current),
        }
    }

    /// Gives the event the place behind this head, signs it, and goes on to it.
    pub(super) fn sign(&mut self, keys: &Keys, event: &mut Row) -> Result<(), DbError> {
        let key = self.signing_key(keys)?.to_owned();
        event.sequence = Some(self.sequence + 1);
        event.key_id = Some(key.clone());
        let Some(mac) = event.expected_mac(keys, &self.mac) else {
            return Err(DbError::Fault("an event could not be signed".to_owned()));
        };
        event.mac = Some(mac.clone());
        *self = Self { sequence: self.sequence + 1, mac, key_id: Some(key) };
        Ok(())
    }
}

impl WriteTx {
    /// The end of the account's chain, held until the commit: whoever else adds to it waits.
    pub(super) async fn hold_head(&mut self, account: &AccountId) -> Result<Head, DbError> {
        if let Some(head) = self.on().first(HOLD_HEAD, binds![account]).await? {
            return Ok(head);
        }
        self.on().run(START_HEAD, binds![account]).await?;
        self.on().only(HOLD_HEAD, binds![account]).await
    }

    /// Moves the end of the chain that is held.
    pub(super) async fn put_head(&mut self, account: &AccountId, head: &Head) -> Result<(), DbError> {
        self.on().run(PUT_HEAD, binds![account, head.sequence, &head.mac, &head.key_id]).await?;
        Ok(())
    }
}

const START_HEAD: &str =
    "INSERT INTO event_heads (account_id, sequence, mac) VALUES ($1, 0, '') ON CONFLICT (account_id) DO NOTHING";
const HOLD_HEAD: &str =
    "UPDATE event_heads SET sequence = sequence WHERE account_id = $1 RETURNING sequence, mac, key_id";
const PUT_HEAD: &str = "UPDATE event_heads SET sequence = $2, mac = $3, key_id = $4 WHERE account_id = $1";

/// Every statement of this file.
pub const ALL: &[&str] = &[START_HEAD, HOLD_HEAD, PUT_HEAD];
