//! The form for the code, between the right password and a session.

use super::{entrance, home_of, problems_of, visitor_guard, welcome};
use crate::db::Db;
use crate::error::Result;
use crate::users::commands::code::{self, HalfWay, Passed};
use crate::web::flash::Done;
use crate::web::form::{FormBody, Query};
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::Open;
use crate::web::shell::Shell;
use crate::web::{faces, frame, halfway, session};
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the form for the code.
#[derive(Debug, Clone, Template)]
#[template(path = "users/code.html")]
pub struct CodePage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this browser.
    pub guard: FormGuard,
    /// Always empty.
    pub code: Field,
    /// Where to go afterwards; empty for where one works.
    pub next: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// The field for a code of the app or a recovery code.
#[must_use]
pub fn field(error: Option<String>) -> Field {
    let field = Field { autocomplete: "one-time-code", autofocus: error.is_none(), ..Field::new("code", "Code", "") };
    field.hint("Six digits from your authenticator app, or one of your recovery codes.").error(error)
}

/// What a wrong or a missing code is told.
#[must_use]
pub fn wrong(typed: &str) -> String {
    match typed.trim().is_empty() {
        true => "Enter the code that your app shows now".to_owned(),
        false => "That code is not right, or it was used already".to_owned(),
    }
}

impl CodePage {
    /// The page with what is wrong, if anything is.
    #[must_use]
    pub fn new(guard: FormGuard, next: &str, error: Option<String>) -> Self {
        let code = field(error);
        let problems = problems_of(&[&code]);
        let mut shell = frame::visitor_shell("Enter your code");
        shell.has_errors = !problems.is_empty();
        Self { shell, guard, code, next: next.to_owned(), problems }
    }
}

fn show(request: &HttpRequest, db: &Db, status: StatusCode, next: &str, error: Option<String>) -> Result<HttpResponse> {
    let (guard, cookie) = visitor_guard(request, db);
    entrance(request, status, &CodePage::new(guard, next, error), cookie.as_ref())
}

/// Who stands half-way in this browser.
///
/// # Errors
/// Faults of the store.
pub async fn half_way(request: &HttpRequest, db: &Db, open: &Open) -> Result<Option<HalfWay>> {
    match (halfway::key(request), &open.actor) {
        (Some(key), None) => code::look_up(db, &key, open.visit.now).await,
        _ => Ok(None),
    }
}

/// Leads to the beginning: the time for the code is over, or there was none.
fn from_the_start(request: &HttpRequest, next: &str, done: Option<Done>) -> Result<HttpResponse> {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let to = if next.is_empty() { "/login".to_owned() } else { format!("/login?next={next}") };
    let mut response = frame::see_other(request, &to, done);
    response.add_cookie(&halfway::forget(request)).map_err(crate::error::AppError::internal)?;
    Ok(response)
}

/// Leads on from the right password to the form for the code, at `to`.
///
/// # Errors
/// When the cookie cannot be set.
pub fn lead(request: &HttpRequest, to: &str, key: &str) -> Result<HttpResponse> {
    // Whoever was signed in here before is not any more.
    request.get_session().purge();
    let mut response = frame::see_other(request, to, None);
    response.add_cookie(&halfway::cookie(request, key)).map_err(crate::error::AppError::internal)?;
    Ok(response)
}

/// The address of the form for the code, to come to `next` afterwards.
#[must_use]
pub fn address(next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    if next.is_empty() { halfway::PATH.to_owned() } else { format!("{}?next={next}", halfway::PATH) }
}

/// `GET /login/code`.
///
/// # Errors
/// Faults of the store.
pub async fn ask(open: Open, request: HttpRequest, query: Query, db: web::Data<Db>) -> Result<HttpResponse> {
    let next = frame::local_path(query.one("next")).unwrap_or("");
    if let Some(home) = home_of(&open) {
        return Ok(frame::see_other(&request, home, None));
    }
    match half_way(&request, &db, &open).await? {
        Some(_) => show(&request, &db, StatusCode::OK, next, None),
        None => from_the_start(&request, next, None),
    }
}

/// `POST /login/code`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn send(open: Open, form: FormBody, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    form.expect(&["code", "next"], &[])?;
    let (typed, next) = (form.one("code"), frame::local_path(form.one("next")).unwrap_or(""));
    if let Some(home) = home_of(&open) {
        return Ok(frame::see_other(&request, home, None));
    }
    let Some(half) = half_way(&request, &db, &open).await? else {
        return from_the_start(&request, next, Some(Done::CodeTooLate));
    };
    if typed.trim().is_empty() {
        return show(&request, &db, StatusCode::UNPROCESSABLE_ENTITY, next, Some(wrong(typed)));
    }
    match code::pass(&db, &open.visit, &half, typed, false).await? {
        Passed::Welcome { account: Some(account), by_recovery_code } => {
            session::sign_in(&request.get_session(), &db, (&half.user, &account, half.epoch), &open.visit)?;
            let done = by_recovery_code.then_some(Done::RecoveryCodeUsed);
            let mut response = welcome(&request, if next.is_empty() { "/" } else { next }, done)?;
            response.add_cookie(&halfway::forget(&request)).map_err(crate::error::AppError::internal)?;
            Ok(response)
        }
        Passed::Welcome { account: None, .. } | Passed::Ended => {
            from_the_start(&request, next, Some(Done::CodeTooLate))
        }
        Passed::Wrong => show(&request, &db, StatusCode::UNAUTHORIZED, next, Some(wrong(typed))),
        Passed::Wait(seconds) => {
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut response = show(&request, &db, status, next, Some(faces::wait(seconds)))?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}

/// `POST /login/anew`: gives the half of the sign-in up.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn begin_anew(open: Open, form: FormBody, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    if let (Some(key), None) = (halfway::key(&request), &open.actor) {
        code::give_up(&db, &key).await?;
    }
    from_the_start(&request, "", None)
}
