//! The button under the banner of an integration that nobody looks after.

use super::asking::Asking;
use crate::authz::Permit;
use crate::error::Result;
use crate::integrations::{TakeOver, takeover};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::thing::{At, Thing as _};
use actix_web::HttpResponse;

/// `POST …/{id}/takeover`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store and of the form.
pub async fn take_over(permit: Permit<TakeOver>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let done = if takeover::take_over(&at.db, &permit, &of.id).await? { Done::TakenOver } else { Done::AlreadySo };
    Ok(asking.lead(&of.address(), done))
}
