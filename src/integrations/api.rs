//! The holder's own view on API v2, and its way to revoke a token.

use super::model::Lifecycle;
use super::store;
use super::{WhoAmI, revocation};
use crate::authz::{Actor, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::web::api::{FormFields, Limits, answer, invalid_request, iso};
use crate::web::permit::Open;
use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// `GET /oauth/whoami`: whose token this is, what it may do, and whether it is about to end.
///
/// # Errors
/// Faults of the store.
pub async fn whoami(permit: Permit<WhoAmI>, db: web::Data<Db>) -> Result<HttpResponse> {
    let Actor::Integration(caller) = permit.actor() else { return Err(AppError::Forbidden) };
    let found = store::find(&mut db.read().await?.on(), permit.account(), &caller.integration).await?;
    let integration = found.ok_or(AppError::NotFound)?;
    let life = Lifecycle::at(&integration.facts, permit.now());
    let outgoing = life.outgoing().filter(|token| token.id == caller.token);
    let own = outgoing.or_else(|| life.current());
    let mut token = Map::new();
    if let Some(own) = own {
        token.insert("hint".to_owned(), json!(own.hint));
        token.insert("role".to_owned(), json!(if outgoing.is_some() { "outgoing" } else { "current" }));
        token.insert("createdAt".to_owned(), json!(iso(own.created_at)));
        if let Some(ends) = own.ends_at {
            token.insert("endsAt".to_owned(), json!(iso(ends)));
        }
    }
    let mut rotation = Map::new();
    rotation.insert("underWay".to_owned(), json!(life.outgoing().is_some()));
    if let Some(ends) = life.outgoing().and_then(|token| token.ends_at) {
        rotation.insert("overlapEndsAt".to_owned(), json!(iso(ends)));
    }
    let body = json!({
        "integration": { "id": caller.integration.as_str(), "name": caller.name },
        "locationId": caller.account.id.as_str(),
        "scopes": caller.scopes,
        "token": Value::Object(token),
        "rotation": Value::Object(rotation),
    });
    Ok(answer(StatusCode::OK, &body))
}

/// `POST /oauth/revoke` (RFC 7009): having the token is enough, and the answer is the same whatever it was. Tokens that are not live
/// count for the address as bad ones do.
///
/// # Errors
/// 400 `invalid_request` without exactly one token, 429, and faults of the store.
pub async fn revoke(
    open: Open,
    form: FormFields,
    request: HttpRequest,
    db: web::Data<Db>,
    limits: web::Data<Limits>,
) -> Result<HttpResponse> {
    let (fields, mut seen) = (&form.0, HashSet::new());
    if !fields.all().iter().all(|(name, _)| seen.insert(name.as_str())) {
        return Err(invalid_request("The form has a field twice.").into());
    }
    let token = fields.one("token");
    if token.is_empty() {
        return Err(invalid_request("token is required.").into());
    }
    let (now, origin) = (open.visit.now, &open.visit.origin);
    if !revocation::revoke(&db, token, now, origin).await? {
        let allowance = limits.bad_token(origin, now);
        request.extensions_mut().insert(allowance);
        if let Some(seconds) = allowance.wait() {
            return Err(AppError::TooMany(seconds));
        }
    }
    Ok(answer(StatusCode::OK, &json!({ "succeeded": true })))
}
