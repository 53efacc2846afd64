//! Somebody who asks for one of these pages: what they may do, the frame they see, and what they are answered.

use super::PATH;
use crate::audit;
use crate::authz::{Action, Actor, Permit, StaffMember};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::RoleId;
use crate::roles::commands::{Trouble, role_id};
use crate::roles::model::{Board, Role, Viewer};
use crate::roles::store;
use crate::web::flash::Done;
use crate::web::frame;
use crate::web::permit::Pending;
use crate::web::shell::{Crumb, Shell};
use crate::web::times;
use crate::world::Timestamp;
use actix_web::{HttpRequest, HttpResponse};
use std::sync::Arc;

/// One request for a page.
pub struct Asking<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// The store.
    pub db: &'a Db,
    /// Who asks.
    pub actor: Actor,
    staff: Arc<StaffMember>,
    now: Timestamp,
}

impl<'a> Asking<'a> {
    fn new(actor: &Actor, now: Timestamp, request: &'a HttpRequest, db: &'a Db) -> Result<Self> {
        let staff = Arc::clone(actor.staff().ok_or(AppError::Forbidden)?);
        Ok(Self { request, db, actor: actor.clone(), staff, now })
    }

    /// With a permit in hand.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for anybody but a person.
    pub fn with<A>(permit: &Permit<A>, request: &'a HttpRequest, db: &'a Db) -> Result<Self> {
        Self::new(permit.actor(), permit.now(), request, db)
    }

    /// At the door of an action that may ask for the password.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for anybody but a person.
    pub fn at<A: Action>(pending: &Pending<A>, request: &'a HttpRequest, db: &'a Db) -> Result<Self> {
        Self::new(pending.actor(), pending.visit().now, request, db)
    }

    /// What they hold, and their own place.
    pub fn viewer(&self) -> Viewer {
        let place = Some((self.staff.id.clone(), self.staff.role_id.clone()));
        Viewer { holds: self.staff.permissions, place }
    }

    /// The roles of the open account as they are now.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn board(&self) -> Result<Board> {
        Ok(store::board(&mut self.db.read().await?.on(), &self.staff.account.id).await?)
    }

    /// Who changed or deleted the role last, and when, as the beginning of a sentence; nothing when nobody did.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn last_change(&self, role: &RoleId) -> Result<Option<LastChange>> {
        let mut reader = self.db.read().await?;
        let (events, _) = audit::history(&mut reader.on(), &self.staff.account.id, role.as_str(), 1).await?;
        Ok(events.into_iter().next().map(|event| LastChange {
            when: times::ago(event.at, self.now).text,
            who: event.actor_name,
            deleted: (event.action == "role.deleted").then(|| {
                event.details.pointer("/before/name").and_then(serde_json::Value::as_str).unwrap_or("a role").to_owned()
            }),
        }))
    }

    /// The frame of the matrix.
    pub fn shell(&self, title: impl Into<String>) -> Shell {
        let mut shell = frame::shell(self.request, self.db, &self.actor, title);
        shell.breadcrumb = vec![Crumb::area("Settings"), Crumb::area("Team")];
        shell
    }

    /// The frame of a page below it.
    pub fn shell_below(&self, title: impl Into<String>) -> Shell {
        let mut shell = self.shell(title);
        shell.breadcrumb.push(Crumb::link("Roles & Permissions", PATH));
        shell
    }

    /// Leads to the matrix, saying what was done.
    pub fn lead(&self, done: Done) -> HttpResponse {
        frame::see_other(self.request, PATH, Some(done))
    }
}

/// What happened to a role last.
pub struct LastChange {
    /// By whom.
    pub who: String,
    /// How long ago.
    pub when: String,
    /// The name it had, when it was deleted.
    pub deleted: Option<String>,
}

/// The role of `board` that an address names.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn role_of<'a>(board: &'a Board, text: &str) -> Result<&'a Role> {
    board.role(&role_id(text)?).ok_or(AppError::NotFound)
}

/// The number that a form names: a version, or how many.
///
/// # Errors
/// [`AppError::Malformed`].
pub fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| AppError::Malformed("The form does not say what it is about."))
}

/// What is answered when the form cannot help.
pub fn failure(trouble: Trouble) -> AppError {
    match trouble {
        Trouble::App(error) => error,
        Trouble::Moved => AppError::Conflict("The role was changed while the page was open.".to_owned()),
        Trouble::Name(bad) => AppError::Conflict(format!("{bad}.")),
        Trouble::SentBefore => {
            AppError::Conflict("This form was sent before and said something else then. Open it anew.".to_owned())
        }
        Trouble::NoHeir => AppError::Conflict("Nobody said which role its people get.".to_owned()),
    }
}
