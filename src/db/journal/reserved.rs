//! A change made under an idempotency key marks that key in its own transaction, so that no crash can make it twice.

use super::Change;
use crate::authz::Origin;
use crate::binds;
use crate::db::{DbError, WriteTx};
use crate::world::Timestamp;

impl WriteTx {
    /// Marks the key that the request has reserved, if any. Whoever lost it to another try may not commit.
    pub(super) async fn mark_reserved(
        &mut self,
        origin: &Origin,
        now: Timestamp,
        changes: &[&dyn Change],
    ) -> Result<(), DbError> {
        let (true, Some(request)) = (origin.reserved, &origin.request) else { return Ok(()) };
        let subject = changes.first().and_then(|change| change.entry().subject.id);
        match self.on().run_one(MARK, binds![request, now, subject]).await? {
            true => Ok(()),
            false => Err(DbError::Superseded),
        }
    }
}

const MARK: &str = "UPDATE idempotency_keys SET committed_at = $2, subject = COALESCE(subject, $3) WHERE holder = $1";

/// Every statement of this file.
pub const ALL: &[&str] = &[MARK];
