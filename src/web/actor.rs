//! Who is asking: resolved once for each request, from the session's cookie or from the token.

use super::api::{Allowance, Limits};
use super::routes::path;
use super::session::SignedIn;
use super::{api, session};
use crate::authz::{Actor, Caller, Origin, StaffMember};
use crate::error::{ApiProblem, AppError, Result};
use crate::ids::{AccountId, IntegrationId, TokenId, UserId};
use crate::world::Timestamp;
use actix_session::SessionExt as _;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, web};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The account that the page shows from which a script asks.
const SHOWN_ACCOUNT: &str = "x-account";

/// A future that a trait object can give.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + 'a>>;

/// When a request came, and from where; set by the outermost middleware.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The instant of the request; read once.
    pub now: Timestamp,
    /// From where.
    pub origin: Origin,
}

/// Who is asking.
#[derive(Debug, Clone)]
pub enum Asking {
    /// No session and no token.
    Nobody,
    /// Somebody who is known.
    Actor(Actor),
    /// A token that is not honoured, or a call that breaks the rules of API v2.
    Refused(AppError),
}

/// What a presented token turns out to be.
#[derive(Debug)]
pub enum Presented {
    /// It is honoured.
    Live(Arc<Caller>),
    /// It is not; says why, as far as the caller may know, and whose it was.
    Refused(ApiProblem, Option<KnownToken>),
}

/// Whose token was refused; its calls are counted too.
#[derive(Debug, Clone)]
pub struct KnownToken {
    /// The token.
    pub token: TokenId,
    /// Its integration.
    pub integration: IntegrationId,
    /// Its account.
    pub account: AccountId,
}

/// What the kernel must ask the features; wired in `app.rs`.
pub trait People: Send + Sync {
    /// The person of a session in its account, with what they may do now; `None` when disabled or gone.
    fn staff<'a>(
        &'a self,
        user: &'a UserId,
        account: &'a AccountId,
        signed_in: &'a SignedIn,
    ) -> Answer<'a, Option<StaffMember>>;
    /// What a presented token is.
    fn caller<'a>(&'a self, presented: &'a str, now: Timestamp) -> Answer<'a, Presented>;
    /// Whether this is the person's password. The caller throttles.
    fn is_password<'a>(&'a self, user: &'a UserId, password: &'a str) -> Answer<'a, bool>;
    /// Whether this is a code of the person's second factor; it is used up. The caller throttles.
    fn is_code<'a>(&'a self, user: &'a UserId, code: &'a str, now: Timestamp) -> Answer<'a, bool>;
    /// The names of those who can change what others may do, for the page that says whom to ask.
    fn whom_to_ask<'a>(&'a self, account: &'a AccountId) -> Answer<'a, Vec<String>>;
}

/// The middleware of API v2: puts [`Asking`] where the permit looks for it, from the token.
///
/// # Errors
/// Never of its own; passes on what comes back.
pub async fn resolve_caller<B: MessageBody>(
    people: web::Data<dyn People>,
    limits: web::Data<Limits>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let asking = caller(&**people, &limits, &request).await.unwrap_or_else(Asking::Refused);
    request.extensions_mut().insert(asking);
    next.call(request).await
}

/// The middleware of the console: the same from the session.
///
/// # Errors
/// Never of its own; passes on what comes back.
pub async fn resolve_person<B: MessageBody>(
    people: web::Data<dyn People>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let asking = person(&**people, &request).await.unwrap_or_else(Asking::Refused);
    request.extensions_mut().insert(asking);
    next.call(request).await
}

async fn caller(people: &dyn People, limits: &Limits, request: &ServiceRequest) -> Result<Asking> {
    let now = began(request)?;
    let presented = match api::bearer(request.headers()) {
        Ok(presented) => presented,
        Err(error) => return Ok(Asking::Refused(error)),
    };
    let caller = match people.caller(presented, now).await? {
        Presented::Live(caller) => caller,
        Presented::Refused(problem, known) => {
            if let Some(known) = known {
                request.extensions_mut().insert(known);
            }
            let origin = request.extensions().get::<Visit>().map(|visit| visit.origin.clone()).unwrap_or_default();
            let wait = note(request, limits.bad_token(&origin, now));
            return Ok(Asking::Refused(wait.map_or_else(|| problem.into(), AppError::TooMany)));
        }
    };
    let wait = note(request, limits.call(&caller.integration, now));
    let refused = match wait {
        Some(seconds) => AppError::TooMany(seconds),
        None if path(request.request()).starts_with("/oauth/") => return Ok(Asking::Actor(Actor::Integration(caller))),
        None => match api::version_problem(request.headers()) {
            Some(problem) => problem.into(),
            None => return Ok(Asking::Actor(Actor::Integration(caller))),
        },
    };
    let (token, integration) = (caller.token.clone(), caller.integration.clone());
    request.extensions_mut().insert(KnownToken { token, integration, account: caller.account.id.clone() });
    Ok(Asking::Refused(refused))
}

/// Notes what is left, for the answer's headers; the seconds to wait, when nothing is.
fn note(request: &ServiceRequest, allowance: Allowance) -> Option<u32> {
    request.extensions_mut().insert(allowance);
    allowance.wait()
}

async fn person(people: &dyn People, request: &ServiceRequest) -> Result<Asking> {
    if path(request.request()).starts_with("/static/") {
        return Ok(Asking::Nobody);
    }
    let now = began(request)?;
    let session = request.get_session();
    if let Some(cause) = session::down(&session) {
        return Err(AppError::Unavailable(cause.into()));
    }
    let Some(signed_in) = SignedIn::read(&session) else { return Ok(Asking::Nobody) };
    // Only a form may come by the id before: the one that was sent twice.
    if signed_in.by_id_before && request.method().is_safe() {
        return Ok(Asking::Nobody);
    }
    let Some(staff) = people.staff(&signed_in.user, &signed_in.account, &signed_in).await? else {
        session.purge();
        return Ok(Asking::Nobody);
    };
    // It only refuses: a page of one account must not fill itself from another that was opened meanwhile.
    let shown = request.headers().get(SHOWN_ACCOUNT);
    if shown.is_some_and(|shown| shown.as_bytes() != staff.account.id.as_str().as_bytes()) {
        return Err(AppError::OtherAccount(Arc::default()));
    }
    if let Some(sessions) = request.app_data::<web::Data<session::Sessions>>() {
        sessions.touch(&signed_in, now).await?;
    }
    Ok(Asking::Actor(Actor::Staff(Arc::new(staff))))
}

fn began(request: &ServiceRequest) -> Result<Timestamp> {
    let began = request.extensions().get::<Visit>().map(|visit| visit.now);
    began.ok_or_else(|| AppError::internal("the request has no visit"))
}
