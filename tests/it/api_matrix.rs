//! Who gets in where on API v2: every route of the table for every kind of caller, compared line by line with `api_matrix.txt`.
//!
//! `PROGREDA_UPDATE=1 cargo test --test it api_matrix` writes the table anew; its change is then read like code.

use crate::access_matrix::compare;
use crate::software::{Answer, Office, Software};
use progreda::authz::{Lab, TokenNeeds};
use progreda::binds;
use progreda::db::journal::Unlogged;
use progreda::integrations::scopes::catalogue;
use progreda::integrations::secret::{PlainSecret, parse_presented};
use progreda::web::routes::{Face, Route};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fmt::Write as _;

/// The columns. Whoever is refused comes before whoever may delete.
const CALLERS: [&str; 11] = [
    "nobody",
    "malformed",
    "unknown",
    "dead",
    "paused",
    "unscoped",
    "no-version",
    "location",
    "foreign",
    "lab-off",
    "live",
];

struct Cast {
    office: Office,
    callers: HashMap<&'static str, Software>,
    /// Tokens with every scope but one.
    unscoped: HashMap<&'static str, Software>,
}

fn every_scope_but(one: &str) -> Vec<&'static str> {
    let all = catalogue().scopes().map(|scope| scope.id.as_str());
    all.filter(|scope| *scope != one).collect()
}

async fn cast(scopes: &[&'static str]) -> Cast {
    let office = Office::open().await;
    let all = every_scope_but("");
    let live = office.software(&all).await;
    let foreign = office.software_elsewhere(&all).await;
    let closed = progreda::accounts::commands::create(&office.db, "No Lab").await.expect("an account");
    for lab in Lab::ALL {
        progreda::labs::commands::switch(&office.db, &closed, *lab, false).await.expect("a lab that is off");
    }
    let secret = Office::token_in(&office.db, &closed, &all).await;
    let lab_off = Software::new(office.app.url(), closed.as_str(), &secret);
    let (dead, paused) = (office.software(&all).await, office.software(&all).await);
    let digest = |software: &Software| parse_presented(software.token()).expect("a token").to_hex();
    let mut tx = office.db.write().await.unwrap();
    let end = "UPDATE tokens SET role = 'former', ended_at = 1, end_reason = 'rotated' WHERE digest = $1";
    tx.on().run(end, binds![digest(&dead)]).await.unwrap();
    let pause =
        "UPDATE integrations SET paused_at = 1 WHERE id = (SELECT integration_id FROM tokens WHERE digest = $1)";
    tx.on().run(pause, binds![digest(&paused)]).await.unwrap();
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    let mut unscoped = HashMap::new();
    for scope in scopes {
        unscoped.insert(*scope, office.software(&every_scope_but(scope)).await);
    }
    let unknown = PlainSecret::generate(office.db.world().entropy()).reveal_once();
    let callers = HashMap::from([
        ("nobody", live.clone()),
        ("malformed", live.with_token("pit_nonsense")),
        ("unknown", live.with_token(&unknown)),
        ("dead", dead),
        ("paused", paused),
        ("no-version", live.clone()),
        ("location", live.clone()),
        ("foreign", foreign),
        ("lab-off", lab_off),
        ("live", live),
    ]);
    Cast { office, callers, unscoped }
}

/// What stands for the names in a path: a contact, and what belongs to it.
async fn things(of: &Software) -> HashMap<&'static str, String> {
    let contact = of.create(&json!({"firstName": "Ada"})).await.expect(201).contact_id();
    let made = async |path: &str, body: Value, pointer: &str| {
        let made = of.post(&format!("/contacts/{contact}/{path}"), &body).await;
        if made.text(pointer).is_empty() { "x".to_owned() } else { made.text(pointer).to_owned() }
    };
    let note = made("notes", json!({"body": "Called back"}), "/note/id").await;
    let task = json!({"title": "Call", "dueDate": "2026-12-01T09:00:00Z", "completed": false});
    let task = made("tasks", task, "/task/id").await;
    HashMap::from([("id", contact), ("note", note), ("task", task)])
}

fn path_of(route: &Route, things: &HashMap<&'static str, String>) -> String {
    let mut path = String::new();
    for part in route.path.split_inclusive(['{', '}']) {
        path += match part.strip_suffix('}') {
            None => part.strip_suffix('{').unwrap_or(part),
            Some(name) => things.get(name).map_or("x", String::as_str),
        };
    }
    path
}

/// What the route asks for, so that a good caller gets through.
fn body_of(route: &Route, location: &str) -> Value {
    match (route.method.as_str(), route.path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default()) {
        (_, "tags") => json!({ "tags": ["vip"] }),
        (_, "notes" | "{note}") => json!({ "body": "Called back" }),
        ("POST", "tasks") => json!({ "title": "Call", "dueDate": "2026-12-01T09:00:00Z", "completed": false }),
        ("PUT", "{task}") => json!({ "title": "Call again" }),
        (_, "completed") => json!({ "completed": true }),
        (_, "search") => json!({ "locationId": location, "pageLimit": 10 }),
        (_, "upsert") => json!({ "locationId": location, "email": "upsert@example.org" }),
        _ => json!({ "locationId": location }),
    }
}

impl Cast {
    async fn ask(&self, name: &str, software: &Software, route: &Route, own: &HashMap<&'static str, String>) -> Answer {
        let location = if name == "location" { self.callers["foreign"].account() } else { software.account() };
        let mut path = path_of(route, own);
        if route.method == "GET" {
            let _ = write!(path, "?locationId={location}");
            if route.path.ends_with("/duplicate") {
                path += "&email=nobody%40example.org";
            }
        }
        let method: Method = route.method.as_str().parse().unwrap();
        let mut request = match name {
            "nobody" => software.anonymous(method, &path),
            _ => software.request(method, &path),
        };
        if route.path == "/oauth/revoke" {
            let form = request.header("Content-Type", "application/x-www-form-urlencoded");
            return software.send(form.body("token=pit_nonsense")).await;
        }
        if route.method != "GET" {
            request = request.json(&body_of(route, location));
        }
        let mut request = request.build().unwrap();
        if name == "no-version" {
            request.headers_mut().remove("version");
        }
        software.execute(request).await
    }

    /// Everything that a call could change.
    async fn state(&self) -> (i64, i64) {
        let sql = "SELECT (SELECT COUNT(*) FROM contacts), \
             (SELECT COUNT(*) FROM events WHERE subject_kind IN ('contact', 'note', 'task'))";
        self.office.db.read().await.unwrap().on().only(sql, vec![]).await.unwrap()
    }

    async fn line(&self, route: &Route) -> String {
        let facts = route.facts;
        let scope = match facts.map(|facts| facts.token) {
            Some(TokenNeeds::Needs(scope)) => scope,
            _ => "-",
        };
        let action = facts.map_or("(open)", |facts| facts.name);
        let mut line = format!("{:<6} {:<42} {action:<18} {scope:<18}", route.method.as_str(), route.path);
        let (home, closed) = (things(&self.callers["live"]).await, things(&self.callers["lab-off"]).await);
        for name in CALLERS {
            let software = if name == "unscoped" { self.unscoped.get(scope) } else { self.callers.get(name) };
            // Nothing of what is deleted names a location.
            let asks = name != "location" || route.method != "DELETE";
            let Some(software) = software.filter(|_| asks) else {
                let _ = write!(line, " {:>10}", "-");
                continue;
            };
            let before = self.state().await;
            let answer = self.ask(name, software, route, if name == "lab-off" { &closed } else { &home }).await;
            let _ = write!(line, " {:>10}", answer.status);
            assert!(answer.status < 500, "{name}: {} {} {}", route.method, route.path, answer.body);
            if answer.status >= 400 {
                assert_eq!(self.state().await, before, "{name}: {} {}", route.method, route.path);
                assert!(!answer.header("x-ratelimit-max").is_empty(), "{name}: {}", route.path);
                assert!(answer.body["traceId"].is_string(), "{name}: {} {}", route.method, route.path);
            }
        }
        line
    }
}

#[actix_web::test]
async fn every_route_answers_every_kind_of_caller_as_the_table_says() {
    let mut routes = progreda::app::routes();
    routes.retain(|route| route.face == Face::Api);
    routes.sort_by_key(|route| (route.path, route.method.to_string()));
    let mut scopes: Vec<&'static str> = Vec::new();
    for route in &routes {
        if let Some(TokenNeeds::Needs(scope)) = route.facts.map(|facts| facts.token) {
            scopes.push(scope);
        }
    }
    scopes.sort_unstable();
    scopes.dedup();
    let cast = cast(&scopes).await;
    let names: String = CALLERS.iter().fold(String::new(), |names, name| names + &format!(" {name:>10}"));
    let mut lines = vec![format!("{:<6} {:<42} {:<18} {:<18}{names}", "method", "path", "action", "scope")];
    for route in &routes {
        lines.push(cast.line(route).await);
    }
    compare("tests/it/api_matrix.txt", &lines);
}
