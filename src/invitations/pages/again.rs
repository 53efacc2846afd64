//! Sending an invitation again: a new link, and the old one dies.

use super::asking::Asking;
use super::handing::hand_over;
use crate::config::Public;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::invitations::ManageInvitations;
use crate::invitations::commands::{self, Refused};
use crate::invitations::model::Invitation;
use crate::mail::Mailer;
use crate::web::form::FormBody;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question};
use crate::web::shown::Shown;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET …/{id}/link`.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn ask(
    pending: Pending<ManageInvitations>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    mailer: web::Data<Mailer>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db);
    let of = commands::find(&db, &asking.actor.account().id, &id).await?;
    show(&asking, &of, mailer.is_configured(), &Asking::opening(&pending))
}

fn show(asking: &Asking<'_>, of: &Invitation, mails: bool, shown: &Shown) -> Result<HttpResponse> {
    if of.accepted_at.is_some() || of.withdrawn_at.is_some() {
        return Err(ended());
    }
    let hands =
        if mails { "The new one is mailed, and shown to you once." } else { "The new one is shown to you once." };
    let question = Question {
        points: vec![
            Point::new("refresh-cw", "The invitation gets a new link. The one before stops working at once."),
            Point::new("info", hands),
            Point::new("hourglass", "It works once, for 7 days from now."),
        ],
        keep: "Keep the link",
        label: "Send again",
        kind: "primary",
        sending: "Sending",
        ..Question::default()
    };
    asking.ask(of, (format!("Send the invitation for {} again?", of.email), true), question, shown)
}

fn ended() -> AppError {
    AppError::Conflict("This invitation was accepted or withdrawn, so it has no link any more.".to_owned())
}

/// `POST …/{id}/link`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`], [`AppError::Rule`]; faults of the store and of the form.
pub async fn send(
    pending: Pending<ManageInvitations>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    (mailer, public): (web::Data<Mailer>, web::Data<Public>),
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let key = form.once_key()?;
    let asking = Asking::at(&pending, &request, &db);
    let of = commands::find(&db, &asking.actor.account().id, &id).await?;
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &of, mailer.is_configured(), &Shown::asked(asked)),
    };
    match commands::send_again(&db, &permit, &of.id, &key).await? {
        Ok(made) => hand_over(&request, &mailer, &public, &made, &key).await,
        Err(Refused::Belongs) => {
            Err(AppError::Conflict("Somebody with this address belongs to the account already.".to_owned()))
        }
        Err(Refused::Address) => {
            Err(AppError::Conflict("The account does not take addresses like this one any more.".to_owned()))
        }
        Err(_) => Err(ended()),
    }
}
