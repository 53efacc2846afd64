//! The notes between answering and counting: bounded, emptied at least every second and once more at the end.
//!
//! A note wakes nobody up: on a busy server that would cost as much as a look-up.

use super::{Call, store};
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::Result;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Calls that may wait; more are counted by nobody, and the log says so.
const WAITING: usize = 16_384;
const EVERY: Duration = Duration::from_millis(500);

/// Takes notes of calls.
#[derive(Debug, Clone)]
pub struct Recorder {
    db: Db,
    waiting: Arc<Mutex<Vec<Call>>>,
    // Held while writing, so that whoever finishes also waits for a write under way.
    batch: Arc<tokio::sync::Mutex<Batch>>,
}

/// What was gathered since the last write.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Calls by token, start of the hour, scope and status class.
    pub(super) counts: HashMap<(String, i64, &'static str, i64), (Call, i64)>,
    /// The last call of each token.
    pub(super) last: HashMap<String, Call>,
}

impl Batch {
    fn add(&mut self, call: Call) {
        let hour = call.at.millis().div_euclid(3_600_000) * 3_600_000;
        let token = call.token.to_string();
        let key = (token.clone(), hour, call.scope, call.status_class);
        self.counts.entry(key).and_modify(|(_, calls)| *calls += 1).or_insert_with(|| (call.clone(), 1));
        let last = self.last.entry(token).or_insert_with(|| call.clone());
        if last.at <= call.at {
            *last = call;
        }
    }
}

impl Recorder {
    /// Starts the task that writes; it ends when no other hand holds the notes.
    #[must_use]
    pub fn start(db: Db) -> Self {
        let recorder = Self { db, waiting: Arc::default(), batch: Arc::default() };
        let own = recorder.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(EVERY);
            while Arc::strong_count(&own.waiting) > 1 {
                tick.tick().await;
                own.finish().await;
            }
            own.finish().await;
        });
        recorder
    }

    /// Notes a call; never waits.
    pub fn note(&self, call: Call) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            waiting.push(call);
        } else {
            drop(waiting);
            tracing::warn!("a call was not counted: too many wait");
        }
    }

    /// Writes everything noted so far; whether nothing is left to write.
    pub async fn finish(&self) -> bool {
        let mut batch = self.batch.lock().await;
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for call in waiting {
            batch.add(call);
        }
        if batch.last.is_empty() {
            return true;
        }
        let written = self.write(&batch).await;
        match &written {
            Ok(()) => *batch = Batch::default(),
            // Kept for the next try; the batch is bounded by tokens and hours.
            Err(error) => tracing::warn!(cause = %error, "calls could not be counted yet"),
        }
        written.is_ok()
    }

    async fn write(&self, batch: &Batch) -> Result<()> {
        let mut tx = self.db.write().await?;
        store::write(&mut tx.on(), batch).await?;
        Ok(tx.commit_unlogged(Unlogged::Usage).await?)
    }
}
