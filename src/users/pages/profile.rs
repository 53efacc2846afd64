//! One's own profile: name, password, sessions.

use super::problems_of;
use super::setup::PASSWORD_RULE;
use crate::authz::{Actor, Permit, StaffMember};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::users::commands::{self, NotChanged};
use crate::users::hashing::Hasher;
use crate::users::model;
use crate::users::{ChangeName, ChangePassword, EndSessions, ViewProfile};
use crate::web::client;
use crate::web::faces;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::frame;
use crate::web::parts::{Field, FormGuard, Problem, When};
use crate::web::permit::{Asked, Pending};
use crate::web::session::{self, Listed, Sessions, SignedIn};
use crate::web::shell::Shell;
use crate::web::times;
use crate::world::Timestamp;
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the profile page.
#[derive(Debug, Clone, Template)]
#[template(path = "users/profile.html")]
pub struct ProfilePage {
    /// The frame.
    pub shell: Shell,
    /// What binds the forms to this session and account.
    pub guard: FormGuard,
    /// The name.
    pub name: Field,
    /// The address one signs in with.
    pub email: String,
    /// The name of one's role in this account.
    pub role: String,
    /// The old password; always empty.
    pub old: Field,
    /// The new one; always empty.
    pub new: Field,
    /// The live sessions, this one first.
    pub sessions: Vec<SessionRow>,
    /// What waits for the password, if anything does.
    pub confirm: Option<Confirm>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// A session in the list.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its public name.
    pub handle: String,
    /// The client's short name.
    pub client: String,
    /// From where it began.
    pub address: String,
    /// When it began.
    pub began: When,
    /// When it was last used.
    pub used: When,
    /// Whether it is the one that looks at the page.
    pub this: bool,
}

/// The question for the password before sessions are ended.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Where the form goes.
    pub action: &'static str,
    /// Which session; none for all others.
    pub handle: Option<String>,
    /// What will happen.
    pub words: String,
    /// The button.
    pub button: &'static str,
    /// What binds the form, with the password's field.
    pub guard: FormGuard,
}

impl ProfilePage {
    fn refused(mut self) -> Self {
        self.problems = problems_of(&[&self.name, &self.old, &self.new]);
        if let Some(field) = self.confirm.as_ref().and_then(|confirm| confirm.guard.password.as_ref()) {
            self.problems.extend(problems_of(&[field]));
        }
        self.shell.has_errors = !self.problems.is_empty();
        self
    }
}

/// A person who looks at their own profile.
struct Own<'a> {
    request: &'a HttpRequest,
    actor: &'a Actor,
    staff: &'a StaffMember,
    now: Timestamp,
}

impl<'a> Own<'a> {
    fn new(request: &'a HttpRequest, actor: &'a Actor, now: Timestamp) -> Result<Self> {
        let staff = actor.staff().ok_or(AppError::Forbidden)?;
        Ok(Self { request, actor, staff, now })
    }

    /// The public name of the session that asks.
    fn handle(&self) -> String {
        SignedIn::read(&self.request.get_session()).map(|signed_in| signed_in.handle).unwrap_or_default()
    }

    async fn page(&self, db: &Db) -> Result<ProfilePage> {
        let this = self.handle();
        let sessions = self.request.app_data::<web::Data<Sessions>>();
        let sessions = sessions.ok_or_else(|| AppError::internal("no sessions"))?.of(&self.staff.user).await?;
        let mut rows: Vec<_> = sessions.into_iter().map(|listed| row(listed, &this, self.now)).collect();
        rows.sort_by_key(|row| !row.this);
        let name = Field { autocomplete: "name", ..Field::new("name", "Name", &*self.staff.name) };
        Ok(ProfilePage {
            shell: frame::shell(self.request, db, self.actor, "Profile"),
            guard: frame::guard(db, self.actor, false),
            name: name.hint("Others in your accounts see it, also in the history of what you change."),
            email: self.staff.email.clone(),
            role: self.staff.role.clone(),
            old: Field::password("old_password", "Current password", "current-password"),
            new: Field::password("new_password", "New password", "new-password").hint(PASSWORD_RULE),
            sessions: rows,
            confirm: None,
            problems: Vec::new(),
        })
    }

    fn answer(&self, status: StatusCode, page: &ProfilePage, wait: Option<u32>) -> Result<HttpResponse> {
        let mut response = frame::page(self.request, status, page)?;
        if let Some(seconds) = wait {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Ok(response)
    }
}

fn row(listed: Listed, this: &str, now: Timestamp) -> SessionRow {
    SessionRow {
        client: client::name_of(&listed.agent),
        address: listed.address,
        began: times::ago_or_day(listed.since, now),
        used: times::ago_or_day(listed.seen_at, now),
        this: listed.handle == this,
        handle: listed.handle,
    }
}

/// `GET /profile`.
///
/// # Errors
/// Faults of the store.
pub async fn show(permit: Permit<ViewProfile>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let own = Own::new(&request, permit.actor(), permit.now())?;
    own.answer(StatusCode::OK, &own.page(&db).await?, None)
}

/// `POST /profile/name`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn change_name(
    permit: Permit<ChangeName>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["name"], &[])?;
    let own = Own::new(&request, permit.actor(), permit.now())?;
    match model::name(form.one("name"), "a name") {
        Ok(name) => {
            let done = if name == own.staff.name { Done::Unchanged } else { Done::NameChanged };
            commands::change_name(&db, &permit, &name).await?;
            Ok(frame::see_other(&request, "/profile", Some(done)))
        }
        Err(bad) => {
            let mut page = own.page(&db).await?;
            form.one("name").clone_into(&mut page.name.value);
            page.name.error = Some(bad.to_string());
            own.answer(StatusCode::UNPROCESSABLE_ENTITY, &page.refused(), None)
        }
    }
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
    let own = Own::new(&request, permit.actor(), permit.now())?;
    let old = form.one("old_password");
    let words = ["Progreda", &own.staff.account.name, &own.staff.name, &own.staff.email];
    let new = hasher.choose(form.one("new_password"), &words).await?;
    let mut page = own.page(&db).await?;
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
            Ok(frame::see_other(&request, "/profile", Some(Done::PasswordChanged)))
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

/// `POST /profile/sessions/end`: ends one of one's own sessions.
///
/// # Errors
/// [`AppError::NotFound`] when it is none of one's own; faults of the store and of the form.
pub async fn end_session(
    pending: Pending<EndSessions>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["session"], &[])?;
    let (actor, now) = (pending.actor().clone(), pending.visit().now);
    let handle = form.one("session");
    if !handle.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(AppError::NotFound);
    }
    match pending.confirm(&form).await? {
        Ok(permit) => {
            commands::end_session(&db, &permit, handle).await?;
            Ok(frame::see_other(&request, "/profile", Some(Done::SessionEnded)))
        }
        Err(asked) => ask(&Own::new(&request, &actor, now)?, &db, Some(handle), &asked).await,
    }
}

/// `POST /profile/sessions/end-all`: ends every session but this one.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn end_all(
    pending: Pending<EndSessions>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let (actor, now) = (pending.actor().clone(), pending.visit().now);
    let own = Own::new(&request, &actor, now)?;
    match pending.confirm(&form).await? {
        Ok(permit) => {
            let epoch = commands::end_all(&db, &permit, &own.handle()).await?;
            session::keep(&request.get_session(), epoch)?;
            Ok(frame::see_other(&request, "/profile", Some(Done::SignedOutElsewhere)))
        }
        Err(asked) => ask(&own, &db, None, &asked).await,
    }
}

/// The page again, with the question for the password.
async fn ask(own: &Own<'_>, db: &Db, handle: Option<&str>, asked: &Asked) -> Result<HttpResponse> {
    let mut page = own.page(db).await?;
    let (status, error, wait) = match asked {
        Asked::ForPassword => (StatusCode::FORBIDDEN, None, None),
        Asked::WrongPassword => (StatusCode::FORBIDDEN, Some("This is not your password".to_owned()), None),
        Asked::TooMany(seconds) => (StatusCode::TOO_MANY_REQUESTS, Some(faces::wait(*seconds)), Some(*seconds)),
    };
    let field = Field::password("password", "Your password", "current-password").error(error);
    let guard = FormGuard { password: Some(Field { autofocus: true, ..field }), ..page.guard.clone() };
    page.confirm = Some(match handle {
        Some(handle) => {
            let row = page.sessions.iter().find(|row| row.handle == handle).ok_or(AppError::NotFound)?;
            Confirm {
                action: "/profile/sessions/end",
                handle: Some(row.handle.clone()),
                words: format!("{} from {} will be signed out.", row.client, row.address),
                button: "Sign out that session",
                guard,
            }
        }
        None => Confirm {
            action: "/profile/sessions/end-all",
            handle: None,
            words: "Every session but this one will be signed out.".to_owned(),
            button: "Sign out everywhere else",
            guard,
        },
    });
    own.answer(status, &page.refused(), wait)
}
