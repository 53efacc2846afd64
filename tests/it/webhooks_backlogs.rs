//! Long backlogs are stopped and tried anew in portions: nobody waits for the whole of one, and a server that stops loses none.

use crate::hooked::{self, Hook, Hooked};
use crate::receiver::{Mode, Receiver};
use crate::support::actors::ADMIN;
use crate::support::patience::comes;
use progreda::binds;
use progreda::world::{Span, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;

/// The most that one transaction changes.
const PORTION: i64 = 500;
/// So many wait at most while what failed is tried anew.
const WAITING: i64 = 5_000;

const IN_STATE: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND state = $2";
const BACKLOGS: &str = "SELECT COUNT(*) FROM webhook_backlogs";

async fn fill(hooked: &Hooked, hook: &Hook, count: i64, state: &'static str, next: Option<Timestamp>) {
    hooked::fill(&hooked.scene.db, &hooked.scene.account, hook, count, (state, next)).await;
}

async fn in_state(hooked: &Hooked, hook: &Hook, state: &'static str) -> i64 {
    hooked.count(IN_STATE, binds![&hook.id, state]).await
}

/// The numbers that were seen until there were so many in this state.
async fn seen(hooked: &Hooked, hook: &Hook, state: &'static str, count: i64) -> BTreeSet<i64> {
    let mut seen = BTreeSet::new();
    for _ in 0..20_000 {
        let now = in_state(hooked, hook, state).await;
        seen.insert(now);
        if now >= count {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("{count} were never {state}: {seen:?}");
}

async fn submit(hooked: &Hooked, hook: &Hook, page: &str, fields: &[(&str, &str)]) -> String {
    let path = format!("/settings/webhooks/{}/{page}", hook.id);
    let mut form = hooked.scene.admin.get(&path).await.expect(200).form(&path);
    for (name, value) in fields {
        form = form.with(name, value);
    }
    let done = hooked.scene.admin.submit(form).await.expect(303);
    hooked.scene.admin.follow(done).await.expect(200).text
}

#[actix_web::test]
async fn what_waits_for_a_deleted_endpoint_is_stopped_in_portions_while_others_write() {
    let mut hooked = Hooked::new(&[]).await;
    let hook = hooked.hook("https://hooks.ledger.example/in").await;
    let far = hooked.scene.db.world().now().plus(Span::hours(5));
    fill(&hooked, &hook, 5 * PORTION + 250, "waiting", Some(far)).await;
    submit(&hooked, &hook, "deletion", &[("host", "hooks.ledger.example")]).await;
    let mut stopped = seen(&hooked, &hook, "stopped", PORTION).await;
    // Cut in the middle; and whoever wants to write meanwhile does.
    hooked.scene.app.restart();
    hooked.contact("Mara").await;
    stopped.insert(in_state(&hooked, &hook, "stopped").await);
    stopped.extend(seen(&hooked, &hook, "stopped", 5 * PORTION + 250).await);
    let whole = |number: &i64| number % PORTION == 0 || *number == 5 * PORTION + 250;
    assert!(stopped.len() > 3 && stopped.iter().all(whole), "no portion is larger than {PORTION}: {stopped:?}");
    let why = "SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND stopped_why = 'deleted' AND next_at IS NULL";
    assert_eq!(hooked.count(why, binds![&hook.id]).await, 5 * PORTION + 250);
    assert_eq!(hooked.count(BACKLOGS, binds![]).await, 0);
}

#[actix_web::test]
async fn what_waits_for_a_disabled_endpoint_is_stopped_and_enabling_ends_that() {
    let receiver = Receiver::start(Mode::status(410));
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let far = hooked.scene.db.world().now().plus(Span::hours(5));
    fill(&hooked, &hook, 2 * PORTION, "waiting", Some(far)).await;
    hooked.contact("Mara").await;
    let stopped = seen(&hooked, &hook, "stopped", 2 * PORTION).await;
    assert!(stopped.iter().all(|number| number % PORTION == 0), "{stopped:?}");
    receiver.stays_at(1).await;
    let sql = "INSERT INTO webhook_backlogs (endpoint_id, account_id, stop_why, place_at, place_id, asked, done) \
               VALUES ($1, $2, 'disabled', 0, '', 0, 0) ON CONFLICT (endpoint_id) DO NOTHING";
    hooked
        .change(
            "UPDATE webhook_deliveries SET state = 'waiting', next_at = $1, stopped_why = NULL WHERE state = 'stopped'",
            binds![far],
        )
        .await;
    let page = format!("/settings/webhooks/{}", hook.id);
    let waiting = hooked.scene.admin.get(&page).await.expect(200);
    assert!(waiting.shows("is being stopped") && !waiting.shows("next try"), "{}", waiting.text);
    let enable = waiting.form(&format!("{page}/enable"));
    hooked.change(sql, binds![&hook.id, &hooked.scene.account]).await;
    hooked.scene.admin.submit(enable).await.expect(303);
    assert_eq!(hooked.count(BACKLOGS, binds![]).await, 0);
    let left = in_state(&hooked, &hook, "waiting").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(in_state(&hooked, &hook, "waiting").await, left, "what was not stopped yet goes on");
    assert!(hooked.scene.admin.get(&page).await.expect(200).shows("next try in 5 h") || left == 0);
}

#[actix_web::test]
async fn what_failed_is_tried_anew_in_portions_and_never_too_much_of_it_at_once() {
    let receiver = Receiver::start(Mode::Hang);
    let mut hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    let all = WAITING + 600;
    fill(&hooked, &hook, all, "failed", None).await;
    let old = hooked.scene.db.world().now().minus(Span::days(2));
    let earliest = "UPDATE webhook_deliveries SET created_at = $1 WHERE id = (SELECT MIN(id) FROM webhook_deliveries)";
    hooked.change(earliest, binds![old]).await;
    let said = submit(&hooked, &hook, "redelivery", &[("since", "24h")]).await;
    assert!(said.contains("What failed is tried anew, the oldest first."));
    let mut waiting = seen(&hooked, &hook, "waiting", PORTION).await;
    hooked.scene.app.restart();
    hooked.scene.admin = hooked.scene.signed_in(ADMIN).await;
    waiting.extend(seen(&hooked, &hook, "waiting", WAITING).await);
    assert!(waiting.len() > 3 && waiting.iter().all(|number| number % PORTION == 0), "{waiting:?}");
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(in_state(&hooked, &hook, "waiting").await, WAITING, "the rest waits until there is room");
    let page = hooked.scene.admin.get(&format!("/settings/webhooks/{}", hook.id)).await.expect(200);
    assert!(page.shows("What failed is being tried anew") && page.shows("5,000 of 5,599 so far"), "{}", page.text);
    let told = "SELECT COUNT(*) FROM events WHERE action = 'webhook.redelivered' AND details LIKE '%5599%'";
    assert_eq!(hooked.count(told, binds![]).await, 1, "one act, with how many there were");

    // A farther wish takes the first one's place; a nearer one does not leave out what the first one meant.
    submit(&hooked, &hook, "redelivery", &[("since", "1h")]).await;
    let since = "SELECT COUNT(*) FROM webhook_backlogs WHERE again_since < $1 AND asked = 599";
    let hour = hooked.scene.db.world().now().minus(Span::hours(2));
    assert_eq!(hooked.count(since, binds![hour]).await, 1);

    submit(&hooked, &hook, "pause", &[]).await;
    assert_eq!(hooked.count(BACKLOGS, binds![]).await, 0, "pausing ends it at once");
    comes(async || in_state(&hooked, &hook, "stopped").await >= WAITING - 8).await;
    assert_eq!(in_state(&hooked, &hook, "failed").await, 600, "what was not reached stays as it was");
    assert!(in_state(&hooked, &hook, "stopped").await >= WAITING - 8);
}

#[actix_web::test]
async fn a_pause_of_the_integration_ends_what_is_tried_anew_however_short() {
    let receiver = Receiver::start(Mode::Hang);
    let hooked = Hooked::new(&[&receiver]).await;
    let hook = hooked.hook(&receiver.url()).await;
    fill(&hooked, &hook, WAITING + 600, "failed", None).await;
    let scene = &hooked.scene;
    let integration = format!("/settings/private-integrations/{}", hooked.token.integration);
    let begin = async || {
        hooked.change("UPDATE webhook_deliveries SET state = 'failed', next_at = NULL", binds![]).await;
        submit(&hooked, &hook, "redelivery", &[("since", "24h")]).await;
        assert_eq!(hooked.count(BACKLOGS, binds![]).await, 1);
    };
    begin().await;
    let pause = format!("{integration}/pause");
    scene.admin.submit(scene.admin.get(&pause).await.expect(200).form(&pause)).await.expect(303);
    assert_eq!(hooked.count(BACKLOGS, binds![]).await, 0, "at once");
    let page = scene.admin.get(&integration).await.expect(200);
    scene.admin.submit(page.form(&format!("{integration}/resume"))).await.expect(303);
    // An edit that takes no scope of its events leaves it alone, one that does ends it.
    begin().await;
    let edit = format!("{integration}/edit");
    for (scopes, left) in [(["contacts.readonly"].as_slice(), 1), (&["contacts.write"], 0)] {
        let form = scene.admin.get(&edit).await.expect(200).form(&edit).with_all("scopes", scopes);
        scene.admin.submit(form).await.expect(303);
        assert_eq!(hooked.count(BACKLOGS, binds![]).await, left, "{scopes:?}");
    }
    let scopes = "UPDATE integrations SET scopes = 'contacts.readonly' WHERE id = $1";
    hooked.change(scopes, binds![&hooked.token.integration]).await;
    begin().await;
    for disabled in [true, false] {
        progreda::accounts::commands::switch(&scene.db, &scene.account, disabled).await.expect("the operator may");
        assert_eq!(hooked.count(BACKLOGS, binds![]).await, 0);
    }
}

#[actix_web::test]
async fn ten_thousand_wait_and_what_comes_beyond_is_stopped_at_once() {
    let hooked = Hooked::new(&[]).await;
    let hook = hooked.hook("https://hooks.ledger.example/in").await;
    let far = hooked.scene.db.world().now().plus(Span::hours(5));
    fill(&hooked, &hook, 2 * WAITING - 1, "waiting", Some(far)).await;
    for name in ["Mara", "Nils"] {
        hooked.contact(name).await;
    }
    seen(&hooked, &hook, "stopped", 1).await;
    let why = "SELECT COUNT(*) FROM webhook_deliveries WHERE endpoint_id = $1 AND stopped_why = 'too_many_waiting'";
    assert_eq!(hooked.count(why, binds![&hook.id]).await, 1, "one more fitted");
    let page = format!("/settings/webhooks/{}", hook.id);
    let shown = hooked.scene.admin.get(&page).await.expect(200);
    assert!(shown.shows("10,000 deliveries wait") && shown.shows("10,000 waited already"), "{}", shown.text);
    let refused = hooked.scene.admin.submit(shown.form(&format!("{page}/test"))).await.expect(409);
    assert!(refused.shows("10,000 deliveries of this webhook wait, and no more are possible."));
    submit(&hooked, &hook, "redelivery", &[("since", "1h")]).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(hooked.count(BACKLOGS, binds![]).await, 1, "it waits until there is room");
    assert_eq!(in_state(&hooked, &hook, "stopped").await, 1);
}
