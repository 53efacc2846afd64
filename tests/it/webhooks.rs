//! What people do with webhooks: each thing once, exactly what was meant, told in the audit log, and the secret shown once.

use crate::webhook_desk::{Desk, HOST, LIST, URL, address_of, secret_in};
use futures_util::future::join;
use progreda::binds;
use progreda::webhooks::model::{Condition, Event};
use progreda::world::Span;
use serde_json::json;

const FAILED: &str = "UPDATE webhook_endpoints SET failing_since = 1793000000000 WHERE id = $1";
const GONE: &str = "UPDATE webhook_endpoints SET disabled_at = 1793610000000, disabled_why = 'gone' WHERE id = $1";

#[actix_web::test]
async fn one_is_made_and_its_secret_shown_once() {
    let desk = Desk::new().await;
    let (address, secret) = desk.make().await;
    assert_eq!(secret.len(), 50, "whsec_ and 32 bytes");
    let stored = desk.stored(&address).await.unwrap();
    assert_eq!((stored.url.as_str(), stored.description.as_str()), (URL, "Books"));
    assert_eq!(stored.events, [Event::ContactCreate, Event::NoteCreate]);
    assert!(stored.condition() == Condition::Active && stored.secret.hint.ends_with(&secret[45..49]));
    for path in [format!("{address}/secret"), address.clone(), LIST.to_owned(), "/settings/audit-log".to_owned()] {
        let page = desk.ada().get(&path).await.expect(200);
        assert!(secret_in(&page).is_none() && !page.text.contains(&secret[6..40]), "{path} shows the secret");
    }
    let after = json!({ "description": "Books", "events": ["ContactCreate", "NoteCreate"], "integration": "Ledger", "secret": stored.secret.hint });
    assert_eq!(desk.details("webhook.created").await, json!({ "after": after }));
    let sql = "SELECT secret FROM webhook_endpoints";
    let (sealed,): (String,) = desk.scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    assert!(!sealed.contains(&secret[6..40]));
    let log = desk.ada().get("/settings/audit-log?action=webhook.*").await.expect(200);
    assert!(log.shows("created the webhook") && log.shows(HOST) && log.shows("for"), "{}", log.text);
    assert!(!log.text.contains("/progreda"), "the path may be a secret of the receiver");
}

#[actix_web::test]
async fn who_makes_two_in_two_tabs_sees_both_secrets() {
    let desk = Desk::new().await;
    let (left, right) = (desk.creation(desk.ada(), URL).await, desk.creation(desk.ada(), URL).await);
    let (left, right) = (desk.ada().submit(left).await.expect(303), desk.ada().submit(right).await.expect(303));
    let (left, right) = (left.header("location").to_owned(), right.header("location").to_owned());
    let mut secrets = Vec::new();
    for page in [&left, &right] {
        secrets.push(secret_in(&desk.ada().get(page).await.expect(200)).expect("its secret"));
        assert!(secret_in(&desk.ada().get(page).await.expect(200)).is_none(), "once");
    }
    assert_ne!(secrets[0], secrets[1]);
}

#[actix_web::test]
async fn the_same_form_twice_makes_one() {
    let desk = Desk::new().await;
    let form = desk.creation(desk.ada(), URL).await;
    let (one, other) = join(desk.ada().submit(form.clone()), desk.ada().submit(form.clone())).await;
    assert_eq!(address_of(&one.expect(303)), address_of(&other.expect(303)));
    let third = desk.ada().submit(form.clone()).await.expect(303);
    assert!(secret_in(&desk.ada().follow(third).await).is_some(), "nobody has seen it yet");
    assert_eq!(desk.count("webhook.created").await, 1);
    let changed = desk.ada().submit(form.with("url", "https://other.example/")).await.expect(409);
    assert!(changed.shows("This form was already sent: it made the webhook “hooks.ledger.example/progreda”."));
    assert_eq!(desk.count("webhook.created").await, 1);
}

#[actix_web::test]
async fn twenty_and_no_more_also_when_two_press_at_once() {
    let desk = Desk::new().await;
    let other = desk.other().await;
    for _ in 0..19 {
        desk.ada().submit(desk.creation(desk.ada(), URL).await).await.expect(303);
    }
    let (mine, theirs) = join(desk.creation(desk.ada(), URL), desk.creation(&other, URL)).await;
    let (mine, theirs) = join(desk.ada().submit(mine), other.submit(theirs)).await;
    let mut statuses = [mine.status, theirs.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(desk.count("webhook.created").await, 20);
    let full = desk.ada().get(&desk.new_page()).await.expect(409);
    assert!(full.shows("This integration has 20 webhooks, and no more are possible. Delete one first."));
    let sibling = desk.scene.token(&desk.scene.account, "Sibling", &["contacts.readonly"]).await;
    desk.ada().get(&format!("{LIST}/new?integration={}", sibling.integration)).await.expect(200);
}

#[actix_web::test]
async fn what_is_wrong_is_told_field_by_field_and_nothing_is_made() {
    let desk = Desk::new().await;
    let bare = desk.ada().get(&desk.new_page()).await.expect(200).form(&format!("{LIST}/new"));
    let events: &[&str] = &["ContactCreate"];
    for (url, description, events, says) in [
        ("", "", events, "Enter a whole URL"),
        ("http://hooks.ledger.example/", "", events, "The URL must begin with https://"),
        ("https://127.0.0.1/", "", events, "127.0.0.1 is not a public address"),
        ("https://0x7f.1/", "", events, "127.0.0.1 is not a public address"),
        ("https://localhost/", "", events, "localhost is a name of a private network"),
        ("https://me:pass@hooks.ledger.example/", "", events, "Leave out the user name and password"),
        ("https://hooks.ledger.example:22/", "", events, "Port 22 is not allowed; use 443 or 8443"),
        (URL, "", &[], "Choose at least one event"),
        (URL, "", &["Test"], "Choose events of the list only"),
        (URL, "a\u{202E}b", events, "Remove the invisible characters from the description"),
    ] {
        let form = bare.clone().with("url", url).with("description", description).with_all("events", events);
        let page = desk.ada().submit(form).await.expect(422);
        assert!(page.shows(says) && page.shows("There is a problem"), "{url} {description}: {}", page.text);
    }
    let long = bare.clone().with("url", URL).with("description", &"x".repeat(501)).with_all("events", events);
    assert!(desk.ada().submit(long).await.expect(422).shows("Shorten the description to 500 characters"));
    let field = bare.with("url", URL).with("secret", "whsec_mine");
    desk.ada().submit(field).await.expect(400);
    assert_eq!(desk.count("webhook.created").await, 0);
}

#[actix_web::test]
async fn description_and_events_change_and_the_url_does_not() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let other = desk.other().await;
    let (mine, theirs) = join(desk.form(desk.ada(), &address, "edit"), desk.form(&other, &address, "edit")).await;
    assert!(desk.ada().get(&format!("{address}/edit")).await.shows("It cannot be changed"));
    desk.ada().submit(mine.clone().with("url", "https://other.example/")).await.expect(400);
    let changed = mine.clone().with("description", "Ledgers").with_all("events", &["TaskComplete"]);
    let saved = desk.ada().follow(desk.ada().submit(changed.clone()).await.expect(303)).await;
    assert!(saved.shows("Saved. It counts from the next event on.") && saved.shows("TaskComplete"));
    let stored = desk.stored(&address).await.unwrap();
    assert_eq!((stored.events.as_slice(), stored.url.as_str(), stored.version), (&[Event::TaskComplete][..], URL, 2));
    let stale = other.submit(theirs.with("description", "Theirs")).await.expect(409);
    assert!(stale.shows("Ada Hale changed this webhook") && stale.shows("If you update now"));
    let again = desk.ada().submit(changed).await.expect(409);
    assert!(again.shows("What you typed is what is saved already."), "the form is about the version before");
    let same = desk.form(desk.ada(), &address, "edit").await;
    assert!(desk.ada().follow(desk.ada().submit(same).await.expect(303)).await.shows("Nothing was changed."));
    assert_eq!(desk.count("webhook.updated").await, 1);
    let details = desk.details("webhook.updated").await;
    assert_eq!(details["before"]["events"], json!(["ContactCreate", "NoteCreate"]));
    assert_eq!(details["after"], json!({ "description": "Ledgers", "events": ["TaskComplete"] }));
}

#[actix_web::test]
async fn a_secret_is_rotated_with_an_overlap_cancelled_and_expired() {
    let desk = Desk::new().await;
    let (address, first) = desk.make().await;
    let question = desk.form(desk.ada(), &address, "secret/rotation").await;
    assert!(question.fields.contains(&("overlap".to_owned(), "24h".to_owned())), "24 hours are preset");
    let (one, other) = join(desk.ada().submit(question.clone()), desk.ada().submit(question)).await;
    one.expect(303);
    let second = secret_in(&desk.ada().follow(other.expect(303)).await).expect("the new secret is shown");
    assert_ne!(first, second);
    let now = desk.scene.db.world().now();
    let stored = desk.stored(&address).await.unwrap();
    assert_eq!(stored.old_secret.as_ref().map(|(_, ends)| *ends), Some(now.plus(Span::hours(24))));
    assert_eq!(desk.count("webhook.secret_rotated").await, 1);
    let page = desk.ada().get(&address).await.expect(200);
    assert!(page.shows("Old secret") && page.shows("1 day left") && page.shows("Expire old secret now"));
    let only_now = desk.ada().get(&format!("{address}/secret/rotation")).await.expect(200);
    assert!(only_now.shows("Two secrets sign already.") && !only_now.shows("expire this secret later"));

    let cancel = desk.form(desk.ada(), &address, "secret/rotation/cancellation").await;
    desk.ada().submit(cancel.clone()).await.expect(303);
    let back = desk.stored(&address).await.unwrap();
    assert_eq!(
        (back.secret.hint.as_str(), back.old_secret.is_none()),
        (stored.old_secret.unwrap().0.hint.as_str(), true)
    );
    let again = desk.ada().follow(desk.ada().submit(cancel).await.expect(303)).await;
    assert!(again.shows("it was so already") && desk.count("webhook.secret_rotation_cancelled").await == 1);

    let week = desk.form(desk.ada(), &address, "secret/rotation").await.with("overlap", "7d");
    desk.ada().submit(week).await.expect(303);
    let expire = desk.form(desk.ada(), &address, "old-secret/expiry").await;
    let late = desk.form(desk.ada(), &address, "secret/rotation/cancellation").await;
    desk.ada().submit(expire.clone()).await.expect(303);
    assert!(desk.stored(&address).await.unwrap().old_secret.is_none());
    assert!(desk.ada().follow(desk.ada().submit(expire).await.expect(303)).await.shows("it was so already"));
    assert!(desk.ada().submit(late).await.expect(409).shows("no rotation is under way any more"));
    let now = desk.form(desk.ada(), &address, "secret/rotation").await.with("how", "now");
    desk.ada().submit(now).await.expect(303);
    assert!(desk.stored(&address).await.unwrap().old_secret.is_none());
    assert_eq!(desk.details("webhook.secret_rotated").await["ended_secrets"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn an_overlap_that_ran_out_is_over_without_anybody() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let hour = desk.form(desk.ada(), &address, "secret/rotation").await.with("overlap", "1h");
    desk.ada().submit(hour).await.expect(303);
    let expire = desk.form(desk.ada(), &address, "old-secret/expiry").await;
    desk.scene.app.advance(Span::hours(1));
    let page = desk.ada().get(&address).await.expect(200);
    assert!(!page.shows("Old secret") && !page.shows("Cancel rotation"));
    desk.ada().get(&format!("{address}/secret/rotation/cancellation")).await.expect(409);
    let expired = desk.ada().submit(expire).await.expect(303);
    assert!(
        desk.ada().follow(expired).await.shows("it was so already"),
        "the clock did it, and no password is asked for"
    );
    assert_eq!(desk.count("webhook.old_secret_expired").await, 0);
    let later = desk.form(desk.ada(), &address, "secret/rotation").await;
    assert!(later.fields.iter().any(|(name, value)| name == "how" && value == "later"));
}

#[actix_web::test]
async fn what_was_rotated_away_is_not_shown_as_if_it_signed() {
    let desk = Desk::new().await;
    let made = desk.ada().submit(desk.creation(desk.ada(), URL).await).await.expect(303);
    let address = address_of(&made);
    let other = desk.other().await;
    let now = desk.form(&other, &address, "secret/rotation").await.with("how", "now");
    let theirs = other.submit(now).await.expect(303);
    let mine = desk.ada().follow(made).await.expect(200);
    assert!(secret_in(&mine).is_none() && mine.shows("was shown already"));
    let stranger = desk.ada_again().await;
    assert!(secret_in(&stranger.get(&format!("{address}/secret")).await).is_none(), "another browser");
    assert!(secret_in(&other.follow(theirs).await).is_some());
}

#[actix_web::test]
async fn it_is_paused_resumed_and_enabled_once_each() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let pause = desk.form(desk.ada(), &address, "pause").await;
    let (one, other) = join(desk.ada().submit(pause.clone()), desk.ada().submit(pause)).await;
    one.expect(303);
    other.expect(303);
    let page = desk.ada().get(&address).await.expect(200);
    assert!(page.shows("Paused since 2 Nov, 09:00 UTC") && !page.shows("Send test event"));
    desk.ada().get(&format!("{address}/pause")).await.expect(409);
    desk.set(FAILED, &address).await;
    let resume = desk.button(desk.ada(), &address, "resume").await;
    desk.ada().submit(resume.clone()).await.expect(303);
    // Else the first failure after a long pause would be one of three days.
    assert_eq!(desk.stored(&address).await.unwrap().condition(), Condition::Active);
    assert!(desk.ada().follow(desk.ada().submit(resume).await.expect(303)).await.shows("it was so already"));
    desk.set(GONE, &address).await;
    let list = desk.ada().get(LIST).await.expect(200);
    assert!(
        list.shows("1 webhook is disabled")
            && list.shows("hooks.ledger.example/progreda (since 2 Nov, 09:00 UTC) gets no events any more.")
    );
    let page = desk.ada().get(&address).await.expect(200);
    assert!(
        page.shows("Disabled since 2 Nov, 09:00 UTC: the receiver said that it is gone")
            && page.shows("It answered 410.")
    );
    let enable = desk.button(desk.ada(), &address, "enable").await;
    desk.ada().submit(enable.clone()).await.expect(303);
    assert!(desk.ada().follow(desk.ada().submit(enable).await.expect(303)).await.shows("it was so already"));
    assert_eq!(desk.stored(&address).await.unwrap().condition(), Condition::Active);
    for action in ["webhook.paused", "webhook.resumed", "webhook.enabled"] {
        assert_eq!(desk.count(action).await, 1, "{action}");
    }
}

#[actix_web::test]
async fn deleting_takes_the_host_and_happens_once() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let form = desk.form(desk.ada(), &address, "deletion").await;
    let wrong = desk.ada().submit(form.clone().with("host", "ledger.example")).await.expect(422);
    assert!(wrong.shows("Type the host of the URL exactly as it is shown") && desk.stored(&address).await.is_some());
    let right = form.with("host", HOST);
    let (one, other) = join(desk.ada().submit(right.clone()), desk.ada().submit(right.clone())).await;
    assert_eq!((one.expect(303).header("location"), other.expect(303).header("location")), (LIST, LIST));
    assert!(desk.ada().follow(desk.ada().submit(right).await.expect(303)).await.shows("it was so already"));
    assert_eq!(desk.count("webhook.deleted").await, 1);
    desk.ada().get(&address).await.expect(404);
    let sql = "SELECT secret, COALESCE(old_secret, '') FROM webhook_endpoints";
    let kept: (String, String) = desk.scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    assert_eq!(kept, (String::new(), String::new()), "its secrets are gone");
}

#[actix_web::test]
async fn an_integration_takes_its_webhooks_along() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let (second, _) = desk.make().await;
    let integration = format!("/settings/private-integrations/{}", desk.token.integration);
    let page = desk.ada().get(&integration).await.expect(200);
    assert!(page.shows("2 webhooks") && page.shows(HOST) && page.shows("Create webhook"));
    let form = desk.form(desk.ada(), &integration, "deletion").await;
    let late = desk.creation(desk.ada(), URL).await;
    assert!(desk.ada().get(&format!("{integration}/deletion")).await.shows("Its 2 webhooks are deleted with it."));
    desk.ada().submit(form.with("name", "Ledger")).await.expect(303);
    for address in [&address, &second] {
        desk.ada().get(address).await.expect(404);
    }
    desk.ada().submit(late).await.expect(404);
    assert_eq!(desk.count("webhook.deleted").await, 2);
    assert_eq!(desk.details("webhook.deleted").await, json!({ "integration": "Ledger", "with_integration": true }));
    let sql = "SELECT COUNT(*) FROM webhook_endpoints WHERE secret <> ''";
    assert_eq!(desk.scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![]).await.unwrap().0, 0);
    let log = desk.ada().get("/settings/audit-log?action=webhook.deleted").await.expect(200);
    assert!(log.shows("with its integration"), "{}", log.text);
}
