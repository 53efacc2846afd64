//! Statements that may look at every row of an account: a few at once, and none for longer than [`LIMIT`].

use sqlx::SqliteConnection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// So many run at once, so that everybody else finds a connection.
const SLOW: usize = 4;
/// How long one waits for its turn.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long one may take.
const LIMIT: Duration = Duration::from_secs(5);
/// The same for PostgreSQL, until the end of the transaction.
pub const LIMIT_OF_TRANSACTION: &str = "SET LOCAL statement_timeout = 5000";
/// So many instructions of SQLite's machine lie between two looks at the clock's verdict.
const STEPS: i32 = 10_000;

/// The turns of one database.
pub fn turns() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(SLOW))
}

/// Ends what SQLite does on a connection when its time is over, or when nobody waits for it any more.
#[derive(Debug)]
pub struct Watch {
    over: Arc<AtomicBool>,
    alarm: JoinHandle<()>,
}

impl Watch {
    /// Begins to watch `connection`.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn begin(connection: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        let over: Arc<AtomicBool> = Arc::default();
        let (seen, rung) = (Arc::clone(&over), Arc::clone(&over));
        let go_on = move || !seen.load(Ordering::Relaxed);
        connection.lock_handle().await?.set_progress_handler(STEPS, go_on);
        let alarm = tokio::spawn(async move {
            tokio::time::sleep(LIMIT).await;
            rung.store(true, Ordering::Relaxed);
        });
        Ok(Self { over, alarm })
    }

    /// Watches `connection` no more.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn end(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        connection.lock_handle().await?.remove_progress_handler();
        Ok(())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.alarm.abort();
    }
}
