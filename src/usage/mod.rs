//! Usage: when and from where a token was last used, and how often; recorded without a write for each request.

mod record;
mod recorder;
pub mod store;

pub use record::record;
pub use recorder::Recorder;

use crate::ids::{AccountId, IntegrationId, TokenId};
use crate::world::Timestamp;

/// One call of a token, as the middleware saw it answered.
#[derive(Debug, Clone)]
pub struct Call {
    /// The token that was presented.
    pub token: TokenId,
    /// Its integration.
    pub integration: IntegrationId,
    /// Its account.
    pub account: AccountId,
    /// When the request came.
    pub at: Timestamp,
    /// From where.
    pub address: Option<String>,
    /// With what.
    pub agent: Option<String>,
    /// Method and route template, e.g. `GET /contacts/{id}`.
    pub route: String,
    /// The scope that the route needs; empty when none.
    pub scope: &'static str,
    /// 2, 3, 4 or 5.
    pub status_class: i64,
}

/// The calls of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    /// The day's start in UTC.
    pub day: Timestamp,
    /// Calls that were answered (2xx, 3xx).
    pub answered: u64,
    /// Calls that were refused or failed (4xx, 5xx).
    pub refused: u64,
}
