//! What has ended by the clock is put away, with a trace. Nothing waits for it: a token past its deadline is dead by the clock alone.

use super::change::{OfIntegration, What};
use super::store;
use super::store::write::{self, Writer};
use crate::authz::Origin;
use crate::db::Db;
use crate::db::journal::{Change, Doer};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, IntegrationId};
use crate::world::Timestamp;

/// Finishes rotations whose overlap is over, and puts away whatever else has ended; how many.
///
/// # Errors
/// Faults of the store.
pub async fn finish_rotations(db: &Db) -> Result<usize> {
    let now = db.world().now();
    let passed = store::passed(&mut db.read().await?.on(), now).await?;
    let mut finished = 0;
    for (account, id) in passed {
        let account: AccountId = account.parse().map_err(|_| AppError::internal("an account has a malformed id"))?;
        let id: IntegrationId = id.parse().map_err(|_| AppError::internal("an integration has a malformed id"))?;
        finished += usize::from(settle(db, &account, &id, now).await?);
    }
    Ok(finished)
}

/// Ends for good what has ended by the clock at `now`; whether there was anything. Whoever refuses a token because of its
/// deadline comes here first, so that it stays dead even when the clock is set back.
///
/// # Errors
/// Faults of the store.
pub async fn settle(db: &Db, account: &AccountId, id: &IntegrationId, now: Timestamp) -> Result<bool> {
    loop {
        let mut tx = db.write().await?;
        let Some(of) = store::find(&mut tx.on(), account, id).await? else { return Ok(false) };
        let Some(step) = of.facts.settle(now) else { return Ok(false) };
        // Somebody changed it at this moment: what they left is looked at again.
        if !write::take(&mut tx.on(), account, id, of.version).await? {
            continue;
        }
        let writer = Writer { account, by: "", now };
        write::apply(&mut tx.on(), writer, &of, &step).await?;
        write::refresh(&mut tx.on(), writer, id).await?;
        let retired = |token: &&super::model::Token| step.retire.contains(&token.id);
        let outgoing = of.facts.outgoing.as_ref().filter(retired);
        let current = of.facts.current.as_ref().filter(retired);
        let what = [
            outgoing.map(|token| What::OverlapEnded { hint: token.hint.clone() }),
            current.map(|token| What::TokenEnded { hint: token.hint.clone() }),
        ];
        let change = |what| OfIntegration { id: id.clone(), name: of.name.clone(), what };
        let changes: Vec<_> = what.into_iter().flatten().map(change).collect();
        let changes: Vec<&dyn Change> = changes.iter().map(|change| change as &dyn Change).collect();
        tx.commit_as(&Doer::system(), Some(account), now, &Origin::default(), &changes).await?;
        return Ok(true);
    }
}
