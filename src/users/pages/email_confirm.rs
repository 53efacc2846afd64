//! The page behind the link to a new address.

use super::dead_link::{self, DeadLinkPage};
use super::{code, entrance, open_guard, problems_of};
use crate::authz::Actor;
use crate::db::Db;
use crate::error::Result;
use crate::ids::UserId;
use crate::users::commands::address;
use crate::users::commands::joining::{self, Proof};
use crate::users::hashing::Hasher;
use crate::users::model::Email;
use crate::users::store::addresses::Wanted;
use crate::web::flash::Done;
use crate::web::form::{FormBody, Query};
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::Open;
use crate::web::shell::Shell;
use crate::web::{faces, frame, refusal};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the page.
#[derive(Debug, Template)]
#[template(path = "users/email_confirm.html")]
pub struct EmailConfirmPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this browser or session.
    pub guard: FormGuard,
    /// The link's secret.
    pub link: String,
    /// The address one signs in with.
    pub present: String,
    /// The new one.
    pub new: String,
    /// The password, unless the person is signed in; always empty.
    pub password: Option<Field>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

struct Confirming<'a> {
    open: &'a Open,
    request: &'a HttpRequest,
    db: &'a Db,
    link: &'a str,
    found: Wanted,
}

impl Confirming<'_> {
    /// Who is signed in: nobody, the person of the link, or (the inner error) the name of somebody else.
    fn signed_in(&self) -> std::result::Result<Option<UserId>, String> {
        match self.open.actor.as_ref().and_then(Actor::staff) {
            None => Ok(None),
            Some(staff) if staff.user.as_str() == self.found.user_id => Ok(Some(staff.user.clone())),
            Some(staff) => Err(staff.name.clone()),
        }
    }

    fn show(&self, status: StatusCode, error: Option<String>) -> Result<HttpResponse> {
        let asks = match self.signed_in() {
            Err(name) => {
                return dead_link::answer(self.request, (StatusCode::FORBIDDEN, DeadLinkPage::of_another(&name)));
            }
            Ok(known) => known.is_none(),
        };
        let (guard, cookie) = open_guard(self.open, self.request, self.db);
        let field = Field::password("password", "Your password", "current-password").error(error);
        let problems = problems_of(&[&field]);
        let mut shell = frame::visitor_shell("Confirm your new address");
        shell.has_errors = !problems.is_empty();
        let page = EmailConfirmPage {
            shell,
            guard,
            link: self.link.to_owned(),
            present: self.found.present.clone(),
            new: self.found.email.clone(),
            password: asks.then_some(field),
            problems,
        };
        entrance(self.request, status, &page, cookie.as_ref())
    }
}

/// `GET /email-change?link=…`.
///
/// # Errors
/// Faults of the store.
pub async fn open(open: Open, request: HttpRequest, query: Query, db: web::Data<Db>) -> Result<HttpResponse> {
    let link = query.one("link");
    match address::look_up(&db, open.visit.now, link).await? {
        Ok(found) => {
            let confirming = Confirming { open: &open, request: &request, db: &db, link, found };
            confirming.show(StatusCode::OK, None)
        }
        Err(dead) => dead_link::answer(&request, DeadLinkPage::of_address(&dead)),
    }
}

/// `POST /email-change`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn confirm(
    open: Open,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    form.expect(&["link"], &[])?;
    let link = form.one("link");
    let found = match address::look_up(&db, open.visit.now, link).await? {
        Ok(found) => found,
        Err(dead) => return dead_link::answer(&request, DeadLinkPage::of_address(&dead)),
    };
    let confirming = Confirming { open: &open, request: &request, db: &db, link, found };
    let (user, next) = match confirming.signed_in() {
        Err(_) => return confirming.show(StatusCode::FORBIDDEN, None),
        Ok(Some(user)) => (user, "/profile/email"),
        Ok(None) => match proven(&confirming, &hasher, form.one("password")).await? {
            Ok(user) => (user, "/login"),
            Err(answer) => return Ok(answer),
        },
    };
    match address::confirm(&db, &open.visit, &user, link).await? {
        Ok(()) => Ok(frame::see_other(&request, next, Some(Done::EmailChanged))),
        Err(dead) => dead_link::answer(&request, DeadLinkPage::of_address(&dead)),
    }
}

/// The person of the link, if the password is theirs; else the page again.
async fn proven(
    confirming: &Confirming<'_>,
    hasher: &Hasher,
    password: &str,
) -> Result<std::result::Result<UserId, HttpResponse>> {
    if password.is_empty() {
        let answer = confirming.show(StatusCode::UNPROCESSABLE_ENTITY, Some("Enter your password".to_owned()));
        return answer.map(Err);
    }
    let wrong = || confirming.show(StatusCode::UNAUTHORIZED, Some("That is not your password".to_owned()));
    let Ok(email) = Email::parse(&confirming.found.present) else { return wrong().map(Err) };
    let refusals = refusal::notes(confirming.request)?;
    match joining::prove(confirming.db, hasher, &refusals, &confirming.open.visit, &email, password).await? {
        Proof::Right { user, .. } if user.as_str() == confirming.found.user_id => Ok(Ok(user)),
        Proof::Right { .. } | Proof::Wrong => wrong().map(Err),
        // Signed in with the code, they come back here.
        Proof::HalfWay(key) => {
            let back = code::address(&format!("/email-change?link={}", confirming.link));
            code::lead(confirming.request, &back, &key).map(Err)
        }
        Proof::Wait(seconds) => {
            let mut answer = confirming.show(StatusCode::TOO_MANY_REQUESTS, Some(faces::wait(seconds)))?;
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(Err(answer))
        }
    }
}
