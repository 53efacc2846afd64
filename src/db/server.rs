//! PostgreSQL's connections: one pool, whose sockets all belong to the runtime that opened it.
//!
//! The server's workers have a runtime each, and a socket dies with the runtime in which it was opened. A connection opened by a
//! worker would break when the server stops, while the last counts are written, and nobody could tell whether they were.

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres, Transaction};
use tokio::runtime::Handle;

/// The pool, and where its connections live.
#[derive(Clone)]
pub struct Server {
    pool: PgPool,
    home: Handle,
}

impl Server {
    /// A pool whose connections live as long as the runtime of whoever calls this.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool, home: Handle::current() }
    }

    /// The pool itself, for whoever runs in the runtime that opened it.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// A connection that is free.
    ///
    /// # Errors
    /// When none can be had within the pool's time limit, or the runtime ended.
    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let pool = self.pool.clone();
        self.home.spawn(async move { pool.acquire().await }).await.map_err(|_| sqlx::Error::PoolClosed)?
    }

    /// A transaction that has begun.
    ///
    /// # Errors
    /// As [`Server::acquire`], and what the engine says.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        let pool = self.pool.clone();
        self.home.spawn(async move { pool.begin().await }).await.map_err(|_| sqlx::Error::PoolClosed)?
    }
}
