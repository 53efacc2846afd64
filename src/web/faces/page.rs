//! Error pages and alerts: view data, and the way on from each.

use super::gone;
use super::staff;
use super::ways::{self, Way};
use super::words::{Words, made_in, one};
use crate::authz::{AccountRef, Actor, StaffMember};
use crate::db::Db;
use crate::error::AppError;
use crate::ids::RequestId;
use crate::web::actor::People;
use crate::web::parts::{FormGuard, When};
use crate::web::shell::Shell;
use crate::web::times;
use crate::web::{form, frame};
use crate::world::Timestamp;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use std::sync::Arc;

/// What an error page shows, whatever its frame.
#[derive(Debug, Clone)]
pub struct Told {
    /// The status, as a number to read.
    pub status: u16,
    /// What it says.
    pub words: Words,
    /// The one way on that is offered first.
    pub on: Option<Way>,
    /// The same form once more, for the present session.
    pub again: Option<Again>,
    /// The account in which the form was made, and what was typed into it.
    pub elsewhere: Option<Elsewhere>,
    /// The number under which the log tells of it.
    pub request: String,
    /// When it happened.
    pub when: When,
}

/// A form of another account: the way there, and what was typed, so that nothing is lost.
#[derive(Debug, Clone, Default)]
pub struct Elsewhere {
    /// The button that leads into that account, when the person belongs to it.
    pub way: Option<WayIn>,
    /// What was typed, by field, without passwords and other secrets.
    pub typed: Vec<(String, String)>,
}

/// A button that opens another account.
#[derive(Debug, Clone)]
pub struct WayIn {
    /// The form token of the present session.
    pub csrf: String,
    /// The account.
    pub to: AccountRef,
    /// The page that the form came from; empty when that is not known.
    pub next: String,
}

/// A form that can be sent again as it was typed.
#[derive(Debug, Clone)]
pub struct Again {
    /// Where it goes.
    pub action: String,
    /// What binds it to the present session.
    pub guard: FormGuard,
    /// What was typed, without passwords.
    pub fields: Vec<(String, String)>,
    /// Whether a password has to be typed once more.
    pub without_password: bool,
}

/// An error page in the frame of the person who asks.
#[derive(Debug, Template)]
#[template(path = "errors/page.html")]
pub struct ErrorPage {
    /// The frame.
    pub shell: Shell,
    /// What it says.
    pub told: Told,
}

/// An error page for somebody who is not known.
#[derive(Debug, Template)]
#[template(path = "errors/visitor.html")]
pub struct BareErrorPage {
    /// The frame.
    pub shell: Shell,
    /// What it says.
    pub told: Told,
}

/// What htmx puts into the page's place for alerts.
#[derive(Debug, Template)]
#[template(path = "errors/alert.html")]
pub struct ErrorAlert {
    /// What it says.
    pub told: Told,
}

/// The page, or the alert that htmx asked for.
pub async fn render(failure: &AppError, request: &HttpRequest, now: Timestamp, id: &RequestId) -> HttpResponse {
    let staff = staff(request);
    let db = request.app_data::<web::Data<Db>>();
    let failure = &as_this_session_sees_it(failure, staff.as_deref());
    let ask = whom_to_ask(failure, request, staff.as_deref()).await;
    let told = Told {
        status: failure.status().as_u16(),
        words: match gone::words(failure, request, staff.as_deref()).await {
            Some(gone) => gone,
            None => words(failure, request, staff.as_deref(), &ask),
        },
        on: ways::on(failure, request, staff.as_deref()),
        again: db.zip(staff.as_ref()).and_then(|(db, staff)| again(failure, request, db, staff)),
        elsewhere: db.zip(staff.as_ref()).and_then(|(db, staff)| elsewhere(failure, request, db, staff)),
        request: id.to_string(),
        when: exactly(now),
    };
    if frame::wants_part(request) {
        let mut response = finish(request, failure.status(), &ErrorAlert { told });
        // The part that was asked for stays as it is.
        for (name, value) in [("hx-retarget", "#alerts"), ("hx-reswap", "innerHTML")] {
            response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        return response;
    }
    let title = told.words.title.clone();
    match (db, staff) {
        (Some(db), Some(staff)) => {
            let mut shell = frame::shell(request, db, &Actor::Staff(staff), title);
            shell.lost = true;
            finish(request, failure.status(), &ErrorPage { shell, told })
        }
        _ => finish(request, failure.status(), &BareErrorPage { shell: frame::visitor_shell(title), told }),
    }
}

fn finish(request: &HttpRequest, status: StatusCode, template: &impl Template) -> HttpResponse {
    frame::page(request, status, template).unwrap_or_else(|_| HttpResponse::new(status))
}

/// An old form that was opened in another account is refused for that: it must not be sent into this one.
fn as_this_session_sees_it(failure: &AppError, staff: Option<&StaffMember>) -> AppError {
    if let (AppError::OldForm(fields), Some(staff)) = (failure, staff) {
        let account = one(fields, "account");
        if !account.is_empty() && account != staff.account.id.as_str() {
            return AppError::OtherAccount(Arc::clone(fields));
        }
    }
    failure.clone()
}

async fn whom_to_ask(failure: &AppError, request: &HttpRequest, staff: Option<&StaffMember>) -> Vec<String> {
    let people = request.app_data::<web::Data<dyn People>>();
    match (failure, people, staff) {
        (AppError::Lacks(_), Some(people), Some(staff)) => {
            let mut names = people.whom_to_ask(&staff.account.id).await.unwrap_or_default();
            names.retain(|name| *name != staff.name);
            names
        }
        _ => Vec::new(),
    }
}

/// Forms that one fills in before signing in.
fn is_entrance(request: &HttpRequest) -> bool {
    matches!(request.path().trim_end_matches('/'), "/login" | "/login/code" | "/setup")
}

fn words(failure: &AppError, request: &HttpRequest, staff: Option<&StaffMember>, ask: &[String]) -> Words {
    let mut words = Words::of(failure, staff, ask);
    if let (AppError::OldForm(_), Some(staff), true) = (failure, staff, is_entrance(request)) {
        "You are signed in already".clone_into(&mut words.title);
        words.why = format!("This browser is signed in as {}. Sign out first to sign in as somebody else.", staff.name);
    }
    if matches!(failure, AppError::Conflict(_)) && request.method().is_safe() {
        "This cannot be done now".clone_into(&mut words.title);
    }
    words
}

fn elsewhere(failure: &AppError, request: &HttpRequest, db: &Db, staff: &Arc<StaffMember>) -> Option<Elsewhere> {
    let AppError::OtherAccount(fields) = failure else { return None };
    let hidden = |name: &str| matches!(name, "csrf" | "account" | "once" | "version" | "to" | "next");
    let secret = |name: &str| {
        ["password", "secret", "token", "link", "key", "code", "setup"].iter().any(|word| name.contains(word))
    };
    let shown = fields.iter().filter(|(name, value)| !hidden(name) && !secret(name) && !value.is_empty());
    Some(Elsewhere {
        way: made_in(fields, staff).map(|account| WayIn {
            csrf: form::token(db.keys(), &staff.seed),
            to: account.clone(),
            next: came_from(request),
        }),
        typed: shown.map(|(name, value)| (name.replace(['_', '-'], " "), value.clone())).collect(),
    })
}

/// The page that a form came from, as path and query; nothing when the browser does not say, or says another place.
fn came_from(request: &HttpRequest) -> String {
    let referer = request.headers().get("referer").and_then(|value| value.to_str().ok()).unwrap_or("");
    let rest = referer.split_once("://").map_or("", |(_, rest)| rest);
    let path = rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("");
    frame::local_path(path).unwrap_or("").to_owned()
}

fn again(failure: &AppError, request: &HttpRequest, db: &Db, staff: &Arc<StaffMember>) -> Option<Again> {
    let AppError::OldForm(typed) = failure else { return None };
    if is_entrance(request) {
        return None;
    }
    let secret = |name: &str| name.contains("password") || name == "code";
    let bound = |name: &str| matches!(name, "csrf" | "account" | "once");
    Some(Again {
        action: frame::here(request),
        guard: frame::guard(db, &Actor::Staff(Arc::clone(staff)), typed.iter().any(|(name, _)| name == "once")),
        fields: typed.iter().filter(|(name, _)| !secret(name) && !bound(name)).cloned().collect(),
        without_password: typed.iter().any(|(name, value)| secret(name) && !value.is_empty()),
    })
}

/// `22 Nov 2026, 09:30 UTC`; an error page is read long after it was made, so nothing relative.
fn exactly(now: Timestamp) -> When {
    let instant = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or_default();
    times::when(now, instant.strftime("%-d %b %Y, %H:%M UTC").to_string())
}
