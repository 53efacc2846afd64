//! Pages of people: setup, sign-in, profile.

pub mod code;
pub mod dead_link;
pub mod email;
pub mod email_confirm;
pub mod factor;
pub mod factor_off;
pub mod forgotten;
pub mod profile;
pub mod protecting;
mod qr;
pub mod recovery;
pub mod reset;
pub mod security;
pub mod sessions;
mod setup;
mod sign_in;
pub mod start_reset;
pub mod switching;
#[cfg(test)]
mod tests;

pub use setup::{PASSWORD_RULE, PASSWORD_RULE_OF_TWO, SetupPage, SetupRefusedPage, set_up, setup_form};
pub use sign_in::{SignInPage, sign_in, sign_in_form, sign_out};

use crate::authz::Actor;
use crate::error::Result;
use crate::web::form::VISITOR;
use crate::web::frame;
use crate::web::parts::{FormGuard, Problem, Tab};
use crate::web::permit::Open;
use crate::web::{cookies, form};
use crate::{db::Db, web::parts::Field};
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

/// `GET /`: leads to where this person works, or to the sign-in page.
pub async fn start(open: Open, request: HttpRequest) -> HttpResponse {
    frame::see_other(&request, home_of(&open).unwrap_or("/login"), None)
}

/// The pages of one's profile.
fn tabs(security: bool) -> Vec<Tab> {
    let tab = |label: &str, href: &str, current| Tab { label: label.to_owned(), href: href.to_owned(), current };
    vec![tab("You", "/profile", !security), tab("Security", security::PATH, security)]
}

/// Where the visitor works, when signed in.
fn home_of(open: &Open) -> Option<&'static str> {
    open.actor.as_ref().and_then(Actor::staff).map(|staff| frame::home(staff))
}

/// What binds a form to this browser before somebody signs in, and the cookie to set for it when there is none yet.
pub(crate) fn visitor_guard(request: &HttpRequest, db: &Db) -> (FormGuard, Option<Cookie<'static>>) {
    let (csrf, cookie) = form::visitor_token(request, db);
    (FormGuard { csrf, ..FormGuard::default() }, cookie)
}

/// The same for a page that is open to everybody: bound to the session where there is one.
fn open_guard(open: &Open, request: &HttpRequest, db: &Db) -> (FormGuard, Option<Cookie<'static>>) {
    match &open.actor {
        Some(actor) => (frame::guard(db, actor, false), None),
        None => visitor_guard(request, db),
    }
}

/// The answer with a page and the visitor's cookie.
pub(crate) fn entrance(
    request: &HttpRequest,
    status: StatusCode,
    template: &impl askama::Template,
    cookie: Option<&Cookie<'static>>,
) -> Result<HttpResponse> {
    let mut response = frame::page(request, status, template)?;
    if let Some(cookie) = cookie {
        response.add_cookie(cookie).map_err(crate::error::AppError::internal)?;
    }
    Ok(response)
}

/// Leads on after signing in; what the browser was before is forgotten.
pub(crate) fn welcome(request: &HttpRequest, to: &str, done: Option<crate::web::flash::Done>) -> Result<HttpResponse> {
    let mut response = frame::see_other(request, to, done);
    response.add_cookie(&cookies::remove(request, VISITOR)).map_err(crate::error::AppError::internal)?;
    Ok(response)
}

/// The error summary of these fields, in their order.
pub(crate) fn problems_of(fields: &[&Field]) -> Vec<Problem> {
    let problem = |field: &&Field| Some(Problem { field_id: field.name.clone(), text: field.error.clone()? });
    fields.iter().filter_map(problem).collect()
}
