//! One invitation; with its link for whoever has just made that.

use super::asking::below;
use super::handing::link_of;
use super::view::ShowPage;
use crate::authz::Permit;
use crate::config::Public;
use crate::db::Db;
use crate::error::Result;
use crate::invitations::{ViewInvitations, commands};
use crate::web::{frame, reveal};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use zeroize::Zeroizing;

/// `GET /settings/staff/invitations/{id}`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn show(
    permit: Permit<ViewInvitations>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    let of = commands::find(&db, permit.account(), &id).await?;
    let secret = reveal::take(&db, &permit, &request, of.id.as_str()).await?;
    let link = secret.map(|secret| Zeroizing::new(link_of(&public, &secret)));
    let shown = link.is_some();
    let shell = below(&request, &db, permit.actor(), format!("Invitation for {}", of.email));
    let page = ShowPage::new(shell, &of, link, permit.now());
    if shown { reveal::page(&request, &page) } else { frame::page(&request, StatusCode::OK, &page) }
}
