//! Retention: the part of a chain that is too old is closed with a signed mark, from which checking begins, and then removed.

use super::super::{Db, DbError, On};
use super::chain::Row;
use super::verify::Walk;
use super::{Class, Doer, Entry, Subject, Unlogged};
use crate::authz::Origin;
use crate::binds;
use crate::ids::{AccountId, EventId};
use crate::keys::Keys;
use crate::world::{Span, Timestamp};
use serde_json::json;

/// So many events are removed in one transaction.
const BATCH: i64 = 500;
/// A chain is closed at most so often; each closing is an event itself.
const SELDOM: Span = Span::days(1);

/// Where the kept part of a chain begins.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Closing {
    /// The last event that was removed.
    pub(super) sequence: i64,
    /// Its mac.
    pub(super) mac: String,
    /// When it was closed.
    pub(super) closed_at: i64,
    key_id: String,
    signature: String,
}

impl Closing {
    pub(super) async fn find(on: &mut On<'_>, account: &AccountId) -> Result<Option<Self>, DbError> {
        on.first(FIND, binds![account]).await
    }

    fn signed(keys: &Keys, key: &str, account: &AccountId, walk: (i64, &str), now: i64) -> Result<Self, DbError> {
        let mut closing = Self {
            sequence: walk.0,
            mac: walk.1.to_owned(),
            closed_at: now,
            key_id: key.to_owned(),
            signature: String::new(),
        };
        let unsigned = || DbError::Fault("a closing could not be signed".to_owned());
        closing.signature = closing.expected(keys, account).ok_or_else(unsigned)?;
        Ok(closing)
    }

    fn expected(&self, keys: &Keys, account: &AccountId) -> Option<String> {
        let content = json!([3, self.key_id, account.as_str(), self.sequence, self.mac, self.closed_at]);
        keys.journal_mac(Some(&self.key_id), content.to_string().as_bytes())
    }

    /// Whether it was signed for this account, with a key that is still live: with a retired one somebody could forge it.
    pub(super) fn is_ours(&self, keys: &Keys, account: &AccountId) -> bool {
        !keys.is_retired(Some(&self.key_id)) && self.expected(keys, account).as_deref() == Some(&self.signature)
    }

    /// The same, signed with this key.
    pub(super) fn signed_anew(&self, keys: &Keys, account: &AccountId, key: &str) -> Result<Self, DbError> {
        Self::signed(keys, key, account, (self.sequence, &self.mac), self.closed_at)
    }

    pub(super) async fn put(&self, on: &mut On<'_>, account: &AccountId) -> Result<(), DbError> {
        let values = binds![account, self.sequence, &self.mac, self.closed_at, &self.key_id, &self.signature];
        on.run(PUT, values).await?;
        Ok(())
    }
}

/// An account's chain was closed.
struct Closed {
    up_to: i64,
    events: i64,
    days: i64,
}

impl super::Change for Closed {
    fn entry(&self) -> Entry {
        let subject = Subject { kind: "audit_log", id: None, name: String::new() };
        let details = json!({ "up_to": self.up_to, "events": self.events, "older_than_days": self.days });
        Entry { class: Class::Audit, action: "audit.closed", subject, details }
    }
}

impl Db {
    /// Closes the part of every chain that is older than `keep` and removes it, with everything else in the journal that is as
    /// old; without `keep` only what was closed before is removed. A chain that is not whole is left as it is.
    ///
    /// # Errors
    /// What the engine says; what was done stays done, and the next call does the rest.
    pub async fn close_old_events(&self, keep: Option<Span>) -> Result<(), DbError> {
        let accounts: Vec<(String,)> = self.read().await?.on().all(ACCOUNTS, vec![]).await?;
        let before = keep.map(|keep| self.world().now().minus(keep));
        for account in accounts.iter().filter_map(|(account,)| account.parse().ok()) {
            if let (Some(keep), Some(before)) = (keep, before) {
                self.close_chain(&account, before, keep.as_days()).await?;
            }
            let closing = Closing::find(&mut self.read().await?.on(), &account).await?;
            if let Some(closing) = closing.filter(|closing| closing.is_ours(self.keys(), &account)) {
                self.remove(REMOVE_CLOSED, &account, closing.sequence).await?;
            }
            if let Some(before) = before {
                self.remove(REMOVE_DATA, &account, before.millis()).await?;
            }
        }
        if let Some(before) = before {
            while self.remove_some(REMOVE_OPERATORS, binds![before, BATCH]).await? {}
        }
        Ok(())
    }

    async fn remove(&self, sql: &'static str, account: &AccountId, limit: i64) -> Result<(), DbError> {
        while self.remove_some(sql, binds![account, limit, BATCH]).await? {}
        Ok(())
    }

    /// Whether there may be more.
    async fn remove_some(&self, sql: &'static str, values: Vec<super::super::Bind>) -> Result<bool, DbError> {
        let mut tx = self.write().await?;
        let removed = tx.on().run(sql, values).await?;
        tx.commit_unlogged(Unlogged::Retention).await?;
        Ok(i64::try_from(removed).is_ok_and(|removed| removed == BATCH))
    }

    /// Everything of the chain that happened before `before`, up to the first event that did not.
    async fn close_chain(&self, account: &AccountId, before: Timestamp, days: i64) -> Result<(), DbError> {
        let now = self.world().now();
        let mut reader = self.read().await?;
        let found = Closing::find(&mut reader.on(), account).await?;
        let recently = |closing: &Closing| now.since(Timestamp::from_millis(closing.closed_at)) < SELDOM;
        if found.as_ref().is_some_and(recently) {
            return Ok(());
        }
        let mut walk = Walk::begin(self.keys(), found.as_ref());
        let from = walk.last;
        let (last,): (i64,) = reader.on().only(LAST_OLD, binds![account, from, before]).await?;
        if last <= from {
            return Ok(());
        }
        let walked = match found.as_ref().is_some_and(|closing| !closing.is_ours(self.keys(), account)) {
            true => Err(from),
            false => walk.up_to(&mut reader.on(), account, last, &mut |_, _| Ok(())).await?.map_err(|_| walk.last + 1),
        };
        if let Err(place) = walked {
            tracing::warn!(account.id = %account, event = place, "this chain is not whole, so nothing of it is removed by age");
            return Ok(());
        }
        drop(reader);
        self.write_closing(account, found.as_ref(), (last, &walk.mac), days).await
    }

    async fn write_closing(
        &self,
        account: &AccountId,
        found: Option<&Closing>,
        last: (i64, &str),
        days: i64,
    ) -> Result<(), DbError> {
        let now = self.world().now();
        let mut tx = self.write().await?;
        let mut head = tx.hold_head(account).await?;
        // Another server was here first.
        if Closing::find(&mut tx.on(), account).await?.as_ref() != found {
            return Ok(());
        }
        let key = head.signing_key(self.keys())?.to_owned();
        Closing::signed(self.keys(), &key, account, last, now.millis())?.put(&mut tx.on(), account).await?;
        let events = last.0 - found.map_or(0, |closing| closing.sequence);
        let entry = super::Change::entry(&Closed { up_to: last.0, events, days });
        let id = EventId::new(now, self.world().entropy());
        let mut event = Row::new((&id, now), Some(account), &Doer::system(), &Origin::default(), entry);
        head.sign(self.keys(), &mut event)?;
        tx.on().run(super::ADD_EVENT, event.binds()).await?;
        tx.put_head(account, &head).await?;
        tx.commit_now().await
    }
}

const ACCOUNTS: &str = "SELECT id FROM accounts ORDER BY id";
const FIND: &str = "SELECT sequence, mac, closed_at, key_id, signature FROM event_closings WHERE account_id = $1";
const PUT: &str = "INSERT INTO event_closings (account_id, sequence, mac, closed_at, key_id, signature) \
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account_id) DO UPDATE SET sequence = excluded.sequence, mac = excluded.mac, \
     closed_at = excluded.closed_at, key_id = excluded.key_id, signature = excluded.signature";
// The plus keeps engines from another index than that of places: events are looked at in their order, up to the first young one.
const LAST_OLD: &str = "SELECT COALESCE((SELECT sequence - 1 FROM events WHERE account_id = $1 AND sequence > $2 \
     AND +happened_at >= $3 ORDER BY sequence LIMIT 1), (SELECT MAX(sequence) FROM events WHERE account_id = $1), 0)";
const REMOVE_CLOSED: &str = "DELETE FROM events WHERE id IN \
     (SELECT id FROM events WHERE account_id = $1 AND sequence <= $2 ORDER BY sequence LIMIT $3)";
// What is not told to webhooks yet stays until it is.
const REMOVE_DATA: &str = "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE account_id = $1 AND happened_at < $2 \
     AND sequence IS NULL AND coalesce_key IS NULL AND announces IS NULL ORDER BY happened_at LIMIT $3)";
const REMOVE_OPERATORS: &str = "DELETE FROM events WHERE id IN \
     (SELECT id FROM events WHERE account_id IS NULL AND happened_at < $1 ORDER BY happened_at LIMIT $2)";

/// Every statement of this file.
pub const ALL: &[&str] = &[ACCOUNTS, FIND, PUT, LAST_OLD, REMOVE_CLOSED, REMOVE_DATA, REMOVE_OPERATORS];
