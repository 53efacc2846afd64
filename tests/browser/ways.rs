//! Other ways to the same end: the keyboard alone, and a browser that runs no scripts.

use crate::console::{Console, LIST, PASSWORD};
use crate::harness::{Browser, Options, story};
use thirtyfour::Key;

#[actix_web::test]
async fn the_keyboard_alone_is_enough() {
    story("keyboard", Options::default(), async |browser| {
        let console = Console::open().await;
        browser.visit(&console.url("/login")).await;
        browser.focus_is("textbox", "E-mail").await;
        browser.keys("maren@harborpine.example").await;
        browser.tab_to("textbox", "Password").await;
        browser.keys(PASSWORD).await;
        browser.keys(Key::Enter).await;
        browser.arrives_at(LIST).await;

        browser.tab().await;
        browser.focus_is("link", "Skip to main content").await;
        browser.keys(Key::Enter).await;
        browser.tab_to("link", "Create New Integration").await;
        browser.keys(Key::Enter).await;
        browser.heading("Create New Integration").await;
        browser.tab_to("textbox", "Name").await;
        browser.keys("Newsletter bridge").await;
        browser.keys(Key::Enter).await;
        browser.heading("What may Newsletter bridge do?").await;
        browser.tab_to("checkbox", "View contacts").await;
        browser.keys(" ").await;
        browser.sees("1 scope").await;
        browser.keys(Key::Enter).await;
        browser.tab_to("button", "Generate token").await;
        browser.keys(Key::Enter).await;
        browser.heading("Copy the token for Newsletter bridge").await;
        browser.tab_to("button", "Copy Token").await;
        browser.keys(" ").await;
        browser.focus_is("button", "Copied").await;
        let token = browser.value("Token").await;
        browser.tab_to("link", "I have stored the token").await;
        browser.keys(Key::Enter).await;
        browser.heading("Newsletter bridge").await;
        console.software(&token).get("/oauth/whoami").await.expect(200);

        dialog_and_menu(&browser).await;
    })
    .await;
}

/// A dialog holds the focus, Escape closes it, and the focus is back where it was; so does a menu.
async fn dialog_and_menu(browser: &Browser) {
    browser.tab_to("link", "Rotate token").await;
    browser.keys(Key::Enter).await;
    browser.heading("Rotate the token of Newsletter bridge").await;
    browser.focus_is("radio", "Rotate and expire this token later").await;
    browser.tab_to("button", "Continue").await;
    browser.keys(Key::Escape).await;
    browser.focus_is("link", "Rotate token").await;
    let menu = "More actions for Newsletter bridge";
    browser.tab().await;
    browser.keys(Key::Enter).await;
    browser.tab_to("link", "Clone").await;
    browser.keys(Key::Escape).await;
    assert!(browser.focused().await.ends_with(&format!("{menu:?}")), "{}", browser.focused().await);
    assert!(!browser.has("link", "Clone").await);
}

#[actix_web::test]
async fn everything_works_without_scripts() {
    story("without-scripts", Options::without_scripts(), async |browser| {
        let console = Console::open().await;
        console.sign_in(&browser, LIST).await;
        browser.follow("Create New Integration").await;
        browser.fill("Name", "BI export").await;
        browser.press("Continue to scopes").await;
        browser.press("Read only contacts").await;
        browser.sees("1 scope").await;
        browser.press("Continue to review").await;
        browser.press("Generate token").await;
        browser.heading("Copy the token for BI export").await;
        assert!(!browser.has("button", "Copy Token").await, "what needs a script is not shown");
        let first = console.software(&browser.value("Token").await);
        browser.follow("I have stored the token").await;
        browser.heading("BI export").await;
        let page = browser.path().await;
        browser.back().await;
        browser.heading("The token of BI export was shown already").await;
        browser.follow("Go to the integration").await;

        browser.follow("Rotate token").await;
        browser.arrives_at(&format!("{page}/rotation")).await;
        browser.press("Continue").await;
        browser.heading("Copy the token for BI export").await;
        let second = console.software(&browser.value("Token").await);
        browser.follow("I have stored the token").await;
        for both in [&first, &second] {
            both.get("/oauth/whoami").await.expect(200);
        }
        browser.follow("Cancel rotation").await;
        browser.press("Cancel rotation").await;
        browser.sees("Rotation cancelled.").await;
        second.get("/oauth/whoami").await.expect(401);

        browser.open_menu("More actions for BI export").await;
        browser.follow("Delete").await;
        browser.fill("Type BI export to confirm", "BI export").await;
        browser.press("Delete integration").await;
        browser.sees("Deleted. Its tokens stopped.").await;
        first.get("/oauth/whoami").await.expect(401);
    })
    .await;
}
