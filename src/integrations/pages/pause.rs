//! Pausing, the milder way than deleting, and resuming.

use super::asking::{Asking, failure};
use crate::authz::Permit;
use crate::error::Result;
use crate::integrations::PauseIntegration;
use crate::integrations::commands;
use crate::integrations::model::Refused;
use crate::integrations::store::Integration;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::question::{Point, Question};
use crate::web::shown::Shown;
use crate::web::thing::{At, Unable, Wish, stale};
use crate::webhooks;
use actix_web::HttpResponse;

/// `GET …/{id}/pause`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store.
pub async fn ask(permit: Permit<PauseIntegration>, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    show(&asking, &of, &Shown::first(None)).await
}

async fn show(asking: &Asking<'_>, of: &Integration, shown: &Shown) -> Result<HttpResponse> {
    of.facts.pause(asking.now).map_err(failure)?;
    let account = &asking.actor.account().id;
    let webhooks = webhooks::count_of(&mut asking.db.read().await?.on(), account, &of.id).await?;
    let silent = match webhooks {
        0 => None,
        1 => Some("Its webhook sends nothing either; what falls due in the meantime can be redelivered."),
        _ => Some("Its webhooks send nothing either; what falls due in the meantime can be redelivered."),
    };
    let points = [
        Some(Point::new("circle-pause", "Every call of the software is refused until you resume it.")),
        Some(Point::new(
            "circle-play",
            "Resuming makes the same tokens work again; nothing has to be changed in the software.",
        )),
        silent.map(|text| Point::new("webhook", text)),
        Some(Point::new("hourglass", "Deadlines of its tokens go on in the meantime.")),
    ];
    let question = Question {
        points: points.into_iter().flatten().collect(),
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
pub async fn pause(permit: Permit<PauseIntegration>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let wish = Wish {
        done: Done::Paused,
        so: Refused::PausedAlready,
        is_so: |now: &Integration| now.facts.paused_at.is_some(),
    };
    let tried = commands::pause(&at.db, &permit, &of.id, form.version()?).await;
    match asking.answer(&of, tried, &wish) {
        Err(Unable::Stale(now)) => show(&asking, &now, &stale::<Integration>()).await,
        answered => Ok(answered?),
    }
}

/// `POST …/{id}/resume`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn resume(permit: Permit<PauseIntegration>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let wish =
        Wish { done: Done::Resumed, so: Refused::NotPaused, is_so: |now: &Integration| now.facts.paused_at.is_none() };
    Ok(asking.answer(&of, commands::resume(&at.db, &permit, &of.id, form.version()?).await, &wish)?)
}
