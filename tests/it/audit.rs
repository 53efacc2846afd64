//! The Audit Log: what people do shows up there, with who, what, before and after; who may look, and at what.

use crate::console::Made;
use crate::staff::{form, page_of};
use crate::support::actors::{ADMIN, Scene, call, sign_in};
use crate::support::html::unescape;
use crate::support::patience::comes;
use crate::support::visitor::Page;
use progreda::authz::Permission::{AuditExport, AuditView, LabsManage};
use progreda::authz::{Lab, Permission};
use progreda::binds;
use progreda::world::Span;
use reqwest::Method;

pub const LOG: &str = "/settings/audit-log";
const LIST: &str = "/settings/private-integrations";
const UMA: &str = "uma@harbor.example";

/// A text without its tags, spaces as one.
pub fn plain(html: &str) -> String {
    let text: String = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
    unescape(&text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines of the log, each with what opens below it.
pub fn rows(page: &Page) -> Vec<String> {
    page.text
        .split("<details class=\"event\">")
        .skip(1)
        .map(|row| plain(row.split("</details>").next().unwrap()))
        .collect()
}

/// A scene a moment after its account was made; the clock of a test stands still, and events of one instant have no order.
pub async fn scene() -> Scene {
    let scene = Scene::new().await;
    scene.app.advance(Span::seconds(1));
    scene
}

/// The newest line of the log; what comes next happens later.
pub async fn newest(scene: &Scene) -> String {
    let page = scene.admin.get(LOG).await.expect(200);
    scene.app.advance(Span::seconds(1));
    rows(&page).into_iter().next().expect("an event")
}

/// Fails unless the newest line holds each of these, in this order.
#[track_caller]
fn told(row: &str, parts: &[&str]) {
    let mut rest = row;
    for part in parts {
        let (_, after) = rest.split_once(part).unwrap_or_else(|| panic!("no {part:?} in {row:?}"));
        rest = after;
    }
}

/// An integration that Ada makes in the console; its address.
pub async fn made(scene: &Scene, name: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let review = format!("{LIST}/new/review?name={encoded}&scopes=contacts.readonly");
    let form = scene.admin.get(&review).await.expect(200).form(&format!("{LIST}/new"));
    Made::of(&scene.admin.submit(form).await.expect(303)).address
}

#[actix_web::test]
async fn the_life_of_an_integration_is_told_with_before_and_after() {
    let scene = scene().await;
    let of = made(&scene, "Warehouse sync").await;
    told(&newest(&scene).await, &["Ada Hale", "created Warehouse sync", "127.0.0.1", "contacts.readonly"]);
    let edit = scene.admin.get(&format!("{of}/edit")).await.expect(200).form(&format!("{of}/edit"));
    let edit = edit.with("description", "Stock levels.").with_all("scopes", &["contacts.write"]);
    scene.admin.submit(edit).await.expect(303);
    let row = newest(&scene).await;
    let parts = [
        "Ada Hale",
        "changed the description and scopes of Warehouse sync",
        "Stock levels.",
        "contacts.readonly",
        "contacts.write",
    ];
    told(&row, &parts);
    told(&row, &["Action", "integration.updated"]);
    assert!(row.contains("req_"), "the request: {row}");
    let page = scene.admin.get(LOG).await;
    assert!(
        page.text.contains("<del class=\"diff__line diff__line--removed mono\">contacts.readonly</del>"),
        "{}",
        page.text
    );
    assert!(
        page.text.contains("<ins class=\"diff__line diff__line--added mono\">contacts.write</ins>"),
        "{}",
        page.text
    );
    for (path, sentence) in [("pause", "paused Warehouse sync"), ("resume", "resumed Warehouse sync")] {
        let place = format!("{of}/{path}");
        let from = if path == "pause" { place.clone() } else { of.clone() };
        let form = scene.admin.get(&from).await.expect(200).form(&place);
        scene.admin.submit(form).await.expect(303);
        told(&newest(&scene).await, &["Ada Hale", sentence]);
    }
    let place = format!("{of}/rotation");
    let form = scene.admin.get(&place).await.expect(200).form(&place).with("how", "now");
    scene.admin.submit(form).await.expect(303);
    let row = newest(&scene).await;
    told(&row, &["rotated the token of Warehouse sync, old one expired at once", "Ended tokens", "pit_…"]);
    // The same words on the integration's page, which needs not name itself.
    let page = scene.admin.get(&of).await.expect(200);
    assert!(plain(&page.text).contains("Ada Hale rotated the token, old one expired at once"), "{}", page.text);
    let link = format!("{LOG}?thing=integration%3A{}", of.rsplit('/').next().unwrap());
    assert!(page.text.contains(&format!("href=\"{link}\"")), "{}", page.text);
    assert_eq!(rows(&scene.admin.get(&link).await.expect(200)).len(), 5);
}

#[actix_web::test]
async fn what_is_done_to_people_and_roles_is_told_in_words() {
    let scene = scene().await;
    scene.person(&scene.account, UMA, "User").await;
    told(&newest(&scene).await, &["Operator", "added uma"]);
    let uma = page_of(&scene, UMA).await;
    let lead = scene.role(&scene.account, "Team lead", &[LabsManage]).await;
    let sent = form(&scene.admin, &uma, "").await.with("role", &lead).with("name", "Uma Vale");
    scene.admin.submit(sent).await.expect(303);
    let all = rows(&scene.admin.get(LOG).await);
    assert!(all.iter().any(|row| row.contains("gave uma the role Team lead")), "{all:?}");
    assert!(all.iter().any(|row| row.contains("changed the name of uma to Uma Vale")), "{all:?}");
    scene.app.advance(Span::seconds(1));
    let sent = form(&scene.admin, &uma, "/permissions").await.with("staff.view", "allow");
    scene.admin.submit(sent).await.expect(303);
    told(&newest(&scene).await, &["Ada Hale", "allowed View Staff to Uma Vale", "Allow View Staff"]);
    for (path, sentence) in [("disabling", "disabled Uma Vale"), ("removal", "removed Uma Vale from the account")] {
        let sent = form(&scene.admin, &uma, &format!("/{path}")).await;
        scene.admin.submit(sent).await.expect(303);
        told(&newest(&scene).await, &["Ada Hale", sentence]);
    }
    let profile = scene.admin.get("/profile").await.expect(200).form("/profile/name").with("name", "Ada Quist");
    scene.admin.submit(profile).await.expect(303);
    told(&newest(&scene).await, &["changed their name to Ada Quist", "Ada Hale", "Ada Quist"]);
    let lab = scene.admin.get("/settings/labs/contacts/off").await.expect(200).form("/settings/labs/contacts");
    scene.admin.submit(lab).await.expect(303);
    told(&newest(&scene).await, &["Ada Quist", "switched off the lab Contacts", "Yes", "No"]);
    let account = scene.admin.get("/settings/account").await.expect(200).form("/settings/account");
    scene.admin.submit(account.with("name", "Harbor & Sons")).await.expect(303);
    told(&newest(&scene).await, &["renamed the account Harbor & Pine to Harbor & Sons"]);
}

#[actix_web::test]
async fn the_operator_writes_as_the_console_does() {
    let scene = scene().await;
    scene.person(&scene.account, UMA, "User").await;
    scene.app.advance(Span::seconds(1));
    scene.set_override(&scene.account, UMA, LabsManage, Some(true)).await;
    told(&newest(&scene).await, &["Operator", "allowed Manage Labs to uma", "staff.overrides_changed"]);
    scene.set_override(&scene.account, UMA, LabsManage, Some(true)).await;
    let count = rows(&scene.admin.get(LOG).await).len();
    progreda::staff::commands::assign(&scene.db, &scene.account, UMA, "Admin").await.unwrap();
    told(&newest(&scene).await, &["Operator", "gave uma the role Admin", "User", "Admin", "staff.role_given"]);
    for disabled in [true, true, false] {
        progreda::staff::commands::set_disabled(&scene.db, &scene.account, UMA, disabled).await.unwrap();
        scene.app.advance(Span::seconds(1));
    }
    told(&newest(&scene).await, &["Operator", "enabled uma", "Yes", "No"]);
    // What was so already left no trace.
    assert_eq!(rows(&scene.admin.get(LOG).await).len(), count + 3);
}

#[actix_web::test]
async fn software_and_refusals_stand_in_the_log_and_say_how_often() {
    let scene = scene().await;
    let token = scene.token(&scene.account, "Sync", &["contacts.write"]).await;
    scene.app.advance(Span::seconds(1));
    let path = format!("/contacts/?locationId={}", scene.account);
    for _ in 0..3 {
        assert!([401, 403].contains(&call(&scene.app, Method::GET, &path, &token.plain, None).await.status));
    }
    comes(async || newest(&scene).await.contains(", 3 times")).await;
    let row = newest(&scene).await;
    told(&row, &["Sync", "was refused GET /contacts for lack of contacts.readonly, 3 times", "access.refused"]);
}

#[actix_web::test]
async fn a_failed_sign_in_is_told_where_the_person_works_and_a_stranger_s_nowhere() {
    let scene = scene().await;
    let other = scene.account("Elsewhere").await;
    scene.person(&other, "eve@elsewhere.example", "Admin").await;
    let visitor = scene.app.visitor();
    for _ in 0..2 {
        sign_in(&visitor, ADMIN, "not it").await.expect(401);
    }
    sign_in(&visitor, "my pass phrase by mistake", "not it").await.expect(401);
    sign_in(&visitor, "eve@elsewhere.example", "not it").await.expect(401);
    let sql = "SELECT COALESCE(account_id, ''), subject_name, times FROM events WHERE action = 'user.sign_in_failed' ORDER BY times DESC, subject_name";
    let mut found: Vec<(String, String, i64)> = Vec::new();
    comes(async || {
        found = scene.db.read().await.unwrap().on().all(sql, vec![]).await.unwrap();
        found.len() == 3
    })
    .await;
    let own = |account: &str, name: &str, times| (account.to_owned(), name.to_owned(), times);
    let expected = [own(scene.account.as_str(), "Ada Hale", 2), own("", "", 1), own(other.as_str(), "eve", 1)];
    assert_eq!(found, expected);
    told(&newest(&scene).await, &["Somebody", "failed to sign in as Ada Hale, 2 times"]);
    let page = scene.admin.get(LOG).await;
    assert!(!page.shows("by mistake") && rows(&page).iter().all(|row| !row.contains("as eve")), "{}", page.text);
}

#[actix_web::test]
async fn an_event_has_an_address_and_nobody_else_s_account_has() {
    let scene = scene().await;
    let other = scene.account("Elsewhere").await;
    scene.person(&other, "eve@elsewhere.example", "Admin").await;
    let eve = scene.signed_in("eve@elsewhere.example").await;
    let of = made(&scene, "Warehouse <b>sync").await;
    let page = scene.admin.get(LOG).await.expect(200);
    assert!(!page.text.contains("<b>sync"), "a name is no markup");
    let way = page
        .text
        .split("class=\"event__ways\"><a href=\"")
        .nth(1)
        .expect("a way")
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    let event = scene.admin.get(&way).await.expect(200);
    assert!(plain(&event.text).contains("Ada Hale created Warehouse <b>sync"), "{}", event.text);
    assert!(event.text.contains(&format!("href=\"{of}\"")), "{}", event.text);
    eve.get(&way).await.expect(404);
    for id in ["evt_00000000000000000000000000", "evt_1", "1", "%2e%2e"] {
        scene.admin.get(&format!("{LOG}/{id}")).await.expect(404);
    }
    let seen = eve.get(LOG).await.expect(200);
    assert!(!seen.shows("Warehouse") && !seen.shows("Ada"), "{}", seen.text);
    // Foreign ids in a filter find nothing and name nobody.
    let (ada,): (String,) = {
        let sql = "SELECT id FROM users WHERE email = $1";
        scene.db.read().await.unwrap().on().only(sql, binds![ADMIN]).await.unwrap()
    };
    for filter in [format!("person={ada}"), format!("thing=integration:{}", of.rsplit('/').next().unwrap())] {
        let page = eve.get(&format!("{LOG}?{filter}")).await.expect(200);
        assert!(rows(&page).is_empty() && !page.shows("Ada") && !page.shows("Warehouse"), "{filter}: {}", page.text);
    }
    let staff = scene.staff(&scene.account, ADMIN).await;
    assert!(rows(&eve.get(&format!("{LOG}?thing=staff:{staff}")).await.expect(200)).is_empty());
}

#[actix_web::test]
async fn reading_and_downloading_are_rights_of_their_own() {
    let scene = scene().await;
    scene.person(&scene.account, UMA, "User").await;
    let uma = scene.signed_in(UMA).await;
    uma.get(LOG).await.expect(403);
    let sent = scene.admin.get(LOG).await.expect(200).form("/settings/audit-log/export").with("format", "csv");
    let own = |page: &Page, form: &crate::support::html::Form| {
        let guard = page.form("/logout");
        let value = |name: &str| guard.fields.iter().find(|(key, _)| key == name).unwrap().1.clone();
        form.clone().with("csrf", &value("csrf")).with("account", &value("account"))
    };
    let profile = uma.get("/profile").await;
    uma.submit(own(&profile, &sent)).await.expect(403);
    scene.set_override(&scene.account, UMA, AuditView, Some(true)).await;
    let page = uma.get(LOG).await.expect(200);
    assert!(!page.text.contains("/settings/audit-log/export"), "no control that would be refused");
    uma.submit(own(&profile, &sent)).await.expect(403);
    scene.set_override(&scene.account, UMA, AuditExport, Some(true)).await;
    uma.submit(own(&profile, &sent)).await.expect(200);
    assert!(uma.get(LOG).await.text.contains("/settings/audit-log/export"));
    // The log is a right: a person's page shows what they did only to whoever has it.
    let ada = page_of(&scene, ADMIN).await;
    scene.set_override(&scene.account, UMA, Permission::StaffView, Some(true)).await;
    assert!(uma.get(&ada).await.expect(200).shows("All they did"));
    for permission in [AuditExport, AuditView] {
        scene.set_override(&scene.account, UMA, permission, None).await;
    }
    assert!(!uma.get(&ada).await.expect(200).shows("All they did"));
}

#[actix_web::test]
async fn a_person_s_page_shows_what_they_did_and_met_with() {
    let scene = scene().await;
    scene.person(&scene.account, UMA, "User").await;
    scene.set_lab(&scene.account, Lab::Contacts, true).await;
    scene.set_override(&scene.account, UMA, LabsManage, Some(true)).await;
    let uma = scene.signed_in(UMA).await;
    let off = uma.get("/settings/labs/contacts/off").await.expect(200).form("/settings/labs/contacts");
    uma.submit(off).await.expect(303);
    let page = scene.admin.get(&page_of(&scene, UMA).await).await.expect(200);
    let text = plain(&page.text);
    for sentence in [
        "uma switched off the lab Contacts",
        "uma signed in",
        "Operator allowed Manage Labs to uma",
        "Operator added uma",
    ] {
        assert!(text.contains(sentence), "{sentence}: {text}");
    }
    assert_eq!(text.matches("uma signed in").count(), 1, "each event once: {text}");
    let to = page
        .text
        .split("<a href=\"")
        .find(|link| link.starts_with(&format!("{LOG}?thing=staff")))
        .expect("a way to the log");
    let all = rows(&scene.admin.get(to.split('"').next().unwrap()).await.expect(200));
    // The membership's and the user's events together.
    assert!(
        all.iter().any(|row| row.contains("allowed Manage Labs")) && all.iter().any(|row| row.contains("added uma")),
        "{all:?}"
    );
    assert!(!all.iter().any(|row| row.contains("Contacts")), "{all:?}");
}
