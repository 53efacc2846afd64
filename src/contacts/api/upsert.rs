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
        match value.map(|value| read_text(text, &decoded(value))) {
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

/// Some clients encode twice. No address is without `@` and no number begins with `%2B`, so that neither is taken for another.
fn decoded(value: String) -> String {
    let twice = !value.contains(['@', '&']) && value.contains("%40") || value.starts_with("%2B");
    let decode =
        || form_urlencoded::parse(value.replace('+', "%2B").as_bytes()).next().map(|(text, _)| text.into_owned());
    twice.then(decode).flatten().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_encoded_twice_is_understood_and_nothing_else_is_touched() {
        for (given, read) in [
            ("ada%40harbor.example", "ada@harbor.example"),
            ("ada%2Bpost%40harbor.example", "ada+post@harbor.example"),
            ("%2B44%20700", "+44 700"),
            ("ada+50%@harbor.example", "ada+50%@harbor.example"),
            ("+44 700", "+44 700"),
        ] {
            assert_eq!(decoded(given.to_owned()), read);
        }
    }
}
