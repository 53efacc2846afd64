//! A person's Roles & Permissions: the role, and what is allowed or denied to them alone.

use super::asking::{Asking, address, failure, version};
use super::head::{Head, overrides};
use super::matrix::{Group, Matrix};
use super::wish::{Wish, role_choices};
use crate::audit;
use crate::authz::{self, Permission, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::roles::Rights;
use crate::staff::commands::person::{self as commands, Trouble};
use crate::staff::store::list::{self, Listed};
use crate::staff::store::person::{self, Role};
use crate::staff::{ChangePermissions, ViewStaff};
use crate::text::fold;
use crate::web::flash::Done;
use crate::web::form::{FormBody, Query};
use crate::web::parts::{Choice, DiffRow, FormGuard, Overtaken, Problem};
use crate::web::permit::Pending;
use crate::web::shell::Shell;
use crate::web::shown::{Again, Shown};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of a person's permissions.
#[derive(Debug, Template)]
#[template(path = "staff/permissions.html")]
pub struct PermissionsPage {
    /// The frame.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What somebody else saved meanwhile.
    pub stale: Option<Overtaken>,
    /// Why whoever looks cannot change it, although they manage roles.
    pub reason: String,
    /// What was prefilled and is not saved: title and sentence.
    pub prefilled: Option<(String, String)>,
    /// The form, for whoever may change it.
    pub rights: Option<RightsForm>,
    /// What is said of them alone, counted.
    pub words: String,
    /// The first word of their name.
    pub first_name: String,
    /// The permissions.
    pub groups: Vec<Group>,
}

/// What can be changed.
#[derive(Debug)]
pub struct RightsForm {
    /// Its hidden fields.
    pub guard: FormGuard,
    /// What it is about.
    pub version: i64,
    /// The roles that can be given, with the one they have.
    pub roles: Vec<Choice>,
    /// From whom permissions are to be copied, as typed.
    pub find: String,
    /// Who was found.
    pub found: Option<Vec<Listed>>,
}

/// Most people that are offered for copying.
const FOUND: usize = 10;
/// So many events are looked through for who said what.
const EVENTS: i64 = 200;

/// A person and what the page is made of.
struct Looking<'a> {
    asking: &'a Asking<'a>,
    of: &'a Rights,
    roles: Vec<Role>,
    stale: Option<Overtaken>,
    prefilled: Option<(String, String)>,
    find: String,
}

impl<'a> Looking<'a> {
    async fn at(asking: &'a Asking<'a>, of: &'a Rights) -> Result<Self> {
        let mut reader = asking.db.read().await?;
        let roles = person::roles(&mut reader.on(), &asking.actor.account().id).await?;
        Ok(Self { asking, of, roles, stale: None, prefilled: None, find: String::new() })
    }

    fn form(&self, wish: &Wish, version: i64, found: Option<Vec<Listed>>, again: Option<&Again>) -> Result<RightsForm> {
        let holds = self.asking.own()?.permissions;
        Ok(RightsForm {
            guard: self.asking.sudo_guard(again),
            version,
            roles: role_choices(holds, self.of, &self.roles, wish.role.id.as_str()),
            find: self.find.clone(),
            found,
        })
    }

    async fn answer(self, wish: &Wish, version: i64, shown: &Shown) -> Result<HttpResponse> {
        let (account, own) = (&self.asking.actor.account().id, self.asking.own()?);
        let touch = self.asking.may_touch(self.of);
        let manages = authz::may::<ChangePermissions>(&self.asking.actor);
        let changes = manages && touch.is_ok();
        let mut reader = self.asking.db.read().await?;
        let about = person::about(&mut reader.on(), account, &self.of.staff).await?.ok_or(AppError::NotFound)?;
        let (events, _) = audit::history(&mut reader.on(), account, self.of.staff.as_str(), EVENTS).await?;
        drop(reader);
        let found = if changes { self.found().await? } else { None };
        let rights = match changes {
            true => Some(self.form(wish, version, found, shown.again.as_ref())?),
            false => None,
        };
        let mut shell = self.asking.shell(&self.of.name);
        shell.has_errors = shown.status != StatusCode::OK;
        let allowed = wish.overrides.iter().filter(|(_, allowed)| *allowed).count();
        let holds = changes.then_some(own.permissions);
        let page = PermissionsPage {
            shell,
            head: Head::new(self.asking, self.of, about.may_sign_in, true),
            problems: shown.problems(),
            stale: self.stale,
            reason: match touch {
                Err(rule) if manages => format!("{rule}."),
                _ => String::new(),
            },
            prefilled: self.prefilled,
            rights,
            words: overrides("personal override", allowed, wish.overrides.len() - allowed),
            first_name: self.of.name.split_whitespace().next().unwrap_or_default().to_owned(),
            groups: Matrix { of: self.of, wish, events: &events, holds }.groups(),
        };
        shown.answer(self.asking.request, &page)
    }

    async fn found(&self) -> Result<Option<Vec<Listed>>> {
        let search = fold(&self.find);
        if search.is_empty() {
            return Ok(None);
        }
        let mut reader = self.asking.db.read_slowly().await?;
        let account = &self.asking.actor.account().id;
        Ok(Some(list::others(&mut reader.on(), account, &search, &self.of.staff, FOUND).await?))
    }

    fn prefill(&mut self, title: String, left: &[String]) {
        let text = match left {
            [] => "Nothing is saved yet. Look at the results, then save.".to_owned(),
            left => format!("Nothing is saved yet. Not copied: {}.", left.join("; ")),
        };
        self.prefilled = Some((title, text));
    }

    async fn stale(&self, wish: &Wish) -> Result<Overtaken> {
        let saved = Wish::saved(self.of);
        let one = |wish: &Wish| vec![wish.role.name.clone()];
        let rows = [
            DiffRow::of_lists("Role", false, &one(&saved), &one(wish)),
            DiffRow::of_lists("Overrides", false, &saved.words(), &wish.words()),
        ];
        let title = self.asking.who_was_faster(self.of).await?;
        Ok(Overtaken::new(title, rows))
    }
}

/// `GET /settings/staff/{id}/permissions`; `?from=` another person: with what they have, not saved.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn show(
    permit: Permit<ViewStaff>,
    pending: Option<Pending<ChangePermissions>>,
    id: web::Path<String>,
    query: Query,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &request, &db);
    let of = asking.find(&id).await?;
    let mut looking = Looking::at(&asking, &of).await?;
    let mut wish = Wish::saved(&of);
    if pending.is_some() && asking.may_touch(&of).is_ok() {
        looking.find = query.one("find").trim().chars().filter(|c| *c != '\0').take(200).collect();
        if query.has("from") {
            let from = asking.find(query.one("from")).await?;
            let left = wish.copy(&from, &of, asking.own()?.permissions);
            looking.prefill(format!("Copied from {}", from.name), &left);
        }
    }
    let again = pending.as_ref().and_then(Again::opening);
    looking.answer(&wish, of.version, &Shown::first(again)).await
}

/// `POST /settings/staff/{id}/permissions`; `do=reset` and `do=show` show the form again and save nothing.
///
/// # Errors
/// [`AppError::NotFound`], the rules of giving; faults of the store and of the form.
pub async fn save(
    pending: Pending<ChangePermissions>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let own = ["role", "version", "do"].into_iter().chain(Permission::ALL.iter().map(|permission| permission.code()));
    form.expect(&own.collect::<Vec<_>>(), &[])?;
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    asking.may_touch(&of)?;
    let version = version(form.one("version"))?;
    let mut looking = Looking::at(&asking, &of).await?;
    let mut wish = Wish::read(&form, &of, &looking.roles)?;
    if form.has("do") {
        if form.one("do") == "reset" {
            wish.reset(asking.own()?.permissions);
        }
        let title = if wish.is_saved(&of) { "This is what is saved" } else { "Not saved yet" };
        looking.prefill(title.to_owned(), &[]);
        return looking.answer(&wish, version, &Shown::first(Again::opening(&pending))).await;
    }
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return looking.answer(&wish, version, &Shown::asked(asked)).await,
    };
    match commands::set_permissions(&db, &permit, &of.staff, version, &wish.edit()).await {
        Ok(true) => Ok(asking.lead(&format!("{}/permissions", address(&of)), Done::StaffSaved)),
        Ok(false) => Ok(asking.lead(&format!("{}/permissions", address(&of)), Done::Unchanged)),
        Err(Trouble::Stale(now)) => {
            let mut looking = Looking::at(&asking, &now).await?;
            looking.stale = Some(looking.stale(&wish).await?);
            let shown = Shown { again: None, problem: None, status: StatusCode::CONFLICT };
            looking.answer(&wish, now.version, &shown).await
        }
        Err(other) => Err(failure(other)),
    }
}
