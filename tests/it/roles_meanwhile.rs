//! Roles & Permissions when somebody else is faster, the sign-in is old, or the form is not ours.

use crate::roles::{ROLES, asked, count, gives, in_bar, make, matrix, preview, role, save, switch};
use crate::support::actors::{PASSWORD, Scene};
use futures_util::future::join;
use progreda::authz::Permission;
use progreda::binds;
use progreda::world::Span;

#[actix_web::test]
async fn a_stale_form_keeps_what_was_switched_and_says_who_was_faster() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Lead", &[]).await;
    let mine = switch(matrix(&scene.admin).await, &[(&lead, Permission::LabsManage, true)]);
    scene.person(&scene.account, "bo@harbor.example", "Admin").await;
    let bo = scene.signed_in("bo@harbor.example").await;
    save(&bo, switch(matrix(&bo).await, &[(&lead, Permission::ContactsView, true)])).await.expect(303);
    let page = scene.admin.submit(mine.clone()).await.expect(409);
    assert!(page.shows("bo changed Lead"), "{}", page.text);
    assert_eq!(page.text.matches("<small>was off</small>").count(), 1);
    assert_eq!(in_bar(&page), "Lead gains Manage Labs. Nobody is affected yet.");
    // What stands in its save bar was read.
    scene.admin.submit(page.form(ROLES)).await.expect(303);
    assert_eq!(gives(&scene, "Lead").await, ["contacts.view", "labs.manage"]);
    // The first form once more, as a second click sends it.
    let again = scene.admin.submit(mine).await.expect(303);
    assert!(again.header("set-cookie").contains("already-so"), "{:?}", again.headers);
    let version = "SELECT version FROM roles WHERE id = $1";
    let before = count(&scene, version, &lead).await;
    let question =
        scene.admin.submit(switch(matrix(&scene.admin).await, &[(&lead, Permission::LabsManage, false)])).await;
    let form = question.expect(200).form(ROLES);
    let (one, other) = join(scene.admin.submit(form.clone()), scene.admin.submit(form)).await;
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(count(&scene, version, &lead).await, before + 1, "one effect");
}

#[actix_web::test]
async fn a_role_deleted_meanwhile_is_said() {
    let scene = Scene::new().await;
    let (lead, other) = (role(&scene, "Lead", &[]).await, role(&scene, "Other", &[]).await);
    let moves = [(lead.as_str(), Permission::LabsManage, true), (other.as_str(), Permission::LabsManage, true)];
    let form = switch(matrix(&scene.admin).await, &moves);
    let address = format!("/settings/roles/{lead}/deletion");
    let deletion = scene.admin.get(&address).await.expect(200).form(&address);
    scene.admin.submit(deletion.clone()).await.expect(303);
    let page = scene.admin.submit(form).await.expect(409);
    assert!(page.shows("Ada Hale deleted Lead"), "{}", page.text);
    assert_eq!(in_bar(&page), "Other gains Manage Labs. Nobody is affected yet.");
    let again = scene.admin.submit(deletion).await.expect(303);
    assert!(again.header("set-cookie").contains("already-so"));
}

#[actix_web::test]
async fn another_digest_than_was_shown_asks_again() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Lead", &[]).await;
    let form = switch(matrix(&scene.admin).await, &[(&lead, Permission::LabsManage, true)]);
    let (words, shown) = preview(&scene.admin, &form).await;
    assert!(words.ends_with("Nobody is affected yet."));
    scene.person(&scene.account, "sam@harbor.example", "Lead").await;
    let question = scene.admin.submit(form.with("shown", &shown)).await.expect(200);
    assert!(asked(&question).ends_with("1 person is affected."), "{}", question.text);
    assert!(gives(&scene, "Lead").await.is_empty());
}

#[actix_web::test]
async fn an_old_sign_in_gives_the_password_on_the_question() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Lead", &[]).await;
    let form = switch(matrix(&scene.admin).await, &[(&lead, Permission::LabsManage, true)]);
    let (_, shown) = preview(&scene.admin, &form).await;
    scene.app.advance(Span::minutes(16));
    let question = scene.admin.submit(form.with("shown", &shown)).await.expect(200);
    assert!(question.text.contains("name=\"password\""));
    let form = question.form(ROLES);
    scene.admin.submit(form.clone().with("password", "")).await.expect(403);
    scene.admin.submit(form.clone().with("password", "not this one at all")).await.expect(403);
    assert!(gives(&scene, "Lead").await.is_empty());
    scene.admin.submit(form.with("password", PASSWORD)).await.expect(303);
    assert_eq!(gives(&scene, "Lead").await, ["labs.manage"]);
}

#[actix_web::test]
async fn roles_of_others_and_fields_that_do_not_belong_are_refused() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Lead", &[]).await;
    let theirs = scene.account("Other").await;
    let (foreign,): (String,) = {
        let sql = "SELECT id FROM roles WHERE account_id = $1 AND name = 'User'";
        scene.db.read().await.unwrap().on().only(sql, binds![&theirs]).await.unwrap()
    };
    let form = matrix(&scene.admin).await;
    for role in [foreign.as_str(), "rol_1", "x"] {
        scene.admin.submit(switch(form.clone(), &[(role, Permission::LabsManage, true)])).await.expect(404);
        for path in ["name", "copy", "deletion"] {
            scene.admin.get(&format!("/settings/roles/{role}/{path}")).await.expect(404);
        }
        scene.admin.get(&format!("/settings/roles?from={role}&to={lead}")).await.expect(404);
        make(&scene.admin, "New", role).await.expect(404);
    }
    let base = form.fields.iter().find(|(name, _)| name == "base").unwrap().1.clone();
    let forged = form.clone().with("base", &base.replace(&lead, &foreign));
    scene.admin.submit(forged).await.expect(404);
    scene.admin.submit(form.clone().with("account_id", "x")).await.expect(400);
    scene.admin.submit(form.clone().with_all("base", &[&base, &base])).await.expect(400);
    let twice = [format!("{lead} labs.manage"), format!("{lead} labs.manage")];
    let twice: Vec<&str> = twice.iter().map(String::as_str).collect();
    scene.admin.submit(form.with_all("on", &twice)).await.expect(400);
    let new = scene.admin.get("/settings/roles/new").await.form("/settings/roles/new").with("name", "New");
    scene.admin.submit(new.with("builtin", "true")).await.expect(400);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM roles WHERE name = $1", "New").await, 0);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM role_permissions WHERE role_id = $1", &foreign).await, 1);
}
