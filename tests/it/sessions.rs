//! Sessions begin anew, end in time, end at once when told to, and stand for nothing but a sign-in; and the question for the password.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::visitor::{Page, Visitor};
use progreda::authz::Permission;
use progreda::world::Span;
use reqwest::Method;

const SESSION: &str = "progreda-session";

/// A browser that has only this session's cookie.
fn thief(scene: &Scene, cookie: &str) -> Visitor {
    let visitor = scene.app.visitor();
    visitor.set_cookie(SESSION, Some(cookie));
    visitor
}

async fn is_alive(visitor: &Visitor) -> bool {
    let page = visitor.get("/profile").await;
    assert!([200, 303].contains(&page.status), "{}", page.text);
    page.status == 200
}

#[actix_web::test]
async fn the_cookie_is_for_this_site_and_for_no_script() {
    let scene = Scene::new().await;
    let visitor = scene.app.visitor();
    let page = sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
    let all: Vec<&str> = page.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let cookie = all.iter().find(|cookie| cookie.starts_with("progreda-session=")).expect("a session's cookie");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    for part in ["Domain", "Max-Age", "Expires", "Secure"] {
        assert!(!cookie.contains(part), "{cookie}");
    }
    let value = visitor.cookie(SESSION).expect("the cookie is kept");
    for path in ["/profile", "/help", "/settings/private-integrations"] {
        assert!(!visitor.get(path).await.text.contains(&value), "{path} holds the session's id");
    }
}

#[actix_web::test]
async fn on_https_every_cookie_is_bound_to_the_host() {
    let public = |config: &mut progreda::config::Config| config.public_url = Some("https://console.example".to_owned());
    let app = TestApp::start_with(TestDatabase::new().await, public);
    let db = app.db().await;
    let link = progreda::users::commands::make_setup_link(&db).await.unwrap().unwrap();
    let visitor = app.visitor();
    let page = visitor.get(&format!("/setup?link={link}")).await.expect(200);
    let form = page.form("/setup").with("account_name", "One").with("name", "Ada").with("email", ADMIN);
    let fields = form.with("password", PASSWORD).fields;
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let post = |origin: &str| {
        let request = visitor.request(Method::POST, "/setup").header("Origin", origin.to_owned());
        request.header("Content-Type", "application/x-www-form-urlencoded").body(body.clone())
    };
    visitor.send("/setup", post("http://console.example")).await.expect(403);
    visitor.send("/setup", post(app.url())).await.expect(403);
    let done = visitor.send("/setup", post("https://console.example")).await.expect(303);
    let mut cookies = 0;
    for answer in [&page, &done] {
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-progreda-") && cookie.contains("Secure"), "{cookie}");
            assert!(cookie.contains("Path=/") && !cookie.contains("Domain") && cookie.contains("HttpOnly"), "{cookie}");
            cookies += 1;
        }
    }
    assert!(cookies >= 2);
}

#[actix_web::test]
async fn each_sign_in_has_an_id_of_its_own_and_ends_the_one_before() {
    let scene = Scene::new().await;
    let visitor = scene.signed_in(ADMIN).await;
    let first = visitor.cookie(SESSION).unwrap();
    let mut form = visitor.get("/profile/security").await.expect(200).form("/profile/sessions/end-all");
    form.action = "/login".to_owned();
    visitor.submit(form.with("email", ADMIN).with("password", PASSWORD)).await.expect(303);
    assert!(is_alive(&visitor).await);
    assert!(!is_alive(&thief(&scene, &first)).await, "the session before lives on");
    let chosen = scene.app.visitor();
    chosen.set_cookie(SESSION, Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    sign_in(&chosen, ADMIN, PASSWORD).await.expect(303);
    assert_ne!(chosen.cookie(SESSION).as_deref(), Some("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    assert!(is_alive(&chosen).await);
}

#[actix_web::test]
async fn a_session_ends_after_a_day_of_silence_and_after_two_weeks_at_the_latest() {
    let scene = Scene::new().await;
    let idle = scene.signed_in(ADMIN).await;
    scene.app.advance(Span::millis(Span::hours(24).as_millis() - 1));
    assert!(is_alive(&idle).await);
    scene.app.advance(Span::hours(24));
    assert!(!is_alive(&idle).await);
    let busy = scene.signed_in(ADMIN).await;
    for hours in (0..14 * 24).step_by(12) {
        assert!(is_alive(&busy).await, "after {hours} hours");
        scene.app.advance(Span::hours(12));
    }
    assert!(!is_alive(&busy).await, "after 14 days");
    // What was refused once stays dead.
    scene.app.advance(Span::days(-1));
    assert!(!is_alive(&busy).await && !is_alive(&idle).await, "alive again when the clock was set back");
}

#[actix_web::test]
async fn signing_out_ends_the_session_on_the_server() {
    let scene = Scene::new().await;
    let cookie = scene.admin.cookie(SESSION).unwrap();
    scene.admin.get("/logout").await.expect(405);
    let form = scene.admin.get("/help").await.expect(200).form("/logout");
    let page = scene.admin.submit(form).await.expect(303);
    assert_eq!(page.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    assert_eq!(page.header("location"), "/login");
    assert_eq!(scene.admin.cookie(SESSION), None);
    assert!(!is_alive(&thief(&scene, &cookie)).await);
}

#[actix_web::test]
async fn rights_count_from_the_next_request_on() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    let uma = scene.signed_in("uma@harbor.example").await;
    uma.get("/business/contacts").await.expect(200);
    scene.set_override(&scene.account, "uma@harbor.example", Permission::ContactsView, Some(false)).await;
    let refused = uma.get("/business/contacts").await.expect(403);
    assert!(refused.shows("Ada Hale"), "it says whom to ask: {}", refused.text);
    scene.set_override(&scene.account, "uma@harbor.example", Permission::ContactsView, None).await;
    uma.get("/business/contacts").await.expect(200);
}

#[actix_web::test]
async fn a_dead_session_is_told_in_words_and_never_inside_a_fragment() {
    let scene = Scene::new().await;
    let form = scene.admin.get("/profile").await.expect(200).form("/profile/name");
    scene.app.advance(Span::days(2));
    let request = scene.admin.request(Method::GET, "/business/contacts").header("HX-Request", "true");
    let part = scene.admin.send("/business/contacts", request).await.expect(401);
    assert!(part.header("hx-redirect").starts_with("/login"), "{:?}", part.headers);
    assert_eq!(part.text, "");
    let post = scene.admin.submit(form.with("name", "Someone else")).await.expect(401);
    assert!(post.shows("Sign in"), "{}", post.text);
    let renamed: (String,) = scene.db.read().await.unwrap().on().only("SELECT name FROM users", vec![]).await.unwrap();
    assert_eq!(renamed.0, "Ada Hale");
}

#[actix_web::test]
async fn junk_in_cookies_is_nobody() {
    let scene = Scene::new().await;
    let long = "x".repeat(4_096);
    for junk in ["", "=", "%", "%00", "a;b", "\"", "deleted", "🦀", long.as_str()] {
        for name in [SESSION, "progreda-visitor", "progreda-note", "progreda-done", "progreda-shown"] {
            let visitor = scene.app.visitor();
            for path in ["/login", "/profile", "/help"] {
                let request = visitor.request(Method::GET, path).header("Cookie", format!("{name}={junk}; x=y; =; ;"));
                let page = visitor.send(path, request).await;
                assert!([200, 303].contains(&page.status), "{name}={junk:?} on {path}: {}", page.status);
            }
        }
    }
    let request =
        scene.app.visitor().request(Method::GET, "/profile").header("Cookie", b"progreda-session=\xff\xfe".as_slice());
    scene.app.visitor().send("/profile", request).await.expect(303);
}

async fn end_others(visitor: &Visitor, form: Option<&Page>, password: Option<&str>) -> Page {
    let action = "/profile/sessions/end-all";
    let form = match form {
        Some(page) => page.form(action),
        None => visitor.get("/profile/security").await.expect(200).form(action),
    };
    visitor.submit(password.map_or(form.clone(), |password| form.with("password", password))).await
}

#[actix_web::test]
async fn after_a_quarter_of_an_hour_the_password_is_asked_for_once_more() {
    let scene = Scene::new().await;
    let other = scene.signed_in(ADMIN).await;
    scene.app.advance(Span::minutes(16));
    assert!(is_alive(&other).await);
    let before = scene.admin.cookie(SESSION).unwrap();
    let asked = end_others(&scene.admin, None, None).await.expect(403);
    assert!(asked.shows("more than 15 minutes ago"), "{}", asked.text);
    let wrong = end_others(&scene.admin, Some(&asked), Some("not the password at all")).await.expect(403);
    assert!(wrong.shows("That is not your password"), "{}", wrong.text);
    assert!(is_alive(&other).await, "something was done without the password");
    end_others(&scene.admin, Some(&wrong), Some(PASSWORD)).await.expect(303);
    assert!(is_alive(&scene.admin).await);
    assert!(!is_alive(&other).await);
    assert!(!is_alive(&thief(&scene, &before)).await, "the id before the question lives on");
    // Fresh again, for this session alone.
    let third = scene.signed_in(ADMIN).await;
    scene.app.advance(Span::minutes(14));
    end_others(&third, None, None).await.expect(303);
    scene.app.advance(Span::minutes(2));
    let _fourth = scene.signed_in(ADMIN).await;
    end_others(&third, None, None).await.expect(403);
}

#[actix_web::test]
async fn the_question_for_the_password_is_throttled() {
    let scene = Scene::new().await;
    let _other = scene.signed_in(ADMIN).await;
    scene.app.advance(Span::minutes(16));
    let asked = end_others(&scene.admin, None, None).await.expect(403);
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(end_others(&scene.admin, Some(&asked), Some("not the password at all")).await.status);
    }
    assert_eq!(statuses[..3], [403; 3]);
    assert_eq!(statuses[9], 429, "{statuses:?}");
    end_others(&scene.admin, Some(&asked), Some(PASSWORD)).await.expect(429);
}

#[actix_web::test]
async fn ones_own_sessions_are_listed_and_ended_and_nobody_elses() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    let (second, uma) = (scene.signed_in(ADMIN).await, scene.signed_in("uma@harbor.example").await);
    let handles_of = async |owner: &str| {
        let sql = "SELECT s.handle FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1 ORDER BY s.created_at, s.handle";
        let rows: Vec<(String,)> = scene.db.read().await.unwrap().on().all(sql, progreda::binds![owner]).await.unwrap();
        rows.into_iter().map(|(handle,)| handle).collect::<Vec<_>>()
    };
    let of_uma = handles_of("uma@harbor.example").await;
    let page = scene.admin.get("/profile/security").await.expect(200);
    assert!(!page.text.contains(&of_uma[0]), "another's session is listed");
    let form = page.form("/profile/sessions/end");
    scene.admin.submit(form.clone().with("session", &of_uma[0])).await.expect(404);
    assert!(is_alive(&uma).await);
    scene.admin.submit(form).await.expect(303);
    assert!(!is_alive(&second).await);
    assert!(is_alive(&scene.admin).await);
    assert_eq!(handles_of(ADMIN).await.len(), 1);
}
