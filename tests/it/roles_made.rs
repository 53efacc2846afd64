//! Roles that people make, name, copy and delete: what their people and invitations get, and what is refused.

use crate::roles::{ROLES, count, gives, id, make, matrix, mia, role, run};
use crate::support::actors::Scene;
use futures_util::future::join;
use progreda::authz::Permission;
use progreda::binds;

#[actix_web::test]
async fn names_are_unique_in_every_case_and_form() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Stra\u{df}e", &[]).await;
    for taken in ["STRASSE", "\u{ff33}trasse", "user", " ADMIN "] {
        let page = make(&scene.admin, taken, "").await.expect(422);
        assert!(page.shows("Enter another name"), "{}", page.text);
        assert!(page.text.contains("aria-invalid"));
    }
    for bad in ["", "  ", "a\u{202e}b", &"x".repeat(81)] {
        make(&scene.admin, bad, "").await.expect(422);
    }
    role(&scene, "Other", &[]).await;
    let address = format!("/settings/roles/{lead}/name");
    let form = scene.admin.get(&address).await.expect(200).form(&address);
    scene.admin.submit(form.clone().with("name", "oTHER")).await.expect(422);
    scene.admin.submit(form.clone().with("name", "Street")).await.expect(303);
    let again = scene.admin.submit(form.clone().with("name", "Street")).await.expect(303);
    assert!(again.header("set-cookie").contains("already-so"));
    scene.admin.submit(form.with("name", "Lane")).await.expect(409);
    assert_eq!(id(&scene, "Street").await, lead);
    let user = id(&scene, "User").await;
    for path in ["name", "deletion"] {
        let page = scene.admin.get(&format!("/settings/roles/{user}/{path}")).await.expect(409);
        assert!(page.shows("User is built in"));
    }
}

#[actix_web::test]
async fn a_double_click_makes_one_role_that_gives_what_was_chosen() {
    let scene = Scene::new().await;
    let mia = mia(&scene).await;
    let (admin, user) = (id(&scene, "Admin").await, id(&scene, "User").await);
    let form = mia.get("/settings/roles/new").await.expect(200).form("/settings/roles/new").with("name", "Readers");
    let form = form.with("from", &user);
    let (one, other) = join(mia.submit(form.clone()), mia.submit(form.clone())).await;
    assert_eq!((one.status, other.status), (303, 303));
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = $1", "role.created").await, 1);
    assert_eq!(gives(&scene, "Readers").await, ["contacts.view"]);
    mia.submit(form.with("name", "Writers")).await.expect(409);
    make(&mia, "Admins two", &admin).await.expect(403);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM roles WHERE name = $1", "Admins two").await, 0);
}

#[actix_web::test]
async fn deleting_moves_people_and_invitations() {
    let scene = Scene::new().await;
    let lead = role(&scene, "Lead", &[Permission::LabsManage]).await;
    let target = role(&scene, "Readers", &[Permission::ContactsView]).await;
    scene.person(&scene.account, "sam@harbor.example", "Lead").await;
    let sam = scene.signed_in("sam@harbor.example").await;
    let invited = "INSERT INTO invitations (id, account_id, email, email_key, role_id, digest, invited_by, created_at, sent_at, \
                   expires_at) SELECT 'inv_1', $1, 'x@y.example', 'x@y.example', $2, 'd', s.user_id, 1, 1, 2 FROM staff s \
                   WHERE s.account_id = $1 ORDER BY s.created_at LIMIT 1";
    run(&scene, invited, binds![&scene.account, &lead]).await;
    run(&scene, "UPDATE accounts SET invited_role_id = $2 WHERE id = $1", binds![&scene.account, &lead]).await;
    let address = format!("/settings/roles/{lead}/deletion");
    let page = scene.admin.get(&address).await.expect(200);
    assert!(page.shows("1 person has this role") && page.shows("1 open invitation offers it"), "{}", page.text);
    let form = page.form(&address);
    scene.admin.submit(form.clone()).await.expect(422);
    scene.admin.submit(form.clone().with("heir", &lead)).await.expect(404);
    scene.person(&scene.account, "sue@harbor.example", "Lead").await;
    let page = scene.admin.submit(form.with("heir", &target)).await.expect(409);
    assert!(page.shows("2 people have this role"), "{}", page.text);
    sam.get("/business/contacts").await.expect(403);
    scene.admin.submit(page.form(&address).with("heir", &target)).await.expect(303);
    sam.get("/business/contacts").await.expect(200);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM staff WHERE role_id = $1", &target).await, 2);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM invitations WHERE role_id = $1", &target).await, 1);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM accounts WHERE invited_role_id = $1", &target).await, 1);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM roles WHERE id = $1", &lead).await, 0);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = $1", "staff.role_given").await, 2);
}

#[actix_web::test]
async fn deleting_gives_nobody_more_than_the_deleter_holds() {
    let scene = Scene::new().await;
    let mia = mia(&scene).await;
    let lead = role(&scene, "Lead", &[]).await;
    let power = role(&scene, "Power", &[Permission::LabsManage]).await;
    scene.person(&scene.account, "sam@harbor.example", "Lead").await;
    let address = format!("/settings/roles/{lead}/deletion");
    let page = mia.get(&address).await.expect(200);
    assert!(!page.text.contains(&power), "what would give more is not offered");
    mia.submit(page.form(&address).with("heir", &power)).await.expect(403);
    // Nor does it promote the deleter.
    let own = role(&scene, "Own", &[Permission::RolesManage]).await;
    scene.person(&scene.account, "pia@harbor.example", "Own").await;
    scene.set_override(&scene.account, "pia@harbor.example", Permission::ContactsView, Some(true)).await;
    let pia = scene.signed_in("pia@harbor.example").await;
    let address = format!("/settings/roles/{own}/deletion");
    let form = pia.get(&address).await.expect(200).form(&address);
    pia.submit(form.with("heir", &id(&scene, "User").await)).await.expect(403);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM staff WHERE role_id = $1", &own).await, 1);
}

#[actix_web::test]
async fn copying_opens_the_switches_and_saves_nothing() {
    let scene = Scene::new().await;
    let (lead, admin) = (role(&scene, "Lead", &[]).await, id(&scene, "Admin").await);
    let address = format!("/settings/roles/{lead}/copy");
    let form = scene.admin.get(&address).await.expect(200).form(ROLES).with("from", &admin);
    let page = scene.admin.submit(form).await.expect(200);
    assert_eq!(page.text.matches("<small>was off</small>").count(), Permission::ALL.len());
    assert!(gives(&scene, "Lead").await.is_empty());
    // What stands in its save bar was read.
    scene.admin.submit(page.form(ROLES)).await.expect(303);
    assert_eq!(gives(&scene, "Lead").await.len(), Permission::ALL.len());
    let mia = mia(&scene).await;
    role(&scene, "Small", &[]).await;
    let small = id(&scene, "Small").await;
    let page = mia.get(&format!("/settings/roles?from={admin}&to={small}")).await.expect(200);
    assert!(page.shows("Left as it is, since you may not switch it") && page.shows("Manage Labs"), "{}", page.text);
    assert_eq!(page.text.matches("<small>was off</small>").count(), 2, "what she holds: contacts and roles");
}

#[actix_web::test]
async fn without_the_permission_there_is_no_page() {
    let scene = Scene::new().await;
    scene.person(&scene.account, "uma@harbor.example", "User").await;
    let uma = scene.signed_in("uma@harbor.example").await;
    for path in [ROLES, "/settings/roles/new"] {
        uma.get(path).await.expect(403);
    }
    let form = matrix(&scene.admin).await;
    let csrf = uma.get("/profile").await.expect(200).form("/logout");
    let csrf = csrf.fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
    uma.submit(form.with("csrf", &csrf)).await.expect(403);
}

#[actix_web::test]
async fn deleting_a_role_that_nobody_has_chooses_nothing_for_the_account() {
    let scene = Scene::new().await;
    let mia = mia(&scene).await;
    let spare = role(&scene, "Spare", &[]).await;
    run(&scene, "UPDATE accounts SET invited_role_id = $1", binds![&spare]).await;
    let address = format!("/settings/roles/{spare}/deletion");
    let form = mia.get(&address).await.expect(200).form(&address);
    mia.submit(form.with("heir", &id(&scene, "Admin").await)).await.expect(303);
    let sql = "SELECT COUNT(*) FROM accounts WHERE invited_role_id = $1";
    assert_eq!(count(&scene, sql, &id(&scene, "User").await).await, 1);
}
