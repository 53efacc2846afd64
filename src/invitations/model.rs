//! An invitation and what it is good for at an instant.

use crate::authz::PermissionSet;
use crate::ids::{AccountId, InvitationId, RoleId, UserId};
use crate::world::{Span, Timestamp};

/// How long a link works.
pub const LINK_TIME: Span = Span::days(7);

/// An invitation as its row says, with what it points to.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The account.
    pub account: AccountId,
    /// The account's name.
    pub account_name: String,
    /// Whether the account is disabled.
    pub account_disabled: bool,
    /// Whom it is for.
    pub email: String,
    /// The folded address.
    pub email_key: String,
    /// The role that it gives.
    pub role: RoleId,
    /// The role's name.
    pub role_name: String,
    /// What the role gives.
    pub gives: PermissionSet,
    /// Who vouches for it: whoever invited, or sent the link again, last.
    pub invited_by: UserId,
    /// Their name.
    pub inviter: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its present link was made.
    pub sent_at: Timestamp,
    /// From when on the link does not work.
    pub expires_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Whether the account takes this address at all.
    pub is_allowed: bool,
    /// Who signs in with this address already.
    pub known: Option<UserId>,
    /// Whether they belong to the account already.
    pub belongs: bool,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its link works.
    Open,
    /// Its time is over; it can be sent again.
    Expired,
    /// Somebody accepted it.
    Accepted,
    /// Somebody took it back.
    Withdrawn,
}

/// Why a link is not good, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It is none of ours, or a newer one took its place.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was accepted.
    Used,
    /// It was withdrawn, by somebody or because the account is disabled.
    Withdrawn,
    /// Whoever invited cannot give this role any more.
    NotBacked,
    /// The account takes no addresses like this one.
    Address,
    /// The person belongs to the account already.
    Belongs,
}

impl Invitation {
    /// What became of it until `now`.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match (self.accepted_at, self.withdrawn_at) {
            (Some(_), _) => Standing::Accepted,
            (None, Some(_)) => Standing::Withdrawn,
            (None, None) if now >= self.expires_at => Standing::Expired,
            (None, None) => Standing::Open,
        }
    }

    /// Whether its link can be used at `now`, apart from what whoever invited may still do.
    ///
    /// # Errors
    /// Why not.
    pub fn usable(&self, now: Timestamp) -> Result<(), Ended> {
        match self.standing(now) {
            Standing::Accepted => Err(Ended::Used),
            Standing::Withdrawn => Err(Ended::Withdrawn),
            Standing::Expired => Err(Ended::Expired),
            Standing::Open if self.account_disabled => Err(Ended::Withdrawn),
            Standing::Open if self.belongs => Err(Ended::Belongs),
            Standing::Open if !self.is_allowed => Err(Ended::Address),
            Standing::Open => Ok(()),
        }
    }
}

/// A role that somebody may be invited with.
#[derive(Debug, Clone)]
pub struct Offered {
    /// Its id.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it gives.
    pub gives: PermissionSet,
    /// Whether the account offers it first.
    pub first: bool,
}
