//! The folded texts by which contacts are found, put in order and told apart.

use super::Contact;
use crate::contacts::texts::Text;
use crate::text::fold;
use serde_json::Value;
use std::collections::BTreeSet;

/// So many characters of a folded text are compared, so that every index can hold them.
const COMPARED: usize = 400;
/// Most members of a list in a field of the caller's own; each can be found.
pub const MEMBERS_MAX: usize = 50;

/// The folded texts by which a contact is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchKeys {
    /// For order.
    pub name: String,
    /// Unique in an account.
    pub email: Option<String>,
    /// Unique in an account.
    pub phone: Option<String>,
    /// Everything that a search looks into.
    pub search: String,
}

/// A text in the form in which it is compared.
#[must_use]
pub fn compared(text: &str) -> String {
    fold(text).chars().take(COMPARED).collect()
}

/// A phone number without its punctuation: a plus sign at its beginning, then digits.
#[must_use]
pub fn phone_key(phone: &str) -> String {
    let folded = fold(phone);
    let plus = if folded.trim_start().starts_with('+') { "+" } else { "" };
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    format!("{plus}{digits}")
}

/// A text, number or truth value in the form in which it is compared: 5 and 5.0 are the same. None for anything else.
#[must_use]
pub fn scalar_key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(compared(text)),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => {
            let number = number.to_string();
            Some(number.strip_suffix(".0").map_or(number.clone(), str::to_owned))
        }
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Contact {
    /// The keys of its present texts.
    #[must_use]
    pub fn keys(&self) -> SearchKeys {
        let texts = &self.texts;
        let name = self.name().map(|name| fold(&name));
        let email = texts.email.as_deref().map(fold);
        let phone = texts.phone.as_deref().map(phone_key);
        let company = texts.company_name.as_deref().map(fold);
        let as_written = texts.phone.as_deref().map(fold);
        let parts = [name.clone(), email.clone(), as_written, phone.clone(), company];
        let search = parts.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let name = name.unwrap_or_default().chars().take(COMPARED).collect();
        SearchKeys { name, email, phone, search }
    }

    /// The key of one text, when that is known.
    #[must_use]
    pub fn text_key(&self, text: Text) -> Option<String> {
        let value = self.texts.get(text)?;
        Some(match text {
            Text::Phone => phone_key(value),
            _ => compared(value),
        })
    }

    /// The keys of its tags and of the caller's own fields: field and value, which is empty where nothing can be compared.
    #[must_use]
    pub fn list_keys(&self) -> BTreeSet<(String, String)> {
        let mut keys: BTreeSet<_> = self.tags.iter().map(|tag| ("tags".to_owned(), compared(tag))).collect();
        for custom in &self.custom_fields {
            let field = format!("customFields.{}", custom.id);
            let members = custom.value.as_array().map_or(std::slice::from_ref(&custom.value), Vec::as_slice);
            let mut found: Vec<String> = members.iter().filter_map(scalar_key).take(MEMBERS_MAX).collect();
            if found.is_empty() {
                found.push(String::new());
            }
            keys.extend(found.into_iter().map(|value| (field.clone(), value)));
        }
        keys
    }
}
