//! What software and people can do with contacts.

mod list;
pub mod notes;
mod parts;
mod search;
pub mod tags;
pub mod tasks;
mod upsert;
pub mod whole;

pub use list::{Page, Wanted, cursor_at, list};
pub use search::{give_keys, search};
pub use upsert::{Upserted, upsert};

use super::announced;
use super::model::{Contact, Draft, Duplicate, Expected, Matching};
use super::store;
use super::{CreateContact, DeleteContact, UpdateContact};
use crate::authz::Permit;
use crate::db::journal::{Announced, Change, Class, Entry, Subject};
use crate::db::{Db, DbError, On, WriteTx};
use crate::error::AppError;
use crate::ids::{AccountId, ContactId};
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
    /// It is not in the state that the caller expects.
    Stale,
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
/// Most bytes that they have together, as JSON.
pub const CUSTOM_BYTES_MAX: usize = 65_536;
/// Most tags and members of custom fields together: each is found by an index of its own.
pub const KEYS_MAX: usize = 1_000;

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

enum ContactChange<'a> {
    Created(&'a Contact, Vec<&'static str>),
    Updated(&'a Contact, Vec<&'static str>),
    Deleted(&'a Contact),
}

impl Change for ContactChange<'_> {
    fn entry(&self) -> Entry {
        let (action, id, details) = match self {
            Self::Created(contact, fields) => ("contact.created", &contact.id, json!({ "fields": fields })),
            Self::Updated(contact, fields) => ("contact.updated", &contact.id, json!({ "fields": fields })),
            Self::Deleted(contact) => ("contact.deleted", &contact.id, json!({})),
        };
        let subject = Subject { kind: "contact", id: Some(id.to_string()), name: String::new() };
        Entry { class: Class::Data, action, subject, details }
    }

    fn announced(&self) -> Option<Announced> {
        Some(match self {
            Self::Created(contact, _) => announced::contact(&["ContactCreate"], contact),
            Self::Updated(contact, fields) => announced::contact(announced::of_update(fields), contact),
            Self::Deleted(contact) => announced::contact(&["ContactDelete"], contact),
        })
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
    for _ in 0..TRIES {
        if let Some(contact) = insert(db.write().await?, db, permit, draft.clone()).await? {
            return Ok(contact);
        }
    }
    Err(Refused::Failed(crowded()))
}

/// Adds what `draft` says; none when somebody added the same one since this transaction looked: the next one finds it.
async fn insert<A>(mut tx: WriteTx, db: &Db, permit: &Permit<A>, draft: Draft) -> Result<Option<Contact>, Refused> {
    let id = ContactId::new(permit.now(), db.world().entropy());
    let mut contact = Contact::new(id, permit.account().clone(), permit.now());
    let fields = contact.apply(draft);
    refuse_too_much(&contact)?;
    refuse_duplicate(&mut tx.on(), &contact).await?;
    match store::add(&mut tx.on(), &contact).await {
        Err(DbError::Unique | DbError::Again) => Ok(None),
        Err(error) => Err(error.into()),
        Ok(()) => {
            tx.commit(permit, &[&ContactChange::Created(&contact, fields)]).await?;
            Ok(Some(contact))
        }
    }
}

/// The contact with this e-mail address or, when none has it, with this phone number.
///
/// # Errors
/// Faults of the store.
pub async fn same(
    db: &Db,
    account: &AccountId,
    keys: [(Matching, Option<String>); 2],
) -> Result<Option<Contact>, DbError> {
    let mut reader = db.read().await?;
    for (by, key) in keys {
        let Some(key) = key else { continue };
        if let Some(found) = store::matching(&mut reader.on(), account, by, &key).await? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Changes the fields that `draft` gives, when the contact is in the state that is expected.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::Stale`], [`Refused::Duplicate`], and faults of the store.
pub async fn update(
    db: &Db,
    permit: &Permit<UpdateContact>,
    (id, expected): (&ContactId, &Expected),
    draft: &Draft,
) -> Result<Contact, Refused> {
    for _ in 0..TRIES {
        let mut tx = db.write().await?;
        let found = store::held(&mut tx.on(), permit.account(), id).await?.ok_or(Refused::Missing)?;
        if !expected.holds(found.version) {
            return Err(Refused::Stale);
        }
        if let Some(contact) = merge(tx, permit, found, draft.clone()).await? {
            return Ok(contact);
        }
    }
    Err(Refused::Failed(crowded()))
}

/// Writes what `draft` makes of a contact that the transaction holds; none when somebody else took its address or number just now.
async fn merge<A>(
    mut tx: WriteTx,
    permit: &Permit<A>,
    mut contact: Contact,
    draft: Draft,
) -> Result<Option<Contact>, Refused> {
    let fields = contact.apply(draft);
    if fields.is_empty() {
        return Ok(Some(contact));
    }
    refuse_too_much(&contact)?;
    contact.updated_at = permit.now();
    refuse_duplicate(&mut tx.on(), &contact).await?;
    match store::change(&mut tx.on(), &contact).await {
        Ok(false) | Err(DbError::Unique | DbError::Again) => Ok(None),
        Err(error) => Err(error.into()),
        Ok(true) => {
            contact.version += 1;
            tx.commit(permit, &[&ContactChange::Updated(&contact, fields)]).await?;
            Ok(Some(contact))
        }
    }
}

/// Deletes a contact, when it is in the state that is expected. What the journal keeps of it is its id and the names of fields.
///
/// # Errors
/// [`Refused::Missing`] when the account has none, [`Refused::Stale`], and faults of the store.
pub async fn delete(
    db: &Db,
    permit: &Permit<DeleteContact>,
    (id, expected): (&ContactId, &Expected),
) -> Result<(), Refused> {
    let mut tx = db.write().await?;
    let found = store::held(&mut tx.on(), permit.account(), id).await?.ok_or(Refused::Missing)?;
    if !expected.holds(found.version) {
        return Err(Refused::Stale);
    }
    if !store::remove(&mut tx.on(), permit.account(), id).await? {
        return Err(Refused::Missing);
    }
    Ok(tx.commit(permit, &[&ContactChange::Deleted(&found)]).await?)
}

/// One contact costs whoever reads, lists or changes it no more than this.
fn refuse_too_much(contact: &Contact) -> Result<(), Refused> {
    let bytes: usize = contact.custom_fields.iter().map(|field| field.id.len() + field.value.to_string().len()).sum();
    match () {
        () if contact.custom_fields.len() > CUSTOM_FIELDS_MAX => {
            Err(Refused::TooMany("customFields", CUSTOM_FIELDS_MAX))
        }
        () if bytes > CUSTOM_BYTES_MAX => Err(Refused::TooMany("bytes of customFields", CUSTOM_BYTES_MAX)),
        () if contact.list_keys().len() > KEYS_MAX => {
            Err(Refused::TooMany("tags and members of customFields", KEYS_MAX))
        }
        () => Ok(()),
    }
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
