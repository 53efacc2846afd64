//! The outermost middleware: request id, instant, address, one log line, no panic further than here, and the safe headers.

use super::actor::{Asking, Visit};
use super::idle::UnderWay;
use super::routes::{Face, Template, face_of, template};
use super::{api, faces, headers, idempotency, refusal};
use crate::authz::{Actor, Origin};
use crate::error::AppError;
use crate::ids::RequestId;
use crate::world::World;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue, USER_AGENT};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, web};
use futures_util::FutureExt as _;
use ipnet::IpNet;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Peers whose forwarding headers count.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

/// Serves one request from the first byte of its path to its log line.
///
/// # Errors
/// None in practice: the middleware below answers rather than failing, and every answer that is an error gets its face here.
pub async fn serve<B: MessageBody + 'static>(
    world: web::Data<World>,
    proxies: web::Data<TrustedProxies>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let _under_way = UnderWay::begin(request.request());
    let now = world.now();
    let id = RequestId::new(now, world.entropy());
    let address = address_of(&request, &proxies);
    let agent =
        request.headers().get(USER_AGENT).map(|value| printable(&String::from_utf8_lossy(value.as_bytes()), 200));
    let origin = Origin { address, agent, request: Some(id.clone()), reserved: false };
    request.extensions_mut().insert(Visit { now, origin: origin.clone() });
    // The request must not be cloned before routing: actix changes it there.
    let mut response = next.call(request).await?.map_into_boxed_body();
    let failure = response.response().error().map(faces::app_error);
    if let Some(failure) = &failure {
        log_failure(failure, &id);
        refusal::note(failure, response.request());
        let face = faces::face(failure, response.request(), now, &id).await;
        let face = keep_cookies(face, &response);
        response = ServiceResponse::new(response.into_parts().0, face);
    }
    headers::add(&mut response);
    if face_of(response.request()) == Face::Api {
        api::show_limits(&mut response);
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    log(&response, &world, now.millis(), &origin);
    Ok(response)
}

/// Around every resource: notes its address as the table has it, and a panic in a handler hurts that request only, and is answered like any fault of ours.
/// `keyed`: the scope of its POST, when that heeds an idempotency key.
///
/// # Errors
/// Passes on what comes back.
pub async fn catch_panic(
    template: Template,
    keyed: Option<&'static str>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let http = request.request().clone();
    http.extensions_mut().insert(template);
    match AssertUnwindSafe(idempotency::serve(keyed, request, next)).catch_unwind().await {
        Ok(served) => served,
        Err(_) => {
            let response = HttpResponse::from_error(AppError::internal("a handler panicked"));
            Ok(ServiceResponse::new(http, response))
        }
    }
}

fn keep_cookies(mut face: HttpResponse, before: &ServiceResponse<BoxBody>) -> HttpResponse {
    use actix_web::http::header::SET_COOKIE;
    for cookie in before.headers().get_all(SET_COOKIE) {
        face.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    face
}

fn log_failure(failure: &AppError, id: &RequestId) {
    match failure {
        AppError::Internal(cause) => {
            tracing::error!(request.id = %id, cause = %printable(cause, 500), "request failed");
        }
        AppError::Unavailable(cause) => {
            tracing::error!(request.id = %id, cause = %printable(cause, 500), "store unavailable");
        }
        AppError::ForeignForm | AppError::OldForm(_) => tracing::warn!(request.id = %id, "form refused"),
        _ => {}
    }
}

fn log(response: &ServiceResponse<BoxBody>, world: &World, began: i64, origin: &Origin) {
    let request = response.request();
    // The template, not the path: a path may hold what a person typed.
    let route = template(request);
    if route.starts_with("/static/") {
        return;
    }
    let extensions = request.extensions();
    let (account, actor) = match extensions.get::<Asking>() {
        Some(Asking::Actor(Actor::Staff(staff))) => (staff.account.id.as_str(), staff.user.as_str()),
        Some(Asking::Actor(Actor::Integration(caller))) => (caller.account.id.as_str(), caller.integration.as_str()),
        _ => ("", ""),
    };
    tracing::info!(
        request.id = origin.request.as_ref().map_or("", RequestId::as_str),
        http.method = %request.method(),
        http.route = %route,
        http.status = response.status().as_u16(),
        duration.ms = world.now().millis() - began,
        client.address = origin.address.as_deref().unwrap_or(""),
        account.id = account,
        actor.id = actor,
        "request"
    );
}

/// The peer's address; behind a trusted proxy the right-most address that is not a trusted one.
fn address_of(request: &ServiceRequest, proxies: &TrustedProxies) -> Option<String> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let trusted = |address: &IpAddr| proxies.0.iter().any(|net| net.contains(address));
    if !trusted(&peer) {
        return Some(peer.to_string());
    }
    let mut hops = Vec::new();
    for value in request.headers().get_all("x-forwarded-for") {
        hops.extend(value.to_str().unwrap_or("").split(',').map(|hop| hop.trim().parse::<IpAddr>()));
    }
    for hop in hops.into_iter().rev() {
        match hop {
            Ok(address) if trusted(&address.to_canonical()) => {}
            Ok(address) => return Some(address.to_canonical().to_string()),
            Err(_) => break,
        }
    }
    Some(peer.to_string())
}

/// The text without control and direction characters, cut to `limit` characters: it can neither forge a line nor colour a terminal.
#[must_use]
pub fn printable(text: &str, limit: usize) -> String {
    let plain = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    text.chars().filter(plain).take(limit).collect()
}
