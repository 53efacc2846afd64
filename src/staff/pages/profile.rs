//! A person's profile: facts, name and role, and the ways to their leaving.

use super::asking::{Asking, address, failure, version};
use super::head::{Head, pill};
use super::wish::role_choices;
use crate::audit::{self, Line, ViewAuditLog};
use crate::authz::{self, Permit};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::RoleId;
use crate::roles::Rights;
use crate::staff::commands::person::{self as commands, Edit, Trouble};
use crate::staff::store::person::{self, About, Role};
use crate::staff::{EditStaff, ViewStaff};
use crate::text::{self, BadName};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::{Choice, DiffRow, Fact, Field, FormGuard, Overtaken, Problem};
use crate::web::permit::Pending;
use crate::web::shell::Shell;
use crate::web::shown::{Again, Shown};
use crate::web::times;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// View data of a person's profile.
#[derive(Debug, Template)]
#[template(path = "staff/profile.html")]
pub struct ProfilePage {
    /// The frame.
    pub shell: Shell,
    /// What stands above.
    pub head: Head,
    /// What is known of them.
    pub facts: Vec<Fact>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What somebody else saved meanwhile.
    pub stale: Option<Overtaken>,
    /// Why whoever looks cannot change them, although they manage staff.
    pub reason: String,
    /// Whether it is whoever looks.
    pub oneself: bool,
    /// The form and the ways to their leaving, for whoever may.
    pub edit: Option<EditForm>,
    /// What they did and met with, for whoever may read the log.
    pub activity: Option<PersonActivity>,
}

/// The newest events of a person.
#[derive(Debug)]
pub struct PersonActivity {
    /// The events.
    pub lines: Vec<Line>,
    /// Where all that they did stands.
    pub by: String,
    /// Where all that was done to them stands.
    pub to: String,
}

/// What can be changed.
#[derive(Debug)]
pub struct EditForm {
    /// Its hidden fields.
    pub guard: FormGuard,
    /// What it is about.
    pub version: i64,
    /// Their name; none when it is theirs alone to change.
    pub name: Option<Field>,
    /// The roles that can be given, with the one they have.
    pub roles: Vec<Choice>,
    /// Whether they are disabled.
    pub disabled: bool,
    /// Whether they have a second factor.
    pub second_factor: bool,
}

/// Events that the profile shows.
const EVENTS: usize = 8;

/// A person and what their profile is made of.
struct Looking<'a> {
    asking: &'a Asking<'a>,
    of: &'a Rights,
    about: About,
    roles: Vec<Role>,
    events: Option<Vec<audit::Event>>,
}

/// What the form says.
struct Typed {
    name: Option<String>,
    role: String,
    version: i64,
}

impl Typed {
    fn saved(of: &Rights) -> Self {
        Self { name: Some(of.name.clone()), role: of.role.to_string(), version: of.version }
    }
}

impl<'a> Looking<'a> {
    async fn at(asking: &'a Asking<'a>, of: &'a Rights) -> Result<Self> {
        let account = &asking.actor.account().id;
        let mut reader = asking.db.read().await?;
        let about = person::about(&mut reader.on(), account, &of.staff).await?.ok_or(AppError::NotFound)?;
        let roles = person::roles(&mut reader.on(), account).await?;
        let events = match authz::may::<ViewAuditLog>(&asking.actor) {
            true => {
                let who = (of.user.as_str(), of.staff.as_str());
                Some(audit::activity(&mut reader.on(), account, who, EVENTS).await?)
            }
            false => None,
        };
        Ok(Self { asking, of, about, roles, events })
    }

    fn form(&self, typed: &Typed, shown: &Shown) -> Result<EditForm> {
        let holds = self.asking.own()?.permissions;
        let wrong = shown.problem.as_ref().filter(|problem| problem.field_id == "name");
        let name = self.about.only_here.then(|| {
            let name = Field::new("name", "Name", typed.name.as_deref().unwrap_or(&self.of.name));
            name.error(wrong.map(|problem| problem.text.clone()))
        });
        Ok(EditForm {
            guard: self.asking.sudo_guard(shown.again.as_ref()),
            version: typed.version,
            name,
            roles: role_choices(holds, self.of, &self.roles, &typed.role),
            disabled: self.of.disabled_at.is_some(),
            second_factor: self.about.second_factor,
        })
    }

    fn answer(&self, typed: &Typed, stale: Option<Overtaken>, shown: &Shown) -> Result<HttpResponse> {
        let touch = self.asking.may_touch(self.of);
        let manages = authz::may::<EditStaff>(&self.asking.actor);
        let mut shell = self.asking.shell(&self.of.name);
        shell.has_errors = shown.status != StatusCode::OK;
        let page = ProfilePage {
            shell,
            head: Head::new(self.asking, self.of, self.about.may_sign_in, false),
            facts: self.facts(),
            problems: shown.problems(),
            stale,
            reason: match touch {
                Err(rule) if manages => format!("{rule}."),
                _ => String::new(),
            },
            oneself: self.asking.own()?.id == self.of.staff,
            edit: if manages && touch.is_ok() { Some(self.form(typed, shown)?) } else { None },
            activity: self.events.as_ref().map(|events| self.activity(events)),
        };
        shown.answer(self.asking.request, &page)
    }

    fn activity(&self, events: &[audit::Event]) -> PersonActivity {
        PersonActivity {
            lines: events.iter().map(|event| Line::new(event, self.asking.now)).collect(),
            by: audit::address(&audit::Filter::by(self.of.user.as_str())),
            to: audit::address(&audit::Filter::of_thing("staff", self.of.staff.as_str())),
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let seen =
            self.of.last_seen_at.map_or_else(|| "never".to_owned(), |at| times::ago_or_day(at, self.asking.now).text);
        let state = pill(self.of.disabled_at.is_some(), self.about.may_sign_in).label;
        let state = Fact::new("State", state);
        vec![
            match self.of.disabled_at {
                Some(at) => state.second(format!("since {}", times::day(at)), crate::web::parts::Tone::Info),
                None => state,
            },
            Fact::new("Here since", times::day(self.of.created_at)),
            Fact::new("Last seen", seen),
        ]
    }

    fn role_name(&self, id: &str) -> Vec<String> {
        self.roles.iter().filter(|role| role.id.as_str() == id).map(|role| role.name.clone()).collect()
    }

    async fn stale(&self, typed: &Typed) -> Result<Overtaken> {
        let name = typed.name.clone().unwrap_or_else(|| self.of.name.clone());
        let rows = [
            DiffRow::of_lists("Name", false, std::slice::from_ref(&self.of.name), &[name]),
            DiffRow::of_lists("Role", false, &self.role_name(self.of.role.as_str()), &self.role_name(&typed.role)),
        ];
        let title = self.asking.who_was_faster(self.of).await?;
        Ok(Overtaken::new(title, rows))
    }
}

/// `GET /settings/staff/{id}`.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn show(
    permit: Permit<ViewStaff>,
    pending: Option<Pending<EditStaff>>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &request, &db);
    let of = asking.find(&id).await?;
    let again = pending.as_ref().and_then(Again::opening);
    Looking::at(&asking, &of).await?.answer(&Typed::saved(&of), None, &Shown::first(again))
}

/// `POST /settings/staff/{id}`.
///
/// # Errors
/// [`AppError::NotFound`], the rules of giving; faults of the store and of the form.
pub async fn save(
    pending: Pending<EditStaff>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["name", "role", "version"], &[])?;
    let asking = Asking::at(&pending, &request, &db);
    let of = asking.find(&id).await?;
    asking.may_touch(&of)?;
    let looking = Looking::at(&asking, &of).await?;
    let typed = Typed {
        name: form.has("name").then(|| form.one("name").to_owned()),
        role: if form.has("role") { form.one("role").to_owned() } else { of.role.to_string() },
        version: version(form.one("version"))?,
    };
    let role: RoleId = typed.role.parse().map_err(|_| AppError::NotFound)?;
    let name = match typed.name.as_deref().map(text::name).transpose() {
        Ok(name) => name,
        Err(bad) => return looking.answer(&typed, None, &Shown::wrong("name", worded(bad))),
    };
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return looking.answer(&typed, None, &Shown::asked(asked)),
    };
    let edit = Edit { name, role: Some(role), overrides: None };
    match commands::edit(&db, &permit, &of.staff, typed.version, &edit).await {
        Ok(true) => Ok(asking.lead(&address(&of), Done::StaffSaved)),
        Ok(false) => Ok(asking.lead(&address(&of), Done::Unchanged)),
        Err(Trouble::Stale(now)) => {
            let looking = Looking::at(&asking, &now).await?;
            let stale = looking.stale(&typed).await?;
            let status = StatusCode::CONFLICT;
            let shown = Shown { again: None, problem: None, status };
            looking.answer(&Typed { version: now.version, ..typed }, Some(stale), &shown)
        }
        Err(other) => Err(failure(other)),
    }
}

const fn worded(bad: BadName) -> &'static str {
    match bad {
        BadName::Length => "Enter a name of 1 to 80 characters",
        BadName::Characters => "Remove the invisible characters from the name",
    }
}
