//! Recovery codes: shown once after they were made, and made anew.

use super::security;
use crate::authz::{Actor, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::users::commands::factor;
use crate::users::{MakeRecoveryCodes, ViewFactor};
use crate::web::form::FormBody;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question, QuestionPage};
use crate::web::shell::{Crumb, Shell};
use crate::web::shown::{self, Again, Shown};
use crate::web::{flash::Done, frame, reveal};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use zeroize::Zeroizing;

/// Where new codes are shown.
pub const PATH: &str = "/profile/recovery-codes";

/// View data of the page with the codes.
#[derive(Debug, Template)]
#[template(path = "users/recovery_codes.html")]
pub struct RecoveryPage {
    /// The frame.
    pub shell: Shell,
    /// The codes, one a line, this once.
    pub codes: Option<Zeroizing<String>>,
}

fn shell(request: &HttpRequest, db: &Db, actor: &Actor, title: &str) -> Shell {
    let mut shell = frame::shell(request, db, actor, title);
    shell.breadcrumb = vec![Crumb::link("Profile", "/profile"), Crumb::link("Security", security::PATH)];
    shell
}

/// `GET /profile/recovery-codes`: the codes once; after that, that they were shown.
///
/// # Errors
/// Faults of the store.
pub async fn show(permit: Permit<ViewFactor>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let user = permit.staff().ok_or(AppError::Forbidden)?.user.clone();
    let codes = reveal::take(&db, &permit, &request, user.as_str()).await?;
    let shown = codes.is_some();
    let page = RecoveryPage { shell: shell(&request, &db, permit.actor(), "Your recovery codes"), codes };
    if shown { reveal::page(&request, &page) } else { frame::page(&request, StatusCode::OK, &page) }
}

fn question(request: &HttpRequest, db: &Db, actor: &Actor, shown: &Shown) -> Result<HttpResponse> {
    let problems = shown.problems();
    let mut shell = shell(request, db, actor, "Make new recovery codes");
    shell.has_errors = !problems.is_empty();
    let page = QuestionPage {
        shell,
        back: security::PATH.to_owned(),
        action: format!("{PATH}/new"),
        problems,
        guard: shown::sudo_guard(db, actor, true, shown.again.as_ref()),
        question: Question {
            points: vec![
                Point::new(
                    "key-round",
                    "Ten new codes are shown to you once. Each signs you in once without your phone.",
                ),
                Point::new("x", "The codes before stop working at once, also those that are not used yet."),
            ],
            keep: "Cancel",
            label: "Make new codes",
            kind: "primary",
            sending: "Making codes",
            ..Question::default()
        },
    };
    shown.answer(request, &page)
}

/// `GET /profile/recovery-codes/new`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn ask(pending: Pending<MakeRecoveryCodes>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let staff = pending.actor().staff().ok_or(AppError::Forbidden)?;
    if !staff.second_factor {
        return Ok(frame::see_other(&request, security::PATH, None));
    }
    question(&request, &db, pending.actor(), &Shown::first(Again::opening(&pending)))
}

/// `POST /profile/recovery-codes/new`.
///
/// # Errors
/// [`AppError::Conflict`] without a second factor; faults of the store and of the form.
pub async fn make(
    pending: Pending<MakeRecoveryCodes>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let key = form.once_key()?;
    let actor = pending.actor().clone();
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return question(&request, &db, &actor, &Shown::asked(asked)),
    };
    let first = factor::make_codes(&db, &permit, &key).await?;
    reveal::lead(&request, PATH, &key, (!first).then_some(Done::SentBefore))
}
