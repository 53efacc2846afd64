//! Rotations: with an overlap and its ends, cancelled, run out, and at once when a token may be known to others.

use crate::console::{Console, Prepared};
use crate::harness::{Browser, Options, story};
use crate::software::Software;
use progreda::world::Span;

async fn works(software: &Software) {
    software.get("/oauth/whoami").await.expect(200);
}

async fn is_dead(software: &Software) {
    software.get("/oauth/whoami").await.expect(401);
}

/// Rotates from the integration's page, later as the dialog presets it; the software with the new token.
async fn rotate_later(browser: &Browser, console: &Console, of: &Prepared) -> Software {
    browser.follow("Rotate token").await;
    browser.heading("Rotate the token of Warehouse sync").await;
    let later = browser.field("Rotate and expire this token later").await;
    assert!(later.is_selected().await.unwrap(), "the gentle way is preset");
    browser.sees("Both tokens work while the software is updated.").await;
    browser.press("Continue").await;
    store_token(browser, console, of).await
}

/// Takes the token from the page that shows it and goes on to the integration's page.
async fn store_token(browser: &Browser, console: &Console, of: &Prepared) -> Software {
    browser.arrives_at(&format!("{}/token", of.path)).await;
    let token = browser.value("Token").await;
    browser.follow("I have stored the token").await;
    browser.arrives_at(&of.path).await;
    console.software(&token)
}

#[actix_web::test]
async fn both_tokens_work_until_one_of_them_is_ended() {
    story("rotation", Options::default(), async |browser| {
        let console = Console::open().await;
        let prepared = console.integration("Warehouse sync", "contacts.readonly").await;
        let first = prepared.software.clone();
        works(&first).await;
        console.sign_in(&browser, &prepared.path).await;

        let second = rotate_later(&browser, &console, &prepared).await;
        browser.heading("Outgoing token").await;
        works(&first).await;
        works(&second).await;
        browser.follow("Expire now").await;
        browser.press("Expire now").await;
        browser.sees("Rotation finished. The old token stopped.").await;
        is_dead(&first).await;
        works(&second).await;

        let third = rotate_later(&browser, &console, &prepared).await;
        works(&third).await;
        browser.follow("Cancel rotation").await;
        browser.heading("Cancel the rotation of Warehouse sync").await;
        browser.press("Cancel rotation").await;
        browser.sees("Rotation cancelled. The new token stopped, the old one goes on.").await;
        is_dead(&third).await;
        works(&second).await;

        let fourth = rotate_later(&browser, &console, &prepared).await;
        browser.follow("Extend overlap").await;
        browser.press("Extend overlap").await;
        browser.sees("Overlap extended. Both tokens go on working.").await;
        console.app.advance(Span::days(8));
        works(&second).await;
        console.app.advance(Span::days(30));
        is_dead(&second).await;
        works(&fourth).await;
        for dead in [&first, &third] {
            is_dead(dead).await;
        }
    })
    .await;
}

#[actix_web::test]
async fn a_token_that_others_may_know_dies_at_once() {
    story("compromised", Options::default(), async |browser| {
        let console = Console::open().await;
        let prepared = console.integration("Booking widget", "contacts.readonly").await;
        console.sign_in(&browser, &prepared.path).await;
        browser.follow("This token may be compromised").await;
        browser.heading("This token may be compromised").await;
        works(&prepared.software).await;
        browser.press("Rotate and expire this token now").await;
        let new = store_token(&browser, &console, &prepared).await;
        is_dead(&prepared.software).await;
        works(&new).await;
        assert!(!browser.has("heading", "Outgoing token").await);
    })
    .await;
}
