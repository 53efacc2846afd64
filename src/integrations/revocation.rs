//! Whoever holds a token may end it: having it is enough.

use super::change::{OfIntegration, What, ended_hints};
use super::store::write::{self, Writer};
use super::{due, secret, store, whose};
use crate::authz::Origin;
use crate::db::Db;
use crate::db::journal::Doer;
use crate::error::Result;
use crate::world::Timestamp;

/// Ends the presented token for good, also while its integration is paused or its account disabled; whether it was there to end.
///
/// # Errors
/// Faults of the store.
pub async fn revoke(db: &Db, presented: &str, now: Timestamp, origin: &Origin) -> Result<bool> {
    let Ok(digest) = secret::parse_presented(presented) else { return Ok(false) };
    loop {
        let row = store::presented(&mut db.read().await?.on(), &digest.to_hex()).await?;
        let Some(row) = row.filter(|row| row.ended_at.is_none()) else { return Ok(false) };
        let known = whose(&row)?;
        let mut tx = db.write().await?;
        let Some(of) = store::find(&mut tx.on(), &known.account, &known.integration).await? else { return Ok(false) };
        let Ok(step) = of.facts.revoke(&known.token, now) else {
            // Its deadline passed, or somebody ended it just now; either way it stays dead.
            drop(tx);
            due::settle(db, &known.account, &known.integration, now).await?;
            return Ok(false);
        };
        // Somebody changed it at this moment: what they left is looked at again.
        if !write::take(&mut tx.on(), &known.account, &known.integration, of.version).await? {
            continue;
        }
        let writer = Writer { account: &known.account, by: "", now };
        write::apply(&mut tx.on(), writer, &of, &step).await?;
        write::refresh(&mut tx.on(), writer, &known.integration).await?;
        let what = What::Revoked { hint: ended_hints(&of, &step).into_iter().next().unwrap_or_default() };
        let doer = Doer { kind: "integration", id: Some(known.integration.to_string()), name: of.name.clone() };
        let change = OfIntegration { id: known.integration, name: of.name, what };
        tx.commit_as(&doer, Some(&known.account), now, origin, &[&change]).await?;
        return Ok(true);
    }
}
