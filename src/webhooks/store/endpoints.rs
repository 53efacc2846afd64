//! Endpoints, each with what its integration allows.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, EndpointId, IntegrationId};
use crate::webhooks::model::{DisabledWhy, Endpoint, Event, Holder, SecretFacts};
use crate::world::Timestamp;

/// What a [`Row`] is read from.
macro_rules! endpoint_columns {
    () => {
        "e.id, e.account_id, e.integration_id, e.url, e.description, e.events, e.created_at, e.updated_at, \
         e.paused_at, e.disabled_at, e.disabled_why, e.failing_since, e.secret_hint, e.secret_created_at, e.old_secret_hint, \
         e.old_secret_created_at, e.old_secret_ends_at, e.version, i.name, i.scopes, i.paused_at AS integration_paused_at, \
         i.deleted_at AS integration_deleted_at, a.disabled_at AS account_disabled_at, COALESCE(u.name, e.created_by) AS maker"
    };
}

/// The endpoint with its integration, its account and its maker.
macro_rules! endpoint_tables {
    () => {
        " FROM webhook_endpoints e JOIN integrations i ON i.id = e.integration_id JOIN accounts a ON a.id = e.account_id \
         LEFT JOIN users u ON u.id = e.created_by "
    };
}

pub(super) use endpoint_columns;
pub(super) use endpoint_tables;

const FIND: &str = concat!(
    "SELECT ",
    endpoint_columns!(),
    endpoint_tables!(),
    "WHERE e.account_id = $1 AND e.id = $2 AND e.deleted_at IS NULL"
);
const OF_INTEGRATION: &str = concat!(
    "SELECT ",
    endpoint_columns!(),
    endpoint_tables!(),
    "WHERE e.account_id = $1 AND e.integration_id = $2 AND e.deleted_at IS NULL ORDER BY e.created_at DESC, e.id DESC"
);
const SEALED: &str = "SELECT secret FROM webhook_endpoints WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL";
const IS_DELETED: &str =
    "SELECT id FROM webhook_endpoints WHERE account_id = $1 AND id = $2 AND deleted_at IS NOT NULL";
const OF_ACCOUNT: &str = concat!(
    "SELECT ",
    endpoint_columns!(),
    endpoint_tables!(),
    "WHERE e.account_id = $1 AND e.deleted_at IS NULL ORDER BY e.created_at DESC, e.id DESC"
);

/// Every statement of this file.
pub const ALL: &[&str] = &[FIND, OF_ACCOUNT, OF_INTEGRATION, SEALED, IS_DELETED];

/// An endpoint as it is stored.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    account_id: String,
    integration_id: String,
    url: String,
    description: String,
    events: String,
    created_at: i64,
    maker: String,
    updated_at: i64,
    paused_at: Option<i64>,
    disabled_at: Option<i64>,
    disabled_why: Option<String>,
    failing_since: Option<i64>,
    secret_hint: String,
    secret_created_at: i64,
    old_secret_hint: Option<String>,
    old_secret_created_at: Option<i64>,
    old_secret_ends_at: Option<i64>,
    version: i64,
    name: String,
    scopes: String,
    integration_paused_at: Option<i64>,
    integration_deleted_at: Option<i64>,
    account_disabled_at: Option<i64>,
}

impl TryFrom<Row> for Endpoint {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let fault = |what: &str| DbError::Fault(format!("endpoint {} has a bad {what}", row.id));
        let instant = Timestamp::from_millis;
        let disabled = match (row.disabled_at, row.disabled_why.as_deref()) {
            (Some(at), Some(why)) => Some((instant(at), DisabledWhy::from_code(why).ok_or_else(|| fault("reason"))?)),
            _ => None,
        };
        let old_secret = match (row.old_secret_hint, row.old_secret_created_at, row.old_secret_ends_at) {
            (Some(hint), Some(created), Some(ends)) => {
                Some((SecretFacts { hint, created_at: instant(created) }, instant(ends)))
            }
            _ => None,
        };
        Ok(Self {
            id: row.id.parse().map_err(|_| fault("id"))?,
            account: row.account_id.parse().map_err(|_| fault("account"))?,
            of: Holder {
                id: row.integration_id.parse().map_err(|_| fault("integration"))?,
                name: row.name,
                scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
                paused: row.integration_paused_at.is_some(),
                deleted: row.integration_deleted_at.is_some(),
                account_disabled: row.account_disabled_at.is_some(),
            },
            url: row.url,
            description: row.description,
            events: row.events.split_whitespace().filter_map(Event::from_name).collect(),
            created_at: instant(row.created_at),
            created_by: row.maker,
            updated_at: instant(row.updated_at),
            paused_at: row.paused_at.map(instant),
            disabled,
            failing_since: row.failing_since.map(instant),
            secret: SecretFacts { hint: row.secret_hint, created_at: instant(row.secret_created_at) },
            old_secret,
            version: row.version,
        })
    }
}

/// The endpoint with this id; a deleted one is not there.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, account: &AccountId, id: &EndpointId) -> Result<Option<Endpoint>, DbError> {
    on.first::<Row>(FIND, binds![account, id]).await?.map(Endpoint::try_from).transpose()
}

/// Every endpoint of the account, the newest first; each that cannot be read by itself.
///
/// # Errors
/// What the engine says.
pub async fn of_account(on: &mut On<'_>, account: &str) -> Result<Vec<Result<Endpoint, DbError>>, DbError> {
    Ok(on.all::<Row>(OF_ACCOUNT, binds![account]).await?.into_iter().map(Endpoint::try_from).collect())
}

/// Every endpoint of an integration, the newest first; at most [`crate::webhooks::model::ENDPOINTS_MAX`].
///
/// # Errors
/// What the engine says.
pub async fn of_integration(
    on: &mut On<'_>,
    account: &AccountId,
    integration: &IntegrationId,
) -> Result<Vec<Endpoint>, DbError> {
    on.all::<Row>(OF_INTEGRATION, binds![account, integration]).await?.into_iter().map(Endpoint::try_from).collect()
}

/// The sealed text of its present signing secret.
///
/// # Errors
/// What the engine says.
pub async fn sealed(on: &mut On<'_>, account: &AccountId, id: &EndpointId) -> Result<Option<String>, DbError> {
    Ok(on.first::<(String,)>(SEALED, binds![account, id]).await?.map(|(sealed,)| sealed))
}

/// Whether there was such an endpoint, and it was deleted.
///
/// # Errors
/// What the engine says.
pub async fn is_deleted(on: &mut On<'_>, account: &AccountId, id: &EndpointId) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(IS_DELETED, binds![account, id]).await?.is_some())
}
