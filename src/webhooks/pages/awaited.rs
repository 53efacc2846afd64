//! Whoever sends one by hand wants to see what comes of it: the answer waits for the try, though not for a slow receiver.

use super::asking::Asking;
use crate::error::Result;
use crate::ids::DeliveryId;
use crate::web::flash::Done;
use crate::webhooks::model::{Endpoint, State};
use crate::webhooks::store::deliveries;
use crate::world::Mark;
use std::time::Duration;

/// Nobody waits longer for a page; most receivers answer sooner.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOKS: Duration = Duration::from_millis(100);

/// What is said of a delivery once it was tried more often than `tries`; `under_way` when that takes longer.
///
/// # Errors
/// Faults of the store.
pub async fn outcome(
    asking: &Asking<'_>,
    of: &Endpoint,
    (id, tries): (&DeliveryId, i64),
    under_way: Done,
) -> Result<Done> {
    let begun = Mark::now();
    while begun.elapsed() < PATIENCE {
        let found = deliveries::find(&mut asking.db.read().await?.on(), &of.account, &of.id, id).await?;
        match found {
            Some((one, _)) if one.state == State::Delivered => return Ok(Done::SentAndTaken),
            Some((one, _)) if one.state != State::Waiting || one.attempts_before + one.attempts > tries => {
                return Ok(Done::SentAndNotTaken);
            }
            _ => tokio::time::sleep(LOOKS).await,
        }
    }
    Ok(under_way)
}
