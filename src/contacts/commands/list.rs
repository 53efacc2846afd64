//! The list of contacts, from the newest to the oldest.

use crate::contacts::model::Contact;
use crate::contacts::store::{self, Cursor, Towards};
use crate::db::{Db, DbError};
use crate::ids::{AccountId, ContactId};
use crate::text::fold;

/// What to list.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What name, e-mail address, phone number or company must contain; empty for all.
    pub search: String,
    /// From where.
    pub cursor: Cursor,
    /// Which way.
    pub towards: Towards,
    /// How many at most.
    pub limit: usize,
}

/// A stretch of the list, newest first.
#[derive(Debug, Clone)]
pub struct Page {
    /// The contacts.
    pub contacts: Vec<Contact>,
    /// How many there are in all.
    pub total: i64,
    /// How many are newer than the first one here.
    pub before: i64,
}

impl Page {
    /// Whether older ones follow.
    #[must_use]
    pub fn has_older(&self) -> bool {
        let here = i64::try_from(self.contacts.len()).unwrap_or(i64::MAX);
        self.before.saturating_add(here) < self.total
    }
}

/// Lists contacts from the newest to the oldest.
///
/// # Errors
/// Faults of the store.
pub async fn list(db: &Db, account: &AccountId, wanted: &Wanted) -> Result<Page, DbError> {
    let search = fold(wanted.search.trim());
    let limit = i64::try_from(wanted.limit).unwrap_or(i64::MAX);
    // The first page reads what it shows and a kept total; whoever looks for parts, or leads far down, may read every row.
    let first = search.is_empty() && wanted.cursor == Cursor::start();
    let mut reader = if first { db.read().await? } else { db.read_slowly().await? };
    let mut on = reader.on();
    let mut contacts = store::page(&mut on, account, &search, (wanted.towards, &wanted.cursor), limit).await?;
    if wanted.towards == Towards::Newer {
        contacts.reverse();
    }
    let first = contacts.first().map_or_else(|| wanted.cursor.clone(), Cursor::at);
    let (total, up_to_first) = store::count(&mut on, account, &search, &first).await?;
    let before = if contacts.is_empty() { up_to_first } else { up_to_first - 1 };
    Ok(Page { contacts, total, before })
}

/// The cursor at a contact that is named by its id alone.
///
/// # Errors
/// Faults of the store.
pub async fn cursor_at(db: &Db, account: &AccountId, id: &ContactId) -> Result<Option<Cursor>, DbError> {
    let at = store::added_at(&mut db.read().await?.on(), account, id).await?;
    Ok(at.map(|at| Cursor { at, id: id.to_string() }))
}
