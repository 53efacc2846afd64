//! The due job: rotations whose overlap is over are put in order, with a trace. Nothing waits for it: a token past its deadline is dead by the clock.

use super::change::{OfIntegration, What};
use super::store::write;
use super::store::{self, passed_outgoing};
use crate::binds;
use crate::db::Db;
use crate::db::journal::Doer;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, IntegrationId};

/// Finishes rotations whose overlap is over; how many.
///
/// # Errors
/// Faults of the store.
pub async fn finish_rotations(db: &Db) -> Result<usize> {
    let now = db.world().now();
    let passed = store::passed(&mut db.read().await?.on(), now).await?;
    let mut finished = 0;
    for (account, _, id) in passed {
        let account: AccountId = account.parse().map_err(|_| AppError::internal("an account has a malformed id"))?;
        let id: IntegrationId = id.parse().map_err(|_| AppError::internal("an integration has a malformed id"))?;
        let mut tx = db.write().await?;
        let Some(of) = store::find(&mut tx.on(), &account, &id).await? else { continue };
        let Some(token) = passed_outgoing(&of, now) else { continue };
        let hint = token.hint.clone();
        // Somebody may change it at this moment: then the next round finds it again, or nothing is left to do.
        if !write::take(&mut tx.on(), &account, &id, of.version).await? {
            continue;
        }
        tx.on().run(write::FINISH_TOKEN, binds![&token.id, &account, now]).await?;
        tx.on().run(write::FINISH_ROTATION, binds![&id, &account]).await?;
        write::refresh(&mut tx.on(), &account, &id).await?;
        let doer = Doer::system();
        let change = OfIntegration { id, name: of.name, what: What::OverlapEnded { hint } };
        tx.commit_as(&doer, Some(&account), now, &crate::authz::Origin::default(), &[&change]).await?;
        finished += 1;
    }
    Ok(finished)
}
