//! SQLite's readers: a few connections, lent for as long as somebody reads.
//!
//! sqlx's pool asks each connection whether it still works when it comes back, which costs as much as a statement; a file
//! does not hang up.

use super::slow::Watch;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many there are at most.
///
/// More than there are processors: while one is woken up another one works.
const MOST: u32 = 12;
/// How long a reader is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The readers that nobody has, and whether each was watched when it came back.
type Resting = Arc<Mutex<Vec<(SqliteConnection, bool)>>>;

/// The readers of one file.
#[derive(Clone)]
pub struct Readers {
    options: SqliteConnectOptions,
    free: Arc<Semaphore>,
    resting: Resting,
}

/// A reader that somebody has; it comes back when it is dropped.
pub struct Lent {
    connection: Option<SqliteConnection>,
    watched: bool,
    resting: Resting,
    _turn: OwnedSemaphorePermit,
}

impl Readers {
    /// Readers of the file that `options` name; each is opened when it is first needed.
    #[must_use]
    pub fn new(options: SqliteConnectOptions) -> Self {
        let options = options.read_only(true).create_if_missing(false);
        Self { options, free: Arc::new(Semaphore::new(MOST as usize)), resting: Arc::default() }
    }

    /// The next reader that is free.
    ///
    /// # Errors
    /// When none is in time, when all were closed, or what the engine says on opening the file.
    pub async fn lend(&self) -> Result<Lent, sqlx::Error> {
        // Most often there is one, and no clock need be asked.
        let turn = match Arc::clone(&self.free).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.free).acquire_owned()).await;
                turn.map_err(|_| sqlx::Error::PoolTimedOut)?.map_err(|_| sqlx::Error::PoolClosed)?
            }
        };
        let rested = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match rested {
            Some((connection, false)) => connection,
            Some((mut connection, true)) => {
                Watch::end(&mut connection).await?;
                connection
            }
            None => self.options.connect().await?,
        };
        Ok(Lent { connection: Some(connection), watched: false, resting: Arc::clone(&self.resting), _turn: turn })
    }

    /// Lets go of the readers that nobody has: their memory is given back, and one that broke is not met again.
    pub fn refresh(&self) {
        self.resting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Waits a moment for those who read, then closes every reader; there are none from now on.
    pub async fn close(&self) {
        let _ = tokio::time::timeout(PATIENCE, self.free.acquire_many(MOST)).await;
        self.free.close();
        let resting = std::mem::take(&mut *self.resting.lock().unwrap_or_else(PoisonError::into_inner));
        for (connection, _) in resting {
            let _ = connection.close().await;
        }
    }
}

impl Lent {
    /// Lets nobody use it for longer than a search may take.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn watch(&mut self) -> Result<Watch, sqlx::Error> {
        self.watched = true;
        Watch::begin(self).await
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let watched = self.watched;
        // A statement that was given up is finished by the connection before it takes another.
        self.resting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(self.connection.take().map(|connection| (connection, watched)));
    }
}

#[expect(clippy::expect_used, reason = "the connection is there until the drop")]
impl Deref for Lent {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        self.connection.as_ref().expect("a reader is there until it is dropped")
    }
}

#[expect(clippy::expect_used, reason = "the connection is there until the drop")]
impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection.as_mut().expect("a reader is there until it is dropped")
    }
}
