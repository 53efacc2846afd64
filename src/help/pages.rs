//! The Help page, in the frame of whoever reads it.

use crate::authz::{Actor, Lab, Permission, StaffMember};
use crate::config::Public;
use crate::db::Db;
use crate::error::Result;
use crate::web::frame;
use crate::web::permit::Open;
use crate::web::shell::Shell;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

/// What the reader finds of Private Integrations in the account that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finds {
    /// Nobody is signed in.
    Unknown,
    /// The lab is off.
    LabOff,
    /// They may not see it.
    Nothing,
    /// They may see it.
    ToSee,
    /// They may create, change and delete.
    ToManage,
}

impl Finds {
    /// What `staff` finds.
    #[must_use]
    pub fn of(staff: Option<&StaffMember>) -> Self {
        let Some(staff) = staff else { return Self::Unknown };
        if !staff.labs.contains(&Lab::PrivateIntegrations) {
            Self::LabOff
        } else if staff.permissions.has(Permission::PrivateIntegrationsManage) {
            Self::ToManage
        } else if staff.permissions.has(Permission::PrivateIntegrationsView) {
            Self::ToSee
        } else {
            Self::Nothing
        }
    }

    /// Whether the list can be opened.
    #[must_use]
    pub fn opens_list(self) -> bool {
        matches!(self, Self::ToSee | Self::ToManage)
    }
}

/// The chapters: anchor and heading, in order.
pub const CHAPTERS: &[(&str, &str)] = &[
    ("what", "What a private integration is"),
    ("differences", "Not an API key, not an OAuth2 access token"),
    ("who", "Who can create one"),
    ("where", "Where to find it"),
    ("create", "Create one"),
    ("keep-safe", "Keep the token safe"),
    ("rotate", "Rotate every 90 days"),
    ("compromised", "A token may be compromised"),
    ("change", "Change name, description or scopes"),
    ("delete", "Delete one"),
    ("leaving", "When somebody leaves"),
    ("accounts", "Work in several accounts"),
    ("password", "Forgotten password, another e-mail address"),
    ("second-factor", "Sign in with a second factor"),
    ("recovery", "When the phone is lost"),
    ("audit-log", "See who did what"),
    ("developers", "For developers: call API v2"),
];

/// View data of the Help page.
#[derive(Debug, Clone, Template)]
#[template(path = "help/page.html")]
pub struct HelpPage {
    /// The frame.
    pub shell: Shell,
    /// The address under which API v2 answers, without a slash at its end.
    pub base: String,
    /// Id of the account that is open.
    pub account_id: Option<String>,
    /// What the reader finds.
    pub finds: Finds,
}

impl HelpPage {
    /// The heading of a chapter.
    fn heading(anchor: &str) -> &'static str {
        CHAPTERS.iter().find(|(name, _)| *name == anchor).map_or("", |(_, heading)| *heading)
    }

    /// The account's name, for sentences.
    fn account(&self) -> &str {
        self.shell.account.as_deref().unwrap_or("your account")
    }
}

/// `GET /help`.
///
/// # Errors
/// When the page cannot be rendered.
pub async fn show(
    open: Open,
    request: HttpRequest,
    db: web::Data<Db>,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    let shell = match &open.actor {
        Some(actor) => frame::shell(&request, &db, actor, "Help"),
        None => frame::visitor_shell("Help"),
    };
    let staff = open.actor.as_ref().and_then(Actor::staff);
    let page = HelpPage {
        shell,
        base: public.url(),
        account_id: staff.map(|staff| staff.account.id.to_string()),
        finds: Finds::of(staff.map(AsRef::as_ref)),
    };
    frame::page(&request, StatusCode::OK, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(finds: Finds) -> String {
        let known = finds != Finds::Unknown;
        let page = HelpPage {
            shell: Shell {
                title: "Help".to_owned(),
                account: known.then(|| "Harbor & Pine".to_owned()),
                ..Shell::default()
            },
            base: "https://console.example".to_owned(),
            account_id: known.then(|| "acc_1".to_owned()),
            finds,
        };
        page.render().unwrap()
    }

    #[test]
    fn every_chapter_stands_where_the_contents_lead() {
        for finds in [Finds::Unknown, Finds::LabOff, Finds::Nothing, Finds::ToSee, Finds::ToManage] {
            let page = page(finds);
            assert_eq!(page.matches("<h1").count(), 1);
            assert_eq!(page.matches("<h2").count(), CHAPTERS.len() + 1);
            for (anchor, heading) in CHAPTERS {
                assert_eq!(page.matches(&format!("id=\"{anchor}\"")).count(), 1, "{anchor}");
                assert!(page.contains(&format!("href=\"#{anchor}\">{heading}</a>")), "{anchor}");
                assert!(page.contains(&format!("id=\"{anchor}\">{heading}</h2>")), "{anchor}");
            }
        }
    }

    #[test]
    fn only_those_who_may_see_the_list_get_links_to_it() {
        let list = "href=\"/settings/private-integrations";
        for finds in [Finds::Unknown, Finds::LabOff, Finds::Nothing] {
            assert!(!page(finds).contains(list), "{finds:?}");
        }
        assert!(page(Finds::ToSee).contains("href=\"/settings/private-integrations\""));
        assert!(!page(Finds::ToSee).contains("/settings/private-integrations/new"));
        assert!(page(Finds::ToManage).contains("href=\"/settings/private-integrations/new\""));
    }

    #[test]
    fn the_example_calls_name_this_server_and_no_token() {
        let page = page(Finds::ToManage);
        assert!(page.contains("https://console.example/oauth/whoami"));
        assert!(page.contains("Bearer $TOKEN"));
        assert!(page.contains("pit_[0-9A-Za-z]{38}"));
    }
}
