//! Integrations whose person left: they go on working, are listed for review, and are taken over once.

use crate::support::actors::{Scene, Token, call};
use crate::support::html::Form;
use progreda::authz::{Lab, Permission};
use progreda::binds;
use progreda::db::journal::Unlogged;
use reqwest::Method;

const LIST: &str = "/settings/private-integrations";

/// An integration of somebody who left, and one of somebody who did not.
async fn left_behind(scene: &Scene) -> (Token, Token) {
    let left = scene.token(&scene.account, "Left behind", &["contacts.readonly"]).await;
    let kept = scene.token(&scene.account, "Looked after", &["contacts.readonly"]).await;
    let mut tx = scene.db.write().await.unwrap();
    let sql = "UPDATE integrations SET review_since = $2 WHERE id = $1";
    assert!(tx.on().run_one(sql, binds![&left.integration, 1_779_182_400_000_i64]).await.unwrap());
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    (left, kept)
}

#[actix_web::test]
async fn it_is_listed_goes_on_working_and_is_taken_over_once() {
    let scene = Scene::new().await;
    let (left, kept) = left_behind(&scene).await;
    scene.person(&scene.account, "ben@harbor.example", "Admin").await;
    let ben = scene.signed_in("ben@harbor.example").await;
    let list = ben.get(&format!("{LIST}?status=review")).await.expect(200);
    assert!(list.shows("Left behind") && !list.shows("Looked after") && list.shows("1 integration"));
    assert!(ben.get(LIST).await.expect(200).shows("Needs review"), "flagged in the whole list");
    call(&scene.app, Method::GET, "/oauth/whoami", &left.plain, None).await.expect(200);

    let address = format!("{LIST}/{}", left.integration);
    let page = ben.get(&address).await.expect(200);
    assert!(page.shows("Ada Hale, who looked after it, left the account on 19 May 2026. It goes on working."));
    let form = page.form(&format!("{address}/takeover"));
    let twin = scene.admin.get(&address).await.expect(200).form(&format!("{address}/takeover"));
    let (one, other) = tokio::join!(ben.submit(form.clone()), scene.admin.submit(twin));
    for page in [one, other] {
        page.expect(303);
    }
    let again = ben.follow(ben.submit(form).await.expect(303)).await;
    assert!(again.shows("it was so already") && again.shows("took over"));
    assert!(again.shows("Made by Ada Hale · looked after by ") && !again.shows("Needs review"));
    let sql = "SELECT COUNT(*), MAX(i.version) FROM events e JOIN integrations i ON i.id = e.subject_id \
         WHERE e.action = 'integration.taken_over'";
    let (traces, version): (i64, i64) = scene.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    assert_eq!((traces, version), (1, 2));
    assert!(ben.get(&format!("{LIST}?status=review")).await.expect(200).shows("Nothing needs review"));
    call(&scene.app, Method::GET, "/oauth/whoami", &left.plain, None).await.expect(200);
    let untouched =
        Form { action: format!("{LIST}/{}/takeover", kept.integration), ..ben.get("/help").await.form("/logout") };
    let page = ben.follow(ben.submit(untouched).await.expect(303)).await;
    assert!(page.shows("it was so already"), "nobody takes over what somebody looks after");
}

#[actix_web::test]
async fn who_only_looks_cannot_take_over_nor_can_another_account() {
    let scene = Scene::new().await;
    let (left, _) = left_behind(&scene).await;
    scene.person(&scene.account, "una@harbor.example", "User").await;
    scene.set_override(&scene.account, "una@harbor.example", Permission::PrivateIntegrationsView, Some(true)).await;
    let quay = scene.account("Quay").await;
    scene.person(&quay, "omar@quay.example", "Admin").await;
    let (una, omar) = (scene.signed_in("una@harbor.example").await, scene.signed_in("omar@quay.example").await);
    let address = format!("{LIST}/{}", left.integration);
    let page = una.get(&address).await.expect(200);
    assert!(page.shows("It goes on working.") && !page.text.contains("/takeover"));
    let action = format!("{address}/takeover");
    let forged = |guard: Form| Form { action: action.clone(), ..guard };
    una.submit(forged(una.get("/help").await.form("/logout"))).await.expect(403);
    omar.submit(forged(omar.get("/help").await.form("/logout"))).await.expect(404);
    scene.set_lab(&scene.account, Lab::PrivateIntegrations, false).await;
    scene.admin.submit(forged(scene.admin.get("/help").await.form("/logout"))).await.expect(404);
    let sql = "SELECT COUNT(*) FROM integrations WHERE review_since IS NOT NULL AND taken_over_by IS NULL";
    let (waiting,): (i64,) = scene.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    assert_eq!(waiting, 1);
}
