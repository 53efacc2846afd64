//! What the journal says of integrations: names, scopes, hints and instants, never a secret.

use super::model::Step;
use super::scopes::ScopeSet;
use super::store::Integration;
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::IntegrationId;
use crate::world::Timestamp;
use serde_json::{Value, json};

/// What happened to an integration.
#[derive(Debug, Clone)]
pub enum What {
    /// It was made.
    Created {
        /// With these scopes.
        scopes: ScopeSet,
        /// What it is for.
        description: String,
        /// Its first token's hint.
        hint: String,
    },
    /// Name, description or scopes changed: what it was and what it is.
    Updated {
        /// Before.
        before: Value,
        /// After.
        after: Value,
    },
    /// A rotation began: the new token's hint, the old one's, and until when that works.
    RotationStarted {
        /// The new current token.
        hint: String,
        /// The outgoing one.
        old: String,
        /// Its deadline.
        until: Timestamp,
    },
    /// A new token, and every older one dead: their hints.
    RotatedNow {
        /// The new current token.
        hint: String,
        /// Those that died.
        old: Vec<String>,
    },
    /// The new token of a rotation died, the old one goes on.
    RotationCancelled {
        /// The one that died.
        hint: String,
        /// The one that goes on.
        kept: String,
    },
    /// The outgoing token was expired by hand.
    OutgoingExpired {
        /// The one that died.
        hint: String,
    },
    /// The overlap ends later.
    OverlapExtended {
        /// The outgoing token.
        hint: String,
        /// Its deadline before.
        before: Timestamp,
        /// Its deadline now.
        after: Timestamp,
    },
    /// The outgoing token reached its deadline.
    OverlapEnded {
        /// The one that died.
        hint: String,
    },
    /// The current token reached its deadline.
    TokenEnded {
        /// The one that died.
        hint: String,
    },
    /// Calls are refused from now on.
    Paused,
    /// Its tokens work again.
    Resumed,
    /// Somebody looks after it in place of a person who left: their names.
    TakenOver {
        /// Who left.
        before: String,
        /// Who looks after it now.
        after: String,
    },
    /// Gone: the hints of the tokens that died.
    Deleted {
        /// Those that died.
        old: Vec<String>,
    },
    /// Its holder revoked a token.
    Revoked {
        /// The one that died.
        hint: String,
    },
}

/// A change of this integration.
#[derive(Debug, Clone)]
pub struct OfIntegration {
    /// Which.
    pub id: IntegrationId,
    /// Its name, the new one where it changed.
    pub name: String,
    /// What happened.
    pub what: What,
}

impl Change for OfIntegration {
    fn entry(&self) -> Entry {
        let (action, details) = match &self.what {
            What::Created { scopes, description, hint } => (
                "integration.created",
                json!({ "after": { "name": self.name, "description": description, "scopes": scopes.ids().collect::<Vec<_>>(), "token": hint } }),
            ),
            What::Updated { before, after } => ("integration.updated", json!({ "before": before, "after": after })),
            What::RotationStarted { hint, old, until } => {
                ("integration.rotation_started", json!({ "token": hint, "outgoing": old, "until": until.millis() }))
            }
            What::RotatedNow { hint, old } => ("integration.rotated_now", json!({ "token": hint, "ended": old })),
            What::RotationCancelled { hint, kept } => {
                ("integration.rotation_cancelled", json!({ "ended": [hint], "token": kept }))
            }
            What::OutgoingExpired { hint } => ("integration.outgoing_expired", json!({ "ended": [hint] })),
            What::OverlapExtended { hint, before, after } => (
                "integration.overlap_extended",
                json!({ "outgoing": hint, "before": { "until": before.millis() }, "after": { "until": after.millis() } }),
            ),
            What::OverlapEnded { hint } => ("integration.overlap_ended", json!({ "ended": [hint] })),
            What::TokenEnded { hint } => ("integration.token_ended", json!({ "ended": [hint] })),
            What::Paused => ("integration.paused", json!({})),
            What::Resumed => ("integration.resumed", json!({})),
            What::TakenOver { before, after } => (
                "integration.taken_over",
                json!({ "before": { "looked_after_by": before }, "after": { "looked_after_by": after } }),
            ),
            What::Deleted { old } => ("integration.deleted", json!({ "ended": old })),
            What::Revoked { hint } => ("integration.token_revoked", json!({ "ended": [hint] })),
        };
        let subject = Subject { kind: "integration", id: Some(self.id.to_string()), name: self.name.clone() };
        Entry { class: Class::Audit, action, subject, details }
    }
}

/// The hints of the tokens that a step ends.
#[must_use]
pub fn ended_hints(of: &Integration, step: &Step) -> Vec<String> {
    let known = [&of.facts.current, &of.facts.outgoing].into_iter().flatten();
    known.filter(|token| step.end.iter().any(|(id, _)| *id == token.id)).map(|token| token.hint.clone()).collect()
}
