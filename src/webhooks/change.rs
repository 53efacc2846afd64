//! What the journal says of endpoints: hosts, events, hints and instants. Never a secret, and no whole URL: its path may be one.

use super::model::{Details, Endpoint, Event, Place};
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::{EndpointId, MessageId};
use crate::world::Timestamp;
use serde_json::{Value, json};

/// What happened to an endpoint.
#[derive(Debug, Clone)]
pub enum What {
    /// It was made.
    Created {
        /// For this integration.
        integration: String,
        /// With this description and these events.
        details: Details,
        /// Its first secret's hint.
        hint: String,
    },
    /// Description or events changed: what they were and what they are.
    Updated {
        /// Before.
        before: Value,
        /// After.
        after: Value,
    },
    /// Nothing is sent from now on.
    Paused,
    /// Its events are sent again.
    Resumed,
    /// It is tried again after the server had given it up.
    Enabled,
    /// A new signing secret: its hint, the one's before, and until when that signs as well; none when it stopped at once.
    SecretRotated {
        /// The new one.
        hint: String,
        /// The one before.
        old: String,
        /// Until when both sign.
        until: Option<Timestamp>,
    },
    /// The new secret signs nothing more, the one before is the only one again.
    SecretRotationCancelled {
        /// The one that ended.
        hint: String,
        /// The one that goes on.
        kept: String,
    },
    /// The secret before signs nothing more.
    OldSecretExpired {
        /// The one that ended.
        hint: String,
    },
    /// Gone.
    Deleted {
        /// Its integration.
        integration: String,
        /// Whether that was deleted, and this with it.
        with_integration: bool,
    },
    /// A test event is on its way.
    TestSent {
        /// Its message.
        message: MessageId,
    },
    /// One delivery is tried anew.
    Redelivered {
        /// Its message.
        message: MessageId,
        /// What that tells.
        event: Event,
    },
    /// Every delivery that failed or was stopped since then is tried anew, bit by bit.
    AllRedelivered {
        /// Since when.
        since: Timestamp,
        /// How many there were when somebody asked.
        count: i64,
    },
}

/// A change of this endpoint.
#[derive(Debug, Clone)]
pub struct OfEndpoint {
    /// Which.
    pub id: EndpointId,
    /// The host of its URL, with its port.
    pub host: String,
    /// What happened.
    pub what: What,
}

impl OfEndpoint {
    /// What happened to `of`.
    #[must_use]
    pub fn new(of: &Endpoint, what: What) -> Self {
        Self { id: of.id.clone(), host: Place::of(&of.url).named(), what }
    }
}

/// Description and events as a side of a diff.
#[must_use]
pub fn described(description: &str, events: &[Event]) -> Value {
    json!({ "description": description, "events": events.iter().map(|event| event.name()).collect::<Vec<_>>() })
}

impl Change for OfEndpoint {
    fn entry(&self) -> Entry {
        let (action, details) = match &self.what {
            What::Created { integration, details, hint } => {
                let events: Vec<_> = details.events().iter().map(|event| event.name()).collect();
                let after = json!({ "description": details.description(), "events": events, "integration": integration, "secret": hint });
                ("webhook.created", json!({ "after": after }))
            }
            What::Updated { before, after } => ("webhook.updated", json!({ "before": before, "after": after })),
            What::Paused => ("webhook.paused", json!({})),
            What::Resumed => ("webhook.resumed", json!({})),
            What::Enabled => ("webhook.enabled", json!({})),
            What::SecretRotated { hint, old, until } => (
                "webhook.secret_rotated",
                match until {
                    Some(until) => json!({ "secret": hint, "old_secret": old, "signs_until": until.millis() }),
                    None => json!({ "secret": hint, "ended_secrets": [old] }),
                },
            ),
            What::SecretRotationCancelled { hint, kept } => {
                ("webhook.secret_rotation_cancelled", json!({ "secret": kept, "ended_secrets": [hint] }))
            }
            What::OldSecretExpired { hint } => ("webhook.old_secret_expired", json!({ "ended_secrets": [hint] })),
            What::Deleted { integration, with_integration } => {
                ("webhook.deleted", json!({ "integration": integration, "with_integration": with_integration }))
            }
            What::TestSent { message } => ("webhook.test_sent", json!({ "message": message.as_str() })),
            What::Redelivered { message, event } => {
                ("webhook.redelivered", json!({ "message": message.as_str(), "event": event.name() }))
            }
            What::AllRedelivered { since, count } => {
                ("webhook.redelivered", json!({ "failed_since": since.millis(), "deliveries": count }))
            }
        };
        let subject = Subject { kind: "webhook", id: Some(self.id.to_string()), name: self.host.clone() };
        Entry { class: Class::Audit, action, subject, details }
    }
}
