//! Making a role, and giving one another name.

use super::PATH;
use super::asking::{Asking, failure, number, role_of};
use super::view::NamePage;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::roles::ChangeRoles;
use crate::roles::commands::{self, Trouble, made_here, role_id};
use crate::roles::model::{BadName, Board, Role, RoleName};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::once::OnceKey;
use crate::web::parts::{Choice, Field};
use crate::web::permit::Pending;
use crate::web::shown::{Again, Shown, sudo_guard};
use actix_web::{HttpRequest, HttpResponse, web};

/// What the form asks for.
struct Naming<'a> {
    asking: &'a Asking<'a>,
    board: &'a Board,
    /// The role that gets another name; none: a new one is made.
    of: Option<&'a Role>,
    typed: &'a str,
    from: &'a str,
}

impl Naming<'_> {
    fn show(&self, shown: &Shown) -> Result<HttpResponse> {
        let problems = shown.problems();
        let title = self.of.map_or_else(|| "New role".to_owned(), |role| format!("Rename {}", role.name));
        let mut shell = self.asking.shell_below(title);
        shell.has_errors = !problems.is_empty();
        let wrong = shown.problem.as_ref().filter(|problem| problem.field_id == "name");
        let page = NamePage {
            shell,
            problems,
            guard: sudo_guard(self.asking.db, &self.asking.actor, self.of.is_none(), shown.again.as_ref()),
            action: self.of.map_or_else(|| format!("{PATH}/new"), |role| format!("{PATH}/{}/name", role.id)),
            name: Field::new("name", "Name", self.typed).max(80).error(wrong.map(|problem| problem.text.clone())),
            version: self.of.map(|role| role.version),
            from: self.of.is_none().then(|| self.choices()),
        };
        shown.answer(self.asking.request, &page)
    }

    fn choices(&self) -> Vec<Choice> {
        let choice = |value: &str, label: &str| Choice {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: value == self.from,
        };
        let viewer = self.asking.viewer();
        let roles = self.board.giveable(&viewer).map(|role| choice(role.id.as_str(), &role.name));
        [choice("", "Nothing")].into_iter().chain(roles).collect()
    }
}

fn wrong(bad: BadName) -> Shown {
    Shown::wrong("name", bad.to_string())
}

/// `GET …/new`.
///
/// # Errors
/// Faults of the store.
pub async fn new(pending: Pending<ChangeRoles>, request: HttpRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db)?;
    let board = asking.board().await?;
    let naming = Naming { asking: &asking, board: &board, of: None, typed: "", from: "" };
    naming.show(&Shown::first(Again::opening(&pending)))
}

/// `POST …/new`.
///
/// # Errors
/// [`crate::authz::Rule::Lacks`]; [`AppError::NotFound`] for a role that the account has not; faults of the store and of the
/// form.
pub async fn create(
    pending: Pending<ChangeRoles>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["name", "from"], &[])?;
    let key = OnceKey::parse(form.one("once")).ok_or(AppError::Malformed("The form has no single-use key."))?;
    let asking = Asking::at(&pending, &request, &db)?;
    let board = asking.board().await?;
    let from = match form.one("from") {
        "" => None,
        text => Some(&role_of(&board, text)?.id),
    };
    let naming = Naming { asking: &asking, board: &board, of: None, typed: form.one("name"), from: form.one("from") };
    let again = Again::opening(&pending);
    let name = match RoleName::parse(form.one("name")) {
        Ok(name) => name,
        Err(bad) => return naming.show(&Shown { again, ..wrong(bad) }),
    };
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return naming.show(&Shown::asked(asked)),
    };
    match commands::create(&db, &permit, &name, from, &key).await {
        Ok(()) => Ok(asking.lead(Done::RoleMade)),
        Err(Trouble::Name(bad)) => naming.show(&wrong(bad)),
        Err(other) => Err(failure(other)),
    }
}

/// `GET …/{id}/name`.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] for a built-in role; faults of the store.
pub async fn ask(
    pending: Pending<ChangeRoles>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db)?;
    let board = asking.board().await?;
    let role = role_of(&board, &id)?;
    made_here(role)?;
    let naming = Naming { asking: &asking, board: &board, of: Some(role), typed: &role.name, from: "" };
    naming.show(&Shown::first(Again::opening(&pending)))
}

/// `POST …/{id}/name`.
///
/// # Errors
/// As [`ask`]; rules; faults of the form.
pub async fn rename(
    pending: Pending<ChangeRoles>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["name", "version"], &[])?;
    let version = number(form.one("version"))?;
    let asking = Asking::at(&pending, &request, &db)?;
    let board = asking.board().await?;
    let role = role_of(&board, &id)?;
    made_here(role)?;
    let naming = Naming { asking: &asking, board: &board, of: Some(role), typed: form.one("name"), from: "" };
    let again = Again::opening(&pending);
    let name = match RoleName::parse(form.one("name")) {
        Ok(name) => name,
        Err(bad) => return naming.show(&Shown { again, ..wrong(bad) }),
    };
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return naming.show(&Shown::asked(asked)),
    };
    match commands::rename(&db, &permit, (&role_id(&id)?, version), &name).await {
        Ok(true) => Ok(asking.lead(Done::RoleRenamed)),
        Ok(false) => Ok(asking.lead(Done::AlreadySo)),
        Err(Trouble::Name(bad)) => naming.show(&wrong(bad)),
        Err(Trouble::Moved) => {
            let text = format!("This role was changed while the page was open. It is called {} now", role.name);
            naming.show(&Shown::conflict(text))
        }
        Err(other) => Err(failure(other)),
    }
}
