//! What software can do with the notes of a contact.

use super::Refused;
use super::parts::{PartChange, hold, refuse_more};
use crate::authz::Permit;
use crate::contacts::announced;
use crate::contacts::model::note::{Note, NoteDraft};
use crate::contacts::store::{self, notes};
use crate::contacts::{CreateNote, DeleteNote, UpdateNote};
use crate::db::Db;
use crate::ids::{AccountId, ContactId, NoteId};

/// Most notes of one contact.
pub const NOTES_MAX: usize = 1_000;

/// At most `most` notes of a contact, the newest first.
///
/// # Errors
/// [`Refused::Missing`] when the account has no such contact, and faults of the store.
pub async fn newest(db: &Db, account: &AccountId, contact: &ContactId, most: usize) -> Result<Vec<Note>, Refused> {
    let mut reader = db.read().await?;
    store::added_at(&mut reader.on(), account, contact).await?.ok_or(Refused::Missing)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    Ok(notes::newest(&mut reader.on(), account, contact, most).await?)
}

/// One note of a contact.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::NoNote`], and faults of the store.
pub async fn find(db: &Db, account: &AccountId, contact: &ContactId, id: &NoteId) -> Result<Note, Refused> {
    let mut reader = db.read().await?;
    store::added_at(&mut reader.on(), account, contact).await?.ok_or(Refused::Missing)?;
    notes::find(&mut reader.on(), account, contact, id).await?.ok_or(Refused::NoNote)
}

/// Adds a note to a contact.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::TooMany`], and faults of the store.
pub async fn create(
    db: &Db,
    permit: &Permit<CreateNote>,
    contact: &ContactId,
    draft: NoteDraft,
) -> Result<Note, Refused> {
    let mut note = Note::new(NoteId::new(permit.now(), db.world().entropy()), contact.clone(), permit.now());
    let fields = note.apply(draft);
    let mut tx = db.write().await?;
    hold(&mut tx.on(), permit.account(), contact).await?;
    refuse_more(notes::count(&mut tx.on(), permit.account(), contact).await?, "notes", NOTES_MAX)?;
    notes::add(&mut tx.on(), permit.account(), &note).await?;
    let announced = Some(announced::note("NoteCreate", &note));
    let change = PartChange { action: "note.created", id: note.id.as_str(), contact, fields: &fields, announced };
    tx.commit(permit, &[&change]).await?;
    Ok(note)
}

/// Changes the fields that `draft` gives.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::NoNote`], and faults of the store.
pub async fn update(
    db: &Db,
    permit: &Permit<UpdateNote>,
    contact: &ContactId,
    id: &NoteId,
    draft: NoteDraft,
) -> Result<Note, Refused> {
    let mut tx = db.write().await?;
    hold(&mut tx.on(), permit.account(), contact).await?;
    let found = notes::find(&mut tx.on(), permit.account(), contact, id).await?;
    let mut note = found.ok_or(Refused::NoNote)?;
    let fields = note.apply(draft);
    if fields.is_empty() {
        return Ok(note);
    }
    if !notes::change(&mut tx.on(), permit.account(), &note).await? {
        return Err(Refused::NoNote);
    }
    let announced = Some(announced::note("NoteUpdate", &note));
    let change = PartChange { action: "note.updated", id: id.as_str(), contact, fields: &fields, announced };
    tx.commit(permit, &[&change]).await?;
    Ok(note)
}

/// Deletes a note.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::NoNote`], and faults of the store.
pub async fn delete(db: &Db, permit: &Permit<DeleteNote>, contact: &ContactId, id: &NoteId) -> Result<(), Refused> {
    let mut tx = db.write().await?;
    hold(&mut tx.on(), permit.account(), contact).await?;
    let found = notes::find(&mut tx.on(), permit.account(), contact, id).await?;
    let note = found.ok_or(Refused::NoNote)?;
    if !notes::remove(&mut tx.on(), permit.account(), contact, id).await? {
        return Err(Refused::NoNote);
    }
    let announced = Some(announced::note("NoteDelete", &note));
    let change = PartChange { action: "note.deleted", id: id.as_str(), contact, fields: &[], announced };
    Ok(tx.commit(permit, &[&change]).await?)
}
