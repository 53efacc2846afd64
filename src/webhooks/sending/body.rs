//! The body of a message.

use crate::web::api::iso;
use crate::world::Timestamp;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// What is sent: the event first, then the thing. No field of the thing stands in for one of the event's.
pub struct Body<'a> {
    /// The event's name.
    pub event: &'a str,
    /// When it happened.
    pub timestamp: Timestamp,
    /// The `webhook-id`.
    pub message: &'a str,
    /// Where it happened.
    pub account: &'a str,
    /// The thing.
    pub fields: &'a serde_json::Map<String, serde_json::Value>,
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let own = [
            ("type", self.event),
            ("timestamp", &iso(self.timestamp)),
            ("webhookId", self.message),
            ("locationId", self.account),
        ];
        let mut body = serializer.serialize_map(None)?;
        for (name, value) in own {
            body.serialize_entry(name, value)?;
        }
        let free = |name: &str| own.iter().all(|(known, _)| *known != name);
        for (name, value) in self.fields.iter().filter(|(name, _)| free(name)) {
            body.serialize_entry(name, value)?;
        }
        body.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_field_of_the_thing_overwrites_the_events() {
        let fields = json!({ "type": "lead", "id": "con_1", "locationId": "elsewhere", "tags": [] });
        let body = Body {
            event: "ContactCreate",
            timestamp: Timestamp::from_millis(1_700_000_000_000),
            message: "msg_1",
            account: "acc_1",
            fields: fields.as_object().unwrap(),
        };
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"type":"ContactCreate","timestamp":"2023-11-14T22:13:20.000Z","webhookId":"msg_1","locationId":"acc_1","id":"con_1","tags":[]}"#
        );
    }
}
