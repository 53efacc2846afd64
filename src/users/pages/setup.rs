//! The first start: the page behind the setup link makes the account and its first admin.

use super::{entrance, problems_of, visitor_guard, welcome};
use crate::config::NewAccountLabs;
use crate::db::Db;
use crate::error::Result;
use crate::users::commands::{self, LinkState, NewAccount};
use crate::users::hashing::Hasher;
use crate::users::model::{self, Bad, Email, Password};
use crate::web::flash::Done;
use crate::web::form::{FormBody, Query};
use crate::web::frame;
use crate::web::parts::{Field, FormGuard, Problem};
use crate::web::permit::Open;
use crate::web::session;
use crate::web::shell::Shell;
use actix_session::SessionExt as _;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// The rule for a new password, beside its field.
pub const PASSWORD_RULE: &str = "At least 15 characters. Four or five words that only you would put together are good.";

/// The same beside a second factor.
pub const PASSWORD_RULE_OF_TWO: &str = "At least 8 characters beside your second factor; 15 are better.";

/// View data of the setup page.
#[derive(Debug, Clone, Template)]
#[template(path = "users/setup.html")]
pub struct SetupPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this browser.
    pub guard: FormGuard,
    /// The secret of the setup link.
    pub link: String,
    /// The account's name.
    pub account_name: Field,
    /// The admin's name.
    pub name: Field,
    /// The admin's address.
    pub email: Field,
    /// Always empty.
    pub password: Field,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl SetupPage {
    /// The page with what was typed so far: account name, name, address.
    #[must_use]
    pub fn new(guard: FormGuard, link: &str, typed: [&str; 3]) -> Self {
        let [account_name, name, email] = typed;
        let account_name = Field {
            autocomplete: "organization",
            autofocus: true,
            ..Field::new("account_name", "Account name", account_name)
        };
        let email = Field { kind: "email", autocomplete: "username", ..Field::new("email", "E-mail", email) };
        Self {
            shell: frame::visitor_shell("Set up Progreda"),
            guard,
            link: link.to_owned(),
            account_name: account_name.hint("Your company or team. It stands at the top of every page."),
            name: Field { autocomplete: "name", ..Field::new("name", "Your name", name) },
            email: email.hint("You sign in with it."),
            password: Field::password("password", "Password", "new-password").hint(PASSWORD_RULE),
            problems: Vec::new(),
        }
    }

    /// The account that was asked for, or the same page with what is wrong.
    fn read(mut self, labs: &NewAccountLabs, password: Result<Password, Bad>) -> Result<NewAccount, Box<Self>> {
        let account = model::name(&self.account_name.value, "an account name");
        let name = model::name(&self.name.value, "a name");
        let email = Email::parse(&self.email.value);
        let told = |bad: Option<&Bad>| bad.map(ToString::to_string);
        self.account_name.error = told(account.as_ref().err());
        self.name.error = told(name.as_ref().err());
        self.email.error = told(email.as_ref().err());
        self.password.error = told(password.as_ref().err());
        if let (Ok(account), Ok(name), Ok(email), Ok(password)) = (account, name, email, password) {
            return Ok(NewAccount { account, labs: labs.0.clone(), name, email, password });
        }
        self.problems = problems_of(&[&self.account_name, &self.name, &self.email, &self.password]);
        self.shell.has_errors = true;
        Err(Box::new(self))
    }
}

/// View data of the page that a setup link shows when it is not good any more.
#[derive(Debug, Clone, Template)]
#[template(path = "users/setup_refused.html")]
pub struct SetupRefusedPage {
    /// The frame, with what is the matter as its title.
    pub shell: Shell,
    /// Why.
    pub why: &'static str,
    /// What to do.
    pub next: &'static str,
    /// Whether there is somebody who can sign in.
    pub to_sign_in: bool,
}

impl SetupRefusedPage {
    /// The page for a link that is not good, and its status.
    #[must_use]
    pub fn of(state: LinkState) -> (StatusCode, Self) {
        let page =
            |title: &str, why, next, to_sign_in| Self { shell: frame::visitor_shell(title), why, next, to_sign_in };
        match state {
            LinkState::Expired => (
                StatusCode::GONE,
                page(
                    "This setup link has expired",
                    "A setup link works for 30 minutes.",
                    "Start the server again: it prints a new link.",
                    false,
                ),
            ),
            LinkState::Used | LinkState::Good => (
                StatusCode::GONE,
                page(
                    "Progreda is set up already",
                    "A setup link makes the first account, once. That account exists.",
                    "Sign in with the e-mail and the password that were chosen then.",
                    true,
                ),
            ),
            LinkState::Unknown => (
                StatusCode::NOT_FOUND,
                page(
                    "This is not a setup link of this server",
                    "The address may have been cut off, or the server was started again since it printed this link.",
                    "Open the whole link from the server\u{2019}s latest start. If there is an account already, sign in instead.",
                    true,
                ),
            ),
        }
    }
}

fn refused(request: &HttpRequest, state: LinkState) -> Result<HttpResponse> {
    let (status, page) = SetupRefusedPage::of(state);
    frame::page(request, status, &page)
}

/// `GET /setup?link=…`.
///
/// # Errors
/// Faults of the store.
pub async fn setup_form(open: Open, request: HttpRequest, query: Query, db: web::Data<Db>) -> Result<HttpResponse> {
    let link = query.one("link");
    match commands::setup_link_state(&db, link, open.visit.now).await? {
        LinkState::Good => {
            let (guard, cookie) = visitor_guard(&request, &db);
            entrance(&request, StatusCode::OK, &SetupPage::new(guard, link, [""; 3]), cookie.as_ref())
        }
        state => refused(&request, state),
    }
}

/// `POST /setup`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn set_up(
    open: Open,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    hasher: web::Data<Hasher>,
    labs: web::Data<NewAccountLabs>,
) -> Result<HttpResponse> {
    form.expect(&["link", "account_name", "name", "email"], &[])?;
    let link = form.one("link");
    // Before the costly hash, so that nobody without a link can ask for it.
    let state = commands::setup_link_state(&db, link, open.visit.now).await?;
    if state != LinkState::Good {
        return refused(&request, state);
    }
    let (guard, cookie) = visitor_guard(&request, &db);
    let page = SetupPage::new(guard, link, ["account_name", "name", "email"].map(|field| form.one(field)));
    let words = ["Progreda", form.one("account_name"), form.one("name"), form.one("email")];
    let password = hasher.choose(form.one("password"), &words).await?;
    let new = match page.read(&labs, password) {
        Ok(new) => new,
        Err(page) => return entrance(&request, StatusCode::UNPROCESSABLE_ENTITY, &*page, cookie.as_ref()),
    };
    match commands::set_up(&db, &hasher, &open.visit, link, new).await? {
        Ok((user, account)) => {
            session::sign_in(&request.get_session(), &db, (&user, &account, 0), &open.visit)?;
            welcome(&request, "/", Some(Done::SetUp))
        }
        Err(state) => refused(&request, state),
    }
}
