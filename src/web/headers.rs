//! The headers of every answer, and the refusal of changes that another site asks for.

use super::cookies;
use super::routes::path;
use crate::config::Public;
use crate::error::AppError;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

const CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
);
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
     payment=(), usb=(), clipboard-write=(self)",
);
const NO_SNIFFING: HeaderValue = HeaderValue::from_static("nosniff");
const DENY: HeaderValue = HeaderValue::from_static("DENY");
// Not `no-referrer`: with it a browser says `Origin: null` of the page's own form, which is refused.
const ORIGIN_ALONE: HeaderValue = HeaderValue::from_static("strict-origin");
const SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const FACES: HeaderValue = HeaderValue::from_static("HX-Request, HX-Request-Type");
/// The cookie that says "a token was shown"; taking it away on the next answer keeps browsers from restoring that page.
pub const SHOWN: &str = "shown";
// How often the cookie is changed by the answer after a secret.
const CHANGES: u32 = 8;

/// Adds what no answer goes without.
pub fn add(response: &mut ServiceResponse<BoxBody>) {
    let https = response.request().app_data::<web::Data<Public>>().is_some_and(|public| public.https);
    let took_away = forget_shown(response);
    let is_static = path(response.request()).starts_with("/static/");
    let has_secret = response.request().query_string().split('&').any(|pair| pair.starts_with("link="));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NO_SNIFFING);
    headers.insert(header::X_FRAME_OPTIONS, DENY);
    headers.insert(header::REFERRER_POLICY, if has_secret { ORIGIN_ALONE } else { SAME_ORIGIN });
    headers.insert(header::CROSS_ORIGIN_OPENER_POLICY, SAME_ORIGIN);
    headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, SAME_ORIGIN);
    headers.insert(header::PERMISSIONS_POLICY, PERMISSIONS);
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    // A static file says itself how long it is kept; one that is not there says nothing.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    if !is_static {
        headers.append(header::VARY, FACES);
    }
    for cookie in took_away {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, value);
        }
    }
}

fn forget_shown(response: &ServiceResponse<BoxBody>) -> Vec<String> {
    let request = response.request();
    if !request.headers().contains_key(header::COOKIE) {
        return Vec::new();
    }
    let set_again = response.response().cookies().any(|cookie| cookie.name() == cookies::name_for(request, SHOWN));
    if path(request).starts_with("/static/") || set_again || cookies::read(request, SHOWN).is_none() {
        return Vec::new();
    }
    // Chromium sets the changes that came with a page itself against those that come later, and counts the former too high
    // when redirects led to the page: one change would not be enough.
    let changes = (2..=CHANGES).map(|value| cookies::make(request, SHOWN, value.to_string()).to_string());
    changes.chain([cookies::remove(request, SHOWN).to_string()]).collect()
}

/// The middleware: a change on a page must be asked for from our own origin, which comes from configuration, never from `Host`.
///
/// # Errors
/// Passes on what comes back; its own refusal is an answer.
pub async fn same_origin<B: MessageBody>(
    public: web::Data<Public>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !safe && !is_own(&request, &public) {
        return Ok(request.error_response(AppError::ForeignForm).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

fn is_own(request: &ServiceRequest, public: &Public) -> bool {
    let value = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or("null"));
    if let Some(site) = value("sec-fetch-site") {
        // "none": typed or from a bookmark; a browser sends no form like that.
        if site != "same-origin" {
            return false;
        }
    }
    if let Some(origin) = value("origin") {
        return origin == public.origin;
    }
    match value("referer") {
        Some(referer) => referer.strip_prefix(public.origin.as_str()).is_some_and(|rest| rest.starts_with('/')),
        None => value("sec-fetch-site") == Some("same-origin"),
    }
}
