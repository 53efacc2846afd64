//! The integrations that endpoints can be added to.

use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, IntegrationId};
use crate::webhooks::model::Holder;

/// So many integrations are offered; any other one is reached from its own page.
pub const OFFERED: usize = 200;

const ONE: &str = "SELECT i.id, i.name, i.scopes, i.paused_at, a.disabled_at FROM integrations i \
     JOIN accounts a ON a.id = i.account_id WHERE i.account_id = $1 AND i.id = $2 AND i.deleted_at IS NULL";
const SOME: &str = "SELECT i.id, i.name, i.scopes, i.paused_at, a.disabled_at FROM integrations i \
     JOIN accounts a ON a.id = i.account_id WHERE i.account_id = $1 AND i.deleted_at IS NULL ORDER BY i.name_key, i.id LIMIT 201";

/// Every statement of this file.
pub const ALL: &[&str] = &[ONE, SOME];

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    scopes: String,
    paused_at: Option<i64>,
    disabled_at: Option<i64>,
}

impl TryFrom<Row> for Holder {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(|_| DbError::Fault("an integration has a malformed id".to_owned()))?,
            name: row.name,
            scopes: row.scopes.split_whitespace().map(str::to_owned).collect(),
            paused: row.paused_at.is_some(),
            deleted: false,
            account_disabled: row.disabled_at.is_some(),
        })
    }
}

/// The integration with this id, unless it is deleted.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, account: &AccountId, id: &IntegrationId) -> Result<Option<Holder>, DbError> {
    on.first::<Row>(ONE, binds![account, id]).await?.map(Holder::try_from).transpose()
}

/// The account's integrations by name, [`OFFERED`] at most, and whether there are more.
///
/// # Errors
/// What the engine says.
pub async fn of_account(on: &mut On<'_>, account: &AccountId) -> Result<(Vec<Holder>, bool), DbError> {
    let mut rows: Vec<Row> = on.all(SOME, binds![account]).await?;
    let more = rows.len() > OFFERED;
    rows.truncate(OFFERED);
    Ok((rows.into_iter().map(Holder::try_from).collect::<Result<_, _>>()?, more))
}
