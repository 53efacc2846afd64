//! Webhooks: made, tested against a receiver that works and one that does not, delivered again, and a signing secret rotated.

use crate::console::{Console, PASSWORD};
use crate::harness::{Browser, Options, story};
use crate::receiver::{Mode, Receiver};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use ipnet::IpNet;
use progreda::world::Span;
use serde_json::json;
use thirtyfour::Key;

/// The address of the list.
const WEBHOOKS: &str = "/settings/webhooks";

/// A console that may send to this receiver, which is on this machine.
async fn console_for(receiver: &Receiver) -> Console {
    let port = receiver.port();
    let set = |config: &mut progreda::config::Config| {
        config.webhook_reach.http = true;
        config.webhook_reach.networks = vec!["127.0.0.0/8".parse::<IpNet>().unwrap()];
        config.webhook_reach.ports = vec![port];
    };
    Console::on(TestApp::start_with(TestDatabase::new().await, set)).await
}

/// What a webhook to it is called.
fn title(receiver: &Receiver) -> String {
    receiver.url().trim_start_matches("http://").to_owned()
}

/// Loads the page anew until it says this.
async fn becomes(browser: &Browser, text: &str) {
    let says = comes(async || {
        let there = browser.text().await.contains(text);
        if !there {
            browser.reload().await;
        }
        there
    });
    assert!(says.await, "the page never says {text:?}");
}

/// Makes a webhook of the integration from its page; ends on the webhook's page, and gives its signing secret.
async fn make(browser: &Browser, receiver: &Receiver) -> String {
    browser.follow("Create webhook").await;
    browser.heading("Create webhook").await;
    browser.fill("URL", &receiver.url()).await;
    browser.fill("Description (optional)", "Keeps the stock in step").await;
    browser.tick("ContactCreate A contact is added").await;
    browser.tick("ContactDelete A contact is deleted").await;
    browser.press("Create webhook").await;
    browser.heading(&format!("Copy the signing secret for {}", title(receiver))).await;
    let secret = browser.value("Signing secret").await;
    browser.follow("I have stored the secret").await;
    browser.heading(&title(receiver)).await;
    secret
}

#[actix_web::test]
async fn events_arrive_late_if_need_be_and_are_signed() {
    story("webhooks", Options::default(), async |browser| {
        let receiver = Receiver::start(Mode::status(200));
        let console = console_for(&receiver).await;
        let prepared = console.integration("Warehouse sync", "contacts.readonly contacts.write").await;
        console.sign_in(&browser, &prepared.path).await;
        let secret = make(&browser, &receiver).await;
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
        let page = browser.path().await;

        browser.press("Send test event").await;
        becomes(&browser, "Delivered").await;
        let first = receiver.arrived(1).await.remove(0);
        assert_eq!(first.json()["type"], json!("Test"));
        assert_eq!(first.header("webhook-signature").split(' ').count(), 1);
        browser.sees(&first.id()).await;

        receiver.answer(Mode::Status(503, Vec::new(), "<h1>closed</h1>".to_owned()));
        prepared.software.create(&json!({"firstName": "Ada"})).await.expect(201);
        receiver.arrived(2).await;
        browser.visit(&console.url(&page)).await;
        becomes(&browser, "Failing").await;
        browser.sees("Every try failed since").await;
        browser.follow("ContactCreate").await;
        becomes(&browser, "503").await;
        browser.sees("<h1>closed</h1>").await;
        receiver.answer(Mode::status(204));
        browser.press("Try now").await;
        becomes(&browser, "Delivered").await;
        let told = receiver.arrived(3).await;
        assert_eq!((told[1].id(), told[2].json()["firstName"].clone()), (told[2].id(), json!("Ada")));

        browser.visit(&console.url(&page)).await;
        browser.follow("Rotate the signing secret").await;
        browser.heading(&format!("Rotate the signing secret of {}", title(&receiver))).await;
        browser.press("Continue").await;
        browser.heading(&format!("Copy the signing secret for {}", title(&receiver))).await;
        browser.follow("I have stored the secret").await;
        browser.press("Send test event").await;
        becomes(&browser, "Delivered").await;
        let both = receiver.arrived(4).await.remove(3);
        assert_eq!(both.header("webhook-signature").split(' ').count(), 2, "both secrets sign");
        browser.visit(&console.url(&page)).await;
        browser.follow("Expire old secret now").await;
        browser.press("Expire now").await;
        browser.sees("Rotation finished. The old secret signs nothing more.").await;
        console.app.advance(Span::minutes(20));
        browser.open_menu(&format!("More actions for {}", title(&receiver))).await;
        browser.follow("Delete").await;
        browser.fill(&format!("Type 127.0.0.1:{} to confirm", receiver.port()), "127.0.0.1").await;
        browser.fill("Your password", PASSWORD).await;
        browser.press("Delete webhook").await;
        browser.sees("Deleted. Nothing is sent to it any more.").await;
    })
    .await;
}

#[actix_web::test]
async fn everything_works_without_scripts() {
    story("webhooks-without-scripts", Options::without_scripts(), async |browser| {
        let receiver = Receiver::start(Mode::status(500));
        let console = console_for(&receiver).await;
        let prepared = console.integration("BI export", "contacts.readonly contacts.write").await;
        console.sign_in(&browser, WEBHOOKS).await;
        browser.follow("Create webhook").await;
        browser.choose("Integration", "BI export").await;
        browser.press("Continue").await;
        browser.fill("URL", &receiver.url()).await;
        browser.press("Create webhook").await;
        browser.heading("There is a problem").await;
        browser.sees("Choose at least one event").await;
        browser.tick("ContactCreate A contact is added").await;
        browser.press("Create webhook").await;
        browser.heading(&format!("Copy the signing secret for {}", title(&receiver))).await;
        assert!(!browser.has("button", "Copy Signing secret").await, "what needs a script is not shown");
        browser.follow("I have stored the secret").await;
        browser.heading(&title(&receiver)).await;
        let page = browser.path().await;
        browser.back().await;
        browser.heading(&format!("The signing secret of {} was shown already", title(&receiver))).await;
        browser.follow("Go to the webhook").await;

        browser.press("Send test event").await;
        becomes(&browser, "500").await;
        browser.visit(&console.url(&page)).await;
        browser.open_menu(&format!("More actions for {}", title(&receiver))).await;
        browser.follow("Pause").await;
        browser.press("Pause").await;
        browser.sees("Paused. Nothing is sent until it is resumed.").await;
        prepared.software.create(&json!({"firstName": "Ada"})).await.expect(201);
        becomes(&browser, "the webhook was paused").await;
        browser.press("Resume").await;
        browser.choose("Status", "Delivered").await;
        browser.press("Apply").await;
        browser.heading("No delivery matches").await;
        browser.follow("Show all").await;
        browser.open_menu(&format!("More actions for {}", title(&receiver))).await;
        browser.follow("Redeliver what failed").await;
        browser.press("Redeliver").await;
        browser.heading(&title(&receiver)).await;
    })
    .await;
}

#[actix_web::test]
async fn the_keyboard_alone_is_enough() {
    story("webhooks-keyboard", Options::default(), async |browser| {
        let receiver = Receiver::start(Mode::status(200));
        let console = console_for(&receiver).await;
        console.integration("BI export", "contacts.readonly").await;
        console.sign_in(&browser, WEBHOOKS).await;
        browser.tab_to("link", "Create webhook").await;
        browser.keys(Key::Enter).await;
        browser.heading("Create webhook").await;
        browser.tab_to("button", "Continue").await;
        browser.keys(Key::Enter).await;
        browser.tab_to("textbox", "URL").await;
        browser.keys(receiver.url()).await;
        browser.tab_to("checkbox", "NoteCreate A note is added to a contact").await;
        browser.keys(" ").await;
        browser.tab_to("button", "Create webhook").await;
        browser.keys(Key::Enter).await;
        browser.heading(&format!("Copy the signing secret for {}", title(&receiver))).await;
        browser.tab_to("link", "I have stored the secret").await;
        browser.keys(Key::Enter).await;
        browser.heading(&title(&receiver)).await;
        browser.tab_to("button", "Send test event").await;
        browser.keys(Key::Enter).await;
        browser.heading("Test").await;
        receiver.arrived(1).await;
    })
    .await;
}
