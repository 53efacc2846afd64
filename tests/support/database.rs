//! A migrated database for each test: one template per process, then a copy.
//!
//! `PROGREDA_TEST_DATABASE` says `sqlite` (when unset) or `postgres`; the latter needs
//! `PROGREDA_TEST_POSTGRES_URL`, the address of a database whose user may create others.

use super::scratch::{Scratch, is_stale, sweep_folders, unique};
use progreda::db::Db;
use progreda::world::World;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::fs;
use std::path::{Path, PathBuf};
use tokio::sync::OnceCell;

const KEY_FILE: &str = "progreda.key";

/// What the tests of this run are stored on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub fn chosen() -> Self {
        match std::env::var("PROGREDA_TEST_DATABASE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok(other) => panic!("PROGREDA_TEST_DATABASE is {other}; expected sqlite or postgres"),
        }
    }
}

/// A database with the schema, no rows, and its key file. It goes when this value is dropped.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    /// Holds the key file, and on SQLite the database.
    folder: Scratch,
    server: Option<OnServer>,
}

impl TestDatabase {
    /// A migrated one, on the engine of this run.
    pub async fn new() -> Self {
        let (copy, template) = (Self::blank(), template().await);
        for file in fs::read_dir(&template.folder).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.folder.path().join(file.file_name())).unwrap();
        }
        if let Some(OnServer(name)) = &copy.server {
            on_server(&format!("CREATE DATABASE {name} TEMPLATE {}", template.name)).await;
        }
        copy
    }

    /// One that was never opened: no file, or a database without a schema; and no key file.
    pub async fn unopened() -> Self {
        let blank = Self::blank();
        if let Some(OnServer(name)) = &blank.server {
            on_server(&format!("CREATE DATABASE {name}")).await;
        }
        blank
    }

    fn blank() -> Self {
        // Every test that asks a server something has a database.
        super::visitor::provide_cryptography();
        let folder = Scratch::new("database");
        match Engine::chosen() {
            Engine::Sqlite => Self { url: sqlite_url(folder.path()), folder, server: None },
            Engine::Postgres => {
                let name = unique("database");
                Self { url: server_url(&name), folder, server: Some(OnServer(name)) }
            }
        }
    }

    /// What `DATABASE_URL` would say.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The key file that belongs to it.
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join(KEY_FILE)
    }

    /// Where the key file is, and on SQLite the database with its log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// A database on the PostgreSQL server, dropped with this value.
#[derive(Debug)]
struct OnServer(String);

impl Drop for OnServer {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.0);
        // Drop cannot await, and a test's own runtime may be on its way out.
        let dropper = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(on_server(&statement));
        });
        let _ = dropper.join();
    }
}

/// What every database of this process is copied from; swept by a later run.
struct Template {
    folder: PathBuf,
    name: String,
}

async fn template() -> &'static Template {
    static TEMPLATE: OnceCell<Template> = OnceCell::const_new();
    TEMPLATE.get_or_init(make_template).await
}

async fn make_template() -> Template {
    sweep_folders();
    let name = unique("template");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
    fs::create_dir_all(&folder).unwrap();
    let url = match Engine::chosen() {
        Engine::Sqlite => sqlite_url(&folder),
        Engine::Postgres => {
            sweep_server().await;
            on_server(&format!("CREATE DATABASE {name}")).await;
            server_url(&name)
        }
    };
    let db = Db::open(&url, &folder.join(KEY_FILE), World::real()).await.expect("a new database opens");
    db.close().await;
    Template { folder, name }
}

fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("progreda.db").display())
}

/// The server's address with the database exchanged.
fn server_url(database: &str) -> String {
    let maintenance = maintenance_url();
    let (address, options) = maintenance.split_once('?').unwrap_or((&maintenance, ""));
    let (server, _) = address.rsplit_once('/').expect("a PostgreSQL URL that names a database");
    format!("{server}/{database}?{options}")
}

fn maintenance_url() -> String {
    std::env::var("PROGREDA_TEST_POSTGRES_URL")
        .expect("PROGREDA_TEST_POSTGRES_URL names a server; ./test postgres starts one")
}

async fn on_server(statement: &str) {
    let mut connection = PgConnection::connect(&maintenance_url()).await.expect("the PostgreSQL server answers");
    // Names come from `unique`, never from outside.
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.expect(statement);
    connection.close().await.expect("the connection closes");
}

/// Drops the databases of test processes that ended without doing so.
async fn sweep_server() {
    let mut connection = PgConnection::connect(&maintenance_url()).await.expect("the PostgreSQL server answers");
    let names: Vec<String> = sqlx::query_scalar("SELECT datname::text FROM pg_database")
        .fetch_all(&mut connection)
        .await
        .expect("the list of databases");
    connection.close().await.expect("the connection closes");
    for name in names.iter().filter(|name| is_stale(name)) {
        on_server(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
}
