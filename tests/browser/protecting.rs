//! Nobody comes in by a password alone: a second factor, a confirmation by code, a recovery code, a forgotten password, and the
//! trail of it all.

use crate::console::{Console, LIST, PASSWORD};
use crate::harness::{Browser, Options, story};
use crate::support::phone::Phone;
use crate::support::smtp::MailServer;
use crate::support::visitor::Page;
use progreda::world::Span;
use reqwest::header::HeaderMap;

const MAREN: &str = "maren@harborpine.example";
const SECURITY: &str = "/profile/security";
const LOG: &str = "/settings/audit-log";

#[actix_web::test]
async fn with_scripts() {
    story("second-factor", Options::default(), protected).await;
}

#[actix_web::test]
async fn without_scripts() {
    story("second-factor-without-scripts", Options::without_scripts(), protected).await;
}

async fn protected(browser: Browser) {
    let console = Console::open().await;
    console.sign_in(&browser, SECURITY).await;
    let mut phone = sets_up(&browser, &console).await;
    leaves(&browser).await;
    password(&browser, PASSWORD).await;
    // Half-way nothing is open.
    browser.visit(&console.url(LIST)).await;
    browser.arrives_at("/login/code?next=%2Fsettings%2Fprivate-integrations").await;
    browser.fill("Code", "000000").await;
    browser.press("Sign in").await;
    browser.sees("That code is not right, or it was used already").await;
    browser.fill("Code", &next_code(&phone, &console)).await;
    browser.press("Sign in").await;
    browser.arrives_at(LIST).await;
    confirms_by_code(&browser, &console, &phone).await;

    browser.visit(&console.url(SECURITY)).await;
    leaves(&browser).await;
    password(&browser, PASSWORD).await;
    let paper = phone.paper.remove(0);
    browser.fill("Code", &paper).await;
    browser.press("Sign in").await;
    browser.visit(&console.url(SECURITY)).await;
    browser.sees("9 of 10").await;
    reads_the_log(&browser, &console).await;
}

/// From the Security page to the codes on paper.
async fn sets_up(browser: &Browser, console: &Console) -> Phone {
    browser.follow("Set up a second factor").await;
    browser.heading("Scan the code with your app").await;
    let page = Page { status: 200, path: String::new(), headers: HeaderMap::default(), text: browser.html().await };
    let mut phone = Phone::reading(&page);
    browser.fill("Code", "123").await;
    browser.press("Turn on").await;
    browser.heading("There is a problem").await;
    browser.fill("Code", &phone.code_at(console.app.world().now())).await;
    browser.press("Turn on").await;
    browser.heading("Your recovery codes").await;
    let text = browser.text().await;
    phone.paper = text.split_whitespace().filter(|word| is_recovery_code(word)).map(str::to_owned).collect();
    assert_eq!(phone.paper.len(), 10, "{text}");
    browser.follow("I have stored the codes").await;
    browser.heading("Security").await;
    browser.back().await;
    browser.sees("The codes were shown when they were made").await;
    assert!(!browser.text().await.contains(&phone.paper[0]), "Back shows the codes again");
    browser.visit(&console.url(SECURITY)).await;
    phone
}

fn is_recovery_code(word: &str) -> bool {
    word.len() > 19 && word.contains('-') && word.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-')
}

fn next_code(phone: &Phone, console: &Console) -> String {
    console.app.advance(Span::seconds(30));
    phone.code_at(console.app.world().now())
}

async fn leaves(browser: &Browser) {
    browser.open_menu("Maren Holt").await;
    browser.press("Sign out").await;
    browser.arrives_at("/login").await;
}

async fn password(browser: &Browser, password: &str) {
    browser.fill("E-mail", MAREN).await;
    browser.fill("Password", password).await;
    browser.press("Sign in").await;
    browser.arrives_at("/login/code").await;
}

/// An old confirmation is asked for on the same page; a code does, and what was typed is there.
async fn confirms_by_code(browser: &Browser, console: &Console, phone: &Phone) {
    browser.visit(&console.url(&format!("{LIST}/new/review?name=Booking&scopes=contacts.readonly"))).await;
    console.app.advance(Span::minutes(16));
    browser.press("Generate token").await;
    browser.sees("Enter your password or a code to go on").await;
    browser.fill("Your password or a code", &phone.code_at(console.app.world().now())).await;
    browser.press("Generate token").await;
    browser.heading("Copy the token for Booking").await;
    browser.follow("I have stored the token").await;
    browser.heading("Booking").await;
}

/// All of it stands in the log, and an event has an address.
async fn reads_the_log(browser: &Browser, console: &Console) {
    browser.visit(&console.url(LOG)).await;
    browser.heading("Audit Log").await;
    for told in ["second factor", "created Booking", "signed in"] {
        browser.sees(told).await;
    }
    browser.visit(&console.url(&format!("{LOG}?action=integration.created"))).await;
    browser.sees("created Booking").await;
    assert!(!browser.text().await.contains("second factor"), "the filter lets something else through");
}

#[actix_web::test]
async fn a_forgotten_password() {
    story("forgotten-password", Options::default(), async |browser| {
        let mails = MailServer::start();
        let console = Console::open_with_mail(&mails.url()).await;
        browser.visit(&console.url("/login")).await;
        browser.follow("Forgot your password?").await;
        browser.fill("E-mail", MAREN).await;
        browser.press("Send the link").await;
        browser.heading("Look into your mail").await;
        let mail = mails.arrived(MAREN, 1).await.remove(0).text();
        let link = mail.split_whitespace().find(|word| word.contains("/password-reset?link=")).expect("a link");
        browser.visit(link).await;
        browser.heading("Set a new password").await;
        browser.fill("New password", "seven grey lanterns at the pier").await;
        browser.press("Set password").await;
        browser.arrives_at("/login").await;
        browser.fill("E-mail", MAREN).await;
        browser.fill("Password", "seven grey lanterns at the pier").await;
        browser.press("Sign in").await;
        browser.arrives_at(LIST).await;
        mails.arrived(MAREN, 2).await;
        browser.visit(link).await;
        browser.heading("This link does not work any more").await;
    })
    .await;
}

#[actix_web::test]
async fn every_page_of_it_in_every_light() {
    story("survey-protecting", Options::default(), async |browser| {
        let mails = MailServer::start();
        let console = Console::open_with_mail(&mails.url()).await;
        browser.visit(&console.url("/login/reset")).await;
        browser.survey("forgotten").await;
        console.sign_in(&browser, SECURITY).await;
        browser.survey("security").await;
        browser.follow("Set up a second factor").await;
        browser.heading("Scan the code with your app").await;
        browser.survey("second-factor").await;
        browser.visit(&console.url(SECURITY)).await;
        let mut phone = sets_up(&browser, &console).await;
        browser.survey("security-protected").await;
        for (path, name) in [
            ("/profile/second-factor", "second-factor-another"),
            ("/profile/second-factor/off", "second-factor-off"),
            ("/profile/recovery-codes/new", "recovery-codes-new"),
            ("/profile/email", "email"),
            (LOG, "audit-log"),
            ("/settings/audit-log?action=integration.deleted", "audit-log-none"),
            ("/settings/account", "account-second-factor"),
        ] {
            browser.visit(&console.url(path)).await;
            browser.survey(name).await;
        }
        browser.visit(&console.url(LOG)).await;
        phone.paper.clear();
        leaves(&browser).await;
        password(&browser, PASSWORD).await;
        browser.survey("sign-in-code").await;
    })
    .await;
}
