//! What is done alike to the tags, notes and tasks of a contact: the contact is held meanwhile, and the change leaves its trace.

use super::Refused;
use crate::contacts::store;
use crate::db::On;
use crate::db::journal::{Announced, Change, Class, Entry, Subject};
use crate::ids::{AccountId, ContactId};
use serde_json::json;

/// Makes other writers of the contact and of its parts wait until the transaction ends. Each takes the contact first, so that none
/// waits for one that waits for it, limits hold exactly, and nothing is added to a contact that is being deleted.
pub async fn hold(on: &mut On<'_>, account: &AccountId, contact: &ContactId) -> Result<(), Refused> {
    if store::hold(on, account, contact).await? { Ok(()) } else { Err(Refused::Missing) }
}

/// Refuses one more of `what`, of which there are `count`.
pub fn refuse_more(count: i64, what: &'static str, most: usize) -> Result<(), Refused> {
    if usize::try_from(count).is_ok_and(|count| count < most) { Ok(()) } else { Err(Refused::TooMany(what, most)) }
}

/// A change of a note or a task. It belongs to the contact's data, so it is one of the contact's events.
#[derive(Debug)]
pub struct PartChange<'a> {
    /// The stable name, such as `note.created`.
    pub action: &'static str,
    /// The id of the note or the task.
    pub id: &'a str,
    /// Whose it is.
    pub contact: &'a ContactId,
    /// The names of the fields that changed, as API v2 calls them.
    pub fields: &'a [&'static str],
    /// What webhooks are told.
    pub announced: Option<Announced>,
}

impl Change for PartChange<'_> {
    fn entry(&self) -> Entry {
        let details = match self.fields {
            [] => json!({ "contact": self.contact.as_str() }),
            fields => json!({ "contact": self.contact.as_str(), "fields": fields }),
        };
        let subject = Subject { kind: "contact", id: Some(self.id.to_owned()), name: String::new() };
        Entry { class: Class::Data, action: self.action, subject, details }
    }

    fn announced(&self) -> Option<Announced> {
        self.announced.clone()
    }
}
