//! Every view of this feature, rendered in its states.

use super::code::CodePage;
use super::dead_link::DeadLinkPage;
use super::email::EmailPage;
use super::email_confirm::EmailConfirmPage;
use super::factor::FactorPage;
use super::factor_off::FactorOffPage;
use super::forgotten::{ForgottenPage, ForgottenSentPage};
use super::profile::ProfilePage;
use super::recovery::{RecoveryNewPage, RecoveryPage};
use super::reset::ResetPage;
use super::security::{FactorView, SecurityPage};
use super::sessions::{Confirm, SessionRow, SignInLine};
use super::start_reset::ResetLinkPage;
use super::{SetupPage, SetupRefusedPage, SignInPage, problems_of};
use crate::users::commands::reset::Dead;
use crate::users::commands::{LinkState, address};
use crate::web::parts::{Field, FormGuard, When};
use crate::web::shell::{Shell, ShellPerson};
use askama::Template as _;

fn guard() -> FormGuard {
    FormGuard { csrf: "c5".into(), account: "acc_1".into(), ..FormGuard::default() }
}

fn sign_in(problem: bool) -> String {
    let mut page = SignInPage::new(guard(), "maren@harborandpine.example", "/help?a=1&b=2", false);
    if problem {
        page.password.error = Some("E-mail or password is not right".to_owned());
        page.problems = problems_of(&[&page.password]);
        page.shell.has_errors = true;
    }
    page.render().unwrap()
}

fn shell(title: &str) -> Shell {
    Shell {
        title: title.to_owned(),
        account: Some("Harbor & Pine".to_owned()),
        person: Some(ShellPerson::new("Maren <Holt>")),
        ..Shell::default()
    }
}

fn profile() -> String {
    let page = ProfilePage {
        shell: shell("Profile"),
        tabs: super::tabs(false),
        guard: guard(),
        name: Field::new("name", "Name", "Maren <Holt>"),
        email: "maren@harborandpine.example".to_owned(),
        role: "Admin".to_owned(),
        problems: Vec::new(),
    };
    page.render().unwrap()
}

fn security(confirm: bool, codes_left: Option<bool>) -> String {
    let row = |handle: &str, client: &str, this| SessionRow {
        handle: handle.to_owned(),
        client: client.to_owned(),
        address: "192.0.2.1".to_owned(),
        began: When { text: "3 h ago".to_owned(), ..When::default() },
        used: When { text: "41 s ago".to_owned(), ..When::default() },
        this,
    };
    let asked = Confirm {
        action: "/profile/sessions/end",
        handle: Some("bb".to_owned()),
        words: "Firefox will be signed out.".to_owned(),
        button: "Sign out that session",
        guard: FormGuard {
            password: Some(Field::password("password", "Your password", "current-password")),
            ..guard()
        },
    };
    let line = |what: &str, good| SignInLine {
        what: what.to_owned(),
        good,
        client: "Firefox 140 on Windows".to_owned(),
        address: "192.0.2.1".to_owned(),
        at: When { text: "20 Nov, 14:02".to_owned(), ..When::default() },
    };
    let factor = |few| FactorView { since: "20 Nov 2026".to_owned(), codes: "2 are left.".to_owned(), few };
    let page = SecurityPage {
        shell: shell("Security"),
        tabs: super::tabs(true),
        guard: guard(),
        factor: codes_left.map(factor),
        demanded: if confirm { "Harbor <&> Pine".to_owned() } else { String::new() },
        mails: confirm,
        email: "maren@harborandpine.example".to_owned(),
        old: Field::password("old_password", "Current password", "current-password"),
        new: Field::password("new_password", "New password", "new-password"),
        sessions: vec![row("aa", "Chrome 141 on Linux", true), row("bb", "Firefox 140 on Windows", false)],
        confirm: confirm.then_some(asked),
        sign_ins: vec![line("Signed in", true), line("Code not right, 3 times", false)],
        problems: Vec::new(),
    };
    page.render().unwrap()
}

fn factor(must: &str, replaces: bool) -> String {
    let page = FactorPage {
        shell: shell("Set up a second factor"),
        guard: guard(),
        must: must.to_owned(),
        setup: "5ea1ed".to_owned(),
        secret: "GEZD GNBV".to_owned().into(),
        qr: super::qr::draw("otpauth://totp/Progreda:maren?secret=GEZDGNBV"),
        code: super::code::field(None),
        before: replaces.then(|| {
            let old = Field::new("old_code", "Code of your present app", "");
            (Field::password("password", "Your password", "current-password"), old)
        }),
        problems: Vec::new(),
    };
    page.render().unwrap()
}

fn factor_off(barred: &str) -> String {
    let page = FactorOffPage {
        shell: shell("Turn the second factor off"),
        guard: guard(),
        barred: barred.to_owned(),
        password: Field::password("password", "Your password", "current-password"),
        code: super::code::field(Some("That code is not right".to_owned())),
        problems: Vec::new(),
    };
    page.render().unwrap()
}

fn recovery(codes: Option<&str>) -> String {
    let codes = codes.map(|codes| codes.to_owned().into());
    RecoveryPage { shell: shell("Your recovery codes"), codes }.render().unwrap()
}

fn recovery_new() -> String {
    let (password, code) = (
        Field::password("password", "Your password", "current-password"),
        super::code::field(Some("That code is not right".to_owned())),
    );
    let problems = problems_of(&[&password, &code]);
    let guard = FormGuard { once: Some("0".repeat(32)), ..guard() };
    RecoveryNewPage { shell: shell("Make new recovery codes"), guard, password, code, problems }.render().unwrap()
}

fn code(error: Option<&str>) -> String {
    CodePage::new(guard(), "/help?a=1&b=2", error.map(str::to_owned)).render().unwrap()
}

fn reset(error: Option<&str>) -> String {
    let password = Field::password("password", "New password", "new-password").error(error.map(str::to_owned));
    let problems = problems_of(&[&password]);
    let shell = Shell { title: "Set a new password".to_owned(), ..Shell::default() };
    let (link, email) = ("h12".to_owned(), "nora@harborandpine.example".to_owned());
    ResetPage { shell, guard: guard(), link, email, password, problems }.render().unwrap()
}

fn reset_link(link: Option<&str>, barred: bool) -> String {
    let shell = Shell { title: "A new password for Nora".to_owned(), ..Shell::default() };
    let link = link.map(|link| link.to_owned().into());
    let back = "/settings/staff/stf_1".to_owned();
    ResetLinkPage { shell, name: "Nora".to_owned(), link, barred, back }.render().unwrap()
}

fn email(mails: bool, asks: bool) -> String {
    let shell = Shell { title: "Change e-mail address".to_owned(), ..Shell::default() };
    let waiting = Some(("new@harborandpine.example".to_owned(), "22 Nov 2026, 10:21 UTC".to_owned()));
    let email = Field::new("email", "New address", "new@").error(Some("Enter an e-mail address".to_owned()));
    let problems = problems_of(&[&email]);
    let present = "maren@harborandpine.example".to_owned();
    let proof = asks.then(|| {
        let password = Field::password("password", "Your password", "current-password");
        (password.error(Some("That is not your password".to_owned())), super::code::field(None))
    });
    let problems = if mails { problems } else { vec![] };
    EmailPage { shell, guard: guard(), email, proof, present, waiting, mails, problems }.render().unwrap()
}

fn email_confirm(asks: bool) -> String {
    let shell = Shell { title: "Confirm your new address".to_owned(), ..Shell::default() };
    let password = asks.then(|| Field::password("password", "Your password", "current-password"));
    let (present, new) = ("maren@harborandpine.example".to_owned(), "new@harborandpine.example".to_owned());
    let page = EmailConfirmPage { shell, guard: guard(), link: "12".into(), present, new, password, problems: vec![] };
    page.render().unwrap()
}

fn all() -> Vec<(&'static str, String)> {
    let setup = SetupPage::new(guard(), "1234", ["Harbor & Pine", "", "maren@"]);
    let mut empty = setup.clone();
    empty.name.error = Some("Enter a name of 1 to 80 characters".to_owned());
    empty.problems = problems_of(&[&empty.name]);
    let refused = |state| SetupRefusedPage::of(state).1.render().unwrap();
    vec![
        ("sign-in", sign_in(false)),
        ("sign-in refused", sign_in(true)),
        ("sign-in before anybody", SignInPage::new(guard(), "", "", true).render().unwrap()),
        ("setup", setup.render().unwrap()),
        ("setup refused", empty.render().unwrap()),
        ("link expired", refused(LinkState::Expired)),
        ("link used", refused(LinkState::Used)),
        ("link unknown", refused(LinkState::Unknown)),
        ("new password", reset(None)),
        ("new password refused", reset(Some("Enter a password of at least 15 characters"))),
        ("reset link dead", DeadLinkPage::of_reset(Dead::NotBacked).1.render().unwrap()),
        (
            "address link dead",
            DeadLinkPage::of_address(&address::Dead::WouldLose(vec!["Pine".into()])).1.render().unwrap(),
        ),
        ("link for another", DeadLinkPage::of_another("Ada <Hale>").render().unwrap()),
        ("forgotten", ForgottenPage::new(guard(), "", None, true).render().unwrap()),
        (
            "forgotten refused",
            ForgottenPage::new(guard(), "x", Some("Enter an e-mail address".into()), true).render().unwrap(),
        ),
        ("forgotten without mail", ForgottenPage::new(guard(), "", None, false).render().unwrap()),
        ("forgotten sent", ForgottenSentPage::new().render().unwrap()),
        ("e-mail", email(true, false)),
        ("e-mail beside a second factor", email(true, true)),
        ("e-mail without mail", email(false, false)),
        ("e-mail confirmed", email_confirm(false)),
        ("e-mail confirmed with the password", email_confirm(true)),
        ("reset link", reset_link(Some("https://console.example/password-reset?link=h12"), false)),
        ("reset link shown already", reset_link(None, false)),
        ("reset link barred", reset_link(None, true)),
        ("profile", profile()),
        ("security", security(false, None)),
        ("security with a second factor", security(false, Some(false))),
        ("security asks", security(true, Some(true))),
        ("code", code(None)),
        ("code refused", code(Some("That code is not right"))),
        ("set-up", factor("", false)),
        ("another app", factor("", true)),
        ("set-up demanded", factor("Harbor <&> Pine is open to people with a second factor.", false)),
        ("turning off", factor_off("")),
        ("turning off barred", factor_off("Harbor <&> Pine demands one.")),
        ("recovery codes", recovery(Some("ABCDE-FGHJK-LMNPQ-RSTUV"))),
        ("recovery codes gone", recovery(None)),
        ("recovery codes anew", recovery_new()),
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
        for link in values(&page, "href").into_iter().filter_map(|href| href.strip_prefix('#')) {
            assert!(ids.contains(&link), "{name}: nothing has the id {link}");
        }
        assert_eq!(page.matches("method=\"post\"").count(), page.matches("name=\"csrf\"").count(), "{name}: forms");
    }
}

#[test]
fn passwords_open_empty_and_say_what_they_are_for() {
    for (name, page) in all() {
        for input in page.split("<input").skip(1).filter_map(|rest| rest.split('>').next()) {
            if input.contains("type=\"password\"") {
                assert!(!input.contains(" value="), "{name}: {input}");
                assert!(input.contains("-password\""), "{name}: {input}");
            }
        }
    }
}

#[test]
fn what_was_typed_stays_and_is_escaped() {
    let page = sign_in(true);
    assert!(page.contains("value=\"maren@harborandpine.example\""));
    assert!(page.contains("name=\"next\" value=\"/help?a=1&#38;b=2\""));
    assert!(page.contains("<title>Error: Sign in"));
    assert!(profile().contains("Maren &#60;Holt&#62;"));
    assert!(!profile().contains("<Holt>"));
}

#[test]
fn the_present_session_cannot_be_ended_from_the_list() {
    let page = security(false, None);
    assert!(page.contains("This session"));
    assert_eq!(values(&page, "value").iter().filter(|value| **value == "aa").count(), 0);
    assert!(page.contains("Sign out<span class=\"visually-hidden\"> Firefox 140 on Windows from 192.0.2.1</span>"));
}
