//! Steps of a rotation of the signing secret that is under way: cancel it, expire the old secret.

use super::asking::{Asking, failure};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question};
use crate::web::shown::{Again, Shown};
use crate::web::thing::{At, Thing as _, stale};
use crate::webhooks::RotateSecret;
use crate::webhooks::commands::{Trouble, secret};
use crate::webhooks::model::{Endpoint, Refused};
use actix_web::HttpResponse;

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Cancel,
    Expire,
}

impl Step {
    /// The question, but for the host, and where the answer goes below the endpoint's address.
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Cancel => ("Cancel the rotation of the signing secret of", "secret/rotation/cancellation"),
            Self::Expire => ("Expire the old signing secret of", "old-secret/expiry"),
        }
    }

    const fn done(self) -> Done {
        match self {
            Self::Cancel => Done::SecretRotationCancelled,
            Self::Expire => Done::OldSecretExpired,
        }
    }

    /// Which of the two secrets goes on: the wish is fulfilled when that one is the only one.
    fn keeps(self, of: &Endpoint, now: crate::world::Timestamp) -> Option<String> {
        let (old, _) = of.old_secret_at(now)?;
        Some(if self == Self::Cancel { old.hint.clone() } else { of.secret.hint.clone() })
    }

    /// Does it; what there is to tell.
    async fn run(self, db: &Db, permit: &Permit<RotateSecret>, of: &Endpoint, version: i64) -> Result<Done, Trouble> {
        let done = match self {
            Self::Cancel => secret::cancel_rotation(db, permit, &of.id, version).await.map(|()| true)?,
            Self::Expire => secret::expire_old(db, permit, &of.id, version).await?,
        };
        Ok(if done { self.done() } else { Done::AlreadySo })
    }
}

async fn ask(pending: &Pending<RotateSecret>, at: &At, step: Step) -> Result<HttpResponse> {
    let asking = Asking::at(pending, at);
    let of = asking.find().await?;
    show(&asking, &of, step, &Shown::first(Again::opening(pending)))
}

/// Tries a step, or asks for the password first.
async fn take(pending: Pending<RotateSecret>, form: &FormBody, at: &At, step: Step) -> Result<HttpResponse> {
    form.expect(&["version", "keeps"], &[])?;
    let version = form.version()?;
    let asking = Asking::at(&pending, at);
    let of = asking.find().await?;
    if step == Step::Expire && of.old_secret_at(asking.now).is_none() && of.secret.hint == form.one("keeps") {
        // The clock did it, or somebody else; no password is asked for that.
        return Ok(asking.lead(&of.address(), Done::AlreadySo));
    }
    let permit = match pending.confirm(form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &of, step, &Shown::asked(asked)),
    };
    let now = match step.run(&at.db, &permit, &of, version).await {
        Ok(done) => return Ok(asking.lead(&of.address(), done)),
        Err(Trouble::Stale(now)) if now.old_secret_at(asking.now).is_some() => {
            return show(&asking, &now, step, &stale::<Endpoint>());
        }
        Err(Trouble::Stale(now)) => *now,
        Err(other) => return Err(failure(other)),
    };
    // The secret that should go on is the only one: somebody else did the same, or the clock.
    if now.secret.hint == form.one("keeps") {
        return Ok(asking.lead(&now.address(), Done::AlreadySo));
    }
    Err(failure(Refused::NoRotation))
}

fn show(asking: &Asking<'_>, of: &Endpoint, step: Step, shown: &Shown) -> Result<HttpResponse> {
    let old = of.under_way(asking.now).map_err(failure)?.hint.clone();
    let new = &of.secret.hint;
    let question = Question {
        hidden: step.keeps(of, asking.now).map(|hint| ("keeps", hint)).into_iter().collect(),
        keep: "Keep both secrets",
        kind: "danger",
        ..Question::default()
    };
    let question = match step {
        Step::Cancel => Question {
            points: vec![
                Point::new(
                    "x",
                    format!(
                        "The new secret {new} signs nothing any more. A receiver that has only this one refuses what comes."
                    ),
                ),
                Point::new("undo-2", format!("The old secret {old} stays and signs alone.")),
            ],
            label: "Cancel rotation",
            sending: "Cancelling",
            ..question
        },
        Step::Expire => Question {
            points: vec![
                Point::new(
                    "x",
                    format!(
                        "The old secret {old} signs nothing any more. A receiver that has only this one refuses what comes."
                    ),
                ),
                Point::new("check", format!("The new secret {new} signs alone, and the rotation is finished.")),
            ],
            label: "Expire now",
            sending: "Expiring",
            ..question
        },
    };
    asking.ask(of, step.place(), question, shown)
}

/// `GET …/{id}/secret/rotation/cancellation`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store.
pub async fn ask_cancel(pending: Pending<RotateSecret>, at: At) -> Result<HttpResponse> {
    ask(&pending, &at, Step::Cancel).await
}

/// `GET …/{id}/old-secret/expiry`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store.
pub async fn ask_expire(pending: Pending<RotateSecret>, at: At) -> Result<HttpResponse> {
    ask(&pending, &at, Step::Expire).await
}

/// `POST …/{id}/secret/rotation/cancellation`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn cancel(pending: Pending<RotateSecret>, form: FormBody, at: At) -> Result<HttpResponse> {
    take(pending, &form, &at, Step::Cancel).await
}

/// `POST …/{id}/old-secret/expiry`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn expire(pending: Pending<RotateSecret>, form: FormBody, at: At) -> Result<HttpResponse> {
    take(pending, &form, &at, Step::Expire).await
}
