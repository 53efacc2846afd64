//! Somebody who asks for one of these pages: whom it is about, what they may change there, and what they are answered.

use super::LIST;
use crate::audit;
use crate::authz::{self, Actor, Permit, Rule, StaffMember, rules};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::StaffId;
use crate::roles::{Rights, rights_of};
use crate::staff::commands::person::Trouble;
use crate::web::parts::FormGuard;
use crate::web::permit::Pending;
use crate::web::shell::{Crumb, Shell};
use crate::web::shown::{self, Again};
use crate::web::{flash, frame, times};
use crate::world::Timestamp;
use actix_web::{HttpRequest, HttpResponse};

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

    /// Who asks.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when it is no person.
    pub fn own(&self) -> Result<&StaffMember> {
        self.actor.staff().map(AsRef::as_ref).ok_or(AppError::Forbidden)
    }

    /// The member with this id of the open account.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for an id of another account or of no possible form.
    pub async fn find(&self, id: &str) -> Result<Rights> {
        let id: StaffId = id.parse().map_err(|_| AppError::NotFound)?;
        let mut reader = self.db.read().await?;
        rights_of(&mut reader.on(), &self.actor.account().id, &id).await?.ok_or(AppError::NotFound)
    }

    /// Whether whoever asks may change what `of` may do, as far as it depends on what both hold.
    ///
    /// # Errors
    /// [`Rule::Oneself`], [`Rule::HoldsMore`].
    pub fn may_touch(&self, of: &Rights) -> Result<(), Rule> {
        match self.actor.staff() {
            Some(own) if own.id == of.staff => Err(Rule::Oneself),
            Some(own) => rules::touch(own.permissions, of.effective()),
            None => Ok(()),
        }
    }

    /// The frame of a page below the list.
    pub fn shell(&self, title: impl Into<String>) -> Shell {
        let mut shell = frame::shell(self.request, self.db, &self.actor, title);
        shell.breadcrumb = vec![Crumb::area("Settings"), Crumb::area("Team"), Crumb::link("My Staff", LIST)];
        shell
    }

    /// The hidden fields of a form whose action is marked `SUDO`.
    pub fn sudo_guard(&self, asks: Option<&Again>) -> FormGuard {
        shown::sudo_guard(self.db, &self.actor, false, asks)
    }

    /// Leads on, saying what was done.
    pub fn lead(&self, to: &str, done: flash::Done) -> HttpResponse {
        frame::see_other(self.request, to, Some(done))
    }

    /// Who was faster: the newest event of this person, in words.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn who_was_faster(&self, of: &Rights) -> Result<String> {
        let mut reader = self.db.read().await?;
        let (events, _) = audit::history(&mut reader.on(), &self.actor.account().id, of.staff.as_str(), 1).await?;
        Ok(events.first().map_or_else(
            || format!("Somebody else changed what is saved about {}", of.name),
            |event| format!("{} changed {} {}", event.actor_name, of.name, times::ago(event.at, self.now).text),
        ))
    }
}

/// The page of a person.
#[must_use]
pub fn address(of: &Rights) -> String {
    format!("{LIST}/{}", of.staff)
}

/// The version that a form names.
///
/// # Errors
/// [`AppError::Malformed`].
pub fn version(text: &str) -> Result<i64> {
    text.parse().map_err(|_| AppError::Malformed("The form does not say which version it is about."))
}

/// What is answered when a change was not possible and the form cannot help.
pub fn failure(trouble: Trouble) -> AppError {
    match trouble {
        Trouble::App(error) => error,
        Trouble::NotOnlyHere => AppError::Conflict(
            "This person belongs to other accounts too, so only they change their name. Nothing was changed."
                .to_owned(),
        ),
        Trouble::Stale(_) => {
            AppError::Conflict("This person was changed meanwhile. Look at them again, then go on.".to_owned())
        }
    }
}
