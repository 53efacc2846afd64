//! Somebody who asks for one of these pages: the frame they see, the forms they get, and what they are answered.

use super::LIST;
use crate::authz::{self, Actor, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::IntegrationId;
use crate::integrations::EditIntegration;
use crate::integrations::commands::Trouble;
use crate::integrations::store::{self, Integration};
use crate::web::parts::FormGuard;
use crate::web::permit::Pending;
use crate::web::shell::{Crumb, Shell};
use crate::web::shown::{self, Again, Shown};
use crate::web::{flash, frame};
use crate::world::Timestamp;
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
        shown::sudo_guard(self.db, &self.actor, single_use, asks)
    }

    /// Leads on, saying what was done.
    pub fn lead(&self, to: &str, done: flash::Done) -> HttpResponse {
        frame::see_other(self.request, to, Some(done))
    }
}

/// A form shown again because somebody else changed the integration.
#[must_use]
pub fn stale() -> Shown {
    Shown::conflict(STALE)
}

/// A form shown again because it was sent before and said something else; it made the integration of this name.
#[must_use]
pub fn already_sent(made: &str) -> Shown {
    Shown::conflict(sent_before(made))
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
