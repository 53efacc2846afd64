//! Deliveries as lists show them: page by page, each with the beginning of what it tells.

use super::deliveries::{Row, columns};
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, DeliveryId, EndpointId};
use crate::webhooks::model::{Delivery, State};

/// So much of a body, in characters, is enough to tell whom an event is about.
macro_rules! beginning {
    () => {
        ", SUBSTR(m.body, 1, 4000) AS body FROM webhook_deliveries d LEFT JOIN webhook_messages m ON m.id = d.message_id "
    };
}

const PAGE: &str = concat!(
    "SELECT ",
    columns!(),
    beginning!(),
    "WHERE d.endpoint_id = $1 AND d.account_id = $2 AND (d.created_at, d.id) < ($3, $4) \
     ORDER BY d.created_at DESC, d.id DESC LIMIT $5"
);
const PAGE_OF_STATE: &str = concat!(
    "SELECT ",
    columns!(),
    beginning!(),
    "WHERE d.endpoint_id = $1 AND d.account_id = $2 AND (d.created_at, d.id) < ($3, $4) \
     AND d.state = $6 ORDER BY d.created_at DESC, d.id DESC LIMIT $5"
);
const PLACE: &str = "SELECT created_at FROM webhook_deliveries WHERE endpoint_id = $1 AND account_id = $2 AND id = $3";
/// Every statement of this file.
pub const ALL: &[&str] = &[PAGE, PAGE_OF_STATE, PLACE];

/// A delivery as a list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The delivery.
    pub delivery: Delivery,
    /// The beginning of the body that is sent; none when there is no message any more.
    pub body: Option<String>,
}

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    row: Row,
    body: Option<String>,
}

impl TryFrom<ListedRow> for Listed {
    type Error = DbError;

    fn try_from(listed: ListedRow) -> Result<Self, DbError> {
        Ok(Self { delivery: listed.row.try_into()?, body: listed.body })
    }
}

/// A page of an endpoint's deliveries, the newest first, behind `after` if given; and whether more follow.
///
/// # Errors
/// What the engine says.
pub async fn page(
    on: &mut On<'_>,
    account: &AccountId,
    endpoint: &EndpointId,
    state: Option<State>,
    after: Option<&DeliveryId>,
    limit: usize,
) -> Result<(Vec<Listed>, bool), DbError> {
    let place: Option<(i64,)> = match after {
        Some(after) => on.first(PLACE, binds![endpoint, account, after]).await?,
        None => None,
    };
    let (before, id) = match (place, after) {
        (Some((created_at,)), Some(after)) => (created_at, after.as_str()),
        _ => (i64::MAX, ""),
    };
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let rows: Vec<ListedRow> = match state {
        Some(state) => on.all(PAGE_OF_STATE, binds![endpoint, account, before, id, one_more, state.code()]).await?,
        None => on.all(PAGE, binds![endpoint, account, before, id, one_more]).await?,
    };
    let more = rows.len() > limit;
    let page = rows.into_iter().take(limit).map(Listed::try_from).collect::<Result<_, _>>()?;
    Ok((page, more))
}
