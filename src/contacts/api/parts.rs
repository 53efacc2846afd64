//! What the bodies of tags, notes and tasks have in common.

use crate::contacts::model::prose::{read_line, read_prose};
use crate::error::Result;
use crate::ids::AccountId;
use crate::web::api::Fields;
use serde_json::Value;

/// Characters of a title.
pub const TITLE: usize = 200;
/// Characters of the words by which software names a person.
pub const PERSON: usize = 100;

/// A text to set, or to clear; nothing when it stays as it is.
type Wish = Option<Option<String>>;

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// It must.
    Always,
    /// Absent or null, it stays as it is.
    Maybe,
}

/// One line: to set, or to clear when it is null or blank.
pub fn line(fields: &mut Fields, name: &str, limit: usize) -> Wish {
    let text = fields.text(name)?.unwrap_or_default();
    noted(fields, name, read_line(&text, limit))
}

/// Several lines: to set, or to clear when they are null or blank.
pub fn prose(fields: &mut Fields, name: &str) -> Wish {
    let text = fields.text(name)?.unwrap_or_default();
    noted(fields, name, read_prose(&text))
}

/// A text that is never blank; `read` says what is wrong with it.
pub fn text<T>(
    fields: &mut Fields,
    name: &str,
    given: Given,
    read: impl FnOnce(&str) -> Result<Option<T>, String>,
) -> Option<T> {
    let text = match given {
        Given::Always => fields.required_text(name),
        Given::Maybe => fields.text(name).flatten(),
    }?;
    let read = read(&text).and_then(|value| value.ok_or_else(|| "must not be empty".to_owned()));
    noted(fields, name, read)
}

/// True or false.
pub fn flag(fields: &mut Fields, name: &str, given: Given) -> Option<bool> {
    match (fields.take(name), given) {
        (Some(Value::Bool(flag)), _) => return Some(flag),
        (None | Some(Value::Null), Given::Maybe) => {}
        (None | Some(Value::Null), Given::Always) => fields.wrong(format!("{name} is required and must be a boolean")),
        (Some(_), _) => fields.wrong(format!("{name} must be a boolean")),
    }
    None
}

fn noted<T>(fields: &mut Fields, name: &str, read: Result<T, String>) -> Option<T> {
    read.map_err(|why| fields.wrong(format!("{name} {why}"))).ok()
}

/// Ends the reading. Clients may name the contact of the path and the account of the token once more.
///
/// # Errors
/// 422 that names each wrong field, 403 for another account.
pub fn finish(mut fields: Fields, contact: &str, account: &AccountId) -> Result<()> {
    let location = fields.text("locationId").flatten();
    if fields.text("contactId").flatten().is_some_and(|named| named != contact) {
        fields.wrong("contactId must be the contact of the path");
    }
    super::finish(fields, location.as_deref(), account)
}
