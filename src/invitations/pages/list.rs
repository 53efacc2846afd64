//! Whom the account has invited.

use super::asking::shell;
use super::view::{ListPage, Row};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::invitations::{ViewInvitations, commands, store};
use crate::staff;
use crate::web::frame;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /settings/staff/invitations`.
///
/// # Errors
/// Faults of the store.
pub async fn show(permit: Permit<ViewInvitations>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let all = commands::list(&db, &permit).await?;
    let page = ListPage {
        shell: shell(&request, &db, permit.actor(), "My Staff"),
        tabs: staff::list_tabs(permit.actor(), true),
        rows: all.iter().map(|of| Row::new(of, permit.now())).collect(),
        cut: all.len() == store::MOST,
    };
    frame::page(&request, StatusCode::OK, &page)
}
