//! The page behind an invitation's link: somebody new chooses a password, somebody known shows who they are.

use super::view::{AcceptPage, EndedPage, Step, ended_words};
use crate::authz::Actor;
use crate::db::Db;
use crate::error::Result;
use crate::invitations::commands::accept::{self, Joined, Welcome};
use crate::invitations::model::{Ended, Invitation};
use crate::users::{
    self, Email, HalfWay, Hasher, PASSWORD_RULE, Passed, Proof, entrance, problems_of, visitor_guard, welcome,
};
use crate::web::flash::Done;
use crate::web::form::{FormBody, Query};
use crate::web::parts::Field;
use crate::web::permit::Open;
use crate::web::{faces, frame, halfway, refusal, session, times};
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};

/// One request for the page behind a good link.
struct Accepting<'a> {
    open: &'a Open,
    request: &'a HttpRequest,
    db: &'a Db,
    link: &'a str,
    of: Invitation,
    /// Who gave the right password in this browser, and whose code is missing.
    half: Option<HalfWay>,
}

impl Accepting<'_> {
    /// What is asked for, from whoever looks.
    fn step(&self, name: &str) -> Step {
        let staff = self.open.actor.as_ref().and_then(Actor::staff);
        match (staff, &self.of.known) {
            (Some(staff), Some(known)) if staff.user == *known => Step::Accept,
            (Some(staff), _) => Step::Other(staff.email.clone()),
            (None, Some(known)) if self.half.as_ref().is_some_and(|half| half.user == *known) => {
                Step::Code { code: users::code_field(None) }
            }
            (None, Some(_)) => {
                Step::Prove { password: Field::password("password", "Your password", "current-password") }
            }
            (None, None) => Step::New {
                name: Field { autocomplete: "name", autofocus: true, ..Field::new("name", "Your name", name) },
                password: Field::password("password", "Password", "new-password").hint(PASSWORD_RULE),
            },
        }
    }

    fn show(&self, step: Step, status: StatusCode) -> Result<HttpResponse> {
        let (guard, cookie) = match &self.open.actor {
            Some(actor) => (frame::guard(self.db, actor, false), None),
            None => visitor_guard(self.request, self.db),
        };
        let mut shell = frame::visitor_shell(format!("Join {}", self.of.account_name));
        let problems = match &step {
            Step::New { name, password } => problems_of(&[name, password]),
            Step::Prove { password } => problems_of(&[password]),
            Step::Code { code } => problems_of(&[code]),
            Step::Accept | Step::Other(_) => Vec::new(),
        };
        shell.has_errors = !problems.is_empty();
        let page = AcceptPage {
            shell,
            guard,
            link: self.link.to_owned(),
            inviter: self.of.inviter.clone(),
            account: self.of.account_name.clone(),
            role: self.of.role_name.clone(),
            email: self.of.email.clone(),
            until: times::in_full(self.of.expires_at),
            step,
            problems,
        };
        entrance(self.request, status, &page, cookie.as_ref())
    }

    /// The page again because the password is not right, or because of too many tries.
    fn not_proved(&self, text: String, status: StatusCode) -> Result<HttpResponse> {
        let password = Field::password("password", "Your password", "current-password");
        self.show(Step::Prove { password: password.error(Some(text)) }, status)
    }

    /// Somebody new, who has no password yet.
    async fn take_new(&self, hasher: &Hasher, form: &FormBody) -> Result<HttpResponse> {
        let name = users::read_name(form.one("name"), "a name");
        let words = ["Progreda", self.of.account_name.as_str(), form.one("name"), self.of.email.as_str()];
        let password = hasher.choose(form.one("password"), &words).await?;
        match (name, password) {
            (Ok(name), Ok(password)) => {
                let visit = &self.open.visit;
                match accept::by_somebody_new(self.db, hasher, visit, self.link, (name, password)).await? {
                    Welcome::Joined(joined) => self.begin(&joined, 0),
                    Welcome::Ended(why) => ended(self.request, why),
                    Welcome::Wait(seconds) => self.wait(seconds, self.step(form.one("name"))),
                }
            }
            (name, password) => {
                let mut step = self.step(form.one("name"));
                if let Step::New { name: of_name, password: of_password } = &mut step {
                    of_name.error = name.err().map(|bad| bad.to_string());
                    of_password.error = password.err().map(|bad| bad.to_string());
                }
                self.show(step, StatusCode::UNPROCESSABLE_ENTITY)
            }
        }
    }

    /// Somebody known, who is not signed in.
    async fn take_known(&self, hasher: &Hasher, password: &str) -> Result<HttpResponse> {
        if password.is_empty() {
            return self.not_proved("Enter your password".to_owned(), StatusCode::UNPROCESSABLE_ENTITY);
        }
        let email = Email { text: self.of.email.clone(), key: self.of.email_key.clone() };
        let refusals = refusal::notes(self.request)?;
        match users::prove(self.db, hasher, &refusals, &self.open.visit, &email, password).await? {
            Proof::Wrong => self.not_proved("That is not your password".to_owned(), StatusCode::UNAUTHORIZED),
            Proof::Wait(seconds) => {
                let password = Field::password("password", "Your password", "current-password");
                self.wait(seconds, Step::Prove { password })
            }
            Proof::HalfWay(key) => users::lead_half_way(self.request, &format!("/invitation?link={}", self.link), &key),
            Proof::Right { user, name, epoch } => {
                match accept::by_somebody_known(self.db, &self.open.visit, self.link, &user, &name).await? {
                    Ok(joined) => self.begin(&joined, epoch),
                    Err(why) => ended(self.request, why),
                }
            }
        }
    }

    /// The same person, whose code was still missing.
    async fn take_code(&self, half: &HalfWay, typed: &str) -> Result<HttpResponse> {
        let asked = |error| Step::Code { code: users::code_field(Some(error)) };
        if typed.trim().is_empty() {
            return self.show(asked(users::wrong_code(typed)), StatusCode::UNPROCESSABLE_ENTITY);
        }
        match users::pass_code(self.db, &self.open.visit, half, typed, true).await? {
            Passed::Wrong => self.show(asked(users::wrong_code(typed)), StatusCode::UNAUTHORIZED),
            Passed::Wait(seconds) => self.wait(seconds, Step::Code { code: users::code_field(None) }),
            Passed::Ended => Ok(frame::see_other(self.request, &format!("/invitation?link={}", self.link), None)),
            Passed::Welcome { .. } => {
                let (visit, name) = (&self.open.visit, half.name());
                match accept::by_somebody_known(self.db, visit, self.link, &half.user, name).await? {
                    Ok(joined) => {
                        let mut response = self.begin(&joined, half.epoch)?;
                        let forget = halfway::forget(self.request);
                        response.add_cookie(&forget).map_err(crate::error::AppError::internal)?;
                        Ok(response)
                    }
                    Err(why) => ended(self.request, why),
                }
            }
        }
    }

    fn begin(&self, joined: &Joined, epoch: i64) -> Result<HttpResponse> {
        let who = (&joined.user, &joined.account, epoch);
        session::sign_in(&self.request.get_session(), self.db, who, &self.open.visit)?;
        welcome(self.request, "/", Some(Done::Joined))
    }

    fn wait(&self, seconds: u32, mut step: Step) -> Result<HttpResponse> {
        if let Step::New { password, .. } | Step::Prove { password } | Step::Code { code: password } = &mut step {
            password.error = Some(faces::wait(seconds));
        }
        let mut response = self.show(step, StatusCode::TOO_MANY_REQUESTS)?;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        Ok(response)
    }
}

fn ended(request: &HttpRequest, why: Ended) -> Result<HttpResponse> {
    let status = if why == Ended::Unknown { StatusCode::NOT_FOUND } else { StatusCode::GONE };
    let [title, why, next] = ended_words(why);
    frame::page(request, status, &EndedPage { shell: frame::visitor_shell(title), why, next })
}

/// `GET /invitation?link=…`.
///
/// # Errors
/// Faults of the store.
pub async fn open(open: Open, request: HttpRequest, query: Query, db: web::Data<Db>) -> Result<HttpResponse> {
    let link = query.one("link");
    match accept::look_up(&db, &open.visit, link).await? {
        Ok(of) => {
            let half = users::half_way(&request, &db, &open).await?;
            let accepting = Accepting { open: &open, request: &request, db: &db, link, of, half };
            accepting.show(accepting.step(""), StatusCode::OK)
        }
        Err(why) => ended(&request, why),
    }
}

/// `POST /invitation`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn accept(
    open: Open,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    form.expect(&["link", "name", "code"], &[])?;
    let link = form.one("link");
    // Before the costly hash, so that nobody without a link can ask for it.
    let of = match accept::look_up(&db, &open.visit, link).await? {
        Ok(of) => of,
        Err(why) => return ended(&request, why),
    };
    let half = users::half_way(&request, &db, &open).await?;
    let accepting = Accepting { open: &open, request: &request, db: &db, link, of, half };
    match accepting.step("") {
        Step::New { .. } => accepting.take_new(&hasher, &form).await,
        Step::Prove { .. } => accepting.take_known(&hasher, form.one("password")).await,
        Step::Code { .. } => {
            let half = accepting.half.as_ref().ok_or(crate::error::AppError::SignedOut)?;
            accepting.take_code(half, form.one("code")).await
        }
        Step::Other(who) => accepting.show(Step::Other(who), StatusCode::FORBIDDEN),
        Step::Accept => {
            let staff = open.actor.as_ref().and_then(Actor::staff).ok_or(crate::error::AppError::SignedOut)?;
            match accept::by_somebody_known(&db, &open.visit, link, &staff.user, &staff.name).await? {
                Ok(_) => Ok(frame::see_other(&request, frame::home(staff), Some(Done::JoinedAnother))),
                Err(why) => ended(&request, why),
            }
        }
    }
}
