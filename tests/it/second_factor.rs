//! Signing in with a second factor: a code counts once, within its time, after the password; in between nothing is open.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::phone::{Phone, codes_in, send_code};
use crate::support::visitor::{Page, Visitor};
use futures_util::future::join_all;
use progreda::world::Span;
use reqwest::Method;

const CODE: &str = "/login/code";
const WRONG: &str = "not the password at all";

/// Somebody who has given the password and no code yet.
pub async fn half_way(scene: &Scene) -> Visitor {
    let visitor = scene.app.visitor();
    let page = sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
    assert_eq!(page.header("location"), CODE);
    assert_eq!(visitor.cookie("progreda-session"), None, "there is no session yet");
    visitor
}

async fn is_in(visitor: &Visitor) -> bool {
    visitor.get("/profile").await.status == 200
}

async fn count(scene: &Scene, sql: &'static str) -> i64 {
    let (number,): (i64,) = scene.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    number
}

#[actix_web::test]
async fn a_code_signs_in_after_the_password_and_works_once() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let (first, second) = (half_way(&scene).await, half_way(&scene).await);
    // The code that set it up is used already.
    let page = send_code(&first, &phone.code(&scene)).await.expect(401);
    assert!(page.shows("That code is not right, or it was used already"));
    let code = phone.next_code(&scene);
    let page = send_code(&first, &format!(" {} {} ", &code[..3], &code[3..])).await.expect(303);
    assert_eq!(page.header("location"), "/");
    assert!(is_in(&first).await && first.cookie("progreda-halfway").is_none_or(|key| key.is_empty()));
    send_code(&second, &code).await.expect(401);
    // Nor the one before it, although its time is not over.
    let before = phone.code_at(scene.app.world().now().minus(Span::seconds(30)));
    send_code(&second, &before).await.expect(401);
    scene.app.advance(Span::seconds(-30));
    send_code(&second, &code).await.expect(401);
    assert!(!is_in(&second).await);
    let log = first.get("/profile/security").await.expect(200);
    assert!(log.shows("Signed in") && log.shows("Code not right"));
}

#[actix_web::test]
async fn one_step_off_counts_and_two_do_not() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    for (off, status) in [(-60, 401), (60, 401), (-30, 303), (30, 303)] {
        scene.app.advance(Span::minutes(5));
        let visitor = half_way(&scene).await;
        let code = phone.code_at(scene.app.world().now().plus(Span::seconds(off)));
        send_code(&visitor, &code).await.expect(status);
    }
}

#[actix_web::test]
async fn of_twenty_at_the_same_moment_one_gets_in() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    for code in [phone.next_code(&scene), phone.paper[0].clone()] {
        let half = half_way(&scene).await;
        let form = half.get(CODE).await.expect(200).form(CODE).with("code", &code);
        let others: Vec<Visitor> = (0..20).map(|_| half.clone()).collect();
        let tries = others.iter().map(|visitor| visitor.submit(form.clone()));
        let answers = join_all(tries).await;
        let mut inside = 0;
        for visitor in &others {
            inside += i32::from(visitor.cookie("progreda-session").is_some() && is_in(visitor).await);
        }
        let statuses: Vec<u16> = answers.iter().map(|page| page.status).collect();
        assert_eq!(inside, 1, "{code}: {statuses:?}");
        scene.app.advance(Span::hours(1));
    }
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM recovery_codes WHERE used_at IS NOT NULL").await, 1);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = 'user.recovery_code_used'").await, 1);
}

#[actix_web::test]
async fn wrong_codes_wait_from_anywhere_and_the_owner_is_kept_out_by_nobody_without_the_password() {
    let mut scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    // Somebody without the password never gets as far as the code.
    for _ in 0..8 {
        sign_in(&scene.app.visitor(), ADMIN, WRONG).await;
    }
    sign_in(&scene.app.visitor(), ADMIN, PASSWORD).await.expect(429);
    scene.app.advance(Span::hours(1));
    let thief = half_way(&scene).await;
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(send_code(&thief, "000000").await.status);
    }
    assert_eq!(statuses[..5], [401; 5], "{statuses:?}");
    assert_eq!(statuses[7], 429, "{statuses:?}");
    let page = send_code(&thief, &phone.code(&scene)).await.expect(429);
    let wait: i64 = page.header("retry-after").parse().expect("how long to wait");
    assert!((1..=900).contains(&wait));
    // A restart forgets nothing.
    scene.app.restart();
    let owner = half_way(&scene).await;
    send_code(&owner, &phone.code(&scene)).await.expect(429);
    // The paper is of another kind: nobody guesses it, so it does not wait for who guesses codes.
    send_code(&owner, &phone.paper[0]).await.expect(303);
    scene.app.advance(Span::seconds(wait + 30));
    let owner = half_way(&scene).await;
    send_code(&owner, &phone.code(&scene)).await.expect(303);
    let refused = "SELECT CAST(SUM(times) AS BIGINT) FROM events WHERE action = 'user.code_refused'";
    assert!(count(&scene, refused).await >= 5);
}

#[actix_web::test]
async fn a_recovery_code_works_once_and_a_new_set_replaces_the_old() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    assert_eq!(phone.paper.len(), 10);
    let visitor = half_way(&scene).await;
    let page = send_code(&visitor, &phone.paper[3].to_lowercase().replace('-', " ")).await.expect(303);
    assert!(visitor.follow(page).await.shows("A recovery code was used up"));
    send_code(&half_way(&scene).await, &phone.paper[3]).await.expect(401);
    let page = visitor.get("/profile/security").await.expect(200);
    assert!(page.shows("9 of 10 recovery codes are left"));
    let new = "/profile/recovery-codes/new";
    let form = visitor.get(new).await.expect(200).form(new);
    let form = form.with("password", PASSWORD).with("code", &phone.paper[5]);
    let done = visitor.submit(form.clone()).await.expect(303);
    let shown = visitor.follow(done).await.expect(200);
    assert!(shown.header("cache-control").contains("no-store"));
    let paper = codes_in(&shown).expect("the new codes");
    assert_eq!(codes_in(&visitor.get("/profile/recovery-codes").await.expect(200)), None, "and not again");
    // The same form once more makes no other set.
    visitor.submit(form).await.expect(303);
    send_code(&half_way(&scene).await, &phone.paper[4]).await.expect(401);
    send_code(&half_way(&scene).await, &paper[9]).await.expect(303);
}

#[actix_web::test]
async fn half_way_nothing_is_open_and_the_time_is_short() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let visitor = half_way(&scene).await;
    let sessions = "SELECT COUNT(*) FROM sessions";
    assert_eq!(count(&scene, sessions).await, 1, "only the admin's own");
    for path in ["/profile", "/settings/staff", "/settings/private-integrations?page=2", "/business/contacts"] {
        let page = visitor.get(path).await.expect(303);
        let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
        assert_eq!(page.header("location"), format!("{CODE}?next={next}"));
    }
    assert_eq!(visitor.get("/login?next=/help").await.expect(303).header("location"), "/login/code?next=%2Fhelp");
    let part = visitor.request(Method::GET, "/business/contacts").header("HX-Request", "true");
    let part = visitor.send("/business/contacts", part).await.expect(401);
    assert!(part.header("hx-redirect").starts_with(CODE) && part.text.is_empty());
    visitor.get("/contacts/").await.expect(401);
    // What leads there is kept on the way.
    let form = visitor.get("/login/code?next=/help?x=1").await.expect(200).form(CODE);
    let wrong = visitor.submit(form.with("code", "12")).await.expect(401);
    let form = wrong.form(CODE).with("code", &phone.next_code(&scene));
    assert_eq!(visitor.submit(form).await.expect(303).header("location"), "/help?x=1");
    let late = half_way(&scene).await;
    let form = late.get(CODE).await.expect(200).form(CODE);
    scene.app.advance(Span::minutes(10));
    let page = late.submit(form.clone().with("code", &phone.code(&scene))).await.expect(303);
    assert!(late.follow(page).await.expect(200).shows("Sign in anew"));
    late.set_cookie("progreda-halfway", None);
    scene.app.advance(Span::minutes(-1));
    late.submit(form.with("code", &phone.code(&scene))).await.expect(303);
    assert!(!is_in(&late).await, "alive again when the clock was set back");
    let other = half_way(&scene).await;
    let form = other.get(CODE).await.expect(200).form("/login/anew");
    assert_eq!(other.submit(form).await.expect(303).header("location"), "/login");
    other.get("/login").await.expect(200);
}

#[actix_web::test]
async fn the_password_does_not_count_after_a_change() {
    let scene = Scene::new().await;
    let home = scene.account.clone();
    let (nora, set_disabled) = ("nora@harbor.example", progreda::staff::commands::set_disabled);
    scene.person(&home, nora, "User").await;
    let inside = scene.signed_in(nora).await;
    let phone = Phone::set_up(&scene, &inside).await;
    let begin = async || {
        let visitor = scene.app.visitor();
        sign_in(&visitor, nora, PASSWORD).await.expect(303);
        visitor
    };
    let refused = async |visitor: &Visitor, code: &str| {
        let page: Page = visitor.get(CODE).await;
        if page.status == 200 {
            let form = page.form(CODE).with("code", code);
            visitor.submit(form).await.expect(303);
        }
        assert!(!is_in(visitor).await);
    };
    let held = begin().await;
    set_disabled(&scene.db, &home, nora, true).await.unwrap();
    refused(&held, &phone.next_code(&scene)).await;
    set_disabled(&scene.db, &home, nora, false).await.unwrap();
    let inside = phone.sign_in(&scene, nora).await;
    let held = begin().await;
    let new = "seven grey lanterns at the pier";
    let form = inside.get("/profile/security").await.expect(200).form("/profile/password");
    inside.submit(form.with("old_password", PASSWORD).with("new_password", new)).await.expect(303);
    refused(&held, &phone.next_code(&scene)).await;
    let held = scene.app.visitor();
    sign_in(&held, nora, new).await.expect(303);
    scene.remove(&scene.staff(&home, nora).await).await;
    refused(&held, &phone.next_code(&scene)).await;
}
