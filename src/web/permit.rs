//! How a handler gets its permit: synchronously, before any other argument, from who is asking.

use super::actor::{Asking, Visit};
use super::form::FormBody;
use super::reauth;
use crate::authz::{self, Action, Actor, Denied, Permit, TokenNeeds};
use crate::error::{AppError, Result};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use std::future::{Ready, ready};
use std::marker::PhantomData;

/// A door open to everyone; carries what is known of the visit.
#[derive(Debug, Clone)]
pub struct Open {
    /// When and from where.
    pub visit: Visit,
    /// The signed-in person, if there is one.
    pub actor: Option<Actor>,
}

impl FromRequest for Open {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = match asking(request) {
            Ok(Asking::Actor(actor)) => Some(actor),
            _ => None,
        };
        ready(visit(request).map(|visit| Self { visit, actor }))
    }
}

impl<A: Action> FromRequest for Permit<A> {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(decide::<A>(request).and_then(|decided| decided.map_err(AppError::from)))
    }
}

/// The door of an action marked `SUDO`: the actor may do it, but the password may have to be given once more first.
pub struct Pending<A> {
    actor: Actor,
    visit: Visit,
    fresh: Option<Permit<A>>,
    request: HttpRequest,
    action: PhantomData<fn() -> A>,
}

/// Why a [`Pending`] action did not get its permit: the form is shown again, asking for the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// No password was given.
    ForPassword,
    /// Nor a code, by somebody who has a second factor.
    ForPasswordOrCode,
    /// A wrong one was.
    WrongPassword,
    /// A wrong code was, or one that was used already.
    WrongCode,
    /// Too many wrong ones; seconds to wait.
    TooMany(u32),
}

impl<A: Action> Pending<A> {
    /// Who asks.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// When and from where.
    #[must_use]
    pub fn visit(&self) -> &Visit {
        &self.visit
    }

    /// Whether the form must ask for the password.
    #[must_use]
    pub fn asks_password(&self) -> bool {
        self.fresh.is_none()
    }

    /// The permit: at once while the sign-in is fresh, else for the right password, or a code of the second factor, in the
    /// form's `password` field.
    ///
    /// # Errors
    /// Faults of the store. The inner error says what to ask for; nothing was changed then.
    pub async fn confirm(self, form: &FormBody) -> Result<Result<Permit<A>, Asked>> {
        if let Some(permit) = self.fresh {
            return Ok(Ok(permit));
        }
        let Some(staff) = self.actor.staff() else { return Err(AppError::Forbidden) };
        match reauth::check(&self.request, staff, &self.visit, form.one("password")).await? {
            Ok(staff) => {
                let actor = Actor::Staff(staff);
                Ok(Ok(authz::decide(&actor, self.visit.now, &self.visit.origin)?))
            }
            Err(asked) => Ok(Err(asked)),
        }
    }
}

impl<A: Action> FromRequest for Pending<A> {
    type Error = AppError;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready((|| {
            let fresh = match decide::<A>(request)? {
                Ok(permit) => Some(permit),
                Err(Denied::Stale) => None,
                Err(denied) => return Err(denied.into()),
            };
            let Asking::Actor(actor) = asking(request)? else { return Err(AppError::SignedOut) };
            Ok(Self { actor, visit: visit(request)?, fresh, request: request.clone(), action: PhantomData })
        })())
    }
}

/// The scope that a route of API v2 needs; usage is counted by it.
#[derive(Debug, Clone, Copy)]
pub struct UsedScope(pub &'static str);

fn decide<A: Action>(request: &HttpRequest) -> Result<Result<Permit<A>, Denied>> {
    if let TokenNeeds::Needs(scope) = A::SCOPE {
        request.extensions_mut().insert(UsedScope(scope));
    }
    let extensions = request.extensions();
    let (Some(visit), Some(asking)) = (extensions.get::<Visit>(), extensions.get::<Asking>()) else {
        return Err(AppError::internal("nobody resolved who is asking"));
    };
    match asking {
        Asking::Actor(actor) => Ok(authz::decide(actor, visit.now, &visit.origin)),
        Asking::Nobody => Err(AppError::SignedOut),
        Asking::Refused(error) => Err(error.clone()),
    }
}

fn asking(request: &HttpRequest) -> Result<Asking> {
    let asking = request.extensions().get::<Asking>().cloned();
    asking.ok_or_else(|| AppError::internal("nobody resolved who is asking"))
}

fn visit(request: &HttpRequest) -> Result<Visit> {
    let visit = request.extensions().get::<Visit>().cloned();
    visit.ok_or_else(|| AppError::internal("the request has no visit"))
}
