//! Deleting: facts, consequences, a milder way, then the host.

use super::LIST;
use super::asking::{Asking, failure};
use super::show::facts;
use crate::error::{AppError, Result};
use crate::ids::EndpointId;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Field;
use crate::web::permit::Pending;
use crate::web::question::{DeletionPage, Point};
use crate::web::shown::{Again, Shown};
use crate::web::thing::{At, Thing as _, stale};
use crate::webhooks::DeleteEndpoint;
use crate::webhooks::commands::{Trouble, life};
use crate::webhooks::model::{Endpoint, Place, Refused};
use crate::webhooks::store::endpoints;
use actix_web::HttpResponse;

/// `GET …/{id}/deletion`.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn ask(pending: Pending<DeleteEndpoint>, at: At) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    show(&asking, &of, "", &Shown::first(Again::opening(&pending)))
}

/// `POST …/{id}/deletion`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn delete(pending: Pending<DeleteEndpoint>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["host", "version"], &[])?;
    let (version, typed) = (form.version()?, form.one("host"));
    let asking = Asking::at(&pending, &at);
    let of = match asking.find().await {
        Err(AppError::NotFound) => return gone(&asking, at.part("id")).await,
        found => found?,
    };
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &of, typed, &Shown::asked(asked)),
    };
    match life::delete(&at.db, &permit, &of.id, version, typed).await {
        Ok(()) => Ok(asking.lead(LIST, Done::WebhookDeleted)),
        // Somebody else deleted it since it was found above.
        Err(Trouble::NotFound) => gone(&asking, at.part("id")).await,
        Err(Trouble::Stale(now)) => show(&asking, &now, typed, &stale::<Endpoint>()),
        Err(Trouble::Refused(Refused::OtherHost)) => {
            show(&asking, &of, typed, &Shown::wrong("host", Refused::OtherHost.to_string()))
        }
        Err(other) => Err(failure(other)),
    }
}

/// What is answered when there is nothing to delete: to whom has wished just that, that it is so already.
async fn gone(asking: &Asking<'_>, id: &str) -> Result<HttpResponse> {
    let id: EndpointId = id.parse().map_err(|_| AppError::NotFound)?;
    let mut reader = asking.db.read().await?;
    match endpoints::is_deleted(&mut reader.on(), &asking.actor.account().id, &id).await? {
        true => Ok(asking.lead(LIST, Done::AlreadySo)),
        false => Err(AppError::NotFound),
    }
}

fn show(asking: &Asking<'_>, of: &Endpoint, typed: &str, shown: &Shown) -> Result<HttpResponse> {
    let problems = shown.problems();
    let mut shell = asking.shell_of(of, format!("Delete {}", of.name()));
    shell.has_errors = !problems.is_empty();
    let wrong = shown.problem.as_ref().filter(|problem| problem.field_id == "host");
    let page = DeletionPage {
        shell,
        href: of.address(),
        problems,
        guard: asking.sudo_guard(false, shown.again.as_ref()),
        version: of.version,
        facts: facts(of, asking.now),
        points: vec![
            Point::new(
                "x",
                "Nothing is sent to this URL from this moment on, and what waits is not tried again. This cannot be undone.",
            ),
            Point::new(
                "archive",
                "Its signing secret and the list of its deliveries are gone. What was done with it stays in the audit log.",
            ),
        ],
        paused: of.paused_at.is_some(),
        word: Place::of(&of.url).named(),
        confirm: Field::new("host", "Type", typed).error(wrong.map(|problem| problem.text.clone())),
        label: "Delete webhook",
    };
    shown.answer(asking.request, &page)
}
