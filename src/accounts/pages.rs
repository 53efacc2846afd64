//! The Account page: its name, what new people start with, and who may sign in.

mod typed;

use super::ManageAccount;
use super::model::{self, NAME_MAX, Settings};
use super::settings::{self, Trouble, Wanted};
use super::store::settings as store;
use crate::authz::{Actor, Permit};
use crate::config::NewAccountLabs;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::roles;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::frame;
use crate::web::parts::{Choice, Field, FormGuard, Problem};
use crate::web::permit::Pending;
use crate::web::shell::Shell;
use crate::web::shown::{Again, Shown, sudo_guard};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use typed::{NO_ROLE, Typed};

const PATH: &str = "/settings/account";
/// People who are named; the rest is a number.
const NAMED: usize = 10;

/// View data of the Account page.
#[derive(Debug, Template)]
#[template(path = "accounts/settings.html")]
pub struct AccountPage {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// The name.
    pub name: Field,
    /// The roles that an invitation may offer first.
    pub roles: Vec<Choice>,
    /// Whether only addresses of the domains may sign in.
    pub listed_only: bool,
    /// The domains, one a line.
    pub domains: Field,
    /// Those who cannot sign in now, in a sentence; empty for nobody.
    pub outside: String,
    /// Whether everyone needs a second factor.
    pub second_factor: bool,
    /// What that means for those who have none, in a sentence; empty when everybody has one.
    pub without_factor: String,
    /// How many people the form shuts out once it is sent again.
    pub shut_out: Option<usize>,
    /// The button's words.
    pub save: String,
    /// What new accounts of this server start with.
    pub new_accounts: String,
}

/// Somebody at the page.
struct Asking<'a> {
    request: &'a HttpRequest,
    db: &'a Db,
    actor: Actor,
    labs: &'a NewAccountLabs,
}

impl Asking<'_> {
    async fn show(&self, typed: Typed, shown: &Shown, shut_out: Option<usize>) -> Result<HttpResponse> {
        let account = &self.actor.account().id;
        let mut reader = self.db.read().await?;
        let outside = roles::outside(&mut reader.on(), account).await?;
        let offered = store::roles(&mut reader.on(), account).await?;
        let without = store::without_second_factor(&mut reader.on(), account).await?;
        drop(reader);
        let names: Vec<String> = outside.into_iter().map(|person| person.name).collect();
        let mut choices = vec![("", "User, as on every new account")];
        choices.extend(offered.iter().map(|(id, name)| (id.as_str(), name.as_str())));
        let problems = shown.problems();
        let error =
            |field: &str| problems.iter().find(|problem| problem.field_id == field).map(|problem| problem.text.clone());
        let mut shell = frame::shell(self.request, self.db, &self.actor, "Account");
        shell.breadcrumb = frame::settings_crumbs(None);
        shell.has_errors = !problems.is_empty();
        let name = Field::new("name", "Account name", typed.name).max(u32::try_from(NAME_MAX).unwrap_or(u32::MAX));
        let domains = Field::new("domains", "Domains", typed.domains).hint("One a line, like company.example.");
        let page = AccountPage {
            guard: sudo_guard(self.db, &self.actor, false, shown.again.as_ref()),
            version: typed.version,
            name: name.hint("It stands at the top of every page.").error(error("name")),
            roles: Choice::list(&choices, &typed.role),
            listed_only: typed.listed_only,
            domains: domains.error(error("domains")),
            outside: if names.is_empty() { String::new() } else { format!("{} cannot sign in now.", listed(&names)) },
            second_factor: typed.second_factor,
            without_factor: without_words(&without, typed.second_factor),
            shut_out,
            save: shut_out.map_or_else(|| "Save".to_owned(), |count| format!("Save and shut out {}", people(count))),
            new_accounts: model::words_of_new(&self.labs.0),
            shell,
            problems,
        };
        shown.answer(self.request, &page)
    }
}

fn without_words(names: &[String], demanded: bool) -> String {
    let (one, many) = if demanded { ("is", "are") } else { ("would be", "would be") };
    match names.len() {
        0 => String::new(),
        1 => format!("1 person on My Staff has none and {one} led to set one up: {}.", listed(names)),
        count => format!("{count} people on My Staff have none and {many} led to set one up: {}.", listed(names)),
    }
}

fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

/// `A`, `A and B`, or the first few and how many more.
fn listed(names: &[String]) -> String {
    let mut parts: Vec<String> = names.iter().take(NAMED).cloned().collect();
    if names.len() > NAMED {
        parts.push(format!("{} more", names.len() - NAMED));
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// `GET /settings/account`.
///
/// # Errors
/// Faults of the store.
pub async fn show(
    pending: Pending<ManageAccount>,
    request: HttpRequest,
    db: web::Data<Db>,
    labs: web::Data<NewAccountLabs>,
) -> Result<HttpResponse> {
    let again = Again::opening(&pending);
    let asking = Asking { request: &request, db: &db, actor: pending.actor().clone(), labs: &labs };
    let found = store::find(&mut db.read().await?.on(), &asking.actor.account().id).await?;
    let (settings, version) = found.ok_or(AppError::NotFound)?;
    asking.show(Typed::of(&settings, version), &Shown::first(again), None).await
}

/// `POST /settings/account`.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn save(
    pending: Pending<ManageAccount>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    labs: web::Data<NewAccountLabs>,
) -> Result<HttpResponse> {
    form.expect(&["version", "name", "role", "who", "domains", "second_factor", "shut_out"], &[])?;
    let typed = Typed::read(&form)?;
    let asking = Asking { request: &request, db: &db, actor: pending.actor().clone(), labs: &labs };
    let opening = Again::opening(&pending);
    let settings = match typed.settings() {
        Ok(settings) => settings,
        Err((field, why)) => {
            return asking.show(typed, &Shown { again: opening, ..Shown::wrong(field, why) }, None).await;
        }
    };
    let shut_out = form.one("shut_out").parse().ok();
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return asking.show(typed, &Shown::asked(asked), shut_out).await,
    };
    let wanted = Wanted { settings, version: typed.version, shut_out };
    done(&asking, &permit, wanted, typed).await
}

async fn done(
    asking: &Asking<'_>,
    permit: &Permit<ManageAccount>,
    wanted: Wanted,
    typed: Typed,
) -> Result<HttpResponse> {
    let lead = |done| Ok(frame::see_other(asking.request, PATH, Some(done)));
    match settings::save(asking.db, permit, &wanted).await {
        Ok(()) => lead(Done::AccountSaved),
        Err(Trouble::AlreadySo) => lead(Done::AlreadySo),
        Err(Trouble::Stale(now, version)) => {
            let shown = Shown::conflict(meanwhile(&now));
            asking.show(Typed { version, ..typed }, &shown, None).await
        }
        Err(Trouble::NoSuchRole) => asking.show(typed, &Shown::wrong("role", NO_ROLE), None).await,
        Err(Trouble::Oneself) => {
            let why = "You could not sign in any more: add the domain of your own address";
            asking.show(typed, &Shown::wrong("domains", why), None).await
        }
        Err(Trouble::NoFactorOneself) => {
            let why = "Set up your own second factor first, in your profile under Security";
            asking.show(typed, &Shown::wrong("second-factor", why), None).await
        }
        Err(Trouble::ShutsOut(names)) => {
            let verb = if names.len() == 1 { "loses" } else { "lose" };
            let why = format!(
                "{} {verb} access with the next request. Add their domains, or save again to shut them out",
                listed(&names)
            );
            asking.show(typed, &Shown::wrong("domains", why), Some(names.len())).await
        }
        Err(Trouble::App(error)) => Err(error),
    }
}

fn meanwhile(now: &Settings) -> String {
    let who = match now.domains.len() {
        0 => "everybody on My Staff may sign in".to_owned(),
        _ => format!("only addresses of {} may sign in", listed(&now.domains.iter().cloned().collect::<Vec<_>>())),
    };
    format!(
        "The account was changed while the page was open: it is called {}, and {who}. What you typed is kept; save again to set it",
        now.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_shows_what_is_set_and_what_it_would_do() {
        let page = AccountPage {
            shell: Shell { title: "Account".to_owned(), ..Shell::default() },
            problems: Vec::new(),
            guard: FormGuard::default(),
            version: 3,
            name: Field::new("name", "Account name", "Harbor <b>"),
            roles: Choice::list(&[("", "User"), ("rol_1", "Support")], "rol_1"),
            listed_only: true,
            domains: Field::new("domains", "Domains", "harbor.example"),
            outside: "Omar cannot sign in now.".to_owned(),
            second_factor: true,
            without_factor: without_words(&["Omar".to_owned()], true),
            shut_out: Some(2),
            save: "Save and shut out 2 people".to_owned(),
            new_accounts: model::words_of_new(&[]),
        };
        let html = page.render().unwrap();
        assert!(html.contains("Harbor &#60;b&#62;") && html.contains("name=\"version\" value=\"3\""));
        assert!(html.contains("value=\"rol_1\" selected") && html.contains("name=\"shut_out\" value=\"2\""));
        assert!(html.contains("Omar cannot sign in now.") && html.contains("Save and shut out 2 people"));
    }

    #[test]
    fn many_names_end_in_a_number() {
        let names: Vec<String> = (1..=12).map(|number| format!("P{number}")).collect();
        assert!(listed(&names).ends_with("P10 and 2 more"));
        assert_eq!(listed(&["A".to_owned(), "B".to_owned()]), "A and B");
    }
}
