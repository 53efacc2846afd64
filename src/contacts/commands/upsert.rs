//! Adding a contact, or changing the one that has its e-mail address or phone number.

use super::{Refused, TRIES, crowded, insert, merge};
use crate::authz::Permit;
use crate::contacts::UpsertContact;
use crate::contacts::model::{Contact, Draft};
use crate::contacts::store;
use crate::db::Db;

/// What became of it.
#[derive(Debug)]
pub struct Upserted {
    /// The contact as it is now.
    pub contact: Contact,
    /// Whether it was not there before.
    pub new: bool,
}

/// Merges `draft` into the contact with its e-mail address or, when none has that, with its phone number; adds one when none has either.
///
/// When address and number belong to two contacts, the address wins, and the number is refused as the other one's.
///
/// # Errors
/// [`Refused::Duplicate`] in that case, [`Refused::TooMany`], and faults of the store.
pub async fn upsert(db: &Db, permit: &Permit<UpsertContact>, draft: &Draft) -> Result<Upserted, Refused> {
    for _ in 0..TRIES {
        let mut tx = db.write().await?;
        let mut found = None;
        for (by, key) in draft.keys() {
            if let (None, Some(key)) = (&found, key) {
                found = store::held_matching(&mut tx.on(), permit.account(), by, &key).await?;
            }
        }
        let new = found.is_none();
        let done = match found {
            Some(contact) => merge(tx, permit, contact, draft.clone()).await?,
            // Somebody added it since this transaction looked: the next one finds it.
            None => match insert(tx, db, permit, draft.clone()).await {
                Err(Refused::Duplicate(_)) => None,
                done => done?,
            },
        };
        if let Some(contact) = done {
            return Ok(Upserted { contact, new });
        }
    }
    Err(Refused::Failed(crowded()))
}
