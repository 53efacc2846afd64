//! The document and the pages, open to everyone, in the frame of whoever reads them.

use super::chapter::ChapterPage;
use super::guide::GuidePage;
use super::served::Reference;
use super::webhooks::WebhooksPage;
use crate::authz::Actor;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::web::api::Limits;
use crate::web::frame;
use crate::web::permit::Open;
use crate::web::shell::{Crumb, Shell};
use crate::webhooks::Example;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /openapi.json`
pub async fn document(_: Open, request: HttpRequest, reference: web::Data<Reference>) -> HttpResponse {
    let known = request.headers().get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let fresh =
        known.split(',').map(str::trim).any(|known| known.trim_start_matches("W/") == reference.tag() || known == "*");
    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    // Private: an answer to somebody who is signed in may set a cookie.
    response.insert_header((CACHE_CONTROL, "private, max-age=300")).insert_header((ETAG, reference.tag()));
    if fresh {
        return response.finish();
    }
    response.insert_header((CONTENT_TYPE, "application/json")).body(reference.document().to_owned())
}

/// `GET /docs`
///
/// # Errors
/// When the page cannot be rendered.
pub async fn guide(
    open: Open,
    request: HttpRequest,
    db: web::Data<Db>,
    (reference, limits): (web::Data<Reference>, web::Data<Limits>),
) -> Result<HttpResponse> {
    let shell = shell(&open, &request, &db, "API v2");
    let staff = open.actor.as_ref().and_then(Actor::staff);
    let account = staff.map(|staff| staff.account.id.to_string());
    frame::page(&request, StatusCode::OK, &GuidePage::new(shell, &reference, account, limits.of_integration()))
}

/// `GET /docs/{chapter}`
///
/// # Errors
/// 404 when there is no such chapter, and when the page cannot be rendered.
pub async fn chapter(
    open: Open,
    name: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    reference: web::Data<Reference>,
) -> Result<HttpResponse> {
    let chapter = reference.chapters().iter().find(|chapter| chapter.anchor == name.as_str());
    let chapter = chapter.ok_or(AppError::NotFound)?;
    let mut shell = shell(&open, &request, &db, chapter.title);
    shell.breadcrumb = vec![Crumb::link("API v2", "/docs")];
    frame::page(&request, StatusCode::OK, &ChapterPage::new(shell, &reference, chapter))
}

/// `GET /docs/webhooks`
///
/// # Errors
/// When the page cannot be rendered.
pub async fn webhooks(
    open: Open,
    request: HttpRequest,
    db: web::Data<Db>,
    reference: web::Data<Reference>,
) -> Result<HttpResponse> {
    let mut shell = shell(&open, &request, &db, "Webhooks");
    shell.breadcrumb = vec![Crumb::link("API v2", "/docs")];
    frame::page(&request, StatusCode::OK, &WebhooksPage::new(shell, &reference, Example::new(db.world())))
}

fn shell(open: &Open, request: &HttpRequest, db: &Db, title: &str) -> Shell {
    match &open.actor {
        Some(actor) => frame::shell(request, db, actor, title),
        None => frame::visitor_shell(title),
    }
}
