//! A contact as API v2 writes and reads it.

mod parts;

pub use parts::{WrittenNote, WrittenTask};

use super::model::{Beside, Contact, CustomField, Draft, MEMBERS_MAX, TAGS_MAX, distinct_tags, plain, read_text};
use super::texts::Text;
use crate::web::api::{Fields, iso};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Value, json};

/// How many custom fields a contact may have.
pub const MANY: usize = 200;
/// Characters of a tag.
pub const TAG: usize = 100;
/// Characters of a custom field's id.
pub const FIELD_ID: usize = 100;
/// Bytes of one custom field's value, as JSON.
const FIELD_VALUE: usize = 5_000;

/// Takes a contact's fields out of a body; what is wrong is noted there.
pub fn read(fields: &mut Fields) -> Draft {
    let mut draft = Draft::default();
    for &text in Text::ALL {
        let Some(given) = fields.text(text.key()) else { continue };
        match read_text(text, given.as_deref().unwrap_or_default()) {
            Ok(value) => draft.texts.push((text, value)),
            Err(why) => fields.wrong(format!("{} {why}", text.key())),
        }
    }
    draft.dnd = fields.flag("dnd");
    draft.tags = fields.list("tags").map(|list| read_tags(list, fields));
    draft.custom_fields = fields.list("customFields").map(|list| read_custom(list, fields)).unwrap_or_default();
    for field in Beside::ALL {
        match fields.take(field.key()).map(|given| field.read(given)) {
            Some(Ok(value)) => draft.besides.push((field, value)),
            Some(Err(why)) => fields.wrong(format!("{} {why}", field.key())),
            None => {}
        }
    }
    draft
}

/// The same for a merge, which forgets nothing that is not named: what is null counts as not given.
pub fn read_merging(fields: &mut Fields) -> Draft {
    let besides = Beside::ALL.iter().map(|field| field.key());
    for name in Text::ALL.iter().map(|text| text.key()).chain(besides).chain(["dnd", "tags", "customFields"]) {
        fields.drop_null(name);
    }
    read(fields)
}

/// Reads tags, each once; what is wrong is noted.
pub fn read_tags(list: Vec<Value>, fields: &mut Fields) -> Vec<String> {
    if list.len() > TAGS_MAX {
        fields.wrong(format!("tags must contain at most {TAGS_MAX} elements"));
        return Vec::new();
    }
    let mut tags = Vec::new();
    for (place, tag) in list.into_iter().enumerate() {
        match tag.as_str().map(|tag| plain(tag.trim(), TAG)) {
            Some(Ok(tag)) => tags.push(tag.to_owned()),
            Some(Err(why)) => fields.wrong(format!("tags.{place} {why}")),
            None => fields.wrong(format!("tags.{place} must be a string")),
        }
    }
    distinct_tags(tags)
}

fn read_custom(list: Vec<Value>, fields: &mut Fields) -> Vec<CustomField> {
    if list.len() > MANY {
        fields.wrong(format!("customFields must contain at most {MANY} elements"));
        return Vec::new();
    }
    let mut read: Vec<CustomField> = Vec::new();
    for (place, item) in list.into_iter().enumerate() {
        match read_custom_field(item) {
            Ok(field) if read.iter().any(|known| known.id == field.id) => {
                fields.wrong(format!("customFields.{place} must not repeat an id"));
            }
            Ok(field) => read.push(field),
            Err(why) => fields.wrong(format!("customFields.{place} {why}")),
        }
    }
    read
}

fn read_custom_field(item: Value) -> Result<CustomField, String> {
    let Value::Object(mut item) = item else { return Err("must be an object".to_owned()) };
    let id = item.remove("id");
    let key = item.remove("key");
    let Some(Value::String(id)) = id.filter(|id| !id.is_null()).or(key) else {
        return Err("must have an id or a key that is a string".to_owned());
    };
    let id = plain(id.trim(), FIELD_ID).map_err(|why| format!("id {why}"))?;
    if id.is_empty() {
        return Err("must have an id or a key".to_owned());
    }
    let given: Vec<Value> =
        ["field_value", "fieldValue", "value"].into_iter().filter_map(|name| item.remove(name)).collect();
    if let Some(other) = item.keys().next() {
        return Err(format!("property {} should not exist", other.escape_debug().take(64).collect::<String>()));
    }
    let [value] = <[Value; 1]>::try_from(given).map_err(|_| "must have one field_value".to_owned())?;
    if value.to_string().len() > FIELD_VALUE {
        return Err(format!("field_value must be at most {FIELD_VALUE} bytes long"));
    }
    if value.as_array().is_some_and(|list| list.len() > MEMBERS_MAX) {
        return Err(format!("field_value must contain at most {MEMBERS_MAX} elements"));
    }
    Ok(CustomField { id: id.to_owned(), value })
}

/// The contact as one answer says it: what is unknown is left out.
#[derive(Debug)]
pub struct Written<'a>(pub &'a Contact);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let contact = self.0;
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("id", contact.id.as_str())?;
        fields.serialize_entry("locationId", contact.account.as_str())?;
        for &text in Text::ALL {
            // The name is made of the others where it is not kept.
            if let (false, Some(value)) = (text == Text::Name, contact.texts.get(text)) {
                fields.serialize_entry(text.key(), value)?;
            }
        }
        if let Some(name) = contact.name() {
            fields.serialize_entry(Text::Name.key(), &name)?;
        }
        if let Some(dnd) = contact.dnd {
            fields.serialize_entry("dnd", &dnd)?;
        }
        for (field, value) in &contact.besides {
            fields.serialize_entry(field.key(), value)?;
        }
        fields.serialize_entry("tags", &contact.tags)?;
        fields.serialize_entry("customFields", &contact.custom_fields)?;
        fields.serialize_entry("dateAdded", &iso(contact.created_at))?;
        fields.serialize_entry("dateUpdated", &iso(contact.updated_at))?;
        fields.end()
    }
}

/// The contact as an item of a list: with `contactName` too.
#[must_use]
pub fn write_item(contact: &Contact) -> Value {
    let mut item = json!(Written(contact));
    if let (Some(name), Some(fields)) = (contact.name(), item.as_object_mut()) {
        fields.insert("contactName".to_owned(), json!(name));
    }
    item
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
