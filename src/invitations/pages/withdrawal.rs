//! Taking an invitation back.

use super::asking::{Asking, address};
use crate::db::Db;
use crate::error::Result;
use crate::invitations::ManageInvitations;
use crate::invitations::commands;
use crate::invitations::model::Invitation;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::frame;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question};
use crate::web::shown::Shown;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET …/{id}/withdrawal`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn ask(
    pending: Pending<ManageInvitations>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db);
    let of = commands::find(&db, &asking.actor.account().id, &id).await?;
    show(&asking, &of, &Asking::opening(&pending))
}

fn show(asking: &Asking<'_>, of: &Invitation, shown: &Shown) -> Result<HttpResponse> {
    let question = Question {
        points: vec![
            Point::new("x", "Its link stops working at once."),
            Point::new("info", "The same address can be invited again at any time."),
        ],
        keep: "Keep the invitation",
        label: "Withdraw",
        kind: "danger",
        sending: "Withdrawing",
        ..Question::default()
    };
    asking.ask(of, (format!("Withdraw the invitation for {}?", of.email), false), question, shown)
}

/// `POST …/{id}/withdrawal`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store and of the form.
pub async fn withdraw(
    pending: Pending<ManageInvitations>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let asking = Asking::at(&pending, &request, &db);
    let of = commands::find(&db, &asking.actor.account().id, &id).await?;
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &of, &Shown::asked(asked)),
    };
    let done = match commands::withdraw(&db, &permit, &of.id).await? {
        true => Done::InvitationWithdrawn,
        false => Done::AlreadySo,
    };
    Ok(frame::see_other(&request, &address(&of), Some(done)))
}
