//! Sending: what changes announce is made deliveries, and deliveries are tried until receivers take them. Everything here runs
//! beside the requests, on any number of servers at once.

mod announced;
pub mod backlogs;
mod body;
mod claims;
pub mod client;
mod disabled;
mod dispatcher;
mod hands;
mod letters;
pub mod resolver;
mod results;

use crate::config::{Public, WebhookReach};
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::{AppError, Result};
use crate::ids::EndpointId;
use crate::mail::Mailer;
use crate::webhooks::model::delivery::KEPT;
use crate::webhooks::secret::SigningSecret;
use crate::webhooks::store::{messages, sealed};
use client::Client;
use dispatcher::Dispatcher;
use resolver::SystemLookup;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

/// How often somebody looks for something to do.
const LOOK: Duration = Duration::from_millis(300);
/// How long a server that stops waits for tries under way; what is cut is tried again once its lease is over.
const GRACE: Duration = Duration::from_secs(5);
const SWEPT_AT_ONCE: i64 = 500;
const WIPED_AT_ONCE: i64 = 50;
/// Batches of one round of sweeping; the next round comes soon enough.
const ROUNDS: usize = 20;

/// The work of this server; it ends when it is told to, or with [`Sending::finish`].
#[derive(Debug)]
pub struct Sending {
    work: Vec<JoinHandle<()>>,
}

impl Sending {
    /// Starts; `stop` says when to claim nothing more.
    ///
    /// # Errors
    /// When no client for HTTP can be made.
    pub fn start(
        db: &Db,
        reach: &WebhookReach,
        mailer: &Mailer,
        public: &Public,
        stop: &watch::Receiver<bool>,
    ) -> Result<Self> {
        let client = Client::new(Arc::new(reach.clone()), Arc::new(SystemLookup))?;
        let ready = Arc::new(Notify::new());
        let dispatcher = Dispatcher::new(db.clone(), client, mailer.is_configured());
        let work = vec![
            tokio::spawn(announced::pass_on(db.clone(), Arc::clone(&ready), stop.clone())),
            tokio::spawn(backlogs::work_off(db.clone(), Arc::clone(&ready), stop.clone())),
            tokio::spawn(dispatcher.run(ready, stop.clone())),
            tokio::spawn(letters::tend(db.clone(), mailer.clone(), public.url(), stop.clone())),
        ];
        Ok(Self { work })
    }

    /// Waits for tries under way, for a few seconds; it was told to stop before.
    pub async fn finish(mut self) {
        let all = futures_util::future::join_all(&mut self.work);
        if tokio::time::timeout(GRACE, all).await.is_err() {
            tracing::warn!("webhooks under way were cut; they are sent again");
            self.work.iter().for_each(JoinHandle::abort);
        }
    }
}

/// Waits for the next look, or until `ready` tells that there is something to do. Whether to go on: not once it is to stop.
async fn go_on(stop: &mut watch::Receiver<bool>, ready: Option<&Notify>) -> bool {
    let woken = async {
        match ready {
            Some(ready) => ready.notified().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => false,
        () = tokio::time::sleep(LOOK) => true,
        () = woken => true,
    }
}

/// Forgets messages, deliveries, notices and deleted endpoints that are older than they are kept.
///
/// # Errors
/// Faults of the store.
pub async fn sweep(db: &Db) -> Result<()> {
    let before = db.world().now().minus(KEPT);
    for _ in 0..ROUNDS {
        let mut tx = db.write().await?;
        let swept = messages::sweep(&mut tx.on(), before, SWEPT_AT_ONCE).await?;
        if swept == 0 {
            return Ok(());
        }
        tx.commit_unlogged(Unlogged::Webhooks).await?;
        // Others want to write too.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Wipes signing secrets whose overlap is over, a few at a time; the next round comes soon enough.
///
/// # Errors
/// Faults of the store.
pub async fn wipe_old_secrets(db: &Db) -> Result<()> {
    let now = db.world().now();
    for endpoint in sealed::ended(&mut db.read().await?.on(), now, WIPED_AT_ONCE).await? {
        // One endpoint for each transaction: nobody waits for somebody who waits for them.
        let mut tx = db.write().await?;
        sealed::wipe(&mut tx.on(), &endpoint, now).await?;
        tx.commit_unlogged(Unlogged::Webhooks).await?;
    }
    Ok(())
}

/// Seals every signing secret anew under the current key, before the one before is retired; how many. A secret that changes
/// meanwhile is sealed under it already; one whose overlap is over is wiped instead.
///
/// # Errors
/// When one cannot be opened: then nothing was changed, and the key before must stay. Faults of the store.
pub async fn seal_anew(db: &Db) -> Result<u64> {
    let mut tx = db.write().await?;
    let (mut count, now) = (0, db.world().now());
    for (id, secret, old) in sealed::all(&mut tx.on()).await? {
        let endpoint: EndpointId = id.parse().map_err(|_| AppError::internal("an endpoint has a malformed id"))?;
        let old = if old.is_some() && sealed::wipe(&mut tx.on(), &id, now).await? { None } else { old };
        for (text, old) in [(Some(secret), false), (old, true)] {
            let Some(text) = text else { continue };
            let opened = SigningSecret::open(db.keys(), &endpoint, &text);
            let opened = opened.ok_or_else(|| AppError::internal("a signing secret opens with none of the keys"))?;
            let anew = opened.seal(db.keys(), &endpoint, db.world().entropy());
            count += u64::from(sealed::reseal(&mut tx.on(), &id, &text, &anew, old).await?);
        }
    }
    tx.commit_unlogged(Unlogged::Resealing).await?;
    Ok(count)
}
