//! A new password for somebody: started by another, chosen by themselves, and never a way into a further account.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::smtp::MailServer;
use crate::support::visitor::{Page, Visitor};
use futures_util::future::join_all;
use progreda::authz::Permission;
use progreda::binds;
use progreda::ids::AccountId;
use progreda::world::Span;

const NORA: &str = "nora@harbor.example";
const NEW: &str = "seven grey lanterns at the pier";

async fn staff(scene: &Scene, account: &AccountId, email: &str) -> String {
    let found = "SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND u.email = $2";
    let (id,): (String,) = scene.db.read().await.unwrap().on().only(found, binds![account, email]).await.unwrap();
    id
}

async fn address(scene: &Scene, email: &str) -> String {
    format!("/settings/staff/{}/password-reset", staff(scene, &scene.account, email).await)
}

async fn count(scene: &Scene, sql: &'static str) -> i64 {
    let (number,): (i64,) = scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    number
}

fn link_in(text: &str) -> Option<String> {
    let rest = text.split("/password-reset?link=").nth(1)?;
    Some(format!("/password-reset?link={}", rest.get(..33)?))
}

/// Starts it without a mail server: the link, which is shown once.
async fn start(scene: &Scene, by: &Visitor, email: &str) -> String {
    let path = address(scene, email).await;
    let form = by.get(&path).await.expect(200).form(&path);
    let to = by.submit(form).await.expect(303).header("location").to_owned();
    let shown = by.get(&to).await.expect(200);
    assert!(shown.header("cache-control").contains("no-store"));
    let link = link_in(&shown.text).expect("the link is shown");
    assert_eq!(link_in(&by.get(&to).await.expect(200).text), None, "and not again");
    link
}

async fn set(visitor: &Visitor, link: &str) -> Page {
    let form = visitor.get(link).await.expect(200).form("/password-reset");
    visitor.submit(form.with("password", NEW)).await
}

async fn scene_with_nora() -> Scene {
    let scene = Scene::new().await;
    scene.person(&scene.account, NORA, "User").await;
    scene
}

#[actix_web::test]
async fn the_person_sets_it_once_and_every_session_of_theirs_ends() {
    let scene = scene_with_nora().await;
    let before = scene.signed_in(NORA).await;
    let link = start(&scene, &scene.admin, NORA).await;
    before.get("/profile").await.expect(200);
    let visitor = scene.app.visitor();
    let form = visitor.get(&link).await.expect(200).form("/password-reset");
    assert!(visitor.submit(form.clone().with("password", "short")).await.expect(422).shows("at least 15"));
    visitor.submit(form.clone().with("password", NEW).with("email", ADMIN)).await.expect(400);
    let done = set(&visitor, &link).await.expect(303);
    assert!(visitor.follow(done).await.expect(200).shows("Password set. Sign in with it"));
    assert_eq!(before.get("/profile").await.header("location").split('?').next(), Some("/login"));
    visitor.get(&link).await.expect(410);
    visitor.submit(form.with("password", "another good long password")).await.expect(410);
    sign_in(&scene.app.visitor(), NORA, PASSWORD).await.expect(401);
    sign_in(&scene.app.visitor(), NORA, NEW).await.expect(303);
    let events = "SELECT COUNT(*) FROM events WHERE action IN ('password_reset.started', 'password_reset.used', \
                  'user.password_changed')";
    assert_eq!(count(&scene, events).await, 3);
    scene.admin.get("/profile").await.expect(200);
}

#[actix_web::test]
async fn of_twenty_at_the_same_moment_one_sets_it() {
    let scene = scene_with_nora().await;
    let link = start(&scene, &scene.admin, NORA).await;
    let mut tries = Vec::new();
    for number in 0..20 {
        let visitor = scene.app.visitor();
        let form = visitor.get(&link).await.expect(200).form("/password-reset");
        let form = form.with("password", &format!("{NEW} {number}"));
        tries.push(async move { visitor.submit(form).await.status });
    }
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = 'password_reset.used'").await, 1);
}

#[actix_web::test]
async fn a_link_dies_by_time_by_a_newer_one_and_by_a_new_password() {
    let scene = scene_with_nora().await;
    let visitor = scene.app.visitor();
    visitor.get("/password-reset?link=h00000000000000000000000000000000").await.expect(404);
    let first = start(&scene, &scene.admin, NORA).await;
    let second = start(&scene, &scene.admin, NORA).await;
    assert!(visitor.get(&first).await.expect(410).shows("A newer link took its place"));
    // A link that was shown is none that was mailed.
    visitor.get(&second.replace("link=h", "link=m")).await.expect(404);
    visitor.get(&second).await.expect(200);
    scene.app.advance(Span::minutes(1));
    let nora = scene.signed_in(NORA).await;
    let form = nora.get("/profile/security").await.expect(200).form("/profile/password");
    nora.submit(form.with("old_password", PASSWORD).with("new_password", NEW)).await.expect(303);
    visitor.get(&second).await.expect(410);
    let third = start(&scene, &scene.admin, NORA).await;
    scene.app.advance(Span::hours(1));
    assert!(visitor.get(&third).await.expect(410).shows("expired"));
}

#[actix_web::test]
async fn nobody_starts_it_for_who_holds_more_for_themselves_or_elsewhere() {
    let scene = scene_with_nora().await;
    let mona = "mona@harbor.example";
    scene.person(&scene.account, mona, "User").await;
    scene.set_override(&scene.account, mona, Permission::StaffManage, Some(true)).await;
    let by = scene.signed_in(mona).await;
    let own = address(&scene, NORA).await;
    let form = by.get(&own).await.expect(200).form(&own);
    for email in [ADMIN, mona] {
        let path = address(&scene, email).await;
        by.get(&path).await.expect(403);
        let mut forged = form.clone();
        forged.action = path;
        by.submit(forged).await.expect(403);
    }
    let other = scene.account("Other").await;
    scene.person(&other, "eve@other.example", "User").await;
    let foreign = staff(&scene, &other, "eve@other.example").await;
    let mut forged = form;
    forged.action = format!("/settings/staff/{foreign}/password-reset");
    by.get(&forged.action).await.expect(404);
    by.submit(forged).await.expect(404);
    let nora = scene.signed_in(NORA).await;
    nora.get(&own).await.expect(403);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM password_resets").await, 0);
}

#[actix_web::test]
async fn the_link_is_dead_once_the_starter_may_not_any_more() {
    let scene = scene_with_nora().await;
    let mona = "mona@harbor.example";
    scene.person(&scene.account, mona, "User").await;
    scene.set_override(&scene.account, mona, Permission::StaffManage, Some(true)).await;
    let link = start(&scene, &scene.signed_in(mona).await, NORA).await;
    let visitor = scene.app.visitor();
    let held = visitor.get(&link).await.expect(200).form("/password-reset").with("password", NEW);
    scene.set_override(&scene.account, mona, Permission::StaffManage, None).await;
    visitor.submit(held.clone()).await.expect(410);
    scene.set_override(&scene.account, mona, Permission::StaffManage, Some(true)).await;
    // Whose password it is holds more than the starter by now.
    scene.set_override(&scene.account, NORA, Permission::LabsManage, Some(true)).await;
    visitor.submit(held.clone()).await.expect(410);
    scene.set_override(&scene.account, NORA, Permission::LabsManage, None).await;
    visitor.submit(held).await.expect(303);
}

#[actix_web::test]
async fn the_link_is_dead_while_the_account_is_disabled() {
    let scene = scene_with_nora().await;
    let link = start(&scene, &scene.admin, NORA).await;
    let (account, visitor) = (&scene.account, scene.app.visitor());
    let form = visitor.get(&link).await.expect(200).form("/password-reset").with("password", NEW);
    progreda::accounts::commands::switch(&scene.db, account, true).await.unwrap();
    visitor.get(&link).await.expect(410);
    visitor.submit(form).await.expect(410);
    progreda::accounts::commands::switch(&scene.db, account, false).await.unwrap();
    sign_in(&scene.app.visitor(), NORA, PASSWORD).await.expect(303);
}

#[actix_web::test]
async fn without_mail_nobody_gets_a_link_into_a_further_account() {
    let scene = scene_with_nora().await;
    let link = start(&scene, &scene.admin, NORA).await;
    let path = address(&scene, NORA).await;
    let form = scene.admin.get(&path).await.expect(200).form(&path);
    // Nora comes to belong to another account while a link is out.
    let other = scene.account("Other").await;
    let join = "INSERT INTO staff (id, account_id, user_id, role_id, created_at) \
                SELECT 'stf_00000000000000000000000000', $1, u.id, r.id, 0 FROM users u, roles r \
                WHERE u.email = $2 AND r.account_id = $1 AND r.name = 'User'";
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(join, binds![&other, NORA]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    scene.app.visitor().get(&link).await.expect(410);
    let barred = scene.admin.get(&path).await.expect(409);
    assert!(barred.shows("progreda admin reset-password") && !barred.text.contains(&format!("action=\"{path}\"")));
    scene.admin.submit(form).await.expect(409);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM password_resets").await, 1);
}

#[actix_web::test]
async fn with_mail_the_link_goes_to_the_person_alone() {
    let server = MailServer::start();
    let app = TestApp::start_with(TestDatabase::new().await, |config| {
        config.smtp_url = Some(server.url());
        config.mail_from = Some("progreda@harbor.example".to_owned());
    });
    let scene = Scene::on(app).await;
    scene.person(&scene.account, NORA, "User").await;
    let path = address(&scene, NORA).await;
    let form = scene.admin.get(&path).await.expect(200).form(&path);
    let answer = scene.admin.submit(form.clone()).await.expect(303);
    assert_eq!(answer.header("location"), path.trim_end_matches("/password-reset"));
    scene.admin.submit(form).await.expect(303);
    let mails = server.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.to, [NORA]);
    let link = link_in(&mail.text()).expect("the link is in the mail");
    let shown = scene.admin.get(&format!("{path}/link")).await.expect(200);
    assert_eq!(link_in(&shown.text), None, "whoever starts it does not see it");
    set(&scene.app.visitor(), &link).await.expect(303);
    sign_in(&scene.app.visitor(), NORA, NEW).await.expect(303);
    drop(server);
    let form = scene.admin.get(&path).await.expect(200).form(&path);
    let answer = scene.admin.submit(form).await.expect(303);
    assert_eq!(answer.header("location"), path.trim_end_matches("/password-reset"));
    assert!(scene.admin.get("/profile").await.expect(200).shows("The mail could not be sent"));
}

#[actix_web::test]
async fn starting_asks_for_the_password_after_a_while() {
    let scene = scene_with_nora().await;
    scene.app.advance(Span::minutes(16));
    let path = address(&scene, NORA).await;
    let form = scene.admin.get(&path).await.expect(200).form(&path);
    assert!(scene.admin.submit(form.clone()).await.expect(403).shows("Enter your password to go on"));
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM password_resets").await, 0);
    scene.admin.submit(form.with("password", PASSWORD)).await.expect(303);
}
