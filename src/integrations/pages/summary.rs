//! The running summary beside the boxes, worded anew for each change of the choice.

use super::asking::{Asking, address};
use super::draft::Typed;
use super::view::scopes::{SummaryPart, SummaryView};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::integrations::scopes::ScopeSet;
use crate::integrations::{CreateIntegration, EditIntegration};
use crate::web::form::Query;
use crate::web::frame;
use crate::web::permit::Pending;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET …/scopes-summary`: for a new integration.
///
/// # Errors
/// When the query cannot be read.
pub async fn of_new(_: Pending<CreateIntegration>, query: Query, request: HttpRequest) -> Result<HttpResponse> {
    let typed = Typed::read(&query)?;
    let (chosen, _) = typed.chosen(&ScopeSet::default());
    let part = SummaryPart { summary: SummaryView::of_new(&typed.name, &chosen) };
    frame::page(&request, StatusCode::OK, &part)
}

/// `GET …/{id}/scopes-summary`: for one that is edited, with what is added and removed.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn of_edit(
    permit: Permit<EditIntegration>,
    id: web::Path<String>,
    query: Query,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let of = Asking::with(&permit, &request, &db).find(&id).await?;
    let typed = Typed::read(&query)?;
    let (chosen, _) = typed.chosen(&of.scopes);
    let part = SummaryPart { summary: SummaryView::of_edit(&typed.name, &chosen, &of.scopes, &address(&of)) };
    frame::page(&request, StatusCode::OK, &part)
}
