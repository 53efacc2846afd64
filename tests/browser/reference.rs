//! The reference of API v2, read by the keyboard alone.

use crate::harness::{Browser, Options, story};
use crate::support::app::TestApp;
use thirtyfour::Key;

/// Goes on by Tab to `role "name"` and presses Enter.
async fn enter(browser: &Browser, role: &str, name: &str) {
    browser.tab_to(role, name).await;
    browser.keys(Key::Enter).await;
}

#[actix_web::test]
async fn from_the_contents_to_a_command_without_a_mouse() {
    story("reference-keyboard", Options::default(), async |browser| {
        let app = TestApp::start().await;
        browser.visit(&format!("{}/docs", app.url())).await;
        enter(&browser, "link", "Contacts").await;
        browser.arrives_at("/docs/contacts").await;
        browser.heading("Contacts").await;
        // The end of the page is two steps away: its contents lead there, and what follows is the next chapter.
        enter(&browser, "link", "The object DndSetting").await;
        browser.tab().await;
        browser.focus_is("link", "Previous chapter: API v2").await;
        enter(&browser, "link", "Next chapter: Search").await;
        browser.arrives_at("/docs/search").await;
        browser.heading("Search contacts").await;
        browser.tab_to("button", "Copy command").await;
        browser.keys(" ").await;
        browser.focus_is("button", "Copied").await;
        browser.tab().await;
        browser.focus_is("region", "Call: Search contacts").await;
        enter(&browser, "link", "Next chapter: Tags of a contact").await;
        browser.arrives_at("/docs/tags").await;
        enter(&browser, "link", "The basics: authentication, errors, limits").await;
        browser.arrives_at("/docs").await;
        enter(&browser, "link", "Webhooks").await;
        browser.arrives_at("/docs/webhooks").await;
        enter(&browser, "link", "Check the signature").await;
        browser.tab_to("button", "Copy").await;
        browser.keys(Key::Enter).await;
        browser.focus_is("button", "Copied").await;
        browser.tab().await;
        browser.focus_is("region", "A delivery to try it with").await;
    })
    .await;
}
