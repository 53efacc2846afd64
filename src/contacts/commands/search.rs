//! Searching contacts, and giving keys to those that were written before there were any.

use crate::contacts::model::Contact;
use crate::contacts::search::Search;
use crate::contacts::store;
use crate::db::journal::Unlogged;
use crate::db::{Db, DbError};
use crate::ids::AccountId;

/// So many contacts get their keys in one transaction.
const AT_ONCE: i64 = 200;

/// A page of what is searched, and how many there are in all.
///
/// # Errors
/// Faults of the store.
pub async fn search(db: &Db, account: &AccountId, search: &Search) -> Result<(Vec<Contact>, i64), DbError> {
    let mut reader = if search.is_quick() { db.read().await? } else { db.read_slowly().await? };
    store::search::hits(&mut reader.on(), account, search).await
}

/// Gives keys to every contact that has none, a few at a time. Several servers may do so at once.
///
/// # Errors
/// Faults of the store; what is done stays done.
pub async fn give_keys(db: &Db) -> Result<(), DbError> {
    loop {
        let mut tx = db.write().await?;
        if store::keys::refill(&mut tx.on(), AT_ONCE).await? == 0 {
            return Ok(());
        }
        tx.commit_unlogged(Unlogged::Keys).await?;
    }
}
