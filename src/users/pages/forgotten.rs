//! A forgotten password: whoever asks gets the same answer whether the address is known here or not.

use super::{entrance, open_guard, problems_of};
use crate::config::Public;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::mail::{Letter, Post};
use crate::users::commands::reset::asked::{self, Mailed};
use crate::users::model::Email;
use crate::web::form::FormBody;
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::Open;
use crate::web::shell::Shell;
use crate::web::{faces, frame, times};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use std::time::Duration;

/// View data of the form that asks for a link.
#[derive(Debug, Template)]
#[template(path = "users/forgotten.html")]
pub struct ForgottenPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this browser or session.
    pub guard: FormGuard,
    /// The address typed.
    pub email: Field,
    /// Whether a mail server is configured; else the page says whom to ask.
    pub mails: bool,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// View data of what is said to everybody who asked.
#[derive(Debug, Template)]
#[template(path = "users/forgotten_sent.html")]
pub struct ForgottenSentPage {
    /// The frame.
    pub shell: Shell,
}

impl ForgottenPage {
    /// The page for an address typed so far.
    #[must_use]
    pub fn new(guard: FormGuard, email: &str, error: Option<String>, mails: bool) -> Self {
        let field = Field { kind: "email", autocomplete: "username", ..Field::new("email", "E-mail", email) };
        let email = Field { autofocus: error.is_none(), ..field.error(error) };
        let problems = problems_of(&[&email]);
        let mut shell = frame::visitor_shell("Forgot your password?");
        shell.has_errors = !problems.is_empty();
        Self { shell, guard, email, mails, problems }
    }
}

impl ForgottenSentPage {
    /// The page.
    #[must_use]
    pub fn new() -> Self {
        Self { shell: frame::visitor_shell("Look into your mail") }
    }
}

impl Default for ForgottenSentPage {
    fn default() -> Self {
        Self::new()
    }
}

/// `GET /login/reset`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn form(open: Open, request: HttpRequest, db: web::Data<Db>, post: web::Data<Post>) -> Result<HttpResponse> {
    let (guard, cookie) = open_guard(&open, &request, &db);
    let page = ForgottenPage::new(guard, "", None, post.is_configured());
    entrance(&request, StatusCode::OK, &page, cookie.as_ref())
}

/// `POST /login/reset`: who it is, and whether there is anybody, is looked up after the answer.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn ask(
    open: Open,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    (post, public): (web::Data<Post>, web::Data<Public>),
) -> Result<HttpResponse> {
    form.expect(&["email"], &[])?;
    if !post.is_configured() {
        return Ok(frame::see_other(&request, "/login/reset", None));
    }
    let typed = form.one("email");
    let again = |status, error| {
        let (guard, cookie) = open_guard(&open, &request, &db);
        entrance(&request, status, &ForgottenPage::new(guard, typed, Some(error), true), cookie.as_ref())
    };
    let email = match Email::parse(typed) {
        Ok(email) => email,
        Err(bad) => return again(StatusCode::UNPROCESSABLE_ENTITY, bad.to_string()),
    };
    if let Some(seconds) = asked::throttle(&db, &open.visit, &email).await? {
        let mut response = again(StatusCode::TOO_MANY_REQUESTS, faces::wait(seconds))?;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        return Ok(response);
    }
    let (own, public, origin) = (Db::clone(&db), Public::clone(&public), open.visit.origin.clone());
    let taken = post.take(async move {
        // Nor does the next answer's time tell whether there is something to do for this one.
        let [chance] = own.world().entropy().bytes::<1>();
        tokio::time::sleep(Duration::from_millis(u64::from(chance) * 2)).await;
        let mailed = asked::ask(&own, &origin, &email).await;
        if let Err(error) = &mailed {
            tracing::warn!(cause = %error, "a link that was asked for could not be made");
        }
        mailed.ok().flatten().map(|mailed| letter(mailed, &public)).into_iter().collect()
    });
    if !taken {
        return Err(AppError::TooMany(10));
    }
    Ok(frame::see_other(&request, "/login/reset/sent", None))
}

/// `GET /login/reset/sent`; where no mail is sent, nothing was.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn sent(_: Open, request: HttpRequest, post: web::Data<Post>) -> Result<HttpResponse> {
    if !post.is_configured() {
        return Ok(frame::see_other(&request, "/login/reset", None));
    }
    frame::page(&request, StatusCode::OK, &ForgottenSentPage::new())
}

fn letter(mailed: Mailed, public: &Public) -> Letter {
    let (url, until) = (public.url(), times::in_full(mailed.expires_at));
    Letter {
        subject: "Set a new password for Progreda".to_owned(),
        text: format!(
            "Somebody asked for a new password for this address on Progreda.\n\n\
             Set it here:\n{url}/password-reset?link={}\n\n\
             The link is for you alone. It works once, until {until}; a newer one takes its place.\n\
             If you did not ask for it, do nothing: your password stays as it is.\n",
            mailed.link
        ),
        to: mailed.to,
    }
}
