//! The pages of webhooks: who may open them, what they show, and what was sent as it is told and sent again.

use crate::support::actors::Scene;
use crate::support::html::Form;
use crate::support::patience::comes;
use crate::webhook_desk::{Desk, HOST, LIST, URL};
use progreda::authz::{Lab, Permission};
use progreda::webhooks::model::State;
use progreda::webhooks::store::deliveries;
use progreda::world::Span;
use serde_json::json;

const VIEWER: &str = "vera@harbor.example";
const PAUSED: &str = "UPDATE webhook_endpoints SET paused_at = 1793610000000 WHERE id = $1";
const FAILING: &str = "UPDATE webhook_endpoints SET failing_since = 1793610000000 WHERE id = $1";
const STOPPED: &str =
    "UPDATE webhook_endpoints SET disabled_at = 1793610000000, disabled_why = 'failing' WHERE id = $1";

#[actix_web::test]
async fn who_may_only_look_sees_everything_and_changes_nothing() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let delivery = desk.past(&address, "failed", desk.scene.db.world().now()).await;
    let scene = &desk.scene;
    scene.person(&scene.account, VIEWER, "User").await;
    let vera = scene.signed_in(VIEWER).await;
    vera.get(LIST).await.expect(403);
    vera.get(&address).await.expect(403);
    scene.set_override(&scene.account, VIEWER, Permission::WebhooksView, Some(true)).await;
    let list = vera.get(LIST).await.expect(200);
    assert!(list.shows(HOST) && !list.shows("Create webhook"));
    let page = vera.get(&address).await.expect(200);
    for control in ["Edit", "Send test event", "Rotate", "Redeliver", "Delete", "Pause"] {
        assert!(!page.shows(&format!(">{control}<")) && !page.text.contains(&format!("{control}</a>")), "{control}");
    }
    assert!(!page.text.contains("/settings/private-integrations/"), "a page that they may not open");
    let told = vera.get(&format!("{address}/deliveries/{delivery}")).await.expect(200);
    assert!(told.shows("alert(1)") && !told.text.contains("/redelivery"));
    let csrf = vera.get("/help").await.form("/logout");
    let below = ["edit", "secret/rotation", "secret/rotation/cancellation", "old-secret/expiry", "pause", "deletion"];
    for page in below.into_iter().chain(["redelivery", "secret"]) {
        vera.get(&format!("{address}/{page}")).await.expect(403);
    }
    let one = format!("deliveries/{delivery}/redelivery");
    for action in below.into_iter().chain(["resume", "enable", "test", "redelivery", &one]) {
        vera.submit(Form { action: format!("{address}/{action}"), ..csrf.clone() }).await.expect(403);
    }
    vera.get(&desk.new_page()).await.expect(403);
}

#[actix_web::test]
async fn another_account_finds_nothing_and_neither_does_anybody_without_the_lab() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let delivery = desk.past(&address, "failed", desk.scene.db.world().now()).await;
    let scene = &desk.scene;
    let elsewhere = scene.account("Elsewhere").await;
    scene.person(&elsewhere, "oskar@else.example", "Admin").await;
    let oskar = scene.signed_in("oskar@else.example").await;
    assert!(!oskar.get(LIST).await.expect(200).shows(HOST));
    let pages = ["", "/edit", "/secret", "/secret/rotation", "/pause", "/redelivery", "/deletion"];
    for page in pages {
        oskar.get(&format!("{address}{page}")).await.expect(404);
    }
    oskar.get(&format!("{address}/deliveries/{delivery}")).await.expect(404);
    oskar.get(&desk.new_page()).await.expect(404);
    let theirs = scene.token(&elsewhere, "Theirs", &["contacts.readonly"]).await;
    let foreign = oskar.get(&format!("{LIST}/new?integration={}", theirs.integration)).await.expect(200);
    let foreign = foreign.form(&format!("{LIST}/new")).with("url", URL).with_all("events", &["NoteCreate"]);
    oskar.submit(foreign.with("integration", desk.token.integration.as_str())).await.expect(404);
    for path in
        [format!("{LIST}/whe_00000000000000000000000000"), format!("{LIST}/x"), format!("{address}/deliveries/x")]
    {
        desk.ada().get(&path).await.expect(404);
    }
    scene.set_lab(&scene.account, Lab::PrivateIntegrations, false).await;
    for page in pages {
        desk.ada().get(&format!("{address}{page}")).await.expect(404);
    }
    assert!(!desk.ada().get("/help").await.expect(200).text.contains(LIST), "no way there in the navigation");
}

#[actix_web::test]
async fn an_empty_account_is_led_to_an_integration_first() {
    let scene = Scene::new().await;
    let list = scene.admin.get(LIST).await.expect(200);
    assert!(list.shows("Tell software when something happens") && list.shows("Create webhook"));
    assert!(scene.admin.get(&format!("{LIST}/new")).await.expect(200).shows("First a private integration"));
    let writer = scene.token(&scene.account, "Writer", &["contacts.write"]).await;
    let choose = scene.admin.get(&format!("{LIST}/new")).await.expect(200);
    assert!(choose.shows("Writer (scope missing)"));
    let paused = scene.token(&scene.account, "Reader", &["contacts.readonly"]).await;
    let pause = "UPDATE integrations SET paused_at = 1 WHERE id = $1";
    crate::hooked::change(&scene.db, pause, progreda::binds![&paused.integration]).await;
    assert!(scene.admin.get(&format!("{LIST}/new")).await.expect(200).shows("Reader (paused)"));
    let lacking = scene.admin.get(&format!("{LIST}/new?integration={}", writer.integration)).await.expect(200);
    assert!(lacking.shows("Writer lacks the scope contacts.readonly") && lacking.shows("Change the scopes"));
    assert!(!lacking.shows("Choose only what it needs"));
}

#[actix_web::test]
async fn a_condition_is_told_with_what_to_do() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    assert!(desk.ada().get(&address).await.expect(200).shows("Active"));
    desk.set(FAILING, &address).await;
    let page = desk.ada().get(&address).await.expect(200);
    assert!(
        page.shows("Failing · since 2 Nov")
            && page.shows("Every try failed since 2 Nov, 09:00 UTC")
            && page.shows("Show what waits")
    );
    assert!(page.shows("Send test event"), "it is tried on");
    desk.set(PAUSED, &address).await;
    assert!(desk.ada().get(&address).await.expect(200).shows("What falls due in the meantime is stopped"));
    desk.set(STOPPED, &address).await;
    let page = desk.ada().get(&address).await.expect(200);
    assert!(page.shows("Disabled since 2 Nov, 09:00 UTC: it failed for three days") && page.shows("Enable"));
    desk.ada().submit(desk.button(desk.ada(), &address, "enable").await).await.expect(303);
    desk.ada().submit(desk.button(desk.ada(), &address, "resume").await).await.expect(303);
    let integration = format!("/settings/private-integrations/{}", desk.token.integration);
    let form = desk.form(desk.ada(), &integration, "edit").await;
    desk.ada().submit(form.with_all("scopes", &["contacts.write"])).await.expect(303);
    let page = desk.ada().get(&address).await.expect(200);
    assert!(page.shows("Ledger lacks the scope contacts.readonly") && page.shows("scope missing"));
    let kept = desk.form(desk.ada(), &address, "edit").await.with("description", "Kept");
    desk.ada().submit(kept).await.expect(303);
    let form = desk.form(desk.ada(), &integration, "pause").await;
    desk.ada().submit(form).await.expect(303);
    assert!(desk.ada().get(&address).await.expect(200).shows("Ledger is paused"));
    assert!(desk.ada().get(LIST).await.expect(200).shows("Integration paused"));
}

#[actix_web::test]
async fn a_test_event_is_sent_once_and_not_to_whom_nothing_is_sent() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let form = desk.button(desk.ada(), &address, "test").await;
    let sent = desk.ada().submit(form.clone()).await.expect(303);
    let place = sent.header("location").to_owned();
    let page = desk.ada().follow(sent).await.expect(200);
    let again = desk.ada().submit(form.clone()).await.expect(303);
    assert_eq!(again.header("location"), place);
    assert!(desk.ada().follow(again).await.shows("This form was sent already; it had its effect once."));
    assert!(page.shows("webhook-id: msg_"));
    assert!(page.shows("\"type\": \"Test\"") && page.shows(desk.scene.account.as_str()), "{}", page.text);
    assert_eq!(desk.count("webhook.test_sent").await, 1);
    let other = desk.other().await;
    let theirs = desk.button(&other, &address, "test").await;
    desk.set(PAUSED, &address).await;
    let refused = other.submit(theirs).await.expect(409);
    assert!(refused.shows("This webhook sends nothing now: it is paused."));
    assert_eq!(desk.count("webhook.test_sent").await, 1);
}

#[actix_web::test]
async fn what_was_sent_is_filtered_paged_and_shown_as_it_was_said() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    desk.set(PAUSED, &address).await;
    assert!(desk.ada().get(&address).await.expect(200).shows("Nothing sent yet"));
    let now = desk.scene.db.world().now();
    let mut made = Vec::new();
    for minutes in 1..=30 {
        let state = if minutes == 7 { "stopped" } else { "failed" };
        made.push(desk.past(&address, state, now.minus(Span::minutes(minutes))).await);
    }
    let page = desk.ada().get(&address).await.expect(200);
    assert!(page.shows("25 deliveries") && page.text.matches("/deliveries/").count() == 25);
    let older = page.text.split("href=\"").find(|rest| rest.contains("after=")).expect("a way to older ones");
    let older = crate::support::html::unescape(older.split('"').next().unwrap());
    let last = desk.ada().get(older.split('#').next().unwrap()).await.expect(200);
    assert!(last.shows("5 deliveries") && last.text.contains(made[29].as_str()) && last.shows("Newest"));
    let stopped = desk.ada().get(&format!("{address}?status=stopped")).await.expect(200);
    assert!(
        stopped.text.contains(made[6].as_str())
            && stopped.shows("1 delivery")
            && stopped.shows("the webhook was paused")
    );
    assert!(desk.ada().get(&format!("{address}?status=delivered")).await.expect(200).shows("No delivery matches"));
    let part = desk.ada().request(reqwest::Method::GET, &format!("{address}?status=stopped"));
    let part = desk.ada().send(&address, part.header("HX-Request-Type", "partial")).await.expect(200);
    assert!(!part.text.contains("<html") && part.text.contains("data-announce=\"1 delivery\""));

    let told = desk.ada().get(&format!("{address}/deliveries/{}", made[0])).await.expect(200);
    assert!(told.text.contains("&#60;script&#62;") || told.text.contains("&lt;script&gt;"), "{}", told.text);
    assert!(
        !told.text.contains("<script>alert") && !told.text.contains("<b>out</b>"),
        "what comes from outside is escaped"
    );
    assert!(told.shows("500") && told.shows("84 ms") && told.shows("The receiver did not answer with a status"));
    assert!(told.shows("webhook-signature: v1,…") && !told.shows("whsec_"));
    let list = desk.ada().get(LIST).await.expect(200);
    assert!(list.text.contains("text--bad\">500<") && list.shows("2 events"));
}

#[actix_web::test]
async fn one_or_all_are_sent_again_and_that_is_told() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let now = desk.scene.db.world().now();
    let state = async |id: &progreda::ids::DeliveryId| {
        let endpoint = desk.stored(&address).await.unwrap();
        let mut reader = desk.scene.db.read().await.unwrap();
        let found = deliveries::find(&mut reader.on(), &desk.scene.account, &endpoint.id, id).await.unwrap();
        found.expect("a delivery").0.state
    };
    let offered = async || desk.ada().get(&address).await.expect(200).shows("Redeliver what failed");
    assert!(!offered().await, "nothing failed");
    let one = desk.past(&address, "failed", now.minus(Span::minutes(5))).await;
    assert!(offered().await);
    let recent = desk.past(&address, "stopped", now.minus(Span::minutes(6))).await;
    let old = desk.past(&address, "failed", now.minus(Span::days(2))).await;
    let action = format!("deliveries/{one}/redelivery");
    let form =
        desk.ada().get(&format!("{address}/deliveries/{one}")).await.expect(200).form(&format!("{address}/{action}"));
    let question = desk.form(desk.ada(), &address, "redelivery").await;
    let asked = desk.ada().get(&format!("{address}/redelivery")).await.expect(200);
    for (back, count) in [("the last hour", "2 deliveries"), ("the last 7 days", "3 deliveries")] {
        let (_, rest) = asked.text.split_once(&format!("{back} (since ")).expect("a choice");
        assert!(rest.split_once("): ").unwrap().1.starts_with(count), "{back}: {rest}");
    }
    desk.set(PAUSED, &address).await;
    let refused = desk.ada().submit(form.clone()).await.expect(409);
    assert!(refused.shows("it is paused") && refused.shows("Nothing was changed"));
    assert!(desk.ada().submit(question.clone()).await.expect(409).shows("it is paused"));
    let refused = desk.ada().get(&format!("{address}/redelivery")).await.expect(409);
    assert!(refused.shows("This cannot be done now") && !refused.shows("Nothing was changed"));
    assert!(!desk.ada().get(&format!("{address}/deliveries/{one}")).await.expect(200).text.contains("/redelivery"));
    desk.set("UPDATE webhook_endpoints SET paused_at = NULL WHERE id = $1", &address).await;

    desk.ada().submit(form).await.expect(303);
    assert_ne!(state(&one).await, State::Stopped);
    let told = desk.ada().get(&format!("{address}/deliveries/{one}")).await.expect(200);
    assert!(told.shows(" since it was redelivered"), "the ten tries before count on: {}", told.text);
    let row = desk.ada().get(&format!("{address}?status=waiting")).await.expect(200);
    assert!(row.text.contains("data-label=\"Attempts\">10<") || row.text.contains("data-label=\"Attempts\">11<"));
    assert_eq!(
        (desk.count("webhook.redelivered").await, desk.details("webhook.redelivered").await["event"].clone()),
        (1, json!("Test"))
    );
    let none = question.clone().with("since", "nothing");
    desk.ada().submit(none).await.expect(400);
    let led = desk.ada().submit(question.with("since", "24h")).await.expect(303);
    assert!(desk.ada().follow(led).await.shows("What failed is tried anew, the oldest first."));
    comes(async || state(&recent).await != State::Stopped).await;
    assert_eq!((state(&recent).await == State::Stopped, state(&old).await), (false, State::Failed));
    assert!(desk.details("webhook.redelivered").await["deliveries"].as_u64().unwrap() >= 1);
    let log = desk.ada().get("/settings/audit-log?action=webhook.*").await.expect(200);
    assert!(log.shows("again") && log.shows(HOST));
}

#[actix_web::test]
async fn the_list_has_pages() {
    let desk = Desk::new().await;
    let (first, _) = desk.make().await;
    let endpoint = desk.stored(&first).await.unwrap();
    let world = desk.scene.db.world();
    let mut tx = desk.scene.db.write().await.unwrap();
    for number in 1..=50_i64 {
        let at = world.now().plus(Span::seconds(number));
        let id = progreda::ids::EndpointId::new(at, world.entropy());
        let sql = "INSERT INTO webhook_endpoints (id, account_id, integration_id, url, description, events, created_at, created_by, \
             updated_at, secret, secret_hint, secret_created_at, version) \
             VALUES ($1, $2, $3, 'https://more.ledger.example/', '', 'NoteCreate', $4, '', $4, '', '', $4, 1)";
        tx.on().run(sql, progreda::binds![&id, &endpoint.account, &endpoint.of.id, at]).await.unwrap();
    }
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    let page = desk.ada().get(LIST).await.expect(200);
    assert!(page.shows("51 webhooks") && !page.text.contains(&first) && page.shows("Older"));
    let older = page.text.split("href=\"").find(|rest| rest.contains("after=")).expect("a way to older ones");
    let last = desk.ada().get(older.split('"').next().unwrap()).await.expect(200);
    assert!(
        last.text.contains(&first) && last.shows("Newest") && last.text.matches("more.ledger.example").count() == 0
    );
    desk.ada().get(&format!("{LIST}?after=x")).await.expect(200);
}
