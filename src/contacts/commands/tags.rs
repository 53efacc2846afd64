//! Adding and removing tags of a contact.

use super::parts::hold;
use super::{ContactChange, Refused, crowded};
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
    hold(&mut tx.on(), permit.account(), contact).await?;
    let found = store::find(&mut tx.on(), permit.account(), contact).await?;
    let mut contact = found.ok_or(Refused::Missing)?;
    let tags = wanted(&contact.tags);
    if tags == contact.tags {
        return Ok(tags);
    }
    if tags.len() > TAGS_MAX {
        return Err(Refused::TooMany("tags", TAGS_MAX));
    }
    contact.tags = tags;
    contact.updated_at = permit.now();
    if !store::change(&mut tx.on(), &contact).await? {
        return Err(Refused::Failed(crowded()));
    }
    tx.commit(permit, &[&ContactChange::Updated(&contact, vec!["tags"])]).await?;
    Ok(contact.tags)
}
