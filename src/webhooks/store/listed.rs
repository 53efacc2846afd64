//! Endpoints as lists show them: each with its last try.

use super::endpoints::{Row, endpoint_columns, endpoint_tables};
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, EndpointId, IntegrationId};
use crate::webhooks::model::delivery::Problem;
use crate::webhooks::model::{ACCOUNT_MAX, Endpoint, Place};
use crate::world::Timestamp;

/// How many endpoints a page has.
pub const PAGE: i64 = 50;

/// An endpoint with its last try.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The last try of the deliveries that it was lately sent.
    pub last: Option<Last>,
}

/// How a try ended.
#[derive(Debug, Clone)]
pub struct Last {
    /// When it was.
    pub at: Timestamp,
    /// Whether it was delivered.
    pub delivered: bool,
    /// The status of the answer, when there was one.
    pub status: Option<u16>,
    /// What went wrong; none when nothing did.
    pub problem: Option<Problem>,
}

/// How many endpoints an account has, and how many of them the server disabled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Figures {
    /// Not deleted.
    pub kept: i64,
    /// Of those, disabled.
    pub disabled: i64,
}

// A join on the id alone; how far it looks back is bounded, whatever waits.
macro_rules! last_try {
    () => {
        "LEFT JOIN webhook_deliveries d ON d.id = (SELECT n.id FROM (SELECT x.id, x.tried_at FROM webhook_deliveries x \
         WHERE x.endpoint_id = e.id ORDER BY x.created_at DESC, x.id DESC LIMIT 50) n \
         WHERE n.tried_at IS NOT NULL ORDER BY n.tried_at DESC, n.id DESC LIMIT 1) "
    };
}

macro_rules! listed {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            endpoint_columns!(),
            ", d.tried_at AS last_at, d.state AS last_state, d.status AS last_status, d.problem AS last_problem",
            endpoint_tables!(),
            last_try!(),
            $rest
        )
    };
}

const FIRST: &str =
    listed!("WHERE e.account_id = $1 AND e.deleted_at IS NULL ORDER BY e.created_at DESC, e.id DESC LIMIT $2");
const AFTER: &str = listed!(
    "WHERE e.account_id = $1 AND e.deleted_at IS NULL AND (e.created_at, e.id) < \
     (SELECT c.created_at, c.id FROM webhook_endpoints c WHERE c.account_id = $1 AND c.id = $3) \
     ORDER BY e.created_at DESC, e.id DESC LIMIT $2"
);
const OF_INTEGRATION: &str = listed!(
    "WHERE e.account_id = $1 AND e.integration_id = $2 AND e.deleted_at IS NULL ORDER BY e.created_at DESC, e.id DESC"
);
const FIGURES: &str = "SELECT COUNT(*) AS kept, COUNT(disabled_at) AS disabled FROM webhook_endpoints \
     WHERE account_id = $1 AND deleted_at IS NULL";
const DISABLED: &str = "SELECT id, url, disabled_at FROM webhook_endpoints WHERE account_id = $1 AND deleted_at IS NULL AND disabled_at IS NOT NULL \
     ORDER BY disabled_at DESC, id LIMIT 3";

/// Every statement of this file.
pub const ALL: &[&str] = &[FIRST, AFTER, OF_INTEGRATION, FIGURES, DISABLED];

#[derive(sqlx::FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    row: Row,
    last_at: Option<i64>,
    last_state: Option<String>,
    last_status: Option<i64>,
    last_problem: Option<String>,
}

impl TryFrom<ListedRow> for Listed {
    type Error = DbError;

    fn try_from(listed: ListedRow) -> Result<Self, DbError> {
        let last = listed.last_at.map(|at| Last {
            at: Timestamp::from_millis(at),
            delivered: listed.last_state.as_deref() == Some("delivered"),
            status: listed.last_status.and_then(|status| u16::try_from(status).ok()),
            problem: listed.last_problem.as_deref().and_then(Problem::from_code),
        });
        Ok(Self { endpoint: listed.row.try_into()?, last })
    }
}

fn all(rows: Vec<ListedRow>) -> Result<Vec<Listed>, DbError> {
    rows.into_iter().map(Listed::try_from).collect()
}

/// A page of the account's endpoints, the newest first, those older than `after` when it is given, and whether there are more.
///
/// # Errors
/// What the engine says.
pub async fn page(
    on: &mut On<'_>,
    account: &AccountId,
    after: Option<&EndpointId>,
) -> Result<(Vec<Listed>, bool), DbError> {
    let mut rows: Vec<ListedRow> = match after {
        None => on.all(FIRST, binds![account, PAGE + 1]).await?,
        Some(after) => on.all(AFTER, binds![account, PAGE + 1, after]).await?,
    };
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = rows.len() > size;
    rows.truncate(size);
    Ok((all(rows)?, more))
}

/// Every endpoint of the account whose URL or description has these words, in any case, the newest first. An account has few enough
/// of them to read all.
///
/// # Errors
/// What the engine says.
pub async fn matching(on: &mut On<'_>, account: &AccountId, words: &str) -> Result<Vec<Listed>, DbError> {
    let words = words.to_lowercase();
    let mut found = all(on.all(FIRST, binds![account, ACCOUNT_MAX]).await?)?;
    found.retain(|listed| {
        let Endpoint { url, description, .. } = &listed.endpoint;
        // As it was typed, and as the list shows it.
        let Place { host, port, path } = Place::of(url);
        let shown = format!("{host}{port}{path}");
        [url, description, &shown].iter().any(|text| text.to_lowercase().contains(&words))
    });
    Ok(found)
}

/// Every endpoint of an integration, the newest first.
///
/// # Errors
/// What the engine says.
pub async fn of_integration(
    on: &mut On<'_>,
    account: &AccountId,
    integration: &IntegrationId,
) -> Result<Vec<Listed>, DbError> {
    all(on.all(OF_INTEGRATION, binds![account, integration]).await?)
}

/// How many endpoints the account has.
///
/// # Errors
/// What the engine says.
pub async fn figures(on: &mut On<'_>, account: &AccountId) -> Result<Figures, DbError> {
    on.only(FIGURES, binds![account]).await
}

/// One that the server disabled.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Disabled {
    /// Its id.
    pub id: String,
    /// Where to.
    pub url: String,
    /// Since when, in milliseconds.
    pub disabled_at: i64,
}

/// Those that the server disabled last, three at most.
///
/// # Errors
/// What the engine says.
pub async fn disabled(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Disabled>, DbError> {
    on.all(DISABLED, binds![account]).await
}
