//! The Account page: a name for everybody at once, whose addresses may sign in, and what nobody may do with it.

use crate::support::actors::{PASSWORD, Scene, sign_in};
use crate::support::html::Form;
use crate::support::visitor::Page;
use progreda::authz::Permission;
use progreda::binds;
use progreda::db::Bind;
use progreda::world::Span;

const ACCOUNT: &str = "/settings/account";

async fn form(scene: &Scene) -> Form {
    scene.admin.get(ACCOUNT).await.expect(200).form(ACCOUNT)
}

async fn domains(scene: &Scene, text: &str) -> Page {
    scene.admin.submit(form(scene).await.with("who", "domains").with("domains", text)).await
}

async fn texts(scene: &Scene, sql: &'static str, binds: Vec<Bind>) -> Vec<String> {
    let rows: Vec<(String,)> = scene.db.read().await.unwrap().on().all(sql, binds).await.unwrap();
    rows.into_iter().map(|(text,)| text).collect()
}

async fn stored_domains(scene: &Scene) -> Vec<String> {
    let sql = "SELECT domain FROM account_domains WHERE account_id = $1 ORDER BY domain";
    texts(scene, sql, binds![&scene.account]).await
}

#[actix_web::test]
async fn a_new_name_is_everywhere_from_the_next_request_on() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "ben@harbor.example", "User").await;
    let ben = scene.signed_in("ben@harbor.example").await;
    let form = form(&scene).await.with("name", "  Harbor <&> Elm ");
    let page = scene.admin.follow(scene.admin.submit(form.clone()).await.expect(303)).await;
    assert!(page.shows("Account saved.") && page.shows("Harbor <&> Elm"));
    assert!(ben.get("/help").await.expect(200).shows("Harbor <&> Elm"));
    // The same form once more has no second effect.
    let page = scene.admin.follow(scene.admin.submit(form).await.expect(303)).await;
    assert!(page.shows("it was so already"));
    let sql = "SELECT details FROM events WHERE action = 'account.renamed'";
    let traces = texts(&scene, sql, vec![]).await;
    assert_eq!(traces.len(), 1);
    assert!(traces[0].contains("Harbor & Pine") && traces[0].contains("Harbor <&> Elm"));
}

#[actix_web::test]
async fn bad_input_keeps_what_was_typed_and_changes_nothing() {
    let scene = Scene::new().await;
    let before = form(&scene).await;
    for name in ["", "   ", "a\u{202E}b", &"x".repeat(81)] {
        let page = scene.admin.submit(before.clone().with("name", name)).await.expect(422);
        assert!(page.shows("There is a problem"), "{name:?}");
    }
    let page = domains(&scene, "harbor.example\nno domain").await.expect(422);
    assert!(page.shows("is not a domain") && page.shows("harbor.example\nno"));
    domains(&scene, " , ").await.expect(422);
    scene.admin.submit(before.clone().with("who", "nobody")).await.expect(400);
    scene.admin.submit(before.clone().with("version", "x")).await.expect(400);
    scene.admin.submit(before.clone().with("disabled_at", "1")).await.expect(400);
    scene.admin.submit(before.clone().with_all("name", &["a", "b"])).await.expect(400);
    assert_eq!(form(&scene).await.fields[2..], before.fields[2..], "as it was");
}

#[actix_web::test]
async fn a_role_of_another_account_cannot_be_offered() {
    let scene = Scene::new().await;
    let quay = scene.account("Quay").await;
    let sql = "SELECT id FROM roles WHERE account_id = $1 AND name = 'User'";
    let foreign = texts(&scene, sql, binds![&quay]).await.remove(0);
    let own = texts(&scene, sql, binds![&scene.account]).await.remove(0);
    for role in [foreign.as_str(), "rol_none", "x"] {
        scene.admin.submit(form(&scene).await.with("role", role)).await.expect(422);
    }
    scene.admin.submit(form(&scene).await.with("role", &own)).await.expect(303);
    let sql = "SELECT invited_role_id FROM accounts WHERE id = $1";
    assert_eq!(texts(&scene, sql, binds![&scene.account]).await, [own]);
}

#[actix_web::test]
async fn people_outside_the_domains_are_named_first_and_out_from_their_next_request() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "una@elsewhere.example", "User").await;
    let una = scene.signed_in("una@elsewhere.example").await;
    let asked = domains(&scene, "@Harbor.Example").await.expect(422);
    assert!(asked.shows("una loses access with the next request"), "{}", asked.text);
    assert!(asked.shows("Save and shut out 1 person"));
    una.get("/business/contacts").await.expect(200);
    assert!(stored_domains(&scene).await.is_empty());

    // Somebody else came meanwhile: the answer was about one person, so it is asked again.
    scene.person(&scene.account, "vic@elsewhere.example", "User").await;
    let asked = scene.admin.submit(asked.form(ACCOUNT)).await.expect(422);
    assert!(asked.shows("una and vic lose access"));
    scene.admin.submit(asked.form(ACCOUNT)).await.expect(303);
    assert_eq!(stored_domains(&scene).await, ["harbor.example"]);
    una.get("/business/contacts").await.expect(303);
    sign_in(&scene.app.visitor(), "una@elsewhere.example", PASSWORD).await.expect(401);
    let page = scene.admin.get(ACCOUNT).await.expect(200);
    assert!(page.shows("una and vic cannot sign in now."));

    let back = page.form(ACCOUNT).with("who", "everybody");
    scene.admin.submit(back).await.expect(303);
    sign_in(&scene.app.visitor(), "una@elsewhere.example", PASSWORD).await.expect(303);
}

#[actix_web::test]
async fn nobody_locks_themselves_out_nor_somebody_who_holds_more() {
    let scene = Scene::new().await;
    let page = domains(&scene, "elsewhere.example").await.expect(422);
    assert!(page.shows("You could not sign in any more"));
    // Somebody else keeps the account meanwhile, so that this alone would not save Ada.
    scene.person(&scene.account, "kay@elsewhere.example", "Admin").await;
    scene.person(&scene.account, "mia@elsewhere.example", "User").await;
    scene.set_override(&scene.account, "mia@elsewhere.example", Permission::AccountManage, Some(true)).await;
    let mia = scene.signed_in("mia@elsewhere.example").await;
    let form = mia.get(ACCOUNT).await.expect(200).form(ACCOUNT);
    let form = form.with("who", "domains").with("domains", "elsewhere.example").with("shut_out", "1");
    assert!(mia.submit(form).await.expect(403).shows("somebody who holds"));
    assert!(stored_domains(&scene).await.is_empty());
    scene.admin.get(ACCOUNT).await.expect(200);
    // Nor do they let somebody in again who holds more.
    let asked = domains(&scene, "harbor.example\nelsewhere.example").await;
    asked.expect(303);
    scene.person(&scene.account, "pat@quay.example", "Admin").await;
    let form = mia.get(ACCOUNT).await.expect(200).form(ACCOUNT).with("who", "everybody");
    mia.submit(form).await.expect(403);
    sign_in(&scene.app.visitor(), "pat@quay.example", PASSWORD).await.expect(401);
}

#[actix_web::test]
async fn a_form_about_a_version_before_says_so_and_keeps_what_was_typed() {
    let scene = Scene::new().await;
    let old = form(&scene).await.with("name", "Mine");
    scene.admin.submit(form(&scene).await.with("name", "Theirs")).await.expect(303);
    let page = scene.admin.submit(old).await.expect(409);
    assert!(page.shows("it is called Theirs") && page.text.contains("value=\"Mine\""));
    scene.admin.submit(page.form(ACCOUNT)).await.expect(303);
    assert!(scene.admin.get("/help").await.shows("Mine"));
}

#[actix_web::test]
async fn only_account_managers_save_and_with_a_fresh_password() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "una@harbor.example", "User").await;
    let una = scene.signed_in("una@harbor.example").await;
    una.get(ACCOUNT).await.expect(403);
    let guard = una.get("/help").await.expect(200).form("/logout");
    una.submit(Form { action: ACCOUNT.to_owned(), ..guard }.with("name", "Una's")).await.expect(403);
    scene.app.advance(Span::minutes(16));
    let form = form(&scene).await.with("name", "Later");
    let asked = scene.admin.submit(form).await.expect(403);
    assert!(asked.text.contains("value=\"Later\""), "what was typed is kept");
    scene.admin.submit(asked.form(ACCOUNT).with("password", PASSWORD)).await.expect(303);
    assert!(scene.admin.get("/help").await.shows("Later"));
    assert_eq!(scene.app.visitor().get(ACCOUNT).await.status, 303);
}
