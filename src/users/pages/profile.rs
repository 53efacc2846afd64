//! One's own profile: the name, and what one is in the account.

use super::{problems_of, tabs};
use crate::authz::{Actor, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::users::commands;
use crate::users::model;
use crate::users::{ChangeName, ViewProfile};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::frame;
use crate::web::parts::{Field, FormGuard, Problem, Tab};
use crate::web::shell::Shell;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of the profile page.
#[derive(Debug, Clone, Template)]
#[template(path = "users/profile.html")]
pub struct ProfilePage {
    /// The frame.
    pub shell: Shell,
    /// The pages of one's profile.
    pub tabs: Vec<Tab>,
    /// What binds the form to this session and account.
    pub guard: FormGuard,
    /// The name.
    pub name: Field,
    /// The address one signs in with.
    pub email: String,
    /// The name of one's role in this account.
    pub role: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

fn page(request: &HttpRequest, db: &Db, actor: &Actor) -> Result<ProfilePage> {
    let staff = actor.staff().ok_or(AppError::Forbidden)?;
    let name = Field { autocomplete: "name", ..Field::new("name", "Name", &*staff.name) };
    Ok(ProfilePage {
        shell: frame::shell(request, db, actor, "Profile"),
        tabs: tabs(false),
        guard: frame::guard(db, actor, false),
        name: name.hint("Others in your accounts see it, also in the history of what you change."),
        email: staff.email.clone(),
        role: staff.role.clone(),
        problems: Vec::new(),
    })
}

/// `GET /profile`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(permit: Permit<ViewProfile>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    frame::page(&request, StatusCode::OK, &page(&request, &db, permit.actor())?)
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
    let staff = permit.staff().ok_or(AppError::Forbidden)?;
    match model::name(form.one("name"), "a name") {
        Ok(name) => {
            let done = if name == staff.name { Done::Unchanged } else { Done::NameChanged };
            commands::change_name(&db, &permit, &name).await?;
            Ok(frame::see_other(&request, "/profile", Some(done)))
        }
        Err(bad) => {
            let mut page = page(&request, &db, permit.actor())?;
            form.one("name").clone_into(&mut page.name.value);
            page.name.error = Some(bad.to_string());
            page.problems = problems_of(&[&page.name]);
            page.shell.has_errors = true;
            frame::page(&request, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
