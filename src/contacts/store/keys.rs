//! What is kept beside a contact: keys of its tags and of the caller's own fields, and how many contacts the account has.

use super::{KEYED, Row, columns};
use crate::binds;
use crate::contacts::model::Contact;
use crate::db::{Bind, DbError, On};
use crate::ids::{AccountId, ContactId};
use std::collections::BTreeSet;

/// So many keys are written by one statement.
const AT_ONCE: usize = 16;
/// So many rows hold an account's total.
const SLOTS: i64 = 16;

const ADD: &str = "INSERT INTO contact_keys (account_id, contact_id, field, value) \
     SELECT $1, $2, column1, column2 FROM (VALUES ($3, $4), ($5, $6), ($7, $8), ($9, $10), ($11, $12), ($13, $14), \
     ($15, $16), ($17, $18), ($19, $20), ($21, $22), ($23, $24), ($25, $26), ($27, $28), ($29, $30), ($31, $32), \
     ($33, $34)) AS given WHERE column1 IS NOT NULL";
const PRESENT: &str = "SELECT field, value FROM contact_keys WHERE account_id = $1 AND contact_id = $2";
const REMOVE: &str = "DELETE FROM contact_keys WHERE account_id = $1 AND contact_id = $2";
const COUNT: &str = "INSERT INTO contact_totals (account_id, slot, kept) VALUES ($1, $2, $3) \
     ON CONFLICT (account_id, slot) DO UPDATE SET kept = contact_totals.kept + $3";

// Of all accounts: once, after the migration that brought the keys.
const UNKEYED: &str = concat!("SELECT ", columns!(), " FROM contacts WHERE NOT keyed ORDER BY id LIMIT $1");
const KEY: &str = "UPDATE contacts SET first_name_key = $3, last_name_key = $4, address1_key = $5, city_key = $6, \
     state_key = $7, country_key = $8, postal_code_key = $9, website_key = $10, timezone_key = $11, \
     company_name_key = $12, source_key = $13, type_key = $14, assigned_to_key = $15, name_key = $16, keyed = TRUE \
     WHERE account_id = $1 AND id = $2 AND NOT keyed";

/// Every statement of this file.
pub const ALL: &[&str] = &[ADD, PRESENT, REMOVE, COUNT, UNKEYED, KEY];

/// Writes the keys of a contact that has none.
pub async fn add(on: &mut On<'_>, contact: &Contact) -> Result<(), DbError> {
    let keys: Vec<(String, String)> = contact.list_keys().into_iter().collect();
    for some in keys.chunks(AT_ONCE) {
        let mut values = binds![&contact.account, &contact.id];
        values.extend(some.iter().flat_map(|(field, value)| binds![field, value]));
        values.resize_with(2 + 2 * AT_ONCE, || Bind::Text(None));
        on.run(ADD, values).await?;
    }
    Ok(())
}

/// Writes the keys of a contact over those that it had, unless they are the same.
pub async fn replace(on: &mut On<'_>, contact: &Contact) -> Result<(), DbError> {
    let present: Vec<(String, String)> = on.all(PRESENT, binds![&contact.account, &contact.id]).await?;
    if present.into_iter().collect::<BTreeSet<_>>() == contact.list_keys() {
        return Ok(());
    }
    on.run(REMOVE, binds![&contact.account, &contact.id]).await?;
    add(on, contact).await
}

/// Moves the account's total, in the slot of this contact.
pub async fn count(on: &mut On<'_>, account: &AccountId, id: &ContactId, by: i64) -> Result<(), DbError> {
    let last = id.as_str().bytes().last().map_or(0, i64::from);
    on.run(COUNT, binds![account, last % SLOTS, by]).await.map(|_| ())
}

/// Gives keys to at most `most` contacts that were written before there were any; how many were found.
pub async fn refill(on: &mut On<'_>, most: i64) -> Result<usize, DbError> {
    let found = on.all::<Row>(UNKEYED, binds![most]).await?;
    let many = found.len();
    for row in found {
        let contact = Contact::try_from(row)?;
        let mut values = binds![&contact.account, &contact.id];
        values.extend(KEYED.map(|text| contact.text_key(text).into()));
        values.extend(binds![contact.keys().name]);
        // Not when somebody changed it meanwhile: then it has its keys.
        if on.run_one(KEY, values).await? {
            replace(on, &contact).await?;
        }
    }
    Ok(many)
}
