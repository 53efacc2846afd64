//! The real program: it starts only with what is safe, says in one line why not, and logs lines that nobody can forge.

use crate::support::database::{Engine, TestDatabase};
use progreda::binds;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::world::World;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn program(url: &str, key_file: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_progreda"));
    let settings = [
        "DATABASE_URL",
        "PROGREDA_LISTEN",
        "PROGREDA_PUBLIC_URL",
        "PROGREDA_KEY_FILE",
        "PROGREDA_TRUSTED_PROXY",
        "RUST_LOG",
    ];
    for name in settings {
        command.env_remove(name);
    }
    command
        .env("PROGREDA_LISTEN", "127.0.0.1:0")
        .args(["--log-format", "json", "--database-url", url, "--key-file"])
        .arg(key_file);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running server; ended with this value.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("Progreda listens on ").map(str::to_owned);
        // Kept open, so that the program may go on printing.
        std::thread::spawn(move || std::io::copy(&mut stdout, &mut std::io::sink()));
        let Some(address) = address else {
            let output = child.wait_with_output().unwrap();
            panic!("{line}{}", String::from_utf8_lossy(&output.stderr))
        };
        let running = Self { child, address };
        // It listens before it serves; only then does it mind signals.
        let answer = running.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");
        running
    }

    /// Sends raw bytes and reads the answer to its end.
    fn send(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Stops it as an operator would: its exit code and what it logged.
    fn stop(mut self) -> (Option<i32>, String) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(told.success());
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (self.child.wait().unwrap().code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Fails unless the program ended with code 1 and one line that says this.
#[track_caller]
fn refuses(mut command: Command, says: &str) -> String {
    let Output { status, stderr, stdout } = command.output().expect("the program runs");
    let (said, printed) = (String::from_utf8_lossy(&stderr).into_owned(), String::from_utf8_lossy(&stdout));
    assert_eq!(status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("progreda: ") && said.contains(says), "{said}");
    assert!(!printed.contains("listens"), "{printed}");
    said
}

async fn opened(database: &TestDatabase) -> Db {
    Db::open(database.url(), &database.key_file(), World::real()).await.expect("the copy opens")
}

#[actix_web::test]
async fn it_serves_and_stops_when_told() {
    let database = TestDatabase::unopened().await;
    let running = Running::start(program(database.url(), &database.key_file()));
    let mode = std::fs::metadata(database.key_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "the new key file is its owner's alone");
    let (code, log) = running.stop();
    assert_eq!(code, Some(0), "{log}");
}

#[actix_web::test]
async fn it_refuses_a_key_file_that_is_open_foreign_broken_or_gone() {
    let (one, other) = (TestDatabase::new().await, TestDatabase::unopened().await);
    opened(&other).await.close().await;
    let key = one.key_file();
    let text = std::fs::read_to_string(&key).unwrap();
    for mode in [0o644, 0o640, 0o604] {
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let said = refuses(program(one.url(), &key), "chmod 600");
        assert!(!said.contains(text.trim()), "the key is printed");
    }
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    refuses(program(one.url(), &other.key_file()), "belongs to another database");
    std::fs::write(&key, &text.trim()[..40]).unwrap();
    refuses(program(one.url(), &key), "64 hexadecimal digits");
    std::fs::remove_file(&key).unwrap();
    refuses(program(one.url(), &key), "is missing");
    assert!(!key.exists(), "a new key would make every session and note unreadable");
    std::fs::write(&key, text).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    drop(Running::start(program(one.url(), &key)));
}

#[actix_web::test]
async fn it_refuses_a_newer_schema() {
    let database = TestDatabase::new().await;
    let db = opened(&database).await;
    let mut tx = db.write().await.unwrap();
    let sql = "UPDATE _sqlx_migrations SET version = 9999 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
    assert_eq!(tx.on().run(sql, binds![]).await.unwrap(), 1);
    tx.commit_unlogged(Unlogged::Seed).await.unwrap();
    db.close().await;
    refuses(program(database.url(), &database.key_file()), "schema 9999, newer than this program knows");
}

#[actix_web::test]
async fn it_refuses_what_another_server_has() {
    let (one, other) = (TestDatabase::new().await, TestDatabase::new().await);
    let running = Running::start(program(one.url(), &one.key_file()));
    if Engine::chosen() == Engine::Sqlite {
        refuses(program(one.url(), &one.key_file()), "another server uses");
    }
    let mut command = program(other.url(), &other.key_file());
    command.args(["--listen", &running.address]);
    refuses(command, "cannot be listened on");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = program(other.url(), &other.key_file());
    command.args(["--listen", &taken.local_addr().unwrap().to_string()]);
    refuses(command, "cannot be listened on");
    let (code, log) = running.stop();
    assert_eq!(code, Some(0), "{log}");
    drop(Running::start(program(one.url(), &one.key_file())));
}

#[actix_web::test]
async fn it_refuses_settings_that_are_not_safe() {
    let database = TestDatabase::new().await;
    let with = |settings: &[&str]| {
        let mut command = program(database.url(), &database.key_file());
        command.args(settings);
        command
    };
    refuses(with(&["--public-url", "http://console.example"]), "https://");
    refuses(with(&["--public-url", "https://user@console.example"]), "the public URL");
    refuses(with(&["--listen", "0.0.0.0:0"]), "--public-url must be given");
    let said = refuses(program("mysql://user:hunter2@127.0.0.1/x", &database.key_file()), "sqlite: or postgres://");
    assert!(!said.contains("hunter2"), "{said}");
    let said = refuses(program("postgres://user:hunter2@127.0.0.1:1/x", &database.key_file()), "cannot be opened");
    assert!(!said.contains("hunter2"), "{said}");
    let output = with(&["--trusted-everything"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "an unknown option is not passed over");
    let refused = with(&["--webhook-ca", "nowhere/authorities.pem"]).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.status.code() == Some(2) && said.contains("nowhere/authorities.pem: No such file"), "{said}");
}

#[actix_web::test]
async fn nobody_forges_a_line_of_the_log() {
    let database = TestDatabase::new().await;
    let running = Running::start(program(database.url(), &database.key_file()));
    let forged = "{\"level\":\"ERROR\",\"forged\":true}";
    let agents = [
        "plain\u{202e}txt.exe\u{200b}".to_owned(),
        format!("x\u{2028}{forged}"),
        format!("x\u{85}{forged}"),
        "x\u{9b}2J".to_owned(),
        format!("x\r\n{forged}"),
        "\u{1b}[2Jred".to_owned(),
    ];
    for agent in &agents {
        for path in ["/login", "/nowhere%0a%1b[2J", "/contacts/x%0d%0a", "/profile"] {
            running.send(
                format!("GET {path} HTTP/1.1\r\nHost: x\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n")
                    .as_bytes(),
            );
        }
    }
    let (code, log) = running.stop();
    assert_eq!(code, Some(0), "{log}");
    let mut requests = 0;
    for line in log.lines() {
        let event: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not one event: {line:?}"));
        assert!(event.get("forged").is_none() && line.chars().all(|c| !c.is_control()), "{line:?}");
        requests += usize::from(event["message"] == "request");
    }
    assert!(requests >= 8, "{requests} requests are logged:\n{log}");
}

#[actix_web::test]
async fn junk_is_no_error_of_ours() {
    let database = TestDatabase::new().await;
    let running = Running::start(program(database.url(), &database.key_file()));
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "x".repeat(200_000));
    for junk in [
        "\r\n\r\nx y z\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}",
        "GET / HTTP/9.9\r\n\r\n",
        "GET /\u{0} HTTP/1.1\r\n\r\n",
        &long,
    ] {
        running.send(format!("{junk}\r\n\r\n").as_bytes());
    }
    running.send(b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    running.send(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n");
    let (code, log) = running.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(log.contains("\"message\":\"request\"") && !log.contains("\"ERROR\""), "{log}");
}
