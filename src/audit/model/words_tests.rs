//! The wording of events: each known one has its own, an unknown one is told as it is.

use super::super::actions::ACTIONS;
use super::*;
use serde_json::json;

const AT: i64 = 1_795_339_267_000;

/// What Maren did to the Warehouse sync.
pub fn event(kind: &str, action: &str, details: Value) -> Event {
    Event {
        id: "evt_01".to_owned(),
        sequence: Some(7),
        at: Timestamp::from_millis(AT),
        actor_kind: "staff".to_owned(),
        actor_id: Some("usr_1".to_owned()),
        actor_name: "Maren Holt".to_owned(),
        action: action.to_owned(),
        subject_kind: kind.to_owned(),
        subject_id: Some("thing_1".to_owned()),
        subject_name: "Warehouse sync".to_owned(),
        details,
        address: Some("192.0.2.44".to_owned()),
        agent: None,
        request: None,
        times: 1,
    }
}

fn of_integration(action: &str, details: Value) -> (String, String) {
    let event = event("integration", action, details);
    (told(&event).text(), told_here(&event).text())
}

#[test]
fn every_action_has_a_sentence_of_its_own() {
    let mut all = std::collections::BTreeSet::new();
    for action in ACTIONS {
        let sentence =
            told(&event(action.kind, action.code, json!({ "before": { "name": "a" }, "after": { "name": "b" } })))
                .text();
        assert!(!sentence.contains(['{', '}']) && !sentence.contains(action.code), "{}: {sentence}", action.code);
        assert!(sentence.len() > 5 && !action.label.is_empty(), "{}: {sentence}", action.code);
        let twin = ["staff.override_set", "staff.overrides_changed"].contains(&action.code);
        assert!(all.insert(sentence.clone()) || twin, "{}: {sentence} is said of another one too", action.code);
    }
}

#[test]
fn an_unknown_action_is_told_as_it_is_written() {
    assert_eq!(told(&event("moon", "moon.landed", json!({}))).text(), "did moon.landed to Warehouse sync");
}

#[test]
fn notes_and_tasks_are_told_with_their_contact() {
    let sentence = told(&event("contact", "task.completed", json!({ "contact": "con_1" })));
    assert_eq!(sentence.text(), "completed the task Warehouse sync of the contact con_1");
}

#[test]
fn names_and_hints_are_told_from_words() {
    let sentence = told(&event("integration", "integration.outgoing_expired", json!({ "ended": ["pit_…x4Ne"] })));
    let (name, code) = (Piece::Name("Warehouse sync".to_owned()), Piece::Code("pit_…x4Ne".to_owned()));
    assert!(sentence.pieces.contains(&name) && sentence.pieces.contains(&code), "{sentence:?}");
    assert_eq!(sentence.text(), "expired the old token pit_…x4Ne of Warehouse sync");
}

#[test]
fn what_happens_to_integrations_is_told_in_the_log_and_on_their_pages() {
    let until = AT + 7 * 86_400_000;
    let started =
        of_integration("integration.rotation_started", json!({ "token": "a", "outgoing": "b", "until": until }));
    assert_eq!(started.0, "started a rotation of Warehouse sync, overlap 7 days");
    assert_eq!(started.1, "started a rotation, overlap 7 days");
    let rotated = of_integration("integration.rotated_now", json!({ "ended": ["pit_…a"] }));
    assert_eq!(rotated.1, "rotated the token, old one expired at once");
    assert_eq!(of_integration("integration.rotated_now", json!({ "ended": [] })).0, "gave Warehouse sync a new token");
    assert_eq!(of_integration("integration.paused", json!({})).1, "paused the integration");
}

#[test]
fn what_happens_to_webhooks_is_told_in_the_log_and_on_their_pages() {
    let of = |action: &str, details: Value| {
        let event = event("webhook", action, details);
        (told(&event).text(), told_here(&event).text())
    };
    let created = of("webhook.created", json!({ "after": { "integration": "Ledger" } }));
    assert_eq!(created.0, "created the webhook Warehouse sync for Ledger");
    assert_eq!(created.1, "created the webhook for Ledger");
    let rotated = of("webhook.secret_rotated", json!({}));
    assert_eq!(rotated.0, "rotated the signing secret of the webhook Warehouse sync");
    assert_eq!(rotated.1, "rotated the signing secret");
    assert_eq!(
        of("webhook.disabled", json!({ "why": "gone" })).1,
        "disabled the webhook: its receiver says that it is gone"
    );
    assert_eq!(of("webhook.redelivered", json!({ "deliveries": 3 })).1, "had 3 deliveries sent to the webhook again");
    assert_eq!(of("webhook.redelivered", json!({ "event": "NoteCreate" })).1, "sent a delivery to the webhook again");
    let deleted = json!({ "integration": "Ledger", "with_integration": true });
    assert_eq!(of("webhook.deleted", deleted).0, "deleted the webhook Warehouse sync with its integration Ledger");
    assert_eq!(of("webhook.deleted", json!({ "integration": "Ledger" })).1, "deleted the webhook");
}

#[test]
fn a_change_of_scopes_names_them() {
    let of = |name: &str, scopes: &[&str]| json!({ "name": name, "description": "", "scopes": scopes });
    let changed = |before: Value, after: Value| {
        of_integration("integration.updated", json!({ "before": before, "after": after })).0
    };
    assert_eq!(changed(of("a", &["x"]), of("a", &["x", "y"])), "added y to Warehouse sync");
    assert_eq!(changed(of("a", &["x", "y"]), of("a", &[])), "removed x, y from Warehouse sync");
    assert_eq!(changed(of("a", &["x"]), of("a", &["y"])), "changed scopes of Warehouse sync");
    assert_eq!(changed(of("a", &["x"]), of("b", &["x"])), "changed the name of Warehouse sync");
    assert_eq!(changed(of("a", &["x"]), of("b", &["y"])), "changed the name and scopes of Warehouse sync");
}

#[test]
fn what_is_said_of_one_person_alone_is_told_by_its_permission() {
    let told = |before: Value, after: Value| {
        told(&event("staff", "staff.overrides_changed", json!({ "before": before, "after": after }))).text()
    };
    let code = "labs.manage";
    assert_eq!(told(json!({}), json!({ code: true })), "allowed Manage Labs to Warehouse sync");
    assert_eq!(told(json!({ code: true }), json!({ code: false })), "denied Manage Labs to Warehouse sync");
    assert_eq!(told(json!({ code: true }), json!({})), "left Manage Labs to the role of Warehouse sync");
    let two = told(json!({}), json!({ code: true, "staff.view": false }));
    assert_eq!(two, "changed 2 permissions of Warehouse sync");
}

#[test]
fn what_people_do_to_themselves_is_theirs_and_what_is_counted_says_how_often() {
    let mut event = event("user", "user.sign_in_failed", json!({}));
    event.times = 37;
    assert_eq!(told(&event).text(), "failed to sign in as Warehouse sync, 37 times");
    event.subject_name = String::new();
    event.subject_id = None;
    assert_eq!(told(&event).text(), "failed to sign in as somebody unknown, 37 times");
    let mut event = super::tests::event("user", "user.password_changed", json!({}));
    assert_eq!(told(&event).text(), "changed Warehouse sync’s password");
    event.subject_id = event.actor_id.clone();
    assert_eq!(told(&event).text(), "changed their password");
}

#[test]
fn a_refusal_says_what_was_lacking() {
    let told = |details: Value| told(&event("route", "access.refused", details)).text();
    assert_eq!(
        told(json!({ "reason": "permission", "needs": "labs.manage" })),
        "was refused Warehouse sync for lack of Manage Labs"
    );
    assert_eq!(told(json!({ "reason": "many", "needs": "" })), "was refused Warehouse sync");
}
