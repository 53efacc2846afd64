//! Steps of a rotation that is under way: cancel it, expire the outgoing token, extend the overlap.

use super::asking::{Again, Asking, Shown, address, failure, version};
use super::view::confirm::{ConfirmPage, Point};
use crate::authz::Action;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::integrations::commands::{self, Trouble};
use crate::integrations::model::{Extension, Refused, Token};
use crate::integrations::store::Integration;
use crate::integrations::{CancelRotation, ExpireOutgoing, ExtendOverlap};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Choice;
use crate::web::permit::Pending;
use crate::web::times;
use actix_web::{HttpRequest, HttpResponse, web};

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Cancel,
    Expire,
    Extend(Extension),
}

impl Step {
    const fn done(self) -> Done {
        match self {
            Self::Cancel => Done::RotationCancelled,
            Self::Expire => Done::OutgoingExpired,
            Self::Extend(_) => Done::OverlapExtended,
        }
    }
}

async fn ask<A: Action>(
    pending: &Pending<A>,
    id: &str,
    request: &HttpRequest,
    db: &Db,
    step: Step,
) -> Result<HttpResponse> {
    let asking = Asking::at(pending, request, db);
    let of = asking.find(id).await?;
    show(&asking, &of, step, &Shown::first(Again::opening(pending)))
}

/// What is answered after a step was tried.
fn answer(asking: &Asking<'_>, of: &Integration, step: Step, tried: Result<(), Trouble>) -> Result<HttpResponse> {
    match tried {
        Ok(()) => Ok(asking.lead(&address(of), step.done())),
        Err(Trouble::Stale(now)) if now.facts.expire_outgoing(asking.now).is_err() => {
            Ok(asking.lead(&address(of), Done::AlreadySo))
        }
        Err(Trouble::Stale(now)) => show(asking, &now, step, &Shown::stale()),
        Err(Trouble::Refused(Refused::NoRotation)) => Ok(asking.lead(&address(of), Done::AlreadySo)),
        Err(other) => Err(failure(other)),
    }
}

fn show(asking: &Asking<'_>, of: &Integration, step: Step, shown: &Shown) -> Result<HttpResponse> {
    let possible = of.facts.expire_outgoing(asking.now).and_then(|_| match step {
        Step::Extend(_) => of.facts.extend_overlap(Extension::Longest, asking.now),
        _ => of.facts.cancel_rotation(asking.now),
    });
    possible.map_err(|refused| failure(refused.into()))?;
    let (old, new) = (hint(of.facts.outgoing.as_ref()), hint(of.facts.current.as_ref()));
    let (title, path, keep, label, kind, sending) = match step {
        Step::Cancel => (
            "Cancel the rotation of",
            "rotation/cancellation",
            "Keep both tokens",
            "Cancel rotation",
            "danger",
            "Cancelling",
        ),
        Step::Expire => {
            ("Expire the old token of", "outgoing-token/expiry", "Keep both tokens", "Expire now", "danger", "Expiring")
        }
        Step::Extend(_) => (
            "Extend the overlap of",
            "rotation/extension",
            "Keep the deadline",
            "Extend overlap",
            "primary",
            "Extending",
        ),
    };
    let problems = shown.problems();
    let mut shell = asking.shell_of(of, format!("{title} {}", of.name));
    shell.has_errors = !problems.is_empty();
    let page = ConfirmPage {
        shell,
        href: address(of),
        action: format!("{}/{path}", address(of)),
        problems,
        guard: asking.sudo_guard(false, shown.again.as_ref()),
        version: Some(of.version),
        points: points(step, &old, &new),
        ends: if let Step::Extend(chosen) = step { ends(of, asking, chosen) } else { Vec::new() },
        keep,
        label,
        kind,
        sending,
    };
    shown.answer(asking, &page)
}

fn hint(token: Option<&Token>) -> String {
    token.map(|token| token.hint.clone()).unwrap_or_default()
}

fn points(step: Step, old: &str, new: &str) -> Vec<Point> {
    match step {
        Step::Cancel => vec![
            Point::new("x", format!("The new token {new} stops at once. Calls with it are refused from then on.")),
            Point::new(
                "undo-2",
                format!("The old token {old} stays, with the deadline that it had before the rotation, if any."),
            ),
        ],
        Step::Expire => vec![
            Point::new("x", format!("The old token {old} stops at once. Calls with it are refused from then on.")),
            Point::new("check", format!("The current token {new} goes on working, and the rotation is finished.")),
        ],
        Step::Extend(_) => {
            vec![Point::new("refresh-cw", format!("Both tokens, {old} and {new}, go on working until then."))]
        }
    }
}

/// Later ends of the overlap, each once.
fn ends(of: &Integration, asking: &Asking<'_>, chosen: Extension) -> Vec<Choice> {
    let mut ends: Vec<Choice> = Vec::new();
    for extension in Extension::ALL {
        let Some(until) = of.facts.extension_until(extension, asking.now) else { continue };
        let label = format!("{} ({})", times::in_full(until), extension.words().to_lowercase());
        if !ends.iter().any(|end| end.label.starts_with(&times::in_full(until))) {
            ends.push(Choice { value: extension.code().to_owned(), label, chosen: extension == chosen });
        }
    }
    if !ends.iter().any(|end| end.chosen)
        && let Some(last) = ends.last_mut()
    {
        last.chosen = true;
    }
    ends
}

/// `GET …/{id}/rotation/cancellation`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store.
pub async fn ask_cancel(
    pending: Pending<CancelRotation>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    ask(&pending, &id, &request, &db, Step::Cancel).await
}

/// `GET …/{id}/outgoing-token/expiry`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store.
pub async fn ask_expire(
    pending: Pending<ExpireOutgoing>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    ask(&pending, &id, &request, &db, Step::Expire).await
}

/// `GET …/{id}/rotation/extension`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store.
pub async fn ask_extend(
    pending: Pending<ExtendOverlap>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    ask(&pending, &id, &request, &db, Step::Extend(Extension::Week)).await
}

/// `POST …/{id}/rotation/cancellation`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn cancel(
    pending: Pending<CancelRotation>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let version = version(form.one("version"))?;
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    match pending.confirm(&form).await? {
        Ok(permit) => {
            answer(&asking, &of, Step::Cancel, commands::cancel_rotation(&db, &permit, &of.id, version).await)
        }
        Err(asked) => show(&asking, &of, Step::Cancel, &Shown::asked(asked)),
    }
}

/// `POST …/{id}/outgoing-token/expiry`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn expire(
    pending: Pending<ExpireOutgoing>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["version"], &[])?;
    let version = version(form.one("version"))?;
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    match pending.confirm(&form).await? {
        Ok(permit) => {
            answer(&asking, &of, Step::Expire, commands::expire_outgoing(&db, &permit, &of.id, version).await)
        }
        Err(asked) => show(&asking, &of, Step::Expire, &Shown::asked(asked)),
    }
}

/// `POST …/{id}/rotation/extension`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn extend(
    pending: Pending<ExtendOverlap>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["version", "until"], &[])?;
    let version = version(form.one("version"))?;
    let extension =
        Extension::from_code(form.one("until")).ok_or(AppError::Malformed("There is no such extension."))?;
    let step = Step::Extend(extension);
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    match pending.confirm(&form).await? {
        Ok(permit) => {
            answer(&asking, &of, step, commands::extend_overlap(&db, &permit, &of.id, version, extension).await)
        }
        Err(asked) => show(&asking, &of, step, &Shown::asked(asked)),
    }
}
