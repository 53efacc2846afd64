//! The address of something that was deleted says so, when and by whom, and leads back to its list; so every event of it may link there.

use crate::support::actors::{Scene, call};
use crate::webhook_desk::{Desk, HOST, LIST};
use reqwest::Method;
use serde_json::json;

async fn contact(scene: &Scene, token: &str) -> String {
    let body = json!({ "locationId": scene.account.as_str(), "firstName": "Mara" }).to_string();
    let made = call(&scene.app, Method::POST, "/contacts/", token, Some(&body)).await.expect(201);
    let made: serde_json::Value = serde_json::from_str(&made.text).expect("JSON");
    made["contact"]["id"].as_str().expect("an id").to_owned()
}

#[actix_web::test]
async fn what_was_deleted_is_told_at_its_address() {
    let desk = Desk::new().await;
    let (scene, ada) = (&desk.scene, desk.ada());
    let (webhook, _) = desk.make().await;
    let form = desk.form(ada, &webhook, "deletion").await.with("host", HOST);
    ada.submit(form).await.expect(303);
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    let staff = format!("/settings/staff/{}", scene.staff(&scene.account, "uma@harbor.example").await);
    ada.submit(desk.form(ada, &staff, "removal").await).await.expect(303);
    let id = contact(scene, &desk.token.plain).await;
    call(&scene.app, Method::DELETE, &format!("/contacts/{id}"), &desk.token.plain, None).await.expect(200);
    let contact = format!("/business/contacts/{id}");
    let all = [
        (&webhook, "This webhook was deleted", format!("Ada Hale deleted {HOST} on "), LIST, "Go to Webhooks"),
        (&staff, "This person was removed", "Ada Hale removed uma on ".to_owned(), "/settings/staff", "Go to My Staff"),
        (
            &contact,
            "This contact was deleted",
            "Ledger deleted it on ".to_owned(),
            "/business/contacts",
            "Go to Contacts",
        ),
    ];
    for (address, title, why, list, way) in &all {
        let page = ada.get(address).await.expect(404);
        assert!(page.shows(title) && page.shows(why) && page.shows(way), "{}", page.text);
        assert!(page.text.contains(&format!("href=\"{list}\"")) && !page.shows("cut off or mistyped"));
    }
    // What lies below it says the same, and so does the part of a page that is asked for alone.
    let below = ada.get(&format!("{webhook}/edit")).await.expect(404);
    assert!(below.shows("This webhook was deleted"));
    let part = ada.request(Method::GET, &webhook).header("HX-Request", "true").header("HX-Request-Type", "partial");
    assert!(ada.send(&webhook, part).await.expect(404).shows("This webhook was deleted"));
    // Another account learns nothing of it, and nor does who may not open the list.
    let quay = scene.account("Quay").await;
    scene.person(&quay, "quinn@quay.example", "Admin").await;
    let stranger = scene.signed_in("quinn@quay.example").await;
    scene.person(&scene.account, "tom@harbor.example", "User").await;
    let tom = scene.signed_in("tom@harbor.example").await;
    for (address, title, ..) in &all {
        let page = stranger.get(address).await.expect(404);
        assert!(!page.shows(title) && page.shows("There is no page at this address"), "{}", page.text);
    }
    assert!(!tom.get(&webhook).await.expect(403).shows("was deleted"));
    // Who did it is for those to know who may open the audit log.
    let told = tom.get(&contact).await.expect(404);
    assert!(told.shows("It was deleted on ") && !told.shows("Ledger"), "{}", told.text);
}

#[actix_web::test]
async fn each_event_leads_to_the_things_page_but_for_the_one_that_ended_it() {
    let desk = Desk::new().await;
    let (webhook, _) = desk.make().await;
    let link = format!("<a href=\"{webhook}\">Open the webhook</a>");
    let log = async |what: &str| desk.ada().get(&format!("/settings/audit-log?action={what}")).await.expect(200);
    assert!(log("webhook.created").await.text.contains(&link));
    let form = desk.form(desk.ada(), &webhook, "deletion").await.with("host", HOST);
    desk.ada().submit(form).await.expect(303);
    assert!(!log("webhook.deleted").await.text.contains("Open the webhook"));
    assert!(log("webhook.created").await.text.contains(&link), "where it says that it was deleted");
    assert!(desk.ada().get(&webhook).await.expect(404).shows("This webhook was deleted"));
}

#[actix_web::test]
async fn a_refusal_leads_back_to_what_it_is_about() {
    let desk = Desk::new().await;
    let (webhook, _) = desk.make().await;
    let resume = desk.form(desk.ada(), &webhook, "pause").await;
    desk.ada().submit(resume).await.expect(303);
    let resume = desk.button(desk.ada(), &webhook, "resume").await;
    desk.set("UPDATE webhook_endpoints SET version = version + 1 WHERE id = $1", &webhook).await;
    let refused = desk.ada().submit(resume).await.expect(409);
    assert!(refused.text.contains(&format!("href=\"{webhook}\"")) && refused.shows("Open the webhook"));
    assert!(!refused.shows("Go to Private Integrations"), "{}", refused.text);
    let lost = desk.ada().get(&format!("{LIST}/whe_00000000000000000000000000")).await.expect(404);
    assert!(lost.shows("Go to Webhooks") && lost.shows("cut off or mistyped"));
    let lost = desk.ada().get("/settings/nothing").await.expect(404);
    assert!(lost.shows("Go to Private Integrations"));
}
