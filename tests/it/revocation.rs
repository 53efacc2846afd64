//! Revoking a token by having it (RFC 7009): at once, for good, and the same answer whatever was sent.

use crate::software::{Answer, Office, Software};
use crate::support::actors::{ADMIN, Scene, call};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::smtp::MailServer;
use progreda::binds;
use progreda::config::RateLimits;
use progreda::db::journal::Unlogged;
use progreda::integrations::secret::PlainSecret;
use progreda::world::Span;
use reqwest::Method;

const ALL: &[&str] = &["contacts.readonly", "contacts.write"];
const FORM: &str = "application/x-www-form-urlencoded";

async fn sent(software: &Software, kind: &str, body: &str) -> Answer {
    let request = software.anonymous(Method::POST, "/oauth/revoke").header("Content-Type", kind);
    software.send(request.body(body.to_owned())).await
}

async fn revoke(software: &Software, token: &str) -> Answer {
    sent(software, FORM, &format!("token={token}")).await
}

#[actix_web::test]
async fn a_revoked_token_is_dead_at_once_and_every_answer_is_the_same() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let first = revoke(&software, software.token()).await.expect(200);
    assert!(first.body.is_object());
    let dead = software.list("").await.expect(401);
    assert_eq!(dead.text("/code"), "token_revoked");
    let unknown = PlainSecret::generate(office.db.world().entropy()).reveal_once();
    for token in [software.token(), unknown.as_str(), "abc", "pit_", "%00", "%20"] {
        assert_eq!(revoke(&software, token).await.expect(200).body, first.body, "{token}");
    }
    let hinted = format!("token={}&token_type_hint=access_token&more=1", software.token());
    sent(&software, FORM, &hinted).await.expect(200);
    let sql =
        "SELECT actor_kind, actor_name, address, details, times FROM events WHERE action = 'integration.token_revoked'";
    let mut reader = office.db.read().await.unwrap();
    let events: Vec<(String, String, String, String, i64)> = reader.on().all(sql, vec![]).await.unwrap();
    assert_eq!(events.len(), 1, "{events:?}");
    let (actor, name, address, details, _) = &events[0];
    assert_eq!((actor.as_str(), address.as_str()), ("integration", "127.0.0.1"));
    assert!(name.starts_with("Software int_") && details.contains("pit_"), "{name} {details}");
    assert!(!details.contains(&software.token()[4..30]));
}

#[actix_web::test]
async fn forms_that_nobody_can_mean_are_refused_and_revoke_nothing() {
    let office = Office::open().await;
    let software = office.software(ALL).await;
    let token = software.token();
    let form = format!("token={token}");
    for (kind, body, status, code) in [
        (FORM, String::new(), 400, "invalid_request"),
        (FORM, "token=".to_owned(), 400, "invalid_request"),
        (FORM, "token_type_hint=access_token".to_owned(), 400, "invalid_request"),
        (FORM, format!("{form}&{form}"), 400, "invalid_request"),
        (FORM, format!("{form}&x=1&x=2"), 400, "invalid_request"),
        (FORM, format!("{form}&x=%ff"), 400, "malformed"),
        (FORM, format!("{form}&x={}", "y".repeat(300_000)), 413, "body_too_large"),
        ("application/json", format!("{{\"token\":\"{token}\"}}"), 415, "media_type_unsupported"),
        ("text/plain", form.clone(), 415, "media_type_unsupported"),
    ] {
        let answer = sent(&software, kind, &body).await.expect(status);
        assert_eq!(answer.text("/code"), code, "{body}");
        assert_eq!(answer.text("/traceId"), answer.header("x-request-id"));
    }
    let get = software.anonymous(Method::GET, &format!("/oauth/revoke?{form}"));
    assert_eq!(software.send(get).await.expect(405).header("allow"), "POST");
    let query = software.anonymous(Method::POST, &format!("/oauth/revoke?{form}")).header("Content-Type", FORM);
    software.send(query).await.expect(400);
    software.list("").await.expect(200);
}

#[actix_web::test]
async fn of_two_tokens_the_other_goes_on() {
    let office = Office::open().await;
    for newest in [true, false] {
        let old = office.software(ALL).await;
        let new = office.second_token(&old).await;
        let (revoked, kept) = if newest { (&new, &old) } else { (&old, &new) };
        revoke(&old, revoked.token()).await.expect(200);
        assert_eq!(revoked.list("").await.expect(401).text("/code"), "token_revoked");
        let whoami = kept.get("/oauth/whoami").await.expect(200);
        assert_eq!((whoami.text("/token/role"), &whoami.body["rotation"]["underWay"]), ("current", &false.into()));
        assert_eq!(whoami.body["token"].get("endsAt").is_some(), newest, "the old one keeps its deadline");
    }
}

#[actix_web::test]
async fn a_paused_or_disabled_holder_revokes_all_the_same() {
    let office = Office::open().await;
    let set = async |sql: &'static str, account: &str| {
        let mut tx = office.db.write().await.unwrap();
        tx.on().run(sql, binds![account]).await.unwrap();
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    };
    let paused = office.software(ALL).await;
    set("UPDATE integrations SET paused_at = 1 WHERE account_id = $1", paused.account()).await;
    revoke(&paused, paused.token()).await.expect(200);
    set("UPDATE integrations SET paused_at = NULL WHERE account_id = $1", paused.account()).await;
    assert_eq!(paused.list("").await.expect(401).text("/code"), "token_revoked");
    let closed = office.software_elsewhere(ALL).await;
    set("UPDATE accounts SET disabled_at = 1 WHERE id = $1", closed.account()).await;
    revoke(&closed, closed.token()).await.expect(200);
    set("UPDATE accounts SET disabled_at = NULL WHERE id = $1", closed.account()).await;
    assert_eq!(closed.list("").await.expect(401).text("/code"), "token_revoked");
}

#[actix_web::test]
async fn guesses_are_throttled_and_the_right_token_is_revoked_meanwhile() {
    let limits = |config: &mut progreda::config::Config| config.rate_limits = RateLimits { interval: 4, day: 1_000 };
    let office = Office::at(TestApp::start_with(TestDatabase::new().await, limits)).await;
    let software = office.software(ALL).await;
    for _ in 0..12 {
        revoke(&software, "pit_nonsense").await.expect(200);
    }
    let refused = revoke(&software, "pit_nonsense").await.expect(429);
    assert_eq!((refused.header("retry-after"), refused.header("x-ratelimit-max")), ("10", "12"));
    revoke(&software, software.token()).await.expect(200);
    office.app.advance(Span::seconds(10));
    assert_eq!(software.list("").await.expect(401).text("/code"), "token_revoked");
}

#[actix_web::test]
async fn many_at_once_revoke_once_and_whoever_looks_after_it_is_told() {
    let server = MailServer::start();
    let scene = Scene::on(TestApp::start_mailing(TestDatabase::new().await, server.url())).await;
    let token = scene.token(&scene.account, "CRM sync", &["contacts.readonly"]).await;
    let software = Software::new(scene.app.url(), scene.account.as_str(), &token.plain);
    let answers = futures_util::future::join_all((0..20).map(|_| revoke(&software, &token.plain))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(call(&scene.app, Method::GET, "/oauth/whoami", &token.plain, None).await.status, 401);
    let mails = server.arrived(ADMIN, 1).await;
    assert!(mails[0].subject().contains("revoked"), "{}", mails[0].subject());
    let sql = "SELECT COUNT(*) FROM events WHERE action = 'integration.token_revoked'";
    let (events,): (i64,) = scene.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap();
    assert_eq!(events, 1);
    let page = scene.admin.get(&format!("/settings/private-integrations/{}", token.integration)).await.expect(200);
    assert!(page.text.contains("Expired"));
}
