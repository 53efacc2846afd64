//! Forms and queries: repeated keys kept, odd bytes refused, and every form bound to its session and its account.

use super::actor::Asking;
pub use super::fields::Fields;
use super::once::OnceKey;
use crate::authz::{Actor, StaffMember};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::keys::{Keys, Purpose};
use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// The largest body of a form, in bytes.
pub const LIMIT: usize = 256 * 1024;
/// How long a body may take in all.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// The cookie that binds forms to a browser before somebody signs in.
pub const VISITOR: &str = "visitor";

/// The body of a form of ours: its token is this session's and its account the one that is open.
#[derive(Debug, Clone)]
pub struct FormBody(Fields);

impl std::ops::Deref for FormBody {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.0
    }
}

// Every form has them; `once` and `password` only some.
const OURS: &[&str] = &["csrf", "account", "once", "password"];

impl FormBody {
    /// Refuses fields that the form does not have, and repeats of those that it has once.
    ///
    /// # Errors
    /// [`AppError::Malformed`].
    pub fn expect(&self, single: &[&str], repeated: &[&str]) -> Result<()> {
        for (place, (name, _)) in self.all().iter().enumerate() {
            let name = name.as_str();
            if repeated.contains(&name) {
                continue;
            }
            if !single.contains(&name) && !OURS.contains(&name) {
                return Err(AppError::Malformed("The form has a field that does not belong to it."));
            }
            if self.all().iter().skip(place + 1).any(|(other, _)| other == name) {
                return Err(AppError::Malformed("The form has a field twice."));
            }
        }
        Ok(())
    }

    /// Its single-use key.
    ///
    /// # Errors
    /// [`AppError::Malformed`].
    pub fn once_key(&self) -> Result<OnceKey> {
        OnceKey::parse(self.one("once")).ok_or(AppError::Malformed("The form has no single-use key."))
    }

    /// The version of what it is about.
    ///
    /// # Errors
    /// [`AppError::Malformed`].
    pub fn version(&self) -> Result<i64> {
        self.one("version").parse().map_err(|_| AppError::Malformed("The form does not say which version it is about."))
    }
}

/// The body of a form that leads into another account or out of the session: bound to its session, whichever account is open.
#[derive(Debug, Clone)]
pub struct SessionForm(pub FormBody);

pub(in crate::web) type Reading<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

impl FromRequest for FormBody {
    type Error = AppError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let reading = read_fields(request.clone(), payload);
        Box::pin(async move {
            let fields = reading.await?;
            check(&request, &fields)?;
            Ok(Self(fields))
        })
    }
}

impl FromRequest for SessionForm {
    type Error = AppError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let reading = read_fields(request.clone(), payload);
        Box::pin(async move {
            let fields = reading.await?;
            check_session(&request, &fields)?;
            Ok(Self(FormBody(fields)))
        })
    }
}

pub(in crate::web) fn read_fields(request: HttpRequest, payload: &mut Payload) -> Reading<Fields> {
    let mut payload = payload.take();
    Box::pin(async move {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let mut parts = kind.split(';').map(str::trim);
        let form = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/x-www-form-urlencoded"));
        let plain = parts.all(|part| part.is_empty() || part.eq_ignore_ascii_case("charset=utf-8"));
        if !form || !plain || request.headers().contains_key(CONTENT_ENCODING) {
            return Err(AppError::MediaType("application/x-www-form-urlencoded"));
        }
        let body = read_body(&request, &mut payload, LIMIT).await?;
        Fields::parse(&body)
    })
}

/// Reads a body of at most `limit` bytes, in at most [`BODY_TIME`].
///
/// # Errors
/// [`AppError::TooLarge`], [`AppError::TooSlow`], or that the body was cut.
pub async fn read_body(request: &HttpRequest, payload: &mut Payload, limit: usize) -> Result<Vec<u8>> {
    let length = request.headers().get("content-length").and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limit) {
        return Err(AppError::TooLarge);
    }
    let reading = async {
        let mut body = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| AppError::Malformed("The body was cut off."))?;
            if body.len() + chunk.len() > limit {
                return Err(AppError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::time::timeout(BODY_TIME, reading).await.map_err(|_| AppError::TooSlow)?
}

fn check(request: &HttpRequest, fields: &Fields) -> Result<()> {
    // The entrance's forms belong to no account; every other form says which one it was made for.
    let account = fields.one("account");
    if let Some(staff) = staff_of(request)
        && !account.is_empty()
        && account != staff.account.id.as_str()
    {
        return Err(AppError::OtherAccount(Arc::new(fields.all().to_vec())));
    }
    let signed_in = check_session(request, fields)?;
    if signed_in && account.is_empty() {
        return Err(AppError::Malformed("The form does not say which account it is for."));
    }
    Ok(())
}

/// Whether the form is a signed-in person's, once its token is this session's or this visitor's.
fn check_session(request: &HttpRequest, fields: &Fields) -> Result<bool> {
    let keys = request.app_data::<web::Data<Db>>().ok_or_else(|| AppError::internal("no database"))?.keys().clone();
    let Some(staff) = staff_of(request) else {
        let visitor = visitor_of(request).ok_or(AppError::ForeignForm)?;
        return if is_of(&keys, &visitor, fields) { Ok(false) } else { Err(AppError::ForeignForm) };
    };
    if !is_of(&keys, &staff.seed, fields) {
        return Err(AppError::OldForm(Arc::new(fields.all().to_vec())));
    }
    Ok(true)
}

fn staff_of(request: &HttpRequest) -> Option<Arc<StaffMember>> {
    match request.extensions().get::<Asking>() {
        Some(Asking::Actor(Actor::Staff(staff))) => Some(Arc::clone(staff)),
        _ => None,
    }
}

fn is_of(keys: &Keys, seed: &str, fields: &Fields) -> bool {
    keys.confirms(Purpose::Form, about(seed).as_bytes(), fields.one("csrf"))
}

/// The form token that belongs to a seed: a session's, or a visitor's cookie.
#[must_use]
pub fn token(keys: &Keys, seed: &str) -> String {
    keys.mac(Purpose::Form, about(seed).as_bytes())
}

fn about(seed: &str) -> String {
    format!("csrf {seed}")
}

fn visitor_of(request: &HttpRequest) -> Option<String> {
    let name = super::cookies::name_for(request, VISITOR);
    request.cookie(&name).map(|cookie| cookie.value().to_owned())
}

/// The form token of somebody who is not signed in, and the cookie to set when the browser has none yet.
#[must_use]
pub fn visitor_token(request: &HttpRequest, db: &Db) -> (String, Option<Cookie<'static>>) {
    if let Some(visitor) = visitor_of(request) {
        return (token(db.keys(), &visitor), None);
    }
    let visitor = crate::keys::hex(&db.world().entropy().bytes::<16>());
    let text = token(db.keys(), &visitor);
    (text, Some(super::cookies::make(request, VISITOR, visitor)))
}

/// The query of a page: repeats kept, unknown names passed over.
#[derive(Debug, Clone)]
pub struct Query(Fields);

impl std::ops::Deref for Query {
    type Target = Fields;
    fn deref(&self) -> &Fields {
        &self.0
    }
}

impl FromRequest for Query {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Fields::parse(request.query_string().as_bytes()).map(Self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_its_own_fields_once() {
        let form = |text: &str| FormBody(Fields::parse(text.as_bytes()).unwrap());
        assert!(form("csrf=1&name=a&scopes=1&scopes=2").expect(&["name"], &["scopes"]).is_ok());
        assert!(form("name=a&name=b").expect(&["name"], &[]).is_err());
        assert!(form("name=a&role=admin").expect(&["name"], &[]).is_err());
    }
}
