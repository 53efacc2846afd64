//! Every page in every state, by day and by night, wide and narrow: no fault that axe finds, no sideways scrolling, and
//! its picture.

use crate::console::{Console, LIST};
use crate::filled::fill;
use crate::harness::{Browser, Options, story};
use crate::people::join;
use crate::support::app::TestApp;
use progreda::accounts;
use progreda::users::commands::make_setup_link;

#[actix_web::test]
async fn entrances_errors_and_help() {
    story("survey-entrances", Options::default(), async |browser| {
        let fresh = TestApp::start().await;
        let link = make_setup_link(&fresh.db().await).await.unwrap().expect("nobody is set up yet");
        browser.visit(&format!("{}/login", fresh.url())).await;
        browser.survey("sign-in-nobody-yet").await;
        browser.visit(&format!("{}/setup?link={link}", fresh.url())).await;
        browser.survey("setup").await;
        browser.press("Create account").await;
        browser.heading("There is a problem").await;
        browser.survey("setup-errors").await;
        browser.visit(&format!("{}/sample", fresh.url())).await;
        browser.survey("sample").await;

        for (path, name) in [("/docs", "reference-stranger"), ("/docs/contacts", "reference-contacts-stranger")] {
            browser.visit(&format!("{}{path}", fresh.url())).await;
            browser.survey(name).await;
        }

        let console = Console::open().await;
        console.hire("Ilse Brandt", "ilse@harborpine.example", "User").await;
        browser.visit(&console.url("/login")).await;
        browser.survey("sign-in").await;
        browser.fill("E-mail", "ilse@harborpine.example").await;
        browser.fill("Password", "not the password of Ilse").await;
        browser.press("Sign in").await;
        browser.heading("There is a problem").await;
        browser.survey("sign-in-error").await;
        console.sign_in_as(&browser, "ilse@harborpine.example", "/profile").await;
        browser.survey("profile").await;
        for (path, name) in [
            (LIST, "error-403"),
            ("/nowhere", "error-404"),
            ("/help", "help"),
            ("/docs", "reference"),
            ("/docs/search", "reference-search"),
            ("/docs/webhooks", "reference-webhooks"),
            ("/business/contacts", "contacts-empty"),
        ] {
            browser.visit(&console.url(path)).await;
            browser.survey(name).await;
        }
    })
    .await;
}

#[actix_web::test]
async fn making_and_changing() {
    story("survey-making", Options::default(), async |browser| {
        let console = Console::open().await;
        console.sign_in(&browser, LIST).await;
        browser.survey("list-empty").await;
        browser.follow("Create New Integration").await;
        browser.press("Continue to scopes").await;
        browser.heading("There is a problem").await;
        browser.survey("create-1-errors").await;
        browser.fill("Name", "Warehouse sync").await;
        browser.fill("Description (optional)", "Stock levels for the Tidewater warehouse").await;
        browser.press("Continue to scopes").await;
        browser.press("Contact sync").await;
        browser.sees("2 scopes").await;
        browser.survey("create-2-scopes").await;
        browser.press("Continue to review").await;
        browser.survey("create-3-review").await;
        browser.press("Generate token").await;
        browser.heading("Copy the token for Warehouse sync").await;
        browser.survey("token-once").await;
        browser.follow("I have stored the token").await;
        browser.heading("Warehouse sync").await;
        let page = browser.path().await;
        browser.visit(&console.url(&format!("{page}/token"))).await;
        browser.survey("token-gone").await;
        browser.visit(&console.url(&format!("{page}/edit"))).await;
        browser.tick("View tags").await;
        browser.sees("adds locations/tags.readonly").await;
        browser.survey("edit").await;
        let rival = console.office("maren@harborpine.example").await;
        let form = rival.get(&format!("{page}/edit")).await.expect(200).form(&format!("{page}/edit"));
        rival.submit(form.with("description", "Stock levels, hourly")).await.expect(303);
        browser.press("Update").await;
        browser.heading("If you update now").await;
        browser.survey("edit-stale").await;
    })
    .await;
}

#[actix_web::test]
async fn a_filled_account() {
    story("survey-filled", Options::default(), async |browser| {
        let console = Console::open().await;
        let filled = fill(&console).await;
        console.sign_in(&browser, LIST).await;
        at(&browser, &console, &format!("{LIST}?status=all"), "list").await;
        at(&browser, &console, &format!("{LIST}?search=nothing+like+this"), "list-no-match").await;
        at(&browser, &console, &filled.active.path, "integration-active").await;
        at(&browser, &console, &filled.due.path, "integration-due").await;
        at(&browser, &console, &filled.paused.path, "integration-paused").await;
        at(&browser, &console, &filled.expired.path, "integration-expired").await;
        at(&browser, &console, &filled.deleted.path, "integration-deleted").await;
        at(&browser, &console, &filled.rotating.path, "integration-rotating").await;
        browser.follow("Cancel rotation").await;
        browser.heading("Cancel the rotation of Warehouse sync").await;
        browser.survey("cancel-dialog").await;
        at(&browser, &console, &format!("{}/rotation", filled.due.path), "rotate").await;
        at(&browser, &console, &format!("{}/deletion", filled.due.path), "delete").await;
        at(&browser, &console, &format!("{}/compromised", filled.due.path), "compromised").await;
        browser.visit(&console.url(&filled.due.path)).await;
        browser.follow("Rotate token").await;
        browser.heading("Rotate the token of Booking widget").await;
        browser.survey("rotate-dialog").await;
        at(&browser, &console, "/business/contacts", "contacts").await;
        browser.follow("Ada Quist").await;
        browser.heading("Details").await;
        browser.survey("contact").await;
        browser.visit(&console.url("/business/contacts")).await;
        browser.follow("Noor el-Amrani").await;
        browser.heading("Details").await;
        browser.survey("contact-bare").await;
    })
    .await;
}

#[actix_web::test]
async fn people_and_what_they_may_do() {
    story("survey-people", Options::default(), async |browser| {
        let console = Console::open().await;
        console.hire("Jonas Pell", "jonas@harborpine.example", "Admin").await;
        console.hire("Ilse Brandt", "ilse@harborpine.example", "User").await;
        console.integration("Booking widget", "contacts.readonly").await;
        console.sign_in(&browser, "/settings/roles/new").await;
        let quay = accounts::commands::create(&console.db, "Quay").await.unwrap();
        join(&console, &quay).await;
        browser.survey("role-new").await;
        browser.fill("Name", "Support lead").await;
        browser.press("Make role").await;
        browser.tick("Support lead: Manage Private Integrations").await;
        browser.sees("was off").await;
        browser.survey("roles-changed").await;
        at(&browser, &console, "/settings/labs", "labs").await;
        at(&browser, &console, "/settings/labs/private_integrations/off", "lab-off").await;
        at(&browser, &console, "/settings/account", "account").await;
        at(&browser, &console, "/settings/staff", "staff").await;
        browser.follow("Ilse Brandt").await;
        browser.heading("Ilse Brandt").await;
        let person = browser.path().await;
        browser.survey("person").await;
        for (page, name) in [
            ("permissions", "person-permissions"),
            ("disabling", "person-disabling"),
            ("removal", "person-removal"),
            ("password-reset", "person-reset"),
        ] {
            at(&browser, &console, &format!("{person}/{page}"), name).await;
        }
        at(&browser, &console, "/settings/staff/invitations", "invitations-none").await;
        at(&browser, &console, "/settings/staff/invitations/new", "invitation-new").await;
        browser.fill("E-mail", "lena@harborpine.example").await;
        browser.press("Invite").await;
        let link = browser.value("Link").await;
        browser.survey("invitation-once").await;
        at(&browser, &console, "/settings/staff/invitations", "invitations").await;
        browser.visit(&link).await;
        browser.survey("invitation-for-another").await;
        browser.press("Sign out").await;
        browser.visit(&link).await;
        browser.survey("invitation-accept").await;
        browser.visit(&console.url("/invitation?link=nothing")).await;
        browser.survey("invitation-ended").await;
    })
    .await;
}

async fn at(browser: &Browser, console: &Console, path: &str, name: &str) {
    browser.visit(&console.url(path)).await;
    browser.survey(name).await;
}
