//! The running summary beside the boxes, worded anew for each change of the choice.

use super::asking::Asking;
use super::draft::Typed;
use super::view::scopes::{SummaryPart, SummaryView};
use crate::authz::Permit;
use crate::error::Result;
use crate::integrations::scopes::ScopeSet;
use crate::integrations::{CreateIntegration, EditIntegration};
use crate::web::form::Query;
use crate::web::frame;
use crate::web::permit::Pending;
use crate::web::thing::{At, Thing as _};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

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
pub async fn of_edit(permit: Permit<EditIntegration>, query: Query, at: At) -> Result<HttpResponse> {
    let of = Asking::with(&permit, &at).find().await?;
    let typed = Typed::read(&query)?;
    let (chosen, _) = typed.chosen(&of.scopes);
    let part = SummaryPart { summary: SummaryView::of_edit(&typed.name, &chosen, &of.scopes, &of.address()) };
    frame::page(&at.request, StatusCode::OK, &part)
}
