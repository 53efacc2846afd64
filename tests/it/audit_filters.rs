//! What is asked of the log: filters one by one and together, pages over ties, and what no page of ours asks.

use crate::audit::{LOG, made, newest, plain, rows, scene};
use crate::support::actors::{ADMIN, Scene};
use crate::support::visitor::{Page, Visitor};
use crate::webhook_desk::{Desk, HOST};
use progreda::authz::Lab;
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::world::Span;
use reqwest::Method;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};

async fn asked(visitor: &Visitor, query: &str) -> Vec<String> {
    rows(&visitor.get(&format!("{LOG}?{query}")).await.expect(200))
}

/// Where places in the chain begin that no change takes.
static NEXT: AtomicI64 = AtomicI64::new(1_000_000);

/// Adds events of the account at one instant, as the journal would.
pub async fn add(scene: &Scene, count: i64, action: &str, kind: &str, actor: &str) {
    let sql = "INSERT INTO events (id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, \
         subject_id, subject_name, details, times) VALUES ($1, $2, $3, $4, 'staff', $5, 'Someone', $6, $7, 'thing', 'Thing', '{}', 1)";
    let mut tx = scene.db.write().await.unwrap();
    for _ in 0..count {
        let id = progreda::ids::EventId::new(scene.db.world().now(), scene.db.world().entropy());
        let sequence = (kind != "contact").then(|| NEXT.fetch_add(1, Ordering::Relaxed));
        let values = binds![&id, &scene.account, sequence, 1_000_000_i64, actor, action, kind];
        tx.on().run(sql, values).await.unwrap();
    }
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

/// The address of a link with these words.
fn link(page: &Page, words: &str) -> Option<String> {
    let before = page.text.split(&format!(">{words}</a>")).next().filter(|before| before.len() < page.text.len())?;
    let tag = before.rsplit("<a ").next()?;
    let href = tag.split("href=\"").nth(1)?.split('"').next()?;
    Some(crate::support::html::unescape(href))
}

fn ids(page: &Page) -> Vec<String> {
    let ways = page.text.split("class=\"event__ways\"><a href=\"").skip(1);
    ways.map(|way| way.split('"').next().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn each_filter_finds_what_it_says() {
    let scene = scene().await;
    let of = made(&scene, "Warehouse sync").await;
    scene.set_lab(&scene.account, Lab::Contacts, false).await;
    let id = of.rsplit('/').next().unwrap();
    let sql = "SELECT id FROM users WHERE email = $1";
    let (ada,): (String,) = scene.db.read().await.unwrap().on().only(sql, binds![ADMIN]).await.unwrap();
    let all = asked(&scene.admin, "").await;
    let by_ada = asked(&scene.admin, &format!("person={ada}")).await;
    assert!(by_ada.len() < all.len() && by_ada.iter().all(|row| row.contains("Ada Hale")), "{by_ada:?}");
    let by_operator = asked(&scene.admin, "person=operator").await;
    assert!(by_operator.len() == 1 && by_operator[0].contains("switched off the lab"), "{by_operator:?}");
    assert_eq!(asked(&scene.admin, "action=lab.disabled").await, by_operator);
    assert_eq!(asked(&scene.admin, "action=lab.*").await, by_operator);
    let of_it = asked(&scene.admin, &format!("thing=integration:{id}")).await;
    assert!(of_it.len() == 1 && of_it[0].contains("created Warehouse sync"), "{of_it:?}");
    assert_eq!(asked(&scene.admin, &format!("person={ada}&action=integration.*")).await, of_it);
    assert_eq!(
        asked(&scene.admin, &format!("person={ada}&action=integration.created&thing=integration:{id}")).await,
        of_it
    );
    assert!(asked(&scene.admin, "person=operator&action=integration.*").await.is_empty());
    assert!(asked(&scene.admin, "action=moon.landed").await.is_empty());
    // Without scripts the form says the same.
    let form = scene.admin.get(LOG).await.form(LOG).with("action", "lab.*").with("person", "operator");
    assert_eq!(rows(&scene.admin.submit(form).await.expect(200)), by_operator);
}

#[actix_web::test]
async fn periods_are_counted_from_now_and_days_are_whole_ones_in_utc() {
    let scene = scene().await;
    scene.app.advance(Span::days(3));
    let again = scene.signed_in(ADMIN).await;
    assert_eq!(asked(&again, "period=24h").await.len(), 1);
    assert!(asked(&again, "period=7d").await.len() > 1);
    let page = again.get(LOG).await;
    let day = page.text.split("<time datetime=\"").nth(1).unwrap().split('T').next().unwrap().to_owned();
    assert_eq!(asked(&again, &format!("period=dates&from={day}&to={day}")).await.len(), 1);
    assert_eq!(asked(&again, &format!("period=dates&to={day}")).await.len(), rows(&page).len());
    assert!(asked(&again, "period=dates&to=1999-12-31").await.is_empty());
    let wrong = again.get(&format!("{LOG}?period=dates&from={day}&to=1999-12-31")).await.expect(422);
    assert!(
        wrong.shows("Enter a last day that is not before the first one") && wrong.text.contains("aria-invalid"),
        "{}",
        wrong.text
    );
    assert!(rows(&wrong).is_empty());
}

#[actix_web::test]
async fn pages_turn_over_a_hundred_events_of_one_instant_without_losing_one() {
    let scene = scene().await;
    add(&scene, 130, "role.changed", "role", "usr_x").await;
    let mut page = scene.admin.get(&format!("{LOG}?action=role.*")).await.expect(200);
    assert!(page.shows("50 of 130 events"), "{}", page.text);
    let (mut seen, mut pages) = (ids(&page), vec![ids(&page)]);
    while let Some(older) = link(&page, "Older") {
        page = scene.admin.get(&older).await.expect(200);
        seen.extend(ids(&page));
        pages.push(ids(&page));
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 30]);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 130);
    let newer = scene.admin.get(&link(&page, "Newer").expect("a way back")).await.expect(200);
    assert_eq!(ids(&newer), pages[1]);
    let first = scene.admin.get(&link(&newer, "Newer").expect("a way back")).await.expect(200);
    assert_eq!((ids(&first), link(&first, "Newer")), (pages[0].clone(), None));
}

#[actix_web::test]
async fn filters_together_look_at_so_many_events_and_say_how_far_they_looked() {
    let scene = scene().await;
    add(&scene, 2_100, "role.changed", "role", "usr_x").await;
    add(&scene, 2_100, "staff.renamed", "staff", "usr_y").await;
    add(&scene, 3, "role.renamed", "role", "usr_x").await;
    let rare = asked(&scene.admin, "person=usr_00000000000000000000000000&action=role.*").await;
    assert!(rare.is_empty(), "{rare:?}");
    // More than are looked at have this kind, and none is the operator's.
    add(&scene, 2_100, "role.changed", "role", "usr_00000000000000000000000001").await;
    add(&scene, 2_100, "staff.renamed", "staff", "usr_00000000000000000000000001").await;
    let mut page =
        scene.admin.get(&format!("{LOG}?person=usr_00000000000000000000000001&action=role.*")).await.expect(200);
    let mut found = ids(&page);
    while let Some(older) = link(&page, "Older") {
        page = scene.admin.get(&older).await.expect(200);
        found.extend(ids(&page));
    }
    assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 2_100, "every one is found in the end");
    assert_eq!(found.len(), 2_100, "and once");
}

#[actix_web::test]
async fn what_no_page_asks_is_refused_and_what_a_script_asks_is_a_part() {
    let scene = scene().await;
    for query in ["person=me", "action=x", "action=%27%20OR%201=1", "thing=a:b", "period=1y", "thing=integration:%00"] {
        let page = scene.admin.get(&format!("{LOG}?{query}")).await.expect(400);
        assert!(page.shows("The filter names"), "{query}: {}", page.text);
    }
    for query in
        ["older=1", "older=x.evt_1", "newer=1.evt_'", "older=99999999999999999999.evt_00000000000000000000000000"]
    {
        scene.admin.get(&format!("{LOG}?{query}")).await.expect(404);
    }
    let path = format!("{LOG}?action=account.*");
    let part =
        scene.admin.request(Method::GET, &path).header("HX-Request", "true").header("HX-Request-Type", "partial");
    let part = scene.admin.send(&path, part).await.expect(200);
    assert!(
        !part.text.contains("<html") && plain(&part.text).contains("made the account Harbor & Pine"),
        "{}",
        part.text
    );
    let form = part.form("/settings/audit-log/export");
    assert!(form.fields.contains(&("action".to_owned(), "account.*".to_owned())), "{form:?}");
}

#[actix_web::test]
async fn contacts_are_listed_only_when_they_are_asked_for() {
    let scene = scene().await;
    let before = rows(&scene.admin.get(LOG).await).len();
    add(&scene, 3, "contact.created", "contact", "int_x").await;
    assert_eq!(rows(&scene.admin.get(LOG).await).len(), before);
    let asked_for = asked(&scene.admin, "action=contact.*").await;
    assert!(asked_for.len() == 3 && asked_for[0].contains("added the contact"), "{asked_for:?}");
    assert_eq!(asked(&scene.admin, "action=contact.created").await.len(), 3);
    assert_eq!(asked(&scene.admin, "action=contact.*&person=int_00000000000000000000000000").await.len(), 0);
    assert!(!newest(&scene).await.contains("contact"));
}

#[actix_web::test]
async fn webhooks_are_offered_by_host_and_what_they_are_for_until_they_are_deleted() {
    let desk = Desk::new().await;
    let (address, _) = desk.make().await;
    let id = address.rsplit('/').next().unwrap();
    let option = format!("<option value=\"webhook:{id}\">{HOST} (Books)</option>");
    let log = desk.ada().get(LOG).await.expect(200);
    assert!(log.text.contains(&option), "{}", log.text);
    let of_it = asked(desk.ada(), &format!("thing=webhook:{id}")).await;
    assert!(of_it.len() == 1 && of_it[0].contains("created the webhook"), "{of_it:?}");
    desk.ada().submit(desk.form(desk.ada(), &address, "deletion").await.with("host", HOST)).await.expect(303);
    let log = desk.ada().get(LOG).await.expect(200);
    assert!(!log.text.contains(&option));
}
