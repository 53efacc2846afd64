//! Every page of webhooks, by day and by night, wide and narrow: no fault that axe finds, no sideways scrolling, and its picture.

use crate::console::Console;
use crate::harness::{Browser, Options, story};
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::ids::{DeliveryId, EndpointId, MessageId};
use progreda::webhooks::Event;
use progreda::webhooks::store::deliveries;
use progreda::world::Span;
use serde_json::json;

const WEBHOOKS: &str = "/settings/webhooks";
const TITLE: &str = "hooks.tidewater.example/progreda/stock";
const URL: &str = "https://hooks.tidewater.example/progreda/stock?shop=harbor";

#[actix_web::test]
async fn webhooks() {
    story("survey-webhooks", Options::default(), async |browser| {
        let console = Console::open().await;
        console.sign_in(&browser, WEBHOOKS).await;
        browser.survey("webhooks-empty").await;
        at(&browser, &console, &format!("{WEBHOOKS}/new"), "webhook-new-no-integration").await;
        let prepared = console.integration("Warehouse sync", "contacts.readonly contacts.write").await;
        let lacking = console.integration("Price import", "products.readonly").await;
        at(&browser, &console, &format!("{WEBHOOKS}/new"), "webhook-new-1").await;
        let id = lacking.path.rsplit('/').next().unwrap();
        at(&browser, &console, &format!("{WEBHOOKS}/new?integration={id}"), "webhook-new-scope-missing").await;
        let id = prepared.path.rsplit('/').next().unwrap();
        at(&browser, &console, &format!("{WEBHOOKS}/new?integration={id}"), "webhook-new-2").await;
        let page = make(&browser).await;
        browser.survey("webhook-nothing-sent").await;
        at(&browser, &console, &format!("{page}/secret"), "webhook-secret-gone").await;
        let rotation = format!("{page}/secret/rotation");
        at(&browser, &console, &rotation, "webhook-rotate").await;
        browser.press("Continue").await;
        browser.heading(&format!("Copy the signing secret for {TITLE}")).await;
        browser.survey("webhook-secret-once").await;
        at(&browser, &console, &format!("{rotation}/cancellation"), "webhook-rotation-cancel").await;
        sent(&console, &page).await;
        at(&browser, &console, &page, "webhook-failing").await;
        browser.follow("ContactTagUpdate").await;
        browser.heading("Answer").await;
        browser.survey("webhook-delivery").await;
        at(&browser, &console, &format!("{page}?status=failed"), "webhook-no-match").await;
        at(&browser, &console, &format!("{page}/edit"), "webhook-edit").await;
        at(&browser, &console, &format!("{page}/pause"), "webhook-pause").await;
        at(&browser, &console, &format!("{page}/redelivery"), "webhook-redeliver").await;
        at(&browser, &console, &format!("{page}/deletion"), "webhook-delete").await;
        at(&browser, &console, &prepared.path, "integration-with-webhook").await;
        give_up(&console).await;
        at(&browser, &console, &page, "webhook-disabled").await;
        at(&browser, &console, WEBHOOKS, "webhooks").await;
        at(&browser, &console, &format!("{WEBHOOKS}?search=nothing"), "webhooks-no-match").await;
    })
    .await;
}

/// Makes a webhook on the form that is open, first with nothing in it; ends on its page.
async fn make(browser: &Browser) -> String {
    browser.press("Create webhook").await;
    browser.heading("There is a problem").await;
    browser.survey("webhook-new-errors").await;
    browser.fill("URL", URL).await;
    browser.fill("Description (optional)", "Keeps the stock of the Tidewater warehouse in step").await;
    for event in ["ContactCreate A contact is added", "ContactTagUpdate Tags of a contact change"] {
        browser.tick(event).await;
    }
    browser.press("Create webhook").await;
    browser.heading(&format!("Copy the signing secret for {TITLE}")).await;
    browser.follow("I have stored the secret").await;
    browser.heading(TITLE).await;
    browser.path().await
}

/// One delivery of each state, and an endpoint that fails.
async fn sent(console: &Console, page: &str) {
    let endpoint: EndpointId = page.rsplit('/').next().unwrap().parse().unwrap();
    let (now, world) = (console.db.world().now(), console.db.world());
    let body = json!({"type": "ContactTagUpdate", "locationId": console.account.as_str(), "firstName": "Ada", "lastName": "Quist",
        "email": "ada.quist@example.org", "tags": ["new", "booked online"]})
    .to_string();
    let mut tx = console.db.write().await.unwrap();
    for (minutes, event, state, attempts, status) in [
        (600, Event::ContactCreate, "delivered", 1, Some(200)),
        (400, Event::ContactCreate, "stopped", 0, None),
        (90, Event::ContactCreate, "delivered", 3, Some(204)),
        (7, Event::ContactTagUpdate, "waiting", 2, Some(500)),
    ] {
        let at = now.minus(Span::minutes(minutes));
        let (id, message) = (DeliveryId::new(at, world.entropy()), MessageId::new(at, world.entropy()));
        deliveries::add_message(&mut tx.on(), &console.account, &message, event, &body, at).await.unwrap();
        deliveries::add(&mut tx.on(), (&console.account, &endpoint), (&id, &message), event, at).await.unwrap();
        let next = (state == "waiting").then(|| now.plus(Span::minutes(4)));
        let tried = status.map(|_| at.plus(Span::seconds(2)));
        let sql = "UPDATE webhook_deliveries SET state = $2, attempts = $3, next_at = $4, tried_at = $5, status = $6, \
             took = 84, stopped_why = CASE WHEN $2 = 'stopped' THEN 'paused' END, \
             problem = CASE WHEN $6 = 500 THEN 'status' END, answer = $7 WHERE id = $1";
        let answer = status.filter(|status| *status == 500_i64);
        let answer =
            answer.map(|_| "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>");
        tx.on().run(sql, binds![&id, state, attempts, next, tried, status, answer]).await.unwrap();
    }
    let sql = "UPDATE webhook_endpoints SET failing_since = $1";
    tx.on().run(sql, binds![now.minus(Span::minutes(7))]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

/// As when three days are over.
async fn give_up(console: &Console) {
    let mut tx = console.db.write().await.unwrap();
    let sql = "UPDATE webhook_endpoints SET disabled_at = $1, disabled_why = 'failing'";
    tx.on().run(sql, binds![console.db.world().now()]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

async fn at(browser: &Browser, console: &Console, path: &str, name: &str) {
    browser.visit(&console.url(path)).await;
    browser.survey(name).await;
}
