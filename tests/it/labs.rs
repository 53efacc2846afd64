//! Labs: a switch for everyone in the account, at once, while tokens go on working.

use crate::support::actors::{Scene, call};
use crate::support::visitor::Visitor;
use progreda::authz::Permission;
use progreda::binds;
use reqwest::Method;

const LABS: &str = "/settings/labs";
const LIST: &str = "/settings/private-integrations";
const PRIVATE_INTEGRATIONS: &str = "/settings/labs/private_integrations";

async fn switch_off(visitor: &Visitor, lab: &str) {
    let form = visitor.get(&format!("{lab}/off")).await.expect(200).form(lab);
    visitor.submit(form).await.expect(303);
}

async fn traces(scene: &Scene, action: &str) -> Vec<(String, String)> {
    let sql = "SELECT actor_name, subject_name FROM events WHERE account_id = $1 AND action = $2 ORDER BY sequence";
    scene.db.read().await.unwrap().on().all(sql, binds![&scene.account, action]).await.unwrap()
}

#[actix_web::test]
async fn off_takes_the_pages_from_everyone_at_once_and_on_brings_all_back() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "ben@harbor.example", "Admin").await;
    let ben = scene.signed_in("ben@harbor.example").await;
    let token = scene.token(&scene.account, "Export", &["contacts.readonly"]).await;
    let address = format!("{LIST}/{}", token.integration);
    assert!(ben.get(&address).await.expect(200).shows("Export"));
    let page = scene.admin.get(LABS).await.expect(200);
    assert!(page.shows("1 live token keeps working if you switch this off."));
    assert!(page.shows("Never changed; on by default"));

    let question = scene.admin.get(&format!("{PRIVATE_INTEGRATIONS}/off")).await.expect(200);
    assert!(question.shows("1 live token goes on working while it is off."));
    let page = scene.admin.submit(question.form(PRIVATE_INTEGRATIONS)).await.expect(303);
    let page = scene.admin.follow(page).await;
    assert!(page.shows("Changed by Ada Hale, ") && page.shows("Switched off."), "{}", page.text);
    for visitor in [&ben, &scene.admin] {
        for path in [LIST, address.as_str(), "/settings/private-integrations/new"] {
            visitor.get(path).await.expect(404);
        }
        let navigation = visitor.get("/business/contacts").await.expect(200);
        assert!(!navigation.text.contains(LIST), "the entry is gone");
    }
    let form = ben.get("/help").await.expect(200).form("/logout");
    let pause = crate::support::html::Form { action: format!("{address}/pause"), ..form };
    ben.submit(pause.with("version", "1")).await.expect(404);
    call(&scene.app, Method::GET, "/oauth/whoami", &token.plain, None).await.expect(200);

    let on = scene.admin.get(LABS).await.expect(200).form(PRIVATE_INTEGRATIONS).with("to", "on");
    scene.admin.submit(on).await.expect(303);
    assert!(ben.get(&address).await.expect(200).shows("Export"));
    assert_eq!(traces(&scene, "lab.disabled").await, [("Ada Hale".to_owned(), "Private Integrations".to_owned())]);
    assert_eq!(traces(&scene, "lab.enabled").await, [("Ada Hale".to_owned(), "Private Integrations".to_owned())]);
}

#[actix_web::test]
async fn a_lab_that_is_off_is_not_there_before_anybody_is_refused() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "una@harbor.example", "User").await;
    let una = scene.signed_in("una@harbor.example").await;
    una.get(LIST).await.expect(403);
    switch_off(&scene.admin, PRIVATE_INTEGRATIONS).await;
    una.get(LIST).await.expect(404);
    una.get("/business/contacts").await.expect(200);
    switch_off(&scene.admin, "/settings/labs/contacts").await;
    una.get("/business/contacts").await.expect(404);
    assert_eq!(una.follow(una.get("/").await).await.path, "/help", "somebody without pages reads Help");
}

#[actix_web::test]
async fn the_same_switch_twice_or_at_once_has_one_effect() {
    let scene = Scene::new().await;
    let question = scene.admin.get(&format!("{PRIVATE_INTEGRATIONS}/off")).await.expect(200);
    let form = question.form(PRIVATE_INTEGRATIONS);
    let one = scene.admin.clone();
    let (first, second) = tokio::join!(scene.admin.submit(form.clone()), one.submit(form.clone()));
    for page in [first, second] {
        page.expect(303);
    }
    let third = scene.admin.submit(form).await.expect(303);
    assert!(scene.admin.follow(third).await.shows("it was so already"));
    assert_eq!(traces(&scene, "lab.disabled").await.len(), 1);
}

#[actix_web::test]
async fn only_who_manages_labs_switches_and_only_in_their_account() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "una@harbor.example", "User").await;
    let other = scene.account("Quay").await;
    scene.person(&other, "omar@quay.example", "Admin").await;
    let (una, omar) = (scene.signed_in("una@harbor.example").await, scene.signed_in("omar@quay.example").await);
    let guard = una.get("/help").await.expect(200).form("/logout");
    una.get(LABS).await.expect(403);
    una.get(&format!("{PRIVATE_INTEGRATIONS}/off")).await.expect(403);
    let forged = crate::support::html::Form { action: PRIVATE_INTEGRATIONS.to_owned(), ..guard };
    una.submit(forged.with("to", "off")).await.expect(403);
    scene.set_override(&scene.account, "una@harbor.example", Permission::LabsManage, Some(true)).await;
    una.get(LABS).await.expect(200);

    switch_off(&omar, PRIVATE_INTEGRATIONS).await;
    scene.admin.get(LIST).await.expect(200);
    omar.get(LIST).await.expect(404);
}

#[actix_web::test]
async fn forms_that_the_page_does_not_hold_change_nothing() {
    let scene = Scene::new().await;
    let form = scene.admin.get(&format!("{PRIVATE_INTEGRATIONS}/off")).await.expect(200).form(PRIVATE_INTEGRATIONS);
    scene.admin.get("/settings/labs/unheard_of/off").await.expect(404);
    let unknown = crate::support::html::Form { action: "/settings/labs/unheard_of".to_owned(), ..form.clone() };
    scene.admin.submit(unknown).await.expect(404);
    scene.admin.submit(form.clone().with("to", "sideways")).await.expect(400);
    scene.admin.submit(form.clone().with("account_id", "acc_1")).await.expect(400);
    scene.admin.submit(form.with_all("to", &["off", "on"])).await.expect(400);
    scene.admin.get(LIST).await.expect(200);
    assert!(traces(&scene, "lab.disabled").await.is_empty());
}
