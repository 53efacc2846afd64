//! What changes announced becomes messages, each with a delivery for every endpoint that chose the event. Accounts take turns, and
//! no transaction adds more than a few hundred rows: who changes much, or tells many, keeps nobody else waiting.

use super::go_on;
use crate::db::journal::{Announced, Unlogged};
use crate::db::{Db, On};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, DeliveryId, EndpointId, MessageId};
use crate::webhooks::model::delivery::TOO_MANY;
use crate::webhooks::model::{Endpoint, Event, WAITING_MAX};
use crate::webhooks::sending::body::Body;
use crate::webhooks::store::messages::Announcing;
use crate::webhooks::store::{deliveries, due, endpoints, messages};
use crate::world::{Mark, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// Changes that are passed on in one transaction.
const CHANGES: usize = 50;
/// Deliveries that are added in one transaction; one change adds fewer, so each fits.
const DELIVERIES: usize = 250;
/// For so long a count of what waits is good enough: who tells a hundred endpoints is not counted anew for every few changes.
const COUNTED: Duration = Duration::from_secs(1);

/// Passes on what was announced until it is to stop, and tells `ready` of it.
pub async fn pass_on(db: Db, ready: Arc<Notify>, mut stop: watch::Receiver<bool>) {
    let mut turns = Turns::default();
    while go_on(&mut stop, None).await {
        loop {
            match pass_on_some(&db, &mut turns).await {
                Ok(Passed::Nothing) => break,
                Ok(passed) => {
                    ready.notify_one();
                    if passed == Passed::All || *stop.borrow() {
                        break;
                    }
                    // Others want to write too.
                    tokio::task::yield_now().await;
                }
                Err(error) => {
                    tracing::warn!(cause = %error, "what changes announce could not be passed on yet");
                    tokio::time::sleep(super::LOOK * 5).await;
                    break;
                }
            }
        }
    }
}

/// What is known from one transaction to the next.
#[derive(Debug, Default)]
struct Turns {
    /// The account that had the last turn.
    last: Option<String>,
    rooms: Rooms,
}

/// How much more may wait for an endpoint, and when that was counted.
#[derive(Debug, Default)]
struct Rooms(HashMap<EndpointId, (i64, Mark)>);

impl Rooms {
    /// Forgets what was counted too long ago.
    fn age(&mut self) {
        self.0.retain(|_, (_, counted)| counted.elapsed() < COUNTED);
    }

    /// Counts what waits for an endpoint, unless that is known.
    async fn count(&mut self, on: &mut On<'_>, endpoint: &EndpointId) -> Result<()> {
        if !self.0.contains_key(endpoint) {
            let room = WAITING_MAX - due::waiting(on, endpoint, WAITING_MAX).await?;
            self.0.insert(endpoint.clone(), (room, Mark::now()));
        }
        Ok(())
    }

    /// Whether one more may wait for an endpoint that was counted; then that has its place.
    fn take(&mut self, endpoint: &EndpointId) -> bool {
        let room = self.0.get_mut(endpoint).map(|(room, _)| room).filter(|room| **room > 0);
        room.map(|room| *room -= 1).is_some()
    }
}

/// How much was passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Passed {
    Nothing,
    /// Some, and there is more.
    Some,
    All,
}

/// Passes on the oldest changes of some accounts, beginning behind the one whose turn it was last. All of them or none, in one
/// transaction.
async fn pass_on_some(db: &Db, turns: &mut Turns) -> Result<Passed> {
    turns.rooms.age();
    let mut plan = plan(db, turns).await?;
    let Some(turn) = plan.last else { return Ok(Passed::Nothing) };
    // Every server takes them in one order: none waits for one that waits for it.
    plan.changes.sort_by(|one, other| one.id.cmp(&other.id));
    let (now, entropy) = (db.world().now(), db.world().entropy());
    let mut tx = db.write().await?;
    for change in plan.changes {
        // Another server may have passed it on meanwhile.
        if !messages::take(&mut tx.on(), &change.id).await? {
            continue;
        }
        for told in change.told {
            let message = MessageId::new(now, entropy);
            let body = Body {
                event: told.event.name(),
                timestamp: change.happened_at,
                message: message.as_str(),
                account: told.account.as_str(),
                fields: &change.fields,
            };
            let body = serde_json::to_string(&body).map_err(AppError::internal)?;
            deliveries::add_message(&mut tx.on(), &told.account, &message, told.event, &body, now).await?;
            for (endpoint, stopped) in told.to {
                // What is made at one instant is listed in the order in which it happened.
                let ids = (&DeliveryId::new(change.happened_at, entropy), &message);
                let to = (&told.account, &endpoint);
                match stopped {
                    None => deliveries::add(&mut tx.on(), to, ids, told.event, now).await?,
                    Some(why) => deliveries::add_stopped(&mut tx.on(), to, ids, told.event, (why, now)).await?,
                }
            }
        }
    }
    tx.commit_unlogged(Unlogged::Webhooks).await?;
    turns.last = Some(turn);
    Ok(if plan.more { Passed::Some } else { Passed::All })
}

/// What one transaction passes on.
#[derive(Debug, Default)]
struct Plan {
    changes: Vec<Change>,
    deliveries: usize,
    /// The account that had the last turn.
    last: Option<String>,
    /// Whether something is left.
    more: bool,
}

/// A change and who is told of it.
#[derive(Debug)]
struct Change {
    id: String,
    happened_at: Timestamp,
    fields: serde_json::Map<String, serde_json::Value>,
    told: Vec<Told>,
}

/// A message, the endpoints that chose its event, and for each why it is not sent there.
#[derive(Debug)]
struct Told {
    event: Event,
    account: AccountId,
    to: Vec<(EndpointId, Option<&'static str>)>,
}

/// Looks up what is next, without holding anything.
async fn plan(db: &Db, turns: &mut Turns) -> Result<Plan> {
    let mut reader = db.read().await?;
    let on = &mut reader.on();
    let mut accounts = messages::announcing_accounts(on).await?;
    accounts.sort_unstable();
    let behind = accounts.partition_point(|account| turns.last.as_ref().is_some_and(|last| account <= last));
    accounts.rotate_left(behind);
    // Where many wait, each has a small turn.
    let share = (CHANGES / accounts.len().max(1)).max(1);
    let mut plan = Plan::default();
    for account in accounts {
        if plan.changes.len() >= CHANGES {
            plan.more = true;
            break;
        }
        let found = messages::announcing(on, &account, i64::try_from(share).unwrap_or(1)).await?;
        plan.more |= found.len() == share;
        let listening = listening(on, &account, &mut turns.rooms).await?;
        for change in found {
            let change = read(change, &listening, &mut turns.rooms);
            let count: usize = change.told.iter().map(|told| told.to.len()).sum();
            if plan.deliveries > 0 && plan.deliveries + count > DELIVERIES {
                plan.more = true;
                return Ok(plan);
            }
            plan.deliveries += count;
            plan.changes.push(change);
            plan.last = Some(account.clone());
        }
    }
    Ok(plan)
}

async fn listening(on: &mut On<'_>, account: &str, rooms: &mut Rooms) -> Result<Vec<Endpoint>> {
    let mut listening = Vec::new();
    for found in endpoints::of_account(on, account).await? {
        match found {
            Ok(of) => {
                if of.condition().sends() {
                    rooms.count(on, &of.id).await?;
                }
                listening.push(of);
            }
            // The others are told all the same.
            Err(error) => tracing::error!(cause = %error, "a webhook cannot be read and is told nothing"),
        }
    }
    Ok(listening)
}

/// Who is told of a change. What cannot be read is told to nobody: it must not hold up what comes after it.
fn read(change: Announcing, listening: &[Endpoint], rooms: &mut Rooms) -> Change {
    let read: Option<(AccountId, Announced)> =
        change.account_id.parse().ok().zip(serde_json::from_str(&change.announces).ok());
    let happened_at = Timestamp::from_millis(change.happened_at);
    let Some((account, announced)) = read else {
        tracing::error!(event.id = %change.id, "what a change announces cannot be read and is told to nobody");
        return Change { id: change.id, happened_at, fields: serde_json::Map::new(), told: Vec::new() };
    };
    let tell = |event: Event| {
        let chosen = listening.iter().filter(|of| of.events.contains(&event));
        let to = |of: &Endpoint| {
            let stopped = match of.refuses(event) {
                Some(condition) => Some(condition.code()),
                None => (!rooms.take(&of.id)).then_some(TOO_MANY),
            };
            (of.id.clone(), stopped)
        };
        Told { event, account: account.clone(), to: chosen.map(to).collect() }
    };
    let events = announced.types.iter().filter_map(|name| Event::from_name(name));
    let told = events.map(tell).filter(|told| !told.to.is_empty()).collect();
    Change { id: change.id, happened_at, fields: announced.fields, told }
}
