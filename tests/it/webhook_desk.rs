//! Somebody at the console who makes webhooks, form by form.

use crate::support::actors::{ADMIN, Scene, Token};
use crate::support::html::Form;
use crate::support::visitor::{Page, Visitor};
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::ids::{DeliveryId, EndpointId};
use progreda::webhooks::model::Endpoint;
use progreda::webhooks::store::{deliveries, endpoints};
use progreda::world::Timestamp;

/// The address of the list.
pub const LIST: &str = "/settings/webhooks";
/// A URL that may be sent to, as far as it can be told without asking for its address.
pub const URL: &str = "https://hooks.ledger.example/progreda";
/// Its host.
pub const HOST: &str = "hooks.ledger.example";

/// A server with an account, and an integration that may read contacts.
pub struct Desk {
    pub scene: Scene,
    pub token: Token,
}

impl Desk {
    /// The server is up and Ada is signed in.
    pub async fn new() -> Self {
        let scene = Scene::new().await;
        let token = scene.token(&scene.account, "Ledger", &["contacts.readonly", "contacts.write"]).await;
        Self { scene, token }
    }

    /// The first admin's browser.
    pub fn ada(&self) -> &Visitor {
        &self.scene.admin
    }

    /// The page that makes a webhook of the integration.
    pub fn new_page(&self) -> String {
        format!("{LIST}/new?integration={}", self.token.integration)
    }

    /// The form of a new webhook, filled in and not yet sent.
    pub async fn creation(&self, by: &Visitor, url: &str) -> Form {
        let form = by.get(&self.new_page()).await.expect(200).form(&format!("{LIST}/new"));
        form.with("url", url).with("description", "Books").with_all("events", &["ContactCreate", "NoteCreate"])
    }

    /// Makes a webhook; the address of its page, and its signing secret.
    pub async fn make(&self) -> (String, String) {
        let made = self.ada().submit(self.creation(self.ada(), URL).await).await.expect(303);
        let address = address_of(&made);
        let shown = self.ada().follow(made).await.expect(200);
        (address, secret_in(&shown).expect("the secret is shown"))
    }

    /// The endpoint at this address as it is stored; `None` once it is deleted.
    pub async fn stored(&self, address: &str) -> Option<Endpoint> {
        let id: EndpointId = address.rsplit('/').next().unwrap().parse().expect("an endpoint's id");
        let mut reader = self.scene.db.read().await.unwrap();
        endpoints::find(&mut reader.on(), &self.scene.account, &id).await.unwrap()
    }

    /// The form of one of the pages below `address`.
    pub async fn form(&self, by: &Visitor, address: &str, page: &str) -> Form {
        let path = format!("{address}/{page}");
        by.get(&path).await.expect(200).form(&path)
    }

    /// A form on the webhook's own page.
    pub async fn button(&self, by: &Visitor, address: &str, action: &str) -> Form {
        by.get(address).await.expect(200).form(&format!("{address}/{action}"))
    }

    /// How many events of this action there are.
    pub async fn count(&self, action: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM events WHERE action = $1";
        self.scene.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![action]).await.unwrap().0
    }

    /// The details of the newest event of this action.
    pub async fn details(&self, action: &str) -> serde_json::Value {
        let sql = "SELECT details FROM events WHERE action = $1 ORDER BY sequence DESC LIMIT 1";
        let found = self.scene.db.read().await.unwrap().on().only::<(String,)>(sql, binds![action]).await;
        serde_json::from_str(&found.unwrap().0).unwrap()
    }

    /// Writes to the database what only the server itself does.
    pub async fn set(&self, sql: &'static str, address: &str) {
        let id = address.rsplit('/').next().unwrap();
        let mut tx = self.scene.db.write().await.unwrap();
        tx.on().run(sql, binds![id]).await.unwrap();
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    }

    /// A delivery to this endpoint that was stopped or failed, made then; its id.
    pub async fn past(&self, address: &str, state: &'static str, made: Timestamp) -> DeliveryId {
        let endpoint = self.stored(address).await.expect("the endpoint");
        let world = self.scene.db.world();
        let id = DeliveryId::new(made, world.entropy());
        let message = progreda::ids::MessageId::new(made, world.entropy());
        let body = r#"{"type":"NoteCreate","body":"<script>alert(1)</script>"}"#;
        let mut tx = self.scene.db.write().await.unwrap();
        deliveries::add_test(&mut tx.on(), &endpoint, &message, &id, body, made).await.unwrap();
        let sql = "UPDATE webhook_deliveries SET state = $2, next_at = NULL, attempts = 10, tried_at = $3, took = 84, status = 500, \
             problem = 'status', answer = '<b>out</b> of order', stopped_why = CASE WHEN $2 = 'stopped' THEN 'paused' END WHERE id = $1";
        tx.on().run(sql, binds![&id, state, made]).await.unwrap();
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
        id
    }

    /// Another admin's browser.
    pub async fn other(&self) -> Visitor {
        self.scene.person(&self.scene.account, "ben@harbor.example", "Admin").await;
        self.scene.signed_in("ben@harbor.example").await
    }

    /// Ada in another browser.
    pub async fn ada_again(&self) -> Visitor {
        self.scene.signed_in(ADMIN).await
    }
}

/// The page of the webhook whose secret an answer leads to.
#[track_caller]
pub fn address_of(made: &Page) -> String {
    let location = made.header("location");
    location.strip_suffix("/secret").expect("leads to a signing secret").to_owned()
}

/// The whole signing secret in a page.
pub fn secret_in(page: &Page) -> Option<String> {
    let text = crate::support::html::unescape(&page.text);
    text.match_indices("whsec_").find_map(|(at, _)| {
        let rest = text[at + 6..].chars().take_while(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c));
        let secret = format!("whsec_{}", rest.collect::<String>());
        (secret.len() == 50).then_some(secret)
    })
}
