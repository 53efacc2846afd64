//! Rows of integrations and their tokens.

pub mod counts;
pub mod list;
pub mod write;

use super::model::{EndReason, Facts, Token};
use super::scopes::ScopeSet;
use crate::binds;
use crate::db::{DbError, On};
use crate::ids::{AccountId, IntegrationId};
use crate::world::Timestamp;

/// An integration as it is stored, with its tokens that were not ended.
#[derive(Debug, Clone)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// What its tokens may do.
    pub scopes: ScopeSet,
    /// When it was made.
    pub created_at: Timestamp,
    /// The name of who made it.
    pub created_by: String,
    /// The name of who started the rotation that is under way.
    pub rotation_started_by: Option<String>,
    /// Since when nobody looks after it: the person who did left the account then.
    pub review_since: Option<Timestamp>,
    /// The name of who took it over last.
    pub taken_over_by: Option<String>,
    /// When one of its tokens was last used.
    pub last_used_at: Option<Timestamp>,
    /// Counts its changes; an edit names the one that it saw.
    pub version: i64,
    /// What its state is read from.
    pub facts: Facts,
}

impl Integration {
    /// The name of who looks after it, or did until they left: who took it over, else who made it.
    #[must_use]
    pub fn looked_after_by(&self) -> &str {
        self.taken_over_by.as_ref().unwrap_or(&self.created_by)
    }
}

const HEAD: &str = "SELECT i.id, i.name, i.description, i.scopes, i.created_at, COALESCE(u.name, i.created_by) AS created_by, \
     COALESCE(r.name, i.rotation_started_by) AS rotation_started_by, i.last_used_at, i.version, i.paused_at, i.deleted_at, \
     i.review_since, COALESCE(k.name, i.taken_over_by) AS taken_over_by, i.rotation_started_at, (SELECT MAX(t.ended_at) FROM tokens t WHERE t.integration_id = i.id) AS last_ended_at \
     FROM integrations i LEFT JOIN users u ON u.id = i.created_by LEFT JOIN users r ON r.id = i.rotation_started_by \
     LEFT JOIN users k ON k.id = i.taken_over_by WHERE i.account_id = $1 AND i.id = $2";
const TOKENS: &str = "SELECT t.id, t.role, t.hint, t.created_at, COALESCE(u.name, t.created_by) AS created_by, t.ends_at, \
     t.prior_ends_at, t.last_used_at, t.last_address, t.last_agent, t.last_route \
     FROM tokens t LEFT JOIN users u ON u.id = t.created_by \
     WHERE t.account_id = $1 AND t.integration_id = $2 AND t.role <> 'former'";

#[derive(sqlx::FromRow)]
struct Head {
    id: String,
    name: String,
    description: String,
    scopes: String,
    created_at: i64,
    created_by: String,
    rotation_started_by: Option<String>,
    review_since: Option<i64>,
    taken_over_by: Option<String>,
    last_used_at: Option<i64>,
    version: i64,
    paused_at: Option<i64>,
    deleted_at: Option<i64>,
    rotation_started_at: Option<i64>,
    last_ended_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct TokenRow {
    id: String,
    role: String,
    hint: String,
    created_at: i64,
    created_by: String,
    ends_at: Option<i64>,
    prior_ends_at: Option<i64>,
    last_used_at: Option<i64>,
    last_address: Option<String>,
    last_agent: Option<String>,
    last_route: Option<String>,
}

fn instant(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_millis)
}

fn malformed(what: &str) -> DbError {
    DbError::Fault(format!("{what} has a malformed id"))
}

impl TokenRow {
    fn token(self) -> Result<Token, DbError> {
        Ok(Token {
            id: self.id.parse().map_err(|_| malformed("a token"))?,
            hint: self.hint,
            created_at: Timestamp::from_millis(self.created_at),
            created_by: self.created_by,
            ends_at: instant(self.ends_at),
            prior_ends_at: instant(self.prior_ends_at),
            last_used_at: instant(self.last_used_at),
            last_address: self.last_address,
            last_agent: self.last_agent,
            last_route: self.last_route,
        })
    }
}

/// The account's integration with this id.
///
/// # Errors
/// What the engine says.
pub async fn find(on: &mut On<'_>, account: &AccountId, id: &IntegrationId) -> Result<Option<Integration>, DbError> {
    let Some(head) = on.first::<Head>(HEAD, binds![account, id]).await? else { return Ok(None) };
    let mut facts = Facts {
        paused_at: instant(head.paused_at),
        deleted_at: instant(head.deleted_at),
        rotation_started_at: instant(head.rotation_started_at),
        last_ended_at: instant(head.last_ended_at),
        ..Facts::default()
    };
    for row in on.all::<TokenRow>(TOKENS, binds![account, id]).await? {
        let place = if row.role == "current" { &mut facts.current } else { &mut facts.outgoing };
        *place = Some(row.token()?);
    }
    Ok(Some(Integration {
        id: head.id.parse().map_err(|_| malformed("an integration"))?,
        name: head.name,
        description: head.description,
        scopes: ScopeSet::from_stored(&head.scopes),
        created_at: Timestamp::from_millis(head.created_at),
        created_by: head.created_by,
        rotation_started_by: head.rotation_started_by,
        review_since: instant(head.review_since),
        taken_over_by: head.taken_over_by,
        last_used_at: instant(head.last_used_at),
        version: head.version,
        facts,
    }))
}

/// Whose a presented token is, and everything that decides whether it is honoured.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Presented {
    /// The token.
    pub token_id: String,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// Why.
    pub end_reason: Option<String>,
    /// Its deadline.
    pub ends_at: Option<i64>,
    /// Its integration.
    pub integration_id: String,
    /// The integration's name.
    pub name: String,
    /// The integration's scopes.
    pub scopes: String,
    /// Since when the integration is paused.
    pub paused_at: Option<i64>,
    /// When it was deleted.
    pub deleted_at: Option<i64>,
    /// Its account.
    pub account_id: String,
    /// The account's name.
    pub account: String,
    /// Since when the account is disabled.
    pub disabled_at: Option<i64>,
}

const PRESENTED: &str = "SELECT t.id AS token_id, t.ended_at, t.end_reason, t.ends_at, i.id AS integration_id, i.name, \
     i.scopes, i.paused_at, i.deleted_at, a.id AS account_id, a.name AS account, a.disabled_at \
     FROM tokens t JOIN integrations i ON i.id = t.integration_id JOIN accounts a ON a.id = t.account_id WHERE t.digest = $1";

/// The token with this digest, live or dead.
///
/// # Errors
/// What the engine says.
pub async fn presented(on: &mut On<'_>, digest: &str) -> Result<Option<Presented>, DbError> {
    on.first(PRESENTED, binds![digest]).await
}

/// Whether the token with this digest is the integration's current one and in time.
///
/// # Errors
/// What the engine says.
pub async fn is_current(
    on: &mut On<'_>,
    account: &AccountId,
    of: &IntegrationId,
    digest: &str,
    now: Timestamp,
) -> Result<bool, DbError> {
    Ok(on.first::<(String,)>(IS_CURRENT, binds![account, of, digest, now]).await?.is_some())
}

const IS_CURRENT: &str = "SELECT id FROM tokens WHERE account_id = $1 AND integration_id = $2 AND digest = $3 \
     AND role = 'current' AND (ends_at IS NULL OR ends_at > $4)";

/// Why this token of the integration was ended; `None` while it is live, and for a token that there is not.
///
/// # Errors
/// What the engine says.
pub async fn end_of(
    on: &mut On<'_>,
    account: &AccountId,
    of: &IntegrationId,
    token: &str,
) -> Result<Option<EndReason>, DbError> {
    let row: Option<(Option<String>,)> = on.first(END_OF, binds![account, of, token]).await?;
    Ok(row.and_then(|(reason,)| EndReason::from_code(&reason?)))
}

const END_OF: &str = "SELECT end_reason FROM tokens WHERE account_id = $1 AND integration_id = $2 AND id = $3";

/// The last token of an integration that has none that is live.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LastToken {
    /// Its hint.
    pub hint: String,
    /// When it was made.
    pub created_at: i64,
    /// The name of who made it.
    pub created_by: String,
    /// When it ended, by hand or by its deadline.
    pub ended_at: Option<i64>,
}

/// The token of the integration that lived longest, when none is live.
///
/// # Errors
/// What the engine says.
pub async fn last_token(
    on: &mut On<'_>,
    account: &AccountId,
    of: &IntegrationId,
) -> Result<Option<LastToken>, DbError> {
    on.first(LAST_TOKEN, binds![account, of]).await
}

const LAST_TOKEN: &str = "SELECT t.hint, t.created_at, COALESCE(u.name, t.created_by) AS created_by, \
     COALESCE(t.ended_at, t.ends_at) AS ended_at FROM tokens t LEFT JOIN users u ON u.id = t.created_by \
     WHERE t.account_id = $1 AND t.integration_id = $2 ORDER BY COALESCE(t.ended_at, t.ends_at) DESC, t.created_at DESC LIMIT 1";

/// Integrations with a token whose deadline passed: `(account, integration)`; at most 100.
///
/// # Errors
/// What the engine says.
pub async fn passed(on: &mut On<'_>, now: Timestamp) -> Result<Vec<(String, String)>, DbError> {
    on.all(PASSED, binds![now]).await
}

const PASSED: &str = "SELECT account_id, integration_id FROM tokens WHERE role <> 'former' AND ends_at <= $1 \
     ORDER BY ends_at LIMIT 100";

/// Every statement of this file.
pub const ALL: &[&str] = &[HEAD, TOKENS, PRESENTED, IS_CURRENT, END_OF, LAST_TOKEN, PASSED];
