//! What the journal says of invitations; never a link.

use super::model::Invitation;
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::ids::InvitationId;
use serde_json::json;

/// A change of an invitation.
#[derive(Debug, Clone)]
pub struct OfInvitation {
    /// Which.
    pub id: InvitationId,
    /// Whom it is for.
    pub email: String,
    /// The name of the role that it gives.
    pub role: String,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It was made.
    Sent,
    /// It got a new link; the old one died.
    SentAgain,
    /// It was taken back.
    Withdrawn,
    /// Whom it was for belongs to the account from now on.
    Accepted,
}

impl OfInvitation {
    /// A change of `of`.
    #[must_use]
    pub fn new(of: &Invitation, what: What) -> Self {
        Self { id: of.id.clone(), email: of.email.clone(), role: of.role_name.clone(), what }
    }
}

impl Change for OfInvitation {
    fn entry(&self) -> Entry {
        let (action, before, after) = match self.what {
            What::Sent => ("invitation.sent", json!(null), json!("open")),
            What::SentAgain => ("invitation.sent_again", json!("open"), json!("open")),
            What::Withdrawn => ("invitation.withdrawn", json!("open"), json!("withdrawn")),
            What::Accepted => ("invitation.accepted", json!("open"), json!("accepted")),
        };
        let details = json!({ "role": self.role, "before": { "state": before }, "after": { "state": after } });
        let subject = Subject { kind: "invitation", id: Some(self.id.to_string()), name: self.email.clone() };
        Entry { class: Class::Audit, action, subject, details }
    }
}
