//! The account switcher's form.

use crate::authz::Permit;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::AccountId;
use crate::users::{OpenAccount, switching};
use crate::web::flash::Done;
use crate::web::form::SessionForm;
use crate::web::{frame, session};
use actix_session::SessionExt as _;
use actix_web::{HttpRequest, HttpResponse, web};

/// `POST /accounts/open`: the session goes on in another account of the person's, and leads to where they work there, or
/// to the page named in `next`.
///
/// # Errors
/// [`AppError::NotFound`] for an account that is none of theirs; faults of the store and of the form.
pub async fn open(
    permit: Permit<OpenAccount>,
    SessionForm(form): SessionForm,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["to", "next"], &[])?;
    let to: AccountId = form.one("to").parse().map_err(|_| AppError::NotFound)?;
    let next = frame::local_path(form.one("next")).unwrap_or("/");
    // The same click twice, or another tab was faster.
    if to != *permit.account() {
        switching::open_account(&db, &permit, &to).await?;
        session::open_account(&request.get_session(), &to)?;
    }
    Ok(frame::see_other(&request, next, Some(Done::AccountOpened)))
}
