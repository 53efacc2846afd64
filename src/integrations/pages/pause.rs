//! Pausing, the milder way than deleting, and resuming.

use super::asking::{Asking, address, failure, stale, version};
use super::confirm;
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::integrations::PauseIntegration;
use crate::integrations::commands::{self, Trouble};
use crate::integrations::model::Refused;
use crate::integrations::store::Integration;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::question::{Point, Question};
use crate::web::shown::Shown;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET …/{id}/pause`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store.
pub async fn ask(
    permit: Permit<PauseIntegration>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &request, &db);
    let of = asking.find(&id).await?;
    show(&asking, &of, &Shown::first(None))
}

fn show(asking: &Asking<'_>, of: &Integration, shown: &Shown) -> Result<HttpResponse> {
    of.facts.pause(asking.now).map_err(|refused| failure(refused.into()))?;
    let question = Question {
        points: vec![
            Point::new("circle-pause", "Every call of the software is refused until you resume it."),
            Point::new(
                "circle-play",
                "Resuming makes the same tokens work again; nothing has to be changed in the software.",
            ),
            Point::new("hourglass", "Deadlines of its tokens go on in the meantime."),
        ],
        keep: "Keep it working",
        label: "Pause",
        kind: "primary",
        sending: "Pausing",
        ..Question::default()
    };
    confirm::ask(asking, of, ("Pause", "pause"), question, shown)
}

/// `POST …/{id}/pause`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn pause(
    permit: Permit<PauseIntegration>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let asking = Asking::with(&permit, &request, &db);
    let of = asking.find(&id).await?;
    match commands::pause(&db, &permit, &of.id, version(form.one("version"))?).await {
        Ok(()) => Ok(asking.lead(&address(&of), Done::Paused)),
        Err(Trouble::Stale(now)) if now.facts.paused_at.is_some() => Ok(asking.lead(&address(&of), Done::AlreadySo)),
        Err(Trouble::Refused(Refused::PausedAlready)) => Ok(asking.lead(&address(&of), Done::AlreadySo)),
        Err(Trouble::Stale(now)) => show(&asking, &now, &stale()),
        Err(other) => Err(failure(other)),
    }
}

/// `POST …/{id}/resume`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn resume(
    permit: Permit<PauseIntegration>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let asking = Asking::with(&permit, &request, &db);
    let of = asking.find(&id).await?;
    match commands::resume(&db, &permit, &of.id, version(form.one("version"))?).await {
        Ok(()) => Ok(asking.lead(&address(&of), Done::Resumed)),
        Err(Trouble::Refused(Refused::NotPaused)) => Ok(asking.lead(&address(&of), Done::AlreadySo)),
        Err(Trouble::Stale(now)) if now.facts.paused_at.is_none() => Ok(asking.lead(&address(&of), Done::AlreadySo)),
        Err(other) => Err(failure(other)),
    }
}
