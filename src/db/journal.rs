//! The journal: a change and its trace share one commit, and there is no other way to commit.

pub mod chain;
pub mod closing;
pub mod counted;
pub mod list;
pub mod place;
pub mod reserved;
pub mod rotation;
pub mod verify;

pub use counted::Counted;

use super::{DbError, WriteTx};
use crate::authz::{Actor, Origin, Permit};
use crate::ids::{AccountId, EventId};
use crate::world::Timestamp;
use chain::Row;
use serde_json::Value;

/// What kind of trace a change leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// People, roles, integrations, sign-ins: part of the account's chain, with before and after.
    Audit,
    /// Contacts: names of changed fields only, outside the chain, so that deleting a contact erases its data.
    Data,
}

/// What was changed.
#[derive(Debug, Clone)]
pub struct Subject {
    /// `integration`, `user`, `account`, `contact`, …
    pub kind: &'static str,
    /// Its id, when it has one.
    pub id: Option<String>,
    /// Its name at that time; empty for data events.
    pub name: String,
}

/// The trace of one change. It has no room for a secret: changes state names, scopes, hints and instants.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Audit or data.
    pub class: Class,
    /// The stable name of the action, e.g. `integration.created`.
    pub action: &'static str,
    /// What was changed.
    pub subject: Subject,
    /// A JSON object: `before` and `after`, or the names of changed fields.
    pub details: Value,
}

/// What a change of data tells those who listen outside.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Announced {
    /// The events' names, e.g. `ContactCreate`.
    pub types: Vec<String>,
    /// The thing's fields as API v2 shows them, without the account's id.
    pub fields: serde_json::Map<String, Value>,
}

/// A change that can say what trace it leaves.
pub trait Change: Sync {
    /// Its trace.
    fn entry(&self) -> Entry;

    /// What it tells those who listen outside: data events only. It waits in the trace's own row until it was passed on, and is
    /// kept only where somebody listens.
    fn announced(&self) -> Option<Announced> {
        None
    }
}

/// A change that is committed, with its trace.
#[derive(Debug, Clone, Copy)]
pub struct Committed<'a> {
    /// Who did it.
    pub doer: &'a Doer,
    /// In which account; none for nobody's.
    pub account: Option<&'a AccountId>,
    /// When.
    pub now: Timestamp,
    /// From where.
    pub origin: &'a Origin,
    /// The trace.
    pub entry: &'a Entry,
}

/// Whoever wants to know what was committed, to tell people of it. Best effort: it can neither fail the change nor hold it up.
pub trait Listener: Send + Sync {
    /// Hears of one; must not wait.
    fn hear(&self, committed: &Committed<'_>);
}

/// Why a commit needs no trace. A closed list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlogged {
    /// Counts of calls and last uses: they are themselves a trace.
    Usage,
    /// A session was seen, or ended by time.
    SessionUpkeep,
    /// Throttle counters; the failed attempt leaves an event of its own.
    Throttle,
    /// Half a sign-in began or was given up, a code was used up, or a secret was sealed under another key: what it leads to, or
    /// comes from, leaves an event.
    HalfWay,
    /// A sealed note was read, or what is too old was removed.
    NoteUpkeep,
    /// The command line made a setup link.
    SetupLink,
    /// What is older than the operator keeps was removed; the closing of a chain is an event of its own.
    Retention,
    /// An idempotency key was reserved, answered, released or forgotten; the change marks it in a commit of its own.
    Idempotency,
    /// A sealed text was sealed anew under the current key.
    Resealing,
    /// Keys by which contacts are found were written for those that had none; nothing that anybody reads was changed.
    Keys,
    /// Webhooks: what was announced was passed on, a delivery was taken, tried or forgotten. What people do with webhooks leaves
    /// events.
    Webhooks,
    /// Bulk data for the demo and for measurements.
    Seed,
}

/// Who did it, for an event that needs no permit (sign-ins, refusals).
#[derive(Debug, Clone)]
pub struct Doer {
    /// `staff`, `integration`, `operator`, `system` or `nobody`.
    pub kind: &'static str,
    /// Their id.
    pub id: Option<String>,
    /// Their name.
    pub name: String,
}

impl Doer {
    /// Whoever runs the binary.
    #[must_use]
    pub fn operator() -> Self {
        Self { kind: "operator", id: None, name: "Operator".to_owned() }
    }

    /// Somebody of whom we know nothing.
    #[must_use]
    pub fn nobody() -> Self {
        Self { kind: "nobody", id: None, name: "Somebody".to_owned() }
    }

    /// A due job.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: "system", id: None, name: "System".to_owned() }
    }
}

impl From<&Actor> for Doer {
    fn from(actor: &Actor) -> Self {
        let (kind, id, name) = match actor {
            Actor::Staff(staff) => ("staff", Some(staff.user.to_string()), staff.name.clone()),
            Actor::Integration(caller) => ("integration", Some(caller.integration.to_string()), caller.name.clone()),
            Actor::Operator(_) => return Self::operator(),
            Actor::System(_) => return Self::system(),
        };
        Self { kind, id, name }
    }
}

impl WriteTx {
    /// Writes the changes' traces, then commits both together.
    ///
    /// # Errors
    /// What the engine says; then neither the changes nor the traces are there.
    pub async fn commit<A>(self, permit: &Permit<A>, changes: &[&dyn Change]) -> Result<(), DbError> {
        let doer = Doer::from(permit.actor());
        self.commit_as(&doer, Some(permit.account()), permit.now(), permit.origin(), changes).await
    }

    /// The same for what happens before there is a permit: setup, sign-in, sign-out. No account: the operator's own event.
    ///
    /// # Errors
    /// What the engine says; then nothing is there.
    pub async fn commit_as(
        mut self,
        doer: &Doer,
        account: Option<&AccountId>,
        now: Timestamp,
        origin: &Origin,
        changes: &[&dyn Change],
    ) -> Result<(), DbError> {
        self.mark_reserved(origin, now, changes).await?;
        for change in changes {
            self.append(doer, account, now, origin, *change).await?;
        }
        let listener = self.listener.take();
        self.commit_now().await?;
        if let Some(listener) = listener {
            for change in changes {
                listener.hear(&Committed { doer, account, now, origin, entry: &change.entry() });
            }
        }
        Ok(())
    }

    /// Commits without a trace, for one of the named reasons.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn commit_unlogged(self, _why: Unlogged) -> Result<(), DbError> {
        self.commit_now().await
    }

    async fn append(
        &mut self,
        doer: &Doer,
        account: Option<&AccountId>,
        now: Timestamp,
        origin: &Origin,
        change: &dyn Change,
    ) -> Result<(), DbError> {
        let entry = change.entry();
        let class = entry.class;
        let id = EventId::new(now, self.world.entropy());
        let mut event = Row::new((&id, now), account, doer, origin, entry);
        let chained = account.filter(|_| class == Class::Audit);
        let Some(account) = chained else {
            let Some(announced) = change.announced() else {
                return self.on().run(ADD_EVENT, event.binds()).await.map(|_| ());
            };
            let announced = serde_json::to_string(&announced).map_err(|error| DbError::Fault(error.to_string()))?;
            let mut values = event.binds();
            values.push(announced.into());
            return self.on().run(ADD_ANNOUNCED, values).await.map(|_| ());
        };
        let mut head = self.hold_head(account).await?;
        head.sign(&self.keys, &mut event)?;
        self.on().run(ADD_EVENT, event.binds()).await?;
        self.put_head(account, &head).await
    }
}

const ADD_EVENT: &str = "INSERT INTO events (id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, \
     subject_kind, subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

// One row, not two: a second statement would cost each change as much again.
const ADD_ANNOUNCED: &str = "INSERT INTO events (id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, \
     subject_kind, subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id, announces) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
     CASE WHEN EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.account_id = $2 AND e.deleted_at IS NULL) THEN $20 END)";

/// Every statement of this file.
pub const ALL: &[&str] = &[ADD_EVENT, ADD_ANNOUNCED];
