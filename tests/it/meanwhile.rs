//! What is told to somebody whose question about a rotation was overtaken: never that it was so already when it is not.

use crate::console::{Admin, Made, PASSWORD, furnish, open, status_of};
use crate::support::app::TestApp;
use crate::support::database::Engine;
use crate::support::html::Form;
use crate::support::visitor::Page;
use futures_util::future::join;
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::world::Span;
use reqwest::Method;
use std::time::Duration;

const CANCEL: &str = "rotation/cancellation";
const EXPIRE: &str = "outgoing-token/expiry";
const EXTEND: &str = "rotation/extension";

struct Scene {
    app: TestApp,
    db: Db,
    admin: Admin,
    other: Admin,
}

/// An integration whose rotation is under way.
struct Rotating {
    made: Made,
    old: String,
    new: String,
}

impl Scene {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let db = open(app.database()).await;
        furnish(&db).await;
        let (admin, other) = join(Admin::sign_in(app.url()), Admin::sign_in(app.url())).await;
        Self { app, db, admin, other }
    }

    async fn rotate(&self, made: &Made) -> String {
        let form = question(&self.other, made, "rotation").await.with("how", "later").with("overlap", "1h");
        self.other.visitor.submit(form).await.expect(303);
        self.other.reveal(made).await.unwrap().expect("the new token is shown")
    }

    async fn rotating(&self, name: &str) -> Rotating {
        let (made, old) = self.other.make(name).await;
        let new = self.rotate(&made).await;
        Rotating { made, old, new }
    }

    async fn statuses(&self, of: &Rotating) -> (u16, u16) {
        (status_of(self.app.url(), &of.old).await, status_of(self.app.url(), &of.new).await)
    }

    /// The other admin answers this question now.
    async fn other_does(&self, of: &Rotating, what: &str) {
        self.other.visitor.submit(question(&self.other, &of.made, what).await).await.expect(303);
    }

    /// Sends a form that is told what it asks for is so already.
    async fn already(&self, form: Form) {
        let led = self.admin.visitor.submit(form).await.expect(303);
        let page = self.admin.visitor.follow(led).await;
        assert!(page.shows("Nothing was changed: it was so already."), "{}", page.text);
    }

    async fn refused(&self, form: Form, says: &str) {
        let page: Page = self.admin.visitor.submit(form).await.expect(409);
        assert!(page.shows(says) && !page.shows("it was so already"), "{says}: {}", page.text);
    }
}

async fn question(admin: &Admin, of: &Made, what: &str) -> Form {
    let path = format!("{}/{what}", of.address);
    admin.visitor.get(&path).await.expect(200).form(&path)
}

#[actix_web::test]
async fn a_cancelled_rotation_is_not_taken_for_an_expired_token() {
    let scene = Scene::new().await;
    let of = scene.rotating("Ledger").await;
    let expire = question(&scene.admin, &of.made, EXPIRE).await;
    let extend = question(&scene.admin, &of.made, EXTEND).await;
    let cancel = question(&scene.admin, &of.made, CANCEL).await;
    scene.other_does(&of, CANCEL).await;
    let says = "The rotation was cancelled meanwhile: the old token works, the new one does not.";
    scene.refused(expire.clone(), says).await;
    scene.refused(extend, says).await;
    scene.already(cancel.clone()).await;
    assert_eq!(scene.statuses(&of).await, (200, 401));

    // Of the next rotation they say nothing, however that one ends.
    let next = scene.rotate(&of.made).await;
    scene.admin.visitor.submit(expire.clone()).await.expect(409);
    assert_eq!(status_of(scene.app.url(), &next).await, 200);
    scene.other_does(&of, EXPIRE).await;
    for form in [expire, cancel] {
        scene.refused(form, "The rotation ended meanwhile.").await;
    }
}

#[actix_web::test]
async fn an_expired_token_is_not_taken_for_a_cancelled_rotation() {
    let scene = Scene::new().await;
    let says = "The old token was expired meanwhile: the new token works, the old one does not.";
    for by_hand in [true, false] {
        let of = scene.rotating(if by_hand { "Ledger" } else { "Post" }).await;
        let cancel = question(&scene.admin, &of.made, CANCEL).await;
        let extend = question(&scene.admin, &of.made, EXTEND).await;
        let expire = question(&scene.admin, &of.made, EXPIRE).await;
        if by_hand {
            scene.other_does(&of, EXPIRE).await;
        } else {
            scene.app.advance(Span::hours(1));
        }
        scene.refused(cancel.with("password", PASSWORD), says).await;
        scene.refused(extend, says).await;
        scene.already(expire).await;
        assert_eq!(scene.statuses(&of).await, (401, 200));
    }
}

/// The form names the version that somebody else is just about to make: nobody has compared its scopes with that one.
#[actix_web::test]
async fn a_scope_more_never_slips_past_the_password() {
    let scene = Scene::new().await;
    let (made, token) = scene.other.make("Ledger").await;
    scene.app.advance(Span::minutes(16));
    let wider =
        question(&scene.admin, &made, "edit").await.with_all("scopes", &["contacts.readonly", "contacts.write"]);
    let next =
        wider.fields.iter().find(|(name, _)| name == "version").expect("a version").1.parse::<i64>().unwrap() + 1;
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run("UPDATE integrations SET version = version + 1", binds![]).await.unwrap();
    let commit = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    };
    let (page, ()) = join(scene.admin.visitor.submit(wider.with("version", &next.to_string())), commit).await;
    match Engine::chosen() {
        // It waits before it reads, and meets its version.
        Engine::Sqlite => assert!(page.clone().expect(403).shows("Enter your password to go on"), "{}", page.text),
        Engine::Postgres => assert!(page.clone().expect(409).shows("changed"), "{}", page.text),
    }
    let visitor = scene.app.visitor();
    let request = visitor.request(Method::POST, "/contacts/").header("Version", "2021-07-28").bearer_auth(&token);
    let request = request.header("Content-Type", "application/json").body("{}");
    visitor.send("/contacts/", request).await.expect(403);
    let sql = "SELECT COUNT(*) FROM events WHERE action = 'access.refused' AND actor_kind = 'staff'";
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let (refusals,): (i64,) = scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    assert_eq!(refusals, 0, "to be asked for the password is no refusal");
}
