//! What the journal says of the log itself: that somebody took it along.

use super::export::Format;
use super::model::filter::Filter;
use crate::db::journal::{Change, Class, Entry, Subject};
use serde_json::{Map, Value, json};

/// The log was downloaded.
#[derive(Debug, Clone)]
pub struct Exported {
    /// In which form.
    pub format: Format,
    /// What was asked of it.
    pub filter: Filter,
}

impl Change for Exported {
    fn entry(&self) -> Entry {
        let subject = Subject { kind: "audit_log", id: None, name: "Audit Log".to_owned() };
        let asked: Map<String, Value> =
            self.filter.fields().into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
        let mut details = json!({ "format": self.format.words() });
        if let Some(fields) = details.as_object_mut().filter(|_| !asked.is_empty()) {
            fields.insert("filter".to_owned(), Value::Object(asked));
        }
        Entry { class: Class::Audit, action: "audit.exported", subject, details }
    }
}
