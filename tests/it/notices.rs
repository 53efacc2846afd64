//! People are told by mail of what happened to their sign-in and to what they look after; the mail never stands in the way.

use crate::operator;
use crate::support::actors::{ADMIN, PASSWORD, Scene};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::smtp::{MailServer, Received};
use crate::support::visitor::{Page, Visitor};
use progreda::ids::IntegrationId;
use progreda::world::Span;
use std::time::Duration;
use tokio::time::Instant;

const NORA: &str = "nora@harbor.example";
const LIST: &str = "/settings/private-integrations";

async fn scene(url: String) -> Scene {
    let scene = Scene::on(TestApp::start_mailing(TestDatabase::new().await, url)).await;
    // Ada came first, so what the scene makes is hers.
    scene.app.advance(Span::seconds(1));
    scene.person(&scene.account, NORA, "Admin").await;
    scene
}

async fn change_password(visitor: &Visitor, old: &str, new: &str) -> Page {
    let form = visitor.get("/profile/security").await.expect(200).form("/profile/password");
    visitor.submit(form.with("old_password", old).with("new_password", new)).await
}

async fn rotate(visitor: &Visitor, id: &IntegrationId, mode: &str) -> Page {
    let path = format!("{LIST}/{id}/rotation");
    let form = visitor.get(&path).await.expect(200).form(&path);
    visitor.submit(form.with("how", mode)).await
}

async fn update(visitor: &Visitor, id: &IntegrationId, name: &str, scopes: &[&str]) -> Page {
    let path = format!("{LIST}/{id}/edit");
    let form = visitor.get(&path).await.expect(200).form(&path);
    visitor.submit(form.with("name", name).with_all("scopes", scopes)).await
}

fn subjects(mails: &[Received]) -> Vec<String> {
    mails.iter().map(Received::subject).collect()
}

#[actix_web::test]
async fn whoever_changes_a_password_tells_its_owner() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    change_password(&scene.admin, PASSWORD, "eleven small boats at anchor").await.expect(303);
    let mails = server.arrived(ADMIN, 1).await;
    assert_eq!(mails[0].subject(), "Your password was changed");
    let text = mails[0].text();
    assert!(text.contains("If it was not you") && text.contains("127.0.0.1") && !text.contains("boats"), "{text}");
    let url = server.url();
    let settings = [("PROGREDA_SMTP_URL", url.as_str()), ("PROGREDA_MAIL_FROM", "progreda@harbor.example")];
    let to = ["admin", "change-email", "--email", NORA, "--new-email", "nora@quay.example"];
    operator::run(&scene.app, &to, &settings).expect("the operator changes it");
    let mails = server.arrived(NORA, 1).await;
    assert!(mails[0].text().contains("it was changed by whoever runs the server"), "{}", mails[0].text());
}

#[actix_web::test]
async fn who_looks_after_an_integration_is_told_what_others_do_to_it() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let nora = scene.signed_in(NORA).await;
    let token = scene.token(&scene.account, "CRM sync", &["contacts.readonly"]).await;
    let id = &token.integration;
    update(&nora, id, "CRM sync", &["contacts.readonly", "contacts.write"]).await.expect(303);
    let mails = server.arrived(ADMIN, 1).await;
    assert_eq!(mails[0].subject(), "CRM sync: scopes changed");
    let text = mails[0].text();
    assert!(text.contains("Added: contacts.write") && text.contains("done by nora"), "{text}");
    assert!(text.contains("Harbor & Pine") && text.contains(&format!("{LIST}/{id}")), "{text}");
    update(&nora, id, "CRM sync 2", &["contacts.readonly", "contacts.write"]).await.expect(303);
    rotate(&nora, id, "later").await.expect(303);
    rotate(&nora, id, "now").await.expect(303);
    let mails = server.arrived(ADMIN, 3).await;
    let mut told = subjects(&mails);
    told.sort();
    assert_eq!(told, ["CRM sync 2: token rotated", "CRM sync 2: token rotated", "CRM sync: scopes changed"]);
    let path = format!("{LIST}/{id}/deletion");
    let form = nora.get(&path).await.expect(200).form(&path);
    nora.submit(form.with("name", "CRM sync 2")).await.expect(303);
    let mails = server.arrived(ADMIN, 4).await;
    assert!(subjects(&mails).contains(&"CRM sync 2: deleted".to_owned()), "{:?}", subjects(&mails));
    let all: String = server.mails().iter().map(|mail| mail.data.clone() + &mail.text()).collect();
    assert!(!all.contains(&token.plain) && !all.contains("pit_"), "{all}");
}

#[actix_web::test]
async fn nobody_is_told_what_they_did_themselves_nor_who_has_left() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let nora = scene.signed_in(NORA).await;
    let one = scene.token(&scene.account, "Own", &["contacts.readonly"]).await.integration;
    rotate(&scene.admin, &one, "now").await.expect(303);
    // Somebody else's rotation is told; so whatever the own one had to tell would have come before.
    rotate(&nora, &one, "now").await.expect(303);
    assert_eq!(subjects(&server.arrived(ADMIN, 1).await), ["Own: token rotated"]);
    progreda::staff::commands::set_disabled(&scene.db, &scene.account, ADMIN, true).await.unwrap();
    rotate(&nora, &one, "now").await.expect(303);
    change_password(&nora, PASSWORD, "eleven small boats at anchor").await.expect(303);
    server.arrived(NORA, 1).await;
    server.arrived(ADMIN, 1).await;
}

#[actix_web::test]
async fn a_mail_server_that_hangs_or_refuses_neither_delays_nor_fails_a_change() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for url in [format!("smtp://{}", silent.local_addr().unwrap()), "smtp://127.0.0.1:1".to_owned()] {
        let scene = scene(url).await;
        let began = Instant::now();
        change_password(&scene.admin, PASSWORD, "eleven small boats at anchor").await.expect(303);
        assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
    }
}

#[actix_web::test]
async fn notices_are_sent_before_the_server_stops() {
    let server = MailServer::start();
    let mut scene = scene(server.url()).await;
    change_password(&scene.admin, PASSWORD, "eleven small boats at anchor").await.expect(303);
    scene.app.restart();
    assert_eq!(subjects(&server.mails()), ["Your password was changed"]);
}
