//! The trace of an endpoint that the server gave up on.

use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::EndpointId;
use crate::webhooks::model::DisabledWhy;
use crate::world::Timestamp;
use serde_json::json;

/// The server sends nothing any more.
#[derive(Debug, Clone)]
pub struct Disabled {
    /// Where to.
    pub endpoint: EndpointId,
    /// The host of its URL, with its port.
    pub host: String,
    /// Why.
    pub why: DisabledWhy,
    /// Since when it had failed.
    pub since: Timestamp,
}

impl Change for Disabled {
    fn entry(&self) -> Entry {
        Entry {
            class: Class::Audit,
            action: "webhook.disabled",
            subject: Subject { kind: "webhook", id: Some(self.endpoint.to_string()), name: self.host.clone() },
            details: json!({ "why": self.why.code(), "since": self.since.millis() }),
        }
    }
}
