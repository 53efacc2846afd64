//! Which labs are on in which account, who switched them last, and how many tokens go on working without their pages.

use crate::authz::Lab;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::world::Timestamp;

/// Who switches a lab of a new account on or off: nobody did.
const NOBODY: &str = "Progreda";

/// How a lab stands in an account.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Which.
    pub lab: Lab,
    /// Whether it is on.
    pub enabled: bool,
    /// When and by whom it was switched last; none while it is as the account was made.
    pub changed: Option<(Timestamp, String)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    lab: String,
    enabled: bool,
    changed_at: i64,
    changed_by: String,
}

/// Says how a lab stands in a new account.
///
/// # Errors
/// What the engine says.
pub async fn add(on: &mut On<'_>, account: &AccountId, lab: Lab, enabled: bool, now: Timestamp) -> Result<(), DbError> {
    on.run(ADD, binds![account, lab.code(), enabled, now, NOBODY]).await.map(|_| ())
}

/// Switches a lab on or off; `(when, who)`. Whether it was the other way before.
///
/// # Errors
/// What the engine says.
pub async fn switch(
    on: &mut On<'_>,
    account: &AccountId,
    lab: Lab,
    enabled: bool,
    (now, who): (Timestamp, &str),
) -> Result<bool, DbError> {
    let sql = if enabled { SWITCH_ON } else { SWITCH_OFF };
    on.run_one(sql, binds![account, lab.code(), now, who]).await
}

/// How every lab stands in the account, in their order.
///
/// # Errors
/// What the engine says.
pub async fn standing(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Standing>, DbError> {
    let rows: Vec<Row> = on.all(STANDING, binds![account]).await?;
    let of = |lab: Lab| {
        let row = rows.iter().find(|row| row.lab == lab.code());
        let changed = row.filter(|row| row.changed_by != NOBODY);
        Standing {
            lab,
            enabled: row.is_some_and(|row| row.enabled),
            changed: changed.map(|row| (Timestamp::from_millis(row.changed_at), row.changed_by.clone())),
        }
    };
    Ok(Lab::ALL.iter().map(|lab| of(*lab)).collect())
}

/// How many of the account's tokens are honoured at `now`; the same rule as `integrations::model::HONOURED_SQL`.
///
/// # Errors
/// What the engine says.
pub async fn live_tokens(on: &mut On<'_>, account: &AccountId, now: Timestamp) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(LIVE_TOKENS, binds![account, now]).await?.0)
}

/// Whether there is such an account.
///
/// # Errors
/// What the engine says.
pub async fn account_exists(on: &mut On<'_>, account: &AccountId) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(ACCOUNT, binds![account]).await?.is_some())
}

const ACCOUNT: &str = "SELECT id FROM accounts WHERE id = $1";
const ADD: &str =
    "INSERT INTO account_labs (account_id, lab, enabled, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5)";
// A lab that is newer than the account has no row: it is off.
const SWITCH_ON: &str = "INSERT INTO account_labs (account_id, lab, enabled, changed_at, changed_by) VALUES ($1, $2, TRUE, $3, $4) \
     ON CONFLICT (account_id, lab) DO UPDATE SET enabled = TRUE, changed_at = $3, changed_by = $4 \
     WHERE NOT account_labs.enabled";
const SWITCH_OFF: &str = "UPDATE account_labs SET enabled = FALSE, changed_at = $3, changed_by = $4 \
     WHERE account_id = $1 AND lab = $2 AND enabled";
const STANDING: &str = "SELECT lab, enabled, changed_at, changed_by FROM account_labs WHERE account_id = $1";
const LIVE_TOKENS: &str = "SELECT COUNT(*) FROM tokens t JOIN integrations i ON i.id = t.integration_id \
     JOIN accounts a ON a.id = t.account_id WHERE t.account_id = $1 AND t.ended_at IS NULL \
     AND (t.ends_at IS NULL OR t.ends_at > $2) AND i.paused_at IS NULL AND i.deleted_at IS NULL AND a.disabled_at IS NULL";

/// Every statement of this file.
pub const ALL: &[&str] = &[ACCOUNT, ADD, SWITCH_ON, SWITCH_OFF, STANDING, LIVE_TOKENS];
