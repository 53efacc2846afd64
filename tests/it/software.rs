//! Software that calls API v2 with a token, and the accounts that hired it.

use crate::support::app::{START, TestApp};
use crate::support::visitor::client;
use progreda::accounts;
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::ids::{AccountId, IntegrationId, TokenId};
use progreda::integrations::secret::{PlainSecret, parse_presented};
use progreda::world::Span;
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// A server with two accounts, whose integrations are made in the database itself.
pub struct Office {
    pub app: TestApp,
    pub db: Db,
    accounts: [AccountId; 2],
}

impl Office {
    /// The server is up and both accounts are there.
    pub async fn open() -> Self {
        Self::at(TestApp::start().await).await
    }

    /// The same on a server that the test has started.
    pub async fn at(app: TestApp) -> Self {
        let db = app.db().await;
        let mut accounts = Vec::new();
        for name in ["Harbor & Pine", "Elsewhere"] {
            accounts.push(accounts::commands::create(&db, name).await.expect("an account"));
        }
        Self { app, db, accounts: accounts.try_into().expect("two accounts") }
    }

    /// Software with a live token of the first account.
    pub async fn software(&self, scopes: &[&str]) -> Software {
        self.hire(&self.accounts[0], scopes).await
    }

    /// The same in the second account.
    pub async fn software_elsewhere(&self, scopes: &[&str]) -> Software {
        self.hire(&self.accounts[1], scopes).await
    }

    /// The same software with the new token of a rotation that began just now.
    pub async fn second_token(&self, software: &Software) -> Software {
        let entropy = self.db.world().entropy();
        let (token, secret) = (TokenId::new(START, entropy), PlainSecret::generate(entropy));
        let (digest, hint) = (secret.digest().to_hex(), secret.hint());
        let mut tx = self.db.write().await.unwrap();
        let sql = "SELECT integration_id FROM tokens WHERE digest = $1";
        let old = parse_presented(software.token()).expect("a token").to_hex();
        let (integration,): (String,) = tx.on().only(sql, binds![&old]).await.unwrap();
        let sql = "UPDATE tokens SET role = 'outgoing', ends_at = $2 WHERE digest = $1";
        tx.on().run(sql, binds![&old, START.plus(Span::days(7))]).await.unwrap();
        let sql = "UPDATE integrations SET rotation_started_at = $2 WHERE id = $1";
        tx.on().run(sql, binds![&integration, START]).await.unwrap();
        let values = binds![&token, software.account(), &integration, digest, hint, START];
        tx.on().run(ADD_TOKEN, values).await.unwrap();
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
        software.with_token(&secret.reveal_once())
    }

    async fn hire(&self, account: &AccountId, scopes: &[&str]) -> Software {
        Software::new(self.app.url(), account.as_str(), &Self::token_in(&self.db, account, scopes).await)
    }

    /// The token of a new integration of the account, made in the database itself.
    pub async fn token_in(db: &Db, account: &AccountId, scopes: &[&str]) -> String {
        let entropy = db.world().entropy();
        let (integration, token) = (IntegrationId::new(START, entropy), TokenId::new(START, entropy));
        let secret = PlainSecret::generate(entropy);
        let (digest, hint) = (secret.digest().to_hex(), secret.hint());
        let name = format!("Software {integration}");
        let mut tx = db.write().await.unwrap();
        let values = binds![&integration, account, &name, scopes.join(" "), START];
        tx.on().run(ADD_INTEGRATION, values).await.unwrap();
        tx.on().run(COUNT_INTEGRATION, binds![account]).await.unwrap();
        tx.on().run(ADD_TOKEN, binds![&token, account, &integration, digest, hint, START]).await.unwrap();
        tx.commit_unlogged(Unlogged::Seed).await.unwrap();
        secret.reveal_once().to_string()
    }
}

const ADD_INTEGRATION: &str = "INSERT INTO integrations (id, account_id, name, name_key, description, search_key, scopes, \
     created_at, created_by, updated_at, version) VALUES ($1, $2, $3, $3, '', $3, $4, $5, 'Maren Holt', $5, 1)";
const COUNT_INTEGRATION: &str = "INSERT INTO integration_totals (account_id, made, kept) VALUES ($1, 1, 1) \
     ON CONFLICT (account_id) DO UPDATE SET made = integration_totals.made + 1, kept = integration_totals.kept + 1";
const ADD_TOKEN: &str = "INSERT INTO tokens (id, account_id, integration_id, digest, hint, role, created_at, created_by) \
     VALUES ($1, $2, $3, $4, $5, 'current', $6, 'Maren Holt')";

/// A caller with one token for one account.
#[derive(Debug, Clone)]
pub struct Software {
    origin: String,
    token: String,
    account: String,
    client: Client,
}

/// An answer of API v2, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Answer {
    /// Fails unless the answer has this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The value of a header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A text inside the body, by JSON pointer; nothing when it is absent.
    pub fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The id of the one contact that is answered.
    #[track_caller]
    pub fn contact_id(&self) -> String {
        let id = self.text("/contact/id");
        assert!(id.starts_with("con_"), "no contact in {}", self.body);
        id.to_owned()
    }
}

impl Software {
    /// A caller at `origin` with this token of this account.
    pub fn new(origin: &str, account: &str, token: &str) -> Self {
        Self { origin: origin.to_owned(), token: token.to_owned(), account: account.to_owned(), client: client() }
    }

    /// The same software with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// Its token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The account of its token.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// A request as this software makes it, for headers and bodies of one's own.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(&self.token)
    }

    /// A request without the token.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin)).header("Version", "2021-07-28")
    }

    /// Sends a request and reads its answer, which is JSON whatever happens.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        self.execute(request.build().expect("a request")).await
    }

    /// The same for a request that is built already.
    pub async fn execute(&self, request: reqwest::Request) -> Answer {
        let answer = self.client.execute(request).await.expect("the server answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("the answer's body");
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} is not JSON: {text}"));
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// Adds a contact with these fields.
    pub async fn create(&self, fields: &Value) -> Answer {
        let mut body = fields.clone();
        body["locationId"] = json!(self.account);
        self.post("/contacts/", &body).await
    }

    /// One page of the list; `more` is added to the query.
    pub async fn list(&self, more: &str) -> Answer {
        self.get(&format!("/contacts/?locationId={}{more}", self.account)).await
    }
}
