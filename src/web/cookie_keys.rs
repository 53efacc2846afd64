//! A change of keys signs nobody out: a session cookie that only the other live key opens is closed anew under the current one.

use super::cookies;
use crate::keys::{Keys, Purpose};
use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar, Key};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{COOKIE, HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;
use actix_web::web;

/// The keys of the session cookie.
#[derive(Clone)]
pub struct CookieKeys {
    name: String,
    current: Key,
    other: Option<Key>,
    /// Whether the other is the key before; then browsers are given the cookie anew, so that it outlives that key.
    renews: bool,
}

/// The session cookie's short name.
pub const SESSION: &str = "session";

impl CookieKeys {
    /// The keys of this ring, for a server whose public address is https or not.
    #[must_use]
    pub fn new(keys: &Keys, https: bool) -> Self {
        let mut each = keys.derive_each::<64>(Purpose::Cookie, b"").into_iter().map(|key| Key::from(&*key));
        let current = each.next().unwrap_or_else(|| Key::from(&*keys.derive::<64>(Purpose::Cookie, b"")));
        let name = cookies::full_name(https, SESSION);
        Self { name, current, other: each.next(), renews: keys.previous_id().is_some() }
    }

    /// The cookie's whole name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What closes the cookie.
    #[must_use]
    pub fn current(&self) -> &Key {
        &self.current
    }

    /// All cookies of the request as one header, with the session's closed under the current key. `None`: there is nothing to
    /// change.
    fn renewed(&self, request: &ServiceRequest) -> Option<(String, Cookie<'static>)> {
        let other = self.other.as_ref()?;
        let headers = request.headers().get_all(COOKIE).filter_map(|header| header.to_str().ok());
        let mut parts: Vec<String> =
            headers.flat_map(|header| header.split(';').map(|part| part.trim().to_owned())).collect();
        let prefix = format!("{}=", self.name);
        // Of several with the same name the first counts, here as in actix.
        let place = parts.iter_mut().find(|part| part.starts_with(&prefix))?;
        let sealed = Cookie::parse_encoded(place.clone()).ok()?.into_owned();
        let mut jar = CookieJar::new();
        jar.add_original(sealed);
        if jar.private(&self.current).get(&self.name).is_some() {
            return None;
        }
        let plain = jar.private(other).get(&self.name)?;
        jar.private_mut(&self.current).add(Cookie::new(self.name.clone(), plain.value().to_owned()));
        let renewed = Cookie::new(self.name.clone(), jar.get(&self.name)?.value().to_owned());
        *place = renewed.encoded().stripped().to_string();
        Some((parts.join("; "), renewed))
    }
}

/// The middleware, outside of the session's.
///
/// # Errors
/// Passes on what comes back.
pub async fn renew<B: MessageBody>(
    keys: web::Data<CookieKeys>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let Some((header, renewed)) = keys.renewed(&request) else { return next.call(request).await };
    if let Ok(value) = HeaderValue::from_str(&header) {
        request.headers_mut().insert(COOKIE, value);
    }
    let mut response = next.call(request).await?;
    let set = response.headers().get_all(SET_COOKIE).any(|header| {
        header.to_str().is_ok_and(|text| text.strip_prefix(keys.name()).is_some_and(|rest| rest.starts_with('=')))
    });
    if keys.renews && !set {
        let cookie = cookies::make(response.request(), SESSION, renewed.value().to_owned());
        if let Ok(value) = HeaderValue::from_str(&cookie.encoded().to_string()) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    Ok(response)
}
