//! Adding and removing tags of a contact.

use super::{ContactChange, Refused, crowded, refuse_too_much};
use crate::authz::Permit;
use crate::contacts::model::{TAGS_MAX, with_tags, without_tags};
use crate::contacts::{AddTags, RemoveTags, store};
use crate::db::Db;
use crate::ids::ContactId;

/// Adds those of `tags` that the contact lacks; all that it has then.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::TooMany`], and faults of the store.
pub async fn add(
    db: &Db,
    permit: &Permit<AddTags>,
    contact: &ContactId,
    tags: &[String],
) -> Result<Vec<String>, Refused> {
    change(db, permit, contact, |present| with_tags(present, tags)).await
}

/// Removes those of `tags` that the contact has; all that it has then.
///
/// # Errors
/// [`Refused::Missing`], and faults of the store.
pub async fn remove(
    db: &Db,
    permit: &Permit<RemoveTags>,
    contact: &ContactId,
    tags: &[String],
) -> Result<Vec<String>, Refused> {
    change(db, permit, contact, |present| without_tags(present, tags)).await
}

async fn change<A>(
    db: &Db,
    permit: &Permit<A>,
    contact: &ContactId,
    wanted: impl FnOnce(&[String]) -> Vec<String>,
) -> Result<Vec<String>, Refused> {
    let mut tx = db.write().await?;
    let mut contact = store::held(&mut tx.on(), permit.account(), contact).await?.ok_or(Refused::Missing)?;
    let tags = wanted(&contact.tags);
    if tags == contact.tags {
        return Ok(tags);
    }
    if tags.len() > TAGS_MAX {
        return Err(Refused::TooMany("tags", TAGS_MAX));
    }
    let grows = tags.len() > contact.tags.len();
    contact.tags = tags;
    if grows {
        refuse_too_much(&contact)?;
    }
    contact.updated_at = permit.now();
    if !store::change(&mut tx.on(), &contact).await? {
        return Err(Refused::Failed(crowded()));
    }
    tx.commit(permit, &[&ContactChange::Updated(&contact, vec!["tags"])]).await?;
    Ok(contact.tags)
}
