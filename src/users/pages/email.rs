//! Changing the address with which one signs in: the page that begins it.

use super::dead_link::would_lose;
use super::{code, problems_of};
use crate::authz::{Actor, StaffMember};
use crate::config::Public;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::mail::{Letter, Post};
use crate::users::ChangeEmail;
use crate::users::commands::address::{self, Started};
use crate::users::commands::factor::Refusal;
use crate::users::hashing::Hasher;
use crate::users::model::Email;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::{Asked, Pending};
use crate::web::shell::{Crumb, Shell};
use crate::web::shown::{self, Again, Shown};
use crate::web::{frame, times};
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use std::sync::Arc;

const PAGE: &str = "/profile/email";

/// View data of the page.
#[derive(Debug, Template)]
#[template(path = "users/email.html")]
pub struct EmailPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form, with the question for the password.
    pub guard: FormGuard,
    /// The address typed.
    pub email: Field,
    /// The address one signs in with.
    pub present: String,
    /// The password and a code, for whoever has a second factor; both always empty.
    pub proof: Option<(Field, Field)>,
    /// The one that waits for its confirmation, and until when.
    pub waiting: Option<(String, String)>,
    /// Whether a mail server is configured; else the page says whom to ask.
    pub mails: bool,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

struct Changing<'a> {
    request: &'a HttpRequest,
    db: &'a Db,
    actor: Actor,
    now: Timestamp,
    mails: bool,
}

impl<'a> Changing<'a> {
    fn new(request: &'a HttpRequest, db: &'a Db, pending: &Pending<ChangeEmail>, post: &Post) -> Self {
        let (actor, now) = (pending.actor().clone(), pending.visit().now);
        Self { request, db, actor, now, mails: post.is_configured() }
    }

    fn staff(&self) -> Result<&Arc<StaffMember>> {
        self.actor.staff().ok_or(AppError::Forbidden)
    }

    async fn show(&self, typed: &str, shown: &Shown) -> Result<HttpResponse> {
        let staff = self.staff()?;
        let waiting = address::waiting(self.db, &staff.user, self.now).await?;
        let error = |of: &str| {
            let problem = shown.problem.as_ref().filter(|problem| problem.field_id == of);
            problem.map(|problem| problem.text.clone())
        };
        let email = Field { kind: "email", autocomplete: "email", ..Field::new("email", "New address", typed) };
        let email = email.error(error("email"));
        let proof = staff.second_factor.then(|| {
            let password = Field::password("password", "Your password", "current-password");
            let code = Field { autofocus: false, ..code::field(error("code")) };
            (password.error(shown.again_problem().map(|problem| problem.text)), code)
        });
        let mut problems = problems_of(&[&email]);
        match &proof {
            Some((password, code)) => problems.extend(problems_of(&[password, code])),
            None => problems.extend(shown.again_problem()),
        }
        let mut shell = frame::shell(self.request, self.db, &self.actor, "Change e-mail address");
        shell.breadcrumb = vec![Crumb::link("Profile", "/profile")];
        shell.has_errors = !problems.is_empty();
        let page = EmailPage {
            shell,
            guard: shown::sudo_guard(self.db, &self.actor, true, shown.again.as_ref()),
            email,
            proof,
            present: staff.email.clone(),
            waiting: waiting.map(|(address, until)| (address, times::in_full(until))),
            mails: self.mails,
            problems,
        };
        shown.answer(self.request, &page)
    }
}

/// `GET /profile/email`.
///
/// # Errors
/// Faults of the store.
pub async fn show(
    pending: Pending<ChangeEmail>,
    request: HttpRequest,
    db: web::Data<Db>,
    post: web::Data<Post>,
) -> Result<HttpResponse> {
    let changing = Changing::new(&request, &db, &pending, &post);
    changing.show("", &Shown::first(Again::opening(&pending))).await
}

/// `POST /profile/email`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn start(
    pending: Pending<ChangeEmail>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    (hasher, post, public): (web::Data<Hasher>, web::Data<Post>, web::Data<Public>),
) -> Result<HttpResponse> {
    form.expect(&["email", "code"], &[])?;
    let key = form.once_key()?;
    let changing = Changing::new(&request, &db, &pending, &post);
    let typed = form.one("email");
    if !changing.mails {
        return Ok(frame::see_other(&request, PAGE, None));
    }
    let wrong = |pending: &Pending<ChangeEmail>, text: String| Shown {
        again: Again::opening(pending),
        ..Shown::wrong("email", text)
    };
    let email = match Email::parse(typed) {
        Ok(email) if email.key == crate::text::fold(&changing.staff()?.email) => {
            return changing.show(typed, &wrong(&pending, "This is your address already".to_owned())).await;
        }
        Ok(email) => email,
        Err(bad) => return changing.show(typed, &wrong(&pending, bad.to_string())).await,
    };
    let proof = (form.one("password"), form.one("code"));
    if changing.staff()?.second_factor {
        if proof.0.is_empty() {
            return changing.show(typed, &Shown::asked(Asked::ForPassword)).await;
        }
        if proof.1.trim().is_empty() {
            return changing.show(typed, &Shown::wrong("code", code::wrong(proof.1))).await;
        }
    }
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return changing.show(typed, &Shown::asked(asked)).await,
    };
    let done = match address::start(&db, &hasher, &permit, proof, (&email, &key)).await? {
        Started::Again => Done::SentBefore,
        Started::Refused(refusal) => return changing.show(typed, &refused(refusal, proof.1)).await,
        Started::WouldLose(accounts) => {
            return changing.show(typed, &Shown::wrong("email", would_lose(&accounts))).await;
        }
        Started::TooMany => {
            let text = "A link was mailed 3 times within an hour. Use the newest one, or try again in an hour.";
            return changing.show(typed, &Shown::wrong("email", text)).await;
        }
        Started::Made { link, expires_at } => {
            let (own, url) = (Db::clone(&db), public.url());
            let (present, link) = (changing.staff()?.email.clone(), format!("{url}/email-change?link={link}"));
            // Whether somebody else has the address is looked up after the answer.
            let taken = post.take(async move {
                let found = address::is_taken(&own, &email).await;
                if let Err(error) = &found {
                    tracing::warn!(cause = %error, "a link to a new address could not be mailed");
                }
                let letter = found.map(|taken| match taken {
                    true => letter_taken(email.text, &url),
                    false => letter(email.text, &present, &link, expires_at),
                });
                letter.into_iter().collect()
            });
            if taken { Done::EmailLinkMailed } else { Done::ResetNotMailed }
        }
    };
    Ok(frame::see_other(&request, PAGE, Some(done)))
}

/// How the form is shown when password or code did not do.
fn refused(refusal: Refusal, code: &str) -> Shown {
    match refusal {
        Refusal::WrongPassword => Shown::asked(Asked::WrongPassword),
        Refusal::Wait(seconds) => Shown::asked(Asked::TooMany(seconds)),
        Refusal::WrongCode => Shown { status: StatusCode::FORBIDDEN, ..Shown::wrong("code", code::wrong(code)) },
    }
}

fn letter(to: String, present: &str, link: &str, until: Timestamp) -> Letter {
    let until = times::in_full(until);
    Letter {
        to,
        subject: "Confirm this address for Progreda".to_owned(),
        text: format!(
            "Whoever signs in to Progreda as {present} wants to sign in with this address from now on.\n\n\
             If that is you, confirm it here, signed in or with your password:\n{link}\n\n\
             The link works once, until {until}.\n\
             If it is not you, do nothing: without your confirmation nothing changes.\n"
        ),
    }
}

fn letter_taken(to: String, url: &str) -> Letter {
    Letter {
        to,
        subject: "This address signs in to Progreda already".to_owned(),
        text: format!(
            "Somebody wanted to sign in to Progreda with this address, but you do so already. Nothing was changed.\n\n\
             If it was you, sign in with it:\n{url}/login\n\
             If it was not you, there is nothing to do.\n"
        ),
    }
}
