//! Opening a database: which engine, its schema, its key file, and that nobody else serves from the same file.

use super::readers::Readers;
use super::server::Server;
use super::{Db, DbError, Pools};
use crate::keys::{KeyError, Keys, Purpose};
use crate::world::World;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why a database cannot be used. Each is one line that says what to do.
#[derive(Debug)]
pub enum OpenError {
    /// Neither `sqlite:` nor `postgres:`.
    Url(String),
    /// The engine refused.
    Engine(String),
    /// Its schema is from a later version of this program.
    Newer(i64),
    /// The key file cannot be used.
    Key(KeyError),
    /// The key file is another database's.
    OtherKey(PathBuf),
    /// Another server uses the same SQLite file.
    InUse(PathBuf),
    /// A throw-away start found data.
    NotEmpty,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => {
                write!(f, "the database URL must begin with sqlite: or postgres://, not {:?}", scheme(url))
            }
            Self::Engine(why) => write!(f, "the database cannot be opened: {why}"),
            Self::Newer(version) => write!(
                f,
                "the database has schema {version}, newer than this program knows; start the newer program or restore a backup"
            ),
            Self::Key(error) => error.fmt(f),
            Self::OtherKey(path) => write!(
                f,
                "the key file {} belongs to another database, or the key of this one was retired since; name the right one with \
                 --key-file",
                path.display()
            ),
            Self::InUse(path) => write!(
                f,
                "another server uses {}; stop it first, or use PostgreSQL for several servers",
                path.display()
            ),
            Self::NotEmpty => f.write_str("the database is not empty; the demo needs an empty one"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<DbError> for OpenError {
    fn from(error: DbError) -> Self {
        Self::Engine(error.to_string())
    }
}

impl From<sqlx::Error> for OpenError {
    fn from(error: sqlx::Error) -> Self {
        Self::Engine(error.to_string())
    }
}

impl From<KeyError> for OpenError {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

// What comes before the colon; the rest may hold a password.
fn scheme(url: &str) -> &str {
    url.split(':').next().unwrap_or("")
}

/// Held while a server runs on a SQLite file, so that a second one refuses to start. PostgreSQL needs none.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "holds the lock until it is dropped")] Option<File>);

impl Lock {
    /// Takes the lock of the file behind `url`, without waiting.
    ///
    /// # Errors
    /// When another server holds it or the lock file cannot be made.
    pub fn take(url: &str) -> Result<Self, OpenError> {
        let Some(path) = sqlite_path(url) else { return Ok(Self(None)) };
        let lock = PathBuf::from(format!("{}.lock", path.display()));
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|error| OpenError::Engine(format!("{}: {error}", lock.display())))?;
        file.try_lock().map_err(|_| OpenError::InUse(path))?;
        Ok(Self(Some(file)))
    }
}

/// The file of a SQLite URL; none for PostgreSQL and for databases in memory.
fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let path = rest.split('?').next().unwrap_or(rest);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}

impl Db {
    /// Opens the database behind `url`, brings its schema up to date, and pairs it with its key file: both are made when both are new.
    ///
    /// # Errors
    /// See [`OpenError`]; then nothing was changed.
    pub async fn open(url: &str, key_file: &Path, world: World) -> Result<Self, OpenError> {
        let pools = connect(url).await?;
        let mut db =
            Self { pools, slow: super::slow::turns(), keys: Keys::throw_away(world.entropy()), world, listener: None };
        db.migrate().await?;
        let pairing: Option<(String,)> =
            db.read().await?.on().first(FIND_META, binds(super::journal::rotation::PAIRING)).await?;
        match pairing {
            Some((expected,)) => {
                db.keys = Keys::read(key_file)?;
                if !db.keys.confirms(Purpose::Pairing, b"", &expected) {
                    return Err(OpenError::OtherKey(key_file.into()));
                }
            }
            None => {
                db.keys = match Keys::read(key_file) {
                    Err(KeyError::Missing(_)) => Keys::create(key_file, db.world.now(), db.world.entropy())?,
                    read => read?,
                };
                db.pair().await?;
            }
        }
        Ok(db)
    }

    async fn pair(&self) -> Result<(), OpenError> {
        let mut tx = self.write().await?;
        let mac = self.keys.mac(Purpose::Pairing, b"");
        tx.on().run(ADD_META, crate::binds![super::journal::rotation::PAIRING, mac]).await?;
        tx.commit_now().await?;
        Ok(())
    }

    async fn migrate(&self) -> Result<(), OpenError> {
        let known = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0);
        // Before anything is changed: the table is missing only on a new database.
        if let Ok(Some((applied,))) = self.read().await?.on().first::<(i64,)>(LAST_MIGRATION, Vec::new()).await
            && applied > known
        {
            return Err(OpenError::Newer(applied));
        }
        let done = match &self.pools {
            Pools::Sqlite { write, .. } => MIGRATIONS.run(write).await,
            Pools::Postgres(server) => MIGRATIONS.run(server.pool()).await,
        };
        done.map_err(|error| OpenError::Engine(error.to_string()))
    }
}

const FIND_META: &str = "SELECT value FROM meta WHERE name = $1";
const ADD_META: &str = "INSERT INTO meta (name, value) VALUES ($1, $2)";
const LAST_MIGRATION: &str = "SELECT version FROM _sqlx_migrations ORDER BY version DESC LIMIT 1";

/// Every statement of this file that runs on a migrated database.
pub const ALL: &[&str] = &[FIND_META, ADD_META, LAST_MIGRATION];

fn binds(name: &str) -> Vec<super::Bind> {
    crate::binds![name]
}

async fn connect(url: &str) -> Result<Pools, OpenError> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        let options = PgConnectOptions::from_str(url)?.application_name("progreda");
        let pool = PgPoolOptions::new().max_connections(10).acquire_timeout(Duration::from_secs(2));
        // What the engine merely remarks on, such as a table that is there already, is no line of our log. To compile a statement
        // takes it longer than to run any of ours.
        let pool = pool.after_connect(|connection, _| {
            Box::pin(async move {
                use sqlx::Executor as _;
                connection.execute("SET client_min_messages = warning; SET jit = off").await.map(|_| ())
            })
        });
        return Ok(Pools::Postgres(Server::new(pool.connect_with(options).await?)));
    }
    if !url.starts_with("sqlite:") {
        return Err(OpenError::Url(url.to_owned()));
    }
    if let Some(path) = sqlite_path(url) {
        own_alone(&path)?;
    }
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        // A page of a list goes over in one piece: the thread that reads it never waits for the one that takes it.
        .row_buffer_size(128)
        .pragma("trusted_schema", "OFF")
        // What is removed from a page that is written anyway is overwritten there.
        .pragma("secure_delete", "FAST");
    // A connection to a file does not break while it waits, so it is not asked whether it still works.
    let write = SqlitePoolOptions::new().max_connections(1).test_before_acquire(false);
    let write = write.acquire_timeout(Duration::from_secs(8)).idle_timeout(None).max_lifetime(None);
    let write = write.connect_with(options.clone()).await?;
    let read = Readers::new(options);
    Ok(Pools::Sqlite { read, write })
}

/// Makes a new database file that only its owner may read; one that is there keeps its mode.
fn own_alone(path: &Path) -> Result<(), OpenError> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(OpenError::Engine(format!("{}: {error}", path.display()))),
    }
}
