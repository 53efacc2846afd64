//! Mail goes over a real connection to a mail server, and a page says truthfully whether it went.

use crate::support::actors::Scene;
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::smtp::MailServer;
use crate::support::visitor::Page;
use progreda::binds;
use std::time::Duration;
use tokio::time::Instant;

const NEW: &str = "/settings/staff/invitations/new";
const NORA: &str = "nora@quay.example";

async fn scene(url: String) -> Scene {
    let database = TestDatabase::new().await;
    Scene::on(TestApp::start_with(database, |config| {
        config.smtp_url = Some(url);
        config.mail_from = Some("Progreda <progreda@harbor.example>".to_owned());
    }))
    .await
}

/// Invites somebody; what the page says, with the link if it is there.
async fn invite(scene: &Scene, email: &str) -> (Page, String) {
    let found = "SELECT id FROM roles WHERE account_id = $1 AND name = 'User'";
    let mut reader = scene.db.read().await.unwrap();
    let (role,): (String,) = reader.on().only(found, binds![&scene.account]).await.unwrap();
    let form = scene.admin.get(NEW).await.expect(200).form(NEW).with("email", email).with("role", &role);
    let answer = scene.admin.submit(form).await.expect(303);
    let page = scene.admin.follow(answer).await.expect(200);
    let link = page.text.split("/invitation?link=").nth(1).and_then(|rest| rest.get(..32)).expect("the link");
    (page.clone(), link.to_owned())
}

#[actix_web::test]
async fn an_invitation_is_mailed_to_whom_it_is_for() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let (page, link) = invite(&scene, NORA).await;
    assert!(page.shows("The mail was handed to the mail server"));
    let mails = server.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("progreda@harbor.example", [NORA.to_owned()].as_slice()));
    assert!(mail.data.contains("Subject: Ada Hale invites you to Harbor & Pine on Progreda"), "{}", mail.data);
    assert!(mail.data.contains("Content-Type: text/plain"));
    assert!(mail.text().contains(&format!("{}/invitation?link={link}", scene.app.url())), "{}", mail.text());
    assert!(mail.text().contains("with the role User"));
    scene.app.visitor().get(&format!("/invitation?link={link}")).await.expect(200);
}

#[actix_web::test]
async fn no_name_and_no_address_writes_a_header() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let mut tx = scene.db.write().await.unwrap();
    let evil = "Harbor\r\nBcc: eve@evil.example\r\n\r\n.\r\nMAIL FROM:<eve@evil.example>";
    tx.on().run("UPDATE accounts SET name = $1", binds![evil]).await.unwrap();
    tx.commit_unlogged(progreda::db::journal::Unlogged::Seed).await.unwrap();
    invite(&scene, NORA).await;
    let mails = server.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!(mail.to, [NORA]);
    let head = mail.data.split("\r\n\r\n").next().unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    let form = scene.admin.get(NEW).await.expect(200).form(NEW);
    scene.admin.submit(form.with("email", "a@quay.example\r\nBcc: eve@evil.example")).await.expect(422);
    assert_eq!(server.mails().len(), 1);
}

#[actix_web::test]
async fn a_server_that_is_down_or_refuses_is_said_and_the_link_works() {
    let server = MailServer::start();
    let scene = scene(server.url()).await;
    let (page, link) = invite(&scene, "refused@quay.example").await;
    assert!(page.shows("the mail could not be sent. Hand the link over yourself"));
    scene.app.visitor().get(&format!("/invitation?link={link}")).await.expect(200);
    drop(server);
    let (page, link) = invite(&scene, NORA).await;
    assert!(page.shows("the mail could not be sent. Hand the link over yourself"));
    scene.app.visitor().get(&format!("/invitation?link={link}")).await.expect(200);
}

#[actix_web::test]
async fn a_server_that_never_answers_is_waited_for_ten_seconds() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let scene = scene(format!("smtp://{}", silent.local_addr().unwrap())).await;
    let began = Instant::now();
    let (page, _) = invite(&scene, NORA).await;
    assert!(page.shows("the mail could not be sent"));
    let took = began.elapsed();
    assert!((Duration::from_secs(8)..Duration::from_secs(15)).contains(&took), "{took:?}");
}

#[actix_web::test]
async fn without_a_server_the_page_says_that_nothing_was_mailed() {
    let scene = Scene::new().await;
    assert!(scene.admin.get(NEW).await.expect(200).shows("No mail server is configured"));
    let (page, _) = invite(&scene, NORA).await;
    assert!(page.shows("no mail server is configured"));
}
