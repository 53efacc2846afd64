//! From the first start to the first call with a token, which no page shows twice.

use crate::console::{LIST, PASSWORD};
use crate::harness::{Browser, Options, story};
use crate::software::Software;
use crate::support::app::TestApp;
use progreda::users::commands::make_setup_link;
use serde_json::json;

#[actix_web::test]
async fn from_the_setup_link_to_the_first_call() {
    story("first-start", Options::default(), async |browser| {
        let app = TestApp::start().await;
        let link = make_setup_link(&app.db().await).await.unwrap().expect("nobody is set up yet");
        set_up(&browser, &format!("{}/setup?link={link}", app.url())).await;
        let token = create(&browser).await;
        call(app.url(), &token).await;

        let shown_at = browser.path().await;
        browser.follow("I have stored the token").await;
        browser.heading("Booking widget").await;
        let page = browser.path().await;
        assert_eq!(format!("{page}/token"), shown_at);
        never_again(&browser, app.url(), &page, &token).await;
    })
    .await;
}

async fn set_up(browser: &Browser, link: &str) {
    browser.visit(link).await;
    browser.heading("Set up Progreda").await;
    browser.fill("Account name", "Harbor & Pine").await;
    browser.fill("Your name", "Maren Holt").await;
    browser.fill("E-mail", "maren@harborpine.example").await;
    browser.fill("Password", PASSWORD).await;
    browser.press("Create account").await;
    browser.arrives_at(LIST).await;
    browser.sees("The account is ready.").await;
    browser.heading("Connect your first software").await;
}

/// Through the three steps; the token.
async fn create(browser: &Browser) -> String {
    browser.follow("Create New Integration").await;
    browser.fill("Name", "Booking widget").await;
    browser.fill("Description (optional)", "Online booking. The token is in the vault.").await;
    browser.press("Continue to scopes").await;
    browser.heading("What may Booking widget do?").await;
    browser.sees("Nothing yet: no scope is chosen.").await;
    browser.tick("View contacts").await;
    browser.tick("Edit contacts").await;
    browser.sees("2 scopes").await;
    browser.press("Continue to review").await;
    browser.sees("contacts.write").await;
    // Back keeps what was typed.
    browser.back().await;
    assert!(browser.field("Edit contacts").await.is_selected().await.unwrap());
    browser.back().await;
    assert_eq!(browser.value("Name").await, "Booking widget");
    browser.press("Continue to scopes").await;
    browser.heading("What may Booking widget do?").await;
    browser.press("Contact sync").await;
    // The summary grows above its button.
    browser.sees("2 scopes").await;
    browser.press("Continue to review").await;
    browser.press("Generate token").await;
    browser.heading("Copy the token for Booking widget").await;
    let token = browser.value("Token").await;
    assert!(token.starts_with("pit_") && token.len() > 30, "{token:?}");
    browser.press("Copy Token").await;
    browser.button("Copied").await;
    token
}

async fn call(origin: &str, token: &str) {
    let stranger = Software::new(origin, "", token);
    let account = stranger.get("/oauth/whoami").await.expect(200).text("/locationId").to_owned();
    let software = Software::new(origin, &account, token);
    let id = software.create(&json!({"firstName": "Ada", "lastName": "Quist"})).await.expect(201).contact_id();
    let contact = software.get(&format!("/contacts/{id}")).await.expect(200);
    assert_eq!(contact.text("/contact/firstName"), "Ada");
}

/// Back, Forward, Reload and a second tab, with the back/forward cache on.
async fn never_again(browser: &Browser, origin: &str, page: &str, token: &str) {
    let gone = "The token of Booking widget was shown already";
    browser.back().await;
    browser.arrives_at(&format!("{page}/token")).await;
    hides(browser, token).await;
    browser.heading(gone).await;
    hides(browser, token).await;
    browser.reload().await;
    browser.heading(gone).await;
    hides(browser, token).await;
    browser.forward().await;
    browser.arrives_at(page).await;
    hides(browser, token).await;
    browser.back().await;
    browser.heading(gone).await;
    browser.visit_in_new_tab(&format!("{origin}{page}/token")).await;
    browser.heading(gone).await;
    hides(browser, token).await;
    browser.follow("Go to the integration").await;
    browser.arrives_at(page).await;
    hides(browser, token).await;
}

/// Neither the document nor a field holds the token.
async fn hides(browser: &Browser, token: &str) {
    let fields =
        browser.script("return [...document.querySelectorAll('input, textarea')].map(field => field.value)").await;
    assert!(!fields.to_string().contains(token), "a field of {} holds the token", browser.path().await);
    assert!(!browser.html().await.contains(token), "{} holds the token", browser.path().await);
}
