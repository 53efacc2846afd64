//! The last sign-ins of a person, as the journal has them.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::UserId;

/// A sign-in, or a try.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct SignInRow {
    /// When; the first time, of several within a minute.
    pub happened_at: i64,
    /// The journal's name for what happened.
    pub action: String,
    /// From where.
    pub address: Option<String>,
    /// With what.
    pub agent: Option<String>,
    /// How often within its minute.
    pub times: i64,
}

/// The newest `most` of them.
///
/// # Errors
/// What the engine says.
pub async fn last(on: &mut On<'_>, user: &UserId, most: i64) -> Result<Vec<SignInRow>, DbError> {
    on.all(LAST, binds![user, most]).await
}

const LAST: &str = "SELECT happened_at, action, address, agent, times FROM events WHERE subject_id = $1 \
     AND subject_kind = 'user' AND action IN ('user.signed_in', 'user.sign_in_failed', 'user.code_refused') \
     ORDER BY happened_at DESC, id DESC LIMIT $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[LAST];
