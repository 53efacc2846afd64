//! What one account, one endpoint or one pair of hands can ask for has a bound, and nobody else waits for it.

use crate::hooked::{Hooked, hook};
use crate::receiver::{Mode, Receiver};
use crate::support::html::Form;
use crate::support::patience::comes;
use crate::webhook_desk::{Desk, LIST, URL};
use futures_util::future::join;
use progreda::binds;
use progreda::ids::AccountId;
use progreda::webhooks::model::{Event, State};
use progreda::world::Span;
use std::collections::BTreeSet;
use std::time::Duration;

const ENDPOINTS: i64 = 60;
const CHANGES: i64 = 400;
/// Changes like the newest one of the account, which announce a new contact.
const CHANGED: &str = "WITH RECURSIVE n (i) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $3) \
     INSERT INTO events (id, account_id, happened_at, actor_kind, actor_name, action, subject_kind, subject_name, details, times, announces) \
     SELECT 'evt_' || substr('00000000000000000000000000', 1, 26 - length(CAST(i AS TEXT))) || CAST(i AS TEXT), e.account_id, e.happened_at, \
     e.actor_kind, e.actor_name, e.action, e.subject_kind, e.subject_name, e.details, 1, \
     '{\"types\":[\"ContactCreate\"],\"fields\":{\"id\":\"con_1\"}}' \
     FROM n JOIN events e ON e.id = (SELECT MAX(x.id) FROM events x WHERE x.account_id = $1)";

#[actix_web::test]
async fn an_account_that_changes_much_and_tells_many_keeps_no_other_waiting() {
    let receiver = Receiver::start(Mode::status(200));
    let hooked = Hooked::new(&[&receiver]).await;
    let scene = &hooked.scene;
    hooked.contact("Mara").await;
    let quay = scene.account("Quay").await;
    scene.person(&quay, "oskar@else.example", "Admin").await;
    let theirs = scene.token(&quay, "Theirs", &["contacts.readonly"]).await;
    let other = hook(&scene.db, &quay, &theirs.integration, &receiver.url(), &[Event::ContactCreate]).await;
    for _ in 0..ENDPOINTS {
        hooked.hook("https://hooks.ledger.example/in").await;
    }
    let paused = "UPDATE webhook_endpoints SET paused_at = 1 WHERE account_id = $1";
    hooked.change(paused, binds![&scene.account]).await;
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(CHANGED, binds![&scene.account, 1_i64, CHANGES]).await.unwrap();
    tx.on().run(CHANGED, binds![&quay, CHANGES + 1, CHANGES + 1]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();

    let told = "SELECT COUNT(*) FROM webhook_deliveries WHERE account_id = $1";
    let told = async |account: &AccountId| hooked.count(told, binds![account]).await;
    let mut seen = BTreeSet::new();
    let mut before = None;
    for _ in 0..30_000 {
        // In this order: what is seen of the first account is no less than what the other one waited for.
        let (others, first) = (told(&quay).await, told(&scene.account).await);
        seen.insert(first);
        if others > 0 && before.is_none() {
            before = Some(first);
        }
        if first == ENDPOINTS * CHANGES {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let before = before.expect("the other account is told");
    assert!(before <= 8 * 250, "{before} of {} came first", ENDPOINTS * CHANGES);
    // 4 changes for 60 endpoints each: five would be more than 250.
    assert!(seen.len() > 5 && seen.iter().all(|number| number % (4 * ENDPOINTS) == 0), "{seen:?}");
    assert_eq!(seen.last(), Some(&(ENDPOINTS * CHANGES)));
    let stopped = "SELECT COUNT(*) FROM webhook_deliveries WHERE account_id = $1 AND state = 'stopped' AND stopped_why = 'paused'";
    assert_eq!(hooked.count(stopped, binds![&scene.account]).await, ENDPOINTS * CHANGES, "kept, and stopped at once");
    receiver.arrived(1).await;
    assert!(
        comes(async || {
            let sql = "SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND state = $2";
            hooked.count(sql, binds![&other.id, State::Delivered.code()]).await == 1
        })
        .await,
        "it was never delivered"
    );
}

#[actix_web::test]
async fn an_account_has_a_hundred_and_no_more_also_when_two_press_at_once() {
    let desk = Desk::new().await;
    let (other, scene) = (desk.other().await, &desk.scene);
    let mine = desk.creation(desk.ada(), URL).await;
    let sibling = scene.token(&scene.account, "Sibling", &["contacts.readonly"]).await;
    for _ in 0..99 {
        hook(&scene.db, &scene.account, &sibling.integration, URL, &[Event::NoteCreate]).await;
    }
    let theirs = desk.creation(&other, URL).await;
    let (mine, theirs) = join(desk.ada().submit(mine), other.submit(theirs)).await;
    let mut statuses = [mine.status, theirs.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(desk.count("webhook.created").await, 1);
    for page in [desk.new_page(), format!("{LIST}/new")] {
        let full = desk.ada().get(&page).await.expect(409);
        assert!(full.shows("This account has 100 webhooks, and no more are possible. Delete one first."));
    }
    // A deleted one makes room.
    desk.set(
        "UPDATE webhook_endpoints SET deleted_at = 1 WHERE integration_id = $1",
        &format!("/{}", sibling.integration),
    )
    .await;
    desk.ada().submit(desk.creation(desk.ada(), URL).await).await.expect(303);
}

#[actix_web::test]
async fn what_is_sent_by_hand_has_a_bound() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let failed = desk.past(&address, "failed", desk.scene.db.world().now()).await;
    for _ in 0..19 {
        // Requests come to the database in another order than they began.
        desk.scene.app.advance(Span::millis(-100));
        desk.ada().submit(desk.button(desk.ada(), &address, "test").await).await.expect(303);
    }
    let one = desk.form(desk.ada(), &address, "redelivery").await.with("since", "1h");
    desk.ada().submit(one).await.expect(303);
    let test = desk.button(desk.ada(), &address, "test").await;
    let often =
        "20 deliveries were sent to this webhook by hand within a minute. The next one can be sent in a minute.";
    let refused = async |form: Form, page: String| {
        let led = desk.ada().submit(form).await.expect(303);
        assert_eq!(led.header("location"), page, "where the form stands");
        assert!(desk.ada().follow(led).await.expect(200).shows(often));
    };
    refused(test.clone(), address.clone()).await;
    let page = desk.ada().get(&format!("{address}/deliveries/{failed}")).await.expect(200);
    if page.text.contains("/redelivery") {
        let again = page.form(&format!("{address}/deliveries/{failed}/redelivery"));
        refused(again, format!("{address}/deliveries/{failed}")).await;
    }
    refused(desk.form(desk.ada(), &address, "redelivery").await, address.clone()).await;
    assert_eq!((desk.count("webhook.test_sent").await, desk.count("webhook.redelivered").await), (19, 1));
    desk.scene.app.advance(Span::seconds(62));
    desk.ada().submit(test).await.expect(303);
    assert_eq!(desk.count("webhook.test_sent").await, 20);
}

#[actix_web::test]
async fn what_is_sent_by_hand_has_a_bound_for_the_account_too() {
    let desk = Desk::new().await;
    let (scene, mut addresses) = (&desk.scene, Vec::new());
    for _ in 0..4 {
        let hook = hook(&scene.db, &scene.account, &desk.token.integration, URL, &[Event::ContactCreate]).await;
        addresses.push(format!("{LIST}/{}", hook.id));
    }
    let begun = scene.db.world().now();
    let sent = "UPDATE webhook_endpoints SET by_hand = $1, by_hand_since = $2 WHERE id = $3";
    for (address, count) in addresses.iter().zip([20_i64, 20, 19]) {
        let id = address.rsplit('/').next().unwrap().to_owned();
        crate::hooked::change(&scene.db, sent, binds![count, begun, id]).await;
    }
    // One of two that come at once is the last one.
    let (one, other) = (&addresses[2], &addresses[3]);
    let forms = [desk.button(desk.ada(), one, "test").await, desk.button(desk.ada(), other, "test").await];
    let [left, right] = forms.map(|form| desk.ada().submit(form));
    let led = join(left, right).await;
    let led = [led.0.expect(303).header("location").to_owned(), led.1.expect(303).header("location").to_owned()];
    assert_eq!(led.iter().filter(|location| location.contains("/deliveries/")).count(), 1, "{led:?}");
    assert_eq!(desk.count("webhook.test_sent").await, 1);
    let led = desk.ada().submit(desk.button(desk.ada(), other, "test").await).await.expect(303);
    assert_eq!(led.header("location"), other);
    assert!(desk.ada().follow(led).await.shows("60 deliveries were sent to this account’s webhooks by hand"));
    scene.app.advance(Span::seconds(61));
    let led = desk.ada().submit(desk.button(desk.ada(), other, "test").await).await.expect(303);
    assert!(led.header("location").contains("/deliveries/"));
}
