//! Deleting: figures, consequences, a milder way, then the name.

use super::activity::Calls;
use super::asking::{Asking, failure};
use super::compromised::facts;
use crate::error::Result;
use crate::integrations::DeleteIntegration;
use crate::integrations::commands::{self, Trouble};
use crate::integrations::model::{Lifecycle, Refused};
use crate::integrations::store::Integration;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Field;
use crate::web::permit::Pending;
use crate::web::question::{DeletionPage, Point};
use crate::web::shown::{Again, Shown};
use crate::web::thing::{At, Thing as _, stale};
use crate::webhooks;
use actix_web::HttpResponse;

/// `GET …/{id}/deletion`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`] when it is deleted; faults of the store.
pub async fn ask(pending: Pending<DeleteIntegration>, at: At) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    show(&asking, &of, "", &Shown::first(Again::opening(&pending))).await
}

/// `POST …/{id}/deletion`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn delete(pending: Pending<DeleteIntegration>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["name", "version"], &[])?;
    let (version, typed) = (form.version()?, form.one("name"));
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &of, typed, &Shown::asked(asked)).await,
    };
    match commands::delete(&at.db, &permit, &of.id, version, typed).await {
        Ok(()) => Ok(asking.lead(&of.address(), Done::Deleted)),
        Err(Trouble::Stale(now)) if now.facts.deleted_at.is_some() => Ok(asking.lead(&of.address(), Done::AlreadySo)),
        Err(Trouble::Refused(Refused::Deleted)) => Ok(asking.lead(&of.address(), Done::AlreadySo)),
        Err(Trouble::Stale(now)) => show(&asking, &now, typed, &stale::<Integration>()).await,
        Err(Trouble::Refused(Refused::OtherName)) => {
            show(&asking, &of, typed, &Shown::wrong("name", Refused::OtherName.to_string())).await
        }
        Err(other) => Err(failure(other)),
    }
}

async fn show(asking: &Asking<'_>, of: &Integration, typed: &str, shown: &Shown) -> Result<HttpResponse> {
    let life = Lifecycle::at(&of.facts, asking.now);
    if matches!(life, Lifecycle::Deleted(_)) {
        return Err(failure(Refused::Deleted));
    }
    let calls = Calls::of(asking, of).await?;
    let account = &asking.actor.account().id;
    let webhooks = webhooks::count_of(&mut asking.db.read().await?.on(), account, &of.id).await?;
    let problems = shown.problems();
    let mut shell = asking.shell_of(of, format!("Delete {}", of.name));
    shell.has_errors = !problems.is_empty();
    let wrong_name = shown.problem.as_ref().filter(|problem| problem.field_id == "name");
    let mut points = vec![
        Point::new("x", "Every call of the software is refused from this moment on. This cannot be undone."),
        Point::new("archive", "Name, scopes and history stay readable in the list under “Deleted”."),
    ];
    match webhooks {
        0 => {}
        1 => points.push(Point::new("webhook", "Its webhook is deleted with it.")),
        many => points.push(Point::new("webhook", format!("Its {many} webhooks are deleted with it."))),
    }
    let page = DeletionPage {
        shell,
        href: of.address(),
        problems,
        guard: asking.sudo_guard(false, shown.again.as_ref()),
        version: of.version,
        facts: facts(of, &life, &calls, asking),
        points,
        paused: of.facts.paused_at.is_some(),
        word: of.name.clone(),
        confirm: Field::new("name", "Type", typed).error(wrong_name.map(|problem| problem.text.clone())),
        label: "Delete integration",
    };
    shown.answer(asking.request, &page)
}
