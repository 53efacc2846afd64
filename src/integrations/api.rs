//! The holder's own view on API v2.

use super::WhoAmI;
use super::model::Lifecycle;
use super::store;
use crate::authz::{Actor, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::web::api::{answer, iso};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

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
