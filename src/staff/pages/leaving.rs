//! Disabling, enabling and removing somebody: a question before each that takes something away.

use super::LIST;
use super::asking::{Asking, address, failure, version};
use crate::audit;
use crate::authz::{Action, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::StaffId;
use crate::roles::Rights;
use crate::staff::commands::person::{self as commands, Trouble};
use crate::staff::store::person;
use crate::staff::{DisableStaff, EnableStaff, RemoveStaff};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question, QuestionPage};
use crate::web::shown::{Again, Shown};
use actix_web::{HttpRequest, HttpResponse, web};

/// What is asked: the words of the title and of the button, the last part of the address.
#[derive(Clone, Copy)]
enum Step {
    Disable,
    Enable,
    Remove,
}

impl Step {
    const fn words(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Disable => ("Disable", "disabling", "danger", "Disabling"),
            Self::Enable => ("Enable", "enabling", "primary", "Enabling"),
            Self::Remove => ("Remove", "removal", "danger", "Removing"),
        }
    }
}

/// Asks it about `of`.
async fn ask(asking: &Asking<'_>, of: &Rights, step: Step, shown: &Shown) -> Result<HttpResponse> {
    asking.may_touch(of)?;
    let (label, path, kind, sending) = step.words();
    let problems = shown.problems();
    let mut shell = asking.shell(format!("{label} {}", of.name));
    shell.breadcrumb.push(crate::web::shell::Crumb::link(&of.name, address(of)));
    shell.has_errors = !problems.is_empty();
    let page = QuestionPage {
        shell,
        back: address(of),
        action: format!("{}/{path}", address(of)),
        problems,
        guard: asking.sudo_guard(shown.again.as_ref()),
        question: Question {
            hidden: vec![("version", of.version.to_string())],
            points: points(asking, of, step).await?,
            keep: "Leave it as it is",
            label,
            kind,
            sending,
            ..Question::default()
        },
    };
    shown.answer(asking.request, &page)
}

async fn points(asking: &Asking<'_>, of: &Rights, step: Step) -> Result<Vec<Point>> {
    let account = asking.actor.account();
    let sessions = Point::new("log-out", format!("Their sessions in {} end at once.", account.name));
    let others = "Other accounts that they belong to are not touched.";
    Ok(match step {
        Step::Disable => vec![
            sessions,
            Point::new("circle-play", "Enabling brings everything back: role, overrides and history stay."),
            Point::new("plug", "Integrations that they made go on working."),
            Point::new("building-2", others),
        ],
        Step::Enable => {
            vec![Point::new("circle-play", format!("They can sign in to {} again, as {}.", account.name, of.role_name))]
        }
        Step::Remove => {
            let mut reader = asking.db.read().await?;
            let about = person::about(&mut reader.on(), &account.id, &of.staff).await?.ok_or(AppError::NotFound)?;
            vec![
                sessions,
                Point::new("plug", left_behind(about.integrations)),
                Point::new(
                    "id-card",
                    "Their role and overrides in this account go; the history of what they did stays.",
                ),
                Point::new("building-2", others),
            ]
        }
    })
}

fn left_behind(integrations: i64) -> String {
    match integrations {
        0 => "They look after no integration.".to_owned(),
        1 => "The 1 integration that they look after goes on working and is listed under Needs review until somebody \
              takes it over."
            .to_owned(),
        many => format!(
            "The {many} integrations that they look after go on working and are listed under Needs review until \
             somebody takes them over."
        ),
    }
}

/// Opens the question.
async fn open<A: Action>(
    pending: &Pending<A>,
    id: &str,
    step: Step,
    request: &HttpRequest,
    db: &Db,
) -> Result<HttpResponse> {
    let asking = Asking::at(pending, request, db);
    let of = asking.find(id).await?;
    if matches!(step, Step::Disable) && of.disabled_at.is_some() {
        return Ok(asking.lead(&address(&of), Done::AlreadySo));
    }
    ask(&asking, &of, step, &Shown::first(Again::opening(pending))).await
}

/// `GET /settings/staff/{id}/disabling`.
///
/// # Errors
/// [`AppError::NotFound`], the rules of giving; faults of the store.
pub async fn ask_disabling(
    pending: Pending<DisableStaff>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    open(&pending, &id, Step::Disable, &request, &db).await
}

/// `GET /settings/staff/{id}/removal`.
///
/// # Errors
/// [`AppError::NotFound`], the rules of giving; faults of the store.
pub async fn ask_removal(
    pending: Pending<RemoveStaff>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    open(&pending, &id, Step::Remove, &request, &db).await
}

/// A form that was sent: whom it is about and of which version, and the permit, or the question again.
async fn sent<A: Action>(
    pending: Pending<A>,
    form: &FormBody,
    asking: &Asking<'_>,
    of: &Rights,
    step: Step,
) -> Result<Result<(Permit<A>, i64), HttpResponse>> {
    form.expect(&["version"], &[])?;
    let version = version(form.one("version"))?;
    asking.may_touch(of)?;
    Ok(match pending.confirm(form).await? {
        Ok(permit) => Ok((permit, version)),
        Err(asked) => Err(ask(asking, of, step, &Shown::asked(asked)).await?),
    })
}

/// What is answered to a form that had its effect or did not.
async fn answer(
    asking: &Asking<'_>,
    of: &Rights,
    step: Step,
    done: Done,
    result: Result<bool, Trouble>,
) -> Result<HttpResponse> {
    match result {
        Ok(true) => Ok(asking.lead(&address(of), done)),
        Ok(false) => Ok(asking.lead(&address(of), Done::AlreadySo)),
        Err(Trouble::Stale(now)) => {
            let text = format!("{}. Look at the page of this person, then go on", asking.who_was_faster(&now).await?);
            ask(asking, &now, step, &Shown::conflict(text)).await
        }
        Err(other) => Err(failure(other)),
    }
}

/// `POST /settings/staff/{id}/disabling`.
///
/// # Errors
/// [`AppError::NotFound`], the rules of giving; faults of the store and of the form.
pub async fn disable(
    pending: Pending<DisableStaff>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    let (permit, version) = match sent(pending, &form, &asking, &of, Step::Disable).await? {
        Ok(sent) => sent,
        Err(question) => return Ok(question),
    };
    let result = commands::disable(&db, &permit, &of.staff, version).await;
    answer(&asking, &of, Step::Disable, Done::StaffDisabled, result).await
}

/// `POST /settings/staff/{id}/enabling`.
///
/// # Errors
/// [`AppError::NotFound`], the rules of giving; faults of the store and of the form.
pub async fn enable(
    pending: Pending<EnableStaff>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    let (permit, version) = match sent(pending, &form, &asking, &of, Step::Enable).await? {
        Ok(sent) => sent,
        Err(question) => return Ok(question),
    };
    let result = commands::enable(&db, &permit, &of.staff, version).await;
    answer(&asking, &of, Step::Enable, Done::StaffEnabled, result).await
}

/// `POST /settings/staff/{id}/removal`.
///
/// # Errors
/// [`AppError::NotFound`], the rules of giving; faults of the store and of the form.
pub async fn remove(
    pending: Pending<RemoveStaff>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db);
    let of = match asking.find(&id).await {
        Err(AppError::NotFound) if was_removed(&asking, &id).await? => return Ok(asking.lead(LIST, Done::AlreadySo)),
        of => of?,
    };
    let (permit, version) = match sent(pending, &form, &asking, &of, Step::Remove).await? {
        Ok(sent) => sent,
        Err(question) => return Ok(question),
    };
    match commands::remove(&db, &permit, &of.staff, version).await {
        Ok(()) => Ok(asking.lead(LIST, Done::StaffRemoved)),
        // The same form a moment earlier.
        Err(Trouble::App(AppError::NotFound)) => Ok(asking.lead(LIST, Done::AlreadySo)),
        Err(other) => answer(&asking, &of, Step::Remove, Done::StaffRemoved, Err(other)).await,
    }
}

/// Whether somebody with this id belonged to the account until they were removed.
async fn was_removed(asking: &Asking<'_>, id: &str) -> Result<bool> {
    let Ok(id) = id.parse::<StaffId>() else { return Ok(false) };
    let mut reader = asking.db.read().await?;
    let (events, _) = audit::history(&mut reader.on(), &asking.actor.account().id, id.as_str(), 1).await?;
    Ok(events.first().is_some_and(|event| event.action == "staff.removed"))
}
