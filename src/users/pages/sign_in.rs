//! Signing in and out.

use super::{code, entrance, home_of, problems_of, visitor_guard, welcome};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::users::SignOut;
use crate::users::commands::{self, SignIn};
use crate::users::hashing::Hasher;
use crate::users::store;
use crate::web::faces;
use crate::web::flash;
use crate::web::form::{FormBody, Query, SessionForm};
use crate::web::frame;
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::Open;
use crate::web::refusal;
use crate::web::session;
use crate::web::shell::Shell;
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the sign-in page.
#[derive(Debug, Clone, Template)]
#[template(path = "users/sign_in.html")]
pub struct SignInPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this browser.
    pub guard: FormGuard,
    /// The address typed.
    pub email: Field,
    /// Always empty.
    pub password: Field,
    /// Where to go afterwards; empty for where one works.
    pub next: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Whether there is nobody yet who could sign in.
    pub nobody_yet: bool,
}

impl SignInPage {
    /// The page for an address typed so far.
    #[must_use]
    pub fn new(guard: FormGuard, email: &str, next: &str, nobody_yet: bool) -> Self {
        let email = Field { kind: "email", autocomplete: "username", ..Field::new("email", "E-mail", email) };
        Self {
            shell: frame::visitor_shell("Sign in"),
            guard,
            email: Field { autofocus: email.value.is_empty(), ..email },
            password: Field::password("password", "Password", "current-password"),
            next: next.to_owned(),
            problems: Vec::new(),
            nobody_yet,
        }
    }

    fn refused(mut self, problems: Vec<Problem>) -> Self {
        self.shell.has_errors = !problems.is_empty();
        // The summary takes the focus.
        self.email.autofocus = problems.is_empty() && self.email.autofocus;
        self.problems = problems;
        self
    }
}

/// `GET /login`.
///
/// # Errors
/// Faults of the store.
pub async fn sign_in_form(open: Open, request: HttpRequest, query: Query, db: web::Data<Db>) -> Result<HttpResponse> {
    let next = frame::local_path(query.one("next")).unwrap_or("");
    if let Some(home) = home_of(&open) {
        return Ok(frame::see_other(&request, if next.is_empty() { home } else { next }, None));
    }
    if code::half_way(&request, &db, &open).await?.is_some() {
        return Ok(frame::see_other(&request, &code::address(next), None));
    }
    let nobody_yet = store::is_empty(&mut db.read().await?.on()).await?;
    let (guard, cookie) = visitor_guard(&request, &db);
    let mut page = SignInPage::new(guard, "", next, nobody_yet);
    page.shell.flash = flash::read(&request, "");
    entrance(&request, StatusCode::OK, &page, cookie.as_ref())
}

/// `POST /login`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn sign_in(
    open: Open,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    form.expect(&["email", "next"], &[])?;
    let (email, password) = (form.one("email"), form.one("password"));
    let next = frame::local_path(form.one("next")).unwrap_or("");
    let (guard, cookie) = visitor_guard(&request, &db);
    let mut page = SignInPage::new(guard, email, next, false);
    if email.trim().is_empty() {
        page.email.error = Some("Enter your e-mail address".to_owned());
    }
    if password.is_empty() {
        page.password.error = Some("Enter your password".to_owned());
    }
    let missing = problems_of(&[&page.email, &page.password]);
    if !missing.is_empty() {
        return entrance(&request, StatusCode::UNPROCESSABLE_ENTITY, &page.refused(missing), cookie.as_ref());
    }
    let refusals = refusal::notes(&request)?;
    match commands::sign_in(&db, &hasher, &refusals, &open.visit, email, password).await? {
        SignIn::Welcome { user, account, epoch } => {
            session::sign_in(&request.get_session(), &db, (&user, &account, epoch), &open.visit)?;
            welcome(&request, if next.is_empty() { "/" } else { next }, None)
        }
        SignIn::HalfWay(key) => code::lead(&request, &code::address(next), &key),
        SignIn::Refused => {
            page.password.error = Some("E-mail or password is not right".to_owned());
            let problems = problems_of(&[&page.password]);
            entrance(&request, StatusCode::UNAUTHORIZED, &page.refused(problems), cookie.as_ref())
        }
        SignIn::Wait(seconds) => {
            let problems = vec![Problem { field_id: "email".to_owned(), text: faces::wait(seconds) }];
            let page = page.refused(problems);
            let mut response = entrance(&request, StatusCode::TOO_MANY_REQUESTS, &page, cookie.as_ref())?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}

/// `POST /logout`: ends the session on the server and has the browser forget what it kept.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn sign_out(
    permit: Permit<SignOut>,
    SessionForm(form): SessionForm,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    commands::sign_out(&db, &permit).await?;
    request.get_session().purge();
    let mut response = frame::see_other(&request, "/login", None);
    let forget = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), forget);
    Ok(response)
}
