//! Every view of this feature, rendered in its states.

use super::view::{AcceptPage, EndedPage, InvitePage, ListPage, Row, ShowPage, Step, ended_words};
use crate::authz::PermissionSet;
use crate::ids::{AccountId, InvitationId, RoleId, UserId};
use crate::invitations::model::{Ended, Invitation, LINK_TIME};
use crate::users::problems_of;
use crate::web::frame::visitor_shell;
use crate::web::parts::{Choice, Field, FormGuard, Tab};
use crate::world::{Timestamp, World};
use askama::Template as _;

const NOW: Timestamp = Timestamp::from_millis(1_793_610_000_000);

fn guard() -> FormGuard {
    FormGuard { csrf: "c5".into(), account: "acc_1".into(), ..FormGuard::default() }
}

fn invitation() -> Invitation {
    let world = World::real();
    let entropy = world.entropy();
    Invitation {
        id: InvitationId::new(NOW, entropy),
        account: AccountId::new(NOW, entropy),
        account_name: "Harbor & Pine".to_owned(),
        account_disabled: false,
        email: "nora@quay.example".to_owned(),
        email_key: "nora@quay.example".to_owned(),
        role: RoleId::new(NOW, entropy),
        role_name: "<Support>".to_owned(),
        gives: PermissionSet::default(),
        invited_by: UserId::new(NOW, entropy),
        inviter: "Maren <Holt>".to_owned(),
        created_at: NOW,
        sent_at: NOW,
        expires_at: NOW.plus(LINK_TIME),
        accepted_at: None,
        withdrawn_at: None,
        is_allowed: true,
        known: None,
        belongs: false,
    }
}

fn list(rows: &[Invitation]) -> String {
    let tabs = vec![Tab { label: "Invitations".to_owned(), href: super::LIST.to_owned(), current: true }];
    let rows = rows.iter().map(|of| Row::new(of, NOW)).collect();
    ListPage { shell: visitor_shell("My Staff"), tabs, rows, cut: true }.render().unwrap()
}

fn invite(error: Option<&str>, mails: bool) -> String {
    let email = Field::new("email", "E-mail", "nora@").hint("They sign in with it.").error(error.map(str::to_owned));
    let problems = problems_of(&[&email]);
    let roles = Choice::list(&[("", "Choose a role"), ("rol_1", "<Support>")], "");
    let shell = visitor_shell("Invite somebody");
    let waiting = error.map(|_| "/settings/staff/invitations/inv_1".to_owned());
    InvitePage { shell, guard: guard(), email, roles, waiting, mails, problems }.render().unwrap()
}

fn show(link: Option<&str>, of: &Invitation) -> String {
    let link = link.map(|link| link.to_owned().into());
    ShowPage::new(visitor_shell("Invitation"), of, link, NOW).render().unwrap()
}

fn accept(step: Step) -> String {
    let of = invitation();
    let page = AcceptPage {
        shell: visitor_shell("Join Harbor & Pine"),
        guard: guard(),
        link: "ab12".to_owned(),
        inviter: of.inviter,
        account: of.account_name,
        role: of.role_name,
        email: of.email,
        until: "Monday".to_owned(),
        step,
        problems: Vec::new(),
    };
    page.render().unwrap()
}

fn all() -> Vec<(&'static str, String)> {
    let password = |kind| Field::password("password", "Password", kind);
    let withdrawn = Invitation { withdrawn_at: Some(NOW), ..invitation() };
    let accepted = Invitation { accepted_at: Some(NOW), ..invitation() };
    let [title, why, next] = ended_words(Ended::NotBacked);
    vec![
        ("list", list(&[invitation(), withdrawn.clone(), accepted.clone()])),
        ("list empty", list(&[])),
        ("invite", invite(None, true)),
        ("invite refused", invite(Some("This address has an invitation already"), false)),
        ("open with its link", show(Some("https://console.example/invitation?link=ab12"), &invitation())),
        ("open", show(None, &invitation())),
        ("withdrawn", show(None, &withdrawn)),
        ("accepted", show(None, &accepted)),
        (
            "somebody new",
            accept(Step::New { name: Field::new("name", "Your name", ""), password: password("new-password") }),
        ),
        ("somebody known", accept(Step::Prove { password: password("current-password") })),
        ("signed in", accept(Step::Accept)),
        ("signed in as another", accept(Step::Other("eve@quay.example".to_owned()))),
        ("ended", EndedPage { shell: visitor_shell(title), why, next }.render().unwrap()),
    ]
}

/// The values of an attribute, in order.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!(" {attribute}=\"");
    page.split(mark.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn each_page_has_one_heading_unique_ids_and_labels_that_lead_somewhere() {
    for (name, page) in all() {
        assert_eq!(page.matches("<h1").count(), 1, "{name}: headings");
        let ids = values(&page, "id");
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "{name}: repeated ids in {ids:?}");
        let described = values(&page, "aria-describedby");
        let pointed = values(&page, "for").into_iter().chain(described.into_iter().flat_map(str::split_whitespace));
        for id in pointed {
            assert!(ids.contains(&id), "{name}: nothing has the id {id}");
        }
        assert_eq!(page.matches("method=\"post\"").count(), page.matches("name=\"csrf\"").count(), "{name}: forms");
        assert!(!page.contains("<Support>") && !page.contains("<Holt>"), "{name}: names are escaped");
    }
}
