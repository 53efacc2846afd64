//! How a form is shown again: what is wrong, whether the password is asked for, and with which status.

use super::parts::{Field, FormGuard, Problem};
use super::permit::{Asked, Pending};
use super::{faces, frame};
use crate::authz::{self, Actor, Rule};
use crate::db::Db;
use crate::error::{AppError, Result};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};

/// The hidden fields of a form whose action is marked `SUDO`, with the question for the password where it is needed.
#[must_use]
pub fn sudo_guard(db: &Db, actor: &Actor, single_use: bool, asks: Option<&Again>) -> FormGuard {
    let password = asks.map(|again| {
        let field = Field::password("password", "Your password", "current-password");
        let field = field.hint("You signed in more than 15 minutes ago.");
        field.error(again.error())
    });
    FormGuard { password, ..frame::guard(db, actor, single_use) }
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
            Asked::ForPassword => "Enter your password to go on".to_owned(),
            Asked::WrongPassword => "That is not your password".to_owned(),
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
