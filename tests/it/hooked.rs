//! Scenes with webhooks: endpoints as rows, signed by secrets that the test knows, and what became of their deliveries.

use crate::receiver::{Got, Receiver};
use crate::support::actors::{Scene, Token, call};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::patience::comes;
use crate::support::smtp::MailServer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use progreda::binds;
use progreda::config::{Config, WebhookReach};
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::ids::{AccountId, EndpointId, IntegrationId};
use progreda::webhooks::model::{Delivery, Event, State};
use progreda::webhooks::secret::SigningSecret;
use progreda::webhooks::store::sent;
use progreda::world::{Span, Timestamp};
use reqwest::Method;
use serde_json::json;
use sha2::Sha256;

/// One account, one integration with its token, and a server that may reach the receivers of the test.
pub struct Hooked {
    pub scene: Scene,
    pub token: Token,
}

/// An endpoint, and the secret as its receiver knows it.
#[derive(Debug, Clone)]
pub struct Hook {
    pub id: EndpointId,
    pub secret: String,
}

/// Receivers on loopback may be reached.
pub fn reach(receivers: &[&Receiver]) -> WebhookReach {
    let networks = vec!["127.0.0.1/32".parse().expect("a network")];
    let ports = receivers.iter().map(|receiver| receiver.port()).collect();
    WebhookReach { http: true, networks, ports, ..WebhookReach::default() }
}

impl Hooked {
    pub async fn new(receivers: &[&Receiver]) -> Self {
        Self::with(receivers, |_| {}).await
    }

    /// With settings of its own.
    pub async fn with(receivers: &[&Receiver], set: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start_with(TestDatabase::new().await, |config| {
            config.webhook_reach = reach(receivers);
            set(config);
        });
        let scene = Scene::on(app).await;
        let token = scene.token(&scene.account, "CRM sync", &["contacts.readonly", "contacts.write"]).await;
        Self { scene, token }
    }

    /// With a mail server.
    pub async fn mailing(receivers: &[&Receiver], mail: &MailServer) -> Self {
        Self::with(receivers, |config| {
            config.smtp_url = Some(mail.url());
            config.mail_from = Some("Progreda <progreda@harbor.example>".to_owned());
        })
        .await
    }

    /// An endpoint that is told of new contacts.
    pub async fn hook(&self, url: &str) -> Hook {
        hook(&self.scene.db, &self.scene.account, &self.token.integration, url, &[Event::ContactCreate]).await
    }

    /// Adds a contact by API v2; its id.
    pub async fn contact(&self, name: &str) -> String {
        let body = json!({ "locationId": self.scene.account.as_str(), "firstName": name }).to_string();
        let answer = call(&self.scene.app, Method::POST, "/contacts/", &self.token.plain, Some(&body)).await;
        let answer: serde_json::Value = serde_json::from_str(&answer.expect(201).text).expect("JSON");
        answer["contact"]["id"].as_str().expect("an id").to_owned()
    }

    /// The deliveries of an endpoint, the oldest first.
    pub async fn deliveries(&self, hook: &Hook) -> Vec<Delivery> {
        let mut reader = self.scene.db.read().await.unwrap();
        let page = sent::page(&mut reader.on(), &self.scene.account, &hook.id, None, None, 10_000).await.unwrap();
        page.0.into_iter().rev().map(|listed| listed.delivery).collect()
    }

    /// The same, once as many as that are in this state.
    pub async fn settled(&self, hook: &Hook, state: State, count: usize) -> Vec<Delivery> {
        comes(async || self.deliveries(hook).await.iter().filter(|one| one.state == state).count() >= count).await;
        let all = self.deliveries(hook).await;
        assert_eq!(all.iter().filter(|one| one.state == state).count(), count, "{all:?}");
        all
    }

    /// The same, once its first one was tried so often and is not being tried.
    pub async fn tried(&self, hook: &Hook, attempts: i64) -> Delivery {
        comes(async || self.deliveries(hook).await.first().is_some_and(|one| one.attempts >= attempts)).await;
        let first = self.deliveries(hook).await.into_iter().next().expect("a delivery");
        assert_eq!(first.attempts, attempts, "{first:?}");
        first
    }

    /// Once there are so many of an endpoint, each tried so often and not being tried.
    pub async fn all_tried(&self, hook: &Hook, count: usize, attempts: i64) {
        let tries = async || self.deliveries(hook).await.iter().map(|one| one.attempts).collect::<Vec<_>>();
        comes(async || tries().await == vec![attempts; count]).await;
        assert_eq!(tries().await, vec![attempts; count], "tries of each");
    }

    /// Changes rows, as nobody's command.
    pub async fn change(&self, sql: &'static str, values: Vec<progreda::db::Bind>) {
        change(&self.scene.db, sql, values).await;
    }

    /// What a count says.
    pub async fn count(&self, sql: &'static str, values: Vec<progreda::db::Bind>) -> i64 {
        self.scene.db.read().await.unwrap().on().only::<(i64,)>(sql, values).await.unwrap().0
    }
}

/// Changes rows, as nobody's command.
pub async fn change(db: &Db, sql: &'static str, values: Vec<progreda::db::Bind>) {
    // Where all connections are busy for a moment, one is asked for again.
    let mut tx = None;
    comes(async || {
        tx = db.write().await.ok();
        tx.is_some()
    })
    .await;
    let mut tx = tx.expect("a connection");
    tx.on().run(sql, values).await.expect("the change");
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
}

/// A new endpoint of an integration.
pub async fn hook(db: &Db, account: &AccountId, of: &IntegrationId, url: &str, events: &[Event]) -> Hook {
    let (now, entropy) = (db.world().now(), db.world().entropy());
    let (id, secret) = (EndpointId::new(now, entropy), SigningSecret::generate(entropy));
    let events = events.iter().map(|event| event.name()).collect::<Vec<_>>().join(" ");
    let sql = "INSERT INTO webhook_endpoints (id, account_id, integration_id, url, description, events, created_at, created_by, \
               updated_at, secret, secret_hint, secret_created_at, version) \
               VALUES ($1, $2, $3, $4, '', $5, $6, '', $6, $7, $8, $6, 1)";
    let sealed = secret.seal(db.keys(), &id, entropy);
    change(db, sql, binds![&id, account, of, url, events, now, sealed, secret.hint()]).await;
    Hook { id, secret: secret.reveal_once().to_string() }
}

const MESSAGES: &str = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) \
     INSERT INTO webhook_messages (id, account_id, type, body, created_at) \
     SELECT 'msg_' || substr('00000000000000000000000000', 1, 26 - length(CAST(i AS TEXT))) || CAST(i AS TEXT), $1, \
     'ContactCreate', '{}', $3 FROM n";
const DELIVERIES: &str = "INSERT INTO webhook_deliveries (id, account_id, endpoint_id, message_id, type, state, created_at, attempts, next_at) \
     SELECT 'whd_' || substr(m.id, 5), m.account_id, $1, m.id, m.type, $2, $3, 0, $4 FROM webhook_messages m";

/// So many deliveries to an endpoint in this state, made an hour ago; when they are tried next, if they are. Once for each database.
pub async fn fill(
    db: &Db,
    account: &AccountId,
    hook: &Hook,
    count: i64,
    (state, next): (&'static str, Option<Timestamp>),
) {
    let made = db.world().now().minus(Span::hours(1));
    change(db, MESSAGES, binds![account, count, made]).await;
    change(db, DELIVERIES, binds![&hook.id, state, made, next]).await;
}

/// What a receiver computes of a request, in its own way.
pub fn signature(secret: &str, got: &Got) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a signing secret")).expect("base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.{}", got.id(), got.header("webhook-timestamp"), got.body).as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
