//! Asks from which role permissions are copied; the matrix then opens with them, not saved.

use super::asking::{Asking, role_of};
use super::view::CopyPage;
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::roles::ManageRoles;
use crate::web::frame;
use crate::web::parts::Choice;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET …/{id}/copy`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn ask(
    permit: Permit<ManageRoles>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &request, &db)?;
    let board = asking.board().await?;
    let to = role_of(&board, &id)?;
    let from = board.roles.iter().filter(|role| role.id != to.id).map(|role| Choice {
        value: role.id.to_string(),
        label: role.name.clone(),
        chosen: false,
    });
    let page = CopyPage {
        shell: asking.shell_below(format!("Copy permissions to {}", to.name)),
        to: to.id.to_string(),
        name: to.name.clone(),
        from: from.collect(),
    };
    frame::page(&request, StatusCode::OK, &page)
}
