//! Upsert and the search for duplicates on API v2.

use super::{finish, own, said, tagged, trace};
use crate::authz::Permit;
use crate::contacts::commands::{self, Upserted};
use crate::contacts::json::{Written, read_merging};
use crate::contacts::model::{Draft, read_text};
use crate::contacts::texts::Text;
use crate::contacts::{FindDuplicate, UpsertContact};
use crate::db::Db;
use crate::error::Result;
use crate::web::api::{JsonBody, Query, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

/// `POST /contacts/upsert`
///
/// `createNewIfDuplicateAllowed` is taken and changes nothing: no account allows two contacts with one address or number.
pub async fn upsert(permit: Permit<UpsertContact>, body: JsonBody, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut fields = body.0;
    let draft = read_merging(&mut fields);
    fields.flag("createNewIfDuplicateAllowed");
    let location = fields.required_text("locationId");
    finish(fields, location.as_deref(), permit.account())?;
    let Upserted { contact, new } = commands::upsert(&db, &permit, &draft).await.map_err(said)?;
    let body = json!({
        "new": new,
        "succeded": true,
        "contact": Written(&contact),
        "traceId": trace(&permit),
    });
    Ok(tagged(&contact, answer(StatusCode::OK, &body)))
}

/// `GET /contacts/search/duplicate`
///
/// The address is looked for first; the number counts when no contact has the address.
pub async fn duplicate(permit: Permit<FindDuplicate>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut query = Query::read(request.query_string());
    let location = query.text("locationId");
    if location.is_none() {
        query.wrong("locationId is required");
    }
    let given = [(Text::Email, "email"), (Text::Phone, "number")].map(|(text, name)| (text, name, query.text(name)));
    if given.iter().all(|(_, _, value)| value.is_none()) {
        query.wrong("email or number is required");
    }
    let mut wanted = Draft::default();
    for (text, name, value) in given {
        match value.map(|value| read_text(text, &value)) {
            None => {}
            Some(Ok(value)) => wanted.texts.push((text, value)),
            Some(Err(why)) => query.wrong(format!("{name} {why}")),
        }
    }
    query.finish()?;
    own(location.as_deref(), permit.account())?;
    Ok(match commands::same(&db, permit.account(), wanted.keys()).await? {
        Some(contact) => tagged(&contact, answer(StatusCode::OK, &json!({ "contact": Written(&contact) }))),
        None => answer(StatusCode::OK, &json!({ "contact": null })),
    })
}
