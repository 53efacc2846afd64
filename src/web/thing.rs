//! One thing of the open account that has a page: who asks about it, in which frame, and what is answered after a step was tried.

use super::flash::Done;
use super::parts::FormGuard;
use super::permit::Pending;
use super::question::{Question, QuestionPage};
use super::shell::{Crumb, Shell};
use super::shown::{self, Again, Shown};
use super::{flash, frame};
use crate::authz::{self, Action, Actor, Permit};
use crate::db::{Db, DbError, On};
use crate::error::{AppError, Result};
use crate::ids::AccountId;
use crate::world::Timestamp;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use std::fmt::Display;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::str::FromStr;

/// A kind of thing: it has a list, each has a page below it, and each change makes a new version.
pub trait Thing: Sized {
    /// Its id.
    type Id: FromStr + Display;
    /// Why its state does not allow a step.
    type Refused: Display + PartialEq;

    /// The list's address.
    const LIST: &'static str;
    /// What somebody else's change is called where a form was about the version before; a sentence without its full stop.
    const STALE: &'static str;

    /// The parents of a page below the list.
    fn above() -> Vec<Crumb>;
    /// Its id.
    fn id(&self) -> &Self::Id;
    /// What it is called in titles.
    fn name(&self) -> String;
    /// The version that a form about it names.
    fn version(&self) -> i64;
    /// The one with this id in this account.
    ///
    /// # Errors
    /// What the engine says.
    fn find(
        on: &mut On<'_>,
        account: &AccountId,
        id: &Self::Id,
    ) -> impl Future<Output = std::result::Result<Option<Self>, DbError>>;

    /// Its page.
    fn address(&self) -> String {
        format!("{}/{}", Self::LIST, self.id())
    }
}

/// Why a step changed nothing.
#[derive(Debug)]
pub enum Unable<T: Thing> {
    /// Somebody else was faster; what it is now.
    Stale(Box<T>),
    /// Its state does not allow the step.
    Refused(T::Refused),
    /// Anything else.
    Other(AppError),
}

impl<T: Thing> From<Unable<T>> for AppError {
    fn from(unable: Unable<T>) -> Self {
        match unable {
            Unable::Stale(_) => Self::Conflict(format!("{}.", T::STALE)),
            Unable::Refused(refused) => Self::Conflict(refused.to_string()),
            Unable::Other(error) => error,
        }
    }
}

/// What a step is for.
pub struct Wish<T: Thing> {
    /// What is said when it was done.
    pub done: Done,
    /// The refusal that means that it was so before.
    pub so: T::Refused,
    /// Whether it is so, now that somebody else was faster.
    pub is_so: fn(&T) -> bool,
}

/// What the handlers of a thing's pages need besides permit and form.
#[derive(Debug, Clone)]
pub struct At {
    /// The request; its address names the thing.
    pub request: HttpRequest,
    /// The store.
    pub db: web::Data<Db>,
}

impl At {
    /// A part of the address: `id`, and what else the route names; empty when it has none.
    #[must_use]
    pub fn part(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }
}

impl FromRequest for At {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let db = request.app_data::<web::Data<Db>>().cloned();
        let at = db.map(|db| Self { request: request.clone(), db });
        ready(at.ok_or_else(|| AppError::internal("the app has no store")))
    }
}

/// One request for a page of a `T`.
pub struct Asking<'a, T> {
    /// The request.
    pub request: &'a HttpRequest,
    /// The store.
    pub db: &'a Db,
    /// Who asks.
    pub actor: Actor,
    /// The instant of the request.
    pub now: Timestamp,
    // Whether it takes a fresh password.
    sudo: bool,
    kind: PhantomData<fn() -> T>,
}

impl<'a, T: Thing> Asking<'a, T> {
    /// With a permit in hand.
    #[must_use]
    pub fn with<A: Action>(permit: &Permit<A>, at: &'a At) -> Self {
        Self::new::<A>(permit.actor(), permit.now(), at)
    }

    /// At the door of an action that may ask for the password.
    #[must_use]
    pub fn at<A: Action>(pending: &Pending<A>, at: &'a At) -> Self {
        Self::new::<A>(pending.actor(), pending.visit().now, at)
    }

    fn new<A: Action>(actor: &Actor, now: Timestamp, at: &'a At) -> Self {
        Self { request: &at.request, db: &at.db, actor: actor.clone(), now, sudo: A::SUDO, kind: PhantomData }
    }

    /// Whether they may do `A`, so that its controls are shown.
    #[must_use]
    pub fn may<A: Action>(&self) -> bool {
        authz::may::<A>(&self.actor)
    }

    /// The thing in the open account that the address names.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also for an id of another account, of one that is gone, or of no possible form.
    pub async fn find(&self) -> Result<T> {
        self.find_by(self.request.match_info().get("id").unwrap_or_default()).await
    }

    /// The thing with this id in the open account.
    ///
    /// # Errors
    /// As [`Asking::find`].
    pub async fn find_by(&self, id: &str) -> Result<T> {
        let id: T::Id = id.parse().map_err(|_| AppError::NotFound)?;
        let mut reader = self.db.read().await?;
        T::find(&mut reader.on(), &self.actor.account().id, &id).await?.ok_or(AppError::NotFound)
    }

    /// The frame of a page below the list.
    pub fn shell(&self, title: impl Into<String>) -> Shell {
        let mut shell = frame::shell(self.request, self.db, &self.actor, title);
        shell.breadcrumb = T::above();
        shell
    }

    /// The frame of a page below the thing's.
    pub fn shell_of(&self, of: &T, title: impl Into<String>) -> Shell {
        let mut shell = self.shell(title);
        shell.breadcrumb.push(Crumb::link(&of.name(), of.address()));
        shell
    }

    /// The hidden fields of a form.
    #[must_use]
    pub fn guard(&self, single_use: bool) -> FormGuard {
        frame::guard(self.db, &self.actor, single_use)
    }

    /// The hidden fields of a form whose action is marked `SUDO`.
    #[must_use]
    pub fn sudo_guard(&self, single_use: bool, asks: Option<&Again>) -> FormGuard {
        shown::sudo_guard(self.db, &self.actor, single_use, asks)
    }

    /// Leads on, saying what was done.
    #[must_use]
    pub fn lead(&self, to: &str, done: flash::Done) -> HttpResponse {
        frame::see_other(self.request, to, Some(done))
    }

    /// Asks `question` about `of`: `title` and its name are the page's title, the answer goes to `path` below its address.
    ///
    /// # Errors
    /// When the page cannot be rendered.
    pub fn ask(
        &self,
        of: &T,
        (title, path): (&str, &str),
        mut question: Question,
        shown: &Shown,
    ) -> Result<HttpResponse> {
        let problems = shown.problems();
        let mut shell = self.shell_of(of, format!("{title} {}", of.name()));
        shell.has_errors = !problems.is_empty();
        question.hidden.push(("version", of.version().to_string()));
        let page = QuestionPage {
            shell,
            back: of.address(),
            action: format!("{}/{path}", of.address()),
            problems,
            guard: if self.sudo { self.sudo_guard(false, shown.again.as_ref()) } else { self.guard(false) },
            question,
        };
        shown.answer(self.request, &page)
    }

    /// Leads to the thing's page after a step was done, or when it is so already.
    ///
    /// # Errors
    /// Why it is not so.
    pub fn answer(
        &self,
        of: &T,
        tried: std::result::Result<(), impl Into<Unable<T>>>,
        wish: &Wish<T>,
    ) -> std::result::Result<HttpResponse, Unable<T>> {
        let done = match tried.map_err(Into::into) {
            Ok(()) => wish.done,
            Err(Unable::Stale(now)) if (wish.is_so)(&now) => Done::AlreadySo,
            Err(Unable::Refused(refused)) if refused == wish.so => Done::AlreadySo,
            Err(other) => return Err(other),
        };
        Ok(self.lead(&of.address(), done))
    }
}

/// A form shown again because somebody else changed the thing that it is about.
#[must_use]
pub fn stale<T: Thing>() -> Shown {
    Shown::conflict(T::STALE)
}
