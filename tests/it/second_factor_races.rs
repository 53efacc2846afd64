//! What is under way when a second factor is turned on, and copies of a session's cookie, do not come past it.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::phone::{Phone, SET_UP};
use crate::support::visitor::Visitor;
use futures_util::future::{join, join_all};
use progreda::world::Span;

const SESSION: &str = "progreda-session";

/// Somebody who holds a copy of the session's cookie.
fn copy_of(scene: &Scene, visitor: &Visitor) -> Visitor {
    let copy = scene.app.visitor();
    copy.set_cookie(SESSION, visitor.cookie(SESSION).as_deref());
    copy
}

async fn is_in(visitor: &Visitor) -> bool {
    visitor.get("/profile").await.status == 200
}

#[actix_web::test]
async fn a_sign_in_under_way_needs_the_code_as_well() {
    let scene = Scene::new().await;
    let page = scene.admin.get(SET_UP).await.expect(200);
    let phone = Phone::reading(&page);
    let form = page.form(SET_UP).with("code", &phone.code(&scene));
    let visitors: Vec<Visitor> = (0..5).map(|_| scene.app.visitor()).collect();
    let entering = join_all(visitors.iter().map(|visitor| sign_in(visitor, ADMIN, PASSWORD)));
    let (answers, done) = join(entering, scene.admin.submit(form)).await;
    done.expect(303);
    for (visitor, answer) in visitors.iter().zip(answers) {
        answer.expect(303);
        assert!(!is_in(visitor).await, "a sign-in that was under way came in without a code");
    }
    assert!(is_in(&scene.admin).await);
}

#[actix_web::test]
async fn a_copied_cookie_is_out_when_other_sessions_are_ended() {
    let scene = Scene::new().await;
    let copy = copy_of(&scene, &scene.admin);
    assert!(is_in(&copy).await);
    let elsewhere = scene.signed_in(ADMIN).await;
    let form = scene.admin.get("/profile/security").await.expect(200).form("/profile/sessions/end-all");
    scene.admin.submit(form).await.expect(303);
    scene.app.advance(Span::seconds(11));
    assert!(is_in(&scene.admin).await && !is_in(&elsewhere).await);
    assert!(!is_in(&copy).await, "the copy outlives the end of all other sessions");

    let copy = copy_of(&scene, &scene.admin);
    Phone::set_up(&scene, &scene.admin).await;
    scene.app.advance(Span::seconds(11));
    assert!(is_in(&scene.admin).await);
    assert!(!is_in(&copy).await, "the copy outlives the second factor's set-up");
}
