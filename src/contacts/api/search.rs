//! The search for contacts on API v2.

use super::{finish, too_wide, trace};
use crate::authz::Permit;
use crate::contacts::SearchContacts;
use crate::contacts::commands;
use crate::contacts::json::write_item;
use crate::contacts::model::Contact;
use crate::contacts::search::{self, Search};
use crate::db::Db;
use crate::error::Result;
use crate::web::api::{JsonBody, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

/// `POST /contacts/search`
pub async fn search(permit: Permit<SearchContacts>, body: JsonBody, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut fields = body.0;
    let location = fields.required_text("locationId");
    let search = search::read(&mut fields);
    finish(fields, location.as_deref(), permit.account())?;
    let (contacts, total) = commands::search(&db, permit.account(), &search).await.map_err(too_wide)?;
    Ok(answer(
        StatusCode::OK,
        &json!({
            "contacts": contacts.iter().map(|contact| hit(contact, &search)).collect::<Vec<_>>(),
            "total": total,
            "traceId": trace(&permit),
        }),
    ))
}

fn hit(contact: &Contact, search: &Search) -> Value {
    let mut item = write_item(contact);
    if let Some(fields) = item.as_object_mut() {
        fields.insert("searchAfter".to_owned(), search.after(contact));
    }
    item
}
