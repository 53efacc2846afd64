//! Builds the frame of a page for the person who looks at it, and answers with a template.

pub mod places;

use super::form;
use super::parts::FormGuard;
use super::shell::{Crumb, NavEntry, NavGroup, Shell, ShellPerson};
use super::{flash, once};
use crate::authz::{Actor, StaffMember};
use crate::db::Db;
use crate::error::{AppError, Result};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};

/// The frame for `actor`: navigation only of what they may open, the page at `here` marked.
#[must_use]
pub fn shell(request: &HttpRequest, db: &Db, actor: &Actor, title: impl Into<String>) -> Shell {
    let Some(staff) = actor.staff() else { return visitor_shell(title) };
    Shell {
        title: title.into(),
        account: Some(staff.account.name.clone()),
        others: staff.others.clone(),
        person: Some(ShellPerson::new(&staff.name)),
        nav: navigation(staff, request.path()),
        breadcrumb: Vec::new(),
        flash: flash::read(request, &staff.account.name),
        guard: guard(db, actor, false),
        has_errors: false,
        lost: false,
    }
}

/// The frame for somebody who is not signed in.
#[must_use]
pub fn visitor_shell(title: impl Into<String>) -> Shell {
    Shell { title: title.into(), ..Shell::default() }
}

/// The parents of every page under Private Integrations: Settings, Other Settings, and the list.
#[must_use]
pub fn settings_crumbs(list: Option<(&str, &str)>) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::area("Settings"), Crumb::area("Other Settings")];
    crumbs.extend(list.map(|(label, href)| Crumb::link(label, href)));
    crumbs
}

/// What binds a form to this session and account; with a single-use key where a second sending must have no second effect.
#[must_use]
pub fn guard(db: &Db, actor: &Actor, single_use: bool) -> FormGuard {
    let Some(staff) = actor.staff() else { return FormGuard::default() };
    FormGuard {
        csrf: form::token(db.keys(), &staff.seed),
        account: staff.account.id.to_string(),
        once: single_use.then(|| once::OnceKey::new(db.world().entropy()).as_str().to_owned()),
        ..FormGuard::default()
    }
}

const HELP: &str = "/help";
/// Where somebody sets up their second factor.
pub const SECOND_FACTOR: &str = "/profile/second-factor";

fn navigation(staff: &StaffMember, path: &str) -> Vec<NavGroup> {
    let entry = |label: &str, href: &str, icon, current| NavEntry {
        label: label.to_owned(),
        href: href.to_owned(),
        icon,
        current,
    };
    let mut groups: Vec<NavGroup> = Vec::new();
    for place in places::open_to(staff) {
        let entry = entry(place.label, place.href, place.icon, place.is_above(path));
        match groups.last_mut().filter(|group| group.title == place.group) {
            Some(group) => group.entries.push(entry),
            None => {
                let in_settings = place.href.starts_with("/settings/");
                groups.push(NavGroup { title: place.group.to_owned(), in_settings, entries: vec![entry] });
            }
        }
    }
    let entries = vec![entry("Help", HELP, "circle-help", places::lies_at(path, HELP))];
    groups.push(NavGroup { title: String::new(), in_settings: false, entries });
    groups
}

/// Where this person works, or what they must do before.
#[must_use]
pub fn home(staff: &StaffMember) -> &'static str {
    if staff.needs_second_factor {
        return SECOND_FACTOR;
    }
    places::workplace(staff).map_or(HELP, |place| place.href)
}

/// Answers with a page.
///
/// # Errors
/// When the template cannot be rendered.
pub fn page(request: &HttpRequest, status: StatusCode, template: &impl askama::Template) -> Result<HttpResponse> {
    let body = template.render().map_err(AppError::internal)?;
    let mut response = HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body);
    flash::clear(request, &mut response);
    Ok(response)
}

/// Whether htmx asks for a part of the page. It decides what is rendered, never what is allowed.
#[must_use]
pub fn wants_part(request: &HttpRequest) -> bool {
    request.headers().get("HX-Request-Type").is_some_and(|kind| kind == "partial")
}

/// Leads on after a form, by GET, saying what was done.
#[must_use]
pub fn see_other(request: &HttpRequest, to: &str, done: Option<flash::Done>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, to));
    if let Some(done) = done {
        response.cookie(flash::cookie(request, done));
    }
    response.finish()
}

/// The path to go to after signing in: a local one, or nothing.
#[must_use]
pub fn local_path(next: &str) -> Option<&str> {
    let plain = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    (plain && next.is_ascii() && next.len() <= 2_000 && !next.chars().any(|c| c.is_control() || c.is_whitespace()))
        .then_some(next)
}

/// The page's own address with its query, for coming back.
#[must_use]
pub fn here(request: &HttpRequest) -> String {
    request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_paths_are_followed() {
        assert_eq!(local_path("/help?x=1"), Some("/help?x=1"));
        for foreign in
            ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/\t/evil", "", "help"]
        {
            assert_eq!(local_path(foreign), None, "{foreign}");
        }
    }
}
