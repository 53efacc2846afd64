//! `Idempotency-Key`: a call that is made again has its effect once, and gets the answer of the first time.

pub mod rows;

use super::actor::{Asking, Visit};
use super::api::{self, problem};
use super::permit::UsedScope;
use crate::authz::{Actor, Caller};
use crate::db::journal::Unlogged;
use crate::db::{Db, DbError};
use crate::error::{ApiProblem, AppError, Message, Result};
use crate::keys::Purpose;
use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use rows::{Found, Slot};
use serde_json::json;
use std::sync::Arc;

const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const LONGEST: usize = 255;
// Bytes of an answer that is kept; one with the largest contact is shorter.
const LONGEST_ANSWER: usize = 262_144;

/// Serves a call. `scope` is the one that a POST to this resource needs, if it changes anything; only then a key counts.
///
/// What is begun is ended, also when the caller hangs up meanwhile: whoever asks again finds the answer.
///
/// # Errors
/// Passes on what comes back; its own refusals are answers.
pub async fn serve(
    scope: Option<&'static str>,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let caller = scope.and_then(|scope| keyed(&request, scope));
    let Some((caller, scope)) = caller.zip(scope) else { return next.call(request).await };
    let http = request.request().clone();
    http.extensions_mut().insert(UsedScope(scope));
    let held = match begin(&mut request, &caller).await {
        Ok(Begun::First(held)) => held,
        Ok(Begun::Again(answer)) => return Ok(ServiceResponse::new(http, answer)),
        Err(error) => return Ok(ServiceResponse::new(http, HttpResponse::from_error(error))),
    };
    let served = actix_web::rt::spawn(async move { held.end(next.call(request).await?).await });
    match served.await {
        Ok(served) => served,
        Err(_) => Ok(ServiceResponse::new(http, HttpResponse::from_error(AppError::internal("a handler panicked")))),
    }
}

/// Who asks with a key and may do what it is for; whoever may not is refused further on.
fn keyed(request: &ServiceRequest, scope: &str) -> Option<Arc<Caller>> {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return None;
    }
    match request.extensions().get::<Asking>() {
        Some(Asking::Actor(Actor::Integration(caller))) if caller.scopes.iter().any(|held| held == scope) => {
            Some(Arc::clone(caller))
        }
        _ => None,
    }
}

enum Begun {
    First(Held),
    Again(HttpResponse),
}

/// A key that this request holds.
struct Held {
    db: web::Data<Db>,
    slot: Slot,
}

async fn begin(request: &mut ServiceRequest, caller: &Caller) -> Result<Begun> {
    let http = request.request().clone();
    let key = read_key(http.headers())?;
    let body = api::read_json(&http, request.take_payload()).await?;
    let db = http.app_data::<web::Data<Db>>().ok_or_else(|| AppError::internal("no database"))?.clone();
    let slot = slot(&db, &http, caller, key, &body)?;
    request.set_payload(Payload::from(body));
    let mut tx = db.write().await?;
    match rows::reserve(&mut tx.on(), &slot).await? {
        Found::First => {}
        Found::Answered(sealed) => return again(&db, &slot, &sealed).map(Begun::Again),
        Found::Otherwise => return Err(reused().into()),
        Found::UnderWay => return Err(under_way().into()),
        Found::Unanswered(subject) => return Err(answer_lost(subject).into()),
        Found::Erased(subject) => return Err(answer_erased(subject).into()),
    }
    tx.commit_unlogged(Unlogged::Idempotency).await?;
    if let Some(visit) = http.extensions_mut().get_mut::<Visit>() {
        visit.origin.reserved = true;
    }
    Ok(Begun::First(Held { db, slot }))
}

fn read_key(headers: &HeaderMap) -> Result<&str> {
    let mut given = headers.get_all(KEY).map(HeaderValue::as_bytes);
    let key = given.next().filter(|key| (1..=LONGEST).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic));
    match (key.and_then(|key| std::str::from_utf8(key).ok()), given.next()) {
        (Some(key), None) => Ok(key),
        _ => {
            let what = "Idempotency-Key must be one header of 1 to 255 visible ASCII characters.";
            Err(problem(400, "idempotency_key_invalid", what).into())
        }
    }
}

fn slot(db: &Db, http: &HttpRequest, caller: &Caller, key: &str, body: &[u8]) -> Result<Slot> {
    let visit = http.extensions().get::<Visit>().cloned();
    let visit = visit.ok_or_else(|| AppError::internal("the request has no visit"))?;
    let holder = visit.origin.request.ok_or_else(|| AppError::internal("the request has no id"))?;
    let name = |what: &[u8]| db.keys().mac(Purpose::Names, what);
    let sent = [format!("sent {} {}\n", http.method(), http.uri()).as_bytes(), body].concat();
    Ok(Slot {
        key: name(format!("idempotency {} {key}", caller.integration).as_bytes()),
        request: name(&sent),
        integration: caller.integration.clone(),
        account: caller.account.id.clone(),
        holder,
        now: visit.now,
    })
}

impl Held {
    /// Keeps the answer, or gives the key back when there was no effect.
    async fn end(self, response: ServiceResponse<BoxBody>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
        if !response.status().is_success() {
            noted(self.release().await);
            return Ok(response);
        }
        let (http, response) = response.into_parts();
        let (head, body) = response.into_parts();
        let body = to_bytes(body).await.map_err(|_| AppError::internal("an answer could not be read"))?;
        noted(self.keep(head.status(), head.headers().get(ETAG), &body).await);
        Ok(ServiceResponse::new(http, head.set_body(BoxBody::new(body))))
    }

    async fn release(&self) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        rows::release(&mut tx.on(), &self.slot).await?;
        tx.commit_unlogged(Unlogged::Idempotency).await
    }

    /// Sealed, since it tells of contacts. A call that changed nothing gives its key back, and an answer that is too long to be
    /// kept is lost: nobody fills the store with what they read.
    async fn keep(&self, status: StatusCode, etag: Option<&HeaderValue>, body: &[u8]) -> Result<(), DbError> {
        let etag = etag.map_or(&b""[..], HeaderValue::as_bytes);
        let plain = [status.as_str().as_bytes(), etag, body].join(&b'\n');
        let (keys, entropy) = (self.db.keys(), self.db.world().entropy());
        let sealed = keys.seal(Purpose::Idempotency, self.slot.key.as_bytes(), &plain, entropy);
        let mut tx = self.db.write().await?;
        if !rows::release(&mut tx.on(), &self.slot).await? && body.len() <= LONGEST_ANSWER {
            rows::answer(&mut tx.on(), &self.slot, &sealed).await?;
        }
        tx.commit_unlogged(Unlogged::Idempotency).await
    }
}

/// The call was served; what becomes of its key changes nothing of that.
fn noted(kept: Result<(), DbError>) {
    if let Err(error) = kept {
        tracing::warn!(cause = %error, "an idempotency key could not be written");
    }
}

/// The answer of the first time. One that does not open any more is lost.
fn again(db: &Db, slot: &Slot, sealed: &str) -> Result<HttpResponse> {
    let plain = db.keys().open(Purpose::Idempotency, slot.key.as_bytes(), sealed);
    let plain = plain.ok_or_else(|| answer_lost(None))?;
    let mut parts = plain.splitn(3, |byte| *byte == b'\n');
    let (status, etag, body) = (parts.next(), parts.next(), parts.next().unwrap_or_default());
    let status = status.and_then(|status| StatusCode::from_bytes(status).ok());
    let mut response = api::json_answer(status.ok_or_else(|| answer_lost(None))?, body.to_vec());
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(etag) = etag.filter(|etag| !etag.is_empty()).and_then(|etag| HeaderValue::from_bytes(etag).ok()) {
        response.headers_mut().insert(ETAG, etag);
    }
    Ok(response)
}

fn reused() -> ApiProblem {
    let what = "Idempotency-Key was used for another call, or with another body. Nothing was changed; use a new key.";
    ApiProblem {
        message: Message::Each(vec![what.to_owned()]),
        ..problem(422, "idempotency_key_reused", String::new())
    }
}

fn under_way() -> ApiProblem {
    let what = "The call with this Idempotency-Key is still being served. Ask again in a moment for its answer.";
    ApiProblem { retry_after: Some(1), ..problem(409, "idempotency_in_progress", what) }
}

fn answer_lost(subject: Option<String>) -> ApiProblem {
    unanswered(
        subject,
        "The call with this Idempotency-Key was served, but its answer was lost. Nothing was done again.",
    )
}

fn answer_erased(subject: Option<String>) -> ApiProblem {
    let what = "The call with this Idempotency-Key was served, and what it was about was deleted since, with the answer. Nothing \
                was done again.";
    unanswered(subject, what)
}

fn unanswered(subject: Option<String>, what: &str) -> ApiProblem {
    ApiProblem { meta: subject.map(|id| json!({ "id": id })), ..problem(409, "idempotency_answer_lost", what) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_one_header_of_visible_characters() {
        let read = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(HeaderName::from_static(KEY), HeaderValue::from_bytes(value).unwrap());
            }
            read_key(&headers).map(str::to_owned).ok()
        };
        assert_eq!(read(&[b"a-1"]).as_deref(), Some("a-1"));
        assert!(read(&[&[b'x'; 255]]).is_some());
        for bad in
            [&[&b""[..]][..], &[&[b'x'; 256]], &[b"a b"], &[b"a\tb"], &[b"\xc3\xbc"], &[b"a", b"a"], &[b"a", b""]]
        {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
