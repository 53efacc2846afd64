//! The middleware that notes each call of a known token after it was answered.

use super::{Call, Recorder};
use crate::web::actor::{KnownToken, Visit};
use crate::web::permit::UsedScope;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};

/// Notes the call; costs one send to a queue.
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
    if let (Some(known), Some(visit)) = (extensions.get::<KnownToken>(), extensions.get::<Visit>()) {
        recorder.note(Call {
            token: known.token.clone(),
            integration: known.integration.clone(),
            account: known.account.clone(),
            at: visit.now,
            address: visit.origin.address.clone(),
            agent: visit.origin.agent.clone(),
            route: format!("{} {}", request.method(), request.match_pattern().unwrap_or_default()),
            scope: extensions.get::<UsedScope>().map_or("", |used| used.0),
            status_class: i64::from(response.status().as_u16() / 100),
        });
    }
    drop(extensions);
    Ok(response)
}
