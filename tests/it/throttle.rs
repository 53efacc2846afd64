//! Guessing is slowed down: by address and by whom it aims at, on all instances, without locking anybody else out.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use crate::support::visitor::{Page, Visitor};
use progreda::world::Span;
use reqwest::Method;

const WRONG: &str = "not the password at all";

/// The sign-in form, sent by way of a proxy that names these addresses.
async fn sign_in_by(visitor: &Visitor, forwarded: &str, email: &str, password: &str) -> Page {
    let form = visitor.get("/login").await.expect(200).form("/login").with("email", email).with("password", password);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    let request = visitor.request(Method::POST, "/login").header("Sec-Fetch-Site", "same-origin");
    let request = request.header("X-Forwarded-For", forwarded).header("X-Real-IP", forwarded);
    let request = request.header("Forwarded", format!("for={forwarded}"));
    visitor.send("/login", request.header("Content-Type", "application/x-www-form-urlencoded").body(body)).await
}

async fn behind_a_proxy() -> Scene {
    let trusted =
        |config: &mut progreda::config::Config| config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    Scene::on(TestApp::start_with(TestDatabase::new().await, trusted)).await
}

/// The seconds that a throttled answer says to wait.
#[track_caller]
fn wait_of(page: &Page) -> i64 {
    assert_eq!(page.status, 429, "{}", page.text);
    let seconds = page.header("retry-after").parse().expect("whole seconds in Retry-After");
    assert!((1..=900).contains(&seconds), "Retry-After is {seconds}");
    seconds
}

#[actix_web::test]
async fn guessing_one_password_is_throttled_and_even_the_right_one_has_to_wait() {
    let mut scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let mut tries = 0;
    let throttled = loop {
        // Forms of the same address count together.
        let email = [ADMIN, "ADA@harbor.example", " ada@HARBOR.example "][tries % 3];
        let page = sign_in(&visitor, email, WRONG).await;
        tries += 1;
        if page.status != 401 {
            break page;
        }
        assert!(tries <= 25, "25 tries and no throttle");
    };
    assert!(tries > 3, "throttled at the {tries}th mistake");
    let right = sign_in(&visitor, ADMIN, PASSWORD).await;
    assert_eq!(wait_of(&right), wait_of(&throttled));
    assert!(visitor.cookie("progreda-session").is_none());
    scene.app.restart();
    let visitor = scene.app.visitor();
    let wait = wait_of(&sign_in(&visitor, ADMIN, PASSWORD).await);
    scene.app.advance(Span::seconds(wait));
    sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
    let visitor = scene.app.visitor();
    sign_in(&visitor, ADMIN, WRONG).await.expect(401);
    sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
}

#[actix_web::test]
async fn the_wait_grows_with_each_further_mistake() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let mut waits = Vec::new();
    for _ in 0..20 {
        let page = sign_in(&visitor, ADMIN, WRONG).await;
        if page.status == 429 {
            waits.push(wait_of(&page));
            scene.app.advance(Span::seconds(waits[waits.len() - 1]));
        }
    }
    assert!(waits.is_sorted() && waits.len() > 5, "{waits:?}");
    assert!(waits[waits.len() - 1] > 60, "{waits:?}");
}

#[actix_web::test]
async fn nobody_is_locked_out_by_somebody_elsewhere() {
    let scene = behind_a_proxy().await;
    let (thief, owner) = (scene.app.visitor(), scene.app.visitor());
    for _ in 0..25 {
        sign_in_by(&thief, "203.0.113.9", ADMIN, WRONG).await;
    }
    wait_of(&sign_in_by(&thief, "203.0.113.9", ADMIN, PASSWORD).await);
    // What stands left of the last untrusted hop is said by the client, and counts for nothing.
    wait_of(&sign_in_by(&thief, "198.51.100.1, 203.0.113.9", ADMIN, PASSWORD).await);
    wait_of(&sign_in_by(&thief, "198.51.100.1, 203.0.113.9, 127.0.0.1", ADMIN, PASSWORD).await);
    sign_in_by(&owner, "198.51.100.1", ADMIN, PASSWORD).await.expect(303);
}

#[actix_web::test]
async fn headers_of_a_peer_that_is_no_proxy_of_ours_count_for_nothing() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let mut statuses = Vec::new();
    for number in 0..12 {
        statuses.push(sign_in_by(&visitor, &format!("203.0.113.{number}"), ADMIN, WRONG).await.status);
    }
    assert_eq!(statuses[11], 429, "{statuses:?}");
}

#[actix_web::test]
async fn one_password_for_many_people_is_throttled_too() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let mut statuses = Vec::new();
    for number in 0..25 {
        statuses.push(sign_in(&visitor, &format!("somebody{number}@harbor.example"), WRONG).await.status);
    }
    assert_eq!(statuses[..15], [401; 15]);
    assert_eq!(statuses[24], 429, "{statuses:?}");
}

#[actix_web::test]
async fn the_trace_of_a_failure_counts_and_holds_nothing_that_was_typed() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    for _ in 0..3 {
        sign_in(&visitor, "my secret password by mistake", WRONG).await.expect(401);
    }
    // They are gathered for a second before they are written.
    let sql = "SELECT times, actor_name || subject_name || details || COALESCE(subject_id, '') FROM events \
         WHERE action = 'user.sign_in_failed'";
    let mut rows: Vec<(i64, String)> = Vec::new();
    comes(async || {
        rows = scene.db.read().await.unwrap().on().all(sql, vec![]).await.unwrap();
        rows.iter().map(|row| row.0).sum::<i64>() >= 3
    })
    .await;
    assert_eq!(rows.len(), 1, "one row a minute: {rows:?}");
    assert_eq!(rows[0].0, 3);
    assert!(!rows[0].1.contains("secret"), "{rows:?}");
}
