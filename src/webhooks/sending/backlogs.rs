//! What waits is stopped, and what failed is tried anew, in small portions: a long backlog keeps nobody from the writer for long.
//! How far it is stands in the database, so that any server goes on where another one stopped.

use super::go_on;
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::Result;
use crate::ids::{AccountId, EndpointId};
use crate::webhooks::model::AGAIN_WAITING_MAX;
use crate::webhooks::store::{backlogs, due, endpoints};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// Deliveries of one portion.
pub const PORTION: i64 = 500;
/// Between two portions others have the writer.
const BREATH: Duration = Duration::from_millis(20);

/// Works off what there is until it is to stop, and tells `ready` of what can be tried.
pub async fn work_off(db: Db, ready: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    while go_on(&mut stop, None).await {
        while !*stop.borrow() {
            match round(&db).await {
                Ok(0) => break,
                Ok(_) => ready.notify_one(),
                Err(error) => {
                    tracing::warn!(cause = %error, "backlogs of webhooks could not be worked off yet");
                    tokio::time::sleep(super::LOOK * 5).await;
                    break;
                }
            }
        }
    }
}

/// One portion of each backlog; how many deliveries were changed.
///
/// # Errors
/// When the store cannot say which there are.
pub async fn round(db: &Db) -> Result<u64> {
    let which = backlogs::which(&mut db.read().await?.on()).await?;
    let mut changed = 0;
    for (endpoint, account) in which {
        let (Ok(account), Ok(endpoint)) = (account.parse(), endpoint.parse()) else {
            // Nothing that runs now wrote it.
            tracing::error!(webhook = %endpoint, "a webhook has a malformed id and its backlog is not worked off");
            let mut tx = db.write().await?;
            backlogs::end(&mut tx.on(), &endpoint).await?;
            tx.commit_unlogged(Unlogged::Webhooks).await?;
            continue;
        };
        match portion(db, &account, &endpoint).await {
            Ok(0) => {}
            Ok(some) => {
                changed += some;
                tokio::time::sleep(BREATH).await;
            }
            // The others have their turn all the same.
            Err(error) => {
                tracing::warn!(cause = %error, webhook = %endpoint, "its backlog could not be worked off yet");
            }
        }
    }
    Ok(changed)
}

async fn portion(db: &Db, account: &AccountId, endpoint: &EndpointId) -> Result<u64> {
    let mut tx = db.write().await?;
    if due::hold(&mut tx.on(), endpoint).await?.is_none() {
        return Ok(0);
    }
    let Some(backlog) = backlogs::find(&mut tx.on(), endpoint).await? else { return Ok(0) };
    let (changed, over) = match &backlog.stop_why {
        Some(why) => {
            let stopped = backlogs::stop_some(&mut tx.on(), endpoint, why, PORTION).await?;
            (stopped, i64::try_from(stopped).unwrap_or(PORTION) < PORTION)
        }
        None => match endpoints::find(&mut tx.on(), account, endpoint).await? {
            Some(of) if of.condition().sends() => {
                let waiting = due::waiting(&mut tx.on(), endpoint, AGAIN_WAITING_MAX).await?;
                let room = (AGAIN_WAITING_MAX - waiting).min(PORTION);
                if room <= 0 {
                    return Ok(0);
                }
                backlogs::again_some(&mut tx.on(), endpoint, &backlog, db.world().now(), room).await?
            }
            // What was not reached stays as it is.
            _ => (0, true),
        },
    };
    if over {
        backlogs::end(&mut tx.on(), endpoint.as_str()).await?;
    }
    tx.commit_unlogged(Unlogged::Webhooks).await?;
    Ok(changed)
}
