//! Several accounts: a switch by POST, two tabs that never mix, and no account that is not one's own.

use crate::support::actors::{ADMIN, Scene};
use crate::support::html::Form;
use crate::support::visitor::{Page, Visitor};
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::ids::AccountId;
use reqwest::Method;

const OPEN: &str = "/accounts/open";
const LIST: &str = "/settings/private-integrations";

/// A scene whose admin Ada belongs to "Quay" as well, as a User; Quay's own admin is Omar.
async fn two_accounts() -> (Scene, AccountId) {
    let scene = Scene::new().await;
    let quay = scene.account("Quay").await;
    scene.person(&quay, "omar@quay.example", "Admin").await;
    join(&scene, &quay, ADMIN).await;
    (scene, quay)
}

async fn join(scene: &Scene, account: &AccountId, email: &str) {
    let sql = "INSERT INTO staff (id, account_id, user_id, role_id, created_at, name_key, search_key) \
         SELECT $1, $2, u.id, r.id, 1, lower(u.name), u.email_key FROM users u, roles r \
         WHERE u.email_key = $3 AND r.account_id = $2 AND r.name = 'User'";
    let id = progreda::ids::StaffId::new(scene.db.world().now(), scene.db.world().entropy());
    let mut tx = scene.db.write().await.unwrap();
    assert!(tx.on().run_one(sql, binds![&id, account, email]).await.unwrap());
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

async fn run(scene: &Scene, sql: &'static str, account: &AccountId) {
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(sql, binds![account]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

async fn open(visitor: &Visitor, to: &AccountId) -> Page {
    let form = visitor.get("/help").await.expect(200).form(OPEN);
    visitor.submit(form.with("to", to.as_str())).await
}

#[actix_web::test]
async fn the_switch_leads_home_in_the_other_account_and_back() {
    let (scene, quay) = two_accounts().await;
    let page = scene.admin.get("/help").await.expect(200);
    assert!(page.text.contains(&format!("name=\"to\" value=\"{quay}\"")));
    let page = scene.admin.follow(open(&scene.admin, &quay).await.expect(303)).await.expect(200);
    assert_eq!(page.path, "/business/contacts", "where a User works");
    assert!(page.shows("You work in Quay now.") && page.shows(" · Quay · Progreda"));
    scene.admin.get(LIST).await.expect(403);
    let sql = "SELECT s.account_id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email_key = $1";
    let rows: Vec<(String,)> = scene.db.read().await.unwrap().on().all(sql, binds![ADMIN]).await.unwrap();
    assert_eq!(rows, [(quay.to_string(),)], "ending the sessions of an account finds it");
    open(&scene.admin, &scene.account).await.expect(303);
    scene.admin.get(LIST).await.expect(200);
    let sql = "SELECT account_id FROM events WHERE action = 'session.account_switched' ORDER BY account_id";
    let rows: Vec<(String,)> = scene.db.read().await.unwrap().on().all(sql, vec![]).await.unwrap();
    let mut expected = [(quay.to_string(),), (scene.account.to_string(),)];
    expected.sort();
    assert_eq!(rows, expected, "each switch leaves its trace in the account that it leads to");
}

#[actix_web::test]
async fn somebody_with_one_account_sees_no_switcher() {
    let (scene, _) = two_accounts().await;
    let omar = scene.signed_in("omar@quay.example").await;
    let page = omar.get("/help").await.expect(200);
    assert!(!page.text.contains(OPEN) && page.shows("Quay"));
}

#[actix_web::test]
async fn a_form_of_another_account_is_refused_with_a_way_there_and_what_was_typed() {
    let (scene, quay) = two_accounts().await;
    let form = scene.admin.get(&format!("{LIST}/new/review?name=Till&scopes=contacts.readonly")).await.expect(200);
    let form = form.form(&format!("{LIST}/new"));
    let name = scene.admin.get("/profile").await.expect(200).form("/profile/name").with("name", "Ada Typed");
    open(&scene.admin, &quay).await.expect(303);
    let body: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&name.fields).finish();
    let request = scene.admin.request(Method::POST, "/profile/name").body(format!("{body}&password=hush-hush"));
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    let request =
        request.header("Origin", scene.app.url()).header("Referer", format!("{}/profile?a=1", scene.app.url()));
    let refused = scene.admin.send("/profile/name", request).await.expect(409);
    assert!(refused.shows("This form belongs to Harbor & Pine") && refused.shows("now work in Quay"));
    assert!(refused.shows("Ada Typed") && !refused.shows("hush-hush"));
    // The account's own forms of a feature that is closed to a User here are refused for the permission.
    scene.admin.submit(form).await.expect(403);
    let sql = "SELECT COUNT(*) FROM events WHERE action IN ('user.renamed', 'integration.created')";
    let (changed,): (i64,) = scene.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    assert_eq!(changed, 0);
    let forms = crate::support::html::forms(&refused.text);
    let back = forms.into_iter().rfind(|form| form.action == OPEN).expect("the way there");
    let page = scene.admin.submit(back).await.expect(303);
    assert_eq!(page.header("location"), "/profile?a=1");
    assert!(scene.admin.follow(page).await.shows("You work in Harbor & Pine now."));
}

#[actix_web::test]
async fn a_page_of_another_account_is_not_filled_from_this_one() {
    let (scene, quay) = two_accounts().await;
    let omar = scene.signed_in("omar@quay.example").await;
    scene.token(&scene.account, "Harbor secret", &["contacts.readonly"]).await;
    let ask = |account: &AccountId| {
        let request = scene.admin.request(Method::GET, LIST).header("X-Account", account.as_str());
        request.header("HX-Request", "true").header("HX-Request-Type", "partial")
    };
    let shown = scene.admin.send(LIST, ask(&scene.account)).await.expect(200);
    assert!(shown.shows("Harbor secret"));
    let refused = scene.admin.send(LIST, ask(&quay)).await.expect(409);
    assert_eq!((refused.header("hx-refresh"), refused.header("hx-retarget")), ("true", "#alerts"));
    assert!(!refused.shows("Harbor secret") && !refused.shows("Harbor & Pine"));
    // The header chooses nothing: whoever is not in the account gets nothing by naming it.
    let forged = omar.request(Method::GET, LIST).header("X-Account", scene.account.as_str());
    omar.send(LIST, forged).await.expect(409);
    assert!(!omar.get(LIST).await.expect(200).shows("Harbor secret"));
}

#[actix_web::test]
async fn the_same_click_twice_and_a_switch_from_an_old_tab_work() {
    let (scene, quay) = two_accounts().await;
    let form = scene.admin.get("/help").await.expect(200).form(OPEN);
    let twin = scene.admin.clone();
    let (first, second) = tokio::join!(
        scene.admin.submit(form.clone().with("to", quay.as_str())),
        twin.submit(form.clone().with("to", quay.as_str()))
    );
    for page in [first, second] {
        page.expect(303);
    }
    assert!(scene.admin.get("/help").await.expect(200).shows("Quay"));
    // The other tab still shows Harbor & Pine; it leads back there and signs out all the same.
    scene.admin.submit(form.with("to", scene.account.as_str())).await.expect(303);
    scene.admin.get(LIST).await.expect(200);
    let leave = scene.admin.get("/help").await.expect(200).form("/logout");
    open(&scene.admin, &quay).await.expect(303);
    assert_eq!(scene.admin.submit(leave).await.expect(303).header("location"), "/login");
    scene.admin.get("/profile").await.expect(303);
}

#[actix_web::test]
async fn nobody_opens_an_account_that_is_not_theirs_now() {
    let (scene, quay) = two_accounts().await;
    let third = scene.account("Third").await;
    let form = scene.admin.get("/help").await.expect(200).form(OPEN);
    let omar = scene.signed_in("omar@quay.example").await;
    let guard = omar.get("/help").await.expect(200).form("/logout");
    let forged = Form { action: OPEN.to_owned(), ..guard };
    omar.submit(forged.clone().with("to", scene.account.as_str())).await.expect(404);
    omar.submit(forged.with("to", "acc_none")).await.expect(404);
    scene.admin.submit(form.clone().with("to", third.as_str())).await.expect(404);
    scene.admin.submit(form.clone().with("csrf", "forged").with("to", quay.as_str())).await.expect(403);
    let to = |form: &Form, to: &AccountId| form.clone().with("to", to.as_str());
    scene.admin.submit(to(&form, &quay).with("account_id", third.as_str())).await.expect(400);

    run(&scene, "UPDATE staff SET disabled_at = 1 WHERE account_id = $1", &quay).await;
    scene.admin.submit(to(&form, &quay)).await.expect(404);
    run(&scene, "UPDATE staff SET disabled_at = NULL WHERE account_id = $1", &quay).await;
    run(&scene, "UPDATE accounts SET disabled_at = 1 WHERE id = $1", &quay).await;
    scene.admin.submit(to(&form, &quay)).await.expect(404);
    run(&scene, "UPDATE accounts SET disabled_at = NULL WHERE id = $1", &quay).await;
    run(&scene, "INSERT INTO account_domains (account_id, domain) VALUES ($1, 'quay.example')", &quay).await;
    scene.admin.submit(to(&form, &quay)).await.expect(404);
    assert!(!scene.admin.get("/help").await.expect(200).text.contains(OPEN), "nor is it offered");
    scene.admin.get(LIST).await.expect(200);
}

#[actix_web::test]
async fn a_session_kept_after_removal_opens_nothing_and_signing_in_leads_to_what_is_left() {
    let (scene, quay) = two_accounts().await;
    open(&scene.admin, &quay).await.expect(303);
    let kept = scene.admin.clone();
    run(&scene, "DELETE FROM staff WHERE account_id = $1 AND created_at = 1", &quay).await;
    kept.get("/business/contacts").await.expect(303);
    let again = scene.signed_in(ADMIN).await;
    assert!(again.get("/help").await.expect(200).shows("Harbor & Pine"));
}

#[actix_web::test]
async fn signing_in_leads_to_the_account_used_last() {
    let (scene, quay) = two_accounts().await;
    open(&scene.admin, &quay).await.expect(303);
    let later = scene.signed_in(ADMIN).await;
    assert!(later.get("/help").await.expect(200).shows(" · Quay · "));
}
