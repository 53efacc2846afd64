//! The one answer that shows a secret: to the browser that made it, not before somebody looks, and not again when they go back.

use super::headers::SHOWN;
use super::once::{self, OnceKey, Sender};
use super::question::Point;
use super::shell::Shell;
use super::{cookies, flash, frame};
use crate::authz::Permit;
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::{AppError, Result};
use actix_web::cookie::time::Duration;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use zeroize::Zeroizing;

/// Leads to the page that shows the secret; the key that opens its note goes along in a cookie.
///
/// # Errors
/// When the cookie cannot be set.
pub fn lead(request: &HttpRequest, to: &str, key: &OnceKey, done: Option<flash::Done>) -> Result<HttpResponse> {
    let mut response = frame::see_other(request, to, done);
    let mut cookie = cookies::make(request, &cookie_of(to), key.as_str().to_owned());
    // It goes with its note, also when nobody opens the page.
    cookie.set_max_age(Duration::milliseconds(once::NOTE_TIME.as_millis()));
    response.add_cookie(&cookie).map_err(AppError::internal)?;
    Ok(response)
}

/// Each page has its own: who makes two secrets at once sees both.
fn cookie_of(page: &str) -> String {
    format!("{}{}", once::COOKIE, page.replace('/', "."))
}

/// The key of the note that this browser may open on this page.
#[must_use]
pub fn key(request: &HttpRequest) -> Option<OnceKey> {
    cookies::read(request, &cookie_of(request.path())).and_then(|text| OnceKey::parse(&text))
}

/// Whether a browser asks before anybody wants to see the page.
#[must_use]
pub fn is_early(request: &HttpRequest) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let value = request.headers().get(*name).and_then(|value| value.to_str().ok());
        value
            .is_some_and(|value| value.contains("prefetch") || value.contains("prerender") || value.contains("preview"))
    })
}

/// Takes the secret of `subject` out of its note; `None` when there is none for this browser and person, or not any more, and for
/// whoever does not look yet.
///
/// # Errors
/// Faults of the store.
pub async fn take<A>(
    db: &Db,
    permit: &Permit<A>,
    request: &HttpRequest,
    subject: &str,
) -> Result<Option<Zeroizing<String>>> {
    let (Some(key), Some(person)) = (key(request), permit.staff()) else { return Ok(None) };
    if request.method() == Method::HEAD || is_early(request) {
        return Ok(None);
    }
    let from = Sender { account: permit.account(), user: &person.user, purpose: "", content: "", now: permit.now() };
    let mut tx = db.write().await?;
    let plain = once::take(&mut tx.on(), db.keys(), &key, from, subject).await?;
    tx.commit_unlogged(Unlogged::NoteUpkeep).await?;
    Ok(plain)
}

/// What is answered before anybody looks: to HEAD nothing, to a browser that asks ahead that `what` is not for it. `None` when
/// somebody looks.
///
/// # Errors
/// [`AppError::Conflict`].
pub fn early(request: &HttpRequest, what: &str) -> Result<Option<HttpResponse>> {
    if request.method() == Method::HEAD {
        return Ok(Some(HttpResponse::Ok().content_type("text/html; charset=utf-8").finish()));
    }
    match is_early(request) {
        true => Err(AppError::Conflict(format!("{what} is shown only to somebody who opens this page."))),
        false => Ok(None),
    }
}

/// View data of the page that comes instead of the secret the second time.
#[derive(Debug, Template)]
#[template(path = "shown_already.html")]
pub struct GonePage {
    /// The frame.
    pub shell: Shell,
    /// What to do now.
    pub points: Vec<Point>,
    /// The page of the thing whose secret it was, and the words of the way there.
    pub to: (String, &'static str),
    /// Where a new one is made, and the words of the way there; none while none can be made.
    pub rotate: Option<(String, &'static str)>,
}

/// Answers with the page that shows the secret.
///
/// # Errors
/// When it cannot be rendered.
pub fn page(request: &HttpRequest, template: &impl askama::Template) -> Result<HttpResponse> {
    let mut response = frame::page(request, StatusCode::OK, template)?;
    for cookie in [cookies::make(request, SHOWN, "1".to_owned()), cookies::remove(request, &cookie_of(request.path()))]
    {
        response.add_cookie(&cookie).map_err(AppError::internal)?;
    }
    Ok(response)
}
