//! `progreda demo` as a script sees it: one line of JSON, a server that answers, nothing left behind.

use crate::support::database::TestDatabase;
use crate::support::scratch::Scratch;
use crate::support::visitor::{Page, Visitor};
use progreda::db::Db;
use progreda::world::World;
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// The program with its temporary files in `folder`, and nothing of our own environment.
fn demo(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_progreda"));
    command.args(["demo", "--json", "--listen", "127.0.0.1:0"]).current_dir(folder);
    for name in ["DATABASE_URL", "PROGREDA_LISTEN", "PROGREDA_PUBLIC_URL", "PROGREDA_KEY_FILE", "RUST_LOG"] {
        command.env_remove(name);
    }
    command.env("TMPDIR", folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn on(database: &TestDatabase) -> Command {
    let mut command = demo(database.folder());
    command.args(["--database-url", database.url()]).arg("--key-file").arg(database.key_file());
    command
}

/// A demo that serves; killed when the test fails before it ends it.
struct Running {
    process: Child,
    said: Value,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut process = command.spawn().expect("the program starts");
        let mut line = String::new();
        let read = BufReader::new(process.stdout.take().unwrap()).read_line(&mut line);
        let said = serde_json::from_str(&line).unwrap_or_else(|error| {
            let mut why = String::new();
            let _ = process.kill();
            let _ = process.stderr.take().unwrap().read_to_string(&mut why);
            panic!("{read:?}, {error}: {line:?}\n{why}")
        });
        Self { process, said }
    }

    fn text(&self, key: &str) -> &str {
        self.said[key].as_str().unwrap_or_else(|| panic!("no {key} in {}", self.said))
    }

    fn visitor(&self) -> Visitor {
        Visitor::new(self.text("url"))
    }

    async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Page {
        let visitor = self.visitor();
        let request = visitor.request(method, path).bearer_auth(token).header("Version", "2021-07-28");
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        visitor.send(path, request).await
    }

    /// Ends it as a service does.
    fn terminate(mut self) -> ExitStatus {
        let sent = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        self.process.wait().expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn sign_in(running: &Running, email: &str, password: &str) -> Visitor {
    let visitor = running.visitor();
    let form = visitor.get("/login").await.expect(200).form("/login");
    visitor.submit(form.with("email", email).with("password", password)).await.expect(303);
    visitor
}

fn json_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|error| panic!("{error}: {}", page.text))
}

#[actix_web::test]
async fn the_demo_serves_what_it_says_and_leaves_nothing() {
    let scratch = Scratch::new("demo");
    let running = Running::start(demo(scratch.path()));
    let folder = fs::read_dir(scratch.path()).unwrap().flatten().next().expect("a folder of its own").path();
    assert!(folder.join("progreda.key").exists());

    let (token, readonly) = (running.text("token"), running.text("token_readonly"));
    let list = format!("/contacts/?locationId={}&limit=100", running.text("account_id"));
    let listed = json_of(&running.call(Method::GET, &list, readonly, None).await.expect(200));
    assert_eq!(listed["meta"]["total"], 200, "{listed}");
    let one = format!("/contacts/{}", listed["contacts"][0]["id"].as_str().expect("an id"));
    running.call(Method::GET, &one, token, None).await.expect(200);
    let new = json!({ "locationId": running.text("account_id"), "email": "new@post.example" });
    running.call(Method::POST, "/contacts/", readonly, Some(new.clone())).await.expect(403);
    running.call(Method::POST, "/contacts/", token, Some(new)).await.expect(201);

    let staff = running.said["staff"].as_array().expect("staff");
    assert_eq!(staff.len(), 5);
    assert_eq!((&staff[0]["email"], &staff[0]["password"]), (&running.said["email"], &running.said["password"]));
    for role in ["Admin", "User"] {
        let person = staff.iter().find(|person| person["role"] == role).unwrap_or_else(|| panic!("no {role}"));
        let visitor = sign_in(&running, person["email"].as_str().unwrap(), person["password"].as_str().unwrap()).await;
        assert!(visitor.get("/business/contacts").await.expect(200).shows("Harbor & Pine"));
    }

    assert!(running.terminate().success());
    assert!(!folder.exists(), "the demo's folder is still there");
}

fn failed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[actix_web::test]
async fn a_named_database_must_be_empty_and_stays() {
    let database = TestDatabase::unopened().await;
    let first = Running::start(on(&database));
    // While it serves, and after it.
    assert!(failed(&on(&database).output().unwrap()).contains("is not empty"));
    let (email, password) = (first.text("email").to_owned(), first.text("password").to_owned());
    assert!(first.terminate().success());
    let mut with_other_key = demo(database.folder());
    with_other_key.args(["--database-url", database.url(), "--key-file", "other.key"]);
    assert!(failed(&with_other_key.output().unwrap()).contains("is not empty"));
    assert!(!database.folder().join("other.key").exists());
    let db = Db::open(database.url(), &database.key_file(), World::real()).await.expect("it opens with its key");
    assert_eq!(progreda::users::commands::make_setup_link(&db).await.unwrap(), None, "somebody is set up");
    check_story(&db).await;
    db.close().await;
    assert!(!email.is_empty() && password.len() >= 15);
}

/// What was written in bulk and in the past agrees with the rules.
async fn check_story(db: &Db) {
    let mut reader = db.read().await.unwrap();
    let mut on = reader.on();
    let one = |rows: Vec<(i64,)>| rows[0].0;
    assert_eq!(one(on.all(INTEGRATIONS, Vec::new()).await.unwrap()), 12);
    assert_eq!(one(on.all(OUT_OF_ORDER, Vec::new()).await.unwrap()), 0, "the chain is in the order of time");
    assert_eq!(one(on.all(AFTER_THE_END, Vec::new()).await.unwrap()), 0, "a token was used after its end");
    assert_eq!(one(on.all(AFTER_LAST_USE, Vec::new()).await.unwrap()), 0, "calls after the last use");
    assert_eq!(one(on.all(UNHELD, Vec::new()).await.unwrap()), 0, "a scope was used that is not held");
    let days: Vec<(i64,)> = on.all(DAYS, Vec::new()).await.unwrap();
    assert!((59..=60).contains(&days.len()), "{} days of calls", days.len());
}

const INTEGRATIONS: &str = "SELECT COUNT(*) FROM integrations";
const OUT_OF_ORDER: &str = "SELECT COUNT(*) FROM events a JOIN events b ON b.account_id = a.account_id \
     AND b.sequence = a.sequence + 1 WHERE b.happened_at < a.happened_at";
const AFTER_THE_END: &str = "SELECT COUNT(*) FROM usage_hours u JOIN tokens t ON t.id = u.token_id \
     WHERE u.hour >= COALESCE(t.ended_at, t.ends_at, u.hour + 1) OR u.hour + 3600000 <= t.created_at";
const AFTER_LAST_USE: &str = "SELECT COUNT(*) FROM usage_hours u JOIN tokens t ON t.id = u.token_id \
     WHERE t.last_used_at IS NULL OR u.hour > t.last_used_at";
const UNHELD: &str = "SELECT COUNT(*) FROM usage_hours u JOIN integrations i ON i.id = u.integration_id \
     WHERE ' ' || i.scopes || ' ' NOT LIKE '% ' || u.scope || ' %'";
const DAYS: &str = "SELECT DISTINCT hour / 86400000 FROM usage_hours";

#[actix_web::test]
async fn a_database_of_somebody_else_is_left_alone() {
    let scratch = Scratch::new("demo-foreign");
    let file = scratch.path().join("other.db");
    fs::write(&file, "this is no database, but somebody needs it\n".repeat(100)).unwrap();
    let mut command = demo(scratch.path());
    command.args(["--database-url", &format!("sqlite:{}", file.display())]);
    assert!(!failed(&command.output().unwrap()).is_empty());
    assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1, "something was left beside it");
}
