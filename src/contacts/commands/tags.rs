//! Adding and removing tags of a contact.

use super::{ContactChange, Refused, crowded, refuse_too_much};
use crate::authz::Permit;
use crate::contacts::model::{Contact, Expected, TAGS_MAX, with_tags, without_tags};
use crate::contacts::{AddTags, RemoveTags, store};
use crate::db::Db;
use crate::ids::ContactId;

/// Adds those of `tags` that the contact lacks, when it is in the state that is expected; the contact as it is then.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::Stale`], [`Refused::TooMany`], and faults of the store.
pub async fn add(
    db: &Db,
    permit: &Permit<AddTags>,
    contact: (&ContactId, &Expected),
    tags: &[String],
) -> Result<Contact, Refused> {
    change(db, permit, contact, |present| with_tags(present, tags)).await
}

/// Removes those of `tags` that the contact has, when it is in the state that is expected; the contact as it is then.
///
/// # Errors
/// [`Refused::Missing`], [`Refused::Stale`], and faults of the store.
pub async fn remove(
    db: &Db,
    permit: &Permit<RemoveTags>,
    contact: (&ContactId, &Expected),
    tags: &[String],
) -> Result<Contact, Refused> {
    change(db, permit, contact, |present| without_tags(present, tags)).await
}

async fn change<A>(
    db: &Db,
    permit: &Permit<A>,
    (contact, expected): (&ContactId, &Expected),
    wanted: impl FnOnce(&[String]) -> Vec<String>,
) -> Result<Contact, Refused> {
    let mut tx = db.write().await?;
    let mut contact = store::held(&mut tx.on(), permit.account(), contact).await?.ok_or(Refused::Missing)?;
    if !expected.holds(contact.version) {
        return Err(Refused::Stale);
    }
    let tags = wanted(&contact.tags);
    if tags == contact.tags {
        return Ok(contact);
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
    contact.version += 1;
    tx.commit(permit, &[&ContactChange::Updated(&contact, vec!["tags"])]).await?;
    Ok(contact)
}
