//! `/settings/audit-log/{id}`: one event by itself, to be pointed at.

use super::PATH;
use super::row::Row;
use crate::audit::ViewAuditLog;
use crate::audit::store;
use crate::authz::Permit;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::EventId;
use crate::web::frame;
use crate::web::shell::Shell;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of one event.
#[derive(Debug, Template)]
#[template(path = "audit/event.html")]
pub struct EventPage {
    /// The frame.
    pub shell: Shell,
    /// The event.
    pub row: Row,
}

/// `GET /settings/audit-log/{id}`.
///
/// # Errors
/// [`AppError::NotFound`], also for an event of another account; faults of the store.
pub async fn show(
    permit: Permit<ViewAuditLog>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let viewer = permit.staff().ok_or(AppError::Forbidden)?;
    let id: EventId = id.parse().map_err(|_| AppError::NotFound)?;
    let event = store::find(&mut db.read().await?.on(), permit.account(), &id).await?.ok_or(AppError::NotFound)?;
    let row = Row::new(&event, viewer, permit.now());
    let mut shell = frame::shell(&request, &db, permit.actor(), format!("Event of {}", row.when.title));
    shell.breadcrumb = frame::settings_crumbs(Some(("Audit Log", PATH)));
    frame::page(&request, StatusCode::OK, &EventPage { shell, row })
}
