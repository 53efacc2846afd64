//! Our small cookies: host-only, HttpOnly, same-site, with the `__Host-` prefix wherever the public address is https.

use crate::config::Public;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, web};

/// The cookie's whole name: with `__Host-` on https, plain on http loopback.
#[must_use]
pub fn name_for(request: &HttpRequest, name: &str) -> String {
    full_name(is_https(request), name)
}

/// The same, when the scheme is known.
#[must_use]
pub fn full_name(https: bool, name: &str) -> String {
    if https { format!("__Host-progreda-{name}") } else { format!("progreda-{name}") }
}

/// A cookie of ours; it goes when the browser closes.
#[must_use]
pub fn make(request: &HttpRequest, name: &str, value: String) -> Cookie<'static> {
    let https = is_https(request);
    Cookie::build(full_name(https, name), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(https)
        .finish()
}

/// The same cookie, taken away.
#[must_use]
pub fn remove(request: &HttpRequest, name: &str) -> Cookie<'static> {
    let mut cookie = make(request, name, String::new());
    cookie.make_removal();
    cookie
}

/// The value of a cookie of ours.
#[must_use]
pub fn read(request: &HttpRequest, name: &str) -> Option<String> {
    request.cookie(&name_for(request, name)).map(|cookie| cookie.value().to_owned())
}

fn is_https(request: &HttpRequest) -> bool {
    request.app_data::<web::Data<Public>>().is_some_and(|public| public.https)
}
