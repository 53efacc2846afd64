//! After a change of keys: every chain goes on under the current key, from one event on that says so.

use super::super::{Db, DbError};
use super::chain::Row;
use super::closing::Closing;
use super::{Class, Doer, Entry, Subject};
use crate::authz::Origin;
use crate::binds;
use crate::ids::{AccountId, EventId};
use crate::keys::Purpose;
use serde_json::json;

/// So many accounts are looked at in one go.
const BATCH: i64 = 200;
/// In `meta`: the mac that tells that a key file and a database belong together.
pub(in crate::db) const PAIRING: &str = "pairing";

impl Db {
    /// Takes the current key into use, once for all servers of this database: the pairing is renewed, and each chain gets an
    /// event under it, which seals everything before against whoever has the key before.
    ///
    /// # Errors
    /// What the engine says; what was done stays done, and the next call does the rest.
    pub async fn use_current_key(&self) -> Result<(), DbError> {
        self.renew_pairing().await?;
        let mut after = String::new();
        loop {
            let heads: Vec<(String, Option<String>)> =
                self.read().await?.on().all(HEADS, binds![&after, BATCH]).await?;
            let Some((last, _)) = heads.last() else { return Ok(()) };
            after.clone_from(last);
            for (account, key) in &heads {
                if let Ok(account) = account.parse()
                    && self.is_before_current(key.as_deref())
                {
                    self.move_chain(&account).await?;
                }
            }
        }
    }

    /// Whether a server has started with the current key, so that nothing is made under the one before any more.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn is_current_key_used(&self) -> Result<bool, DbError> {
        let (pairing,): (String,) = self.read().await?.on().only(PAIRED, binds![PAIRING]).await?;
        Ok(pairing == self.keys().mac(Purpose::Pairing, b""))
    }

    fn is_before_current(&self, key: Option<&str>) -> bool {
        let rank = |key| self.keys().age_rank(key);
        rank(key).is_some_and(|rank_of| Some(rank_of) < rank(Some(self.keys().current_id())))
    }

    async fn renew_pairing(&self) -> Result<(), DbError> {
        let mut tx = self.write().await?;
        let (before,): (String,) = tx.on().only(PAIRED, binds![PAIRING]).await?;
        let now = self.keys().mac(Purpose::Pairing, b"");
        // Another server may already use the key that is prepared here; a pairing never goes back.
        let earlier = self.keys().previous_mac(Purpose::Pairing, b"");
        if Some(&before) != earlier.as_ref() || !tx.on().run_one(PAIR_ANEW, binds![PAIRING, &before, now]).await? {
            return Ok(());
        }
        let at = self.world().now();
        tx.commit_as(&Doer::system(), None, at, &Origin::default(), &[&Moved(self.keys().current_id().to_owned())])
            .await
    }

    async fn move_chain(&self, account: &AccountId) -> Result<(), DbError> {
        let mut tx = self.write().await?;
        let mut head = tx.hold_head(account).await?;
        if !self.is_before_current(head.key_id.as_deref()) {
            return Ok(());
        }
        let at = self.world().now();
        let id = EventId::new(at, self.world().entropy());
        let entry = super::Change::entry(&Moved(self.keys().current_id().to_owned()));
        let mut event = Row::new((&id, at), Some(account), &Doer::system(), &Origin::default(), entry);
        head.sign(self.keys(), &mut event)?;
        if let Some(closing) = Closing::find(&mut tx.on(), account).await?
            && closing.is_ours(self.keys(), account)
        {
            closing.signed_anew(self.keys(), account, self.keys().current_id())?.put(&mut tx.on(), account).await?;
        }
        tx.on().run(super::ADD_EVENT, event.binds()).await?;
        tx.put_head(account, &head).await?;
        tx.commit_now().await
    }
}

/// The key with this id took over.
struct Moved(String);

impl super::Change for Moved {
    fn entry(&self) -> Entry {
        let subject = Subject { kind: "keys", id: Some(self.0.clone()), name: self.0.clone() };
        Entry { class: Class::Audit, action: "keys.rotated", subject, details: json!({ "key": self.0 }) }
    }
}

const HEADS: &str = "SELECT account_id, key_id FROM event_heads WHERE account_id > $1 ORDER BY account_id LIMIT $2";
const PAIRED: &str = "SELECT value FROM meta WHERE name = $1";
const PAIR_ANEW: &str = "UPDATE meta SET value = $3 WHERE name = $1 AND value = $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[HEADS, PAIRED, PAIR_ANEW];
