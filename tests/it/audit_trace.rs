//! No change without its event, no event without its change: also when the journal cannot be written, and when many change at once.

use crate::audit::{LOG, made, scene};
use crate::staff::{events, form, page_of};
use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::html::Form;
use futures_util::future::join_all;
use progreda::binds;
use progreda::db::journal::Unlogged;

async fn run(scene: &Scene, sql: &'static str) {
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(sql, vec![]).await.expect(sql);
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

/// Everything that the forms below would change.
async fn facts(scene: &Scene) -> Vec<String> {
    let mut facts = Vec::new();
    for sql in [
        "SELECT name || password_hash FROM users ORDER BY id",
        "SELECT name || description || scopes || COALESCE(CAST(paused_at AS TEXT), '') || COALESCE(CAST(deleted_at AS TEXT), '') FROM integrations ORDER BY id",
        "SELECT hint || role FROM tokens ORDER BY id",
        "SELECT lab || CAST(enabled AS TEXT) FROM account_labs ORDER BY lab",
        "SELECT name FROM accounts ORDER BY id",
        "SELECT name FROM roles ORDER BY id",
        "SELECT role_id || COALESCE(CAST(disabled_at AS TEXT), '') FROM staff ORDER BY id",
        "SELECT staff_id || permission FROM staff_overrides ORDER BY 1",
        "SELECT email FROM invitations ORDER BY id",
        "SELECT handle FROM sessions ORDER BY handle",
    ] {
        let rows: Vec<(String,)> = scene.db.read().await.unwrap().on().all(sql, vec![]).await.expect(sql);
        facts.push(format!("{rows:?}"));
    }
    facts
}

async fn forms(scene: &Scene) -> Vec<Form> {
    let admin = &scene.admin;
    // Another session, which could be ended.
    scene.signed_in(ADMIN).await;
    let of = made(scene, "Warehouse sync").await;
    let uma = page_of(scene, "uma@harbor.example").await;
    let at = async |path: &str, action: &str| admin.get(path).await.expect(200).form(action);
    let list = "/settings/private-integrations";
    vec![
        at("/profile", "/profile/name").await.with("name", "Other"),
        at("/profile/security", "/profile/sessions/end-all").await,
        at(&format!("{of}/edit"), &format!("{of}/edit")).await.with("name", "Other"),
        at(&format!("{of}/pause"), &format!("{of}/pause")).await,
        at(&format!("{of}/rotation"), &format!("{of}/rotation")).await.with("how", "now"),
        at(&format!("{of}/deletion"), &format!("{of}/deletion")).await.with("name", "Warehouse sync"),
        at(&format!("{list}/new/review?name=New&scopes=contacts.readonly"), &format!("{list}/new")).await,
        at("/settings/labs/contacts/off", "/settings/labs/contacts").await,
        at("/settings/account", "/settings/account").await.with("name", "Other"),
        at("/settings/roles/new", "/settings/roles/new").await.with("name", "Other"),
        form(admin, &uma, "").await.with("name", "Other"),
        form(admin, &uma, "/permissions").await.with("staff.view", "allow"),
        form(admin, &uma, "/disabling").await,
        form(admin, &uma, "/removal").await,
    ]
}

#[actix_web::test]
async fn a_change_whose_event_cannot_be_written_does_not_happen() {
    let scene = scene().await;
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    let _elsewhere = scene.signed_in(ADMIN).await;
    let forms = forms(&scene).await;
    let visitor = scene.app.visitor();
    let entrance =
        visitor.get("/login").await.expect(200).form("/login").with("email", ADMIN).with("password", PASSWORD);
    let before = facts(&scene).await;
    run(&scene, "ALTER TABLE events RENAME TO events_away").await;
    for form in &forms {
        let answer = scene.admin.submit(form.clone()).await;
        assert!(answer.status >= 500, "{} answers {}", form.action, answer.status);
        assert_eq!(facts(&scene).await, before, "{}", form.action);
    }
    let answer = visitor.submit(entrance).await;
    assert!(answer.status >= 500 && facts(&scene).await == before, "nobody signs in unseen: {}", answer.status);
    run(&scene, "ALTER TABLE events_away RENAME TO events").await;
    // The same forms had no effect and have it now, each with its event.
    let written = async || {
        let sql = "SELECT COUNT(*) FROM events WHERE sequence IS NOT NULL";
        scene.db.read().await.unwrap().on().only::<(i64,)>(sql, vec![]).await.unwrap().0
    };
    let start = written().await;
    scene.admin.submit(forms[0].clone()).await.expect(303);
    assert_eq!(written().await, start + 1);
    assert_ne!(facts(&scene).await, before);
}

#[actix_web::test]
async fn there_are_as_many_events_as_changes_that_were_acknowledged() {
    let scene = scene().await;
    let of = made(&scene, "Warehouse sync").await;
    let pause = scene.admin.get(&format!("{of}/pause")).await.expect(200).form(&format!("{of}/pause"));
    let mut sent = vec![pause.clone(), pause];
    let profile = scene.admin.get("/profile").await.expect(200).form("/profile/name");
    sent.extend((0..10).map(|number| profile.clone().with("name", &format!("Ada {number}"))));
    for number in 0..10 {
        // Two want each name.
        let new = scene.admin.get("/settings/roles/new").await.expect(200).form("/settings/roles/new");
        sent.push(new.with("name", &format!("Role {}", number / 2)));
    }
    let answers = join_all(sent.into_iter().map(|form| scene.admin.submit(form))).await;
    let acknowledged =
        |path: &str| answers.iter().filter(|answer| answer.path.ends_with(path) && answer.status == 303).count();
    let roles = i64::try_from(acknowledged("/roles/new")).unwrap();
    assert_eq!((roles, events(&scene, "role.created").await), (5, 5));
    let (made,): (i64,) = {
        let sql = "SELECT COUNT(*) FROM roles WHERE account_id = $1 AND name LIKE 'Role %'";
        scene.db.read().await.unwrap().on().only(sql, binds![&scene.account]).await.unwrap()
    };
    assert_eq!(made, 5);
    assert_eq!(events(&scene, "integration.paused").await, 1);
    assert_eq!(events(&scene, "user.renamed").await, i64::try_from(acknowledged("/name")).unwrap());
    assert!(scene.admin.get(LOG).await.expect(200).shows("changed their name to"));
    sign_in(&scene.app.visitor(), ADMIN, PASSWORD).await.expect(303);
}
