//! Somebody who asks for one of these pages: the frame they see, the forms they get, and what they are answered.

use super::LIST;
use crate::authz::{self, Actor, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::IntegrationId;
use crate::integrations::EditIntegration;
use crate::integrations::commands::Trouble;
use crate::integrations::store::{self, Integration};
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::{Asked, Pending};
use crate::web::shell::{Crumb, Shell};
use crate::web::{faces, flash, frame};
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse};

/// What somebody else's change is called where a form was about the version before.
pub const STALE: &str = "This integration was changed while the page was open. Look at it again, then go on";

/// One request for a page.
pub struct Asking<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// The store.
    pub db: &'a Db,
    /// Who asks.
    pub actor: Actor,
    /// The instant of the request.
    pub now: Timestamp,
}

impl<'a> Asking<'a> {
    /// With a permit in hand.
    pub fn with<A>(permit: &Permit<A>, request: &'a HttpRequest, db: &'a Db) -> Self {
        Self { request, db, actor: permit.actor().clone(), now: permit.now() }
    }

    /// At the door of an action that may ask for the password.
    pub fn at<A: authz::Action>(pending: &Pending<A>, request: &'a HttpRequest, db: &'a Db) -> Self {
        Self { request, db, actor: pending.actor().clone(), now: pending.visit().now }
    }

    /// Whether controls that change something are shown.
    pub fn may_manage(&self) -> bool {
        authz::may::<EditIntegration>(&self.actor)
    }

    /// The integration with this id in the open account.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for an id of another account or of no possible form.
    pub async fn find(&self, id: &str) -> Result<Integration> {
        let id: IntegrationId = id.parse().map_err(|_| AppError::NotFound)?;
        let mut reader = self.db.read().await?;
        store::find(&mut reader.on(), &self.actor.account().id, &id).await?.ok_or(AppError::NotFound)
    }

    /// The frame of a page below the list.
    pub fn shell(&self, title: impl Into<String>) -> Shell {
        let mut shell = frame::shell(self.request, self.db, &self.actor, title);
        shell.breadcrumb = frame::settings_crumbs(Some(("Private Integrations", LIST)));
        shell
    }

    /// The frame of a page below an integration's.
    pub fn shell_of(&self, of: &Integration, title: impl Into<String>) -> Shell {
        let mut shell = self.shell(title);
        shell.breadcrumb.push(Crumb::link(&of.name, address(of)));
        shell
    }

    /// The hidden fields of a form.
    pub fn guard(&self, single_use: bool) -> FormGuard {
        frame::guard(self.db, &self.actor, single_use)
    }

    /// The hidden fields of a form whose action is marked `SUDO`.
    pub fn sudo_guard(&self, single_use: bool, asks: Option<&Again>) -> FormGuard {
        let password = asks.map(|again| {
            let field = Field::password("password", "Your password", "current-password");
            let field = field.hint("You signed in more than 15 minutes ago.");
            field.error(again.error())
        });
        FormGuard { password, ..self.guard(single_use) }
    }

    /// Leads on, saying what was done.
    pub fn lead(&self, to: &str, done: flash::Done) -> HttpResponse {
        frame::see_other(self.request, to, Some(done))
    }
}

/// A form that asks for the password: when it opens, or after it was sent without the right one.
#[derive(Debug, Clone)]
pub struct Again(Option<Asked>);

impl Again {
    /// For a form that is about to be shown.
    pub fn opening<A: authz::Action>(pending: &Pending<A>) -> Option<Self> {
        pending.asks_password().then_some(Self(None))
    }

    /// For a form that was sent.
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
    pub fn problem(&self) -> Option<Problem> {
        self.error().map(|text| Problem { field_id: "password".to_owned(), text })
    }

    /// The status of the answer.
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
    pub fn first(again: Option<Again>) -> Self {
        Self { again, problem: None, status: StatusCode::OK }
    }

    /// Because the password is needed.
    pub fn asked(asked: Asked) -> Self {
        Self::again(Again::sent(asked))
    }

    /// With the question for the password.
    pub const fn again(again: Again) -> Self {
        Self { status: again.status(), problem: None, again: Some(again) }
    }

    /// Because somebody else changed the integration.
    pub fn stale() -> Self {
        let problem = Problem { field_id: "main".to_owned(), text: STALE.to_owned() };
        Self { again: None, problem: Some(problem), status: StatusCode::CONFLICT }
    }

    /// Because a field is wrong.
    pub fn wrong(field: &str, text: impl Into<String>) -> Self {
        let problem = Problem { field_id: field.to_owned(), text: text.into() };
        Self { again: None, problem: Some(problem), status: StatusCode::UNPROCESSABLE_ENTITY }
    }

    /// Because the form was sent before and said something else; it made the integration of this name.
    pub fn sent_before(made: &str) -> Self {
        let problem = Problem { field_id: "main".to_owned(), text: sent_before(made) };
        Self { again: None, problem: Some(problem), status: StatusCode::CONFLICT }
    }

    /// The lines of the error summary.
    pub fn problems(&self) -> Vec<Problem> {
        let password = self.again.as_ref().and_then(Again::problem);
        self.problem.clone().into_iter().chain(password).collect()
    }

    /// Answers with the page.
    ///
    /// # Errors
    /// When it cannot be rendered.
    pub fn answer(&self, asking: &Asking<'_>, page: &impl askama::Template) -> Result<HttpResponse> {
        let response = frame::page(asking.request, self.status, page)?;
        Ok(match &self.again {
            Some(again) => again.answer(response),
            None => response,
        })
    }
}

/// The page of an integration.
#[must_use]
pub fn address(of: &Integration) -> String {
    format!("{LIST}/{}", of.id)
}

/// The version that a form names.
///
/// # Errors
/// [`AppError::Malformed`].
pub fn version(text: &str) -> Result<i64> {
    text.parse().map_err(|_| AppError::Malformed("The form does not say which version it is about."))
}

fn sent_before(made: &str) -> String {
    format!("This form was already sent: it made “{made}”. Nothing new was made")
}

/// What is answered when a step was not possible and the form cannot help.
pub fn failure(trouble: Trouble) -> AppError {
    match trouble {
        Trouble::NotFound => AppError::NotFound,
        Trouble::App(error) => error,
        Trouble::Refused(refused) => AppError::Conflict(refused.to_string()),
        Trouble::NameTaken => AppError::Conflict("Another integration has this name.".to_owned()),
        Trouble::SentBefore(made) => AppError::Conflict(format!("{}.", sent_before(&made))),
        Trouble::Unconfirmed => AppError::Forbidden,
        Trouble::Stale(_) => AppError::Conflict(format!("{STALE}.")),
    }
}
