//! Setting up one's second factor: the secret as a picture and as text, and a code that shows that the app has it.

use super::code;
use super::problems_of;
use super::qr::{self, Drawing};
use super::security::{self, Own};
use crate::authz::Actor;
use crate::db::Db;
use crate::error::Result;
use crate::users::EnableFactor;
use crate::users::commands::factor::{self, Enabled, Refusal};
use crate::users::hashing::Hasher;
use crate::users::secret::FactorSecret;
use crate::users::store::factor as store;
use crate::web::form::FormBody;
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::Pending;
use crate::web::session;
use crate::web::shell::{Crumb, Shell};
use crate::web::shown::{self, Again, Shown};
use crate::web::{faces, flash::Done, frame, reveal};
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use zeroize::Zeroizing;

/// View data of the set-up page.
#[derive(Debug, Template)]
#[template(path = "users/factor.html")]
pub struct FactorPage {
    /// The frame.
    pub shell: Shell,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// Why nothing else is open; empty when it is.
    pub must: String,
    /// The secret, sealed for this form.
    pub setup: String,
    /// The secret as text.
    pub secret: Zeroizing<String>,
    /// The same as a picture.
    pub qr: Option<Drawing>,
    /// The code of the app that is set up.
    pub code: Field,
    /// The password, and a code of the second factor that is on already; none when there is none.
    pub before: Option<(Field, Field)>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// What is wrong with what was typed, field by field.
#[derive(Default)]
struct Wrong {
    code: Option<String>,
    password: Option<String>,
    old: Option<String>,
}

impl Wrong {
    fn code(text: impl Into<String>) -> Self {
        Self { code: Some(text.into()), ..Self::default() }
    }

    fn of(refusal: Refusal) -> (StatusCode, Self) {
        match refusal {
            Refusal::WrongPassword => {
                let password = Some("That is not your password".to_owned());
                (StatusCode::FORBIDDEN, Self { password, ..Self::default() })
            }
            Refusal::WrongCode => {
                let old = Some("That code is not right, or it was used already".to_owned());
                (StatusCode::FORBIDDEN, Self { old, ..Self::default() })
            }
            Refusal::Wait(seconds) => {
                (StatusCode::TOO_MANY_REQUESTS, Self { old: Some(faces::wait(seconds)), ..Self::default() })
            }
        }
    }
}

struct SettingUp<'a> {
    own: Own<'a>,
    secret: FactorSecret,
    /// The secret as the form holds it, sealed.
    setup: String,
}

impl<'a> SettingUp<'a> {
    /// With the secret that the form holds; another one when it holds none that is good.
    fn new(own: Own<'a>, form: Option<&FormBody>) -> (Self, bool) {
        let (keys, entropy) = (own.db.keys(), own.db.world().entropy());
        let sent = form.map_or("", |form| form.one("setup"));
        let held = FactorSecret::open_from_form(keys, &own.staff.seed, sent);
        let known = held.is_some();
        let secret = held.unwrap_or_else(|| FactorSecret::new(entropy));
        let setup = match known {
            true => sent.to_owned(),
            false => secret.seal_for_form(keys, &own.staff.seed, entropy),
        };
        (Self { own, secret, setup }, known)
    }

    async fn must(&self) -> Result<String> {
        if !self.own.staff.needs_second_factor {
            return Ok(String::new());
        }
        let demanded = store::demanded_by(&mut self.own.db.read().await?.on(), &self.own.staff.user).await?;
        let here = &self.own.staff.account.name;
        Ok(match demanded.contains(here) {
            true => format!("{here} is open to people with a second factor. Set yours up, then go on."),
            false => "Your password is too short to stand alone. Set up a second factor, then go on.".to_owned(),
        })
    }

    /// The page, with the code as it was typed and what is wrong with it, if anything is.
    async fn show(&self, shown: &Shown, (typed, wrong): (&str, Wrong)) -> Result<HttpResponse> {
        let own = &self.own;
        let code = Field { hint: "The six digits that the app shows now.".to_owned(), ..code::field(wrong.code) };
        let value = if code.error.is_none() { typed.to_owned() } else { String::new() };
        let mut problems = problems_of(&[&code]);
        let before = own.staff.second_factor.then(|| {
            let asked = shown.again.as_ref().and_then(Again::problem).map(|problem| problem.text);
            let password = Field::password("password", "Your password", "current-password");
            let old = Field {
                name: "old_code".to_owned(),
                label: "Code of your present app".to_owned(),
                ..code::field(wrong.old)
            };
            let old = old.hint("Six digits from the app that you have set up, or one of your recovery codes.");
            (password.error(wrong.password.or(asked)), Field { autofocus: false, ..old })
        });
        match &before {
            Some((password, old)) => {
                problems.extend(problems_of(&[password, old]));
                problems.extend(shown.problem.clone());
            }
            None => problems.extend(shown.problems()),
        }
        let title = if before.is_some() { "Use another app" } else { "Set up a second factor" };
        let mut shell = frame::shell(own.request, own.db, own.actor, title);
        if !own.staff.needs_second_factor {
            shell.breadcrumb = vec![Crumb::link("Profile", "/profile"), Crumb::link("Security", security::PATH)];
        }
        shell.has_errors = !problems.is_empty();
        let page = FactorPage {
            shell,
            guard: shown::sudo_guard(own.db, own.actor, true, shown.again.as_ref()),
            must: self.must().await?,
            setup: self.setup.clone(),
            secret: self.secret.in_groups(),
            qr: qr::draw(&self.secret.address(&own.staff.email)),
            code: Field { autofocus: false, value, ..code },
            before,
            problems,
        };
        // As a page that shows a token: no way back to it once it is left.
        let mut response = reveal::page(own.request, &page)?;
        *response.status_mut() = shown.status;
        Ok(match &shown.again {
            Some(again) => again.answer(response),
            None => response,
        })
    }
}

/// `GET /profile/second-factor`.
///
/// # Errors
/// Faults of the store.
pub async fn ask(pending: Pending<EnableFactor>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let again = Again::opening(&pending);
    let own = Own::new(&request, &db, pending.actor(), pending.visit().now)?;
    // A second factor that is on is replaced by password and code, whenever that was confirmed last.
    let again = if own.staff.second_factor { None } else { again };
    SettingUp::new(own, None).0.show(&Shown::first(again), ("", Wrong::default())).await
}

/// `POST /profile/second-factor`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn set_up(
    pending: Pending<EnableFactor>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
) -> Result<HttpResponse> {
    form.expect(&["setup", "code", "old_code"], &[])?;
    let key = form.once_key()?;
    let (actor, now): (Actor, _) = (pending.actor().clone(), pending.visit().now);
    let own = Own::new(&request, &db, &actor, now)?;
    let (handle, opening) = (own.handle(), Again::opening(&pending));
    let (setting, known) = SettingUp::new(own, Some(&form));
    let typed = form.one("code");
    if !known {
        let text = "The page was open too long, so the secret is another one now. Scan it anew";
        return setting.show(&Shown { again: opening, ..Shown::conflict(text) }, ("", Wrong::default())).await;
    }
    if typed.trim().is_empty() {
        let shown = Shown { again: opening, problem: None, status: StatusCode::UNPROCESSABLE_ENTITY };
        return setting.show(&shown, ("", Wrong::code(code::wrong(typed)))).await;
    }
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return setting.show(&Shown::asked(asked), (typed, Wrong::default())).await,
    };
    let secret = (&setting.secret, typed);
    let enabled = match actor.staff().is_some_and(|staff| staff.second_factor) {
        true => {
            let proof = (form.one("password"), form.one("old_code"));
            factor::replace(&db, &hasher, &permit, proof, secret, (&key, &handle)).await?
        }
        false => factor::enable(&db, &permit, secret, &key, &handle).await?,
    };
    match enabled {
        Enabled::Done(epoch) => {
            session::keep(&request.get_session(), now, epoch)?;
            reveal::lead(&request, super::recovery::PATH, &key, Some(Done::FactorOn))
        }
        Enabled::SentBefore => reveal::lead(&request, super::recovery::PATH, &key, None),
        Enabled::AlreadyOn => Ok(frame::see_other(&request, security::PATH, Some(Done::AlreadySo))),
        Enabled::WrongCode => {
            let shown = Shown { again: None, problem: None, status: StatusCode::UNPROCESSABLE_ENTITY };
            let why = "That code is not the one that the app should show now".to_owned();
            setting.show(&shown, ("", Wrong::code(why))).await
        }
        Enabled::Wait(seconds) => {
            let shown = Shown { again: None, problem: None, status: StatusCode::TOO_MANY_REQUESTS };
            let mut response = setting.show(&shown, ("", Wrong::code(faces::wait(seconds)))).await?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
        Enabled::Refused(refusal) => {
            let (status, wrong) = Wrong::of(refusal);
            let mut response = setting.show(&Shown { again: None, problem: None, status }, (typed, wrong)).await?;
            if let Refusal::Wait(seconds) = refusal {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Ok(response)
        }
    }
}
