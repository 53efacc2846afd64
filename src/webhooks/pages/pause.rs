//! Pausing, the milder way than deleting; resuming; and enabling what the server gave up.

use super::asking::{Asking, failure};
use crate::authz::Permit;
use crate::error::Result;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::question::{Point, Question};
use crate::web::shown::Shown;
use crate::web::thing::{At, Unable, Wish, stale};
use crate::webhooks::PauseEndpoint;
use crate::webhooks::commands::life;
use crate::webhooks::model::{Endpoint, Refused};
use actix_web::HttpResponse;

/// `GET …/{id}/pause`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store.
pub async fn ask(permit: Permit<PauseEndpoint>, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    show(&asking, &of, &Shown::first(None))
}

fn show(asking: &Asking<'_>, of: &Endpoint, shown: &Shown) -> Result<HttpResponse> {
    of.may_pause().map_err(failure)?;
    let question = Question {
        points: vec![
            Point::new("circle-pause", "Nothing is sent to the receiver until you resume it."),
            Point::new(
                "archive",
                "What falls due in the meantime is stopped and kept for 30 days; it can be redelivered.",
            ),
            Point::new("circle-play", "Resuming sends what happens from then on. URL and signing secret stay."),
        ],
        keep: "Keep it working",
        label: "Pause",
        kind: "primary",
        sending: "Pausing",
        ..Question::default()
    };
    asking.ask(of, ("Pause", "pause"), question, shown)
}

/// `POST …/{id}/pause`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn pause(permit: Permit<PauseEndpoint>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let wish =
        Wish { done: Done::WebhookPaused, so: Refused::PausedAlready, is_so: |now: &Endpoint| now.paused_at.is_some() };
    let tried = life::pause(&at.db, &permit, &of.id, form.version()?).await;
    match asking.answer(&of, tried, &wish) {
        Err(Unable::Stale(now)) => show(&asking, &now, &stale::<Endpoint>()),
        answered => Ok(answered?),
    }
}

/// `POST …/{id}/resume`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn resume(permit: Permit<PauseEndpoint>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let wish =
        Wish { done: Done::WebhookResumed, so: Refused::NotPaused, is_so: |now: &Endpoint| now.paused_at.is_none() };
    Ok(asking.answer(&of, life::resume(&at.db, &permit, &of.id, form.version()?).await, &wish)?)
}

/// `POST …/{id}/enable`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn enable(permit: Permit<PauseEndpoint>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let wish =
        Wish { done: Done::WebhookEnabled, so: Refused::NotDisabled, is_so: |now: &Endpoint| now.disabled.is_none() };
    Ok(asking.answer(&of, life::enable(&at.db, &permit, &of.id, form.version()?).await, &wish)?)
}
