//! Steps of a rotation that is under way: cancel it, expire the outgoing token, extend the overlap.

use super::asking::{Asking, failure};
use super::meanwhile::{self, Ended, Seen};
use super::words;
use crate::authz::{Action, Permit};
use crate::error::{AppError, Result};
use crate::ids::IntegrationId;
use crate::integrations::commands::{self, Trouble};
use crate::integrations::model::{Extension, Refused, Token};
use crate::integrations::store::Integration;
use crate::integrations::{CancelRotation, ExpireOutgoing, ExtendOverlap};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Choice;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question};
use crate::web::shown::{Again, Shown};
use crate::web::thing::{At, Thing as _, stale};
use crate::web::times;
use crate::world::Timestamp;
use actix_web::HttpResponse;

const FIELDS: &[&str] = &["version", "old", "new"];

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

    /// The question, but for the name, and where the answer goes below the integration's address.
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Cancel => ("Cancel the rotation of", "rotation/cancellation"),
            Self::Expire => ("Expire the old token of", "outgoing-token/expiry"),
            Self::Extend(_) => ("Extend the overlap of", "rotation/extension"),
        }
    }

    /// The end of the rotation that leaves nothing to be wished.
    const fn wish(self) -> Option<Ended> {
        match self {
            Self::Cancel => Some(Ended::Cancelled),
            Self::Expire => Some(Ended::Finished),
            Self::Extend(_) => None,
        }
    }
}

async fn ask<A: Action>(pending: &Pending<A>, at: &At, step: Step) -> Result<HttpResponse> {
    let asking = Asking::at(pending, at);
    let of = asking.find().await?;
    show(&asking, &of, step, &Shown::first(Again::opening(pending)))
}

/// Tries a step, or asks for the password first.
async fn take<A: Action>(
    pending: Pending<A>,
    form: &FormBody,
    at: &At,
    step: Step,
    run: impl AsyncFnOnce(&Permit<A>, &IntegrationId, i64) -> Result<(), Trouble>,
) -> Result<HttpResponse> {
    let version = form.version()?;
    let asking = Asking::at(&pending, at);
    let of = asking.find().await?;
    match pending.confirm(form).await? {
        Ok(permit) => {
            let tried = run(&permit, &of.id, version).await;
            answer(&asking, &of, (step, Seen::read(form)), tried).await
        }
        Err(asked) => show(&asking, &of, step, &Shown::asked(asked)),
    }
}

/// What is answered after a step was tried.
async fn answer(
    asking: &Asking<'_>,
    of: &Integration,
    (step, seen): (Step, Seen<'_>),
    tried: Result<(), Trouble>,
) -> Result<HttpResponse> {
    let now = match tried {
        Ok(()) => return Ok(asking.lead(&of.address(), step.done())),
        Err(Trouble::Stale(now)) if now.facts.expire_outgoing(asking.now).is_ok() => {
            return show(asking, &now, step, &stale::<Integration>());
        }
        Err(Trouble::Stale(now)) => now,
        // It is the version that was seen, and its overlap is over by the clock.
        Err(Trouble::Refused(Refused::NoRotation)) => Box::new(of.clone()),
        Err(other) => return Err(failure(other)),
    };
    let ended = Ended::of(asking, &now, seen).await?;
    if step.wish() == Some(ended) {
        return Ok(asking.lead(&of.address(), Done::AlreadySo));
    }
    Err(ended.problem(&now))
}

fn show(asking: &Asking<'_>, of: &Integration, step: Step, shown: &Shown) -> Result<HttpResponse> {
    let possible = of.facts.expire_outgoing(asking.now).and_then(|_| match step {
        Step::Extend(_) => of.facts.extend_overlap(Extension::Longest, asking.now),
        _ => of.facts.cancel_rotation(asking.now),
    });
    possible.map_err(failure)?;
    asking.ask(of, step.place(), question(asking, of, step), shown)
}

fn question(asking: &Asking<'_>, of: &Integration, step: Step) -> Question {
    let (points, hidden) = (points(step, of, asking.now), meanwhile::hidden(of));
    let question = Question { hidden, points, keep: "Keep both tokens", kind: "danger", ..Question::default() };
    match step {
        Step::Cancel => Question { label: "Cancel rotation", sending: "Cancelling", ..question },
        Step::Expire => Question { label: "Expire now", sending: "Expiring", ..question },
        Step::Extend(chosen) => Question {
            choose: Some(("The old token works until", "until", ends(of, asking, chosen))),
            keep: "Keep the deadline",
            label: "Extend overlap",
            kind: "primary",
            sending: "Extending",
            ..question
        },
    }
}

fn hint(token: Option<&Token>) -> String {
    token.map(|token| token.hint.clone()).unwrap_or_default()
}

/// When both were used; with a warning while the new one is not in the software.
fn uses(of: &Integration, now: Timestamp) -> Option<Point> {
    let (old, new) = (of.facts.outgoing.as_ref()?, of.facts.current.as_ref()?);
    let icon = if new.last_used_at.is_none() { "triangle-alert" } else { "info" };
    Some(Point::new(icon, words::uses(old, new, now)))
}

fn points(step: Step, of: &Integration, now: Timestamp) -> Vec<Point> {
    let (old, new) = (hint(of.facts.outgoing.as_ref()), hint(of.facts.current.as_ref()));
    match step {
        Step::Cancel => vec![
            Point::new("x", format!("The new token {new} stops at once. Calls with it are refused from then on.")),
            Point::new("undo-2", format!("The old token {old} {}.", words::kept(of.facts.outgoing.as_ref(), now))),
        ],
        Step::Expire => vec![
            Point::new("x", format!("The old token {old} stops at once. Calls with it are refused from then on.")),
            Point::new("check", format!("The current token {new} goes on working, and the rotation is finished.")),
        ]
        .into_iter()
        .chain(uses(of, now))
        .collect(),
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
pub async fn ask_cancel(pending: Pending<CancelRotation>, at: At) -> Result<HttpResponse> {
    ask(&pending, &at, Step::Cancel).await
}

/// `GET …/{id}/outgoing-token/expiry`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store.
pub async fn ask_expire(pending: Pending<ExpireOutgoing>, at: At) -> Result<HttpResponse> {
    ask(&pending, &at, Step::Expire).await
}

/// `GET …/{id}/rotation/extension`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store.
pub async fn ask_extend(pending: Pending<ExtendOverlap>, at: At) -> Result<HttpResponse> {
    ask(&pending, &at, Step::Extend(Extension::Week)).await
}

/// `POST …/{id}/rotation/cancellation`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn cancel(pending: Pending<CancelRotation>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(FIELDS, &[])?;
    let run = async |permit: &Permit<CancelRotation>, of: &IntegrationId, version: i64| {
        commands::cancel_rotation(&at.db, permit, of, version).await
    };
    take(pending, &form, &at, Step::Cancel, run).await
}

/// `POST …/{id}/outgoing-token/expiry`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn expire(pending: Pending<ExpireOutgoing>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(FIELDS, &[])?;
    let run = async |permit: &Permit<ExpireOutgoing>, of: &IntegrationId, version: i64| {
        commands::expire_outgoing(&at.db, permit, of, version).await
    };
    take(pending, &form, &at, Step::Expire, run).await
}

/// `POST …/{id}/rotation/extension`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn extend(pending: Pending<ExtendOverlap>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["version", "old", "new", "until"], &[])?;
    let extension =
        Extension::from_code(form.one("until")).ok_or(AppError::Malformed("There is no such extension."))?;
    let run = async |permit: &Permit<ExtendOverlap>, of: &IntegrationId, version: i64| {
        commands::extend_overlap(&at.db, permit, of, version, extension).await
    };
    take(pending, &form, &at, Step::Extend(extension), run).await
}
