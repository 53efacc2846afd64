//! A permission manager's day: invite, make a role, switch, override, watch an open session change, labs, accounts, leaving.

use crate::console::{Console, LIST, PASSWORD};
use crate::harness::{Browser, Options, story};
use crate::support::visitor::Visitor;
use progreda::ids::AccountId;
use progreda::staff::{self, NewStaff};
use progreda::{accounts, binds};
use thirtyfour::Key;

const MAREN: &str = "maren@harborpine.example";
const LENA: &str = "lena@harborpine.example";
const STAFF: &str = "/settings/staff";

#[actix_web::test]
async fn a_day_with_scripts() {
    story("managers-day", Options::default(), day).await;
}

#[actix_web::test]
async fn the_same_day_without_scripts() {
    story("managers-day-without-scripts", Options::without_scripts(), day).await;
}

#[actix_web::test]
async fn the_keyboard_alone_is_enough() {
    story("managers-keyboard", Options::default(), async |browser| {
        let console = Console::open().await;
        console.hire("Lena Park", LENA, "User").await;
        console.sign_in(&browser, STAFF).await;
        let quay = accounts::commands::create(&console.db, "Quay").await.unwrap();
        join(&console, &quay).await;
        let lena = console.office(LENA).await;
        let press = async |role: &str, name: &str| {
            browser.tab_to(role, name).await;
            browser.keys(Key::Enter).await;
        };

        press("link", "Invite").await;
        browser.tab_to("textbox", "E-mail").await;
        browser.keys("ilse@harborpine.example").await;
        press("button", "Invite").await;
        browser.sees("It is shown this once.").await;

        browser.visit(&console.url("/settings/roles")).await;
        browser.tab_to("switch", "User: View Private Integrations").await;
        browser.keys(" ").await;
        browser.sees("User gains View Private Integrations").await;
        press("button", "Save changes").await;
        browser.sees("Saved. It counts from everybody's next page on.").await;
        lena.get(LIST).await.expect(200);

        browser.visit(&console.url(STAFF)).await;
        press("link", "Lena Park").await;
        browser.heading("Lena Park").await;
        press("link", "Disable").await;
        browser.heading("Disable Lena Park").await;
        press("button", "Disable").await;
        browser.sees("Disabled. Their sessions here ended.").await;
        lena.get(LIST).await.expect(303);

        browser.visit(&console.url("/settings/labs")).await;
        press("switch", "Private Integrations").await;
        press("button", "Switch off").await;
        browser.sees("Switched off. Its pages are gone for everyone in the account.").await;

        browser.tab_to("DisclosureTriangleGrouped", "Account: Harbor & Pine").await;
        browser.keys(Key::Enter).await;
        press("button", "Quay").await;
        browser.sees("You work in Quay now.").await;
    })
    .await;
}

async fn day(browser: Browser) {
    let console = Console::open().await;
    console.sign_in(&browser, STAFF).await;
    let lena = comes(&browser, &console).await;
    gets_a_role(&browser, &console, &lena).await;
    let export = is_allowed_more(&browser, &console, &lena).await;
    lab_goes_and_comes(&browser, &console, &lena).await;
    export.software.get("/oauth/whoami").await.expect(200);
    works_elsewhere(&browser, &console).await;

    browser.visit(&console.url(STAFF)).await;
    browser.follow("Lena Park").await;
    browser.follow("Remove").await;
    browser.heading("Remove Lena Park").await;
    browser.press("Remove").await;
    browser.sees("Removed from this account. Their sessions here ended.").await;
    assert_eq!(lena.get("/profile").await.status, 303, "the session that was open is over");
    export.software.get("/oauth/whoami").await.expect(200);
    browser.visit(&console.url(&format!("{LIST}?status=review"))).await;
    browser.follow("Night export").await;
    browser.press("Take over").await;
    browser.sees("You look after it now.").await;
}

/// Maren invites; Lena accepts in another browser.
async fn comes(browser: &Browser, console: &Console) -> Visitor {
    browser.follow("Invite").await;
    browser.fill("E-mail", LENA).await;
    browser.choose("Role", "User").await;
    browser.press("Invite").await;
    let link = browser.value("Link").await;
    let lena = console.app.visitor();
    let page = lena.get(link.strip_prefix(console.app.url()).expect("a link of this server")).await.expect(200);
    let form = page.form("/invitation").with("name", "Lena Park").with("password", PASSWORD);
    lena.submit(form).await.expect(303);
    lena.get(LIST).await.expect(403);
    lena
}

async fn gets_a_role(browser: &Browser, console: &Console, lena: &Visitor) {
    browser.visit(&console.url("/settings/roles")).await;
    browser.follow("New role").await;
    browser.fill("Name", "Support lead").await;
    browser.press("Make role").await;
    browser.sees("Role made. Nobody has it yet.").await;
    browser.tick("Support lead: View Private Integrations").await;
    let words = "Support lead gains View Private Integrations";
    if browser.scripts() {
        browser.sees(words).await;
        browser.sees("was off").await;
    }
    browser.press("Save changes").await;
    if !browser.scripts() {
        browser.sees(words).await;
        browser.press("Save changes").await;
    }
    browser.sees("Saved. It counts from everybody's next page on.").await;

    browser.visit(&console.url(STAFF)).await;
    browser.follow("Lena Park").await;
    browser.choose("Role", "Support lead").await;
    browser.press("Save").await;
    browser.sees("Saved. It counts from their next click on.").await;
    let list = lena.get(LIST).await.expect(200);
    assert!(!list.shows("Create New Integration"), "she sees, and changes nothing");
    lena.get(&format!("{LIST}/new")).await.expect(403);
}

/// For Lena alone; then she makes an integration with the session that was open all the time.
async fn is_allowed_more(browser: &Browser, console: &Console, lena: &Visitor) -> crate::console::Prepared {
    let person = browser.path().await;
    browser.visit(&console.url(&format!("{person}/permissions"))).await;
    browser.tick_in("Override for Manage Private Integrations", "Allow").await;
    // What it means is said before it is saved: at once, without scripts by a button.
    if browser.has("button", "Show results").await {
        browser.press("Show results").await;
    }
    browser.sees("1 personal override: 1 allow").await;
    browser.press("Save").await;
    browser.sees("Saved. It counts from their next click on.").await;
    browser.sees("1 personal override: 1 allow").await;
    console.integration_by(lena, "Night export", "Figures for the morning", "contacts.readonly").await
}

async fn lab_goes_and_comes(browser: &Browser, console: &Console, lena: &Visitor) {
    browser.visit(&console.url("/settings/labs")).await;
    browser.sees("1 live token keeps working").await;
    browser.tick("Private Integrations").await;
    browser.press("Switch off").await;
    browser.sees("Switched off. Its pages are gone for everyone in the account.").await;
    lena.get(LIST).await.expect(404);
    assert!(!lena.get("/help").await.expect(200).shows(&format!("href=\"{LIST}\"")), "nothing leads there");
    browser.tick("Private Integrations").await;
    browser.sees("Switched on. It counts at once, for everyone in the account.").await;
    lena.get(LIST).await.expect(200);
}

/// Maren belongs to a second account and goes there and back.
async fn works_elsewhere(browser: &Browser, console: &Console) {
    let quay = accounts::commands::create(&console.db, "Quay").await.unwrap();
    join(console, &quay).await;
    browser.visit(&console.url("/help")).await;
    browser.open_menu("Account: Harbor & Pine").await;
    browser.press("Quay").await;
    browser.sees("You work in Quay now.").await;
    browser.open_menu("Account: Quay").await;
    browser.press("Harbor & Pine").await;
    browser.sees("You work in Harbor & Pine now.").await;
}

pub async fn join(console: &Console, account: &AccountId) {
    let (now, entropy) = (console.db.world().now(), console.db.world().entropy());
    let mut tx = console.db.write().await.unwrap();
    let found = "SELECT u.id, r.id FROM users u, roles r WHERE u.email = $1 AND r.account_id = $2 AND r.name = 'Admin'";
    let (user, role): (String, String) = tx.on().only(found, binds![MAREN, account]).await.unwrap();
    let (user, role) = (user.parse().unwrap(), role.parse().unwrap());
    let new = NewStaff { account, user: &user, role: &role, name: "Maren Holt", email: MAREN };
    staff::add(&mut tx.on(), entropy, &new, now).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
}
