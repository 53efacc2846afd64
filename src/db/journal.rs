//! The journal: a change and its trace share one commit, and there is no other way to commit.

use super::{DbError, WriteTx};
use crate::authz::{Actor, Origin, Permit};
use crate::binds;
use crate::ids::{AccountId, EventId};
use crate::keys::Purpose;
use crate::world::Timestamp;
use serde_json::{Value, json};

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

/// A change that can say what trace it leaves.
pub trait Change: Sync {
    /// Its trace.
    fn entry(&self) -> Entry;
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

/// Something that anybody could cause at will (a failed sign-in, a refusal): counted, one row a minute for the same thing.
#[derive(Debug, Clone)]
pub struct Counted {
    /// Who did it.
    pub doer: Doer,
    /// In which account; none for nobody's.
    pub account: Option<AccountId>,
    /// When it happened first.
    pub now: Timestamp,
    /// From where.
    pub origin: Origin,
    /// The trace.
    pub entry: Entry,
    /// How often.
    pub times: i64,
}

impl Counted {
    /// What makes two of them the same thing: all but the request and how often. Addresses count by their network, or one
    /// client would own as many rows as it has addresses.
    #[must_use]
    pub fn identity(&self) -> String {
        let minute = self.now.millis().div_euclid(60_000);
        let who = self.doer.id.as_deref().unwrap_or("");
        let place = self.account.as_ref().map_or("", AccountId::as_str);
        let network = self.origin.network();
        let Entry { action, subject, details, .. } = &self.entry;
        format!("{minute}|{action}|{place}|{who}|{network}|{:?}|{}|{details}", subject.id, subject.name)
    }
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
        for change in changes {
            self.append(doer, account, now, origin, change.entry()).await?;
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

    /// Counts these, then commits. More than one stand in the order of their identities, so that two servers never wait for
    /// each other.
    ///
    /// # Errors
    /// What the engine says; then nothing is counted.
    pub async fn commit_counted<'a>(mut self, events: impl IntoIterator<Item = &'a Counted>) -> Result<(), DbError> {
        for event in events {
            self.count(event).await?;
        }
        self.commit_now().await
    }

    async fn count(&mut self, event: &Counted) -> Result<(), DbError> {
        let key = self.keys.mac(Purpose::Names, event.identity().as_bytes());
        let id = EventId::new(event.now, self.world.entropy());
        let Counted { doer, origin, entry, .. } = event;
        let values = binds![
            &id,
            event.account.as_ref().map(AccountId::as_str),
            event.now,
            doer.kind,
            &doer.id,
            &doer.name,
            entry.action,
            entry.subject.kind,
            &entry.subject.id,
            &entry.subject.name,
            entry.details.to_string(),
            &origin.address,
            &origin.agent,
            origin.request.as_ref().map(crate::ids::RequestId::as_str),
            key,
            event.times,
        ];
        self.on().run(COUNT_EVENT, values).await?;
        Ok(())
    }

    async fn append(
        &mut self,
        doer: &Doer,
        account: Option<&AccountId>,
        now: Timestamp,
        origin: &Origin,
        entry: Entry,
    ) -> Result<(), DbError> {
        let id = EventId::new(now, self.world.entropy());
        let place = match (entry.class, account) {
            (Class::Audit, Some(account)) => Some(self.next_place(account).await?),
            _ => None,
        };
        let request = origin.request.as_ref().map(crate::ids::RequestId::as_str);
        let details = entry.details.to_string();
        let mac = place.as_ref().map(|(sequence, before)| {
            let whole = json!([
                before,
                account.map(AccountId::as_str),
                sequence,
                id.as_str(),
                now.millis(),
                doer.kind,
                doer.id,
                doer.name,
                entry.action,
                entry.subject.kind,
                entry.subject.id,
                entry.subject.name,
                details,
                origin.address,
                origin.agent,
                request,
            ]);
            self.keys.mac(Purpose::Journal, whole.to_string().as_bytes())
        });
        let sequence = place.map(|(sequence, _)| sequence);
        let values = binds![
            &id,
            account.map(AccountId::as_str),
            sequence,
            now,
            doer.kind,
            &doer.id,
            &doer.name,
            entry.action,
            entry.subject.kind,
            entry.subject.id,
            entry.subject.name,
            details,
            &origin.address,
            &origin.agent,
            request,
            &mac,
        ];
        self.on().run(ADD_EVENT, values).await?;
        if let (Some(account), Some(mac)) = (account, mac) {
            self.on().run(MOVE_HEAD, binds![account, mac]).await?;
        }
        Ok(())
    }

    /// Takes the next place in the account's chain; holds the head until the commit.
    async fn next_place(&mut self, account: &AccountId) -> Result<(i64, String), DbError> {
        self.on().run(START_HEAD, binds![account]).await?;
        self.on().only(ADVANCE_HEAD, binds![account]).await
    }
}

const START_HEAD: &str =
    "INSERT INTO event_heads (account_id, sequence, mac) VALUES ($1, 0, '') ON CONFLICT (account_id) DO NOTHING";
const ADVANCE_HEAD: &str =
    "UPDATE event_heads SET sequence = sequence + 1 WHERE account_id = $1 RETURNING sequence, mac";
const MOVE_HEAD: &str = "UPDATE event_heads SET mac = $2 WHERE account_id = $1";
const ADD_EVENT: &str = "INSERT INTO events (id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, \
     subject_kind, subject_id, subject_name, details, address, agent, request_id, mac, times) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)";
const COUNT_EVENT: &str = "INSERT INTO events (id, account_id, happened_at, actor_kind, actor_id, actor_name, action, \
     subject_kind, subject_id, subject_name, details, address, agent, request_id, times, coalesce_key) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $16, $15) \
     ON CONFLICT (coalesce_key) DO UPDATE SET times = events.times + $16";

/// Every statement of the journal.
pub const ALL: &[&str] = &[START_HEAD, ADVANCE_HEAD, MOVE_HEAD, ADD_EVENT, COUNT_EVENT];
