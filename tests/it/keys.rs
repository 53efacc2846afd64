//! A change of keys: nobody is signed out, nothing that was handed out dies, and what is retired opens nothing.

use crate::chain::{rename, tamper, verify};
use crate::killable::Binary;
use crate::support::actors::{ADMIN, PASSWORD, Scene, sign_in};
use crate::support::app::TestApp;
use crate::support::database::{Engine, TestDatabase};
use crate::support::patience::comes;
use crate::support::visitor::Visitor;
use progreda::authz::Lab;
use progreda::binds;
use progreda::db::Db;
use progreda::keys::{KeyError, Keys, Purpose, State};
use progreda::labs::commands::switch;
use progreda::users::commands::make_setup_link;
use progreda::world::World;
use std::path::Path;

const SESSION: &str = "progreda-session";

pub fn rotate(key_file: &Path) -> Keys {
    let world = World::real();
    Keys::change(key_file, |keys| keys.rotated(world.now(), world.entropy())).expect("a new key")
}

fn retire(key_file: &Path) -> Keys {
    Keys::change(key_file, Keys::retired).expect("the key before goes")
}

/// The same browser, at a server that was started again.
fn again(before: &Visitor, url: &str) -> Visitor {
    let visitor = Visitor::new(url);
    for name in [SESSION, "progreda-visitor"] {
        visitor.set_cookie(name, before.cookie(name).as_deref());
    }
    visitor
}

/// Waits until the server has taken its current key into use everywhere.
async fn moved(app: &TestApp, account: &progreda::ids::AccountId) -> Db {
    let db = app.db().await;
    let moved = async || db.is_current_key_used().await.unwrap() && !verify(&db, account).await.under_previous;
    assert!(comes(moved).await, "the chain stays under the key before");
    db
}

fn invitation_link(text: &str) -> String {
    let link = text.split("/invitation?link=").nth(1).and_then(|rest| rest.get(..32)).expect("the link");
    format!("/invitation?link={link}")
}

#[actix_web::test]
async fn a_change_of_keys_signs_nobody_out_and_kills_no_form_and_no_link() {
    let mut scene = Scene::new().await;
    let key_file = scene.app.database().key_file();
    let path = "/settings/staff/invitations/new";
    let form = scene.admin.get(path).await.expect(200).form(path).with("email", "nora@quay.example");
    let answer = scene.admin.submit(form).await.expect(303);
    let invitation = invitation_link(&scene.admin.follow(answer).await.expect(200).text);
    let open_form =
        scene.admin.get("/profile").await.expect(200).form("/profile/name").with("name", "Ada between keys");
    let stranger = scene.app.visitor();
    let entrance =
        stranger.get("/login").await.expect(200).form("/login").with("email", ADMIN).with("password", PASSWORD);
    // A form whose answer shows a secret once: claimed before, read after.
    let before = scene.admin.cookie(SESSION).expect("signed in");

    rotate(&key_file);
    scene.app.restart();
    let admin = again(&scene.admin, scene.app.url());
    let page = admin.get("/profile").await.expect(200);
    let renewed = admin.cookie(SESSION).expect("still signed in");
    assert_ne!(renewed, before, "the cookie is closed under the new key now");
    assert!(page.header("set-cookie").contains("HttpOnly") && page.header("set-cookie").contains("SameSite=Lax"));
    admin.get("/profile").await.expect(200);
    assert_eq!(admin.cookie(SESSION), Some(renewed.clone()), "once");
    admin.submit(open_form.clone()).await.expect(303);
    assert!(admin.get("/profile").await.expect(200).shows("Ada between keys"));
    again(&stranger, scene.app.url()).submit(entrance.clone()).await.expect(303);
    scene.app.visitor().get(&invitation).await.expect(200);
    let db = moved(&scene.app, &scene.account).await;
    assert_eq!(verify(&db, &scene.account).await.finding, None);

    retire(&key_file);
    scene.app.restart();
    let with = |cookie: &str| {
        let visitor = scene.app.visitor();
        visitor.set_cookie(SESSION, Some(cookie));
        visitor
    };
    assert_eq!(with(&before).get("/profile").await.status, 303, "a cookie under the key before opens nothing");
    let admin = with(&renewed);
    admin.get("/profile").await.expect(200);
    assert_ne!(admin.submit(open_form).await.status, 303, "nor does a form");
    assert_ne!(again(&stranger, scene.app.url()).submit(entrance).await.status, 303);
    scene.app.visitor().get(&invitation).await.expect(200);
    assert_eq!(verify(&scene.app.db().await, &scene.account).await.finding, None);
}

#[actix_web::test]
async fn sealed_texts_name_their_key_and_die_with_it() {
    let database = TestDatabase::new().await;
    let world = World::real();
    let keys = Keys::read(&database.key_file()).unwrap();
    let sealed = keys.seal(Purpose::SecondFactor, b"usr_1", b"a secret", world.entropy());
    let rotated = rotate(&database.key_file());
    assert_eq!(rotated.open(Purpose::SecondFactor, b"usr_1", &sealed).as_deref(), Some(&b"a secret".to_vec()));
    assert!(!rotated.is_sealed_by_current(&sealed));
    let anew = rotated.seal(Purpose::SecondFactor, b"usr_1", b"a secret", world.entropy());
    let alone = retire(&database.key_file());
    assert_eq!(alone.open(Purpose::SecondFactor, b"usr_1", &sealed), None);
    assert!(alone.open(Purpose::SecondFactor, b"usr_1", &anew).is_some());
}

#[actix_web::test]
async fn every_chain_says_that_the_key_changed_and_goes_on_under_the_new_one() {
    let mut scene = Scene::new().await;
    let other = scene.account("Elsewhere").await;
    let keys = rotate(&scene.app.database().key_file());
    scene.app.restart();
    let db = moved(&scene.app, &scene.account).await;
    moved(&scene.app, &other).await;
    let said = "SELECT COUNT(*) FROM events WHERE action = 'keys.rotated' AND key_id = $1";
    let chains = crate::chain::count(&db, said, binds![keys.current_id()]).await;
    assert_eq!(chains, 2, "one for each chain");
    let nobodys = "SELECT COUNT(*) FROM events WHERE action = 'keys.rotated' AND account_id IS NULL";
    assert_eq!(crate::chain::count(&db, nobodys, binds![]).await, 1, "and one for the operator");
    scene.app.restart();
    moved(&scene.app, &scene.account).await;
    assert_eq!(crate::chain::count(&db, said, binds![keys.current_id()]).await, 2, "not again with each start");
}

#[actix_web::test]
async fn whoever_has_a_retired_key_forges_nothing() {
    let mut scene = Scene::new().await;
    rename(&scene.admin, "Ada of the first key").await;
    // Opened with the first key, and never told of another: this is what a thief has.
    let thief = scene.app.db().await;
    let first = thief.keys().current_id().to_owned();
    let second = rotate(&scene.app.database().key_file()).current_id().to_owned();
    scene.app.restart();
    let db = moved(&scene.app, &scene.account).await;
    assert!(
        switch(&thief, &scene.account, Lab::Contacts, false).await.is_err(),
        "a key that this server does not know"
    );
    retire(&scene.app.database().key_file());
    scene.app.restart();
    let db = {
        db.close().await;
        scene.app.db().await
    };
    assert_eq!(verify(&db, &scene.account).await.finding, None);
    tamper(
        &db,
        &["CREATE TABLE events_copy AS SELECT * FROM events", "CREATE TABLE heads_copy AS SELECT * FROM event_heads"],
    )
    .await;

    // Behind what the new key signed.
    let mut tx = db.write().await.unwrap();
    tx.on().run("UPDATE event_heads SET key_id = $1", binds![&first]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    assert!(switch(&thief, &scene.account, Lab::Contacts, false).await.unwrap());
    let found = verify(&db, &scene.account).await.finding.expect("it is noticed");
    assert!(found.what.contains("earlier key"), "{found:?}");

    // Instead of what the new key signed: the end is cut, and the chain goes on under the old key.
    let back = [
        "DELETE FROM events",
        "INSERT INTO events SELECT * FROM events_copy",
        "DELETE FROM event_heads",
        "INSERT INTO event_heads SELECT * FROM heads_copy",
        "DELETE FROM events WHERE action = 'keys.rotated' AND account_id IS NOT NULL",
        "UPDATE event_heads SET sequence = (SELECT MAX(e.sequence) FROM events e WHERE e.account_id = event_heads.account_id)",
        "UPDATE event_heads SET mac = (SELECT e.mac FROM events e WHERE e.account_id = event_heads.account_id \
         AND e.sequence = event_heads.sequence), key_id = (SELECT e.key_id FROM events e WHERE \
         e.account_id = event_heads.account_id AND e.sequence = event_heads.sequence)",
    ];
    tamper(&db, &back).await;
    assert!(switch(&thief, &scene.account, Lab::Contacts, true).await.unwrap());
    assert_eq!(verify(&thief, &scene.account).await.finding, None, "whole to whoever knows the old key only");
    let found = verify(&db, &scene.account).await.finding.expect("it is noticed");
    assert!(found.what.contains("retired"), "{found:?}");
    assert_ne!(first, second);
}

#[actix_web::test]
async fn a_key_file_of_before_goes_on_as_the_first_key() {
    let database = TestDatabase::new().await;
    let key_file = database.key_file();
    // As it was before keys had ids: the digits alone.
    let text = std::fs::read_to_string(&key_file).unwrap();
    let digits = text.lines().find_map(|line| line.strip_prefix("current ")).and_then(|rest| rest.rsplit(' ').next());
    std::fs::write(&key_file, format!("{}\n", digits.expect("the secret"))).unwrap();
    let mut app = TestApp::start_on(database);
    let db = app.db().await;
    let link = make_setup_link(&db).await.unwrap().expect("nobody is there yet");
    let admin = app.visitor();
    let form = admin.get(&format!("/setup?link={link}")).await.expect(200).form("/setup");
    let form = form.with("account_name", "Harbor & Pine").with("name", "Ada Hale").with("email", ADMIN);
    admin.submit(form.with("password", PASSWORD)).await.expect(303);
    let account: (String,) = db.read().await.unwrap().on().only("SELECT id FROM accounts", vec![]).await.unwrap();
    let account = account.0.parse().unwrap();
    as_before(&db, &account).await;
    assert_eq!(verify(&db, &account).await.finding, None, "what the program before this one wrote is whole");
    rotate(&key_file);
    app.restart();
    let db = moved(&app, &account).await;
    assert_eq!(verify(&db, &account).await.finding, None);
    assert_eq!(db.keys().list().iter().map(|key| key.state).collect::<Vec<_>>(), [State::Current, State::Previous]);
    again(&admin, app.url()).get("/profile").await.expect(200);
}

#[derive(sqlx::FromRow)]
struct OldRow {
    id: String,
    sequence: i64,
    happened_at: i64,
    actor_kind: String,
    actor_id: Option<String>,
    actor_name: String,
    action: String,
    subject_kind: String,
    subject_id: Option<String>,
    subject_name: String,
    details: String,
    address: Option<String>,
    agent: Option<String>,
    request_id: Option<String>,
}

/// Writes the chain as it was before keys had ids: no key, and another text under the mac.
async fn as_before(db: &Db, account: &progreda::ids::AccountId) {
    let sql = "SELECT id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, \
               subject_name, details, address, agent, request_id FROM events WHERE sequence > 0 AND account_id = $1 ORDER BY sequence";
    let rows: Vec<OldRow> = db.read().await.unwrap().on().all(sql, binds![account]).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let mut mac = String::new();
    for row in rows {
        let whole = serde_json::json!([
            mac,
            account.as_str(),
            row.sequence,
            row.id,
            row.happened_at,
            row.actor_kind,
            row.actor_id,
            row.actor_name,
            row.action,
            row.subject_kind,
            row.subject_id,
            row.subject_name,
            row.details,
            row.address,
            row.agent,
            row.request_id
        ]);
        mac = db.keys().mac(Purpose::Journal, whole.to_string().as_bytes());
        let sql = "UPDATE events SET mac = $2, key_id = NULL WHERE id = $1";
        tx.on().run(sql, binds![row.id, mac.clone()]).await.unwrap();
    }
    let sql = "UPDATE event_heads SET mac = $2, key_id = NULL WHERE account_id = $1";
    tx.on().run(sql, binds![account, mac]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
}

#[actix_web::test]
async fn two_servers_change_keys_one_after_the_other() {
    if Engine::chosen() == Engine::Sqlite {
        return;
    }
    let database = TestDatabase::new().await;
    let key_file = database.key_file();
    crate::console::furnish(&crate::console::open(&database).await).await;
    let world = World::real();
    Keys::change(&key_file, |keys| keys.prepared(world.now(), world.entropy())).unwrap();
    // The first server knows the next key, the second one uses it.
    let one = Binary::start(&database, "warn");
    let before = crate::console::Admin::sign_in(one.url()).await;
    rotate(&key_file);
    let other = Binary::start(&database, "warn");
    let there = again(&before.visitor, other.url());
    there.get("/profile").await.expect(200);
    let fresh = Visitor::new(other.url());
    sign_in(&fresh, crate::console::EMAIL, crate::console::PASSWORD).await.expect(303);
    let back = again(&fresh, one.url());
    back.get("/profile").await.expect(200);
    again(&there, one.url()).get("/profile").await.expect(200);
    // By turns: the first server signs with the new key as soon as the chain does.
    for turn in 0..4 {
        rename(if turn % 2 == 0 { &back } else { &fresh }, &format!("Ines the {turn}th")).await;
    }
    let db = Db::open(database.url(), &key_file, World::real()).await.unwrap();
    let accounts: Vec<(String,)> = db.read().await.unwrap().on().all("SELECT id FROM accounts", vec![]).await.unwrap();
    for (account,) in accounts {
        assert_eq!(verify(&db, &account.parse().unwrap()).await.finding, None);
    }
}

#[actix_web::test]
async fn a_half_written_key_file_is_refused_and_changes_nothing() {
    let database = TestDatabase::new().await;
    let key_file = database.key_file();
    let whole = std::fs::read_to_string(&key_file).unwrap();
    std::fs::write(&key_file, &whole[..whole.len() - 6]).unwrap();
    assert!(matches!(Keys::read(&key_file), Err(KeyError::Malformed(..))));
    assert!(Db::open(database.url(), &key_file, World::real()).await.is_err());
    assert_eq!(std::fs::read_to_string(&key_file).unwrap(), whole[..whole.len() - 6]);
    std::fs::write(&key_file, whole).unwrap();
    Db::open(database.url(), &key_file, World::real()).await.expect("whole again").close().await;
}
