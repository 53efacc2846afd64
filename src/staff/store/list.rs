//! The list of people: by name, page by page, each a statement over the index that sorts them.

use crate::binds;
use crate::db::{DbError, On, containing};
use crate::ids::{AccountId, StaffId};
use crate::roles::may_sign_in;
use crate::world::Timestamp;

/// How many people a page has.
pub const PAGE: i64 = 50;

/// What is asked of the list.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What name or e-mail address must contain, folded; empty for everybody.
    pub search: String,
    /// From whom on, and which way; nobody: from the first on.
    pub from: Option<(StaffId, Towards)>,
}

/// Which way to go from somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// To those who stand after them.
    After,
    /// To those who stand before them.
    Before,
}

/// One line of the list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Listed {
    /// The membership.
    pub id: String,
    /// The person's name.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// The name of their role.
    pub role: String,
    /// How many permissions are allowed to them alone.
    pub allowed: i64,
    /// How many are denied to them alone.
    pub denied: i64,
    disabled_at: Option<i64>,
    last_seen_at: Option<i64>,
    /// Whether their address may sign in.
    pub may_sign_in: bool,
    name_key: String,
}

impl Listed {
    /// Whether they are disabled in the account.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }

    /// When they were last seen here, to within a minute.
    #[must_use]
    pub fn last_seen_at(&self) -> Option<Timestamp> {
        self.last_seen_at.map(Timestamp::from_millis)
    }
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct Listing {
    /// The people, by name.
    pub people: Vec<Listed>,
    /// How many there are in all.
    pub total: i64,
    /// How many stand before the first one here.
    pub before: i64,
}

impl Listing {
    /// How many stand here.
    #[must_use]
    pub fn here(&self) -> i64 {
        i64::try_from(self.people.len()).unwrap_or(i64::MAX)
    }

    /// Whether more follow.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.before.saturating_add(self.here()) < self.total
    }
}

/// A page of the list; the first one when whoever it begins from is not there any more.
///
/// # Errors
/// What the engine says.
pub async fn page(on: &mut On<'_>, account: &AccountId, asked: &Asked) -> Result<Listing, DbError> {
    let (towards, key, id) = match &asked.from {
        Some((id, towards)) => match on.first::<(String,)>(PLACE, binds![account, id]).await? {
            Some((key,)) => (*towards, key, id.to_string()),
            None => (Towards::After, String::new(), String::new()),
        },
        None => (Towards::After, String::new(), String::new()),
    };
    let pattern = containing(&asked.search);
    let mut people = rows(on, account, (towards, &key, &id), &pattern).await?;
    if towards == Towards::Before {
        people.reverse();
        if people.len() < usize::try_from(PAGE).unwrap_or(0) {
            // The first page is always a full one.
            people = rows(on, account, (Towards::After, "", ""), &pattern).await?;
        }
    }
    let first = people.first().map_or((key.as_str(), id.as_str()), |row| (&row.name_key, &row.id));
    let (total, before) = match asked.search.is_empty() {
        true => on.only(COUNT, binds![account, first.0, first.1]).await?,
        false => on.only(COUNT_FOUND, binds![account, first.0, first.1, &pattern]).await?,
    };
    Ok(Listing { people, total, before })
}

async fn rows(
    on: &mut On<'_>,
    account: &AccountId,
    (towards, key, id): (Towards, &str, &str),
    pattern: &str,
) -> Result<Vec<Listed>, DbError> {
    let sql = match towards {
        Towards::After => AFTER,
        Towards::Before => BEFORE,
    };
    on.all(sql, binds![account, key, id, pattern, PAGE]).await
}

/// The first people whose name or e-mail address contains `search` (folded), by name, but for one; at most `most`.
///
/// # Errors
/// What the engine says.
pub async fn others(
    on: &mut On<'_>,
    account: &AccountId,
    search: &str,
    but: &StaffId,
    most: usize,
) -> Result<Vec<Listed>, DbError> {
    let mut people = rows(on, account, (Towards::After, "", ""), &containing(search)).await?;
    people.retain(|row| row.id != but.as_str());
    people.truncate(most);
    Ok(people)
}

macro_rules! list {
    ($way:literal, $order:literal) => {
        concat!(
            "SELECT s.id, u.name, u.email, r.name AS role, s.disabled_at, s.last_seen_at, s.name_key, \
             (SELECT COUNT(*) FROM staff_overrides o WHERE o.staff_id = s.id AND o.allowed) AS allowed, \
             (SELECT COUNT(*) FROM staff_overrides o WHERE o.staff_id = s.id AND NOT o.allowed) AS denied, ",
            may_sign_in!("s", "u"),
            " AS may_sign_in FROM staff s JOIN users u ON u.id = s.user_id JOIN roles r ON r.id = s.role_id \
             WHERE s.account_id = $1 AND (s.name_key, s.id) ",
            $way,
            " ($2, $3) AND s.search_key LIKE $4 ESCAPE '\\' ORDER BY s.name_key ",
            $order,
            ", s.id ",
            $order,
            " LIMIT $5"
        )
    };
}

const PLACE: &str = "SELECT name_key FROM staff WHERE account_id = $1 AND id = $2";
const AFTER: &str = list!(">", "ASC");
const BEFORE: &str = list!("<", "DESC");
// Over the index alone.
const COUNT: &str = "SELECT (SELECT COUNT(*) FROM staff WHERE account_id = $1), \
     (SELECT COUNT(*) FROM staff WHERE account_id = $1 AND (name_key, id) < ($2, $3))";
const COUNT_FOUND: &str = "SELECT COUNT(*), COUNT(CASE WHEN (name_key, id) < ($2, $3) THEN 1 END) \
     FROM staff WHERE account_id = $1 AND search_key LIKE $4 ESCAPE '\\'";

/// Every statement of this file.
pub const ALL: &[&str] = &[PLACE, AFTER, BEFORE, COUNT, COUNT_FOUND];
