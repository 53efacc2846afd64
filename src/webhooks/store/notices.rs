//! Endpoints that the server disabled, and whom that is told.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, EndpointId};
use crate::roles::may_sign_in;
use crate::webhooks::model::DisabledWhy;
use crate::world::Timestamp;

const ADD: &str = "INSERT INTO webhook_notices (endpoint_id, disabled_at, account_id, why, mail_at) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (endpoint_id, disabled_at) DO NOTHING";
// Those of which no mail is or was sent do not count.
const MAILED: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN n.endpoint_id = $2 THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(*) \
     FROM webhook_notices n WHERE n.account_id = $1 AND n.disabled_at > $3 AND (n.mail_at IS NOT NULL OR n.told <> '')";
// One of each account: nobody's mails wait for all those of somebody else.
const UNSENT: &str = "SELECT n.endpoint_id, n.disabled_at, n.account_id, n.why, n.mail_at, n.told, e.url, i.name AS integration, \
     a.name AS account FROM (SELECT o.*, ROW_NUMBER() OVER (PARTITION BY o.account_id ORDER BY o.mail_at, o.endpoint_id) AS turn \
      FROM webhook_notices o WHERE o.mail_at <= $1) n JOIN webhook_endpoints e ON e.id = n.endpoint_id \
     JOIN integrations i ON i.id = e.integration_id JOIN accounts a ON a.id = n.account_id \
     WHERE n.turn = 1 ORDER BY n.mail_at LIMIT $2";
const LATER: &str =
    "UPDATE webhook_notices SET mail_at = $4 WHERE endpoint_id = $1 AND disabled_at = $2 AND mail_at = $3";
const KEEP: &str =
    "UPDATE webhook_notices SET mail_at = $4, told = $5 WHERE endpoint_id = $1 AND disabled_at = $2 AND mail_at = $3";
// Whoever may not see webhooks may not manage them either.
const READERS: &str = concat!(
    "SELECT u.id, u.email FROM staff s JOIN users u ON u.id = s.user_id WHERE s.account_id = $1 AND s.disabled_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM staff_overrides o WHERE o.staff_id = s.id AND NOT o.allowed \
      AND o.permission IN ('webhooks.manage', 'webhooks.view')) \
     AND (EXISTS (SELECT 1 FROM role_permissions p WHERE p.role_id = s.role_id AND p.permission = 'webhooks.manage') \
      OR EXISTS (SELECT 1 FROM staff_overrides o WHERE o.staff_id = s.id AND o.allowed AND o.permission = 'webhooks.manage')) AND ",
    may_sign_in!("s", "u"),
    " ORDER BY s.created_at, s.id"
);

/// Every statement of this file.
pub const ALL: &[&str] = &[ADD, MAILED, UNSENT, LATER, KEEP, READERS];

/// A notice whose mails were not all handed over.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Unsent {
    /// The endpoint.
    pub endpoint_id: String,
    /// When it was disabled, in milliseconds.
    pub disabled_at: i64,
    /// Whose it is.
    pub account_id: String,
    /// The code of a [`DisabledWhy`].
    pub why: String,
    /// When its mails are tried, in milliseconds.
    pub mail_at: i64,
    /// Ids of those whose mail was handed over, with one space between them.
    pub told: String,
    /// The endpoint's URL.
    pub url: String,
    /// The integration's name.
    pub integration: String,
    /// The account's name.
    pub account: String,
}

/// Adds a notice; its mails are due at `mail_at`, none: there are none.
///
/// # Errors
/// What the engine says.
pub async fn add(
    on: &mut On<'_>,
    (account, endpoint): (&AccountId, &EndpointId),
    disabled_at: Timestamp,
    why: DisabledWhy,
    mail_at: Option<Timestamp>,
) -> Result<(), DbError> {
    on.run(ADD, binds![endpoint, disabled_at, account, why.code(), mail_at]).await.map(|_| ())
}

/// How many notices were mailed, or are to be, since then: of this endpoint, and of its account.
///
/// # Errors
/// What the engine says.
pub async fn mailed(
    on: &mut On<'_>,
    (account, endpoint): (&AccountId, &EndpointId),
    since: Timestamp,
) -> Result<(i64, i64), DbError> {
    on.only(MAILED, binds![account, endpoint, since]).await
}

/// Notices whose mails are due, one of each account.
///
/// # Errors
/// What the engine says.
pub async fn unsent(on: &mut On<'_>, now: Timestamp, limit: i64) -> Result<Vec<Unsent>, DbError> {
    on.all(UNSENT, binds![now, limit]).await
}

/// Puts the mails of a notice off, or none: ends them. Whether nobody else did before.
///
/// # Errors
/// What the engine says.
pub async fn later(on: &mut On<'_>, notice: &Unsent, at: Option<Timestamp>) -> Result<bool, DbError> {
    on.run_one(LATER, binds![&notice.endpoint_id, notice.disabled_at, notice.mail_at, at]).await
}

/// Keeps who was told, and for how long the mails of a notice are nobody else's; whether they still were whoever's asks.
///
/// # Errors
/// What the engine says.
pub async fn keep(on: &mut On<'_>, notice: &Unsent, until: Timestamp, told: &str) -> Result<bool, DbError> {
    on.run_one(KEEP, binds![&notice.endpoint_id, notice.disabled_at, notice.mail_at, until, told]).await
}

/// Who is told: everybody who may manage the account's webhooks, with their ids and addresses.
///
/// # Errors
/// What the engine says.
pub async fn readers(on: &mut On<'_>, account: &str) -> Result<Vec<(String, String)>, DbError> {
    on.all(READERS, binds![account]).await
}
