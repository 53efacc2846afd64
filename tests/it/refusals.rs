//! What was refused leaves a trace that says how often, and costs the same however often it is done.

use crate::support::actors::{ADMIN, PASSWORD, Scene, call, sign_in};
use crate::support::app::TestApp;
use crate::support::database::{Engine, TestDatabase};
use crate::support::patience::comes;
use crate::support::visitor::Visitor;
use futures_util::future::join_all;
use progreda::authz::Permission;
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::world::Span;
use reqwest::Method;

const WRONG: &str = "not the password at all";

/// How often each of these was counted: by whom, what, and the details.
async fn counted(db: &Db, action: &str) -> Vec<(String, String, String, i64)> {
    let sql = "SELECT actor_name, subject_name, details, times FROM events WHERE action = $1 ORDER BY happened_at, times DESC";
    db.read().await.unwrap().on().all(sql, binds![action]).await.unwrap()
}

/// The refusals once `sum` were counted, which takes a second or two.
async fn counted_to(db: &Db, sum: i64) -> Vec<(String, String, String, i64)> {
    sum_of(db, "access.refused", sum).await
}

async fn sum_of(db: &Db, action: &str, sum: i64) -> Vec<(String, String, String, i64)> {
    let mut rows = Vec::new();
    let all = comes(async || {
        rows = counted(db, action).await;
        rows.iter().map(|row| row.3).sum::<i64>() >= sum
    });
    assert!(all.await, "{sum} of {action} leave only {rows:?}");
    rows
}

async fn uma(scene: &Scene) -> Visitor {
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    scene.set_override(&scene.account, "uma@harbor.example", Permission::ContactsView, Some(false)).await;
    scene.signed_in("uma@harbor.example").await
}

#[actix_web::test]
async fn a_hundred_refusals_are_one_row_a_minute_that_says_so() {
    let scene = Scene::new().await;
    let uma = uma(&scene).await;
    let token = scene.token(&scene.account, "Sync", &["contacts.write"]).await;
    let path = format!("/contacts/?locationId={}", scene.account);
    for page in join_all((0..60).map(|_| uma.get("/business/contacts"))).await {
        page.expect(403);
    }
    for page in join_all((0..40).map(|_| call(&scene.app, Method::GET, &path, &token.plain, None))).await {
        assert!([401, 403].contains(&page.status), "{}", page.text);
    }
    let rows = counted_to(&scene.db, 100).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    let of = |name: &str| rows.iter().find(|row| row.0 == name).expect("a row of theirs");
    assert_eq!((of("uma").1.as_str(), of("uma").3), ("GET /business/contacts", 60));
    assert!(of("uma").2.contains("permission"), "{rows:?}");
    assert_eq!((of("Sync").1.as_str(), of("Sync").3), ("GET /contacts", 40));
    assert!(of("Sync").2.contains("contacts.readonly"), "{rows:?}");
    scene.app.advance(Span::minutes(1));
    uma.get("/business/contacts").await.expect(403);
    assert_eq!(counted_to(&scene.db, 101).await.len(), 3, "the next minute has a row of its own");
}

#[actix_web::test]
async fn refusals_are_written_before_the_server_stops() {
    let mut scene = Scene::new().await;
    let uma = uma(&scene).await;
    for page in join_all((0..7).map(|_| uma.get("/business/contacts"))).await {
        page.expect(403);
    }
    scene.app.restart();
    let rows = counted(&scene.db, "access.refused").await;
    assert_eq!(rows.iter().map(|row| row.3).sum::<i64>(), 7, "{rows:?}");
}

#[actix_web::test]
async fn failed_sign_ins_are_a_row_for_each_person_and_count() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    let visitor = scene.app.visitor();
    sign_in(&visitor, ADMIN, WRONG).await.expect(401);
    sign_in(&visitor, "uma@harbor.example", WRONG).await.expect(401);
    sign_in(&visitor, ADMIN, WRONG).await.expect(401);
    let rows = sum_of(&scene.db, "user.sign_in_failed", 3).await;
    assert_eq!(rows.iter().map(|row| row.3).collect::<Vec<_>>(), [2, 1], "{rows:?}");
}

#[actix_web::test]
async fn one_network_cannot_buy_a_row_for_each_of_its_addresses() {
    let trusted =
        |config: &mut progreda::config::Config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let scene = Scene::on(TestApp::start_with(TestDatabase::new().await, trusted)).await;
    let visitor = scene.app.visitor();
    let form = visitor.get("/login").await.expect(200).form("/login").with("email", ADMIN).with("password", WRONG);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    for address in ["2001:db8::1", "2001:db8::2", "2001:db8::ffff:3", "2001:db8:0:1::1"] {
        let request = visitor.request(Method::POST, "/login").header("Sec-Fetch-Site", "same-origin");
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        let request = request.header("X-Forwarded-For", address).body(body.clone());
        visitor.send("/login", request).await.expect(401);
    }
    let rows = sum_of(&scene.db, "user.sign_in_failed", 4).await;
    assert_eq!(rows.iter().map(|row| row.3).collect::<Vec<_>>(), [3, 1], "{rows:?}");
}

#[actix_web::test]
async fn one_actor_with_many_addresses_fills_no_more_than_its_place() {
    let trusted =
        |config: &mut progreda::config::Config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let scene = Scene::on(TestApp::start_with(TestDatabase::new().await, trusted)).await;
    let uma = uma(&scene).await;
    scene.person(&scene.account, "ova@harbor.example", "User").await;
    scene.set_override(&scene.account, "ova@harbor.example", Permission::ContactsView, Some(false)).await;
    let ova = scene.signed_in("ova@harbor.example").await;
    for visitor in [&uma, &ova] {
        visitor.get("/profile").await.expect(200);
    }
    // Nothing is written while somebody else writes: all of it waits.
    let mut tx = scene.db.write().await.unwrap();
    if Engine::chosen() == Engine::Postgres {
        tx.on().run("LOCK TABLE events IN EXCLUSIVE MODE", binds![]).await.unwrap();
    }
    let refused = async |visitor: &Visitor, address: String| {
        let request = visitor.request(Method::GET, "/business/contacts").header("X-Forwarded-For", address);
        visitor.send("/business/contacts", request).await.expect(403);
    };
    for half in 0..2 {
        join_all((0..150).map(|number| refused(&uma, format!("192.0.{half}.{number}")))).await;
    }
    refused(&ova, "198.51.100.7".to_owned()).await;
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let rows = counted_to(&scene.db, 301).await;
    assert_eq!(rows.iter().map(|row| row.3).sum::<i64>(), 301, "each one is counted");
    let (of_uma, others): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.0 == "uma");
    // What was being written when it was held up, and what came then.
    assert!(of_uma.len() <= 2 * 65, "{} rows for one person", of_uma.len());
    let rest = of_uma.iter().find(|row| row.1 == "many routes or addresses").expect("a row for the rest");
    assert!(rest.3 >= 150 && rest.2.contains("many"), "{rest:?}");
    assert_eq!((others.len(), others[0].1.as_str()), (1, "GET /business/contacts"), "{others:?}");
}

#[actix_web::test]
async fn a_wrong_password_in_the_middle_of_a_session_leaves_a_trace() {
    let scene = Scene::new().await;
    scene.app.advance(Span::minutes(16));
    let action = "/profile/sessions/end-all";
    let _other = scene.signed_in(ADMIN).await;
    let form = scene.admin.get("/profile/security").await.expect(200).form(action);
    scene.admin.submit(form.clone()).await.expect(403);
    assert!(counted(&scene.db, "user.password_refused").await.is_empty(), "to be asked is no failure");
    for _ in 0..2 {
        scene.admin.submit(form.clone().with("password", WRONG)).await.expect(403);
    }
    let profile = scene.admin.get("/profile/security").await.expect(200).form("/profile/password");
    let profile = profile.with("old_password", WRONG).with("new_password", "eleven small boats at anchor");
    scene.admin.submit(profile).await.expect(422);
    let rows = counted(&scene.db, "user.password_refused").await;
    let own = "Ada Hale".to_owned();
    assert_eq!(rows, [(own.clone(), own, "{}".to_owned(), 3)]);
    scene.admin.submit(form.with("password", PASSWORD)).await.expect(303);
}
