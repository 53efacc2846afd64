//! The list: search, filter, order and pages, each a statement over an index.

use super::counts::Figures;
use crate::binds;
use crate::db::{Bind, DbError, On};
use crate::ids::AccountId;
use crate::integrations::model::{DUE_AFTER, Facts, Token};
use crate::text::fold;
use crate::world::Timestamp;

/// How many integrations a page has.
pub const PAGE: i64 = 50;

/// Which integrations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// All but the deleted ones.
    Kept,
    /// All.
    All,
    /// Those whose current token is 90 days old or more.
    Due,
    /// One live token.
    Active,
    /// Two.
    Rotating,
    /// Paused.
    Paused,
    /// No live token.
    Expired,
    /// The person who looked after it left.
    Review,
    /// Deleted.
    Deleted,
}

impl Filter {
    /// Every choice, with its value in the address and its words.
    pub const ALL: [(Self, &'static str, &'static str); 9] = [
        (Self::Kept, "", "Any"),
        (Self::Active, "active", "Active"),
        (Self::Rotating, "rotating", "Rotating"),
        (Self::Due, "due", "Rotation due"),
        (Self::Paused, "paused", "Paused"),
        (Self::Expired, "expired", "Expired"),
        (Self::Review, "review", "Needs review"),
        (Self::Deleted, "deleted", "Deleted"),
        (Self::All, "all", "Any, with deleted"),
    ];

    /// The choice with this value; the first for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        Self::ALL.iter().find(|(_, value, _)| *value == code).map_or(Self::Kept, |(filter, ..)| *filter)
    }

    fn code(self) -> &'static str {
        Self::ALL.iter().find(|(filter, ..)| *filter == self).map_or("", |(_, value, _)| value)
    }
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// What needs somebody first.
    Deadline,
    /// By name.
    Name,
    /// The last used first.
    Used,
    /// The oldest token first.
    Age,
}

impl Sort {
    /// Every choice, with its value in the address and its words.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Deadline, "", "Next deadline"),
        (Self::Name, "name", "Name"),
        (Self::Used, "used", "Last used"),
        (Self::Age, "age", "Token age"),
    ];

    /// The choice with this value; the first for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        Self::ALL.iter().find(|(_, value, _)| *value == code).map_or(Self::Deadline, |(sort, ..)| *sort)
    }
}

/// Where a page begins or ends: the sort key and the id of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The row's sort key, as text.
    pub key: String,
    /// The row's id.
    pub id: String,
}

impl Cursor {
    /// From an address: `key~id`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (key, id) = text.rsplit_once('~')?;
        (key.len() <= 500 && id.len() <= 64).then(|| Self { key: key.to_owned(), id: id.to_owned() })
    }

    /// For an address.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}~{}", self.key, self.id)
    }
}

/// What is asked of the list.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// Words of the name or description, or a token's hint.
    pub search: String,
    /// Which.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// Rows after this one.
    pub after: Option<Cursor>,
    /// Rows before this one.
    pub before: Option<Cursor>,
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its scopes, as stored.
    pub scopes: String,
    /// Who made it.
    pub created_by: String,
    /// Whether the person who looked after it left.
    pub needs_review: bool,
    /// When one of its tokens was last used.
    pub last_used_at: Option<Timestamp>,
    /// The hint of its newest token, live or not.
    pub hint: String,
    /// What its state is read from; of its tokens only their ids and times.
    pub facts: Facts,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct ListPage {
    /// Its lines.
    pub rows: Vec<ListRow>,
    /// Where the page before ends.
    pub previous: Option<Cursor>,
    /// Where the page after begins.
    pub next: Option<Cursor>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    description: String,
    scopes: String,
    created_by: String,
    last_used_at: Option<i64>,
    paused_at: Option<i64>,
    deleted_at: Option<i64>,
    review_since: Option<i64>,
    rotation_started_at: Option<i64>,
    last_ended_at: Option<i64>,
    hint: Option<String>,
    c_id: Option<String>,
    c_created_at: Option<i64>,
    c_ends_at: Option<i64>,
    o_id: Option<String>,
    o_created_at: Option<i64>,
    o_ends_at: Option<i64>,
    sort_key: String,
}

fn token(id: Option<String>, created_at: Option<i64>, ends_at: Option<i64>) -> Option<Token> {
    Some(Token {
        id: id?.parse().ok()?,
        hint: String::new(),
        created_at: Timestamp::from_millis(created_at?),
        created_by: String::new(),
        ends_at: ends_at.map(Timestamp::from_millis),
        prior_ends_at: None,
        last_used_at: None,
        last_address: None,
        last_agent: None,
        last_route: None,
    })
}

impl Row {
    fn line(self) -> ListRow {
        let instant = |millis: Option<i64>| millis.map(Timestamp::from_millis);
        ListRow {
            facts: Facts {
                current: token(self.c_id, self.c_created_at, self.c_ends_at),
                outgoing: token(self.o_id, self.o_created_at, self.o_ends_at),
                paused_at: instant(self.paused_at),
                deleted_at: instant(self.deleted_at),
                rotation_started_at: instant(self.rotation_started_at),
                last_ended_at: instant(self.last_ended_at),
            },
            id: self.id,
            name: self.name,
            description: self.description,
            scopes: self.scopes,
            created_by: self.created_by,
            needs_review: self.review_since.is_some(),
            last_used_at: instant(self.last_used_at),
            hint: self.hint.unwrap_or_default(),
        }
    }
}

// SQLite plans a statement anew each time it runs when a value alone stands behind LIKE or LIMIT: hence the casts.
// $1 account, $2 filter, $3 now, $4 search, $5 hint, $6 due before; then $7 key, $8 id of the cursor.
// For the filters that few match, who may match is looked up by indexes before anything is joined: what was written, and
// whose tokens passed since then.
macro_rules! which {
    () => {
        "FROM integrations i LEFT JOIN tokens c ON c.integration_id = i.id AND c.role = 'current' \
         LEFT JOIN tokens o ON o.integration_id = i.id AND o.role = 'outgoing' \
         LEFT JOIN users u ON u.id = i.created_by \
         WHERE i.account_id = $1 AND ($2 IN ('', 'all', 'active', 'deleted') OR i.id IN ( \
             SELECT f.id FROM integrations f WHERE $2 = 'paused' AND f.account_id = $1 AND f.paused_at IS NOT NULL \
             UNION SELECT f.id FROM integrations f WHERE $2 = 'review' AND f.account_id = $1 AND f.review_since IS NOT NULL \
             UNION SELECT f.id FROM integrations f WHERE $2 = 'due' AND f.account_id = $1 AND f.deleted_at IS NULL AND f.token_created_at <= $6 \
             UNION SELECT f.id FROM integrations f WHERE $2 = 'expired' AND f.account_id = $1 AND f.deleted_at IS NULL AND f.token_created_at IS NULL \
             UNION SELECT t.integration_id FROM tokens t WHERE $2 = 'rotating' AND t.account_id = $1 AND t.role = 'outgoing' \
             UNION SELECT t.integration_id FROM tokens t WHERE $2 IN ('due', 'expired') AND t.account_id = $1 \
                 AND t.role IN ('current', 'outgoing') AND t.ends_at <= $3)) \
         AND (CASE $2 WHEN 'all' THEN TRUE WHEN 'deleted' THEN i.deleted_at IS NOT NULL \
         WHEN '' THEN i.deleted_at IS NULL WHEN 'paused' THEN i.deleted_at IS NULL AND i.paused_at IS NOT NULL \
         WHEN 'review' THEN i.deleted_at IS NULL AND i.review_since IS NOT NULL \
         WHEN 'due' THEN i.deleted_at IS NULL AND COALESCE(CASE WHEN c.ends_at IS NULL OR c.ends_at > $3 THEN c.created_at END, \
             CASE WHEN o.ends_at > $3 THEN o.created_at END) <= $6 \
         ELSE i.deleted_at IS NULL AND i.paused_at IS NULL AND $2 = (CASE \
             WHEN c.id IS NOT NULL AND (c.ends_at IS NULL OR c.ends_at > $3) AND o.ends_at > $3 THEN 'rotating' \
             WHEN (c.id IS NOT NULL AND (c.ends_at IS NULL OR c.ends_at > $3)) OR o.ends_at > $3 THEN 'active' \
             ELSE 'expired' END) END) \
         AND ($4 = '' OR i.search_key LIKE CAST($4 AS TEXT) ESCAPE '!' OR c.hint LIKE CAST($5 AS TEXT) ESCAPE '!' \
         OR o.hint LIKE CAST($5 AS TEXT) ESCAPE '!')"
    };
}

macro_rules! page {
    ($key:literal, $compare:literal, $order:literal) => {
        concat!(
            "SELECT i.id, i.name, i.description, i.scopes, COALESCE(u.name, i.created_by) AS created_by, i.last_used_at, \
             i.paused_at, i.deleted_at, i.review_since, i.rotation_started_at, \
             CASE WHEN c.id IS NULL THEN (SELECT MAX(t.ended_at) FROM tokens t WHERE t.integration_id = i.id) END AS last_ended_at, \
             COALESCE(c.hint, o.hint, (SELECT t.hint FROM tokens t WHERE t.integration_id = i.id ORDER BY t.created_at DESC LIMIT 1)) AS hint, \
             c.id AS c_id, c.created_at AS c_created_at, c.ends_at AS c_ends_at, \
             o.id AS o_id, o.created_at AS o_created_at, o.ends_at AS o_ends_at, CAST(", $key,
            " AS TEXT) AS sort_key ", which!(), " AND ", $key, " ", $compare, "= $7 AND (", $key, ", i.id) ", $compare, " ($7, $8) ORDER BY ", $key, " ", $order,
            ", i.id ", $order, " LIMIT CAST($9 AS BIGINT)"
        )
    };
}

const COUNT: &str = concat!("SELECT COUNT(*) ", which!());
const BY_NAME: &str = page!("i.name_key", ">", "ASC");
const BY_NAME_BACK: &str = page!("i.name_key", "<", "DESC");
const BY_USE: &str = page!("COALESCE(i.last_used_at, -1)", "<", "DESC");
const BY_USE_BACK: &str = page!("COALESCE(i.last_used_at, -1)", ">", "ASC");
const BY_AGE: &str = page!("COALESCE(i.token_created_at, 9000000000000000)", ">", "ASC");
const BY_AGE_BACK: &str = page!("COALESCE(i.token_created_at, 9000000000000000)", "<", "DESC");
const BY_DEADLINE: &str = page!(
    "(CASE WHEN i.deleted_at IS NULL THEN COALESCE(i.deadline_at, 9000000000000000) ELSE 9000000000000001 END)",
    ">",
    "ASC"
);
const BY_DEADLINE_BACK: &str = page!(
    "(CASE WHEN i.deleted_at IS NULL THEN COALESCE(i.deadline_at, 9000000000000000) ELSE 9000000000000001 END)",
    "<",
    "DESC"
);

/// How many integrations the whole list has; the usual lists are counted beforehand, as `figures` say.
///
/// # Errors
/// What the engine says.
pub async fn count(
    on: &mut On<'_>,
    account: &AccountId,
    query: &ListQuery,
    figures: &Figures,
    now: Timestamp,
) -> Result<i64, DbError> {
    match (query.filter, query.search.trim().is_empty()) {
        (Filter::Kept, true) => Ok(figures.kept),
        (Filter::All, true) => Ok(figures.made),
        (Filter::Deleted, true) => Ok(figures.made - figures.kept),
        // Nobody is in two of these states; the others are few.
        (Filter::Active, true) => {
            let mut active = figures.kept;
            for filter in [Filter::Rotating, Filter::Paused, Filter::Expired] {
                active -= matching(on, account, &ListQuery { filter, ..query.clone() }, now).await?;
            }
            Ok(active)
        }
        _ => matching(on, account, query, now).await,
    }
}

async fn matching(on: &mut On<'_>, account: &AccountId, query: &ListQuery, now: Timestamp) -> Result<i64, DbError> {
    Ok(on.only::<(i64,)>(COUNT, which(account, query, now)).await?.0)
}

fn which(account: &AccountId, query: &ListQuery, now: Timestamp) -> Vec<Bind> {
    binds![
        account,
        query.filter.code(),
        now,
        like(&fold(&query.search)),
        like(query.search.trim()),
        now.minus(DUE_AFTER),
    ]
}

/// A page of the account's integrations.
///
/// # Errors
/// What the engine says.
pub async fn page(
    on: &mut On<'_>,
    account: &AccountId,
    query: &ListQuery,
    now: Timestamp,
) -> Result<ListPage, DbError> {
    let mut binds = which(account, query, now);
    let back = query.after.is_none() && query.before.is_some();
    let cursor = query.after.as_ref().or(query.before.as_ref());
    let sql = match (query.sort, back) {
        (Sort::Name, false) => BY_NAME,
        (Sort::Name, true) => BY_NAME_BACK,
        (Sort::Used, false) => BY_USE,
        (Sort::Used, true) => BY_USE_BACK,
        (Sort::Age, false) => BY_AGE,
        (Sort::Age, true) => BY_AGE_BACK,
        (Sort::Deadline, false) => BY_DEADLINE,
        (Sort::Deadline, true) => BY_DEADLINE_BACK,
    };
    if query.sort == Sort::Name {
        binds.extend(binds![cursor.map_or("", |cursor| cursor.key.as_str())]);
    } else {
        let from_start = if query.sort == Sort::Used { i64::MAX } else { i64::MIN };
        binds.extend(binds![cursor.and_then(|cursor| cursor.key.parse().ok()).unwrap_or(from_start)]);
    }
    binds.extend(binds![cursor.map_or("", |cursor| cursor.id.as_str()), PAGE + 1]);
    let mut rows: Vec<Row> = on.all(sql, binds).await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    if back {
        rows.reverse();
    }
    let cursor_of = |row: Option<&Row>| row.map(|row| Cursor { key: row.sort_key.clone(), id: row.id.clone() });
    let (first, last) = (cursor_of(rows.first()), cursor_of(rows.last()));
    let (has_before, has_after) = if back { (more, true) } else { (query.after.is_some(), more) };
    Ok(ListPage {
        rows: rows.into_iter().map(Row::line).collect(),
        previous: first.filter(|_| has_before),
        next: last.filter(|_| has_after),
    })
}

/// `%text%` with what `LIKE` would read as its own escaped; nothing for nothing.
fn like(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// Every statement of this file.
pub const ALL: &[&str] =
    &[COUNT, BY_NAME, BY_NAME_BACK, BY_USE, BY_USE_BACK, BY_AGE, BY_AGE_BACK, BY_DEADLINE, BY_DEADLINE_BACK];
