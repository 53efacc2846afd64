//! Changing and deleting an integration, and forms that are wrong or sent twice.

use crate::console::{Console, LIST, PASSWORD};
use crate::harness::{Browser, Options, story};
use progreda::world::Span;
use serde_json::json;

#[actix_web::test]
async fn the_same_token_gets_other_scopes_and_ends_with_its_integration() {
    story("edit-and-delete", Options::default(), async |browser| {
        let console = Console::open().await;
        let prepared = console.integration("Review collector", "contacts.readonly").await;
        let contact = json!({"firstName": "Ilse"});
        prepared.software.create(&contact).await.expect(403);

        console.sign_in(&browser, &prepared.path).await;
        browser.follow("Edit").await;
        browser.tick("Edit contacts").await;
        browser.sees("adds contacts.write").await;
        browser.press("Update").await;
        browser.sees("Saved. The token goes on working.").await;
        prepared.software.create(&contact).await.expect(201);

        browser.open_menu("More actions for Review collector").await;
        browser.follow("Delete").await;
        browser.heading("Delete Review collector").await;
        browser.fill("Type Review collector to confirm", "review").await;
        browser.press("Delete integration").await;
        told(&browser, "Type the name of the integration exactly as it is shown").await;
        assert_eq!(browser.value("Type Review collector to confirm").await, "review");
        prepared.software.get("/oauth/whoami").await.expect(200);

        browser.fill("Type Review collector to confirm", "Review collector").await;
        browser.press("Delete integration").await;
        browser.sees("Deleted. Its tokens stopped.").await;
        prepared.software.get("/oauth/whoami").await.expect(401);
    })
    .await;
}

/// The summary says it and has the focus; its link leads to the field.
async fn told(browser: &Browser, problem: &str) {
    browser.heading("There is a problem").await;
    browser.sees(problem).await;
    browser.focus_is("alert", "There is a problem").await;
    assert!(browser.title().await.starts_with("Error: "), "{}", browser.title().await);
    browser.link(problem).await;
}

#[actix_web::test]
async fn a_wrong_form_keeps_what_was_typed_and_takes_the_focus_to_the_problem() {
    story("validation", Options::default(), async |browser| {
        let console = Console::open().await;
        console.integration("Phone system", "contacts.readonly").await;
        console.sign_in(&browser, &format!("{LIST}/new")).await;
        browser.fill("Description (optional)", "Caller names on the desk phones").await;
        browser.press("Continue to scopes").await;
        told(&browser, "Enter a name of 1 to 80 characters").await;
        browser.follow("Enter a name of 1 to 80 characters").await;
        browser.focus_is("textbox", "Name").await;
        browser.keys("phone SYSTEM").await;
        assert_eq!(browser.value("Description (optional)").await, "Caller names on the desk phones");
        browser.press("Continue to scopes").await;

        browser.press("Continue to review").await;
        told(&browser, "Choose at least one scope").await;
        browser.tick("View contacts").await;
        browser.sees("1 scope").await;
        assert!(!browser.text().await.contains("Choose at least one scope"), "what was wrong is right now");
        browser.press("Continue to review").await;

        // Too long after the sign-in: the same form asks for the password.
        console.app.advance(Span::minutes(16));
        browser.press("Generate token").await;
        told(&browser, "Enter your password to go on").await;
        browser.sees("Caller names on the desk phones").await;
        browser.fill("Your password", PASSWORD).await;
        browser.press("Generate token").await;
        let taken = "Choose another name: an integration of this account has it already";
        told(&browser, taken).await;
        assert_eq!(browser.value("Name").await, "phone SYSTEM");
        assert_eq!(browser.value("Description (optional)").await, "Caller names on the desk phones");
        browser.fill("Name", "Phone system 2").await;
        browser.press("Continue to scopes").await;
        assert!(browser.field("View contacts").await.is_selected().await.unwrap(), "the scopes are kept too");
        browser.press("Continue to review").await;
        browser.press("Generate token").await;
        browser.heading("Copy the token for Phone system 2").await;
    })
    .await;
}

#[actix_web::test]
async fn a_double_click_makes_one_integration_and_ends_on_its_token() {
    story("double-click-on-generate", Options::default(), async |browser| {
        let console = Console::open().await;
        let review = format!("{LIST}/new/review?name=Partner+portal&scopes=contacts.readonly");
        console.sign_in(&browser, &review).await;
        browser.press_twice("Generate token").await;
        browser.heading("Copy the token for Partner portal").await;
        let token = browser.value("Token").await;
        console.software(&token).get("/oauth/whoami").await.expect(200);
        the_page_guards_its_token(&browser).await;
        browser.follow("I have stored the token").await;
        browser.heading("Partner portal").await;
        browser.visit(&console.url(LIST)).await;
        browser.sees("1 integration, 1 with a live token").await;
    })
    .await;
}

/// Leaving early is warned of, and what is left behind in the browser's memory is empty.
async fn the_page_guards_its_token(browser: &Browser) {
    let leaving = "const leaving = new Event('beforeunload', {cancelable: true}); dispatchEvent(leaving);
        return leaving.defaultPrevented;";
    assert_eq!(browser.script(leaving).await, true, "nobody has said yet that the token is stored");
    browser.script("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))").await;
    assert_eq!(browser.value("Token").await, "");
}
