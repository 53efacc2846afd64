//! What a second factor demands and allows: everyone's in an account, shorter passwords, turning it off, resetting it, and codes in
//! place of the password.

use crate::console::Admin;
use crate::support::actors::{ADMIN, PASSWORD, Scene, call, sign_in};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::phone::{Phone, SET_UP, codes_in, send_code};
use crate::support::smtp::{MailServer, Received};
use crate::support::visitor::{Page, Visitor};
use progreda::authz::Permission;
use progreda::binds;
use progreda::users::commands::protecting::{Reset, reset_as_operator};
use progreda::users::model::Email;
use progreda::world::Span;
use reqwest::Method;

const ACCOUNT: &str = "/settings/account";
const OFF: &str = "/profile/second-factor/off";
const NORA: &str = "nora@harbor.example";
const SHORT: &str = "k7#Wq!2x";

async fn count(scene: &Scene, sql: &'static str) -> i64 {
    let (number,): (i64,) = scene.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    number
}

async fn demand(by: &Visitor, on: bool) -> Page {
    let form = by.get(ACCOUNT).await.expect(200).form(ACCOUNT);
    by.submit(form.with_all("second_factor", if on { &["required"] } else { &[] })).await
}

fn by(visitor: &Visitor) -> Admin {
    Admin { visitor: visitor.clone() }
}

async fn turn_off(visitor: &Visitor, password: &str, code: &str) -> Page {
    let form = visitor.get(OFF).await.expect(200).form(OFF);
    visitor.submit(form.with("password", password).with("code", code)).await
}

async fn change_password(visitor: &Visitor, old: &str, new: &str) -> Page {
    let form = visitor.get("/profile/security").await.expect(200).form("/profile/password");
    visitor.submit(form.with("old_password", old).with("new_password", new)).await
}

#[actix_web::test]
async fn an_account_that_demands_it_is_open_only_to_whoever_has_it() {
    let scene = Scene::new().await;
    scene.person(&scene.account, NORA, "User").await;
    let token = scene.token(&scene.account, "Shop", &["contacts.readonly"]).await;
    let nora = scene.signed_in(NORA).await;
    let page = demand(&scene.admin, true).await.expect(422);
    assert!(page.shows("Set up your own second factor first"));
    Phone::set_up(&scene, &scene.admin).await;
    let page = scene.admin.get(ACCOUNT).await.expect(200);
    assert!(page.shows("1 person on My Staff has none and would be led to set one up: nora."));
    nora.get("/business/contacts").await.expect(200);
    demand(&scene.admin, true).await.expect(303);
    // Her session is open already; the next request leads her there, and nothing else is open.
    assert_eq!(nora.get("/business/contacts").await.expect(303).header("location"), SET_UP);
    assert_eq!(nora.get("/").await.expect(303).header("location"), SET_UP);
    let part = nora.request(Method::GET, "/business/contacts").header("HX-Request", "true");
    assert_eq!(nora.send("/business/contacts", part).await.expect(403).header("hx-redirect"), SET_UP);
    nora.get("/help").await.expect(200);
    let call = call(&scene.app, Method::GET, "/contacts/?locationId=x", &token.plain, None).await;
    assert_ne!(call.status, 401, "tokens are not touched");
    let other = scene.account("Other").await;
    let join = "INSERT INTO staff (id, account_id, user_id, role_id, created_at) \
                SELECT 'stf_00000000000000000000000000', $1, u.id, r.id, 0 FROM users u, roles r \
                WHERE u.email = $2 AND r.account_id = $1 AND r.name = 'User'";
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(join, binds![&other, NORA]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    // Her other account demands nothing, so she may go there and back.
    let switch = nora.get("/help").await.expect(200).form("/accounts/open");
    nora.submit(switch.with("to", other.as_str())).await.expect(303);
    nora.get("/business/contacts").await.expect(200);
    let switch = nora.get("/help").await.expect(200).form("/accounts/open");
    nora.submit(switch.with("to", scene.account.as_str())).await.expect(303);
    let phone = Phone::set_up(&scene, &nora).await;
    nora.get("/business/contacts").await.expect(200);
    // It stays on.
    assert!(nora.get("/profile/security").await.expect(200).shows("Harbor & Pine demands it, so it stays on"));
    assert!(nora.get(OFF).await.expect(200).shows("demands a second factor, so yours stays on"));
    let body = nora.get("/profile").await.expect(200).form("/profile/name");
    let mut forged = body.with("code", &phone.next_code(&scene)).with("password", PASSWORD).with_all("name", &[]);
    forged.action = OFF.to_owned();
    nora.submit(forged).await.expect(409);
    demand(&scene.admin, false).await.expect(303);
    turn_off(&nora, PASSWORD, &phone.next_code(&scene)).await.expect(303);
    nora.get("/business/contacts").await.expect(200);
    let events = "SELECT COUNT(*) FROM events WHERE action IN ('account.second_factor_required', \
                  'account.second_factor_optional', 'user.second_factor_disabled')";
    assert_eq!(count(&scene, events).await, 3);
}

#[actix_web::test]
async fn beside_it_a_shorter_password_will_do_and_never_alone() {
    let scene = Scene::new().await;
    change_password(&scene.admin, PASSWORD, SHORT).await.expect(422);
    let phone = Phone::set_up(&scene, &scene.admin).await;
    change_password(&scene.admin, PASSWORD, "k7#Wq!2").await.expect(422);
    change_password(&scene.admin, PASSWORD, "password").await.expect(422);
    change_password(&scene.admin, PASSWORD, SHORT).await.expect(303);
    let page = turn_off(&scene.admin, SHORT, &phone.next_code(&scene)).await.expect(409);
    assert!(page.shows("has 8 characters and cannot stand alone"));
    // Whoever has it taken away must set a new one up first.
    let reset = reset_as_operator(&scene.db, &Email::parse(ADMIN).unwrap()).await.unwrap();
    assert_eq!(reset, Some(Reset::Done));
    assert_eq!(scene.admin.get("/profile").await.expect(303).header("location"), "/login?next=%2Fprofile");
    let visitor = scene.app.visitor();
    sign_in(&visitor, ADMIN, SHORT).await.expect(303);
    assert_eq!(visitor.get("/settings/staff").await.expect(303).header("location"), SET_UP);
    assert!(visitor.get(SET_UP).await.expect(200).shows("too short to stand alone"));
    Phone::set_up(&scene, &visitor).await;
    visitor.get("/settings/staff").await.expect(200);
    change_password(&visitor, SHORT, PASSWORD).await.expect(303);
    reset_as_operator(&scene.db, &Email::parse(ADMIN).unwrap()).await.unwrap();
    scene.signed_in(ADMIN).await.get("/settings/staff").await.expect(200);
}

#[actix_web::test]
async fn turning_it_off_takes_password_and_code() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let other = phone.sign_in(&scene, ADMIN).await;
    let code = phone.next_code(&scene);
    turn_off(&scene.admin, "", &code).await.expect(422);
    turn_off(&scene.admin, PASSWORD, "").await.expect(422);
    turn_off(&scene.admin, "not the password at all", &code).await.expect(403);
    turn_off(&scene.admin, PASSWORD, "000000").await.expect(403);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM users WHERE second_factor IS NOT NULL").await, 1);
    turn_off(&scene.admin, PASSWORD, &code).await.expect(303);
    other.get("/profile").await.expect(303);
    scene.admin.get("/profile").await.expect(200);
    let nothing = "SELECT COUNT(*) FROM recovery_codes";
    assert_eq!(count(&scene, nothing).await, 0);
    scene.signed_in(ADMIN).await.get("/profile").await.expect(200);
}

#[actix_web::test]
async fn another_app_takes_password_and_code_and_the_one_before_is_dead() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    demand(&scene.admin, true).await.expect(303);
    let page = scene.admin.get(SET_UP).await.expect(200);
    let next = Phone::reading(&page);
    let form = page.form(SET_UP).with("code", &next.code(&scene));
    assert_ne!(next.secret, phone.secret);
    scene.admin.submit(form.clone()).await.expect(403);
    scene.admin.submit(form.clone().with("password", PASSWORD)).await.expect(403);
    scene.admin.submit(form.clone().with("password", PASSWORD).with("old_code", "000000")).await.expect(403);
    scene.admin.submit(form.clone().with("old_code", &phone.paper[0])).await.expect(403);
    let form = form.with("password", PASSWORD).with("old_code", &phone.paper[0]);
    let done = scene.admin.submit(form.clone()).await.expect(303);
    // Sent twice, it leads to the same codes.
    assert_eq!(scene.admin.submit(form).await.expect(303).header("location"), done.header("location"));
    let paper = codes_in(&scene.admin.get(done.header("location")).await.expect(200)).expect("new codes");
    let visitor = scene.app.visitor();
    sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
    send_code(&visitor, &phone.next_code(&scene)).await.expect(401);
    send_code(&visitor, &phone.paper[1]).await.expect(401);
    send_code(&visitor, &next.code(&scene)).await.expect(303);
    let visitor = scene.app.visitor();
    sign_in(&visitor, ADMIN, PASSWORD).await.expect(303);
    send_code(&visitor, &paper[0]).await.expect(303);
}

#[actix_web::test]
async fn a_code_in_place_of_the_password_counts_once_and_loses_nothing() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let fresh = scene.admin.get(ACCOUNT).await.expect(200);
    assert!(fresh.shows("You confirmed who you are at 09:00 UTC; after 09:15 you are asked again."));
    scene.app.advance(Span::minutes(16));
    let code = phone.code(&scene);
    let form = scene.admin.get(ACCOUNT).await.expect(200).form(ACCOUNT).with("name", "Harbor & Elm");
    let asked = scene.admin.submit(form.clone()).await.expect(403);
    assert!(asked.shows("Your password or a code") && asked.text.contains("value=\"Harbor &#38; Elm\""));
    scene.admin.submit(form.clone().with("password", "000000")).await.expect(403);
    let before = scene.admin.cookie("progreda-session");
    scene.admin.submit(asked.form(ACCOUNT).with("password", &code)).await.expect(303);
    assert_ne!(scene.admin.cookie("progreda-session"), before, "the session goes on under a new id");
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = 'account.renamed'").await, 1);
    // The same code neither signs in nor confirms once more.
    let other = scene.app.visitor();
    sign_in(&other, ADMIN, PASSWORD).await.expect(303);
    send_code(&other, &code).await.expect(401);
    send_code(&other, &phone.next_code(&scene)).await.expect(303);
    scene.app.advance(Span::minutes(16));
    let form = other.get(ACCOUNT).await.expect(200).form(ACCOUNT).with("name", "Harbor & Oak");
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(other.submit(form.clone().with("password", "000000")).await.status);
    }
    assert_eq!((statuses[0], statuses[7]), (403, 429), "{statuses:?}");
    other.submit(form.clone().with("password", &phone.code(&scene))).await.expect(429);
    other.submit(form.with("password", PASSWORD)).await.expect(303);
}

#[actix_web::test]
async fn a_form_with_a_code_that_is_sent_twice_is_done_once_and_signs_nobody_out() {
    let scene = Scene::new().await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let integrations = "SELECT COUNT(*) FROM integrations";
    let before = count(&scene, integrations).await;
    scene.app.advance(Span::minutes(16));
    let form = by(&scene.admin).creation("Ledger").await.unwrap();
    let (code, wrong) = (phone.code(&scene), scene.admin.clone());
    let sent = form.with("password", &code);
    // The browser drops the answer to its first click, cookies and all.
    let first = scene.admin.clone();
    let made = first.submit(sent.clone()).await.expect(303);
    wrong.submit(sent.clone().with("password", "000000")).await.expect(403);
    let again = scene.admin.submit(sent.clone()).await.expect(303);
    assert_eq!(made.header("location"), again.header("location"), "both clicks end at the token");
    assert_eq!(count(&scene, integrations).await, before + 1);
    scene.admin.get("/profile").await.expect(200);
    // The code has confirmed that one form: another, and the same one later, need the next code.
    let thief = first.clone();
    scene.app.advance(Span::minutes(16));
    let other = by(&scene.admin).creation("Post").await.unwrap();
    scene.admin.submit(other.with("password", &code)).await.expect(403);
    thief.submit(sent).await.expect(403);
    assert_eq!(count(&scene, integrations).await, before + 1);
}

#[actix_web::test]
async fn an_admin_resets_it_for_whoever_holds_no_more_and_belongs_nowhere_else() {
    let scene = Scene::new().await;
    let mona = "mona@harbor.example";
    scene.person(&scene.account, NORA, "User").await;
    scene.person(&scene.account, mona, "User").await;
    scene.set_override(&scene.account, mona, Permission::StaffManage, Some(true)).await;
    let nora = scene.signed_in(NORA).await;
    let phone = Phone::set_up(&scene, &nora).await;
    Phone::set_up(&scene, &scene.admin).await;
    let (by, home) = (scene.signed_in(mona).await, scene.account.clone());
    let page_of = async |email: &str| format!("/settings/staff/{}", scene.staff(&home, email).await);
    let (own, admins) = (page_of(NORA).await, page_of(ADMIN).await);
    for path in ["second-factor", "sessions"] {
        by.get(&format!("{admins}/{path}")).await.expect(403);
        by.get(&format!("{}/{path}", page_of(mona).await)).await.expect(403);
        let mut forged = by.get(&format!("{own}/{path}")).await.expect(200).form(&format!("{own}/{path}"));
        forged.action = format!("{admins}/{path}");
        by.submit(forged).await.expect(403);
    }
    // Sessions alone: she signs in again, with her code.
    let form = by.get(&format!("{own}/sessions")).await.expect(200).form(&format!("{own}/sessions"));
    by.submit(form).await.expect(303);
    nora.get("/profile").await.expect(303);
    let nora = phone.sign_in(&scene, NORA).await;
    // Not while it protects another account.
    let reset = format!("{own}/second-factor");
    let held = by.get(&reset).await.expect(200).form(&reset);
    let other = scene.account("Other").await;
    let join = "INSERT INTO staff (id, account_id, user_id, role_id, created_at) \
                SELECT 'stf_00000000000000000000000000', $1, u.id, r.id, 0 FROM users u, roles r \
                WHERE u.email = $2 AND r.account_id = $1 AND r.name = 'User'";
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(join, binds![&other, NORA]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    assert!(by.get(&reset).await.expect(409).shows("progreda admin reset-second-factor"));
    by.submit(held.clone()).await.expect(409);
    nora.get("/profile").await.expect(200);
    scene.remove("stf_00000000000000000000000000").await;
    scene.app.advance(Span::minutes(16));
    by.submit(held.clone()).await.expect(403);
    by.submit(held.clone().with("password", PASSWORD)).await.expect(303);
    nora.get("/profile").await.expect(303);
    scene.signed_in(NORA).await.get("/profile").await.expect(200);
    assert!(by.follow(by.submit(held).await.expect(303)).await.shows("it was so already"));
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = 'user.second_factor_reset'").await, 1);
}

#[actix_web::test]
async fn the_person_is_told_by_mail() {
    let server = MailServer::start();
    let app = TestApp::start_mailing(TestDatabase::new().await, server.url());
    let scene = Scene::on(app).await;
    let phone = Phone::set_up(&scene, &scene.admin).await;
    let new = "/profile/recovery-codes/new";
    let form = scene.admin.get(new).await.expect(200).form(new);
    scene.admin.submit(form.with("password", PASSWORD).with("code", &phone.paper[1])).await.expect(303);
    turn_off(&scene.admin, PASSWORD, &phone.next_code(&scene)).await.expect(303);
    let mails = server.arrived(ADMIN, 3).await;
    let mut subjects: Vec<String> = mails.iter().map(Received::subject).collect();
    subjects.sort();
    assert_eq!(subjects, ["New recovery codes", "Second factor set up", "Second factor switched off"]);
    assert!(mails.iter().all(|mail| !mail.text().contains(&phone.secret) && !mail.text().contains(&phone.paper[0])));
    scene.person(&scene.account, NORA, "User").await;
    let _nora = scene.signed_in(NORA).await;
    let path = format!("/settings/staff/{}/sessions", scene.staff(&scene.account, NORA).await);
    let form = scene.admin.get(&path).await.expect(200).form(&path);
    scene.admin.submit(form).await.expect(303);
    assert_eq!(server.arrived(NORA, 1).await[0].subject(), "Your sessions were ended");
}

#[actix_web::test]
async fn an_invitation_asks_for_the_code_as_well() {
    let scene = Scene::new().await;
    let other = scene.account("Other").await;
    scene.person(&other, "oskar@other.example", "Admin").await;
    let oskar = scene.signed_in("oskar@other.example").await;
    let phone = Phone::set_up(&scene, &oskar).await;
    let new = "/settings/staff/invitations/new";
    let page = scene.admin.get(new).await.expect(200);
    let role = "SELECT id FROM roles WHERE account_id = $1 AND name = 'User'";
    let (role,): (String,) = scene.db.read().await.unwrap().on().only(role, binds![&scene.account]).await.unwrap();
    let form = page.form(new).with("email", "oskar@other.example").with("role", &role);
    let shown = scene.admin.follow(scene.admin.submit(form).await.expect(303)).await.expect(200);
    let rest = shown.text.split("/invitation?link=").nth(1).expect("the link");
    let link = format!("/invitation?link={}", &rest[..32]);
    // He belongs nowhere at the moment, and cannot sign in otherwise.
    scene.remove(&scene.staff(&other, "oskar@other.example").await).await;
    let visitor = scene.app.visitor();
    let form = visitor.get(&link).await.expect(200).form("/invitation").with("password", PASSWORD);
    assert_eq!(visitor.submit(form).await.expect(303).header("location"), link);
    let asked = visitor.get(&link).await.expect(200).form("/invitation");
    visitor.submit(asked.clone().with("code", "000000")).await.expect(401);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM staff").await, 1);
    visitor.submit(asked.with("code", &phone.next_code(&scene))).await.expect(303);
    visitor.get("/profile").await.expect(200);
}
