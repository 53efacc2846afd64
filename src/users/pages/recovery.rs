//! Recovery codes: shown once after they were made, and made anew by password and code.

use super::security;
use super::{code, problems_of};
use crate::authz::{Actor, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::users::commands::factor::{self, Made, Refusal};
use crate::users::hashing::Hasher;
use crate::users::{MakeRecoveryCodes, ViewFactor};
use crate::web::form::FormBody;
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::shell::{Crumb, Shell};
use crate::web::{faces, flash::Done, frame, reveal};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
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

/// View data of the form for new codes.
#[derive(Debug, Clone, Template)]
#[template(path = "users/recovery_new.html")]
pub struct RecoveryNewPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this session and account, and makes it count once.
    pub guard: FormGuard,
    /// Always empty.
    pub password: Field,
    /// Always empty.
    pub code: Field,
    /// What is wrong.
    pub problems: Vec<Problem>,
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

fn form(request: &HttpRequest, db: &Db, actor: &Actor, [password, code]: [Option<String>; 2]) -> RecoveryNewPage {
    let mut shell = shell(request, db, actor, "Make new recovery codes");
    let password = Field::password("password", "Your password", "current-password").error(password);
    let code = Field { autofocus: false, ..code::field(code) };
    let problems = problems_of(&[&password, &code]);
    shell.has_errors = !problems.is_empty();
    RecoveryNewPage { shell, guard: frame::guard(db, actor, true), password, code, problems }
}

/// `GET /profile/recovery-codes/new`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn ask(permit: Permit<MakeRecoveryCodes>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    if !permit.staff().ok_or(AppError::Forbidden)?.second_factor {
        return Ok(frame::see_other(&request, security::PATH, None));
    }
    frame::page(&request, StatusCode::OK, &form(&request, &db, permit.actor(), [None, None]))
}

/// `POST /profile/recovery-codes/new`.
///
/// # Errors
/// [`AppError::Conflict`] without a second factor; faults of the store and of the form.
pub async fn make(
    permit: Permit<MakeRecoveryCodes>,
    sent: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    sent.expect(&["code"], &[])?;
    let key = sent.once_key()?;
    let (password, typed) = (sent.one("password"), sent.one("code"));
    let answer = |status, errors| frame::page(&request, status, &form(&request, &db, permit.actor(), errors));
    if password.is_empty() || typed.trim().is_empty() {
        let empty = password.is_empty().then(|| "Enter your password".to_owned());
        let code = typed.trim().is_empty().then(|| code::wrong(""));
        return answer(StatusCode::UNPROCESSABLE_ENTITY, [empty, code]);
    }
    match factor::make_codes(&db, &hasher, &permit, (password, typed), &key).await? {
        Made::Done => reveal::lead(&request, PATH, &key, None),
        Made::SentBefore => reveal::lead(&request, PATH, &key, Some(Done::SentBefore)),
        Made::Refused(Refusal::WrongPassword) => {
            answer(StatusCode::FORBIDDEN, [Some("That is not your password".to_owned()), None])
        }
        Made::Refused(Refusal::WrongCode) => answer(StatusCode::FORBIDDEN, [None, Some(code::wrong(typed))]),
        Made::Refused(Refusal::Wait(seconds)) => {
            let mut response = answer(StatusCode::TOO_MANY_REQUESTS, [None, Some(faces::wait(seconds))])?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}
