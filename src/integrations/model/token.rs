//! One token, and the one predicate that says whether it is honoured.

use crate::ids::TokenId;
use crate::world::Timestamp;

/// Why a token ended before its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndReason {
    /// Replaced by a rotation that ended it at once.
    Rotated,
    /// The outgoing token of a rotation, expired by hand before its deadline.
    ExpiredEarly,
    /// The new token of a rotation that was cancelled.
    RotationCancelled,
    /// Its integration was deleted.
    Deleted,
    /// Revoked by its holder.
    Revoked,
    /// Its deadline passed, and its place was needed or put in order.
    DeadlinePassed,
}

impl EndReason {
    const ALL: [Self; 6] = [
        Self::Rotated,
        Self::ExpiredEarly,
        Self::RotationCancelled,
        Self::Deleted,
        Self::Revoked,
        Self::DeadlinePassed,
    ];

    /// The stable name that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::ExpiredEarly => "expired_early",
            Self::RotationCancelled => "rotation_cancelled",
            Self::Deleted => "deleted",
            Self::Revoked => "revoked",
            Self::DeadlinePassed => "deadline",
        }
    }

    /// The reason with this stored name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// A token that has not been ended; it may still be past its deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// `pit_…` and its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// From when on it is not honoured; none while it has no deadline.
    pub ends_at: Option<Timestamp>,
    /// What `ends_at` was before it became outgoing.
    pub prior_ends_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
    /// From which address.
    pub last_address: Option<String>,
    /// With what client.
    pub last_agent: Option<String>,
    /// Method and route template.
    pub last_route: Option<String>,
}

impl Token {
    /// Whether its own time is not over: half-open, so that at the deadline itself it is dead.
    #[must_use]
    pub fn is_in_time(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

/// Whether a token is honoured at `now`: `(ended_at, ends_at)` of the token, `(paused_at, deleted_at)` of its integration, and whether its account is disabled.
#[must_use]
pub fn honoured(
    token: (Option<Timestamp>, Option<Timestamp>),
    integration: (Option<Timestamp>, Option<Timestamp>),
    account_disabled: bool,
    now: Timestamp,
) -> bool {
    let (ended_at, ends_at) = token;
    let (paused_at, deleted_at) = integration;
    ended_at.is_none()
        && ends_at.is_none_or(|end| now < end)
        && paused_at.is_none()
        && deleted_at.is_none()
        && !account_disabled
}

/// The same as [`honoured`] in SQL, over `t` (tokens), `i` (integrations) and `a` (accounts), with `$1` for `now`.
pub const HONOURED_SQL: &str = "(t.ended_at IS NULL AND (t.ends_at IS NULL OR t.ends_at > $1) \
     AND i.paused_at IS NULL AND i.deleted_at IS NULL AND a.disabled_at IS NULL)";
