//! A form with a password sent twice: one effect, and nobody is signed out by their own second click.

use crate::console::{Admin, Made, PASSWORD, furnish, open, status_of};
use crate::support::app::TestApp;
use futures_util::future::join;
use progreda::binds;
use progreda::db::Db;
use progreda::world::Span;
use std::time::Duration;

const LIST: &str = "/settings/private-integrations";

async fn count(db: &Db, sql: &'static str) -> i64 {
    let (number,): (i64,) = db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    number
}

/// An admin whose sign-in is so old that the password is asked for.
async fn start() -> (TestApp, Db, Admin) {
    let app = TestApp::start().await;
    let db = open(app.database()).await;
    furnish(&db).await;
    let admin = Admin::sign_in(app.url()).await;
    app.advance(Span::minutes(16));
    (app, db, admin)
}

async fn is_alive(admin: &Admin) -> bool {
    admin.visitor.get(LIST).await.status == 200
}

fn twin(admin: &Admin) -> Admin {
    Admin { visitor: admin.visitor.clone() }
}

#[actix_web::test]
async fn two_clicks_at_once_make_one_integration_and_end_at_its_token() {
    let (app, db, admin) = start().await;
    for round in 1..=8 {
        let form = admin.creation(&format!("Ledger {round}")).await.unwrap().with("password", PASSWORD);
        let (one, other) = join(admin.visitor.submit(form.clone()), admin.visitor.submit(form)).await;
        let (one, other) = (Made::of(&one.expect(303)), Made::of(&other.expect(303)));
        assert_eq!(one.id, other.id, "round {round}");
        assert!(is_alive(&admin).await, "round {round}: signed out by a second click");
        let token = admin.reveal(&one).await.unwrap().expect("the token is shown");
        assert_eq!(status_of(app.url(), &token).await, 200);
        assert_eq!(count(&db, "SELECT COUNT(*) FROM integrations").await, round);
        app.advance(Span::minutes(16));
    }
    assert_eq!(count(&db, "SELECT COUNT(*) FROM events WHERE action = 'integration.created'").await, 8);
}

#[actix_web::test]
async fn a_second_click_after_the_first_was_answered_ends_at_the_same_place() {
    let (app, db, admin) = start().await;
    let form = admin.creation("Ledger").await.unwrap().with("password", PASSWORD);
    // The browser drops the answer to its first click, cookies and all.
    let first = twin(&admin);
    let made = Made::of(&first.visitor.submit(form.clone()).await.expect(303));
    let again = Made::of(&admin.visitor.submit(form).await.expect(303));
    assert_eq!(made.id, again.id);
    assert!(is_alive(&admin).await && is_alive(&first).await);
    let token = admin.reveal(&again).await.unwrap().expect("the token is shown");
    app.advance(Span::minutes(16));
    let rotation = admin.rotation_now(&made).await.unwrap().with("password", PASSWORD);
    let first = twin(&admin);
    first.visitor.submit(rotation.clone()).await.expect(303);
    admin.visitor.submit(rotation).await.expect(303);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM tokens").await, 2);
    let next = admin.reveal(&made).await.unwrap().expect("the new token is shown");
    assert_eq!((status_of(app.url(), &token).await, status_of(app.url(), &next).await), (401, 200));
    let sessions = "SELECT COUNT(*) FROM sessions";
    assert_eq!(count(&db, sessions).await, 1, "one browser, one session");
}

#[actix_web::test]
async fn the_id_before_serves_nothing_but_that_form_and_not_for_long() {
    let (app, db, admin) = start().await;
    let form = admin.creation("Ledger").await.unwrap();
    let thief = twin(&admin);
    let made = Made::of(&admin.visitor.submit(form.clone().with("password", PASSWORD)).await.expect(303));
    for path in [LIST, "/profile", &format!("{}/token", made.address)] {
        assert_eq!(twin(&thief).visitor.get(path).await.status, 303, "{path} is shown to the id before");
    }
    let asked = twin(&thief).visitor.submit(form.clone()).await.expect(403);
    assert!(asked.shows("Your password"), "the confirmation holds for the new id only: {}", asked.text);
    let wrong = form.clone().with("password", "not the password at all");
    twin(&thief).visitor.submit(wrong).await.expect(403);
    // When the clock is set back, nobody knows how long ago it was.
    app.advance(Span::minutes(-1));
    twin(&thief).visitor.submit(form.clone().with("password", PASSWORD)).await.expect(401);
    app.advance(Span::seconds(70));
    twin(&thief).visitor.submit(form.clone().with("password", PASSWORD)).await.expect(401);
    assert!(is_alive(&admin).await);
    // What ends the session ends it for both ids.
    app.advance(Span::minutes(16));
    let thief = twin(&admin);
    let form = admin.creation("Post").await.unwrap().with("password", PASSWORD);
    admin.visitor.submit(form.clone()).await.expect(303);
    let out = admin.visitor.get("/profile").await.expect(200).form("/logout");
    admin.visitor.submit(out).await.expect(303);
    thief.visitor.submit(form).await.expect(401);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM sessions").await, 0);
}

#[actix_web::test]
async fn to_sign_out_by_the_id_before_signs_out() {
    let (_app, db, admin) = start().await;
    let form = admin.creation("Ledger").await.unwrap().with("password", PASSWORD);
    let out = admin.visitor.get("/profile").await.expect(200).form("/logout");
    let first = twin(&admin);
    let (made, ()) = join(first.visitor.submit(form), tokio::time::sleep(Duration::from_millis(1))).await;
    made.expect(303);
    assert_eq!(admin.visitor.submit(out).await.expect(303).header("location"), "/login");
    assert!(!is_alive(&first).await);
    assert_eq!(count(&db, "SELECT COUNT(*) FROM sessions").await, 0);
}
