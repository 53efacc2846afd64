//! What stands above the pages of My Staff: tabs, and of one person name, role, address and state.

use super::LIST;
use super::asking::{Asking, address};
use crate::authz::{self, Actor};
use crate::roles::Rights;
use crate::staff::EditStaff;
use crate::web::parts::{Pill, PillKind, Tab, When};
use crate::web::shell::initials;
use crate::web::times;

/// The head of a person's pages.
#[derive(Debug)]
pub struct Head {
    /// Address of the person's page.
    pub href: String,
    /// One or two letters.
    pub initials: String,
    /// Their role.
    pub role: String,
    /// Their state, when it is not the usual one.
    pub state: Option<Pill>,
    /// Their e-mail address.
    pub email: String,
    /// When they were last seen here.
    pub seen: Option<When>,
    /// Profile, and Roles & Permissions.
    pub tabs: Vec<Tab>,
}

impl Head {
    /// The head of `of`, with the second tab current or the first.
    #[must_use]
    pub fn new(asking: &Asking<'_>, of: &Rights, may_sign_in: bool, permissions: bool) -> Self {
        let href = address(of);
        let state = of.disabled_at.is_some() || !may_sign_in;
        Self {
            initials: initials(&of.name),
            role: of.role_name.clone(),
            state: state.then(|| pill(of.disabled_at.is_some(), may_sign_in)),
            email: of.email.clone(),
            seen: of.last_seen_at.map(|at| times::ago_or_day(at, asking.now)),
            tabs: vec![
                tab("Profile", &href, !permissions),
                tab("Roles & Permissions", &format!("{href}/permissions"), permissions),
            ],
            href,
        }
    }
}

fn tab(label: &str, href: &str, current: bool) -> Tab {
    Tab { label: label.to_owned(), href: href.to_owned(), current }
}

/// The tabs of My Staff, the invitations current or the people; none for whoever may only look.
#[must_use]
pub fn tabs(actor: &Actor, invitations: bool) -> Vec<Tab> {
    if !authz::may::<EditStaff>(actor) {
        return Vec::new();
    }
    vec![tab("People", LIST, !invitations), tab("Invitations", &format!("{LIST}/invitations"), invitations)]
}

/// Somebody's state in the account.
#[must_use]
pub fn pill(disabled: bool, may_sign_in: bool) -> Pill {
    match (disabled, may_sign_in) {
        (true, _) => Pill::worded(PillKind::Paused, "Disabled"),
        (false, false) => Pill::worded(PillKind::Expired, "Address may not sign in"),
        (false, true) => Pill::new(PillKind::Active),
    }
}

/// What is said of somebody alone, counted: `2 overrides: 1 allow, 1 deny`.
#[must_use]
pub fn overrides(what: &str, allowed: usize, denied: usize) -> String {
    let all = allowed + denied;
    let plural = if all == 1 { "" } else { "s" };
    match (allowed, denied) {
        (0, 0) => format!("No {what}s"),
        (_, 0) => format!("{all} {what}{plural}: {allowed} allow"),
        (0, _) => format!("{all} {what}{plural}: {denied} deny"),
        _ => format!("{all} {what}{plural}: {allowed} allow, {denied} deny"),
    }
}
