//! Notes in the database. Every statement names the account and the contact.

use super::erase_answers;
use crate::binds;
use crate::contacts::model::note::Note;
use crate::db::{DbError, On};
use crate::ids::{AccountId, ContactId, NoteId};
use crate::world::Timestamp;

macro_rules! columns {
    () => {
        "SELECT id, contact_id, body, title, color, user_id, pinned, created_at FROM notes WHERE account_id = $1 AND contact_id = $2"
    };
}

const NEWEST: &str = concat!(columns!(), " ORDER BY id DESC LIMIT $3");
const FIND: &str = concat!(columns!(), " AND id = $3");
const COUNT: &str = "SELECT COUNT(*) FROM notes WHERE account_id = $1 AND contact_id = $2";
const ADD: &str = "INSERT INTO notes (account_id, contact_id, id, body, title, color, user_id, pinned, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
const CHANGE: &str = "UPDATE notes SET body = $4, title = $5, color = $6, user_id = $7, pinned = $8 \
     WHERE account_id = $1 AND contact_id = $2 AND id = $3";
const REMOVE: &str = "DELETE FROM notes WHERE account_id = $1 AND contact_id = $2 AND id = $3";

/// Every statement of this file.
pub const ALL: &[&str] = &[NEWEST, FIND, COUNT, ADD, CHANGE, REMOVE];

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    contact_id: String,
    body: String,
    title: Option<String>,
    color: Option<String>,
    user_id: Option<String>,
    pinned: bool,
    created_at: i64,
}

impl TryFrom<Row> for Note {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let fault = || DbError::Fault(format!("note {} has a bad id", row.id));
        Ok(Self {
            id: row.id.parse().map_err(|_| fault())?,
            contact: row.contact_id.parse().map_err(|_| fault())?,
            body: row.body,
            title: row.title,
            color: row.color,
            user: row.user_id,
            pinned: row.pinned,
            created_at: Timestamp::from_millis(row.created_at),
        })
    }
}

/// At most `most` notes of the contact, the newest first.
pub async fn newest(
    on: &mut On<'_>,
    account: &AccountId,
    contact: &ContactId,
    most: i64,
) -> Result<Vec<Note>, DbError> {
    on.all::<Row>(NEWEST, binds![account, contact, most]).await?.into_iter().map(Note::try_from).collect()
}

/// The contact's note with this id.
pub async fn find(
    on: &mut On<'_>,
    account: &AccountId,
    contact: &ContactId,
    id: &NoteId,
) -> Result<Option<Note>, DbError> {
    on.first::<Row>(FIND, binds![account, contact, id]).await?.map(Note::try_from).transpose()
}

/// How many notes the contact has.
pub async fn count(on: &mut On<'_>, account: &AccountId, contact: &ContactId) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(COUNT, binds![account, contact]).await?.0)
}

/// Adds a note to a contact of the account, which must be there.
///
/// # Errors
/// What the engine says.
pub async fn add(on: &mut On<'_>, account: &AccountId, note: &Note) -> Result<(), DbError> {
    let mut values = fields(account, note);
    values.extend(binds![note.created_at]);
    on.run(ADD, values).await.map(|_| ())
}

/// Writes a changed note; whether it was there.
pub async fn change(on: &mut On<'_>, account: &AccountId, note: &Note) -> Result<bool, DbError> {
    on.run_one(CHANGE, fields(account, note)).await
}

/// Removes a note; whether it was there.
pub async fn remove(on: &mut On<'_>, account: &AccountId, contact: &ContactId, id: &NoteId) -> Result<bool, DbError> {
    erase_answers(on, account, id.as_str()).await?;
    on.run_one(REMOVE, binds![account, contact, id]).await
}

fn fields(account: &AccountId, note: &Note) -> Vec<crate::db::Bind> {
    binds![account, &note.contact, &note.id, &note.body, &note.title, &note.color, &note.user, note.pinned]
}
