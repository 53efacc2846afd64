//! Usage: when and from where a token was last used, and how often; recorded without a write for each request.

mod recorder;
pub mod store;

pub use recorder::Recorder;
pub use store::calls_per_day;

use crate::authz::Actor;
use crate::ids::{AccountId, IntegrationId, TokenId};
use crate::web::actor::{Asking, KnownToken, Visit};
use crate::web::permit::UsedScope;
use crate::web::routes::template;
use crate::world::Timestamp;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};

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

/// The middleware that notes each call of a known token after it was answered; wakes nobody up.
///
/// # Errors
/// Passes on what comes back.
pub async fn record<B: MessageBody>(
    recorder: web::Data<Recorder>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let response = next.call(request).await?;
    let request = response.request();
    let extensions = request.extensions();
    let whose = match extensions.get::<Asking>() {
        Some(Asking::Actor(Actor::Integration(caller))) => {
            Some((&caller.token, &caller.integration, &caller.account.id))
        }
        _ => extensions.get::<KnownToken>().map(|known| (&known.token, &known.integration, &known.account)),
    };
    if let (Some((token, integration, account)), Some(visit)) = (whose, extensions.get::<Visit>()) {
        recorder.note(Call {
            token: token.clone(),
            integration: integration.clone(),
            account: account.clone(),
            at: visit.now,
            address: visit.origin.address.clone(),
            agent: visit.origin.agent.clone(),
            route: format!("{} {}", request.method(), template(request)),
            scope: extensions.get::<UsedScope>().map_or("", |used| used.0),
            status_class: i64::from(response.status().as_u16() / 100),
        });
    }
    drop(extensions);
    Ok(response)
}
