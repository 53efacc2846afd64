//! Tags of a contact on API v2.

use super::parts::finish;
use super::{known, said, tagged, versions};
use crate::authz::Permit;
use crate::contacts::commands::tags;
use crate::contacts::json::read_tags;
use crate::contacts::{AddTags, RemoveTags};
use crate::db::Db;
use crate::error::Result;
use crate::web::api::{Fields, IfMatch, JsonBody, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

/// `POST /contacts/{id}/tags`
pub async fn add(
    permit: Permit<AddTags>,
    id: web::Path<String>,
    expected: IfMatch,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let named = read(&mut fields);
    finish(fields, &id, permit.account())?;
    let wanted = (&known(&id)?, &versions(expected));
    let contact = tags::add(&db, &permit, wanted, &named).await.map_err(said)?;
    Ok(tagged(&contact, answer(StatusCode::CREATED, &json!({ "tags": contact.tags }))))
}

/// `DELETE /contacts/{id}/tags`
pub async fn remove(
    permit: Permit<RemoveTags>,
    id: web::Path<String>,
    expected: IfMatch,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let named = read(&mut fields);
    finish(fields, &id, permit.account())?;
    let wanted = (&known(&id)?, &versions(expected));
    let contact = tags::remove(&db, &permit, wanted, &named).await.map_err(said)?;
    Ok(tagged(&contact, answer(StatusCode::OK, &json!({ "tags": contact.tags }))))
}

fn read(fields: &mut Fields) -> Vec<String> {
    match fields.take("tags") {
        Some(Value::Array(list)) => read_tags(list, fields),
        _ => {
            fields.wrong("tags is required and must be an array");
            Vec::new()
        }
    }
}
