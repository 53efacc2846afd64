//! Disabling and removing people: from when on it counts, what stays, and who is always left.

use crate::staff::{belong, events, form, page_of};
use crate::support::actors::{ADMIN, Scene, call};
use crate::support::visitor::{Page, Visitor};
use futures_util::future::join;
use progreda::authz::Permission::{ContactsView, PrivateIntegrationsManage, RolesManage, StaffManage, StaffView};
use progreda::binds;
use reqwest::Method;

const UMA: &str = "uma@harbor.example";

async fn scene() -> (Scene, String) {
    let scene = Scene::new().await;
    scene.person(&scene.account, UMA, "User").await;
    let uma = page_of(&scene, UMA).await;
    (scene, uma)
}

/// Leads to the sign-in page.
async fn is_out(visitor: &Visitor, path: &str) {
    let answer = visitor.get(path).await.expect(303);
    assert!(answer.header("location").starts_with("/login"), "{}", answer.header("location"));
}

#[actix_web::test]
async fn a_change_counts_from_the_next_request_in_every_open_session() {
    let (scene, uma) = scene().await;
    let (one, other) = (scene.signed_in(UMA).await, scene.signed_in(UMA).await);
    let place = format!("{uma}/permissions");
    for (said, status) in [("allow", 200), ("deny", 403), ("inherit", 403), ("allow", 200)] {
        let page = scene.admin.get(&place).await.expect(200).form(&place);
        scene.admin.submit(page.with("staff.view", said)).await.expect(303);
        for visitor in [&one, &other] {
            assert_eq!(visitor.get("/settings/staff").await.status, status, "{said}");
            assert_eq!(visitor.get(&place).await.status, status, "{said}: a page by its address");
            let part = visitor.request(Method::GET, "/settings/staff?search=a").header("HX-Request", "true");
            let part = visitor.send("/settings/staff", part.header("HX-Request-Type", "partial")).await;
            assert_eq!(part.status, status, "{said}: a part of a page");
            let shown = visitor.get("/profile").await.expect(200).text.contains("href=\"/settings/staff\"");
            assert_eq!(shown, status == 200, "{said}: the navigation");
        }
    }
    scene.set_override(&scene.account, UMA, StaffManage, Some(true)).await;
    let ada = page_of(&scene, ADMIN).await;
    assert!(one.get("/settings/staff").await.shows("Invite"), "a control");
    scene.set_override(&scene.account, UMA, StaffManage, None).await;
    assert!(!one.get("/settings/staff").await.shows("Invite"), "the control is gone");
    one.get(&format!("{ada}/removal")).await.expect(403);
}

#[actix_web::test]
async fn a_form_that_was_open_when_the_right_went_changes_nothing() {
    let (scene, _) = scene().await;
    scene.person(&scene.account, "vic@harbor.example", "User").await;
    let vic = page_of(&scene, "vic@harbor.example").await;
    for permission in [StaffManage, RolesManage] {
        scene.set_override(&scene.account, UMA, permission, Some(true)).await;
    }
    let browser = scene.signed_in(UMA).await;
    let forms = [
        form(&browser, &vic, "/permissions").await.with("contacts.view", "deny"),
        form(&browser, &vic, "").await.with("name", "Other"),
        form(&browser, &vic, "/disabling").await,
        form(&browser, &vic, "/removal").await,
    ];
    scene.set_override(&scene.account, UMA, StaffManage, None).await;
    scene.set_override(&scene.account, UMA, RolesManage, None).await;
    let before = events(&scene, "staff.overrides_changed").await;
    for sent in forms {
        browser.submit(sent).await.expect(403);
    }
    assert_eq!(events(&scene, "staff.overrides_changed").await, before, "only the operator's");
    for action in ["staff.renamed", "staff.disabled", "staff.removed"] {
        assert_eq!(events(&scene, action).await, 0, "{action}");
    }
}

#[actix_web::test]
async fn disabling_ends_the_sessions_here_and_touches_no_other_account() {
    let (scene, uma) = scene().await;
    let elsewhere = scene.account("Elsewhere").await;
    let here = scene.signed_in(UMA).await;
    belong(&scene, &elsewhere, UMA).await;
    let asked = scene.admin.get(&format!("{uma}/disabling")).await.expect(200);
    assert!(asked.shows("Other accounts that they belong to are not touched"));
    let sent = asked.form(&format!("{uma}/disabling"));
    scene.admin.submit(sent.clone()).await.expect(303);
    is_out(&here, "/business/contacts").await;
    let again = scene.admin.submit(sent).await.expect(303);
    assert!(scene.admin.follow(again).await.shows("it was so already"));
    assert_eq!(events(&scene, "staff.disabled").await, 1);
    let there = scene.signed_in(UMA).await;
    assert!(there.get("/profile").await.expect(200).shows("Elsewhere"), "the other account is open to them");
    assert!(scene.admin.get("/settings/staff").await.shows("Disabled"));
    let enabling = format!("{uma}/enabling");
    scene.admin.submit(scene.admin.get(&uma).await.expect(200).form(&enabling)).await.expect(303);
    assert!(!scene.admin.get("/settings/staff").await.shows("Disabled"));
    assert_eq!(events(&scene, "staff.enabled").await, 1);
}

#[actix_web::test]
async fn the_password_is_asked_for_when_the_sign_in_is_old() {
    let (scene, uma) = scene().await;
    scene.app.advance(progreda::world::Span::minutes(16));
    let admin = &scene.admin;
    for (path, field) in [("/permissions", ("contacts.view", "deny")), ("", ("name", "Uma Two"))] {
        let open = form(admin, &uma, path).await;
        assert!(open.fields.iter().any(|(name, _)| name == "password"), "{path} asks for the password at once");
        let without = open.with(field.0, field.1).with("password", "");
        let asked = admin.submit(without).await.expect(403);
        let kept = asked.form(&format!("{uma}{path}"));
        assert!(kept.fields.contains(&(field.0.to_owned(), field.1.to_owned())), "what was chosen is kept");
        admin.submit(kept.with("password", "wrong")).await.expect(403);
    }
    assert_eq!(events(&scene, "staff.overrides_changed").await + events(&scene, "staff.renamed").await, 0);
    let sent = form(admin, &uma, "/removal").await;
    admin.submit(sent.with("password", crate::support::actors::PASSWORD)).await.expect(303);
    assert_eq!(events(&scene, "staff.removed").await, 1);
}

#[actix_web::test]
async fn removing_leaves_integrations_for_review_and_their_tokens_working() {
    let (scene, uma) = scene().await;
    scene.set_override(&scene.account, UMA, PrivateIntegrationsManage, Some(true)).await;
    let token = scene.token(&scene.account, "Sync", &["contacts.readonly"]).await;
    scene.token(&scene.account, "Of somebody else", &["contacts.readonly"]).await;
    let mut tx = scene.db.write().await.unwrap();
    let given = "UPDATE integrations SET created_by = \
                 (SELECT id FROM users WHERE email = CASE WHEN integrations.id = $1 THEN $2 ELSE $3 END)";
    tx.on().run(given, binds![&token.integration, UMA, ADMIN]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    let kept = scene.signed_in(UMA).await;
    let asked = scene.admin.get(&format!("{uma}/removal")).await.expect(200);
    assert!(asked.shows("The 1 integration that they look after goes on working"), "{}", asked.text);
    let sent = asked.form(&format!("{uma}/removal"));
    scene.admin.submit(sent.clone()).await.expect(303);
    is_out(&kept, "/business/contacts").await;
    is_out(&kept, "/profile").await;
    let again = scene.admin.submit(sent).await.expect(303);
    assert!(scene.admin.follow(again).await.shows("it was so already"));
    scene.admin.get(&uma).await.expect(404);
    let review = "SELECT name FROM integrations WHERE review_since IS NOT NULL";
    let names: Vec<(String,)> = scene.db.read().await.unwrap().on().all(review, binds![]).await.unwrap();
    assert_eq!(names, [("Sync".to_owned(),)]);
    let path = format!("/contacts/?locationId={}", scene.account);
    call(&scene.app, Method::GET, &path, &token.plain, None).await.expect(200);
    let journal = "SELECT details FROM events WHERE action = 'staff.removed'";
    let (details,): (String,) = scene.db.read().await.unwrap().on().only(journal, binds![]).await.unwrap();
    assert!(details.contains(token.integration.as_str()) && details.contains(UMA), "{details}");
    let left =
        "SELECT COUNT(*) FROM staff_overrides o WHERE NOT EXISTS (SELECT 1 FROM staff s WHERE s.id = o.staff_id)";
    let (left,): (i64,) = scene.db.read().await.unwrap().on().only(left, binds![]).await.unwrap();
    assert_eq!(left, 0);
    crate::support::actors::sign_in(&scene.app.visitor(), UMA, crate::support::actors::PASSWORD).await.expect(401);
}

/// How many people effectively keep the account.
async fn keepers(scene: &Scene) -> bool {
    let mut reader = scene.db.read().await.unwrap();
    progreda::roles::store::rights::has_keeper(&mut reader.on(), &scene.account).await.unwrap()
}

/// Two keepers act on each other at the same moment, 100 times, in each of four ways.
#[actix_web::test]
async fn two_who_take_it_from_each_other_at_once_leave_one() {
    let scene = Scene::new().await;
    scene.role(&scene.account, "Keeper", &[RolesManage, StaffManage, StaffView, ContactsView]).await;
    let user = "SELECT id FROM roles WHERE account_id = $1 AND name = 'User'";
    let (user,): (String,) = scene.db.read().await.unwrap().on().only(user, binds![&scene.account]).await.unwrap();
    let pair = ["one@harbor.example", "two@harbor.example"];
    for email in pair {
        scene.person(&scene.account, email, "User").await;
        progreda::staff::commands::assign(&scene.db, &scene.account, email, "Keeper").await.unwrap();
    }
    // From now on the two are the only ones who keep the account.
    progreda::staff::commands::set_disabled(&scene.db, &scene.account, ADMIN, true).await.unwrap();
    let mut browsers = [scene.signed_in(pair[0]).await, scene.signed_in(pair[1]).await];
    let pages = [page_of(&scene, pair[0]).await, page_of(&scene, pair[1]).await];
    let mut tally = [0_u32; 3];
    for round in 0..100 {
        let way = ["demote", "override", "disable", "permissions"][round % 4];
        let mut sent = Vec::new();
        for (browser, page) in browsers.iter().zip([&pages[1], &pages[0]]) {
            sent.push(match way {
                "demote" => form(browser, page, "").await.with("role", &user),
                "override" => form(browser, page, "/permissions").await.with("staff.view", "deny"),
                "permissions" => form(browser, page, "/permissions").await.with("role", &user),
                _ => form(browser, page, "/disabling").await,
            });
        }
        let second = sent.pop().unwrap();
        let answers = join(browsers[0].submit(sent.pop().unwrap()), browsers[1].submit(second)).await;
        let statuses = [answers.0.status, answers.1.status];
        // Whoever is signed out already is led to the sign-in page.
        let done = |answer: &Page| answer.status == 303 && !answer.header("location").starts_with("/login");
        assert!(keepers(&scene).await, "round {round}, {way}: {statuses:?}");
        let won = usize::from(done(&answers.0)) + usize::from(done(&answers.1));
        tally[won] += 1;
        for (browser, email) in browsers.iter_mut().zip(pair) {
            use progreda::staff::commands;
            commands::set_override(&scene.db, &scene.account, email, StaffView, None).await.unwrap();
            commands::assign(&scene.db, &scene.account, email, "Keeper").await.unwrap();
            if way == "disable" {
                commands::set_disabled(&scene.db, &scene.account, email, false).await.unwrap();
                *browser = scene.signed_in(email).await;
            }
        }
    }
    assert_eq!(tally[1], 100, "in each round exactly one of the two wins: {tally:?}");
}

/// Two keepers remove each other: one of them is left.
#[actix_web::test]
async fn two_who_remove_each_other_at_once_leave_one() {
    let scene = Scene::new().await;
    for round in 0..12 {
        let email = format!("keeper{round}@harbor.example");
        scene.person(&scene.account, &email, "Admin").await;
        // Whoever was left in the round before meets a new one.
        let sql = "SELECT u.email FROM staff s JOIN users u ON u.id = s.user_id WHERE u.email <> $1";
        let (left,): (String,) = scene.db.read().await.unwrap().on().only(sql, binds![&email]).await.unwrap();
        let (one, other) = (scene.signed_in(&email).await, scene.signed_in(&left).await);
        let (first, second) = (page_of(&scene, &left).await, page_of(&scene, &email).await);
        let forms = (form(&one, &first, "/removal").await, form(&other, &second, "/removal").await);
        join(one.submit(forms.0), other.submit(forms.1)).await;
        assert!(keepers(&scene).await, "round {round}");
        let count = "SELECT COUNT(*) FROM staff";
        let (count,): (i64,) = scene.db.read().await.unwrap().on().only(count, binds![]).await.unwrap();
        assert_eq!(count, 1, "round {round}: exactly one of the two is left");
    }
}
