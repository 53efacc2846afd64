//! Counted events: one row a minute for the same thing, which joins the chain once its minute is over.

use super::super::{Db, DbError, WriteTx};
use super::chain::Row;
use super::{Doer, Entry};
use crate::authz::Origin;
use crate::binds;
use crate::ids::{AccountId, EventId};
use crate::keys::{Keys, Purpose};
use crate::world::{Span, Timestamp};

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

/// What makes two counted events the same thing.
struct Identity<'a> {
    at: i64,
    action: &'a str,
    account: &'a str,
    who: &'a str,
    address: Option<&'a str>,
    subject: Option<&'a str>,
    name: &'a str,
    details: &'a str,
}

impl Identity<'_> {
    /// All but the request and how often. Addresses count by their network, or one client would own as many rows as it has
    /// addresses.
    fn text(&self) -> String {
        let minute = self.at.div_euclid(MINUTE);
        let network = Origin { address: self.address.map(str::to_owned), ..Origin::default() }.network();
        let Self { action, account, who, subject, name, details, .. } = self;
        format!("{minute}|{action}|{account}|{who}|{network}|{subject:?}|{name}|{details}")
    }
}

const MINUTE: i64 = 60_000;
/// Refusals are gathered for a second before they are written; so long after the end of its minute nothing is added to a row.
const LATE: Span = Span::seconds(10);
/// So many join the chain in one transaction.
const BATCH: i64 = 100;

impl Counted {
    /// What makes two of them the same thing.
    #[must_use]
    pub fn identity(&self) -> String {
        let Entry { action, subject, details, .. } = &self.entry;
        Identity {
            at: self.now.millis(),
            action,
            account: self.account.as_ref().map_or("", AccountId::as_str),
            who: self.doer.id.as_deref().unwrap_or(""),
            address: self.origin.address.as_deref(),
            subject: subject.id.as_deref(),
            name: &subject.name,
            details: &details.to_string(),
        }
        .text()
    }
}

impl Row {
    /// Whether a counted row is one that this program wrote: its key is a keyed hash of what it says.
    pub(super) fn is_counted_by_us(&self, keys: &Keys) -> bool {
        let identity = Identity {
            at: self.happened_at,
            action: &self.action,
            account: self.account_id.as_deref().unwrap_or(""),
            who: self.actor_id.as_deref().unwrap_or(""),
            address: self.address.as_deref(),
            subject: self.subject_id.as_deref(),
            name: &self.subject_name,
            details: &self.details,
        };
        let key = self.coalesce_key.as_deref().unwrap_or("");
        keys.confirms(Purpose::Names, identity.text().as_bytes(), key)
    }
}

impl WriteTx {
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
        let row = Row::new((&id, event.now), event.account.as_ref(), &event.doer, &event.origin, event.entry.clone());
        let row = Row { times: event.times, coalesce_key: Some(key), ..row };
        self.on().run(COUNT_EVENT, row.binds()).await?;
        Ok(())
    }

    /// Gives waiting rows of one account their places in its chain; the last id that was looked at, when there may be more.
    async fn seal_some(
        &mut self,
        account: &AccountId,
        after: &str,
        over: i64,
    ) -> Result<(u64, Option<String>), DbError> {
        let mut head = self.hold_head(account).await?;
        let rows: Vec<Row> = self.on().all(WAITING, binds![account, after, over, BATCH]).await?;
        let more = i64::try_from(rows.len()).is_ok_and(|found| found == BATCH);
        let last = rows.last().filter(|_| more).map(|row| row.id.clone());
        let mut sealed = 0;
        let keys = self.keys.clone();
        for row in rows.into_iter().filter(|row| row.is_counted_by_us(&keys)) {
            let (mut next, mut event) = (head.clone(), Row { coalesce_key: None, ..row.clone() });
            next.sign(&keys, &mut event)?;
            let values = binds![&row.id, row.coalesce_key, row.times, event.sequence, &event.mac, &event.key_id];
            // Somebody who counted late, on another server, leaves it to the next round.
            if self.on().run_one(SEAL, values).await? {
                (head, sealed) = (next, sealed + 1);
            }
        }
        if sealed > 0 {
            self.put_head(account, &head).await?;
        }
        Ok((sealed, last))
    }
}

impl Db {
    /// Lets every counted row whose minute is over join its account's chain, where nothing changes it any more; how many did.
    /// A row that this program did not write is left where it is.
    ///
    /// # Errors
    /// What the engine says; whole transactions are done or not.
    pub async fn seal_counted(&self) -> Result<u64, DbError> {
        let over = self.world().now().minus(LATE).millis().div_euclid(MINUTE) * MINUTE;
        let accounts: Vec<(String,)> = self.read().await?.on().all(ACCOUNTS_WAITING, binds![over]).await?;
        let mut sealed = 0;
        for account in accounts.iter().filter_map(|(account,)| account.parse().ok()) {
            let mut after = Some(String::new());
            while let Some(last) = after {
                let mut tx = self.write().await?;
                let (some, next) = tx.seal_some(&account, &last, over).await?;
                tx.commit_now().await?;
                (sealed, after) = (sealed + some, next);
            }
        }
        Ok(sealed)
    }
}

const COUNT_EVENT: &str = "INSERT INTO events (id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, \
     subject_kind, subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) \
     ON CONFLICT (coalesce_key) DO UPDATE SET times = events.times + $16";
const ACCOUNTS_WAITING: &str = "SELECT DISTINCT account_id FROM events WHERE coalesce_key IS NOT NULL \
     AND account_id IS NOT NULL AND happened_at < $1";
const WAITING: &str = "SELECT id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, \
     subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id FROM events \
     WHERE coalesce_key IS NOT NULL AND account_id = $1 AND id > $2 AND happened_at < $3 ORDER BY id LIMIT $4";
const SEAL: &str = "UPDATE events SET coalesce_key = NULL, sequence = $4, mac = $5, key_id = $6 \
     WHERE id = $1 AND coalesce_key = $2 AND times = $3 AND sequence IS NULL";

/// Every statement of this file.
pub const ALL: &[&str] = &[COUNT_EVENT, ACCOUNTS_WAITING, WAITING, SEAL];
