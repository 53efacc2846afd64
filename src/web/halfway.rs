//! Between the password and the code: a cookie that opens nothing but the form for the code.

use super::cookies;
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;

/// The cookie's name; what it holds is known to the store alone.
const COOKIE: &str = "halfway";
/// Where the code is asked for.
pub const PATH: &str = "/login/code";

/// The cookie of somebody who gave the right password and has a second factor.
#[must_use]
pub fn cookie(request: &HttpRequest, key: &str) -> Cookie<'static> {
    cookies::make(request, COOKIE, key.to_owned())
}

/// The same cookie, taken away.
#[must_use]
pub fn forget(request: &HttpRequest) -> Cookie<'static> {
    cookies::remove(request, COOKIE)
}

/// What this browser holds, of the right form.
#[must_use]
pub fn key(request: &HttpRequest) -> Option<String> {
    cookies::read(request, COOKIE).filter(|key| key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
