//! The list of contacts on API v2.

use super::{own, too_wide};
use crate::authz::Permit;
use crate::config::Public;
use crate::contacts::ListContacts;
use crate::contacts::commands::{self, Page, Wanted};
use crate::contacts::json::write_item;
use crate::contacts::store::{Cursor, Towards};
use crate::db::Db;
use crate::error::Result;
use crate::ids::{AccountId, ContactId};
use crate::web::api::{self, Query, answer};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

/// The greatest instant that a cursor may name, so that JSON readers keep it exact.
const LAST_INSTANT: i64 = 9_007_199_254_740_991;

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
    let page = commands::list(&db, permit.account(), &wanted).await.map_err(too_wide)?;
    Ok(answer(
        StatusCode::OK,
        &json!({
            "contacts": page.contacts.iter().map(write_item).collect::<Vec<_>>(),
            "count": page.total,
            "meta": meta(&page, &wanted, permit.account(), &public.url()),
        }),
    ))
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
