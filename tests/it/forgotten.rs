//! A forgotten password: a mailed link sets a new one, once, and whoever asks learns nothing about who is known here.

use crate::operator;
use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use crate::support::smtp::MailServer;
use crate::support::visitor::{Page, Visitor};
use futures_util::future::join_all;
use progreda::binds;
use progreda::users::commands::reset::asked;
use progreda::users::model::Email;
use progreda::world::Span;
use reqwest::Method;
use std::time::Duration;
use tokio::time::Instant;

const NORA: &str = "nora@harbor.example";
const NEW: &str = "seven grey lanterns at the pier";
const ASK: &str = "/login/reset";

async fn scene(url: String) -> Scene {
    let scene = Scene::on(TestApp::start_mailing(TestDatabase::new().await, url)).await;
    scene.person(&scene.account, NORA, "User").await;
    scene
}

/// The form, sent from an address of its own so that one network's limit stays out of the way.
async fn ask_from(scene: &Scene, place: usize, email: &str) -> Page {
    let visitor = scene.app.visitor();
    let form = visitor.get(ASK).await.expect(200).form(ASK).with("email", email);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    let request = visitor.request(Method::POST, ASK).header("Sec-Fetch-Site", "same-origin");
    let request = request.header("X-Forwarded-For", format!("203.0.113.{place}"));
    visitor.send(ASK, request.header("Content-Type", "application/x-www-form-urlencoded").body(body)).await
}

async fn ask(scene: &Scene, email: &str) -> Page {
    let visitor = scene.app.visitor();
    let form = visitor.get(ASK).await.expect(200).form(ASK);
    visitor.submit(form.with("email", email)).await
}

fn link_in(text: &str) -> String {
    let rest = text.split("/password-reset?link=").nth(1).unwrap_or_else(|| panic!("no link in {text}"));
    format!("/password-reset?link={}", rest.get(..33).expect("a whole link"))
}

/// Asks, and waits for the mail: the link in the newest of what are `count` mails with links by then.
async fn mailed(scene: &Scene, server: &MailServer, count: usize) -> String {
    assert_eq!(ask(scene, NORA).await.expect(303).header("location"), "/login/reset/sent");
    link_in(&server.arrived(NORA, count).await[count - 1].text())
}

async fn set(visitor: &Visitor, link: &str, password: &str) -> Page {
    let form = visitor.get(link).await.expect(200).form("/password-reset");
    visitor.submit(form.with("password", password)).await
}

async fn count(scene: &Scene, sql: &'static str) -> i64 {
    let (number,): (i64,) = scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    number
}

async fn by_operator(scene: &Scene) -> String {
    let made = asked::by_operator(&scene.db, &Email::parse(NORA).unwrap()).await.unwrap().expect("somebody");
    format!("/password-reset?link={}", made.0)
}

#[actix_web::test]
async fn a_mailed_link_sets_a_new_password_once_and_signs_nobody_in() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let before = scene.signed_in(NORA).await;
    assert!(scene.app.visitor().get("/login").await.expect(200).text.contains("href=\"/login/reset\""));
    let link = mailed(&scene, &server, 1).await;
    before.get("/profile").await.expect(200);
    let visitor = scene.app.visitor();
    for _ in 0..3 {
        // As programs do that look at mails before people do.
        scene.app.visitor().get(&link).await.expect(200);
        let looked = visitor.request(Method::HEAD, &link);
        visitor.send(&link, looked).await.expect(200);
    }
    let page = visitor.get(&link).await.expect(200);
    assert_eq!(page.header("referrer-policy"), "strict-origin", "it says where one comes from, not by which link");
    assert!(page.header("cache-control").contains("no-store"));
    let form = page.form("/password-reset");
    assert!(visitor.submit(form.clone().with("password", "short")).await.expect(422).shows("at least 15"));
    let done = visitor.submit(form.clone().with("password", NEW)).await.expect(303);
    assert_eq!(done.header("location"), "/login", "the link is in no address any more");
    assert_eq!(visitor.cookie("progreda-session"), None);
    assert!(visitor.follow(done).await.expect(200).shows("Password set. Sign in with it"));
    before.get("/profile").await.expect(303);
    visitor.get(&link).await.expect(410);
    visitor.submit(form.with("password", "another good long password")).await.expect(410);
    sign_in(&scene.app.visitor(), NORA, PASSWORD).await.expect(401);
    sign_in(&scene.app.visitor(), NORA, NEW).await.expect(303);
    let told = server.arrived(NORA, 2).await;
    assert_eq!(told[1].subject(), "Your password was changed");
    assert!(!told[1].data.contains("link=") && told[1].text().contains("If it was not you"), "{}", told[1].data);
    let trace = "SELECT COUNT(*) FROM events WHERE sequence IS NOT NULL AND action IN \
                 ('password_reset.requested', 'password_reset.used', 'user.password_changed')";
    assert_eq!(count(&scene, trace).await, 3);
}

#[actix_web::test]
async fn everybody_who_asks_gets_the_same_answer() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    scene.person(&scene.account, "gone@harbor.example", "User").await;
    let closed = scene.account("Closed").await;
    scene.person(&closed, "cleo@closed.example", "Admin").await;
    progreda::staff::commands::set_disabled(&scene.db, &scene.account, "gone@harbor.example", true).await.unwrap();
    progreda::accounts::commands::switch(&scene.db, &closed, true).await.unwrap();
    let mut answers = Vec::new();
    for email in ["nobody@harbor.example", "gone@harbor.example", "cleo@closed.example", NORA, " NORA@Harbor.Example "]
    {
        let page = ask(&scene, email).await.expect(303);
        let mut headers: Vec<String> = page
            .headers
            .iter()
            .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.sort();
        let shown = scene.app.visitor().follow(page.clone()).await.expect(200);
        answers.push((headers, page.text, shown.text, email));
    }
    for answer in &answers {
        let first = &answers[0];
        assert_eq!((&answer.0, &answer.1, &answer.2), (&first.0, &first.1, &first.2), "{} is told apart", answer.3);
    }
    server.arrived(NORA, 2).await;
    // One page more, and whatever was under way before it is done.
    ask_from(&scene, 1, ADMIN).await.expect(303);
    server.arrived(ADMIN, 1).await;
    assert_eq!(server.mails().len(), 3, "{:?}", server.mails());
    assert!(ask(&scene, "no address").await.expect(422).shows("Enter an e-mail address"));
    let seen = "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM events WHERE action = 'password_reset.requested' AND account_id IS NULL";
    comes(async || count(&scene, seen).await >= 3).await;
    assert_eq!(count(&scene, seen).await, 3, "the operator sees those in vain");
    let typed = "SELECT COUNT(*) FROM events WHERE subject_name LIKE '%nobody%' OR details LIKE '%nobody@%'";
    assert_eq!(count(&scene, typed).await, 0);
}

/// How far the first sample stands above the second, in standard deviations of the ranks' sum.
fn ranks(one: &[Duration], other: &[Duration]) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap());
    let wins = one.iter().map(|a| count(other.iter().filter(|b| a > *b).count())).sum::<f64>();
    let (n, m) = (count(one.len()), count(other.len()));
    (wins - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

#[actix_web::test]
async fn the_time_of_the_answer_tells_nothing() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let visitor = scene.app.visitor();
    let form = visitor.get(ASK).await.expect(200).form(ASK);
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for round in 0..40 {
        // So that nothing is throttled, and each mail is really sent.
        scene.app.advance(Span::minutes(61));
        server.arrived(NORA, round).await;
        for of_known in [round % 2 == 0, round % 2 == 1] {
            let email = if of_known { NORA } else { "nobody@harbor.example" };
            let began = Instant::now();
            visitor.submit(form.clone().with("email", email)).await.expect(303);
            let took = began.elapsed();
            if of_known { known.push(took) } else { unknown.push(took) }
        }
    }
    server.arrived(NORA, 40).await;
    let z = ranks(&known, &unknown);
    assert!(z.abs() < 4.0, "z = {z}: known {known:?}, unknown {unknown:?}");
    // The measure itself: a few milliseconds more would be seen, or on a machine that is busy as much as most of its answers take.
    let most = {
        let mut sorted = unknown.clone();
        sorted.sort();
        sorted[sorted.len() * 9 / 10]
    };
    let slower: Vec<_> = unknown.iter().map(|took| *took + most.max(Duration::from_millis(5))).collect();
    assert!(ranks(&slower, &unknown) > 4.0);
}

#[actix_web::test]
async fn a_mailbox_cannot_be_flooded_and_nobody_is_told() {
    let server = MailServer::start();
    let app = TestApp::start_with(TestDatabase::new().await, |config| {
        config.smtp_url = Some(server.url());
        config.mail_from = Some("progreda@harbor.example".to_owned());
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    });
    let scene = Scene::on(app).await;
    scene.person(&scene.account, NORA, "User").await;
    for place in 1..=6 {
        assert_eq!(ask_from(&scene, place, NORA).await.expect(303).header("location"), "/login/reset/sent");
        server.arrived(NORA, place.min(3)).await;
    }
    ask_from(&scene, 7, ADMIN).await.expect(303);
    server.arrived(ADMIN, 1).await;
    let mails = server.arrived(NORA, 3).await;
    scene.app.visitor().get(&link_in(&mails[2].text())).await.expect(200);
    scene.app.visitor().get(&link_in(&mails[1].text())).await.expect(410);
    scene.app.advance(Span::minutes(61));
    ask_from(&scene, 8, NORA).await.expect(303);
    server.arrived(NORA, 4).await;
}

#[actix_web::test]
async fn asking_again_and_again_from_one_network_is_throttled_and_signing_in_is_not() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    for email in [NORA, "nobody@harbor.example"] {
        let mut statuses = Vec::new();
        for _ in 0..7 {
            statuses.push(ask(&scene, email).await.status);
        }
        assert_eq!(statuses, [303, 303, 303, 303, 303, 303, 429], "{email}");
    }
    let waits = ask(&scene, "  Nora@HARBOR.example").await.expect(429);
    assert!((1..=900).contains(&waits.header("retry-after").parse::<i64>().unwrap()));
    scene.signed_in(NORA).await;
}

#[actix_web::test]
async fn of_twenty_at_the_same_moment_one_sets_it() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let link = mailed(&scene, &server, 1).await;
    let mut tries = Vec::new();
    for number in 0..20 {
        let visitor = scene.app.visitor();
        let form = visitor.get(&link).await.expect(200).form("/password-reset");
        let form = form.with("password", &format!("{NEW} {number}"));
        tries.push(async move { visitor.submit(form).await.status });
    }
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [303, 410, 429].contains(status)), "{answers:?}");
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = 'password_reset.used'").await, 1);
}

#[actix_web::test]
async fn a_link_dies_by_time_by_a_newer_one_and_by_a_new_password() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let visitor = scene.app.visitor();
    visitor.get("/password-reset?link=a00000000000000000000000000000000").await.expect(404);
    let first = mailed(&scene, &server, 1).await;
    let held = visitor.get(&first).await.expect(200).form("/password-reset").with("password", NEW);
    let second = mailed(&scene, &server, 2).await;
    let newer = visitor.get(&first).await.expect(410);
    assert!(newer.shows("A newer link took its place") && newer.text.contains("href=\"/login/reset\""));
    visitor.submit(held).await.expect(410);
    visitor.get(&second.replace("link=a", "link=o")).await.expect(404);
    let held = visitor.get(&second).await.expect(200).form("/password-reset").with("password", NEW);
    let nora = scene.signed_in(NORA).await;
    let form = nora.get("/profile/security").await.expect(200).form("/profile/password");
    nora.submit(form.with("old_password", PASSWORD).with("new_password", "nine green bottles in a row"))
        .await
        .expect(303);
    visitor.get(&second).await.expect(410);
    visitor.submit(held).await.expect(410);
    server.arrived(NORA, 3).await;
    let third = mailed(&scene, &server, 4).await;
    let held = visitor.get(&third).await.expect(200).form("/password-reset").with("password", NEW);
    scene.app.advance(Span::millis(Span::hours(1).as_millis() - 1));
    visitor.get(&third).await.expect(200);
    scene.app.advance(Span::millis(1));
    assert!(visitor.get(&third).await.expect(410).shows("This link has expired"));
    visitor.submit(held).await.expect(410);
}

#[actix_web::test]
async fn a_link_is_dead_for_somebody_who_cannot_sign_in_any_more() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let link = mailed(&scene, &server, 1).await;
    let visitor = scene.app.visitor();
    let held = visitor.get(&link).await.expect(200).form("/password-reset").with("password", NEW);
    let set_disabled = progreda::staff::commands::set_disabled;
    set_disabled(&scene.db, &scene.account, NORA, true).await.unwrap();
    assert!(visitor.get(&link).await.expect(410).shows("This link was withdrawn"));
    visitor.submit(held.clone()).await.expect(410);
    set_disabled(&scene.db, &scene.account, NORA, false).await.unwrap();
    progreda::accounts::commands::switch(&scene.db, &scene.account, true).await.unwrap();
    visitor.submit(held.clone()).await.expect(410);
    progreda::accounts::commands::switch(&scene.db, &scene.account, false).await.unwrap();
    visitor.submit(held).await.expect(303);
}

#[actix_web::test]
async fn a_new_password_uses_up_every_open_link_and_asking_ends_none_of_others() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let visitor = scene.app.visitor();
    let printed = by_operator(&scene).await;
    let asked_for = mailed(&scene, &server, 1).await;
    // Whoever knows an address could otherwise end what somebody else hands over.
    visitor.get(&printed).await.expect(200);
    set(&visitor, &asked_for, NEW).await.expect(303);
    visitor.get(&printed).await.expect(410);
    server.arrived(NORA, 2).await;
    let asked_for = mailed(&scene, &server, 3).await;
    let printed = by_operator(&scene).await;
    visitor.get(&asked_for).await.expect(410);
    set(&visitor, &printed, PASSWORD).await.expect(303);
    sign_in(&scene.app.visitor(), NORA, PASSWORD).await.expect(303);
}

#[actix_web::test]
async fn the_operator_prints_a_link() {
    let scene = Scene::new().await;
    scene.person(&scene.account, NORA, "User").await;
    let printed = operator::run(&scene.app, &["admin", "reset-link", "--email", NORA], &[]).expect("a link");
    assert!(printed.contains(&format!("{}/password-reset?link=o", scene.app.url())), "{printed}");
    let visitor = scene.app.visitor();
    set(&visitor, &link_in(&printed), NEW).await.expect(303);
    visitor.get(&link_in(&printed)).await.expect(410);
    sign_in(&visitor, NORA, NEW).await.expect(303);
    let refused = operator::run(&scene.app, &["admin", "reset-link", "--email", "nobody@harbor.example"], &[]);
    assert!(refused.expect_err("nobody").contains("nobody can sign in"));
    let by = "SELECT COUNT(*) FROM events WHERE action = 'password_reset.started' AND actor_kind = 'operator'";
    assert_eq!(count(&scene, by).await, 1);
}

#[actix_web::test]
async fn without_a_mail_server_the_page_says_whom_to_ask() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let page = visitor.get(ASK).await.expect(200);
    assert!(page.shows("No mail server is configured") && page.shows("progreda admin reset-password"));
    assert!(!page.text.contains("action=\"/login/reset\""));
    let mut form = visitor.get("/login").await.expect(200).form("/login");
    form.action = ASK.to_owned();
    let form = form.with_all("password", &[]);
    assert_eq!(visitor.submit(form.with("email", ADMIN)).await.expect(303).header("location"), ASK);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM password_resets").await, 0);
}

#[actix_web::test]
async fn a_mail_server_that_hangs_holds_nobody_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let scene = scene(format!("smtp://{}", silent.local_addr().unwrap())).await;
    for email in [NORA, ADMIN, "nobody@harbor.example"] {
        let began = Instant::now();
        ask(&scene, email).await.expect(303);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}

#[actix_web::test]
async fn what_was_asked_for_is_mailed_before_the_server_stops() {
    let server = MailServer::start();
    let mut scene = scene(server.url()).await;
    ask(&scene, NORA).await.expect(303);
    scene.app.restart();
    assert_eq!(server.mails().len(), 1);
    scene.app.visitor().get(&link_in(&server.mails()[0].text())).await.expect(200);
}
