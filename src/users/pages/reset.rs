//! The page behind a link for a new password.

use super::dead_link::{self, DeadLinkPage};
use super::{PASSWORD_RULE, entrance, open_guard, problems_of};
use crate::db::Db;
use crate::error::Result;
use crate::users::commands::reset::{self, Dead, Set};
use crate::users::hashing::Hasher;
use crate::web::flash::Done;
use crate::web::form::{FormBody, Query};
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::Open;
use crate::web::shell::Shell;
use crate::web::{faces, frame};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the form for a new password.
#[derive(Debug, Template)]
#[template(path = "users/reset.html")]
pub struct ResetPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this browser or session.
    pub guard: FormGuard,
    /// The link's secret.
    pub link: String,
    /// Whose password it sets.
    pub email: String,
    /// Always empty.
    pub password: Field,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

fn refused(request: &HttpRequest, dead: Dead) -> Result<HttpResponse> {
    dead_link::answer(request, DeadLinkPage::of_reset(dead))
}

struct Asked<'a> {
    open: &'a Open,
    request: &'a HttpRequest,
    db: &'a Db,
    link: &'a str,
    email: &'a str,
}

impl Asked<'_> {
    fn show(&self, status: StatusCode, error: Option<String>) -> Result<HttpResponse> {
        let (guard, cookie) = open_guard(self.open, self.request, self.db);
        let password = Field::password("password", "New password", "new-password").hint(PASSWORD_RULE).error(error);
        let problems = problems_of(&[&password]);
        let mut shell = frame::visitor_shell("Set a new password");
        shell.has_errors = !problems.is_empty();
        let (link, email) = (self.link.to_owned(), self.email.to_owned());
        entrance(self.request, status, &ResetPage { shell, guard, link, email, password, problems }, cookie.as_ref())
    }
}

/// `GET /password-reset?link=…`.
///
/// # Errors
/// Faults of the store.
pub async fn open(open: Open, request: HttpRequest, query: Query, db: web::Data<Db>) -> Result<HttpResponse> {
    let link = query.one("link");
    match reset::look_up(&db, open.visit.now, link).await? {
        Ok(found) => {
            let asked = Asked { open: &open, request: &request, db: &db, link, email: &found.email };
            asked.show(StatusCode::OK, None)
        }
        Err(dead) => refused(&request, dead),
    }
}

/// `POST /password-reset`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn set(
    open: Open,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    form.expect(&["link"], &[])?;
    let link = form.one("link");
    // Before the costly hash, so that nobody without a link can ask for it.
    let found = match reset::look_up(&db, open.visit.now, link).await? {
        Ok(found) => found,
        Err(dead) => return refused(&request, dead),
    };
    let asked = Asked { open: &open, request: &request, db: &db, link, email: &found.email };
    let words = ["Progreda", found.account_name.as_deref().unwrap_or_default(), &found.name, &found.email];
    let password = match hasher.choose(form.one("password"), &words).await? {
        Ok(password) => password,
        Err(bad) => return asked.show(StatusCode::UNPROCESSABLE_ENTITY, Some(bad.to_string())),
    };
    match reset::set(&db, &hasher, &open.visit, link, password).await? {
        Set::Done => Ok(frame::see_other(&request, "/login", Some(Done::PasswordSet))),
        Set::Dead(dead) => refused(&request, dead),
        Set::Wait(seconds) => {
            let mut response = asked.show(StatusCode::TOO_MANY_REQUESTS, Some(faces::wait(seconds)))?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}
