//! What the pages of webhooks call things: titles that tell two apart, one word for each outcome, whom an event is about.

use crate::hooked::Hooked;
use crate::receiver::{Mode, Receiver};
use crate::support::patience::comes;
use crate::webhook_desk::{Desk, HOST, LIST, address_of};
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::webhooks::model::State;
use progreda::webhooks::store::sent;
use progreda::world::Span;
use std::time::Duration;

async fn made_at(desk: &Desk, url: &str, description: &str) -> String {
    let form = desk.creation(desk.ada(), url).await.with("description", description);
    address_of(&desk.ada().submit(form).await.expect(303))
}

#[actix_web::test]
async fn two_of_one_host_are_told_apart_and_found() {
    let desk = Desk::new().await;
    let stock = made_at(&desk, &format!("https://{HOST}/stock"), "For the Warehouse").await;
    let long = format!("https://{HOST}/prices/{}?shop=harbor", "a".repeat(60));
    let prices = made_at(&desk, &long, "").await;
    let title = format!("{HOST}/prices/aaaaaa…aaaaaaaaaaaaa");
    let page = desk.ada().get(&prices).await.expect(200);
    assert!(page.text.contains(&format!("<h1 title=\"{long}\">{title}</h1>")), "{}", page.text);
    let page = desk.ada().get(&format!("{stock}/deletion")).await.expect(200);
    assert!(page.shows(&format!("<h1>Delete {HOST}/stock</h1>")));
    assert!(page.text.contains(&format!("code-chip\">{HOST}</span>")), "the host is typed");

    let of = async |search: &str| {
        let list = desk.ada().get(&format!("{LIST}?search={search}")).await.expect(200);
        (list.text.contains(&stock), list.text.contains(&prices), list.shows("No webhook matches"))
    };
    assert_eq!(of("").await, (true, true, false));
    assert_eq!(of("STOCK").await, (true, false, false));
    assert_eq!(of("warehouse").await, (true, false, false));
    assert_eq!(of("harbor").await, (false, true, false));
    assert_eq!(of("%25").await, (false, false, true));
    // What is shown is found as well: an address however it was written.
    let odd = made_at(&desk, "https://HOOKS.Quay.Example:443/in", "").await;
    let list = desk.ada().get(&format!("{LIST}?search=quay.example/in")).await.expect(200);
    assert!(list.text.contains(&odd) && !list.text.contains(&stock));
    let part = desk.ada().request(reqwest::Method::GET, &format!("{LIST}?search=stock"));
    let part = desk.ada().send(LIST, part.header("HX-Request-Type", "partial")).await.expect(200);
    assert!(!part.text.contains("<html") && part.text.contains("data-announce=\"1 webhook\""));

    desk.set("UPDATE webhook_endpoints SET disabled_at = 1793610000000, disabled_why = 'gone' WHERE id = $1", &stock)
        .await;
    let list = desk.ada().get(LIST).await.expect(200);
    assert!(
        list.shows(&format!("{HOST}/stock (since 2 Nov, 09:00 UTC) gets no events")) && list.shows("Open the webhook")
    );
    let log = desk.ada().get("/settings/audit-log").await.expect(200);
    assert!(
        log.shows(&format!("{HOST} (For the Warehouse)")) && log.shows(&format!("{HOST} (created ")),
        "{}",
        log.text
    );
}

#[actix_web::test]
async fn what_happened_in_a_moment_is_listed_in_its_order() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let mut made = Vec::new();
    for number in 0..12 {
        made.push(hooked.contact(&format!("Mara {number}")).await);
        hooked.scene.app.advance(Span::millis(1));
    }
    hooked.settled(&hook, State::Delivered, made.len()).await;
    let mut reader = hooked.scene.db.read().await.unwrap();
    let page = sent::page(&mut reader.on(), &hooked.scene.account, &hook.id, None, None, 50).await.unwrap().0;
    let told: Vec<String> = page.iter().rev().map(|listed| listed.body.clone().unwrap()).collect();
    assert!(told.iter().zip(&made).all(|(body, id)| body.contains(id.as_str())), "{told:?}");
}

#[actix_web::test]
async fn nobody_s_data_goes_to_whom_nobody_chose() {
    let desk = Desk::new().await;
    let new = format!("{LIST}/new");
    desk.scene.token(&desk.scene.account, "Alpha", &["contacts.readonly"]).await;
    let first = desk.ada().get(&new).await.expect(200);
    assert!(first.text.contains("<option value=\"\" selected>Choose an integration</option>"), "{}", first.text);
    let missed = desk.ada().get(&format!("{new}?integration=")).await.expect(422);
    assert!(missed.text.contains("<title>Error: Create webhook") && missed.text.contains("href=\"#integration\""));
    assert!(missed.text.contains("id=\"integration\" aria-invalid=\"true\" aria-describedby=\"integration-error\""));
}

#[actix_web::test]
async fn a_delivery_says_whom_it_is_about_and_each_outcome_by_one_name() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let now = desk.scene.db.world().now();
    let delivery = desk.past(&address, "failed", now.minus(Span::minutes(5))).await;
    let page = format!("{address}/deliveries/{delivery}");
    let set = async |problem: &'static str, body: &'static str| {
        let mut tx = desk.scene.db.write().await.unwrap();
        let sql = "UPDATE webhook_deliveries SET type = 'NoteCreate', status = NULL, problem = $2 WHERE id = $1";
        tx.on().run(sql, binds![&delivery, problem]).await.unwrap();
        tx.on().run("UPDATE webhook_messages SET body = $1", binds![body]).await.unwrap();
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    };
    for (problem, word) in [("not_encrypted", "No encrypted connection"), ("no_target", "URL not allowed")] {
        set(problem, r#"{"type":"NoteCreate","id":"not_1","firstName":"Ada","lastName":"Quist"}"#).await;
        for place in [LIST, &address, &page] {
            assert!(desk.ada().get(place).await.expect(200).shows(&format!(">{word}<")), "{word} on {place}");
        }
    }
    let list = desk.ada().get(&address).await.expect(200);
    assert!(list.shows("Ada Quist · ") && desk.ada().get(&page).await.expect(200).shows("to a contact: Ada Quist"));
    let plain = "UPDATE webhook_endpoints SET url = 'http://hooks.ledger.example/' WHERE id = $1";
    desk.set(plain, &address).await;
    let told = desk.ada().get(&page).await.expect(200);
    assert!(told.shows("Nothing was sent: this server does not send to this URL. The URL must begin with https://."));
    set("timed_out", "not even JSON").await;
    let told = desk.ada().get(&page).await.expect(200);
    assert!(told.shows(">Timed out<") && told.shows("Copy answer") && !told.shows("Ada Quist"));
}

#[actix_web::test]
async fn two_secrets_are_expired_or_cancelled_and_not_rotated() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let rotation = "/secret/rotation\"";
    let page = desk.ada().get(&address).await.expect(200);
    assert!(page.text.contains(rotation) && !page.shows("Two secrets sign"));
    let form = desk.form(desk.ada(), &address, "secret/rotation").await.with("how", "later").with("overlap", "24h");
    let made = desk.ada().submit(form).await.expect(303);
    desk.ada().follow(made).await.expect(200);
    let page = desk.ada().get(&address).await.expect(200);
    assert!(page.shows("Two secrets sign") && page.shows("carries both signatures until "));
    assert!(page.shows("Expire old secret now") && page.shows("Cancel rotation") && !page.text.contains(rotation));
    let gone = desk.ada().get(&format!("{address}/secret")).await.expect(200);
    assert!(gone.shows("cancel the rotation") && !gone.text.contains(rotation));
}

#[actix_web::test]
async fn pausing_an_integration_names_webhooks_where_there_are_some() {
    let desk = Desk::new().await;
    let pause = format!("/settings/private-integrations/{}/pause", desk.token.integration);
    assert!(!desk.ada().get(&pause).await.expect(200).shows("Its webhook"));
    desk.make().await;
    assert!(desk.ada().get(&pause).await.expect(200).shows("Its webhook sends nothing either"));
    desk.make().await;
    assert!(desk.ada().get(&pause).await.expect(200).shows("Its webhooks send nothing either"));
}

#[actix_web::test]
async fn whoever_sends_by_hand_is_told_what_came_of_it_unless_that_takes_long() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let (ada, address) = (&hooked.scene.admin, format!("{LIST}/{}", hook.id));
    // Pressed again where the machine was too busy to say it in time.
    let press = async |page: &str, action: &str, told: &str| {
        let action = format!("{page}/{action}");
        let says = comes(async || {
            let form = ada.get(page).await.expect(200);
            if !form.text.contains(&action) {
                return false;
            }
            ada.follow(ada.submit(form.form(&action)).await.expect(303)).await.expect(200).shows(told)
        });
        assert!(says.await, "it never says: {told}");
    };
    press(&address, "test", "Delivered: the receiver took it.").await;
    receiver.answer(Mode::status(500));
    press(&address, "test", "It was not delivered. What came of it stands below.").await;
    let deliveries = hooked.deliveries(&hook).await;
    let failed = deliveries.iter().find(|one| one.status == Some(500)).expect("one that failed");
    let page = format!("{address}/deliveries/{}", failed.id);
    press(&page, "redelivery", "It was not delivered. What came of it stands below.").await;
    receiver.answer(Mode::status(204));
    press(&page, "redelivery", "Delivered: the receiver took it.").await;
    // A receiver that takes its time keeps nobody from the page.
    receiver.answer(Mode::Later(Duration::from_secs(12), 200));
    press(&page, "redelivery", "It is tried anew. Load this page again to see what became of it.").await;
    let deliveries = hooked.deliveries(&hook).await;
    assert!(deliveries.iter().any(|one| one.id == failed.id && one.state == State::Waiting), "{deliveries:?}");
}
