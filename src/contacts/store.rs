//! Contacts in the database. Every statement names the account.

pub mod notes;
pub mod tasks;

use super::model::{Contact, Matching};
use super::texts::Texts;
use crate::binds;
use crate::db::{DbError, On, containing};
use crate::ids::{AccountId, ContactId};
use crate::world::Timestamp;

macro_rules! columns {
    () => {
        "id, account_id, first_name, last_name, name, email, phone, address1, city, state, country, postal_code, website, \
         timezone, company_name, source, type AS kind, date_of_birth, assigned_to, dnd, tags, custom_fields, created_at, \
         updated_at, version"
    };
}

const FIND: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND id = $2");
const BY_EMAIL: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND email_key = $2");
const BY_PHONE: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND phone_key = $2");
// A change that changes nothing: whoever else wants to change the row waits for the end of the transaction, on either engine.
const HOLD: &str = "UPDATE contacts SET version = version WHERE account_id = $1 AND id = $2";
const HOLD_EMAIL: &str = "UPDATE contacts SET version = version WHERE account_id = $1 AND email_key = $2";
const HOLD_PHONE: &str = "UPDATE contacts SET version = version WHERE account_id = $1 AND phone_key = $2";
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
const COUNT: &str = "SELECT COUNT(*), COUNT(CASE WHEN (created_at, id) >= ($2, $3) THEN 1 END) \
     FROM contacts WHERE account_id = $1 AND search_key LIKE $4 ESCAPE '\\'";
const ADDED_AT: &str = "SELECT created_at FROM contacts WHERE account_id = $1 AND id = $2";
const ADD: &str = "INSERT INTO contacts (id, account_id, first_name, last_name, name, email, phone, address1, city, state, \
     country, postal_code, website, timezone, company_name, source, type, date_of_birth, assigned_to, dnd, tags, \
     custom_fields, name_key, email_key, phone_key, search_key, created_at, updated_at, version) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
     $24, $25, $26, $27, $28, $29)";
const CHANGE: &str = "UPDATE contacts SET first_name = $3, last_name = $4, name = $5, email = $6, phone = $7, address1 = $8, \
     city = $9, state = $10, country = $11, postal_code = $12, website = $13, timezone = $14, company_name = $15, \
     source = $16, type = $17, date_of_birth = $18, assigned_to = $19, dnd = $20, tags = $21, custom_fields = $22, \
     name_key = $23, email_key = $24, phone_key = $25, search_key = $26, updated_at = $27, version = version + 1 \
     WHERE account_id = $2 AND id = $1 AND version = $28";
const REMOVE: &str = "DELETE FROM contacts WHERE account_id = $1 AND id = $2";

/// Every statement of contacts.
pub const ALL: &[&str] =
    &[FIND, BY_EMAIL, BY_PHONE, HOLD, HOLD_EMAIL, HOLD_PHONE, OLDER, NEWER, COUNT, ADDED_AT, ADD, CHANGE, REMOVE];

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

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    account_id: String,
    first_name: Option<String>,
    last_name: Option<String>,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    address1: Option<String>,
    city: Option<String>,
    state: Option<String>,
    country: Option<String>,
    postal_code: Option<String>,
    website: Option<String>,
    timezone: Option<String>,
    company_name: Option<String>,
    source: Option<String>,
    kind: Option<String>,
    date_of_birth: Option<String>,
    assigned_to: Option<String>,
    dnd: Option<bool>,
    tags: String,
    custom_fields: String,
    created_at: i64,
    updated_at: i64,
    version: i64,
}

impl TryFrom<Row> for Contact {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let fault = |what: &str| DbError::Fault(format!("contact {} has a bad {what}", row.id));
        Ok(Self {
            id: row.id.parse().map_err(|_| fault("id"))?,
            account: row.account_id.parse().map_err(|_| fault("account"))?,
            dnd: row.dnd,
            tags: serde_json::from_str(&row.tags).map_err(|_| fault("list of tags"))?,
            custom_fields: serde_json::from_str(&row.custom_fields).map_err(|_| fault("list of custom fields"))?,
            created_at: Timestamp::from_millis(row.created_at),
            updated_at: Timestamp::from_millis(row.updated_at),
            version: row.version,
            texts: Texts {
                first_name: row.first_name,
                last_name: row.last_name,
                name: row.name,
                email: row.email,
                phone: row.phone,
                address1: row.address1,
                city: row.city,
                state: row.state,
                country: row.country,
                postal_code: row.postal_code,
                website: row.website,
                timezone: row.timezone,
                company_name: row.company_name,
                source: row.source,
                kind: row.kind,
                date_of_birth: row.date_of_birth,
                assigned_to: row.assigned_to,
            },
        })
    }
}

/// The contact with this id.
pub async fn find(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<Option<Contact>, DbError> {
    on.first::<Row>(FIND, binds![account, id]).await?.map(Contact::try_from).transpose()
}

/// The contact with this id, which nobody else changes until the transaction ends.
pub async fn hold(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<Option<Contact>, DbError> {
    match on.run_one(HOLD, binds![account, id]).await? {
        true => find(on, account, id).await,
        false => Ok(None),
    }
}

/// The contact with this folded e-mail address or phone number, which nobody else changes until the transaction ends.
pub async fn hold_matching(
    on: &mut On<'_>,
    account: &AccountId,
    by: Matching,
    key: &str,
) -> Result<Option<Contact>, DbError> {
    let statement = match by {
        Matching::Email => HOLD_EMAIL,
        Matching::Phone => HOLD_PHONE,
    };
    match on.run_one(statement, binds![account, key]).await? {
        true => matching(on, account, by, key).await,
        false => Ok(None),
    }
}

/// The contact with this folded e-mail address or phone number.
pub async fn matching(
    on: &mut On<'_>,
    account: &AccountId,
    by: Matching,
    key: &str,
) -> Result<Option<Contact>, DbError> {
    let statement = match by {
        Matching::Email => BY_EMAIL,
        Matching::Phone => BY_PHONE,
    };
    on.first::<Row>(statement, binds![account, key]).await?.map(Contact::try_from).transpose()
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
    on.only(COUNT, binds![account, cursor.at, &cursor.id, containing(search)]).await
}

/// When the contact came in.
pub async fn added_at(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<Option<i64>, DbError> {
    Ok(on.first::<(i64,)>(ADDED_AT, binds![account, id]).await?.map(|(at,)| at))
}

/// Adds a contact.
///
/// # Errors
/// [`DbError::Unique`] when its e-mail address or phone number is taken.
pub async fn add(on: &mut On<'_>, contact: &Contact) -> Result<(), DbError> {
    let mut values = fields(contact)?;
    values.extend(binds![contact.created_at, contact.updated_at, contact.version]);
    on.run(ADD, values).await.map(|_| ())
}

/// Writes a changed contact over the version that it was made from; whether that was still the present one.
pub async fn change(on: &mut On<'_>, contact: &Contact) -> Result<bool, DbError> {
    let mut values = fields(contact)?;
    values.extend(binds![contact.updated_at, contact.version]);
    on.run_one(CHANGE, values).await
}

/// Removes a contact; whether it was there.
pub async fn remove(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<bool, DbError> {
    on.run_one(REMOVE, binds![account, id]).await
}

fn fields(contact: &Contact) -> Result<Vec<crate::db::Bind>, DbError> {
    let text = |list: Result<String, serde_json::Error>| list.map_err(|error| DbError::Fault(error.to_string()));
    let keys = contact.keys();
    let texts = &contact.texts;
    Ok(binds![
        &contact.id,
        &contact.account,
        &texts.first_name,
        &texts.last_name,
        &texts.name,
        &texts.email,
        &texts.phone,
        &texts.address1,
        &texts.city,
        &texts.state,
        &texts.country,
        &texts.postal_code,
        &texts.website,
        &texts.timezone,
        &texts.company_name,
        &texts.source,
        &texts.kind,
        &texts.date_of_birth,
        &texts.assigned_to,
        contact.dnd,
        text(serde_json::to_string(&contact.tags))?,
        text(serde_json::to_string(&contact.custom_fields))?,
        keys.name,
        keys.email,
        keys.phone,
        keys.search,
    ])
}
