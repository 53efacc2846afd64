//! How a form is shown again: what is wrong, whether the password is asked for, and with which status.

use super::parts::{Field, FormGuard, Problem};
use super::permit::{Asked, Pending};
use super::{faces, frame, times};
use crate::authz::{self, Actor, Rule, SUDO_WINDOW, StaffMember};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::world::{Span, Timestamp};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};

/// The hidden fields of a form whose action is marked `SUDO`, with the question for the password where it is needed, and else the
/// time until when it is not.
#[must_use]
pub fn sudo_guard(db: &Db, actor: &Actor, single_use: bool, asks: Option<&Again>) -> FormGuard {
    let Some(staff) = actor.staff() else { return FormGuard::default() };
    let now = db.world().now();
    FormGuard {
        password: asks.map(|again| proof(staff).error(again.error())),
        confirmed: confirmed(staff.authenticated_at, now).unwrap_or_default(),
        ..frame::guard(db, actor, single_use)
    }
}

/// The field in which somebody shows once more who they are: by password, or by a code when they have a second factor.
fn proof(staff: &StaffMember) -> Field {
    let (label, hint) = match staff.second_factor {
        true => ("Your password or a code", "Asked again because the last time is more than 15 minutes ago."),
        false => ("Your password", "Asked again because the last time is more than 15 minutes ago."),
    };
    Field::password("password", label, "current-password").hint(hint)
}

/// `You confirmed who you are at 10:02 UTC; after 10:17 you are asked again.`
fn confirmed(at: Timestamp, now: Timestamp) -> Option<String> {
    let fresh = (Span::millis(0)..SUDO_WINDOW).contains(&now.since(at));
    let (from, until) = (times::clock(at), times::clock(at.plus(SUDO_WINDOW)));
    fresh.then(|| format!("You confirmed who you are at {from} UTC; after {until} you are asked again."))
}

/// A form that asks for the password: when it opens, or after it was sent without the right one.
#[derive(Debug, Clone)]
pub struct Again(Option<Asked>);

impl Again {
    /// For a form that is about to be shown.
    #[must_use]
    pub fn opening<A: authz::Action>(pending: &Pending<A>) -> Option<Self> {
        pending.asks_password().then_some(Self(None))
    }

    /// For a form that was sent.
    #[must_use]
    pub const fn sent(asked: Asked) -> Self {
        Self(Some(asked))
    }

    fn error(&self) -> Option<String> {
        Some(match self.0.as_ref()? {
            Asked::ForPasswordOrCode => "Enter your password or a code to go on".to_owned(),
            Asked::ForPassword => "Enter your password to go on".to_owned(),
            Asked::WrongPassword => "That is not your password".to_owned(),
            Asked::WrongCode => "That code is not right, or it was used already".to_owned(),
            Asked::TooMany(seconds) => faces::wait(*seconds),
        })
    }

    /// The line of the error summary, when there is something wrong.
    #[must_use]
    pub fn problem(&self) -> Option<Problem> {
        self.error().map(|text| Problem { field_id: "password".to_owned(), text })
    }

    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self.0 {
            None => StatusCode::OK,
            Some(Asked::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
            Some(_) => StatusCode::FORBIDDEN,
        }
    }

    /// The answer, with how long to wait where that is known.
    pub fn answer(&self, mut response: HttpResponse) -> HttpResponse {
        if let Some(Asked::TooMany(seconds)) = self.0 {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// How a form is shown again: what is wrong and with which status.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The question for the password.
    pub again: Option<Again>,
    /// What else is wrong.
    pub problem: Option<Problem>,
    /// The answer's status.
    pub status: StatusCode,
}

impl Shown {
    /// For the first time.
    #[must_use]
    pub fn first(again: Option<Again>) -> Self {
        Self { again, problem: None, status: StatusCode::OK }
    }

    /// Because the password is needed.
    #[must_use]
    pub fn asked(asked: Asked) -> Self {
        Self::again(Again::sent(asked))
    }

    /// With the question for the password.
    #[must_use]
    pub const fn again(again: Again) -> Self {
        Self { status: again.status(), problem: None, again: Some(again) }
    }

    /// Because it does not fit what is there now: somebody else was faster, or a rule forbids it.
    #[must_use]
    pub fn conflict(text: impl Into<String>) -> Self {
        let problem = Problem { field_id: "main".to_owned(), text: text.into() };
        Self { again: None, problem: Some(problem), status: StatusCode::CONFLICT }
    }

    /// Because a rule of giving and taking permissions forbids it.
    #[must_use]
    pub fn forbidden(rule: Rule) -> Self {
        Self { status: AppError::Rule(rule).status(), ..Self::conflict(rule.to_string()) }
    }

    /// Because a field is wrong.
    #[must_use]
    pub fn wrong(field: &str, text: impl Into<String>) -> Self {
        let problem = Problem { field_id: field.to_owned(), text: text.into() };
        Self { again: None, problem: Some(problem), status: StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// The lines of the error summary.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        self.problem.clone().into_iter().chain(self.again_problem()).collect()
    }

    /// The line about the password alone, for a page whose fields tell the rest.
    #[must_use]
    pub fn again_problem(&self) -> Option<Problem> {
        self.again.as_ref().and_then(Again::problem)
    }

    /// Answers with the page.
    ///
    /// # Errors
    /// When it cannot be rendered.
    pub fn answer(&self, request: &HttpRequest, page: &impl askama::Template) -> Result<HttpResponse> {
        let response = frame::page(request, self.status, page)?;
        Ok(match &self.again {
            Some(again) => again.answer(response),
            None => response,
        })
    }
}
