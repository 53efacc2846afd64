//! Refusals leave a trace: who was refused what, counted by the minute, so that nobody can buy writes.

use super::actor::{Asking, Visit};
use crate::authz::Actor;
use crate::db::Db;
use crate::db::journal::{Class, Doer, Entry, Subject};
use crate::error::AppError;
use actix_web::{HttpMessage as _, HttpRequest, web};
use serde_json::json;

/// Notes that `failure` refused this request, when it is a refusal and somebody known was refused.
pub async fn note(failure: &AppError, request: &HttpRequest) {
    let (reason, needs) = match failure {
        AppError::Lacks(permission) => ("permission", permission.code()),
        AppError::Forbidden => ("actor", ""),
        AppError::ForeignForm => ("foreign_form", ""),
        AppError::OtherAccount => ("other_account", ""),
        AppError::Api(problem) if problem.code == "scope_missing" => ("scope", ""),
        _ => return,
    };
    let Some(Asking::Actor(actor)) = request.extensions().get::<Asking>().cloned() else { return };
    let Some(visit) = request.extensions().get::<Visit>().cloned() else { return };
    let Some(db) = request.app_data::<web::Data<Db>>() else { return };
    let route = format!("{} {}", request.method(), request.match_pattern().unwrap_or_default());
    let entry = Entry {
        class: Class::Audit,
        action: "access.refused",
        subject: Subject { kind: "route", id: None, name: route },
        details: json!({ "reason": reason, "needs": needs }),
    };
    if let Err(error) = write(db, &actor, &visit, entry).await {
        tracing::warn!(cause = %error, "a refusal left no trace");
    }
}

async fn write(db: &Db, actor: &Actor, visit: &Visit, entry: Entry) -> Result<(), crate::db::DbError> {
    let tx = db.write().await?;
    tx.commit_coalesced(&Doer::from(actor), Some(&actor.account().id), visit.now, &visit.origin, entry).await
}
