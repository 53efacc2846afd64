//! Setting up, signing in, and passwords: what is taken, what is refused, and that a refusal tells nothing.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::app::TestApp;
use crate::support::visitor::{Page, Visitor};
use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::users::commands::make_setup_link;
use progreda::world::Span;

async fn change_password(visitor: &Visitor, old: &str, new: &str) -> Page {
    let form = visitor.get("/profile/security").await.expect(200).form("/profile/password");
    visitor.submit(form.with("old_password", old).with("new_password", new)).await
}

/// A password of so many characters that nobody would guess.
fn of_length(length: usize) -> String {
    "zk7 Wq-vX2m_Tr9y:Bd4".chars().cycle().take(length).collect()
}

#[actix_web::test]
async fn a_password_is_long_enough_and_never_cut() {
    let scene = Scene::new().await;
    let mut old = PASSWORD.to_owned();
    for (length, status) in [(14, 422), (15, 303), (64, 303), (128, 303), (1_024, 303), (1_025, 422), (5_000, 422)] {
        let new = of_length(length);
        change_password(&scene.admin, &old, &new).await.expect(status);
        old = if status == 303 { new } else { old };
    }
    let with_another = |place: usize| {
        let mut characters: Vec<char> = old.chars().collect();
        characters[place] = '#';
        characters.into_iter().collect::<String>()
    };
    for place in [64, 72, 1_023] {
        sign_in(&scene.app.visitor(), ADMIN, &with_another(place)).await.expect(401);
    }
    sign_in(&scene.app.visitor(), ADMIN, &old).await.expect(303);
}

#[actix_web::test]
async fn any_characters_make_a_password_and_unicode_forms_are_the_same() {
    let scene = Scene::new().await;
    let emoji = "🦀🐢🪁🎺🧭🫖🛶🌵🪗🧵🦜🪐🍋🥾🎏";
    assert_eq!(emoji.chars().count(), 15);
    let decomposed = "cre\u{301}neaux nai\u{308}fs de garc\u{327}ons";
    let mut old = PASSWORD;
    for new in ["correct horse battery staple", emoji, decomposed] {
        change_password(&scene.admin, old, new).await.expect(303);
        sign_in(&scene.app.visitor(), ADMIN, new).await.expect(303);
        old = new;
    }
    sign_in(&scene.app.visitor(), ADMIN, "cr\u{e9}neaux na\u{ef}fs de gar\u{e7}ons").await.expect(303);
}

#[actix_web::test]
async fn a_password_is_compared_exactly() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let upper = PASSWORD.to_uppercase();
    for wrong in [&format!("{PASSWORD} "), &format!(" {PASSWORD}"), &upper, &PASSWORD[..PASSWORD.len() - 1]] {
        sign_in(&visitor, ADMIN, wrong).await.expect(401);
    }
    sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
    scene.signed_in(" ADA@Harbor.EXAMPLE ").await;
}

#[actix_web::test]
async fn common_passwords_and_words_of_the_place_are_refused_with_a_reason() {
    let scene = Scene::new().await;
    for (weak, why) in [
        ("passwordpassword", "Choose another password"),
        ("qwertyuiopasdfgh", "Choose another password"),
        ("aaaaaaaaaaaaaaaa", "Choose another password"),
        ("progredaprogreda", "Choose a password without"),
        ("my harbor of quiet herons", "Choose a password without"),
        ("ada@harbor.exampleada@harbor.example", "Choose a password without"),
    ] {
        let page = change_password(&scene.admin, PASSWORD, weak).await.expect(422);
        assert!(page.shows(why), "{weak}: {}", page.text);
        assert!(!page.text.contains(weak), "the password comes back in the page");
    }
    sign_in(&scene.app.visitor(), ADMIN, PASSWORD).await.expect(303);
}

#[actix_web::test]
async fn changing_the_password_asks_for_the_old_one_and_ends_other_sessions() {
    let scene = Scene::new().await;
    let other = scene.signed_in(ADMIN).await;
    let new = "eleven small boats at anchor";
    let page = change_password(&scene.admin, "not the old password", new).await.expect(422);
    assert!(page.shows("This is not your current password"));
    other.get("/profile").await.expect(200);
    change_password(&scene.admin, PASSWORD, new).await.expect(303);
    scene.admin.get("/profile").await.expect(200);
    assert_eq!(other.get("/profile").await.expect(303).header("location"), "/login?next=%2Fprofile");
    sign_in(&scene.app.visitor(), ADMIN, PASSWORD).await.expect(401);
    scene.app.advance(Span::days(400));
    sign_in(&scene.app.visitor(), ADMIN, new).await.expect(303);
    let sql = "SELECT actor_name, details FROM events WHERE action = 'user.password_changed'";
    let events: Vec<(String, String)> = scene.db.read().await.unwrap().on().all(sql, vec![]).await.unwrap();
    assert_eq!(events, [("Ada Hale".to_owned(), "{}".to_owned())]);
}

#[actix_web::test]
async fn a_weak_hash_is_made_anew_at_the_next_sign_in() {
    let scene = Scene::new().await;
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8 * 1024, 1, 1, None).unwrap());
    let weak = weak.hash_password_with_salt(PASSWORD.as_bytes(), b"sixteen bytes ok").unwrap().to_string();
    let mut tx = scene.db.write().await.unwrap();
    assert_eq!(tx.on().run("UPDATE users SET password_hash = $1", binds![&weak]).await.unwrap(), 1);
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let hash = async || {
        let mut reader = scene.db.read().await.unwrap();
        reader.on().only::<(String,)>("SELECT password_hash FROM users", vec![]).await.unwrap().0
    };
    sign_in(&scene.app.visitor(), ADMIN, "not the password at all").await.expect(401);
    assert_eq!(hash().await, weak, "a wrong password changes nothing");
    scene.signed_in(ADMIN).await;
    let anew = hash().await;
    assert!(anew.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{anew}");
    scene.signed_in(ADMIN).await;
    assert_eq!(hash().await, anew, "a strong hash stays");
}

async fn set_up(visitor: &Visitor, link: &str) -> Page {
    let form = visitor.get(&format!("/setup?link={link}")).await.expect(200).form("/setup");
    let form = form.with("account_name", "Second").with("name", "Eve").with("email", "eve@second.example");
    visitor.submit(form.with("password", PASSWORD)).await
}

#[actix_web::test]
async fn a_setup_link_works_once_and_for_half_an_hour() {
    let app = TestApp::start().await;
    let db = app.db().await;
    let visitor = app.visitor();
    visitor.get("/setup").await.expect(404);
    visitor.get("/setup?link=00000000000000000000000000000000").await.expect(404);
    let link = make_setup_link(&db).await.unwrap().unwrap();
    visitor.get(&format!("/setup?link={link}")).await.expect(200);
    let newer = make_setup_link(&db).await.unwrap().unwrap();
    visitor.get(&format!("/setup?link={link}")).await.expect(404);
    app.advance(Span::millis(Span::minutes(30).as_millis() - 1));
    let late = visitor.get(&format!("/setup?link={newer}")).await.expect(200).form("/setup");
    app.advance(Span::millis(1));
    visitor.get(&format!("/setup?link={newer}")).await.expect(410);
    visitor.submit(late.with("account_name", "Late").with("password", PASSWORD)).await.expect(410);
    let last = make_setup_link(&db).await.unwrap().unwrap();
    let weak = visitor.get(&format!("/setup?link={last}")).await.expect(200).form("/setup");
    visitor.submit(weak.with("account_name", "Second").with("password", "short")).await.expect(422);
    let second = app.visitor().get(&format!("/setup?link={last}")).await;
    assert_eq!(second.status, 200, "a form with mistakes does not use the link up");
    set_up(&visitor, &last).await.expect(303);
    visitor.get("/profile").await.expect(200);
    app.visitor().get(&format!("/setup?link={last}")).await.expect(410);
    assert_eq!(make_setup_link(&db).await.unwrap(), None, "once somebody is there, there are no more links");
    let users: (i64,) = db.read().await.unwrap().on().only("SELECT COUNT(*) FROM users", vec![]).await.unwrap();
    assert_eq!(users.0, 1);
}

#[actix_web::test]
async fn two_who_use_a_setup_link_at_once_make_one_account() {
    let app = TestApp::start().await;
    let db = app.db().await;
    let link = make_setup_link(&db).await.unwrap().unwrap();
    let (one, other) = (app.visitor(), app.visitor());
    let (first, second) = tokio::join!(set_up(&one, &link), set_up(&other, &link));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 410]);
    let accounts: (i64,) = db.read().await.unwrap().on().only("SELECT COUNT(*) FROM accounts", vec![]).await.unwrap();
    assert_eq!(accounts.0, 1);
}

#[actix_web::test]
async fn a_refused_sign_in_tells_nothing() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "gone@harbor.example", "User").await;
    let closed = scene.account("Closed").await;
    scene.person(&closed, "cleo@closed.example", "Admin").await;
    let set_disabled = progreda::staff::commands::set_disabled;
    set_disabled(&scene.db, &scene.account, "gone@harbor.example", true).await.unwrap();
    progreda::accounts::commands::switch(&scene.db, &closed, true).await.unwrap();
    let visitor = scene.app.visitor();
    let mut answers = Vec::new();
    for (email, password) in [
        (ADMIN, "not the password at all"),
        ("nobody@harbor.example", PASSWORD),
        ("gone@harbor.example", PASSWORD),
        ("cleo@closed.example", PASSWORD),
        ("no address", PASSWORD),
    ] {
        let page = sign_in(&visitor, email, password).await.expect(401);
        assert!(!page.text.contains(password), "the password comes back in the page");
        let mut names: Vec<String> = page.headers.keys().map(ToString::to_string).collect();
        names.sort();
        answers.push((names, page.text.replace(email, "EMAIL"), email));
    }
    for answer in &answers {
        assert_eq!((&answer.0, &answer.1), (&answers[0].0, &answers[0].1), "{} is told apart", answer.2);
    }
    assert_eq!(visitor.cookie("progreda-session"), None);
}

#[actix_web::test]
async fn a_sign_in_leads_to_places_of_this_site_only() {
    let scene = Scene::new().await;
    for (next, expected) in [
        ("/help?x=1", "/help?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("\n//evil.example", "/"),
        (" //evil.example", "/"),
        ("help", "/"),
    ] {
        let visitor = scene.app.visitor();
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let form = visitor.get(&format!("/login?{query}")).await.expect(200).form("/login");
        let form = form.with("email", ADMIN).with("password", PASSWORD).with("next", next);
        let page = visitor.submit(form).await.expect(303);
        assert_eq!(page.header("location"), expected, "{next:?}");
        let again = visitor.get(&format!("/login?{query}")).await.expect(303);
        assert!(!again.header("location").contains("evil"), "{next:?} leads a signed-in person away");
    }
    // %5C stays what it is: a path of ours that does not exist.
    let visitor = scene.app.visitor();
    let form = visitor.get("/login?next=/%255Cevil.example").await.expect(200).form("/login");
    let page = visitor.submit(form.with("email", ADMIN).with("password", PASSWORD)).await.expect(303);
    visitor.get(page.header("location")).await.expect(404);
}
