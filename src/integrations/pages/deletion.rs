//! Deleting: figures, consequences, a milder way, then the name.

use super::activity::Calls;
use super::asking::{Asking, address, failure, stale, version};
use super::compromised::facts;
use super::view::deletion::DeletePage;
use crate::db::Db;
use crate::error::Result;
use crate::integrations::DeleteIntegration;
use crate::integrations::commands::{self, Trouble};
use crate::integrations::model::{Lifecycle, Refused};
use crate::integrations::store::Integration;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Field;
use crate::web::permit::Pending;
use crate::web::shown::{Again, Shown};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET …/{id}/deletion`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`] when it is deleted; faults of the store.
pub async fn ask(
    pending: Pending<DeleteIntegration>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    show(&asking, &of, "", &Shown::first(Again::opening(&pending))).await
}

/// `POST …/{id}/deletion`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`]; faults of the store and of the form.
pub async fn delete(
    pending: Pending<DeleteIntegration>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["name", "version"], &[])?;
    let (version, typed) = (version(form.one("version"))?, form.one("name"));
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &of, typed, &Shown::asked(asked)).await,
    };
    match commands::delete(&db, &permit, &of.id, version, typed).await {
        Ok(()) => Ok(asking.lead(&address(&of), Done::Deleted)),
        Err(Trouble::Stale(now)) if now.facts.deleted_at.is_some() => Ok(asking.lead(&address(&of), Done::AlreadySo)),
        Err(Trouble::Refused(Refused::Deleted)) => Ok(asking.lead(&address(&of), Done::AlreadySo)),
        Err(Trouble::Stale(now)) => show(&asking, &now, typed, &stale()).await,
        Err(Trouble::Refused(Refused::OtherName)) => {
            show(&asking, &of, typed, &Shown::wrong("name", Refused::OtherName.to_string())).await
        }
        Err(other) => Err(failure(other)),
    }
}

async fn show(asking: &Asking<'_>, of: &Integration, typed: &str, shown: &Shown) -> Result<HttpResponse> {
    let life = Lifecycle::at(&of.facts, asking.now);
    if matches!(life, Lifecycle::Deleted(_)) {
        return Err(failure(Refused::Deleted.into()));
    }
    let calls = Calls::of(asking, of).await?;
    let problems = shown.problems();
    let mut shell = asking.shell_of(of, format!("Delete {}", of.name));
    shell.has_errors = !problems.is_empty();
    let wrong_name = shown.problem.as_ref().filter(|problem| problem.field_id == "name");
    let page = DeletePage {
        shell,
        href: address(of),
        name: of.name.clone(),
        problems,
        guard: asking.sudo_guard(false, shown.again.as_ref()),
        version: of.version,
        facts: facts(of, &life, &calls, asking),
        paused: of.facts.paused_at.is_some(),
        confirm: Field::new("name", "Type", typed).error(wrong_name.map(|problem| problem.text.clone())),
    };
    shown.answer(asking.request, &page)
}
