//! Questions before somebody else's sessions end, or their second factor is reset.

use crate::authz::{Action, Actor};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::mail::Mailer;
use crate::roles::Rights;
use crate::users::commands::protecting::{self, Reset};
use crate::users::commands::reset::candidate;
use crate::users::{EndSessionsOf, ResetFactor};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::frame;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question, QuestionPage};
use crate::web::shell::Crumb;
use crate::web::shown::{self, Again, Shown};
use actix_web::{HttpRequest, HttpResponse, web};

const STAFF: &str = "/settings/staff";

/// Somebody about to do it, and to whom.
struct Doing<'a> {
    request: &'a HttpRequest,
    db: &'a Db,
    actor: Actor,
    of: Rights,
    only_here: bool,
    has_factor: bool,
    mails: bool,
}

impl<'a> Doing<'a> {
    async fn at<A: Action>(pending: &Pending<A>, id: &str, request: &'a HttpRequest, db: &'a Db) -> Result<Self> {
        let actor = pending.actor().clone();
        let staff = actor.staff().ok_or(AppError::Forbidden)?;
        let of = candidate(db, &staff.account.id, (&staff.id, staff.permissions), id).await?;
        let (has_factor, only_here) = protecting::state(db, &staff.account.id, &of.user).await?;
        let mails = request.app_data::<web::Data<Mailer>>().is_some_and(|mailer| mailer.is_configured());
        Ok(Self { request, db, actor, of, only_here, has_factor, mails })
    }

    fn back(&self) -> String {
        format!("{STAFF}/{}", self.of.staff)
    }

    fn told(&self) -> Point {
        match self.mails {
            true => Point::new("mail", format!("{} is told by mail.", self.of.name)),
            false => Point::new("mail", "No mail server is configured, so tell them yourself."),
        }
    }

    fn ask(&self, title: String, path: &str, question: Question, shown: &Shown) -> Result<HttpResponse> {
        let problems = shown.problems();
        let mut shell = frame::shell(self.request, self.db, &self.actor, title);
        shell.breadcrumb = vec![
            Crumb::area("Settings"),
            Crumb::area("Team"),
            Crumb::link("My Staff", STAFF),
            Crumb::link(&self.of.name, self.back()),
        ];
        shell.has_errors = !problems.is_empty();
        let page = QuestionPage {
            shell,
            back: self.back(),
            action: format!("{}/{path}", self.back()),
            problems,
            guard: shown::sudo_guard(self.db, &self.actor, false, shown.again.as_ref()),
            question: Question { keep: "Leave it as it is", kind: "danger", ..question },
        };
        shown.answer(self.request, &page)
    }

    fn ask_ending(&self, shown: &Shown) -> Result<HttpResponse> {
        let account = &self.actor.account().name;
        let which = match self.only_here {
            true => "Every session of theirs ends at once, in each browser.".to_owned(),
            false => format!("Their sessions in {account} end at once. Those in their other accounts are theirs."),
        };
        let points = vec![
            Point::new("log-out", which),
            Point::new("log-out", "They can sign in again. To keep them out, disable them."),
            self.told(),
        ];
        let question = Question { points, label: "End sessions", sending: "Ending sessions", ..Question::default() };
        self.ask(format!("End the sessions of {}", self.of.name), "sessions", question, shown)
    }

    fn ask_reset(&self, shown: &Shown) -> Result<HttpResponse> {
        let points = vec![
            Point::new("shield-check", "Their app and their recovery codes do not work any more, from now on."),
            Point::new("key-round", "Their password alone signs them in until they set up a new second factor."),
            Point::new("log-out", "Every session of theirs ends at once."),
            self.told(),
        ];
        let question = Question { points, label: "Reset", sending: "Resetting", ..Question::default() };
        self.ask(format!("Reset the second factor of {}", self.of.name), "second-factor", question, shown)
    }

    /// Why it cannot be reset from here.
    fn barred(&self) -> Option<AppError> {
        let name = &self.of.name;
        if !self.only_here {
            return Some(AppError::Conflict(format!(
                "{name} belongs to another account, too, and the second factor protects it as well. Whoever runs the server \
                 resets it: progreda admin reset-second-factor"
            )));
        }
        (!self.has_factor).then(|| AppError::Conflict(format!("{name} has no second factor.")))
    }
}

/// `GET /settings/staff/{id}/sessions`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store.
pub async fn ask_ending(
    pending: Pending<EndSessionsOf>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let doing = Doing::at(&pending, &id, &request, &db).await?;
    doing.ask_ending(&Shown::first(Again::opening(&pending)))
}

/// `POST /settings/staff/{id}/sessions`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store and of the form.
pub async fn end(
    pending: Pending<EndSessionsOf>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let doing = Doing::at(&pending, &id, &request, &db).await?;
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return doing.ask_ending(&Shown::asked(asked)),
    };
    let done = match protecting::end_sessions(&db, &permit, &doing.of.staff).await? {
        0 => Done::AlreadySo,
        _ => Done::SessionsOfEnded,
    };
    Ok(frame::see_other(&request, &doing.back(), Some(done)))
}

/// `GET /settings/staff/{id}/second-factor`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; [`AppError::Conflict`] when it cannot be reset from here; faults of the store.
pub async fn ask_reset(
    pending: Pending<ResetFactor>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let doing = Doing::at(&pending, &id, &request, &db).await?;
    match doing.barred() {
        Some(why) => Err(why),
        None => doing.ask_reset(&Shown::first(Again::opening(&pending))),
    }
}

/// `POST /settings/staff/{id}/second-factor`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; [`AppError::Conflict`] when it cannot be reset from here; faults of the store and of the form.
pub async fn reset(
    pending: Pending<ResetFactor>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let doing = Doing::at(&pending, &id, &request, &db).await?;
    let back = doing.back();
    if !doing.only_here {
        return doing.barred().map_or(Err(AppError::NotFound), Err);
    }
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return doing.ask_reset(&Shown::asked(asked)),
    };
    match protecting::reset(&db, &permit, &doing.of.staff).await? {
        Reset::Done => Ok(frame::see_other(&request, &back, Some(Done::FactorReset))),
        Reset::AlreadyOff => Ok(frame::see_other(&request, &back, Some(Done::AlreadySo))),
        // They came to belong to another account meanwhile.
        Reset::Elsewhere => Err(Doing { only_here: false, ..doing }.barred().unwrap_or(AppError::NotFound)),
    }
}
