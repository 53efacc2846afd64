//! The store: SQLite or PostgreSQL behind one set of statements. What differs between the engines stands in this folder only.

mod bind;
mod composed;
mod connect;
pub mod journal;
mod on;
mod readers;
mod server;
mod slow;
mod vacant;

pub use bind::{Bind, containing};
pub use composed::Composed;
pub use connect::{ALL as CONNECT_STATEMENTS, Lock, OpenError};
pub use on::{On, Record};

use crate::error::AppError;
use crate::keys::Keys;
use crate::world::World;
use journal::Listener;
use readers::{Lent, Readers};
use server::Server;
use slow::Watch;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite, SqlitePool, Transaction};
use std::fmt;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A statement that did not work.
#[derive(Debug)]
pub enum DbError {
    /// A unique rule was broken. Statements are written so that it can only be one rule.
    Unique,
    /// The engine asks for the whole transaction once more (serialisation failure, deadlock).
    Again,
    /// The store cannot be reached, is full or is read-only.
    Unavailable(String),
    /// Too many searches are under way.
    Busy,
    /// The statement took longer than one may take.
    TooLong,
    /// Another try holds the request's idempotency key by now.
    Superseded,
    /// A value holds NUL, which is no text.
    NoText,
    /// Anything else: a fault of ours.
    Fault(String),
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unique => f.write_str("a unique rule was broken"),
            Self::Again => f.write_str("the transaction was asked to run again"),
            Self::Superseded => f.write_str("another try holds the idempotency key"),
            Self::Busy => f.write_str("too many searches at once"),
            Self::TooLong => f.write_str("the statement took too long"),
            Self::NoText => f.write_str("a value holds NUL"),
            Self::Unavailable(why) | Self::Fault(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for DbError {}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(why) => Self::Unavailable(why.into()),
            DbError::Again => Self::Unavailable("the transaction was asked to run again".into()),
            DbError::Superseded => Self::Conflict(
                "Another call with the same Idempotency-Key took over. Nothing was changed by this one.".to_owned(),
            ),
            DbError::Busy | DbError::TooLong => Self::TooMany(5),
            DbError::NoText => Self::Malformed("The text holds a character that nobody can type."),
            DbError::Unique | DbError::Fault(_) => Self::internal(error),
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        let Some(code) = error.as_database_error().map(|cause| cause.code().unwrap_or_default().into_owned()) else {
            return match error {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => {
                    Self::Unavailable(error.to_string())
                }
                other => Self::Fault(other.to_string()),
            };
        };
        if error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
            return Self::Unique;
        }
        match code.as_str() {
            "40001" | "40P01" => Self::Again,
            "9" | "57014" => Self::TooLong,
            // SQLite: busy, locked, read-only, I/O error, full, cannot open; PostgreSQL: resources, shutting down, connections.
            "5" | "6" | "8" | "10" | "13" | "14" => Self::Unavailable(error.to_string()),
            other
                if other.len() == 5
                    && (other.starts_with("53") || other.starts_with("57") || other.starts_with("08")) =>
            {
                Self::Unavailable(error.to_string())
            }
            // SQLite's extended codes keep the primary one in their low byte.
            other => match other.parse::<u32>().map(|number| number & 0xff) {
                Ok(5 | 6 | 8 | 10 | 13 | 14) => Self::Unavailable(error.to_string()),
                _ => Self::Fault(error.to_string()),
            },
        }
    }
}

#[derive(Clone)]
enum Pools {
    /// One writer connection, so that writers queue here and never meet a busy database; several readers.
    Sqlite {
        read: Readers,
        write: SqlitePool,
    },
    Postgres(Server),
}

const ONE: &str = "SELECT CAST(1 AS BIGINT)";

/// The database of this process.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    slow: Arc<Semaphore>,
    keys: Keys,
    world: World,
    listener: Option<Arc<dyn Listener>>,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Db")
    }
}

/// A connection to read with.
pub struct Reader {
    connection: ReaderConnection,
    _watch: Option<Watch>,
    _turn: Option<OwnedSemaphorePermit>,
}

enum ReaderConnection {
    Sqlite(Lent),
    Postgres(PoolConnection<Postgres>),
    /// A transaction that ends with the search, and its time limit with it.
    Searching(Transaction<'static, Postgres>),
}

impl Reader {
    /// The connection, for store functions.
    pub fn on(&mut self) -> On<'_> {
        match &mut self.connection {
            ReaderConnection::Sqlite(lent) => On::Sqlite(lent),
            ReaderConnection::Postgres(connection) => On::Postgres(connection),
            ReaderConnection::Searching(transaction) => On::Postgres(transaction),
        }
    }
}

/// A write transaction. It has no bare commit: see [`journal`]. Dropped, it changes nothing.
pub struct WriteTx {
    transaction: WriteConnection,
    keys: Keys,
    world: World,
    listener: Option<Arc<dyn Listener>>,
}

enum WriteConnection {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl WriteTx {
    /// The transaction's connection, for store functions.
    pub fn on(&mut self) -> On<'_> {
        match &mut self.transaction {
            WriteConnection::Sqlite(transaction) => On::Sqlite(transaction),
            WriteConnection::Postgres(transaction) => On::Postgres(transaction),
        }
    }

    async fn commit_now(self) -> Result<(), DbError> {
        match self.transaction {
            WriteConnection::Sqlite(transaction) => transaction.commit().await?,
            WriteConnection::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

impl Db {
    /// A connection to read with.
    ///
    /// # Errors
    /// When none can be had within the pool's time limit.
    pub async fn read(&self) -> Result<Reader, DbError> {
        let connection = match &self.pools {
            Pools::Sqlite { read, .. } => ReaderConnection::Sqlite(read.lend().await?),
            Pools::Postgres(server) => ReaderConnection::Postgres(server.acquire().await?),
        };
        Ok(Reader { connection, _watch: None, _turn: None })
    }

    /// A connection to search with: one of a few, since a search may look at every row of an account, and not for long.
    ///
    /// # Errors
    /// [`DbError::Busy`] when none can be had in time.
    pub async fn read_slowly(&self) -> Result<Reader, DbError> {
        let turn = tokio::time::timeout(slow::PATIENCE, Arc::clone(&self.slow).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(DbError::Busy) };
        let (connection, watch) = match &self.pools {
            Pools::Sqlite { read, .. } => {
                let mut lent = read.lend().await?;
                let watch = lent.watch().await?;
                (ReaderConnection::Sqlite(lent), Some(watch))
            }
            Pools::Postgres(server) => {
                let mut transaction = server.begin().await?;
                On::Postgres(&mut transaction).run(slow::LIMIT_OF_TRANSACTION, Vec::new()).await?;
                (ReaderConnection::Searching(transaction), None)
            }
        };
        Ok(Reader { connection, _watch: watch, _turn: Some(turn) })
    }

    /// A write transaction. A command never opens a second one: there is a single writer.
    ///
    /// # Errors
    /// When the writer cannot be had within the pool's time limit.
    pub async fn write(&self) -> Result<WriteTx, DbError> {
        let transaction = match &self.pools {
            Pools::Sqlite { write, .. } => WriteConnection::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(server) => WriteConnection::Postgres(server.begin().await?),
        };
        let (keys, world, listener) = (self.keys.clone(), self.world.clone(), self.listener.clone());
        Ok(WriteTx { transaction, keys, world, listener })
    }

    /// The same database, with somebody who hears of each commit through it.
    #[must_use]
    pub fn heard_by(&self, listener: Arc<dyn Listener>) -> Self {
        Self { listener: Some(listener), ..self.clone() }
    }

    /// The same database, with nobody who hears of commits.
    #[must_use]
    pub fn unheard(&self) -> Self {
        Self { listener: None, ..self.clone() }
    }

    /// Whether a statement can be run now.
    pub async fn is_reachable(&self) -> bool {
        match self.read().await {
            Ok(mut reader) => reader.on().first::<(i64,)>(ONE, Vec::new()).await.is_ok(),
            Err(_) => false,
        }
    }

    /// The secrets that belong to this database.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The clock and chance.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Gives back what connections hold that nobody uses just now.
    pub fn rest(&self) {
        if let Pools::Sqlite { read, .. } = &self.pools {
            read.refresh();
        }
    }

    /// Closes every connection; on SQLite the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(server) => server.pool().close().await,
        }
    }
}
