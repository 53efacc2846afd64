//! Contacts on API v2.

mod list;
pub mod notes;
pub mod parts;
mod search;
pub mod tags;
pub mod tasks;
mod upsert;

pub use list::list;
pub use search::search;
pub use upsert::{duplicate, upsert};

use super::commands::{self, Refused};
use super::json::{Written, read};
use super::model::{Contact, Duplicate, Expected, Matching};
use super::{CallUnserved, CreateContact, DeleteContact, ReadContact, UpdateContact};
use crate::authz::Permit;
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, ContactId, RequestId};
use crate::web::api::{self, Fields, IfMatch, JsonBody, answer};
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderValue};
use actix_web::{HttpResponse, web};
use serde::Serialize;
use serde_json::json;

#[derive(Serialize)]
struct One<'a> {
    contact: Written<'a>,
}

/// `GET /contacts/{id}`
pub async fn get(permit: Permit<ReadContact>, id: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let contact = commands::find(&db, permit.account(), &known(&id)?).await.map_err(said)?;
    Ok(tagged(&contact, answer(StatusCode::OK, &One { contact: Written(&contact) })))
}

/// `POST /contacts/`
pub async fn create(permit: Permit<CreateContact>, body: JsonBody, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields);
    let location = fields.required_text("locationId");
    finish(fields, location.as_deref(), permit.account())?;
    let contact = commands::create(&db, &permit, draft).await.map_err(said)?;
    Ok(tagged(&contact, answer(StatusCode::CREATED, &One { contact: Written(&contact) })))
}

/// `PUT /contacts/{id}`
pub async fn update(
    permit: Permit<UpdateContact>,
    id: web::Path<String>,
    expected: IfMatch,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields);
    let location = fields.text("locationId").flatten();
    finish(fields, location.as_deref(), permit.account())?;
    let wanted = (&known(&id)?, &versions(expected));
    let contact = commands::update(&db, &permit, wanted, &draft).await.map_err(said)?;
    let body = json!({ "succeded": true, "succeeded": true, "contact": Written(&contact) });
    Ok(tagged(&contact, answer(StatusCode::OK, &body)))
}

/// `DELETE /contacts/{id}`
pub async fn delete(
    permit: Permit<DeleteContact>,
    id: web::Path<String>,
    expected: IfMatch,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    commands::delete(&db, &permit, (&known(&id)?, &versions(expected))).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &json!({ "succeded": true, "succeeded": true })))
}

/// A route of the contract that is not served here.
pub async fn unserved(_permit: Permit<CallUnserved>) -> Result<HttpResponse> {
    Err(api::not_served().into())
}

fn finish(fields: Fields, location: Option<&str>, account: &AccountId) -> Result<()> {
    fields.finish()?;
    own(location, account)
}

fn own(location: Option<&str>, account: &AccountId) -> Result<()> {
    match location {
        Some(other) if other != account.as_str() => Err(api::foreign_location().into()),
        _ => Ok(()),
    }
}

/// The answer with the contact's entity tag: its version, which each change moves on.
fn tagged(contact: &Contact, mut answer: HttpResponse) -> HttpResponse {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", contact.version)) {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer
}

/// The id of the request, for bodies that name it.
fn trace<A>(permit: &Permit<A>) -> &str {
    permit.origin().request.as_ref().map_or("", RequestId::as_str)
}

/// What `If-Match` asks for. A tag that is no version of ours matches none.
fn versions(expected: IfMatch) -> Expected {
    match expected {
        IfMatch::Any => Expected::Any,
        IfMatch::Tags(tags) => Expected::Versions(tags.iter().filter_map(|tag| version(tag)).collect()),
    }
}

fn version(tag: &str) -> Option<i64> {
    let digits = !tag.is_empty() && !tag.starts_with('0') && tag.bytes().all(|byte| byte.is_ascii_digit());
    if digits { tag.parse().ok() } else { None }
}

fn known(id: &str) -> Result<ContactId> {
    id.parse().map_err(|_| missing())
}

fn missing() -> AppError {
    api::problem(404, "contact_not_found", "Contact not found.").into()
}

fn said(refused: Refused) -> AppError {
    match refused {
        Refused::Missing => missing(),
        Refused::Stale => {
            let message =
                "The contact was changed since the version that If-Match names. Nothing was changed; read it again.";
            api::problem(412, "precondition_failed", message).into()
        }
        Refused::NoNote => api::problem(404, "note_not_found", "Note not found.").into(),
        Refused::NoTask => api::problem(404, "task_not_found", "Task not found.").into(),
        Refused::TooMany(what, most) => {
            api::invalid_fields(vec![format!("{what} must not be more than {most} in one contact")]).into()
        }
        Refused::Failed(error) => error,
        Refused::Duplicate(Duplicate { id, name, matching }) => {
            let field = match matching {
                Matching::Email => "email",
                Matching::Phone => "phone",
            };
            let message = format!("This account has a contact with the same {field} already.");
            let meta = json!({ "contactId": id.as_str(), "contactName": name, "matchingField": field });
            api::duplicate(&message, meta).into()
        }
    }
}

/// A search that took too long is the caller's to mend.
fn too_wide(error: DbError) -> AppError {
    match error {
        DbError::TooLong => {
            let why = "query and filters look at too much: ask for less, or for whole addresses, numbers or tags";
            api::invalid_fields(vec![why.to_owned()]).into()
        }
        other => other.into(),
    }
}
