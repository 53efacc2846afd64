//! `kill -9` amid deliveries, and two servers on one database: every change is told at least once, each under one id.

use crate::console::{furnish, open};
use crate::hooked::{change, hook};
use crate::killable::Binary;
use crate::receiver::{Mode, Receiver};
use crate::support::database::{Engine, TestDatabase};
use crate::support::patience::comes;
use crate::support::visitor::Visitor;
use futures_util::future::join_all;
use progreda::binds;
use progreda::db::Db;
use progreda::ids::{AccountId, IntegrationId};
use progreda::webhooks::model::Event;
use reqwest::Method;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

const ROUNDS: u64 = 5;

/// A database on which servers are started and killed.
pub struct Site {
    database: TestDatabase,
    pub db: Db,
    pub account: AccountId,
    integration: IntegrationId,
    token: String,
    /// Settings that let the servers reach the receivers.
    port: String,
}

impl Site {
    /// An account, an integration with a token, and an endpoint for each receiver.
    pub async fn new(receivers: &[&Receiver]) -> Self {
        let database = TestDatabase::new().await;
        let db = open(&database).await;
        let account = furnish(&db).await;
        let server = Binary::start(&database, "warn");
        let admin = crate::console::Admin::sign_in(server.url()).await;
        // The console's own integration may only read; this one writes too.
        let (made, token) = admin.make("CRM sync").await;
        let integration: IntegrationId = made.id.parse().unwrap();
        let scopes = "UPDATE integrations SET scopes = 'contacts.readonly contacts.write' WHERE id = $1";
        change(&db, scopes, binds![&integration]).await;
        for receiver in receivers {
            hook(&db, &account, &integration, &receiver.url(), &[Event::ContactCreate]).await;
        }
        let port = receivers.iter().map(|receiver| receiver.port().to_string()).collect::<Vec<_>>().join(",");
        Self { database, db, account, integration, token, port }
    }

    pub fn start(&self) -> Binary {
        let settings = [
            ("PROGREDA_WEBHOOK_NETWORK", "127.0.0.1"),
            ("PROGREDA_WEBHOOK_PORT", self.port.as_str()),
            ("PROGREDA_WEBHOOK_HTTP", "true"),
        ];
        Binary::start_with(&self.database, "warn", &settings)
    }

    /// Adds contacts until the server is gone, or so many; the ids of those that were acknowledged.
    async fn add(&self, url: &str, name: &str, most: usize) -> Vec<String> {
        let visitor = Visitor::new(url);
        let mut added = Vec::new();
        for number in 0..most {
            let body = json!({ "locationId": self.account.as_str(), "firstName": format!("{name} {number}") });
            let request = visitor.request(Method::POST, "/contacts/").header("Version", "2021-07-28");
            let request = request.header("Content-Type", "application/json").bearer_auth(&self.token);
            let Ok(answer) = request.body(body.to_string()).send().await else { break };
            assert_eq!(answer.status(), 201);
            let Ok(text) = answer.text().await else { break };
            let text: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            added.push(text["contact"]["id"].as_str().expect("an id").to_owned());
        }
        added
    }

    /// Starts a server and kills it as soon as this count is more than nothing; what it is then.
    pub async fn cut_at(&self, sql: &'static str) -> i64 {
        let mut server = self.start();
        let looking = async {
            while self.count(sql).await == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        let begun = tokio::time::timeout(Duration::from_mins(1), looking).await;
        server.kill();
        assert!(begun.is_ok(), "it never begins");
        self.count(sql).await
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        self.db.read().await.unwrap().on().only::<(i64,)>(sql, binds![]).await.unwrap().0
    }

    /// Waits until nothing is on its way any more, as long as it becomes less.
    pub async fn delivered(&self) {
        let mut left = self.on_its_way().await;
        while left > 0 {
            let before = left;
            let less = comes(async || {
                left = self.on_its_way().await;
                left < before
            });
            assert!(less.await, "{before} are on their way for ever");
        }
    }

    async fn on_its_way(&self) -> i64 {
        let announcing = self.count("SELECT COUNT(*) FROM events WHERE announces IS NOT NULL").await;
        announcing + self.count("SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'waiting'").await
    }
}

/// For each contact, under which ids it was told and how often.
fn told(receiver: &Receiver) -> HashMap<String, (HashSet<String>, usize)> {
    let mut told: HashMap<String, (HashSet<String>, usize)> = HashMap::new();
    for got in receiver.got() {
        let of = told.entry(got.json()["id"].as_str().unwrap().to_owned()).or_default();
        of.0.insert(got.id());
        of.1 += 1;
    }
    told
}

#[actix_web::test]
async fn what_was_acknowledged_is_told_whatever_happens_to_the_server() {
    let receiver = Receiver::start(Mode::Slowly(Duration::from_millis(40)));
    let site = Site::new(&[&receiver]).await;
    let mut added = Vec::new();
    let mut leased = 0;
    for round in 0..ROUNDS {
        let mut server = site.start();
        let (left, right) = (format!("Left {round}"), format!("Right {round}"));
        let url = server.url().to_owned();
        // In the middle of deliveries, and at another moment of them in each round.
        let enough = receiver.got().len() + 12;
        let killing = async {
            comes(async || receiver.got().len() >= enough).await;
            tokio::time::sleep(Duration::from_millis(7 * round)).await;
            server.kill();
        };
        let working = join_all([site.add(&url, &left, 100_000), site.add(&url, &right, 100_000)]);
        let ((), some) = futures_util::future::join(killing, working).await;
        added.extend(some.into_iter().flatten());
        leased +=
            site.count("SELECT COUNT(*) FROM webhook_deliveries WHERE lease IS NOT NULL AND state = 'waiting'").await;
        // The minute after which a lease is over has passed.
        change(&site.db, "UPDATE webhook_deliveries SET next_at = 1 WHERE lease IS NOT NULL AND next_at > 1", binds![])
            .await;
    }
    let _server = site.start();
    site.delivered().await;
    let told = told(&receiver);
    for contact in &added {
        assert!(told.contains_key(contact), "{contact} was acknowledged and never told");
    }
    assert!(told.values().all(|(ids, _)| ids.len() == 1), "something was told under two ids");
    let contacts = site.count("SELECT COUNT(*) FROM contacts").await;
    let messages = site.count("SELECT COUNT(*) FROM webhook_messages").await;
    assert_eq!((i64::try_from(told.len()).unwrap(), messages), (contacts, contacts), "as many as there are");
    let twice = told.values().filter(|(_, times)| *times > 1).count();
    assert!(added.len() > 50 && leased > 0, "too little to say anything: {} told, {leased} cut", added.len());
    assert!(i64::try_from(twice).unwrap() <= leased, "{twice} were told twice, {leased} were cut");
}

#[actix_web::test]
async fn two_servers_share_the_work_and_tell_each_thing_once() {
    if Engine::chosen() == Engine::Sqlite {
        return;
    }
    let slow = Receiver::start(Mode::Slowly(Duration::from_millis(50)));
    let quick = Receiver::start(Mode::status(200));
    let site = Site::new(&[&slow, &quick]).await;
    let (mut one, other) = (site.start(), site.start());
    let (left, right) =
        futures_util::future::join(site.add(one.url(), "Left", 80), site.add(other.url(), "Right", 80)).await;
    site.delivered().await;
    for receiver in [&slow, &quick] {
        let told = told(receiver);
        assert!(left.iter().chain(&right).all(|contact| told.contains_key(contact)));
        assert!(told.values().all(|(ids, times)| ids.len() == 1 && *times == 1), "something was told twice: {told:?}");
        assert_eq!(told.len(), 160);
        assert!(receiver.most_at_once() <= 4, "{} at once, on both servers together", receiver.most_at_once());
    }
    assert!(slow.most_at_once() > 1);
    assert_eq!(site.count("SELECT COUNT(*) FROM webhook_messages").await, 160);
    // One dies in the middle: the other goes on, and takes over what was cut once its lease is over.
    let dying = site.add(one.url(), "Cut", 40).await;
    one.kill();
    change(&site.db, "UPDATE webhook_deliveries SET next_at = 1 WHERE lease IS NOT NULL AND next_at > 1", binds![])
        .await;
    site.delivered().await;
    let told = told(&slow);
    assert!(dying.iter().all(|contact| told.contains_key(contact)), "the other server goes on");
    // A receiver that is gone is disabled once, however many come to it.
    let _again = site.start();
    quick.answer(Mode::status(410));
    for name in ["Left", "Right"] {
        hook(&site.db, &site.account, &site.integration, &quick.url(), &[Event::ContactCreate]).await;
        site.add(other.url(), name, 10).await;
    }
    site.delivered().await;
    let disabled = site.count("SELECT COUNT(*) FROM webhook_endpoints WHERE disabled_at IS NOT NULL").await;
    let events = site.count("SELECT COUNT(*) FROM events WHERE action = 'webhook.disabled'").await;
    let notices = site.count("SELECT COUNT(*) FROM webhook_notices").await;
    assert_eq!((disabled, events, notices), (3, 3, 3));
}
