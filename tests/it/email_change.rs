//! Signing in with another e-mail address: confirmed from the new one, told to the old one, and never by surprise.

use crate::operator;
use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::smtp::MailServer;
use crate::support::visitor::{Page, Visitor};
use futures_util::future::join_all;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::world::Span;

const NORA: &str = "nora@harbor.example";
const NEW: &str = "nora.quay@harbor.example";
const PAGE: &str = "/profile/email";

async fn scene(server: &MailServer) -> Scene {
    let scene = Scene::on(TestApp::start_mailing(TestDatabase::new().await, server.url())).await;
    scene.person(&scene.account, NORA, "User").await;
    scene
}

async fn begin(visitor: &Visitor, email: &str) -> Page {
    let form = visitor.get(PAGE).await.expect(200).form(PAGE);
    visitor.submit(form.with("email", email)).await
}

fn link_in(text: &str) -> String {
    let rest = text.split("/email-change?link=").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
    format!("/email-change?link={}", rest.get(..32).expect("a whole link"))
}

/// Begins it, and waits for the mail: the link in the newest of what are `count` mails to the new address by then.
async fn mailed(server: &MailServer, nora: &Visitor, count: usize) -> String {
    begin(nora, NEW).await.expect(303);
    link_in(&server.arrived(NEW, count).await[count - 1].text())
}

async fn confirm(visitor: &Visitor, link: &str) -> Page {
    let form = visitor.get(link).await.expect(200).form("/email-change");
    visitor.submit(form).await
}

/// The address that Nora signs in with.
async fn address(scene: &Scene) -> String {
    let sql = "SELECT email FROM users WHERE name = 'nora'";
    scene.db.read().await.unwrap().on().only::<(String,)>(sql, binds![]).await.unwrap().0
}

async fn set_domain(scene: &Scene, domain: &str) {
    let mut tx = scene.db.write().await.unwrap();
    let sql = "INSERT INTO account_domains (account_id, domain) VALUES ($1, $2)";
    tx.on().run(sql, binds![&scene.account, domain]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

#[actix_web::test]
async fn it_counts_once_it_is_confirmed_from_the_new_address() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    assert!(nora.get("/profile").await.expect(200).text.contains("href=\"/profile/email\""));
    let link = mailed(&server, &nora, 1).await;
    assert!(nora.get(PAGE).await.expect(200).shows("A link is on its way"));
    assert!(nora.get(PAGE).await.expect(200).shows(NEW), "what waits is shown");
    let told = server.arrived(NORA, 1).await;
    assert_eq!(told[0].subject(), "Your e-mail address is about to change");
    assert!(told[0].text().contains(NEW) && !told[0].data.contains("link="), "{}", told[0].data);
    for _ in 0..3 {
        nora.get(&link).await.expect(200);
        assert_eq!(scene.app.visitor().get(&link).await.expect(200).header("referrer-policy"), "strict-origin");
    }
    assert_eq!(address(&scene).await, NORA, "looking changes nothing");
    let done = confirm(&nora, &link).await.expect(303);
    assert_eq!(done.header("location"), PAGE);
    assert!(nora.follow(done).await.expect(200).shows("Address changed"));
    assert_eq!(address(&scene).await, NEW);
    let told = server.arrived(NORA, 2).await;
    assert_eq!(told[1].subject(), "Your e-mail address was changed");
    assert!(told[1].text().contains("progreda admin change-email"), "{}", told[1].text());
    nora.get(&link).await.expect(410);
    sign_in(&scene.app.visitor(), NORA, PASSWORD).await.expect(401);
    sign_in(&scene.app.visitor(), NEW, PASSWORD).await.expect(303);
    assert!(scene.admin.get("/settings/staff?q=nora.quay").await.expect(200).shows(NEW), "the list finds it");
    let sql = "SELECT action, details FROM events WHERE action LIKE 'user.email%' ORDER BY sequence";
    let events: Vec<(String, String)> = scene.db.read().await.unwrap().on().all(sql, binds![]).await.unwrap();
    let details = format!("{{\"before\":{{\"email\":\"{NORA}\"}},\"after\":{{\"email\":\"{NEW}\"}}}}");
    let expected =
        ["user.email_change_started", "user.email_changed"].map(|action| (action.to_owned(), details.clone()));
    assert_eq!(events, expected);
}

#[actix_web::test]
async fn who_is_not_signed_in_gives_the_password() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let link = mailed(&server, &scene.signed_in(NORA).await, 1).await;
    let visitor = scene.app.visitor();
    let form = visitor.get(&link).await.expect(200).form("/email-change");
    visitor.submit(form.clone()).await.expect(422);
    assert!(
        visitor.submit(form.clone().with("password", "not the password")).await.expect(401).shows("not your password")
    );
    assert_eq!(address(&scene).await, NORA);
    let done = visitor.submit(form.with("password", PASSWORD)).await.expect(303);
    assert_eq!(done.header("location"), "/login");
    assert_eq!(visitor.cookie("progreda-session"), None, "nobody is signed in by it");
    assert_eq!(address(&scene).await, NEW);
}

#[actix_web::test]
async fn guessing_the_password_behind_a_link_is_throttled() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let link = mailed(&server, &scene.signed_in(NORA).await, 1).await;
    let visitor = scene.app.visitor();
    let form = visitor.get(&link).await.expect(200).form("/email-change");
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(visitor.submit(form.clone().with("password", "not the password")).await.status);
    }
    assert_eq!(statuses[7], 429, "{statuses:?}");
    visitor.submit(form.with("password", PASSWORD)).await.expect(429);
    assert_eq!(address(&scene).await, NORA);
}

#[actix_web::test]
async fn nobody_else_confirms_it() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let link = mailed(&server, &scene.signed_in(NORA).await, 1).await;
    let page = scene.admin.get(&link).await.expect(403);
    assert!(page.shows("This link is for somebody else") && !page.text.contains("nora"));
    let mut form = scene.app.visitor().get(&link).await.expect(200).form("/email-change");
    let own = scene.admin.get("/profile").await.expect(200).form("/profile/name");
    form.fields.extend(own.fields.into_iter().filter(|(name, _)| ["csrf", "account"].contains(&name.as_str())));
    let csrf = form.fields.iter().rev().find(|(name, _)| name == "csrf").unwrap().1.clone();
    let account = form.fields.iter().rev().find(|(name, _)| name == "account").unwrap().1.clone();
    let form = form.with("csrf", &csrf).with("account", &account).with("password", PASSWORD);
    scene.admin.submit(form).await.expect(403);
    scene.app.visitor().get("/email-change?link=00000000000000000000000000000000").await.expect(404);
    assert_eq!(address(&scene).await, NORA);
}

#[actix_web::test]
async fn the_answer_does_not_tell_that_an_address_is_taken() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    let taken = begin(&nora, ADMIN).await.expect(303);
    let shown = nora.follow(taken.clone()).await.expect(200);
    let free = begin(&nora, NEW).await.expect(303);
    let other = nora.follow(free.clone()).await.expect(200);
    assert_eq!(taken.header("location"), free.header("location"));
    assert_eq!(shown.shows("A link is on its way"), other.shows("A link is on its way"));
    assert!(shown.shows(ADMIN), "it waits like any other");
    let mails = server.arrived(ADMIN, 1).await;
    assert_eq!(mails[0].subject(), "This address signs in to Progreda already");
    assert!(!mails[0].data.contains("link=") && !mails[0].data.contains(NORA), "{}", mails[0].data);
}

#[actix_web::test]
async fn an_address_that_somebody_took_meanwhile_stays_theirs() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    let link = mailed(&server, &nora, 1).await;
    scene.person(&scene.account, NEW, "User").await;
    assert!(confirm(&nora, &link).await.expect(409).shows("Somebody else signs in with this address"));
    assert_eq!(address(&scene).await, NORA);
    sign_in(&scene.app.visitor(), NORA, PASSWORD).await.expect(303);
}

#[actix_web::test]
async fn of_twenty_at_the_same_moment_one_changes_it_and_a_newer_one_ends_it() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    let older = mailed(&server, &nora, 1).await;
    let link = mailed(&server, &nora, 2).await;
    assert!(nora.get(&older).await.expect(410).shows("Another change was begun since"));
    let form = nora.get(&link).await.expect(200).form("/email-change");
    let answers = join_all((0..20).map(|_| nora.submit(form.clone()))).await;
    let statuses: Vec<_> = answers.iter().map(|page| page.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| [303, 410].contains(status)), "{statuses:?}");
    let sql = "SELECT COUNT(*) FROM events WHERE action = 'user.email_changed'";
    assert_eq!(scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![]).await.unwrap().0, 1);
}

#[actix_web::test]
async fn a_link_dies_by_time_by_a_new_password_and_while_the_person_is_disabled() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    let link = mailed(&server, &nora, 1).await;
    let stranger = scene.app.visitor();
    let held = stranger.get(&link).await.expect(200).form("/email-change").with("password", PASSWORD);
    let set_disabled = progreda::staff::commands::set_disabled;
    set_disabled(&scene.db, &scene.account, NORA, true).await.unwrap();
    stranger.get(&link).await.expect(410);
    stranger.submit(held.clone()).await.expect(410);
    set_disabled(&scene.db, &scene.account, NORA, false).await.unwrap();
    stranger.get(&link).await.expect(200);
    scene.app.advance(Span::hours(1));
    assert!(stranger.get(&link).await.expect(410).shows("This link has expired"));
    stranger.submit(held).await.expect(410);
    let nora = scene.signed_in(NORA).await;
    let link = mailed(&server, &nora, 2).await;
    let form = nora.get("/profile/security").await.expect(200).form("/profile/password");
    nora.submit(form.with("old_password", PASSWORD).with("new_password", "nine green bottles in a row"))
        .await
        .expect(303);
    nora.get(&link).await.expect(410);
    assert_eq!(address(&scene).await, NORA);
}

#[actix_web::test]
async fn no_address_is_taken_with_which_an_account_would_be_lost() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    let link = mailed(&server, &nora, 1).await;
    set_domain(&scene, "harbor.example").await;
    let page = begin(&nora, "nora@quay.example").await.expect(422);
    assert!(page.shows("you could not sign in to Harbor & Pine any more"), "{}", page.text);
    assert!(page.text.contains("value=\"nora@quay.example\""), "what was typed stays");
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run("UPDATE email_changes SET email = $1, email_key = $1", binds!["nora@quay.example"]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    assert!(confirm(&nora, &link).await.expect(409).shows("This address may not sign in everywhere"));
    assert_eq!(address(&scene).await, NORA);
    let to = ["admin", "change-email", "--email", NORA, "--new-email", "nora@quay.example"];
    let refused = operator::run(&scene.app, &to, &[]).expect_err("the operator is told, too");
    assert!(refused.contains("Harbor & Pine"), "{refused}");
}

#[actix_web::test]
async fn it_asks_for_the_password_after_a_while_and_keeps_what_was_typed() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    scene.app.advance(Span::minutes(16));
    let asks = begin(&nora, NEW).await.expect(403);
    assert!(asks.text.contains(&format!("value=\"{NEW}\"")) && asks.shows("Enter your password to go on"));
    let form = asks.form(PAGE);
    nora.submit(form.clone().with("password", "not the password")).await.expect(403);
    nora.submit(form.clone().with("password", PASSWORD)).await.expect(303);
    // The same form once more.
    nora.submit(form.with("password", PASSWORD)).await.expect(303);
    server.arrived(NEW, 1).await;
}

#[actix_web::test]
async fn what_cannot_be_is_said_beside_the_field_and_strangers_are_not_flooded() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let nora = scene.signed_in(NORA).await;
    assert!(begin(&nora, "no address").await.expect(422).shows("Enter an e-mail address"));
    assert!(begin(&nora, "NORA@harbor.example").await.expect(422).shows("This is your address already"));
    for count in 1..=3 {
        mailed(&server, &nora, count).await;
    }
    assert!(begin(&nora, NEW).await.expect(422).shows("mailed 3 times within an hour"));
    scene.app.advance(Span::minutes(61));
    let nora = scene.signed_in(NORA).await;
    mailed(&server, &nora, 4).await;
}

#[actix_web::test]
async fn a_link_for_a_password_that_went_to_the_old_address_dies_with_it() {
    let server = MailServer::start();
    let scene = scene(&server).await;
    let visitor = scene.app.visitor();
    let form = visitor.get("/login/reset").await.expect(200).form("/login/reset");
    visitor.submit(form.with("email", NORA)).await.expect(303);
    let mail = server.arrived(NORA, 1).await.remove(0).text();
    let rest = mail.split("/password-reset?link=").nth(1).expect("a link");
    let reset = format!("/password-reset?link={}", rest.get(..33).unwrap());
    visitor.get(&reset).await.expect(200);
    let nora = scene.signed_in(NORA).await;
    let link = mailed(&server, &nora, 1).await;
    confirm(&nora, &link).await.expect(303);
    visitor.get(&reset).await.expect(410);
}

#[actix_web::test]
async fn without_a_mail_server_the_operator_changes_it() {
    let scene = Scene::new().await;
    scene.person(&scene.account, NORA, "User").await;
    let nora = scene.signed_in(NORA).await;
    let page = nora.get(PAGE).await.expect(200);
    assert!(page.shows("No mail server is configured") && page.shows("progreda admin change-email"));
    assert!(!page.text.contains(&format!("action=\"{PAGE}\"")));
    let to = |email: &'static str| ["admin", "change-email", "--email", NORA, "--new-email", email];
    let refused = operator::run(&scene.app, &to(ADMIN), &[]).expect_err("it is taken");
    assert!(refused.contains("somebody else signs in"), "{refused}");
    operator::run(&scene.app, &to(NEW), &[]).expect("it is changed");
    assert_eq!(address(&scene).await, NEW);
    assert!(scene.admin.get("/settings/staff?q=nora.quay").await.expect(200).shows(NEW));
    assert!(operator::run(&scene.app, &to(NEW), &[]).expect_err("no longer").contains("nobody signs in"));
    let sql = "SELECT COUNT(*) FROM events WHERE action = 'user.email_changed' AND actor_kind = 'operator'";
    assert_eq!(scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![]).await.unwrap().0, 1);
}
