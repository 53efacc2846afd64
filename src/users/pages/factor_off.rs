//! Turning one's second factor off: by password and code, and only where nothing demands it.

use super::code;
use super::problems_of;
use super::security::{self, Own, listed};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::users::DisableFactor;
use crate::users::commands::factor::Refusal;
use crate::users::commands::factor_off::{self, Disabled};
use crate::users::hashing::Hasher;
use crate::users::store::factor as store;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::session;
use crate::web::shell::{Crumb, Shell};
use crate::web::{faces, frame};
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the page.
#[derive(Debug, Clone, Template)]
#[template(path = "users/factor_off.html")]
pub struct FactorOffPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this session and account.
    pub guard: FormGuard,
    /// Why it cannot be turned off; empty when it can.
    pub barred: String,
    /// Always empty.
    pub password: Field,
    /// Always empty.
    pub code: Field,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

fn barred(demanded: &[String]) -> String {
    match demanded {
        [] => String::new(),
        names => format!("{} demands a second factor, so yours stays on.", listed(names)),
    }
}

fn page(own: &Own<'_>, demanded: &[String], [password, code]: [Option<String>; 2]) -> FactorOffPage {
    let mut shell = frame::shell(own.request, own.db, own.actor, "Turn the second factor off");
    shell.breadcrumb = vec![Crumb::link("Profile", "/profile"), Crumb::link("Security", security::PATH)];
    let password = Field::password("password", "Your password", "current-password").error(password);
    let code = Field { autofocus: false, ..code::field(code) };
    let problems = problems_of(&[&password, &code]);
    shell.has_errors = !problems.is_empty();
    let guard = frame::guard(own.db, own.actor, false);
    FactorOffPage { shell, guard, barred: barred(demanded), password, code, problems }
}

/// `GET /profile/second-factor/off`.
///
/// # Errors
/// Faults of the store.
pub async fn ask(permit: Permit<DisableFactor>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let own = Own::new(&request, &db, permit.actor(), permit.now())?;
    if !own.staff.second_factor {
        return Ok(frame::see_other(&request, security::PATH, None));
    }
    let demanded = store::demanded_by(&mut db.read().await?.on(), &own.staff.user).await?;
    frame::page(&request, StatusCode::OK, &page(&own, &demanded, [None, None]))
}

/// `POST /profile/second-factor/off`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn turn_off(
    permit: Permit<DisableFactor>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    form.expect(&["code"], &[])?;
    let own = Own::new(&request, &db, permit.actor(), permit.now())?;
    let (password, typed) = (form.one("password"), form.one("code"));
    let answer = |status, errors| frame::page(&request, status, &page(&own, &[], errors));
    if !own.staff.second_factor {
        return Ok(frame::see_other(&request, security::PATH, Some(Done::AlreadySo)));
    }
    if password.is_empty() || typed.trim().is_empty() {
        let empty = password.is_empty().then(|| "Enter your password".to_owned());
        let code = typed.trim().is_empty().then(|| code::wrong(""));
        return answer(StatusCode::UNPROCESSABLE_ENTITY, [empty, code]);
    }
    match factor_off::disable(&db, &hasher, &permit, (password, typed), &own.handle()).await? {
        Disabled::Done(epoch) => {
            session::begin_anew(&request.get_session(), permit.now(), epoch)?;
            Ok(frame::see_other(&request, security::PATH, Some(Done::FactorOff)))
        }
        Disabled::AlreadyOff => Ok(frame::see_other(&request, security::PATH, Some(Done::AlreadySo))),
        Disabled::Demanded(names) => frame::page(&request, StatusCode::CONFLICT, &page(&own, &names, [None, None])),
        Disabled::ShortPassword(length) => {
            let why = format!(
                "Your password has {length} characters and cannot stand alone. Change it to one of at least 15 first"
            );
            answer(StatusCode::CONFLICT, [Some(why), None])
        }
        Disabled::Refused(Refusal::WrongPassword) => {
            answer(StatusCode::FORBIDDEN, [Some("That is not your password".to_owned()), None])
        }
        Disabled::Refused(Refusal::WrongCode) => answer(StatusCode::FORBIDDEN, [None, Some(code::wrong(typed))]),
        Disabled::Refused(Refusal::Wait(seconds)) => {
            let mut response = answer(StatusCode::TOO_MANY_REQUESTS, [None, Some(faces::wait(seconds))])?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}
