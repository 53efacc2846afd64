//! Contacts in the database. Every statement names the account; whoever writes one keeps its keys and its account's total.

pub mod keys;
pub mod list;
pub mod notes;
pub mod search;
pub mod tasks;

pub use list::{Cursor, Towards, added_at, count, page};

use super::model::{Beside, Contact, Matching};
use super::texts::{Text, Texts};
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, ContactId};
use crate::world::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a [`Row`] is read from.
macro_rules! columns {
    () => {
        "id, account_id, first_name, last_name, name, email, phone, address1, city, state, country, postal_code, website, \
         timezone, company_name, source, type AS kind, date_of_birth, assigned_to, dnd, tags, custom_fields, besides, created_at, \
         updated_at, version"
    };
}

use columns;

const FIND: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND id = $2");
const BY_EMAIL: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND email_key = $2");
const BY_PHONE: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE account_id = $1 AND phone_key = $2");
// A write that changes nothing is how both engines hold a row.
const HOLD: &str = "UPDATE contacts SET version = version WHERE account_id = $1 AND id = $2";
const HOLD_EMAIL: &str = "UPDATE contacts SET version = version WHERE account_id = $1 AND email_key = $2";
const HOLD_PHONE: &str = "UPDATE contacts SET version = version WHERE account_id = $1 AND phone_key = $2";
const ADD: &str = "INSERT INTO contacts (id, account_id, first_name, last_name, name, email, phone, address1, city, \
     state, country, postal_code, website, timezone, company_name, source, type, date_of_birth, assigned_to, dnd, \
     tags, custom_fields, name_key, email_key, phone_key, search_key, first_name_key, last_name_key, address1_key, \
     city_key, state_key, country_key, postal_code_key, website_key, timezone_key, company_name_key, source_key, \
     type_key, assigned_to_key, besides, created_at, updated_at, version, keyed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
     $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, \
     $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, TRUE)";
const CHANGE: &str = "UPDATE contacts SET first_name = $3, last_name = $4, name = $5, email = $6, phone = $7, \
     address1 = $8, city = $9, state = $10, country = $11, postal_code = $12, website = $13, timezone = $14, \
     company_name = $15, source = $16, type = $17, date_of_birth = $18, assigned_to = $19, dnd = $20, tags = $21, \
     custom_fields = $22, name_key = $23, email_key = $24, phone_key = $25, search_key = $26, first_name_key = $27, \
     last_name_key = $28, address1_key = $29, city_key = $30, state_key = $31, country_key = $32, postal_code_key = \
     $33, website_key = $34, timezone_key = $35, company_name_key = $36, source_key = $37, type_key = $38, \
     assigned_to_key = $39, besides = $40, updated_at = $41, version = version + 1, keyed = TRUE WHERE account_id = $2 \
     AND id = $1 AND version = $42";
// Under the keys of calls that made or changed it, its notes or its tasks. Empty, not NULL: what is only about to be kept is not kept.
const ERASE_ANSWERS: &str = "UPDATE idempotency_keys SET answer = '' WHERE account_id = $1 AND subject IN (SELECT CAST($2 AS TEXT) \
     UNION ALL SELECT n.id FROM notes n WHERE n.contact_id = $2 UNION ALL SELECT t.id FROM tasks t WHERE t.contact_id = $2)";
const REMOVE: &str = "DELETE FROM contacts WHERE account_id = $1 AND id = $2";

/// Every statement of contacts.
pub const ALL: &[&str] = &[FIND, BY_EMAIL, BY_PHONE, HOLD, HOLD_EMAIL, HOLD_PHONE, ADD, CHANGE, ERASE_ANSWERS, REMOVE];

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
    besides: String,
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
            besides: besides_in(&row.besides).ok_or_else(|| fault("object of other fields"))?,
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
pub async fn held(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<Option<Contact>, DbError> {
    if hold(on, account, id).await? { find(on, account, id).await } else { Ok(None) }
}

/// The contact with this folded e-mail address or phone number, which nobody else changes until the transaction ends.
pub async fn held_matching(
    on: &mut On<'_>,
    account: &AccountId,
    by: Matching,
    key: &str,
) -> Result<Option<Contact>, DbError> {
    let statement = match by {
        Matching::Email => HOLD_EMAIL,
        Matching::Phone => HOLD_PHONE,
    };
    let there = on.run_one(statement, binds![account, key]).await?;
    if there { matching(on, account, by, key).await } else { Ok(None) }
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

/// Adds a contact.
///
/// # Errors
/// [`DbError::Unique`] when its e-mail address or phone number is taken.
pub async fn add(on: &mut On<'_>, contact: &Contact) -> Result<(), DbError> {
    let mut values = fields(contact)?;
    values.extend(binds![contact.created_at, contact.updated_at, contact.version]);
    on.run(ADD, values).await?;
    keys::add(on, contact).await?;
    // Last, so that the row that others wait for is held as shortly as may be.
    keys::count(on, &contact.account, &contact.id, 1).await
}

/// Writes a changed contact over the version that it was made from; whether that was still the present one.
pub async fn change(on: &mut On<'_>, contact: &Contact) -> Result<bool, DbError> {
    let mut values = fields(contact)?;
    values.extend(binds![contact.updated_at, contact.version]);
    let changed = on.run_one(CHANGE, values).await?;
    if changed {
        keys::replace(on, contact).await?;
    }
    Ok(changed)
}

/// Erases the answers that are kept of calls that made or changed a contact, its notes or its tasks, or the one note or task with this
/// id, before that is removed: whoever makes such a call again is told that it was served, and no more.
pub(super) async fn erase_answers(on: &mut On<'_>, account: &AccountId, id: &str) -> Result<(), DbError> {
    on.run(ERASE_ANSWERS, binds![account, id]).await.map(|_| ())
}

/// Removes a contact, with its keys and the answers that tell of it; whether it was there.
pub async fn remove(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<bool, DbError> {
    erase_answers(on, account, id.as_str()).await?;
    let removed = on.run_one(REMOVE, binds![account, id]).await?;
    if removed {
        keys::count(on, account, id, -1).await?;
    }
    Ok(removed)
}

/// Makes other writers of the contact wait until the transaction ends; whether it is there.
pub async fn hold(on: &mut On<'_>, account: &AccountId, id: &ContactId) -> Result<bool, DbError> {
    on.run_one(HOLD, binds![account, id]).await
}

/// The texts whose keys follow in a row, in that order.
const KEYED: [Text; 13] = [
    Text::FirstName,
    Text::LastName,
    Text::Address1,
    Text::City,
    Text::State,
    Text::Country,
    Text::PostalCode,
    Text::Website,
    Text::Timezone,
    Text::CompanyName,
    Text::Source,
    Text::Kind,
    Text::AssignedTo,
];

fn besides_in(text: &str) -> Option<BTreeMap<Beside, Value>> {
    let mut kept: serde_json::Map<String, Value> = serde_json::from_str(text).ok()?;
    Some(Beside::ALL.iter().filter_map(|field| Some((*field, kept.remove(field.key())?))).collect())
}

fn fields(contact: &Contact) -> Result<Vec<crate::db::Bind>, DbError> {
    let text = |list: Result<String, serde_json::Error>| list.map_err(|error| DbError::Fault(error.to_string()));
    let keys = contact.keys();
    let texts = &contact.texts;
    let mut values = binds![
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
    ];
    values.extend(KEYED.map(|text| contact.text_key(text).into()));
    let besides: serde_json::Map<String, Value> =
        contact.besides.iter().map(|(field, value)| (field.key().to_owned(), value.clone())).collect();
    values.extend(binds![Value::Object(besides).to_string()]);
    Ok(values)
}
