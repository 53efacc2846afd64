//! A contact with its newest notes and tasks, as one page shows it.

use super::Refused;
use crate::contacts::model::Contact;
use crate::contacts::model::note::Note;
use crate::contacts::model::task::Task;
use crate::contacts::store::{self, notes, tasks};
use crate::db::Db;
use crate::ids::{AccountId, ContactId};

/// The newest of something, and how many there are in all.
#[derive(Debug, Clone)]
pub struct Newest<T> {
    /// The newest first.
    pub some: Vec<T>,
    /// With those that are not among `some`.
    pub all: i64,
}

/// A contact and what belongs to it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The contact.
    pub contact: Contact,
    /// Its notes.
    pub notes: Newest<Note>,
    /// Its tasks.
    pub tasks: Newest<Task>,
}

/// The contact with this id, with at most `most` of its notes and of its tasks.
///
/// # Errors
/// [`Refused::Missing`] when the account has none, and faults of the store.
pub async fn find(db: &Db, account: &AccountId, id: &ContactId, most: i64) -> Result<Whole, Refused> {
    let mut reader = db.read().await?;
    let mut on = reader.on();
    let contact = store::find(&mut on, account, id).await?.ok_or(Refused::Missing)?;
    let some = notes::newest(&mut on, account, id, most).await?;
    let notes = Newest { some, all: notes::count(&mut on, account, id).await? };
    let some = tasks::newest(&mut on, account, id, most).await?;
    let tasks = Newest { some, all: tasks::count(&mut on, account, id).await? };
    Ok(Whole { contact, notes, tasks })
}
