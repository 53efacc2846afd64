//! Invitations: a link is used once, by whom it is for, while whoever invited may still give what it promises.

use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::html::Form;
use crate::support::patience::comes;
use crate::support::visitor::{Page, Visitor};
use futures_util::future::join_all;
use progreda::authz::Permission;
use progreda::binds;
use progreda::ids::AccountId;
use progreda::world::Span;

const LIST: &str = "/settings/staff/invitations";
const NEW: &str = "/settings/staff/invitations/new";
const NORA: &str = "nora@quay.example";
const NORAS: &str = "seven grey lanterns at the pier";

/// An invitation as its maker sees it: its page, and the link as a path.
struct Invited {
    page: String,
    link: String,
}

async fn role(scene: &Scene, account: &AccountId, name: &str) -> String {
    let found = "SELECT id FROM roles WHERE account_id = $1 AND name = $2";
    let (id,): (String,) = scene.db.read().await.unwrap().on().only(found, binds![account, name]).await.unwrap();
    id
}

async fn count(scene: &Scene, sql: &'static str) -> i64 {
    let (number,): (i64,) = scene.db.read().await.unwrap().on().only(sql, binds![]).await.unwrap();
    number
}

/// Does what no page does yet.
async fn run(scene: &Scene, sql: &'static str, values: Vec<progreda::db::Bind>) {
    let mut tx = scene.db.write().await.unwrap();
    tx.on().run(sql, values).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
}

async fn form_for(scene: &Scene, by: &Visitor, account: &AccountId, email: &str, role_name: &str) -> Form {
    let form = by.get(NEW).await.expect(200).form(NEW);
    form.with("email", email).with("role", &role(scene, account, role_name).await)
}

fn link_in(page: &Page) -> Option<String> {
    let rest = page.text.split("/invitation?link=").nth(1)?;
    Some(format!("/invitation?link={}", rest.get(..32)?))
}

async fn open_made(by: &Visitor, answer: Page) -> Invited {
    let page = answer.expect(303).header("location").to_owned();
    let shown = by.get(&page).await.expect(200);
    assert!(shown.header("cache-control").contains("no-store"));
    Invited { link: link_in(&shown).expect("the link is shown once"), page }
}

async fn invite(scene: &Scene, by: &Visitor, email: &str, role_name: &str) -> Invited {
    let form = form_for(scene, by, &scene.account, email, role_name).await;
    open_made(by, by.submit(form).await).await
}

/// Somebody new takes the link.
async fn accept(visitor: &Visitor, link: &str) -> Page {
    let form = visitor.get(link).await.expect(200).form("/invitation");
    visitor.submit(form.with("name", "Nora Quay").with("password", NORAS)).await
}

async fn scene() -> Scene {
    Scene::new().await
}

#[actix_web::test]
async fn somebody_new_accepts_and_works_in_the_account_with_the_role() {
    let scene = scene().await;
    let invited = invite(&scene, &scene.admin, NORA, "User").await;
    let again = scene.admin.get(&invited.page).await.expect(200);
    assert_eq!(link_in(&again), None, "the link is shown once");
    assert!(again.shows("Open") && again.shows(NORA) && again.shows("Ada Hale"));
    let nora = scene.app.visitor();
    let open = nora.get(&invited.link).await.expect(200);
    assert!(open.shows("Join Harbor & Pine") && open.shows("with the role User"));
    let weak = nora.submit(open.form("/invitation").with("name", "").with("password", "short")).await.expect(422);
    assert!(weak.shows("Enter a name") && weak.shows("at least 15 characters"));
    let own = weak.form("/invitation").with("name", "Nora Quay").with("password", "nora quay nora quay");
    assert!(nora.submit(own).await.expect(422).shows("without"));
    let home = accept(&nora, &invited.link).await.expect(303);
    let home = nora.follow(home).await.expect(200);
    assert!(home.shows("Harbor & Pine") && home.shows("Nora Quay") && home.shows("You belong to this account now"));
    nora.get(LIST).await.expect(403);
    assert!(scene.admin.get(LIST).await.expect(200).shows("Accepted"));
    let events = "SELECT COUNT(*) FROM events WHERE action IN ('invitation.sent', 'invitation.accepted')";
    assert_eq!(count(&scene, events).await, 2);
    sign_in(&scene.app.visitor(), NORA, NORAS).await.expect(303);
}

#[actix_web::test]
async fn a_link_works_once_also_for_twenty_at_the_same_moment() {
    let scene = scene().await;
    let invited = invite(&scene, &scene.admin, NORA, "User").await;
    let mut tries = Vec::new();
    for _ in 0..20 {
        let visitor = scene.app.visitor();
        let form = visitor.get(&invited.link).await.expect(200).form("/invitation");
        let form = form.with("name", "Nora Quay").with("password", NORAS);
        tries.push(async move { visitor.submit(form).await.status });
    }
    let answers = join_all(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [303, 410, 429].contains(status)), "{answers:?}");
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM users").await, 2);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM staff").await, 2);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = 'invitation.accepted'").await, 1);
    let late = scene.app.visitor().get(&invited.link).await.expect(410);
    assert!(late.shows("accepted already"));
}

#[actix_web::test]
async fn a_link_dies_by_time_by_withdrawal_and_when_it_is_sent_again() {
    let scene = scene().await;
    let visitor = scene.app.visitor();
    visitor.get("/invitation?link=00000000000000000000000000000000").await.expect(404);
    visitor.get("/invitation").await.expect(404);
    let first = invite(&scene, &scene.admin, NORA, "User").await;
    let held = visitor.get(&first.link).await.expect(200).form("/invitation");
    let held = held.with("name", "Nora Quay").with("password", NORAS);

    let again = format!("{}/link", first.page);
    let form = scene.admin.get(&again).await.expect(200).form(&again);
    let second = open_made(&scene.admin, scene.admin.submit(form.clone()).await).await;
    assert_eq!(second.page, first.page);
    visitor.get(&first.link).await.expect(404);
    visitor.submit(held).await.expect(404);
    // The same form once more makes no third link.
    scene.admin.submit(form).await.expect(303);
    visitor.get(&second.link).await.expect(200);

    scene.app.advance(Span::days(7));
    assert!(visitor.get(&second.link).await.expect(410).shows("expired"));
    let admin = scene.signed_in(ADMIN).await;
    assert!(admin.get(LIST).await.expect(200).shows("Expired"));
    let form = admin.get(&again).await.expect(200).form(&again);
    let third = open_made(&admin, admin.submit(form).await).await;
    visitor.get(&third.link).await.expect(200);

    let withdrawal = format!("{}/withdrawal", first.page);
    let form = admin.get(&withdrawal).await.expect(200).form(&withdrawal);
    admin.submit(form.clone()).await.expect(303);
    assert!(visitor.get(&third.link).await.expect(410).shows("withdrawn"));
    assert!(admin.follow(admin.submit(form).await.expect(303)).await.shows("it was so already"));
    admin.get(&again).await.expect(409);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM events WHERE action = 'invitation.withdrawn'").await, 1);
}

#[actix_web::test]
async fn whoever_invited_must_still_be_able_to_give_the_role() {
    let scene = scene().await;
    let (account, mona) = (&scene.account, "mona@harbor.example");
    scene.person(account, mona, "Admin").await;
    let by = scene.signed_in(mona).await;
    let invited = invite(&scene, &by, NORA, "Admin").await;
    let visitor = scene.app.visitor();
    let held = visitor.get(&invited.link).await.expect(200).form("/invitation");
    let held = held.with("name", "Nora Quay").with("password", NORAS);
    for lost in [Permission::LabsManage, Permission::StaffManage] {
        scene.set_override(account, mona, lost, Some(false)).await;
        assert!(visitor.get(&invited.link).await.expect(410).shows("cannot give this role any more"));
        visitor.submit(held.clone()).await.expect(410);
        scene.set_override(account, mona, lost, None).await;
    }
    visitor.get(&invited.link).await.expect(200);
    progreda::staff::commands::set_disabled(&scene.db, account, mona, true).await.unwrap();
    visitor.submit(held.clone()).await.expect(410);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM staff").await, 2);
    // A colleague who sends it again vouches for it.
    let again = format!("{}/link", invited.page);
    let form = scene.admin.get(&again).await.expect(200).form(&again);
    let fresh = open_made(&scene.admin, scene.admin.submit(form).await).await;
    accept(&visitor, &fresh.link).await.expect(303);
}

#[actix_web::test]
async fn nobody_invites_with_a_role_that_gives_what_they_lack() {
    let scene = scene().await;
    let mona = "mona@harbor.example";
    scene.person(&scene.account, mona, "User").await;
    scene.set_override(&scene.account, mona, Permission::StaffManage, Some(true)).await;
    let by = scene.signed_in(mona).await;
    let page = by.get(NEW).await.expect(200);
    assert!(!page.text.contains(&role(&scene, &scene.account, "Admin").await), "Admin is not offered");
    let forged = form_for(&scene, &by, &scene.account, NORA, "Admin").await;
    by.submit(forged).await.expect(403);
    let other = scene.account("Other").await;
    let foreign = form_for(&scene, &by, &other, NORA, "User").await;
    by.submit(foreign).await.expect(422);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM invitations").await, 0);
    let refusals = "SELECT COUNT(*) FROM events WHERE action = 'access.refused'";
    comes(async || count(&scene, refusals).await > 0).await;
    assert_eq!(count(&scene, refusals).await, 1);
    invite(&scene, &by, NORA, "User").await;
}

#[actix_web::test]
async fn an_address_is_invited_once_and_must_be_one_that_may_sign_in() {
    let scene = scene().await;
    let invited = invite(&scene, &scene.admin, NORA, "User").await;
    let admin = &scene.admin;
    let form = form_for(&scene, admin, &scene.account, "NORA@quay.example ", "User").await;
    let page = admin.submit(form).await.expect(422);
    assert!(page.shows("has an invitation already") && page.text.contains(&format!("href=\"{}\"", invited.page)));
    let form = form_for(&scene, admin, &scene.account, "Ada@Harbor.example", "User").await;
    assert!(admin.submit(form).await.expect(422).shows("belongs to the account already"));
    let form = form_for(&scene, admin, &scene.account, "no address", "User").await;
    assert!(admin.submit(form).await.expect(422).shows("Enter an e-mail address"));

    let add = "INSERT INTO account_domains (account_id, domain) VALUES ($1, $2)";
    run(&scene, add, binds![&scene.account, "harbor.example"]).await;
    let form = form_for(&scene, admin, &scene.account, "tess@elsewhere.example", "User").await;
    assert!(admin.submit(form).await.expect(422).shows("one of the domains"));
    // Folded, this would end in a domain that the account takes.
    let form = form_for(&scene, admin, &scene.account, "eve@evil.example\u{ff20}harbor.example", "User").await;
    assert!(admin.submit(form).await.expect(422).shows("Enter an e-mail address"));
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM invitations").await, 1);
    // The one that was there before is judged anew.
    assert!(scene.app.visitor().get(&invited.link).await.expect(410).shows("does not take"));
}

#[actix_web::test]
async fn one_form_makes_one_invitation_and_no_field_slips_in() {
    let scene = scene().await;
    let form = form_for(&scene, &scene.admin, &scene.account, NORA, "User").await;
    let (one, other) = (scene.admin.clone(), scene.admin.clone());
    let answers = join_all([one.submit(form.clone()), other.submit(form.clone())]).await;
    let places: Vec<String> = answers.into_iter().map(|page| page.expect(303).header("location").to_owned()).collect();
    assert_eq!(places[0], places[1]);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM invitations").await, 1);
    let changed = scene.admin.submit(form.with("email", "tess@quay.example")).await.expect(409);
    assert!(changed.shows("it invited nora@quay.example"));

    for extra in ["account_id", "invited_by", "expires_at", "digest"] {
        let form = form_for(&scene, &scene.admin, &scene.account, "tess@quay.example", "User").await;
        scene.admin.submit(form.with(extra, "1")).await.expect(400);
    }
    let invited = invite(&scene, &scene.admin, "tess@quay.example", "User").await;
    let tess = scene.app.visitor();
    let form =
        tess.get(&invited.link).await.expect(200).form("/invitation").with("name", "Tess").with("password", NORAS);
    for extra in ["role", "email", "account_id"] {
        tess.submit(form.clone().with(extra, "1")).await.expect(400);
    }
    tess.submit(form).await.expect(303);
}

#[actix_web::test]
async fn somebody_known_must_also_be_that_person() {
    let scene = scene().await;
    let other = scene.account("Other").await;
    scene.person(&other, NORA, "User").await;
    scene.person(&other, "eve@quay.example", "User").await;
    let invited = invite(&scene, &scene.admin, NORA, "User").await;

    let stranger = scene.app.visitor();
    let page = stranger.get(&invited.link).await.expect(200);
    assert!(page.shows("Enter your password to accept") && !page.text.contains("name=\"name\""));
    let form = page.form("/invitation");
    stranger.submit(form.clone().with("password", NORAS)).await.expect(401);
    stranger.submit(form.clone().with("name", "New").with("password", NORAS)).await.expect(401);
    stranger.submit(form.with("password", "")).await.expect(422);
    for _ in 0..10 {
        let form = stranger.get(&invited.link).await.expect(200).form("/invitation");
        stranger.submit(form.with("password", NORAS)).await;
    }
    let form = stranger.get(&invited.link).await.expect(200).form("/invitation");
    let slowed = stranger.submit(form.with("password", PASSWORD)).await.expect(429);
    assert!(!slowed.header("retry-after").is_empty());
    scene.app.advance(Span::hours(1));

    let eve = scene.signed_in("eve@quay.example").await;
    let page = eve.get(&invited.link).await.expect(200);
    assert!(page.shows("You are signed in as eve@quay.example") && page.text.contains("action=\"/logout\""));
    // Her own form token beside the link.
    let logout = page.form("/logout");
    let token = |name: &str| logout.fields.iter().find(|(known, _)| known == name).unwrap().1.clone();
    let link = invited.link.split('=').nth(1).unwrap();
    let forged = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("csrf", token("csrf")), ("account", token("account")), ("link", link.to_owned())])
        .finish();
    eve.post_body("/invitation", "application/x-www-form-urlencoded", forged.into_bytes()).await.expect(403);
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM staff").await, 3);

    let nora = scene.signed_in(NORA).await;
    let form = nora.get(&invited.link).await.expect(200).form("/invitation");
    let answer = nora.submit(form).await.expect(303);
    assert!(nora.follow(answer).await.expect(200).shows("You belong to that account now"));
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM staff").await, 4);
    nora.get(&invited.link).await.expect(410);
}

#[actix_web::test]
async fn somebody_known_who_is_signed_out_or_belongs_nowhere_gives_the_password_there() {
    let scene = scene().await;
    let other = scene.account("Other").await;
    let user = scene.person(&other, NORA, "User").await;
    run(&scene, "DELETE FROM staff WHERE user_id = $1", binds![&user]).await;
    let invited = invite(&scene, &scene.admin, NORA, "User").await;
    let nora = scene.app.visitor();
    sign_in(&nora, NORA, PASSWORD).await.expect(401);
    let form = nora.get(&invited.link).await.expect(200).form("/invitation");
    let answer = nora.submit(form.with("password", PASSWORD)).await.expect(303);
    assert!(nora.follow(answer).await.expect(200).shows("Harbor & Pine"));
}

#[actix_web::test]
async fn links_and_pages_belong_to_their_account() {
    let scene = scene().await;
    let invited = invite(&scene, &scene.admin, NORA, "User").await;
    let other = scene.account("Other").await;
    scene.person(&other, "eve@other.example", "Admin").await;
    let eve = scene.signed_in("eve@other.example").await;
    for page in ["", "/link", "/withdrawal"] {
        eve.get(&format!("{}{page}", invited.page)).await.expect(404);
    }
    assert!(!eve.get(LIST).await.expect(200).shows(NORA));
    progreda::accounts::commands::switch(&scene.db, &scene.account, true).await.unwrap();
    scene.app.visitor().get(&invited.link).await.expect(410);
}

#[actix_web::test]
async fn inviting_asks_for_the_password_after_a_while() {
    let scene = scene().await;
    scene.app.advance(Span::minutes(16));
    let form = form_for(&scene, &scene.admin, &scene.account, NORA, "User").await;
    assert!(scene.admin.submit(form.clone()).await.expect(403).shows("Enter your password to go on"));
    assert_eq!(count(&scene, "SELECT COUNT(*) FROM invitations").await, 0);
    let made = scene.admin.submit(form.with("password", PASSWORD)).await;
    open_made(&scene.admin, made).await;
}
