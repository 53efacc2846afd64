//! How one signs in: second factor, password, sessions, and the last sign-ins.

use super::sessions::{Confirm, SessionRow, SignInLine};
use super::{PASSWORD_RULE, PASSWORD_RULE_OF_TWO, problems_of, sessions, tabs};
use crate::authz::{Actor, Permit, StaffMember};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::mail::Mailer;
use crate::users::commands::{self, NotChanged};
use crate::users::hashing::Hasher;
use crate::users::secret::RECOVERY_CODES;
use crate::users::store::factor;
use crate::users::{ChangePassword, ViewProfile};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::{Field, FormGuard, Problem, Tab};
use crate::web::session::{self, SignedIn};
use crate::web::shell::Shell;
use crate::web::{faces, frame, times};
use crate::world::Timestamp;
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// The page's address.
pub const PATH: &str = "/profile/security";

/// View data of the Security page.
#[derive(Debug, Clone, Template)]
#[template(path = "users/security.html")]
pub struct SecurityPage {
    /// The frame.
    pub shell: Shell,
    /// The pages of one's profile.
    pub tabs: Vec<Tab>,
    /// What binds the forms to this session and account.
    pub guard: FormGuard,
    /// The second factor, when there is one.
    pub factor: Option<FactorView>,
    /// The accounts that demand one, in words; empty for none.
    pub demanded: String,
    /// Whether changes are told by mail.
    pub mails: bool,
    /// The address one signs in with.
    pub email: String,
    /// The old password; always empty.
    pub old: Field,
    /// The new one; always empty.
    pub new: Field,
    /// The live sessions, this one first.
    pub sessions: Vec<SessionRow>,
    /// What waits for the password, if anything does.
    pub confirm: Option<Confirm>,
    /// The last sign-ins, the newest first.
    pub sign_ins: Vec<SignInLine>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// A second factor that is on.
#[derive(Debug, Clone)]
pub struct FactorView {
    /// Since when.
    pub since: String,
    /// How many recovery codes are left, in a sentence.
    pub codes: String,
    /// Whether so few are left that new ones should be made.
    pub few: bool,
}

impl SecurityPage {
    /// The page with what is wrong at its fields.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.problems = problems_of(&[&self.old, &self.new]);
        if let Some(field) = self.confirm.as_ref().and_then(|confirm| confirm.guard.password.as_ref()) {
            self.problems.extend(problems_of(&[field]));
        }
        self.shell.has_errors = !self.problems.is_empty();
        self
    }
}

/// `A`, or `A and B`: names in a sentence.
#[must_use]
pub fn listed(names: &[String]) -> String {
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

fn left(codes: i64) -> String {
    match codes {
        0 => "No recovery code is left.".to_owned(),
        1 => format!("1 of {RECOVERY_CODES} recovery codes is left."),
        many => format!("{many} of {RECOVERY_CODES} recovery codes are left."),
    }
}

/// Somebody who looks at how they sign in.
pub struct Own<'a> {
    /// The request.
    pub request: &'a HttpRequest,
    /// The store.
    pub db: &'a Db,
    /// Who asks.
    pub actor: &'a Actor,
    /// The person.
    pub staff: &'a StaffMember,
    /// The instant of the request.
    pub now: Timestamp,
}

impl<'a> Own<'a> {
    /// One request.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] when it is no person.
    pub fn new(request: &'a HttpRequest, db: &'a Db, actor: &'a Actor, now: Timestamp) -> Result<Self> {
        let staff = actor.staff().ok_or(AppError::Forbidden)?;
        Ok(Self { request, db, actor, staff, now })
    }

    /// The public name of the session that asks.
    #[must_use]
    pub fn handle(&self) -> String {
        SignedIn::read(&self.request.get_session()).map(|signed_in| signed_in.handle).unwrap_or_default()
    }

    /// The page as it is.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn page(&self) -> Result<SecurityPage> {
        let mut reader = self.db.read().await?;
        let found = factor::find(&mut reader.on(), &self.staff.user).await?.ok_or(AppError::NotFound)?;
        let demanded = factor::demanded_by(&mut reader.on(), &self.staff.user).await?;
        drop(reader);
        let factor = found.since.map(|since| FactorView {
            since: times::day(Timestamp::from_millis(since)),
            codes: left(found.codes_left),
            few: found.codes_left < 3,
        });
        let rule = if factor.is_some() { PASSWORD_RULE_OF_TWO } else { PASSWORD_RULE };
        let mails = self.request.app_data::<web::Data<Mailer>>().is_some_and(|mailer| mailer.is_configured());
        Ok(SecurityPage {
            shell: frame::shell(self.request, self.db, self.actor, "Security"),
            tabs: tabs(true),
            guard: frame::guard(self.db, self.actor, false),
            factor,
            demanded: listed(&demanded),
            mails,
            email: self.staff.email.clone(),
            old: Field::password("old_password", "Current password", "current-password"),
            new: Field::password("new_password", "New password", "new-password").hint(rule),
            sessions: sessions::rows(self).await?,
            confirm: None,
            sign_ins: sessions::sign_ins(self).await?,
            problems: Vec::new(),
        })
    }

    /// Answers with the page.
    ///
    /// # Errors
    /// When it cannot be rendered.
    pub fn answer(&self, status: StatusCode, page: &SecurityPage, wait: Option<u32>) -> Result<HttpResponse> {
        let mut response = frame::page(self.request, status, page)?;
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Ok(response)
    }
}

/// `GET /profile/security`.
///
/// # Errors
/// Faults of the store.
pub async fn show(permit: Permit<ViewProfile>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let own = Own::new(&request, &db, permit.actor(), permit.now())?;
    own.answer(StatusCode::OK, &own.page().await?, None)
}

/// `POST /profile/password`: asks for the old one itself, ends every other session.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn change_password(
    permit: Permit<ChangePassword>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    form.expect(&["old_password", "new_password"], &[])?;
    let own = Own::new(&request, &db, permit.actor(), permit.now())?;
    let old = form.one("old_password");
    let words = ["Progreda", &own.staff.account.name, &own.staff.name, &own.staff.email];
    let new = hasher.choose_as(form.one("new_password"), &words, own.staff.second_factor).await?;
    let mut page = own.page().await?;
    if old.is_empty() {
        page.old.error = Some("Enter your current password".to_owned());
    }
    let new = match new {
        Ok(new) if !old.is_empty() => new,
        new => {
            page.new.error = new.err().map(|bad| bad.to_string());
            return own.answer(StatusCode::UNPROCESSABLE_ENTITY, &page.refused(), None);
        }
    };
    match commands::change_password(&db, &hasher, &permit, old, new, &own.handle()).await? {
        Ok(epoch) => {
            session::begin_anew(&request.get_session(), permit.now(), epoch)?;
            Ok(frame::see_other(&request, PATH, Some(Done::PasswordChanged)))
        }
        Err(NotChanged::OldWrong) => {
            page.old.error = Some("This is not your current password".to_owned());
            own.answer(StatusCode::UNPROCESSABLE_ENTITY, &page.refused(), None)
        }
        Err(NotChanged::Wait(seconds)) => {
            page.old.error = Some(faces::wait(seconds));
            own.answer(StatusCode::TOO_MANY_REQUESTS, &page.refused(), Some(seconds))
        }
    }
}
