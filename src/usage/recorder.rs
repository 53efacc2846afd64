//! The queue between answering and counting: bounded, emptied at least every second and once more at the end.

use super::{Call, store};
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::Result;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Calls that may wait; more are counted by nobody, and the log says so.
const WAITING: usize = 16_384;
const EVERY: Duration = Duration::from_millis(500);

enum Message {
    Call(Box<Call>),
    Flush(oneshot::Sender<()>),
}

/// Takes notes of calls.
#[derive(Debug, Clone)]
pub struct Recorder(mpsc::Sender<Message>);

/// What was gathered since the last write.
#[derive(Default)]
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
    /// Starts the task that writes; it ends when the last recorder is gone.
    #[must_use]
    pub fn start(db: Db) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(write(db, receiver));
        Self(sender)
    }

    /// Notes a call; never waits.
    pub fn note(&self, call: Call) {
        if self.0.try_send(Message::Call(Box::new(call))).is_err() {
            tracing::warn!("a call was not counted: the queue is full");
        }
    }

    /// Writes everything noted so far.
    pub async fn finish(&self) {
        let (done, wait) = oneshot::channel();
        if self.0.send(Message::Flush(done)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

async fn write(db: Db, mut queue: mpsc::Receiver<Message>) {
    let mut batch = Batch::default();
    let mut tick = tokio::time::interval(EVERY);
    loop {
        let mut asked = None;
        let mut open = true;
        tokio::select! {
            message = queue.recv() => match message {
                Some(Message::Call(call)) => {
                    batch.add(*call);
                    continue;
                }
                Some(Message::Flush(done)) => asked = Some(done),
                None => open = false,
            },
            _ = tick.tick() => {}
        }
        if !batch.last.is_empty() {
            match flush(&db, &batch).await {
                Ok(()) => batch = Batch::default(),
                // Kept for the next try; the batch is bounded by tokens and hours.
                Err(error) => tracing::warn!(cause = %error, "calls could not be counted yet"),
            }
        }
        if let Some(done) = asked {
            let _ = done.send(());
        }
        if !open {
            return;
        }
    }
}

async fn flush(db: &Db, batch: &Batch) -> Result<()> {
    let mut tx = db.write().await?;
    store::write(&mut tx.on(), batch).await?;
    Ok(tx.commit_unlogged(Unlogged::Usage).await?)
}
