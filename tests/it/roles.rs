//! Roles & Permissions: what is shown before it is saved, every rule of giving and taking, and what happens meanwhile.

use crate::support::actors::Scene;
use crate::support::html::{Form, unescape};
use crate::support::patience::comes;
use crate::support::visitor::{Page, Visitor};
use progreda::authz::Permission;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::roles::commands::set_permission;

/// The matrix.
pub const ROLES: &str = "/settings/roles";
const PREVIEW: &str = "/settings/roles/preview";

/// Runs a statement that the operator could run by hand.
pub async fn run(scene: &Scene, sql: &'static str, binds: Vec<progreda::db::Bind>) {
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(sql, binds).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

pub async fn count(scene: &Scene, sql: &'static str, about: &str) -> i64 {
    let (number,): (i64,) = scene.db.read().await.unwrap().on().only(sql, binds![about]).await.unwrap();
    number
}

pub async fn id(scene: &Scene, name: &str) -> String {
    let sql = "SELECT id FROM roles WHERE account_id = $1 AND name = $2";
    let found: Option<(String,)> =
        scene.db.read().await.unwrap().on().first(sql, binds![&scene.account, name]).await.unwrap();
    found.unwrap_or_else(|| panic!("there is no role {name}")).0
}

pub async fn gives(scene: &Scene, role: &str) -> Vec<String> {
    let sql = "SELECT permission FROM role_permissions WHERE role_id = $1 ORDER BY permission";
    let rows: Vec<(String,)> =
        scene.db.read().await.unwrap().on().all(sql, binds![id(scene, role).await]).await.unwrap();
    rows.into_iter().map(|(code,)| code).collect()
}

/// Makes a role by its page, giving what `from` gives.
pub async fn make(by: &Visitor, name: &str, from: &str) -> Page {
    let form = by.get("/settings/roles/new").await.expect(200).form("/settings/roles/new");
    by.submit(form.with("name", name).with("from", from)).await
}

/// Makes a role that gives these.
pub async fn role(scene: &Scene, name: &str, given: &[Permission]) -> String {
    make(&scene.admin, name, "").await.expect(303);
    for permission in given {
        set_permission(&scene.db, &scene.account, name, *permission, true).await.unwrap();
    }
    id(scene, name).await
}

pub async fn matrix(by: &Visitor) -> Form {
    by.get(ROLES).await.expect(200).form(ROLES)
}

/// The form with switches moved: `(role's id, permission, on)`.
pub fn switch(form: Form, moves: &[(&str, Permission, bool)]) -> Form {
    let mut on: Vec<String> =
        form.fields.iter().filter(|(name, _)| name == "on").map(|(_, value)| value.clone()).collect();
    for (role, permission, wanted) in moves {
        let value = format!("{role} {}", permission.code());
        on.retain(|text| *text != value);
        if *wanted {
            on.push(value);
        }
    }
    let on: Vec<&str> = on.iter().map(String::as_str).collect();
    form.with_all("on", &on)
}

/// What stands between two marks of the page, as it is read.
fn read_between(page: &Page, from: &str, to: &str) -> String {
    let inner = page.text.split_once(from).and_then(|(_, rest)| rest.split(to).next());
    let inner = inner.unwrap_or_else(|| panic!("no {from} in {}", page.text));
    let text: String = inner.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    unescape(text.trim()).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of the question before saving.
pub fn asked(page: &Page) -> String {
    read_between(page, "<div class=\"dialog__body\">", "<p class=\"form__note\"")
}

/// The words of the save bar of a whole page.
pub fn in_bar(page: &Page) -> String {
    let bar = Page { text: page.text.split_once("save-bar__count").expect("a save bar").1.to_owned(), ..page.clone() };
    read_between(&bar, "</strong>", "<input")
}

/// Posts the switches as the save bar does; its words and what they are recognised by.
pub async fn preview(by: &Visitor, form: &Form) -> (String, String) {
    let mut form = form.clone();
    form.action = PREVIEW.to_owned();
    let page = by.submit(form).await.expect(200);
    let words = read_between(&page, "</strong>", "<input");
    let shown = page.text.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    (words, shown.to_owned())
}

/// Saves through the question.
pub async fn save(by: &Visitor, form: Form) -> Page {
    let question = by.submit(form).await.expect(200);
    by.submit(question.form(ROLES)).await
}

async fn refused(scene: &Scene, code: &str) -> bool {
    let sql = "SELECT COUNT(*) FROM events WHERE action = 'access.refused' AND subject_name = 'POST /settings/roles' \
               AND details LIKE '%\"rule\"%' AND details LIKE '%' || $1 || '%'";
    comes(async || count(scene, sql, code).await > 0).await
}

/// Somebody who manages roles but holds little else, by overrides on the role User.
pub async fn mia(scene: &Scene) -> Visitor {
    scene.person(&scene.account, "mia@harbor.example", "User").await;
    scene.set_override(&scene.account, "mia@harbor.example", Permission::RolesManage, Some(true)).await;
    scene.signed_in("mia@harbor.example").await
}

#[actix_web::test]
async fn what_is_saved_was_read_before_and_counts_from_the_next_request() {
    let scene = Scene::new().await;
    let support = role(&scene, "Support lead", &[Permission::ContactsView]).await;
    for name in ["sam", "sue"] {
        scene.person(&scene.account, &format!("{name}@harbor.example"), "Support lead").await;
    }
    scene.set_override(&scene.account, "sue@harbor.example", Permission::PrivateIntegrationsView, Some(true)).await;
    let sam = scene.signed_in("sam@harbor.example").await;
    sam.get("/settings/private-integrations").await.expect(403);
    let form = switch(
        matrix(&scene.admin).await,
        &[(&support, Permission::PrivateIntegrationsView, true), (&support, Permission::ContactsView, false)],
    );
    let (words, shown) = preview(&scene.admin, &form).await;
    assert_eq!(
        words,
        "Support lead gains View Private Integrations. Support lead loses View Contacts. 2 people are affected."
    );
    let question = scene.admin.submit(form.clone()).await.expect(200);
    assert_eq!(asked(&question), words);
    assert_eq!(gives(&scene, "Support lead").await, ["contacts.view"], "nothing is sent before it is confirmed");
    let back = scene.admin.submit(question.form(ROLES).with("back", "1")).await.expect(200);
    assert!(back.shows("was on") && back.shows("was off"));
    let saved = scene.admin.submit(form.with("shown", &shown)).await.expect(303);
    assert_eq!(saved.header("location"), ROLES);
    sam.get("/settings/private-integrations").await.expect(200);
    assert!(!sam.get("/settings/private-integrations").await.shows("New integration"));
    sam.get("/business/contacts").await.expect(403);
    let newest =
        "SELECT details FROM events WHERE action = 'role.changed' AND subject_name = $1 ORDER BY sequence DESC LIMIT 1";
    let (details,): (String,) = scene.db.read().await.unwrap().on().only(newest, binds!["Support lead"]).await.unwrap();
    let expected = serde_json::json!({
        "before": { "permissions": ["contacts.view"] },
        "after": { "permissions": ["private_integrations.view"] },
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&details).unwrap(), expected);
}

#[actix_web::test]
async fn managing_integrations_says_what_it_means_and_takes_viewing_along() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Lead", &[]).await;
    let manage = (lead.as_str(), Permission::PrivateIntegrationsManage, true);
    let page = scene.admin.submit(switch(matrix(&scene.admin).await, &[manage])).await.expect(422);
    assert!(page.shows("Lead: Manage Private Integrations includes View Private Integrations"), "{}", page.text);
    assert!(page.text.contains(&format!("id=\"{lead}-private_integrations.view-error\"")));
    assert_eq!(gives(&scene, "Lead").await.len(), 0);
    let both = switch(page.form(ROLES), &[(&lead, Permission::PrivateIntegrationsView, true)]);
    let question = scene.admin.submit(both).await.expect(200);
    assert!(asked(&question).contains("in effect access to all data of the account"), "{}", question.text);
    assert!(asked(&question).ends_with("Nobody is affected yet."));
    scene.admin.submit(question.form(ROLES)).await.expect(303);
    let form = switch(matrix(&scene.admin).await, &[(&lead, Permission::PrivateIntegrationsView, false)]);
    scene.admin.submit(form).await.expect(422);
}

#[actix_web::test]
async fn a_forged_switch_gives_nothing_and_leaves_a_trace() {
    let scene = Scene::new().await;
    let (lead, mia) = (role(&scene, "Lead", &[]).await, mia(&scene).await);
    let page = mia.get(ROLES).await.expect(200);
    assert!(page.shows("You do not hold Manage Labs, so you cannot give it"));
    assert!(!page.text.contains(&format!("value=\"{lead} labs.manage\"")));
    let form = switch(page.form(ROLES), &[(&lead, Permission::LabsManage, true)]);
    let refusal = mia.submit(form.clone()).await.expect(403);
    assert!(refusal.shows("You do not hold Manage Labs"), "{}", refusal.text);
    let (words, shown) = preview(&mia, &form).await;
    assert_eq!((words.as_str(), shown.as_str()), ("You do not hold Manage Labs, so you cannot give it.", ""));
    assert!(gives(&scene, "Lead").await.is_empty());
    assert!(refused(&scene, "gives_what_is_lacked").await || refused(&scene, "rule").await);
    // What she holds she may give.
    save(&mia, switch(matrix(&mia).await, &[(&lead, Permission::ContactsView, true)])).await.expect(303);
    assert_eq!(gives(&scene, "Lead").await, ["contacts.view"]);
}

#[actix_web::test]
async fn the_own_role_gains_nothing() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Lead", &[Permission::RolesManage]).await;
    scene.person(&scene.account, "pia@harbor.example", "Lead").await;
    scene.set_override(&scene.account, "pia@harbor.example", Permission::LabsManage, Some(true)).await;
    let pia = scene.signed_in("pia@harbor.example").await;
    let form = switch(matrix(&pia).await, &[(&lead, Permission::LabsManage, true)]);
    let page = pia.submit(form).await.expect(403);
    assert!(page.shows("You hold this role, so you cannot add Manage Labs to it"), "{}", page.text);
    assert_eq!(gives(&scene, "Lead").await, ["roles.manage"]);
}

#[actix_web::test]
async fn nobody_changes_a_role_that_holds_more_or_whose_people_do() {
    let scene = Scene::new().await;
    let mia = mia(&scene).await;
    let support = role(&scene, "Support", &[Permission::ContactsView]).await;
    let owners = role(&scene, "Owners", &[Permission::ContactsView, Permission::AccountManage]).await;
    let off = |role: &str| format!("{role}:");
    let take = |form: Form, role: &str| {
        // A page on which everything could be switched, made by hand.
        let base = form.fields.iter().find(|(name, _)| name == "base").unwrap().1.clone();
        let forged: Vec<String> = base
            .split(';')
            .map(|column| if column.starts_with(&off(role)) { column.replace('=', "+") } else { column.to_owned() })
            .collect();
        let kept = (role, Permission::AccountManage, role.is_empty());
        switch(form.with("base", &forged.join(";")), &[(role, Permission::ContactsView, false), kept])
    };
    let page = mia.submit(take(matrix(&mia).await, &owners)).await.expect(403);
    assert!(page.shows("somebody who holds Manage Account"), "{}", page.text);
    let form = matrix(&mia).await;
    assert!(form.fields.contains(&("on".to_owned(), format!("{support} contacts.view"))));
    scene.person(&scene.account, "sam@harbor.example", "Support").await;
    scene.set_override(&scene.account, "sam@harbor.example", Permission::LabsManage, Some(true)).await;
    let page = mia.submit(take(form, &support)).await.expect(403);
    assert!(page.shows("somebody who holds Manage Labs"), "{}", page.text);
    assert_eq!(gives(&scene, "Support").await, ["contacts.view"]);
    mia.get(&format!("/settings/roles/{owners}/deletion")).await.expect(403);
    let rename = mia.get(&format!("/settings/roles/{owners}/name")).await.expect(200);
    let form = rename.form(&format!("/settings/roles/{owners}/name")).with("name", "Nobody");
    mia.submit(form).await.expect(403);
}

#[actix_web::test]
async fn admin_keeps_managing_roles_and_staff() {
    let scene = Scene::new().await;
    let admin = id(&scene, "Admin").await;
    let form = matrix(&scene.admin).await;
    let base = form.fields.iter().find(|(name, _)| name == "base").unwrap().1.clone();
    for (code, permission) in [("roles.manage", Permission::RolesManage), ("staff.manage", Permission::StaffManage)] {
        assert!(base.contains(&format!("={code}")), "{base}");
        let forged = form.clone().with("base", &base.replace(&format!("={code}"), &format!("+{code}")));
        let page = scene.admin.submit(forged).await.expect(403);
        assert!(page.shows(&format!("Admin always holds {}", permission.words())), "{}", page.text);
        let denied = set_permission(&scene.db, &scene.account, "Admin", permission, false).await;
        assert!(denied.is_err(), "the command line cannot take {code} either");
    }
    assert_eq!(gives(&scene, "Admin").await.len(), Permission::ALL.len());
    // Everything else it can lose.
    save(&scene.admin, switch(form, &[(&admin, Permission::LabsManage, false)])).await.expect(303);
    assert!(!gives(&scene, "Admin").await.contains(&"labs.manage".to_owned()));
}

#[actix_web::test]
async fn somebody_is_always_left_who_keeps_the_account() {
    let scene = Scene::new().await;
    let boss = role(&scene, "Boss", Permission::ALL).await;
    scene.person(&scene.account, "bea@harbor.example", "Boss").await;
    let bea = scene.signed_in("bea@harbor.example").await;
    let ada = progreda::staff::commands::set_disabled(&scene.db, &scene.account, crate::support::actors::ADMIN, true);
    ada.await.unwrap();
    let form = switch(matrix(&bea).await, &[(&boss, Permission::RolesManage, false)]);
    let page = save(&bea, form).await.expect(409);
    assert!(page.shows("Nobody would be left who can both manage roles and manage staff"), "{}", page.text);
    assert!(page.shows("was on"), "the choice is kept");
    assert_eq!(gives(&scene, "Boss").await.len(), Permission::ALL.len());
}
