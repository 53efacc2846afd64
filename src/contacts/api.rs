//! Contacts on API v2.

pub mod notes;
mod parts;
pub mod tags;
pub mod tasks;

use super::commands::{self, Page, Refused, Wanted};
use super::json::{Written, read, write_item};
use super::model::{Duplicate, Matching};
use super::store::{Cursor, Towards};
use super::{CallUnserved, CreateContact, DeleteContact, ListContacts, ReadContact, UpdateContact};
use crate::authz::Permit;
use crate::config::Public;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, ContactId};
use crate::web::api::{self, Fields, JsonBody, Query, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// The greatest instant that a cursor may name, so that JSON readers keep it exact.
const LAST_INSTANT: i64 = 9_007_199_254_740_991;

#[derive(Serialize)]
struct One<'a> {
    contact: Written<'a>,
}

/// `GET /contacts/{id}`
pub async fn get(permit: Permit<ReadContact>, id: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let contact = commands::find(&db, permit.account(), &known(&id)?).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &One { contact: Written(&contact) }))
}

/// `POST /contacts/`
pub async fn create(permit: Permit<CreateContact>, body: JsonBody, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields);
    let location = fields.required_text("locationId");
    finish(fields, location.as_deref(), permit.account())?;
    let contact = commands::create(&db, &permit, draft).await.map_err(said)?;
    Ok(answer(StatusCode::CREATED, &One { contact: Written(&contact) }))
}

/// `PUT /contacts/{id}`
pub async fn update(
    permit: Permit<UpdateContact>,
    id: web::Path<String>,
    body: JsonBody,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read(&mut fields);
    let location = fields.text("locationId").flatten();
    finish(fields, location.as_deref(), permit.account())?;
    let contact = commands::update(&db, &permit, &known(&id)?, &draft).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &json!({ "succeded": true, "succeeded": true, "contact": Written(&contact) })))
}

/// `DELETE /contacts/{id}`
pub async fn delete(permit: Permit<DeleteContact>, id: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    commands::delete(&db, &permit, &known(&id)?).await.map_err(said)?;
    Ok(answer(StatusCode::OK, &json!({ "succeded": true, "succeeded": true })))
}

/// `GET /contacts/`
pub async fn list(
    permit: Permit<ListContacts>,
    request: HttpRequest,
    db: web::Data<Db>,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    let asked = Asked::read(request.query_string())?;
    own(asked.location.as_deref(), permit.account())?;
    let cursor = asked.cursor(&db, permit.account()).await?;
    let wanted = Wanted { search: asked.query, cursor, towards: Towards::Older, limit: asked.limit };
    let page = commands::list(&db, permit.account(), &wanted).await?;
    Ok(answer(
        StatusCode::OK,
        &json!({
            "contacts": page.contacts.iter().map(write_item).collect::<Vec<_>>(),
            "count": page.total,
            "meta": meta(&page, &wanted, permit.account(), &public.url()),
        }),
    ))
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

fn known(id: &str) -> Result<ContactId> {
    id.parse().map_err(|_| missing())
}

fn missing() -> AppError {
    api::problem(404, "contact_not_found", "Contact not found.").into()
}

fn said(refused: Refused) -> AppError {
    match refused {
        Refused::Missing => missing(),
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

/// What a call to the list asks for.
struct Asked {
    location: Option<String>,
    limit: usize,
    query: String,
    after: Option<i64>,
    after_id: Option<ContactId>,
}

impl Asked {
    fn read(query: &str) -> Result<Self> {
        let mut query = Query::read(query);
        let location = query.text("locationId");
        if location.is_none() {
            query.wrong("locationId is required");
        }
        let limit = query.number("limit", 1..=100).and_then(|limit| usize::try_from(limit).ok()).unwrap_or(20);
        let search = query.text("query").unwrap_or_default();
        if search.chars().count() > 200 {
            query.wrong("query must be at most 200 characters long");
        }
        let after = query.number("startAfter", 0..=LAST_INSTANT);
        let after_id = query.text("startAfterId").map(|id| id.parse());
        if after_id.as_ref().is_some_and(Result::is_err) {
            query.wrong("startAfterId must be the id of a contact");
        }
        query.finish()?;
        Ok(Self { location, limit, query: search, after, after_id: after_id.and_then(Result::ok) })
    }

    async fn cursor(&self, db: &Db, account: &AccountId) -> Result<Cursor> {
        match (self.after, &self.after_id) {
            (None, None) => Ok(Cursor::start()),
            (Some(at), id) => Ok(Cursor { at, id: id.as_ref().map(ToString::to_string).unwrap_or_default() }),
            (None, Some(id)) => commands::cursor_at(db, account, id).await?.ok_or_else(|| {
                api::invalid_fields(vec!["startAfterId names no contact; give startAfter too".to_owned()]).into()
            }),
        }
    }
}

fn meta(page: &Page, wanted: &Wanted, account: &AccountId, public_url: &str) -> Value {
    let mut meta = Map::new();
    let current = page.before.div_euclid(i64::try_from(wanted.limit).unwrap_or(1)).saturating_add(1);
    meta.insert("total".to_owned(), json!(page.total));
    meta.insert("currentPage".to_owned(), json!(current));
    meta.insert("prevPage".to_owned(), if current > 1 { json!(current - 1) } else { Value::Null });
    if let Some(last) = page.contacts.last() {
        let at = last.created_at.millis();
        meta.insert("startAfter".to_owned(), json!(at));
        meta.insert("startAfterId".to_owned(), json!(last.id.as_str()));
        if page.has_older() {
            let mut query = form_urlencoded::Serializer::new(String::new());
            query.append_pair("locationId", account.as_str());
            query.append_pair("limit", &wanted.limit.to_string());
            if !wanted.search.is_empty() {
                query.append_pair("query", &wanted.search);
            }
            query.append_pair("startAfter", &at.to_string()).append_pair("startAfterId", last.id.as_str());
            let base = public_url.trim_end_matches('/');
            meta.insert("nextPageUrl".to_owned(), json!(format!("{base}/contacts/?{}", query.finish())));
            meta.insert("nextPage".to_owned(), json!(current + 1));
        }
    }
    Value::Object(meta)
}
