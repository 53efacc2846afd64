//! Whoever sends one by hand wants to see what comes of it: the answer waits for the try, though not for a slow receiver.

use super::asking::Asking;
use crate::db::DbError;
use crate::ids::DeliveryId;
use crate::web::flash::Done;
use crate::webhooks::model::{Delivery, Endpoint, State};
use crate::webhooks::store::deliveries;
use crate::world::Mark;
use std::time::Duration;

/// Nobody waits longer for a page; most receivers answer sooner.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOKS: Duration = Duration::from_millis(100);

/// What is said of a delivery once it was tried more often than `tries`; `under_way` when that takes longer, or cannot be seen: it
/// was put on its way all the same.
pub async fn outcome(asking: &Asking<'_>, of: &Endpoint, (id, tries): (&DeliveryId, i64), under_way: Done) -> Done {
    let begun = Mark::now();
    while begun.elapsed() < PATIENCE {
        match found(asking, of, id).await {
            Ok(Some((one, _))) if one.state == State::Delivered => return Done::SentAndTaken,
            Ok(Some((one, _))) if one.state != State::Waiting || one.attempts_before + one.attempts > tries => {
                return Done::SentAndNotTaken;
            }
            Ok(_) => tokio::time::sleep(LOOKS).await,
            Err(error) => {
                tracing::warn!(cause = %error, "what came of a delivery could not be seen yet");
                break;
            }
        }
    }
    under_way
}

async fn found(asking: &Asking<'_>, of: &Endpoint, id: &DeliveryId) -> Result<Option<(Delivery, String)>, DbError> {
    deliveries::find(&mut asking.db.read().await?.on(), &of.account, &of.id, id).await
}
