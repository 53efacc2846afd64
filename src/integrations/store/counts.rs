//! Figures about an account's integrations, all in one statement: from two counters, from indexes alone, or from few rows.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::integrations::model::DUE_AFTER;
use crate::world::Timestamp;

/// What is counted of one account's integrations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many were ever made.
    pub made: i64,
    /// How many of them are not deleted.
    pub kept: i64,
    /// How many of those have no live token.
    pub without_token: i64,
    /// How many current tokens are 90 days old or more.
    pub due: i64,
    /// The names of the integrations of the oldest of those, at most three.
    pub due_names: Vec<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    made: i64,
    kept: i64,
    without_token: i64,
    due: i64,
    name: Option<String>,
}

/// The account's figures at `now`.
///
/// # Errors
/// What the engine says.
pub async fn figures(on: &mut On<'_>, account: &AccountId, now: Timestamp) -> Result<Figures, DbError> {
    let rows: Vec<Row> = on.all(FIGURES, binds![account, now, now.minus(DUE_AFTER)]).await?;
    let mut figures = Figures::default();
    for row in rows {
        let Row { made, kept, without_token, due, name } = row;
        figures = Figures { made, kept, without_token, due, ..figures };
        figures.due_names.extend(name);
    }
    Ok(figures)
}

/// Counts a new integration of the account; in the transaction that makes it.
///
/// # Errors
/// What the engine says.
pub(super) async fn made(on: &mut On<'_>, account: &AccountId) -> Result<(), DbError> {
    on.run(MADE, binds![account]).await.map(|_| ())
}

/// Counts an integration of the account as deleted; in the transaction that deletes it. Whether there was a count.
///
/// # Errors
/// What the engine says.
pub(super) async fn deleted(on: &mut On<'_>, account: &AccountId) -> Result<bool, DbError> {
    on.run_one(DELETED, binds![account]).await
}

const MADE: &str = "INSERT INTO integration_totals (account_id, made, kept) VALUES ($1, 1, 1) \
     ON CONFLICT (account_id) DO UPDATE SET made = integration_totals.made + 1, kept = integration_totals.kept + 1";
const DELETED: &str = "UPDATE integration_totals SET kept = kept - 1 WHERE account_id = $1";
// Those whose last live token was put away, and those whose tokens all passed and wait for that. $2 now, $3 due before.
const FIGURES: &str = "SELECT f.made, f.kept, f.without_token, f.due, d.name FROM (SELECT \
     COALESCE((SELECT made FROM integration_totals WHERE account_id = $1), 0) AS made, \
     COALESCE((SELECT kept FROM integration_totals WHERE account_id = $1), 0) AS kept, \
     (SELECT COUNT(*) FROM integrations i WHERE i.account_id = $1 AND i.deleted_at IS NULL AND i.token_created_at IS NULL) \
     + (SELECT COUNT(DISTINCT t.integration_id) FROM tokens t JOIN integrations i ON i.id = t.integration_id \
         WHERE t.account_id = $1 AND t.role IN ('current', 'outgoing') AND t.ends_at <= $2 \
         AND i.deleted_at IS NULL AND i.token_created_at IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM tokens l WHERE l.integration_id = t.integration_id AND l.role IN ('current', 'outgoing') \
             AND (l.ends_at IS NULL OR l.ends_at > $2))) AS without_token, \
     (SELECT COUNT(*) FROM integrations i WHERE i.account_id = $1 AND i.deleted_at IS NULL AND i.token_created_at <= $3) AS due) f \
     LEFT JOIN (SELECT i.name, i.token_created_at AS since, i.id FROM integrations i WHERE i.account_id = $1 \
         AND i.deleted_at IS NULL AND i.token_created_at <= $3 ORDER BY i.token_created_at, i.id LIMIT 3) d ON TRUE \
     ORDER BY d.since, d.id";

/// Every statement of this file.
pub const ALL: &[&str] = &[MADE, DELETED, FIGURES];
