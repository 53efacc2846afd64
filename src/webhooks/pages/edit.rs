//! Changing description and events, and what happens when somebody else was faster.

use super::asking::{Asking, failure};
use super::form::{Boxes, Typed, Wrong};
use crate::audit;
use crate::authz::Permit;
use crate::error::Result;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::{DiffRow, Field, FormGuard, Overtaken, Problem};
use crate::web::shell::Shell;
use crate::web::thing::{At, Thing as _};
use crate::web::{frame, times};
use crate::webhooks::EditEndpoint;
use crate::webhooks::commands::{Trouble, create};
use crate::webhooks::model::Endpoint;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

/// View data of the form, also after somebody else was faster.
#[derive(Debug, Template)]
#[template(path = "webhooks/edit.html")]
pub struct EditPage {
    /// The frame.
    pub shell: Shell,
    /// The endpoint's address.
    pub href: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Somebody changed it in the meantime.
    pub stale: Option<Overtaken>,
    /// Hidden fields.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// Where to; not to be changed.
    pub url: String,
    /// What it is for.
    pub description: Field,
    /// What it is told of.
    pub events: Boxes,
}

/// `GET …/{id}/edit`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn edit(permit: Permit<EditEndpoint>, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    show(&asking, &of, &Typed::of(&of), &Wrong::default(), None)
}

/// `POST …/{id}/edit`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store and of the form.
pub async fn update(permit: Permit<EditEndpoint>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["description", "version"], &["events"])?;
    let version = form.version()?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let typed = Typed { url: of.url.clone(), ..Typed::read(&form) };
    let details = match typed.details(&of.of, &of.events) {
        Ok(details) => details,
        Err(wrong) => return show(&asking, &of, &typed, &wrong, None),
    };
    match create::update(&at.db, &permit, &of.id, version, &details).await {
        Ok(true) => Ok(asking.lead(&of.address(), Done::WebhookSaved)),
        Ok(false) => Ok(asking.lead(&of.address(), Done::Unchanged)),
        Err(Trouble::Stale(now)) => {
            let stale = stale(&asking, &now, &typed).await?;
            show(&asking, &now, &typed, &Wrong::default(), Some(stale))
        }
        Err(other) => Err(failure(other)),
    }
}

fn show(
    asking: &Asking<'_>,
    of: &Endpoint,
    typed: &Typed,
    wrong: &Wrong,
    stale: Option<Overtaken>,
) -> Result<HttpResponse> {
    let problems = wrong.problems();
    let status = match (&stale, problems.is_empty()) {
        (Some(_), _) => StatusCode::CONFLICT,
        (None, true) => StatusCode::OK,
        (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut shell = asking.shell_of(of, format!("Edit {}", of.name()));
    shell.has_errors = status != StatusCode::OK;
    let page = EditPage {
        shell,
        href: of.address(),
        problems,
        stale,
        guard: asking.guard(false),
        version: of.version,
        url: of.url.clone(),
        description: wrong.description_field(typed),
        events: typed.boxes(&of.of, &of.events, wrong.events.clone()),
    };
    frame::page(asking.request, status, &page)
}

/// Who was faster, and what is saved now beside what was typed.
async fn stale(asking: &Asking<'_>, now: &Endpoint, typed: &Typed) -> Result<Overtaken> {
    let mut reader = asking.db.read().await?;
    let (events, _) = audit::history(&mut reader.on(), &now.account, now.id.as_str(), 1).await?;
    let title = events.first().map_or_else(
        || "Somebody else changed this webhook".to_owned(),
        |event| format!("{} changed this webhook {}", event.actor_name, times::ago(event.at, asking.now).text),
    );
    let saved = Typed::of(now);
    let lines = |text: &str| text.trim().lines().map(str::to_owned).collect::<Vec<_>>();
    let rows = [
        DiffRow::of_lists("Description", false, &lines(&saved.description), &lines(&typed.description)),
        DiffRow::of_lists("Events", true, &saved.events, &typed.events),
    ];
    Ok(Overtaken::new(title, rows))
}
