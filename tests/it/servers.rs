//! Two servers on one PostgreSQL database are one: sessions, tokens, refusals to wait, all at once. SQLite serves one server only.

use crate::console::{Admin, EMAIL, PASSWORD, furnish, open, status_of};
use crate::killable::Binary;
use crate::support::database::{Engine, TestDatabase};
use crate::support::visitor::Visitor;

const SESSION: &str = "progreda-session";
const LIST: &str = "/settings/private-integrations";

struct Two {
    one: Binary,
    other: Binary,
    _database: TestDatabase,
}

/// Nothing on SQLite, where the second server refuses to start.
async fn two() -> Option<Two> {
    if Engine::chosen() == Engine::Sqlite {
        return None;
    }
    let database = TestDatabase::new().await;
    furnish(&open(&database).await).await;
    let (one, other) = (Binary::start(&database, "warn"), Binary::start(&database, "warn"));
    Some(Two { one, other, _database: database })
}

/// The same browser, at the other server.
fn there(admin: &Admin, other: &Binary) -> Admin {
    let visitor = Visitor::new(other.url());
    visitor.set_cookie(SESSION, admin.visitor.cookie(SESSION).as_deref());
    Admin { visitor }
}

#[actix_web::test]
async fn a_session_of_one_server_is_one_of_the_other_and_ends_on_both() {
    let Some(Two { one, other, _database }) = two().await else { return };
    let admin = Admin::sign_in(one.url()).await;
    let moved = there(&admin, &other);
    moved.visitor.get(LIST).await.expect(200);
    // A form of one server is a form of the other.
    let mut form = admin.visitor.get("/profile").await.expect(200).form("/profile/name");
    form = form.with("name", "Ines at the other");
    moved.visitor.submit(form).await.expect(303);
    assert!(admin.visitor.get("/profile").await.expect(200).shows("Ines at the other"));
    let out = moved.visitor.get("/profile").await.expect(200).form("/logout");
    moved.visitor.submit(out).await.expect(303);
    assert_eq!(admin.visitor.get(LIST).await.status, 303, "signed out on one, alive on the other");
}

#[actix_web::test]
async fn a_token_that_dies_on_one_server_is_dead_on_the_other() {
    let Some(Two { one, other, _database }) = two().await else { return };
    let admin = Admin::sign_in(one.url()).await;
    let (made, mut token) = admin.make("Ledger").await;
    for _ in 0..5 {
        assert_eq!((status_of(one.url(), &token).await, status_of(other.url(), &token).await), (200, 200));
        admin.visitor.submit(admin.rotation_now(&made).await.unwrap()).await.expect(303);
        assert_eq!(status_of(other.url(), &token).await, 401, "rotated on one, honoured by the other");
        token = admin.reveal(&made).await.unwrap().expect("the new token is shown");
    }
    let path = format!("{}/deletion", made.address);
    let form = admin.visitor.get(&path).await.expect(200).form(&path).with("name", "Ledger");
    admin.visitor.submit(form).await.expect(303);
    assert_eq!(status_of(other.url(), &token).await, 401, "deleted on one, honoured by the other");
}

#[actix_web::test]
async fn who_has_to_wait_at_one_server_waits_at_the_other() {
    let Some(Two { one, other, _database }) = two().await else { return };
    let tried = async |at: &Binary, password: &str| {
        let visitor = Visitor::new(at.url());
        let form = visitor.get("/login").await.expect(200).form("/login");
        visitor.submit(form.with("email", EMAIL).with("password", password)).await.status
    };
    let mut statuses = Vec::new();
    for number in 0..8 {
        statuses.push(tried(if number % 2 == 0 { &one } else { &other }, "not the password at all").await);
    }
    assert_eq!(statuses[..5], [401; 5], "{statuses:?}");
    assert_eq!(statuses[7], 429, "{statuses:?}");
    assert_eq!((tried(&one, PASSWORD).await, tried(&other, PASSWORD).await), (429, 429));
}
