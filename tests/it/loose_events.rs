//! Events that somebody put beside the chain: checking finds them, and no page and no file tells them as facts.

use crate::audit::{LOG, rows, scene};
use crate::chain::verify;
use crate::support::actors::Scene;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::ids::EventId;

/// Puts an event without a place into the account's log; its id.
async fn put(scene: &Scene, (kind, action): (&str, &str), counted_by: Option<&str>) -> String {
    let sql = "INSERT INTO events (id, account_id, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, \
         subject_id, subject_name, details, times, coalesce_key) \
         VALUES ($1, $2, $3, 'staff', 'usr_x', 'Mallory', $4, $5, 'thing', 'Sync', '{}', 1, $6)";
    let (now, entropy) = (scene.db.world().now(), scene.db.world().entropy());
    let id = EventId::new(now, entropy).to_string();
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(sql, binds![&id, &scene.account, now, action, kind, counted_by.map(str::to_owned)]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    id
}

async fn finding(scene: &Scene) -> Option<String> {
    verify(&scene.db, &scene.account).await.finding.map(|finding| finding.what)
}

#[actix_web::test]
async fn an_event_that_only_calls_itself_a_contacts_is_found_and_told_nowhere() {
    let scene = scene().await;
    let own = put(&scene, ("contact", "contact.updated"), None).await;
    assert_eq!(finding(&scene).await, None, "changes of contacts have no place");
    scene.admin.get(&format!("{LOG}/{own}")).await.expect(200);
    for forged in [("contact", "integration.deleted"), ("integration", "contact.updated"), ("contact", "contact.x")] {
        let id = put(&scene, forged, None).await;
        assert_eq!(finding(&scene).await, Some(format!("event {id} has no place in the chain")), "{forged:?}");
        scene.admin.get(&format!("{LOG}/{id}")).await.expect(404);
        let filters = [forged.1, "contact.*", "integration.*"].map(|action| format!("action={action}"));
        for query in filters.into_iter().chain([String::new(), "person=usr_x".to_owned()]) {
            let Some(page) = Some(scene.admin.get(&format!("{LOG}?{query}")).await).filter(|page| page.status == 200)
            else {
                continue;
            };
            assert!(!page.text.contains(&id), "{forged:?} is told by {query:?}");
            let form = page.form("/settings/audit-log/export").with("format", "jsonl");
            let file = scene.admin.submit(form).await.expect(200);
            assert!(!file.text.contains(&id), "{forged:?} is in the file of {query:?}");
        }
        let mut tx = scene.db.write().await.unwrap();
        assert_eq!(tx.on().run("DELETE FROM events WHERE id = $1", binds![id]).await.unwrap(), 1);
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    }
    assert_eq!(rows(&scene.admin.get(&format!("{LOG}?action=contact.*")).await.expect(200)).len(), 1);
}

#[actix_web::test]
async fn an_event_that_waits_says_that_it_has_no_place_yet() {
    const NOTE: &str = "No place in the chain yet";
    let scene = scene().await;
    let waiting = put(&scene, ("route", "access.refused"), Some("made up")).await;
    assert!(scene.admin.get(&format!("{LOG}/{waiting}")).await.expect(200).shows(NOTE));
    let of_a_contact = put(&scene, ("contact", "contact.created"), None).await;
    assert!(!scene.admin.get(&format!("{LOG}/{of_a_contact}")).await.expect(200).shows(NOTE));
    let sql = "SELECT id FROM events WHERE account_id = $1 AND sequence = 1";
    let (first,): (String,) = scene.db.read().await.unwrap().on().only(sql, binds![&scene.account]).await.unwrap();
    assert!(!scene.admin.get(&format!("{LOG}/{first}")).await.expect(200).shows(NOTE));
}
