//! My Staff: who sees whom, who may change what of whom, and what is refused.

use crate::support::actors::{ADMIN, Scene};
use crate::support::html::Form;
use crate::support::patience::comes;
use crate::support::visitor::{Page, Visitor};
use progreda::authz::Permission::{self, ContactsView, LabsManage, RolesManage, StaffManage, StaffView};
use progreda::binds;

const UMA: &str = "uma@harbor.example";
const VIC: &str = "vic@harbor.example";

/// The address of somebody's page.
pub async fn page_of(scene: &Scene, email: &str) -> String {
    format!("/settings/staff/{}", scene.staff(&scene.account, email).await)
}

/// The form at the end of `path`, as the page `of` holds it for this visitor.
pub async fn form(visitor: &Visitor, of: &str, path: &str) -> Form {
    let place = format!("{of}{path}");
    visitor.get(&place).await.expect(200).form(&place)
}

/// How many events of this kind there are.
pub async fn events(scene: &Scene, action: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM events WHERE action = $1";
    scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![action]).await.unwrap().0
}

/// What is said of somebody alone, as stored.
async fn overrides(scene: &Scene, email: &str) -> Vec<(String, bool)> {
    let sql = "SELECT o.permission, o.allowed FROM staff_overrides o WHERE o.staff_id = $1 ORDER BY o.permission";
    let staff = scene.staff(&scene.account, email).await;
    scene.db.read().await.unwrap().on().all(sql, binds![staff]).await.unwrap()
}

/// The refusals with this rule, once there is one.
async fn refused(scene: &Scene, rule: &str) -> i64 {
    let sql = "SELECT COUNT(*) FROM events WHERE action = 'access.refused' AND details LIKE $1";
    let mut rows = 0;
    comes(async || {
        let pattern = format!("%{rule}%");
        (rows,) = scene.db.read().await.unwrap().on().only(sql, binds![pattern]).await.unwrap();
        rows > 0
    })
    .await;
    rows
}

/// A scene with Uma, who has the role User, and Vic, who manages roles and staff and holds nothing else.
async fn scene() -> (Scene, Visitor) {
    let scene = Scene::new().await;
    scene.person(&scene.account, UMA, "User").await;
    scene.person(&scene.account, VIC, "User").await;
    let role = scene.role(&scene.account, "Keeper", &[RolesManage, StaffManage, ContactsView]).await;
    let of = page_of(&scene, VIC).await;
    let sent = form(&scene.admin, &of, "").await.with("role", &role);
    scene.admin.submit(sent).await.expect(303);
    let vic = scene.signed_in(VIC).await;
    (scene, vic)
}

#[actix_web::test]
async fn the_list_shows_everybody_and_finds_them() {
    let (scene, vic) = scene().await;
    scene.set_override(&scene.account, UMA, LabsManage, Some(true)).await;
    scene.set_override(&scene.account, UMA, ContactsView, Some(false)).await;
    let list = vic.get("/settings/staff").await.expect(200);
    for shown in ["Ada Hale", "uma", "vic", ADMIN, UMA, "Keeper", "2 overrides: 1 allow, 1 deny", "3 people", "never"] {
        assert!(list.shows(shown), "{shown}: {}", list.text);
    }
    assert!(list.shows("/settings/staff/invitations/new"), "the way to invite");
    assert_eq!(list.text.matches("never").count(), 1, "whoever signed in was seen; Uma was not");
    let found = vic.get("/settings/staff?search=UMA").await.expect(200);
    assert!(found.shows("1 person matches") && !found.shows("Ada Hale"));
    assert!(vic.get("/settings/staff?search=%25").await.expect(200).shows("Nobody matches"), "% means itself");
    let request = vic.request(reqwest::Method::GET, "/settings/staff?search=vic").header("HX-Request", "true");
    let part = vic.send("/settings/staff", request.header("HX-Request-Type", "partial")).await.expect(200);
    assert!(part.shows("1 person matches") && !part.shows("<html"), "{}", part.text);
    scene.set_override(&scene.account, UMA, StaffView, Some(true)).await;
    let uma = scene.signed_in(UMA).await;
    let seen = uma.get("/settings/staff").await.expect(200);
    assert!(seen.shows("Ada Hale") && !seen.shows("/settings/staff/invitations"), "only looking");
    let profile = uma.get(&page_of(&scene, VIC).await).await.expect(200);
    assert!(!profile.text.contains("<form class=\"form"), "no control that changes anything");
    assert!(!profile.shows("/removal") && !profile.shows("Nothing here is yours"), "{}", profile.text);
}

#[actix_web::test]
async fn every_page_of_the_list_follows_the_one_before() {
    let (scene, vic) = scene().await;
    let mut tx = scene.db.write().await.unwrap();
    let user = "INSERT INTO users (id, email, email_key, name, password_hash, created_at, password_changed_at, session_epoch) \
                VALUES ($1, $2, $2, $3, 'x', 1, 1, 1)";
    let staff = "INSERT INTO staff (id, account_id, user_id, role_id, created_at, name_key, search_key) \
                 SELECT $1, $2, $3, s.role_id, 1, $4, $5 FROM staff s WHERE s.account_id = $2 LIMIT 1";
    for number in 0..117 {
        let (user_id, staff_id) = (format!("usr_{number:026}"), format!("stf_{number:026}"));
        // Three of each name, so that the id decides.
        let (name, email) = (format!("person {:03}", number / 3), format!("p{number:03}@harbor.example"));
        tx.on().run(user, binds![&user_id, &email, &name]).await.unwrap();
        let search = format!("{name} {email}");
        tx.on().run(staff, binds![&staff_id, &scene.account, &user_id, &name, search]).await.unwrap();
    }
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    let ids = |page: &Page| -> Vec<String> {
        let links = page.text.split("<a href=\"/settings/staff/stf_").skip(1);
        links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let turn = |page: &Page, rel: &str| -> Option<String> {
        let at = page.text.find(&format!("\" rel=\"{rel}\""))?;
        Some(crate::support::html::unescape(page.text[..at].rsplit("href=\"").next()?))
    };
    let mut page = vic.get("/settings/staff").await.expect(200);
    assert!(page.shows("1 to 50 of 120 people"), "{}", page.text);
    let mut all = vec![ids(&page)];
    while let Some(next) = turn(&page, "next") {
        page = vic.get(&next).await.expect(200);
        all.push(ids(&page));
    }
    assert!(page.shows("101 to 120 of 120 people"));
    let mut together = all.concat();
    together.sort();
    together.dedup();
    assert_eq!((all.len(), together.len()), (3, 120), "nobody comes twice and nobody is lost");
    let back = vic.get(&turn(&page, "prev").expect("a page before")).await.expect(200);
    assert_eq!(ids(&back), all[1], "the way back leads over the same pages");
    assert!(vic.get("/settings/staff?after=stf_00000000000000000000000zzz").await.expect(200).shows("1 to 50"));
}

#[actix_web::test]
async fn nobody_changes_themselves_or_somebody_who_holds_more() {
    let (scene, vic) = scene().await;
    let (own, ada, uma) = (page_of(&scene, VIC).await, page_of(&scene, ADMIN).await, page_of(&scene, UMA).await);
    for page in [&own, &ada] {
        for path in ["", "/permissions"] {
            let shown = vic.get(&format!("{page}{path}")).await.expect(200);
            assert!(!shown.text.contains(&format!("action=\"{page}")), "{page}{path} has a form: {}", shown.text);
        }
    }
    assert!(vic.get(&own).await.shows("Nobody changes what they themselves may do"));
    assert!(vic.get(&ada).await.shows("holds View Private Integrations, which you do not hold"));
    for path in ["/permissions", "", "/disabling", "/removal"] {
        let mut forged = form(&vic, &uma, path).await;
        if path == "/permissions" {
            forged = forged.with("contacts.view", "deny");
        }
        for page in [&own, &ada] {
            let sent = Form { action: format!("{page}{path}"), ..forged.clone() };
            let answer = vic.submit(sent).await;
            assert_eq!(answer.status, 403, "{page}{path}: {}", answer.text);
        }
    }
    assert!(refused(&scene, "oneself").await > 0 && refused(&scene, "holds_more").await > 0, "refusals leave a trace");
    assert!(overrides(&scene, VIC).await.is_empty() && overrides(&scene, ADMIN).await.is_empty());
    assert_eq!(events(&scene, "staff.disabled").await + events(&scene, "staff.removed").await, 0);
}

#[actix_web::test]
async fn nobody_gives_what_they_lack() {
    let (scene, vic) = scene().await;
    let uma = page_of(&scene, UMA).await;
    let page = vic.get(&format!("{uma}/permissions")).await.expect(200);
    assert!(page.shows("You do not hold this right, so you cannot give it"));
    let kept = page.form(&format!("{uma}/permissions"));
    assert!(kept.fields.iter().all(|(name, _)| name != "labs.manage"), "no control for what cannot be given");
    vic.submit(kept.clone().with("labs.manage", "allow")).await.expect(403);
    assert_eq!(refused(&scene, "gives_what_is_lacked").await, 1);
    let admin: (String,) =
        scene.db.read().await.unwrap().on().only("SELECT id FROM roles WHERE name = 'Admin'", binds![]).await.unwrap();
    assert!(!page.text.contains(&admin.0), "a role that gives more is not offered");
    vic.submit(kept.clone().with("role", &admin.0)).await.expect(403);
    vic.submit(form(&vic, &uma, "").await.with("role", &admin.0)).await.expect(403);
    let elsewhere = scene.account("Elsewhere").await;
    let foreign = scene.role(&elsewhere, "Foreign", &[]).await;
    vic.submit(kept.clone().with("role", &foreign)).await.expect(404);
    vic.submit(form(&vic, &uma, "").await.with("role", &foreign)).await.expect(404);
    vic.submit(kept.clone().with("role", "nonsense")).await.expect(404);
    vic.submit(kept.clone().with("contacts.view", "maybe")).await.expect(400);
    for extra in ["name", "email", "account_id", "disabled_at", "contacts.edit"] {
        vic.submit(kept.clone().with(extra, "allow")).await.expect(400);
    }
    assert!(overrides(&scene, UMA).await.is_empty());
    assert_eq!(events(&scene, "staff.role_given").await, 1, "only the one that made Vic a keeper");
}

#[actix_web::test]
async fn people_of_another_account_are_not_there() {
    let (scene, vic) = scene().await;
    let elsewhere = scene.account("Elsewhere").await;
    scene.person(&elsewhere, "eve@elsewhere.example", "User").await;
    let eve = format!("/settings/staff/{}", scene.staff(&elsewhere, "eve@elsewhere.example").await);
    let uma = page_of(&scene, UMA).await;
    for path in ["", "/permissions", "/disabling", "/removal"] {
        vic.get(&format!("{eve}{path}")).await.expect(404);
        let forged = Form { action: format!("{eve}{path}"), ..form(&vic, &uma, path).await };
        vic.submit(forged).await.expect(404);
    }
    let from = eve.rsplit('/').next().unwrap();
    vic.get(&format!("{uma}/permissions?from={from}")).await.expect(404);
    vic.get("/settings/staff/nonsense").await.expect(404);
}

#[actix_web::test]
async fn an_override_is_saved_shown_with_its_source_and_taken_back() {
    let (scene, vic) = scene().await;
    let uma = page_of(&scene, UMA).await;
    let place = format!("{uma}/permissions");
    let sent = form(&vic, &uma, "/permissions").await.with("staff.manage", "allow").with("contacts.view", "deny");
    vic.submit(sent.clone()).await.expect(303);
    let stored = overrides(&scene, UMA).await;
    assert_eq!(stored, [("contacts.view".to_owned(), false), ("staff.manage".to_owned(), true)]);
    let page = vic.get(&place).await.expect(200);
    for shown in ["here by vic", "by Manage Staff", "by role User", "2 personal overrides: 1 allow, 1 deny"] {
        assert!(page.shows(shown), "{shown}: {}", page.text);
    }
    let again = vic.submit(sent).await.expect(303);
    assert!(vic.follow(again).await.shows("Nothing was changed"), "the same form twice has one effect");
    assert_eq!(events(&scene, "staff.overrides_changed").await, 1);
    let fallen = page.form(&place).with("staff.view", "deny").with("do", "show");
    let fallen = vic.submit(fallen).await.expect(200);
    assert!(fallen.shows("View Staff is denied here, which takes Manage Staff away"), "{}", fallen.text);
    assert_eq!(overrides(&scene, UMA).await, stored, "showing saves nothing");
    let reset = vic.submit(page.form(&place).with("do", "reset")).await.expect(200);
    assert_eq!(overrides(&scene, UMA).await, stored, "resetting saves nothing either");
    vic.submit(reset.form(&place)).await.expect(303);
    assert!(overrides(&scene, UMA).await.is_empty());
}

#[actix_web::test]
async fn permissions_are_copied_as_far_as_they_can_be_given() {
    let (scene, vic) = scene().await;
    scene.person(&scene.account, "wes@harbor.example", "User").await;
    for (permission, allowed) in [(LabsManage, true), (StaffView, true), (ContactsView, false)] {
        scene.set_override(&scene.account, "wes@harbor.example", permission, Some(allowed)).await;
    }
    let uma = page_of(&scene, UMA).await;
    let place = format!("{uma}/permissions");
    let found = vic.get(&format!("{place}?find=wes")).await.expect(200);
    let from = format!("{place}?from={}", scene.staff(&scene.account, "wes@harbor.example").await);
    assert!(found.shows(&from), "{}", found.text);
    let page = vic.get(&from).await.expect(200);
    assert!(page.shows("Copied from wes") && page.shows("Manage Labs, which you do not hold"), "{}", page.text);
    assert!(overrides(&scene, UMA).await.is_empty(), "nothing is saved yet");
    vic.submit(page.form(&place)).await.expect(303);
    let stored = overrides(&scene, UMA).await;
    assert_eq!(stored, [("contacts.view".to_owned(), false), ("staff.view".to_owned(), true)]);
}

#[actix_web::test]
async fn of_two_edits_the_later_one_is_shown_what_changed_and_keeps_its_choices() {
    let (scene, vic) = scene().await;
    let uma = page_of(&scene, UMA).await;
    let place = format!("{uma}/permissions");
    let mine = form(&vic, &uma, "/permissions").await.with("staff.view", "allow");
    let profile = form(&vic, &uma, "").await.with("name", "Uma Two");
    let theirs = form(&scene.admin, &uma, "/permissions").await.with("labs.manage", "deny");
    scene.admin.submit(theirs).await.expect(303);
    let late = vic.submit(mine).await.expect(409);
    assert!(late.shows("Ada Hale changed uma") && late.shows("Manage Labs: Deny"), "{}", late.text);
    assert_eq!(overrides(&scene, UMA).await, [("labs.manage".to_owned(), false)]);
    let kept = late.form(&place);
    assert!(kept.fields.contains(&("staff.view".to_owned(), "allow".to_owned())), "{:?}", kept.fields);
    vic.submit(kept).await.expect(303);
    assert_eq!(overrides(&scene, UMA).await.len(), 2);
    let late = vic.submit(profile).await.expect(409);
    assert!(late.shows("Uma Two"), "{}", late.text);
    vic.submit(late.form(&uma)).await.expect(303);
    assert!(vic.get(&uma).await.shows("Uma Two"));
    assert_eq!(events(&scene, "staff.renamed").await, 1);
}

#[actix_web::test]
async fn a_name_is_changed_by_others_only_for_whoever_belongs_here_alone() {
    let (scene, vic) = scene().await;
    let uma = page_of(&scene, UMA).await;
    let sent = form(&vic, &uma, "").await;
    let wrong = vic.submit(sent.clone().with("name", " ")).await.expect(422);
    assert!(wrong.shows("Enter a name of 1 to 80 characters"));
    let elsewhere = scene.account("Elsewhere").await;
    belong(&scene, &elsewhere, UMA).await;
    let page = vic.get(&uma).await.expect(200);
    assert!(page.shows("belongs to other accounts too") && !page.text.contains("name=\"name\""));
    vic.submit(sent.with("name", "Other Name")).await.expect(409);
    assert!(!vic.get(&uma).await.shows("Other Name"));
}

/// Makes somebody belong to another account too, as a User.
pub async fn belong(scene: &Scene, account: &progreda::ids::AccountId, email: &str) {
    let world = scene.db.world();
    let mut tx = scene.db.write().await.unwrap();
    let sql = "SELECT id FROM users WHERE email = $1";
    let (user,): (String,) = tx.on().only(sql, binds![email]).await.unwrap();
    let role = progreda::roles::find(&mut tx.on(), account, "User").await.unwrap().unwrap();
    let user = user.parse().unwrap();
    let new = progreda::staff::NewStaff { account, user: &user, role: &role, name: "uma", email };
    progreda::staff::add(&mut tx.on(), world.entropy(), &new, world.now()).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
}

/// Everything that a page of My Staff can be asked for counts as what it needs.
#[actix_web::test]
async fn each_right_opens_its_own_pages_only() {
    let (scene, _) = scene().await;
    let vic = page_of(&scene, VIC).await;
    let cases: [(&[Permission], [u16; 5]); 4] = [
        (&[], [403, 403, 403, 403, 403]),
        (&[StaffView], [200, 200, 200, 403, 403]),
        (&[RolesManage], [403, 403, 403, 403, 403]),
        (&[StaffManage, RolesManage], [200, 200, 200, 200, 200]),
    ];
    let uma = scene.signed_in(UMA).await;
    for (rights, statuses) in cases {
        for permission in [StaffView, StaffManage, RolesManage] {
            let allowed = rights.contains(&permission).then_some(true);
            scene.set_override(&scene.account, UMA, permission, allowed).await;
        }
        let paths = ["/settings/staff".to_owned(), vic.clone(), format!("{vic}/permissions")];
        let paths = paths.into_iter().chain([format!("{vic}/disabling"), format!("{vic}/removal")]);
        for (path, status) in paths.zip(statuses) {
            assert_eq!(uma.get(&path).await.status, status, "{rights:?} {path}");
        }
    }
}
