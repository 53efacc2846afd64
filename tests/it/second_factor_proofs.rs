//! What would take a second factor away, or lead around it, takes the factor itself: the password alone, or a session that somebody
//! copied, is not enough.

use crate::support::actors::{ADMIN, PASSWORD, Scene};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::phone::{Phone, codes_in};
use crate::support::smtp::MailServer;
use crate::support::visitor::{Page, Visitor};
use progreda::binds;
use progreda::world::Span;

const NEW_CODES: &str = "/profile/recovery-codes/new";
const OFF: &str = "/profile/second-factor/off";
const EMAIL: &str = "/profile/email";
const MADE: &str = "SELECT COUNT(*) FROM events WHERE action = 'user.recovery_codes_made'";
const REFUSED: &str = "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM events WHERE action = 'user.code_refused'";
const MOVING: &str = "SELECT COUNT(*) FROM events WHERE action = 'user.email_change_started'";

async fn count(scene: &Scene, sql: &'static str) -> i64 {
    scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![]).await.unwrap().0
}

async fn send(visitor: &Visitor, path: &str, typed: &[(&str, &str)]) -> Page {
    let form = visitor.get(path).await.expect(200).form(path);
    visitor.submit(typed.iter().fold(form, |form, (name, value)| form.with(name, value))).await
}

#[actix_web::test]
async fn new_recovery_codes_take_password_and_code() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    // The session is fresh all the time: the password was given a moment ago.
    send(&scene.admin, NEW_CODES, &[]).await.expect(422);
    let page = send(&scene.admin, NEW_CODES, &[("password", PASSWORD)]).await.expect(422);
    assert!(page.shows("Enter the code that your app shows now"));
    send(&scene.admin, NEW_CODES, &[("code", &phone.paper[0])]).await.expect(422);
    let page =
        send(&scene.admin, NEW_CODES, &[("password", "not the password at all"), ("code", &phone.paper[0])]).await;
    assert!(page.expect(403).shows("That is not your password"));
    for wrong in ["000000", "ABCDE-FGHJK-LMNPQ-RSTUV", PASSWORD] {
        let page = send(&scene.admin, NEW_CODES, &[("password", PASSWORD), ("code", wrong)]).await.expect(403);
        assert!(page.shows("That code is not right, or it was used already"), "{wrong}");
    }
    assert_eq!(count(&scene, MADE).await, 0);
    // A code of the paper does as well as the phone, and the paper before is dead at once.
    let form = scene.admin.get(NEW_CODES).await.expect(200).form(NEW_CODES);
    let form = form.with("password", PASSWORD).with("code", &phone.paper[0]);
    let refused = count(&scene, REFUSED).await;
    let done = scene.admin.submit(form.clone()).await.expect(303);
    let again = scene.admin.submit(form).await.expect(303);
    assert_eq!(again.header("location"), done.header("location"), "sent twice, it leads to the same codes");
    assert_eq!((count(&scene, MADE).await, count(&scene, REFUSED).await), (1, refused), "and nothing was refused");
    let paper = codes_in(&scene.admin.get(done.header("location")).await.expect(200)).expect("new codes");
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM recovery_codes").await, 10);
    send(&scene.admin, OFF, &[("password", PASSWORD), ("code", &phone.paper[1])]).await.expect(403);
    let next = phone.next_code(&scene);
    send(&scene.admin, NEW_CODES, &[("password", PASSWORD), ("code", &next)]).await.expect(303);
    send(&scene.admin, OFF, &[("password", PASSWORD), ("code", &paper[0])]).await.expect(403);
}

#[actix_web::test]
async fn guessing_codes_for_new_ones_is_throttled() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let mut last = send(&scene.admin, NEW_CODES, &[("password", PASSWORD), ("code", "000000")]).await.expect(403);
    for _ in 0..8 {
        last = send(&scene.admin, NEW_CODES, &[("password", PASSWORD), ("code", "000000")]).await;
    }
    assert!(last.expect(429).header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    send(&scene.admin, NEW_CODES, &[("password", PASSWORD), ("code", &phone.paper[0])]).await.expect(429);
    assert_eq!(count(&scene, MADE).await, 0);
}

#[actix_web::test]
async fn beside_a_second_factor_the_address_moves_by_password_and_code_alone() {
    let server = MailServer::start();
    let scene = Scene::on(TestApp::start_mailing(TestDatabase::new().await, server.url())).await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let to = ("email", "somebody@else.example");
    // Whoever copied the session has neither; whoever knows the password as well lacks the code.
    send(&scene.admin, EMAIL, &[to]).await.expect(403);
    send(&scene.admin, EMAIL, &[to, ("password", PASSWORD)]).await.expect(422);
    send(&scene.admin, EMAIL, &[to, ("code", &phone.paper[0])]).await.expect(403);
    let page = send(&scene.admin, EMAIL, &[to, ("password", PASSWORD), ("code", "000000")]).await.expect(403);
    assert!(
        page.shows("That code is not right, or it was used already") && page.shows(to.1),
        "what was typed is there"
    );
    let page = send(&scene.admin, EMAIL, &[to, ("password", "not my password"), ("code", &phone.paper[0])]).await;
    assert!(page.expect(403).shows("That is not your password"));
    // An old confirmation changes nothing about that.
    scene.app.advance(Span::minutes(16));
    send(&scene.admin, EMAIL, &[to, ("password", PASSWORD), ("code", "000000")]).await.expect(403);
    assert_eq!(count(&scene, MOVING).await, 0);
    scene.app.advance(Span::minutes(16));
    let form = scene.admin.get(EMAIL).await.expect(200).form(EMAIL).with(to.0, to.1);
    let form = form.with("password", PASSWORD).with("code", &phone.code(&scene));
    let refused = count(&scene, REFUSED).await;
    scene.admin.submit(form.clone()).await.expect(303);
    let again = scene.admin.submit(form).await.expect(303);
    assert!(scene.admin.follow(again).await.expect(200).shows("This form was sent already"));
    assert_eq!((count(&scene, MOVING).await, count(&scene, REFUSED).await), (1, refused));
    assert_eq!(server.arrived(to.1, 1).await.len(), 1);
    assert_eq!(server.arrived(ADMIN, 2).await.len(), 2, "told of the second factor, and of the address");
}
