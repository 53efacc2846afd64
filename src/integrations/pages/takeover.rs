//! The button under the banner of an integration that nobody looks after.

use super::asking::{Asking, address};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::integrations::{TakeOver, takeover};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use actix_web::{HttpRequest, HttpResponse, web};

/// `POST …/{id}/takeover`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store and of the form.
pub async fn take_over(
    permit: Permit<TakeOver>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let asking = Asking::with(&permit, &request, &db);
    let of = asking.find(&id).await?;
    let done = if takeover::take_over(&db, &permit, &of.id).await? { Done::TakenOver } else { Done::AlreadySo };
    Ok(asking.lead(&address(&of), done))
}
