//! What software and people can do with contacts.

pub mod notes;
mod parts;
pub mod tags;
pub mod tasks;
pub mod whole;

use super::model::{Contact, Draft, Duplicate, Matching};
use super::store::{self, Cursor, Towards};
use super::{CreateContact, DeleteContact, UpdateContact};
use crate::authz::Permit;
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::db::{Db, DbError, On};
use crate::error::AppError;
use crate::ids::{AccountId, ContactId};
use crate::text::fold;
use serde_json::json;

/// How often a change is tried again when another one came between.
const TRIES: usize = 5;

/// Why a contact was not written; then nothing was changed.
#[derive(Debug)]
pub enum Refused {
    /// Another contact has the same e-mail address or phone number.
    Duplicate(Duplicate),
    /// The account has no such contact.
    Missing,
    /// The contact has no such note.
    NoNote,
    /// The contact has no such task.
    NoTask,
    /// It would have more of these than a contact may have.
    TooMany(&'static str, usize),
    /// Anything that is not about the contact.
    Failed(AppError),
}

/// Most custom fields of one contact.
pub const CUSTOM_FIELDS_MAX: usize = 200;

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

enum ContactChange<'a> {
    Created(&'a Contact, Vec<&'static str>),
    Updated(&'a Contact, Vec<&'static str>),
    Deleted(&'a ContactId),
}

impl Change for ContactChange<'_> {
    fn entry(&self) -> Entry {
        let (action, id, details) = match self {
            Self::Created(contact, fields) => ("contact.created", &contact.id, json!({ "fields": fields })),
            Self::Updated(contact, fields) => ("contact.updated", &contact.id, json!({ "fields": fields })),
            Self::Deleted(id) => ("contact.deleted", *id, json!({})),
        };
        let subject = Subject { kind: "contact", id: Some(id.to_string()), name: String::new() };
        Entry { class: Class::Data, action, subject, details }
    }
}

/// The contact with this id.
///
/// # Errors
/// [`Refused::Missing`] when the account has none, and faults of the store.
pub async fn find(db: &Db, account: &AccountId, id: &ContactId) -> Result<Contact, Refused> {
    store::find(&mut db.read().await?.on(), account, id).await?.ok_or(Refused::Missing)
}

/// Adds a contact.
///
/// # Errors
/// [`Refused::Duplicate`], also when another call adds the same one at this moment; faults of the store.
pub async fn create(db: &Db, permit: &Permit<CreateContact>, draft: Draft) -> Result<Contact, Refused> {
    let id = ContactId::new(permit.now(), db.world().entropy());
    let mut contact = Contact::new(id, permit.account().clone(), permit.now());
    let fields = contact.apply(draft);
    for _ in 0..TRIES {
        let mut tx = db.write().await?;
        refuse_duplicate(&mut tx.on(), &contact).await?;
        match store::add(&mut tx.on(), &contact).await {
            // Somebody added the same one since we looked; the next look finds it.
            Err(DbError::Unique | DbError::Again) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => {
                tx.commit(permit, &[&ContactChange::Created(&contact, fields)]).await?;
                return Ok(contact);
            }
        }
    }
    Err(Refused::Failed(crowded()))
}

/// Changes the fields that `draft` gives.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::Duplicate`], and faults of the store.
pub async fn update(
    db: &Db,
    permit: &Permit<UpdateContact>,
    id: &ContactId,
    draft: &Draft,
) -> Result<Contact, Refused> {
    for _ in 0..TRIES {
        let mut tx = db.write().await?;
        let found = store::find(&mut tx.on(), permit.account(), id).await?;
        let mut contact = found.ok_or(Refused::Missing)?;
        let fields = contact.apply(draft.clone());
        if fields.is_empty() {
            return Ok(contact);
        }
        if contact.custom_fields.len() > CUSTOM_FIELDS_MAX {
            return Err(Refused::TooMany("customFields", CUSTOM_FIELDS_MAX));
        }
        contact.updated_at = permit.now();
        refuse_duplicate(&mut tx.on(), &contact).await?;
        match store::change(&mut tx.on(), &contact).await {
            Ok(false) | Err(DbError::Unique | DbError::Again) => {}
            Err(error) => return Err(error.into()),
            Ok(true) => {
                tx.commit(permit, &[&ContactChange::Updated(&contact, fields)]).await?;
                return Ok(contact);
            }
        }
    }
    Err(Refused::Failed(crowded()))
}

/// Deletes a contact. What the journal keeps of it is its id and the names of fields.
///
/// # Errors
/// [`Refused::Missing`] when the account has none, and faults of the store.
pub async fn delete(db: &Db, permit: &Permit<DeleteContact>, id: &ContactId) -> Result<(), Refused> {
    let mut tx = db.write().await?;
    if !store::remove(&mut tx.on(), permit.account(), id).await? {
        return Err(Refused::Missing);
    }
    Ok(tx.commit(permit, &[&ContactChange::Deleted(id)]).await?)
}

async fn refuse_duplicate(on: &mut On<'_>, contact: &Contact) -> Result<(), Refused> {
    let keys = contact.keys();
    for (by, key) in [(Matching::Email, keys.email), (Matching::Phone, keys.phone)] {
        let Some(key) = key else { continue };
        let other = store::matching(on, &contact.account, by, &key).await?;
        if let Some(other) = other.filter(|other| other.id != contact.id) {
            return Err(Refused::Duplicate(Duplicate { name: other.title(), id: other.id, matching: by }));
        }
    }
    Ok(())
}

fn crowded() -> AppError {
    AppError::Conflict(
        "Other calls changed the same contact at the same time. Nothing was changed; try again.".to_owned(),
    )
}

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
    let mut reader = db.read_slowly().await?;
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
