//! The list of contacts, from the newest to the oldest.

use super::{Row, columns};
use crate::binds;
use crate::contacts::model::Contact;
use crate::db::{DbError, On, containing};
use crate::ids::{AccountId, ContactId};

const OLDER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contacts WHERE account_id = $1 AND (created_at, id) < ($2, $3) AND search_key LIKE $4 ESCAPE '\\' \
     ORDER BY created_at DESC, id DESC LIMIT $5"
);
const NEWER: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM contacts WHERE account_id = $1 AND (created_at, id) > ($2, $3) AND search_key LIKE $4 ESCAPE '\\' \
     ORDER BY created_at, id LIMIT $5"
);
// The bound excludes nothing: it is one more reason for the index in whose order contacts lie.
const COUNT: &str = "SELECT COUNT(*), COUNT(CASE WHEN (created_at, id) >= ($2, $3) THEN 1 END) \
     FROM contacts WHERE account_id = $1 AND created_at >= -9223372036854775807 AND search_key LIKE $4 ESCAPE '\\'";
// The total is kept; the place costs as much as the list is deep there, and reads an index alone.
const PLACE: &str = "SELECT (SELECT CAST(COALESCE(SUM(kept), 0) AS BIGINT) FROM contact_totals WHERE account_id = $1), \
     (SELECT COUNT(*) FROM contacts WHERE account_id = $1 AND (created_at, id) >= ($2, $3))";
const ADDED_AT: &str = "SELECT created_at FROM contacts WHERE account_id = $1 AND id = $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[OLDER, NEWER, COUNT, PLACE, ADDED_AT];

/// A place in the list, which runs from the newest contact to the oldest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// When the contact at this place came in, in milliseconds.
    pub at: i64,
    /// Its id; empty for the end of everything that came in at that time.
    pub id: String,
}

impl Cursor {
    /// Before the newest contact.
    #[must_use]
    pub const fn start() -> Self {
        Self { at: i64::MAX, id: String::new() }
    }

    /// At this contact.
    #[must_use]
    pub fn at(contact: &Contact) -> Self {
        Self { at: contact.created_at.millis(), id: contact.id.as_str().to_owned() }
    }
}

/// Which way to go from a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// To contacts that came in earlier.
    Older,
    /// To contacts that came in later.
    Newer,
}

/// At most `limit` contacts after `cursor`, in the order in which one meets them; `search` is folded, empty for all.
pub async fn page(
    on: &mut On<'_>,
    account: &AccountId,
    search: &str,
    (towards, cursor): (Towards, &Cursor),
    limit: i64,
) -> Result<Vec<Contact>, DbError> {
    let statement = match towards {
        Towards::Older => OLDER,
        Towards::Newer => NEWER,
    };
    let values = binds![account, cursor.at, &cursor.id, containing(search), limit];
    on.all::<Row>(statement, values).await?.into_iter().map(Contact::try_from).collect()
}

/// How many contacts there are, and how many of them stand at `cursor` or before it.
pub async fn count(on: &mut On<'_>, account: &AccountId, search: &str, cursor: &Cursor) -> Result<(i64, i64), DbError> {
    if search.is_empty() {
        return on.only(PLACE, binds![account, cursor.at, &cursor.id]).await;
    }
    on.only(COUNT, binds![account, cursor.at, &cursor.id, containing(search)]).await
}

/// When the contact came in.
pub async fn added_at(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<Option<i64>, DbError> {
    Ok(on.first::<(i64,)>(ADDED_AT, binds![account, id]).await?.map(|(at,)| at))
}
