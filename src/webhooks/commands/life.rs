//! Pausing and resuming, enabling again, and deleting.

use super::{Done, at, step};
use crate::authz::Permit;
use crate::db::{Db, DbError, On};
use crate::ids::{AccountId, EndpointId, IntegrationId};
use crate::webhooks::change::{OfEndpoint, What};
use crate::webhooks::model::delivery::DELETED;
use crate::webhooks::model::{Place, Refused};
use crate::webhooks::store::changes::{self, At};
use crate::webhooks::store::{backlogs, counts, endpoints};
use crate::webhooks::{DeleteEndpoint, PauseEndpoint};
use crate::world::Timestamp;

/// Nothing is sent until it is resumed.
///
/// # Errors
/// See [`super::Trouble`]; then nothing was changed.
pub async fn pause(db: &Db, permit: &Permit<PauseEndpoint>, id: &EndpointId, version: i64) -> Done<()> {
    step(db, permit, (id, version), async |on, of| {
        of.may_pause()?;
        changes::pause(on, at(permit, id), true).await?;
        backlogs::end_again(on, id).await?;
        Ok(What::Paused)
    })
    .await
}

/// Its events are sent again.
///
/// # Errors
/// See [`super::Trouble`]; then nothing was changed.
pub async fn resume(db: &Db, permit: &Permit<PauseEndpoint>, id: &EndpointId, version: i64) -> Done<()> {
    step(db, permit, (id, version), async |on, of| {
        of.paused_at.ok_or(Refused::NotPaused)?;
        changes::pause(on, at(permit, id), false).await?;
        Ok(What::Resumed)
    })
    .await
}

/// Its events are sent again after the server had given it up.
///
/// # Errors
/// See [`super::Trouble`]; then nothing was changed.
pub async fn enable(db: &Db, permit: &Permit<PauseEndpoint>, id: &EndpointId, version: i64) -> Done<()> {
    step(db, permit, (id, version), async |on, of| {
        of.disabled.ok_or(Refused::NotDisabled)?;
        changes::enable(on, at(permit, id)).await?;
        // What was not stopped yet goes on.
        backlogs::end(on, id.as_str()).await?;
        Ok(What::Enabled)
    })
    .await
}

/// It is told nothing more; its secrets are gone.
///
/// # Errors
/// See [`super::Trouble`]; then nothing was changed.
pub async fn delete(db: &Db, permit: &Permit<DeleteEndpoint>, id: &EndpointId, version: i64, typed: &str) -> Done<()> {
    step(db, permit, (id, version), async |on, of| {
        let place = Place::of(&of.url);
        // The port may be left out.
        if ![place.named(), place.host].iter().any(|word| typed.trim().eq_ignore_ascii_case(word)) {
            return Err(Refused::OtherHost.into());
        }
        end(on, at(permit, id)).await?;
        Ok(What::Deleted { integration: of.of.name.clone(), with_integration: false })
    })
    .await
}

/// Ends it here and now; what waits for it is stopped in portions, soon after.
async fn end(on: &mut On<'_>, at: At<'_>) -> Result<(), DbError> {
    changes::delete(on, at).await?;
    backlogs::stop(on, (at.account, at.id), DELETED).await
}

/// What was being tried anew ends where nothing is sent any more: for an integration that was paused or lost a scope, in that
/// transaction. However soon that is over, what was not reached stays as it is.
///
/// # Errors
/// What the engine says.
pub async fn end_redeliveries(
    on: &mut On<'_>,
    account: &AccountId,
    integration: &IntegrationId,
) -> Result<(), DbError> {
    for of in endpoints::of_integration(on, account, integration).await? {
        if !of.condition().sends() {
            backlogs::end_again(on, &of.id).await?;
        }
    }
    Ok(())
}

/// The same for an account that is being disabled.
///
/// # Errors
/// What the engine says.
pub async fn end_redeliveries_of_account(on: &mut On<'_>, account: &AccountId) -> Result<(), DbError> {
    backlogs::end_again_of_account(on, account).await
}

/// How many endpoints an integration has.
///
/// # Errors
/// What the engine says.
pub async fn count_of(on: &mut On<'_>, account: &AccountId, integration: &IntegrationId) -> Result<i64, DbError> {
    counts::count(on, account, integration).await
}

/// Deletes every endpoint of an integration that is being deleted, in that transaction; the traces that this leaves. Whoever
/// calls it holds the integration.
///
/// # Errors
/// What the engine says.
pub async fn end_with_integration(
    on: &mut On<'_>,
    account: &AccountId,
    integration: &IntegrationId,
    now: Timestamp,
) -> Result<Vec<OfEndpoint>, DbError> {
    let mut ended = Vec::new();
    for of in endpoints::of_integration(on, account, integration).await? {
        end(on, At { account, id: &of.id, now }).await?;
        let what = What::Deleted { integration: of.of.name.clone(), with_integration: true };
        ended.push(OfEndpoint::new(&of, what));
    }
    Ok(ended)
}
