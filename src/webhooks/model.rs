//! Endpoints, and what becomes of what is sent to them.

pub mod delivery;
mod details;
mod event;
mod place;
pub mod schedule;
mod standing;
mod steps;
pub mod target;

pub use delivery::{Delivery, Problem, State};
pub use details::{Details, DetailsProblem};
pub use event::Event;
pub use place::Place;
pub use standing::Standing;
pub use steps::{Overlap, Refused, Rotation};
pub use target::{BadTarget, Target};

use crate::ids::{AccountId, EndpointId, IntegrationId};
use crate::world::{Span, Timestamp};

/// Most endpoints of one integration, deleted ones not counted.
pub const ENDPOINTS_MAX: i64 = 20;
/// Most endpoints of one account.
pub const ACCOUNT_MAX: i64 = 100;
/// So much can be sent to an endpoint by hand in [`BY_HAND_SPAN`]: test events, and what is redelivered.
pub const BY_HAND_MAX: i64 = 20;
/// The same to all endpoints of an account together.
pub const ACCOUNT_BY_HAND_MAX: i64 = 60;
/// See [`BY_HAND_MAX`].
pub const BY_HAND_SPAN: Span = Span::minutes(1);
/// Most deliveries that wait for one endpoint; what comes beyond is stopped at once.
pub const WAITING_MAX: i64 = 10_000;
/// So many wait at most when what failed is tried anew: there is room left for what happens meanwhile.
pub const AGAIN_WAITING_MAX: i64 = WAITING_MAX / 2;
/// Characters of a description.
pub const DESCRIPTION_MAX: usize = 500;
/// Characters of a URL.
pub const URL_MAX: usize = 2_000;

/// A URL that a private integration's events are sent to.
#[derive(Debug, Clone, PartialEq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Whose it is.
    pub account: AccountId,
    /// The integration that it belongs to.
    pub of: Holder,
    /// Where to; never changed.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it is told of, in the order of [`Event::ALL`].
    pub events: Vec<Event>,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When a person last changed it.
    pub updated_at: Timestamp,
    /// Since when a person holds it.
    pub paused_at: Option<Timestamp>,
    /// Since when, and why, the server sends nothing any more.
    pub disabled: Option<(Timestamp, DisabledWhy)>,
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// The signing secret, as far as people may know it.
    pub secret: SecretFacts,
    /// The one before, while both sign, and until when.
    pub old_secret: Option<(SecretFacts, Timestamp)>,
    /// Counts the changes that people make.
    pub version: i64,
}

/// The integration that an endpoint belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub id: IntegrationId,
    /// Its name.
    pub name: String,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether it is deleted.
    pub deleted: bool,
    /// Whether its account is disabled.
    pub account_disabled: bool,
}

/// A signing secret without itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFacts {
    /// Its beginning and end.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why the server disabled an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisabledWhy {
    /// The receiver answered 410: it is there no more.
    Gone,
    /// It took nothing for three days.
    Failing,
}

impl DisabledWhy {
    /// The stable name that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }

    /// The reason with this stored name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Gone, Self::Failing].into_iter().find(|why| why.code() == code)
    }
}

/// Whether an endpoint is sent anything, and what keeps it from it: the most lasting first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// It is sent its events.
    Active,
    /// It is, but the last try failed, and all since then.
    Failing(Timestamp),
    /// A person holds it.
    Paused,
    /// The server gave up on it.
    Disabled(DisabledWhy),
    /// Its integration is paused.
    IntegrationPaused,
    /// Its integration is deleted.
    IntegrationDeleted,
    /// Its integration has not the scope of any of its events.
    ScopeMissing,
    /// Its account is disabled.
    AccountDisabled,
}

impl Condition {
    /// Whether anything is sent.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::Active | Self::Failing(_))
    }

    /// The stable name, as a delivery that was stopped for it keeps it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Failing(_) => "failing",
            Self::Paused => "paused",
            Self::Disabled(_) => "disabled",
            Self::IntegrationPaused => "integration_paused",
            Self::IntegrationDeleted => "integration_deleted",
            Self::ScopeMissing => "scope_missing",
            Self::AccountDisabled => "account_disabled",
        }
    }
}

impl Endpoint {
    /// Whether it is sent what it chose.
    #[must_use]
    pub fn condition(&self) -> Condition {
        match self {
            _ if self.of.account_disabled => Condition::AccountDisabled,
            _ if self.of.deleted => Condition::IntegrationDeleted,
            _ if self.of.paused => Condition::IntegrationPaused,
            Self { disabled: Some((_, why)), .. } => Condition::Disabled(*why),
            Self { paused_at: Some(_), .. } => Condition::Paused,
            _ if !self.events.iter().any(|event| self.of.may_hear(*event)) => Condition::ScopeMissing,
            Self { failing_since: Some(since), .. } => Condition::Failing(*since),
            _ => Condition::Active,
        }
    }

    /// What keeps it from being sent `event` now; none when nothing does.
    #[must_use]
    pub fn refuses(&self, event: Event) -> Option<Condition> {
        let condition = self.condition();
        match condition {
            _ if !condition.sends() => Some(condition),
            _ if !self.of.may_hear(event) => Some(Condition::ScopeMissing),
            _ => None,
        }
    }
}

impl Holder {
    /// Whether its scopes allow it to hear of `event`.
    #[must_use]
    pub fn may_hear(&self, event: Event) -> bool {
        self.scopes.iter().any(|scope| scope == event.scope())
    }
}
