//! Passwords under pressure: many guesses at once, a sign-in that races a change of the password, and what time tells.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::patience::comes;
use crate::support::visitor::Page;
use futures_util::future::{join, join_all};
use progreda::binds;
use progreda::world::Span;
use std::time::Duration;
use tokio::time::Instant;

const WRONG: &str = "not the password at all";
/// Mistakes that cost nothing, and the one whose answer is the first wait.
const LOOKED_AT: i64 = 6;

/// How many there were, once no more are being written: failed sign-ins are gathered for a second.
async fn looked_at(scene: &Scene, action: &str) -> i64 {
    let sql = "SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM events WHERE action = $1";
    let counted = async || scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![action]).await.unwrap().0;
    comes(async || counted().await > 0).await;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    counted().await
}

#[track_caller]
fn all_but_few_wait(answers: &[Page], wrong: u16) {
    let mut few = 0;
    for answer in answers {
        match answer.status {
            429 => assert!(!answer.header("retry-after").is_empty(), "a wait says how long"),
            status if status == wrong => few += 1,
            other => panic!("{other}\n{}", answer.text),
        }
    }
    assert!(few < LOOKED_AT, "{few} of {} guesses were answered as wrong", answers.len());
}

#[actix_web::test]
async fn of_sixty_guesses_at_once_few_are_looked_at() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let form = visitor.get("/login").await.expect(200).form("/login").with("email", ADMIN).with("password", WRONG);
    let answers = join_all((0..60).map(|_| visitor.submit(form.clone()))).await;
    all_but_few_wait(&answers, 401);
    let looked = looked_at(&scene, "user.sign_in_failed").await;
    assert!((1..=LOOKED_AT).contains(&looked), "{looked} passwords were looked at");
    visitor.submit(form.with("password", PASSWORD)).await.expect(429);
}

#[actix_web::test]
async fn of_sixty_guesses_at_once_in_a_stolen_session_few_are_looked_at() {
    let scene = Scene::new().await;
    scene.app.advance(Span::minutes(16));
    let _other = scene.signed_in(ADMIN).await;
    let form = scene
        .admin
        .get("/profile/security")
        .await
        .expect(200)
        .form("/profile/sessions/end-all")
        .with("password", WRONG);
    let answers = join_all((0..60).map(|_| scene.admin.submit(form.clone()))).await;
    all_but_few_wait(&answers, 403);
    let looked = looked_at(&scene, "user.password_refused").await;
    assert!((1..=LOOKED_AT).contains(&looked), "{looked} passwords were looked at");
    scene.admin.submit(form.with("password", PASSWORD)).await.expect(429);
}

#[actix_web::test]
async fn no_sign_in_with_the_old_password_outlives_its_change() {
    let scene = Scene::new().await;
    let words = ["four quiet herons crossing", "eleven small boats at anchor"];
    let mut welcomed = 0;
    for round in 0..12 {
        let (old, new) = (words[round % 2], words[(round + 1) % 2]);
        let racers: Vec<_> = (0..4).map(|_| scene.app.visitor()).collect();
        let mut forms = Vec::new();
        for racer in &racers {
            let form = racer.get("/login").await.expect(200).form("/login");
            forms.push(form.with("email", ADMIN).with("password", old));
        }
        let change = scene.admin.get("/profile/security").await.expect(200).form("/profile/password");
        let change = change.with("old_password", old).with("new_password", new);
        // Now before the sign-ins, now among them, now after.
        let pause = Duration::from_millis(u64::try_from(round).unwrap() * 12);
        let changing = async {
            tokio::time::sleep(pause).await;
            scene.admin.submit(change).await
        };
        let racing = join_all(racers.iter().zip(forms).map(|(racer, form)| racer.submit(form)));
        let (changed, answers) = join(changing, racing).await;
        changed.expect(303);
        for (racer, answer) in racers.iter().zip(answers) {
            assert!([303, 401].contains(&answer.status), "round {round}: {}", answer.status);
            welcomed += usize::from(answer.status == 303);
            assert_eq!(racer.get("/profile").await.status, 303, "round {round}: a session of the old password lives");
        }
        scene.admin.get("/profile").await.expect(200);
        scene.app.advance(Span::hours(2));
    }
    assert!(welcomed > 0, "no sign-in ever met the change");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[actix_web::test]
async fn time_does_not_tell_who_is_known() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "gone@harbor.example", "User").await;
    let set_disabled = progreda::staff::commands::set_disabled;
    set_disabled(&scene.db, &scene.account, "gone@harbor.example", true).await.unwrap();
    let visitor = scene.app.visitor();
    let form = visitor.get("/login").await.expect(200).form("/login");
    let kinds = [
        ("a wrong password", ADMIN, WRONG),
        ("an unknown address", "nobody@harbor.example", WRONG),
        ("no address at all", "nobody", WRONG),
        ("a disabled person", "gone@harbor.example", PASSWORD),
    ];
    let mut times = kinds.map(|_| Vec::new());
    for _ in 0..15 {
        // Nobody has to wait, so that each is looked at.
        scene.app.advance(Span::hours(2));
        for ((_, email, password), times) in kinds.iter().zip(&mut times) {
            let form = form.clone().with("email", email).with("password", password);
            let began = Instant::now();
            visitor.submit(form).await.expect(401);
            times.push(began.elapsed());
        }
    }
    let medians = times.map(median);
    // One hash costs many times what the rest of the request does: whoever is spared it falls out here.
    let longest = medians.iter().max().unwrap();
    for ((kind, ..), median) in kinds.iter().zip(&medians) {
        assert!(*median * 2 >= *longest, "{kind} takes {median:?}, another {longest:?}");
    }
    let began = Instant::now();
    visitor.get("/login").await.expect(200);
    let without = began.elapsed();
    assert!(*longest > Duration::from_millis(5), "no password was hashed: {longest:?}, a page takes {without:?}");
    sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
}
