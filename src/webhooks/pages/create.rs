//! Making an endpoint: the integration first, then where to and what of.

use super::LIST;
use super::asking::{Asking, failure, sent_before};
use super::form::{Boxes, Typed, Wrong};
use crate::config::WebhookReach;
use crate::error::{AppError, Result};
use crate::ids::IntegrationId;
use crate::web::form::{FormBody, Query};
use crate::web::once::OnceKey;
use crate::web::parts::{Choice, Field, FormGuard, Problem, Step};
use crate::web::permit::Pending;
use crate::web::shell::Shell;
use crate::web::shown::{Again, Shown};
use crate::web::thing::At;
use crate::web::{frame, reveal};
use crate::webhooks::CreateEndpoint;
use crate::webhooks::commands::create::{self, Draft};
use crate::webhooks::commands::{Made, Trouble};
use crate::webhooks::model::{ACCOUNT_MAX, ENDPOINTS_MAX, Event, Holder, Refused, Target};
use crate::webhooks::store::{counts, holders};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

const NEW: &str = "/settings/webhooks/new";

/// View data of the first step.
#[derive(Debug, Template)]
#[template(path = "webhooks/create_integration.html")]
pub struct IntegrationStep {
    /// The frame.
    pub shell: Shell,
    /// The steps.
    pub steps: Vec<Step>,
    /// The integrations, by name; none when the account has none.
    pub integrations: Vec<Choice>,
    /// That none was chosen.
    pub problems: Vec<Problem>,
    /// Whether there are more than are offered.
    pub more: bool,
}

/// View data of the second step.
#[derive(Debug, Template)]
#[template(path = "webhooks/create.html")]
pub struct CreatePage {
    /// The frame.
    pub shell: Shell,
    /// The steps.
    pub steps: Vec<Step>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The integration.
    pub of: Holder,
    /// The scope that it lacks to hear of anything; none when it has it.
    pub lacks: Option<&'static str>,
    /// Where to.
    pub url: Field,
    /// What it is for.
    pub description: Field,
    /// What it is told of.
    pub events: Boxes,
}

/// `GET …/new`: which integration; with `?integration=` the rest.
///
/// # Errors
/// [`AppError::NotFound`] for an integration that there is not, [`AppError::Conflict`] when it, or the account, has as many endpoints
/// as it may;
/// faults of the store.
pub async fn ask(pending: Pending<CreateEndpoint>, query: Query, at: At) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &at);
    if counts::count_all(&mut at.db.read().await?.on(), &asking.actor.account().id).await? >= ACCOUNT_MAX {
        return Err(failure(Refused::AccountFull));
    }
    if query.one("integration").is_empty() {
        return first_step(&asking, query.all().iter().any(|(name, _)| name == "integration")).await;
    }
    let of = holder(&asking, query.one("integration")).await?;
    let mut reader = at.db.read().await?;
    if counts::count(&mut reader.on(), &asking.actor.account().id, &of.id).await? >= ENDPOINTS_MAX {
        return Err(failure(Refused::Full));
    }
    second_step(&asking, of, &Typed::default(), &Wrong::default(), &Shown::first(Again::opening(&pending)))
}

/// `POST …/new`: makes it and leads to its signing secret.
///
/// # Errors
/// As [`ask`]; faults of the form.
pub async fn create(
    pending: Pending<CreateEndpoint>,
    form: FormBody,
    at: At,
    reach: web::Data<WebhookReach>,
) -> Result<HttpResponse> {
    form.expect(&["integration", "url", "description"], &["events"])?;
    let key = form.once_key()?;
    let asking = Asking::at(&pending, &at);
    let of = holder(&asking, form.one("integration")).await?;
    let typed = Typed::read(&form);
    let draft = match read(&typed, &of, &reach) {
        Ok(draft) => draft,
        Err(wrong) => {
            let shown = Shown { again: None, problem: None, status: StatusCode::UNPROCESSABLE_ENTITY };
            return second_step(&asking, of, &typed, &wrong, &shown);
        }
    };
    let right = Wrong::default();
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return second_step(&asking, of, &typed, &right, &Shown::asked(asked)),
    };
    match create::create(&at.db, &permit, &draft, &key).await {
        Ok(made) => to_secret(&at.request, &made, &key),
        Err(Trouble::SentBefore(made)) => {
            second_step(&asking, of, &typed, &right, &Shown::conflict(sent_before(&made)))
        }
        Err(other) => Err(failure(other)),
    }
}

/// Leads to the page that shows the secret once; the key that opens it goes along in a cookie.
///
/// # Errors
/// When the cookie cannot be set.
pub(super) fn to_secret(request: &HttpRequest, made: &Made, key: &OnceKey) -> Result<HttpResponse> {
    reveal::lead(request, &format!("{LIST}/{}/secret", made.endpoint), key, None)
}

async fn holder(asking: &Asking<'_>, id: &str) -> Result<Holder> {
    let id: IntegrationId = id.parse().map_err(|_| AppError::NotFound)?;
    let mut reader = asking.db.read().await?;
    holders::find(&mut reader.on(), &asking.actor.account().id, &id).await?.ok_or(AppError::NotFound)
}

fn read(typed: &Typed, of: &Holder, reach: &WebhookReach) -> Result<Draft, Wrong> {
    let bad = |text: String| Wrong { url: Some(text.trim_end_matches('.').to_owned()), ..Wrong::default() };
    let target = Target::parse(&typed.url, reach).map_err(|problem| bad(problem.to_string()));
    match (target, typed.details(of, &[])) {
        (Ok(_), Ok(details)) => Ok(Draft { integration: of.id.clone(), url: typed.url.clone(), details }),
        (target, details) => Err(target.err().unwrap_or_default().and(details.err().unwrap_or_default())),
    }
}

fn steps(current: usize) -> Vec<Step> {
    let step = |(place, label): (usize, &str)| Step {
        label: label.to_owned(),
        href: (place < current).then(|| NEW.to_owned()),
        current: place == current,
    };
    ["Integration", "URL and events"].into_iter().enumerate().map(step).collect()
}

/// `missed`: whether it was sent without a choice.
async fn first_step(asking: &Asking<'_>, missed: bool) -> Result<HttpResponse> {
    let mut reader = asking.db.read().await?;
    let (holders, more) = holders::of_account(&mut reader.on(), &asking.actor.account().id).await?;
    let hears = |of: &Holder| Event::ALL.iter().any(|event| of.may_hear(*event));
    // Whose data goes where is chosen on purpose, unless there is nothing to choose.
    let only = holders.first().filter(|_| holders.len() == 1).map(|of| of.id.clone());
    let none = (holders.len() > 1).then(|| Choice {
        value: String::new(),
        label: "Choose an integration".to_owned(),
        chosen: true,
    });
    let choice = |of: &Holder| {
        let label = match of {
            of if !hears(of) => format!("{} (scope missing)", of.name),
            of if of.paused => format!("{} (paused)", of.name),
            of => of.name.clone(),
        };
        Choice { value: of.id.to_string(), label, chosen: only.as_ref() == Some(&of.id) }
    };
    let problem = Problem { field_id: "integration".to_owned(), text: "Choose an integration".to_owned() };
    let mut shell = asking.shell("Create webhook");
    shell.has_errors = missed;
    let page = IntegrationStep {
        shell,
        steps: steps(0),
        integrations: none.into_iter().chain(holders.iter().map(choice)).collect(),
        problems: missed.then_some(problem).into_iter().collect(),
        more,
    };
    frame::page(asking.request, if missed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn second_step(asking: &Asking<'_>, of: Holder, typed: &Typed, wrong: &Wrong, shown: &Shown) -> Result<HttpResponse> {
    let problems: Vec<Problem> = wrong.problems().into_iter().chain(shown.problems()).collect();
    let mut shell = asking.shell("Create webhook");
    shell.has_errors = !problems.is_empty();
    let page = CreatePage {
        shell,
        steps: steps(1),
        problems,
        guard: asking.sudo_guard(true, shown.again.as_ref()),
        lacks: (!Event::ALL.iter().any(|event| of.may_hear(*event))).then(|| Event::ContactCreate.scope()),
        url: wrong.url_field(typed),
        description: wrong.description_field(typed),
        events: typed.boxes(&of, &[], wrong.events.clone()),
        of,
    };
    shown.answer(asking.request, &page)
}
