//! The headers of every answer, and the refusal of changes that another site asks for.

use super::cookies;
use super::routes::path;
use crate::config::Public;
use crate::error::AppError;
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";
const PERMISSIONS: &str = "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
     payment=(), usb=(), clipboard-write=(self)";
/// The cookie that says "a token was shown"; taking it away on the next answer keeps browsers from restoring that page.
pub const SHOWN: &str = "shown";

/// Adds what no answer goes without.
pub fn add(response: &mut ServiceResponse<BoxBody>) {
    let https = response.request().app_data::<web::Data<Public>>().is_some_and(|public| public.https);
    let took_away = forget_shown(response);
    let is_static = path(response.request()).starts_with("/static/");
    let headers = response.headers_mut();
    let mut set = |name: &'static str, value: &'static str| {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    };
    set("content-security-policy", CSP);
    set("x-content-type-options", "nosniff");
    set("x-frame-options", "DENY");
    set("referrer-policy", "same-origin");
    set("cross-origin-opener-policy", "same-origin");
    set("cross-origin-resource-policy", "same-origin");
    set("permissions-policy", PERMISSIONS);
    if https {
        set("strict-transport-security", "max-age=31536000; includeSubDomains");
    }
    // A static file says itself how long it is kept; one that is not there says nothing.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !is_static {
        headers.append(header::VARY, HeaderValue::from_static("HX-Request, HX-Request-Type"));
    }
    if let Some(cookie) = took_away
        && let Ok(value) = HeaderValue::from_str(&cookie)
    {
        headers.append(header::SET_COOKIE, value);
    }
}

fn forget_shown(response: &ServiceResponse<BoxBody>) -> Option<String> {
    let request = response.request();
    let set_again = response.response().cookies().any(|cookie| cookie.name() == cookies::name_for(request, SHOWN));
    if path(request).starts_with("/static/") || set_again {
        return None;
    }
    cookies::read(request, SHOWN).map(|_| cookies::remove(request, SHOWN).to_string())
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
