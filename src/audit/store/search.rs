//! Stretches of the log: each statement follows one index and looks at a bounded number of events.

use super::{Row, columns, events};
use crate::audit::model::event::Event;
use crate::binds;
use crate::db::{Bind, DbError, On, journal::place::told_event};
use crate::ids::AccountId;
use crate::world::Timestamp;

/// How many events a combined filter looks at for one page.
pub const LOOK: i64 = 1_000;

/// Which index is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Driver {
    /// All of the account but contacts'.
    Time,
    /// Those of one actor, by id or kind, but contacts'.
    Actor(String),
    /// Those of one action.
    Action(String),
    /// Those of one kind of thing.
    Kind(String),
    /// Those of one thing.
    Subject(String),
}

/// What must hold besides; empty for no matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Besides {
    /// The actor's id or kind.
    pub actor: String,
    /// The action.
    pub action: String,
    /// The kind of thing.
    pub kind: String,
}

/// Which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    /// From new to old.
    Older,
    /// From old to new.
    Newer,
}

/// A place in the log: between this event and the next one in the direction of reading.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// The event's time.
    pub at: Timestamp,
    /// The event's id.
    pub id: String,
}

impl Cursor {
    /// At an event.
    #[must_use]
    pub fn at(event: &Event) -> Self {
        Self { at: event.at, id: event.id.clone() }
    }
}

/// What is read.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// Of which account.
    pub account: &'a AccountId,
    /// What else must hold.
    pub besides: &'a Besides,
    /// From when on, and before when.
    pub bounds: (Timestamp, Timestamp),
    /// Which way.
    pub towards: Towards,
    /// How many at most.
    pub most: i64,
}

/// Events, and where the looking ended before there were enough.
pub type Stretch = (Vec<Event>, Option<Cursor>);

macro_rules! statements {
    ($page_older:ident, $page_newer:ident, $edge_older:ident, $edge_newer:ident, $count:ident, $which:literal) => {
        const $page_older: &str = page!($which, " AND happened_at >= $3 AND (happened_at, id) < ($4, $5)", "DESC");
        const $page_newer: &str = page!($which, " AND happened_at < $3 AND (happened_at, id) > ($4, $5)", "ASC");
        const $edge_older: &str = edge!($which, " AND happened_at >= $3 AND (happened_at, id) < ($4, $5)", "DESC");
        const $edge_newer: &str = edge!($which, " AND happened_at < $3 AND (happened_at, id) > ($4, $5)", "ASC");
        const $count: &str = concat!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM events WHERE account_id = $1 AND ",
            $which,
            " AND happened_at >= $3 AND happened_at < $4 LIMIT CAST($5 AS BIGINT)) AS counted"
        );
    };
}

// $1 account, $2 what is followed, $3 the far bound, $4 and $5 the cursor.
macro_rules! page {
    ($which:literal, $range:literal, $order:literal) => {
        concat!(
            "SELECT ",
            columns!(),
            " FROM (SELECT ",
            columns!(),
            " FROM events WHERE account_id = $1 AND ",
            $which,
            $range,
            " AND ",
            told_event!(),
            " ORDER BY happened_at ",
            $order,
            ", id ",
            $order,
            " LIMIT CAST($9 AS BIGINT)) AS looked \
             WHERE ($6 = '' OR COALESCE(actor_id, actor_kind) = $6) AND ($7 = '' OR action = $7) \
             AND ($8 = '' OR subject_kind = $8) ORDER BY happened_at ",
            $order,
            ", id ",
            $order,
            " LIMIT CAST($10 AS BIGINT)"
        )
    };
}

macro_rules! edge {
    ($which:literal, $range:literal, $order:literal) => {
        concat!(
            "SELECT happened_at, id FROM events WHERE account_id = $1 AND ",
            $which,
            $range,
            " AND ",
            told_event!(),
            " ORDER BY happened_at ",
            $order,
            ", id ",
            $order,
            " LIMIT 1 OFFSET CAST($6 AS BIGINT)"
        )
    };
}

statements!(TIME, TIME_BACK, TIME_EDGE, TIME_EDGE_BACK, TIME_COUNT, "$2 = '' AND subject_kind <> 'contact'");
statements!(
    ACTOR,
    ACTOR_BACK,
    ACTOR_EDGE,
    ACTOR_EDGE_BACK,
    ACTOR_COUNT,
    "COALESCE(actor_id, actor_kind) = $2 AND NOT (subject_kind = 'contact')"
);
statements!(ACTION, ACTION_BACK, ACTION_EDGE, ACTION_EDGE_BACK, ACTION_COUNT, "action = $2");
statements!(KIND, KIND_BACK, KIND_EDGE, KIND_EDGE_BACK, KIND_COUNT, "subject_kind = $2");
statements!(SUBJECT, SUBJECT_BACK, SUBJECT_EDGE, SUBJECT_EDGE_BACK, SUBJECT_COUNT, "subject_id = $2");

/// The statements of a driver.
struct Sql {
    page: [&'static str; 2],
    edge: [&'static str; 2],
    count: &'static str,
}

impl Driver {
    const fn sql(&self) -> Sql {
        let (page, edge, count) = match self {
            Self::Time => ([TIME, TIME_BACK], [TIME_EDGE, TIME_EDGE_BACK], TIME_COUNT),
            Self::Actor(_) => ([ACTOR, ACTOR_BACK], [ACTOR_EDGE, ACTOR_EDGE_BACK], ACTOR_COUNT),
            Self::Action(_) => ([ACTION, ACTION_BACK], [ACTION_EDGE, ACTION_EDGE_BACK], ACTION_COUNT),
            Self::Kind(_) => ([KIND, KIND_BACK], [KIND_EDGE, KIND_EDGE_BACK], KIND_COUNT),
            Self::Subject(_) => ([SUBJECT, SUBJECT_BACK], [SUBJECT_EDGE, SUBJECT_EDGE_BACK], SUBJECT_COUNT),
        };
        Sql { page, edge, count }
    }

    fn value(&self) -> &str {
        match self {
            Self::Time => "",
            Self::Actor(value) | Self::Action(value) | Self::Kind(value) | Self::Subject(value) => value,
        }
    }
}

impl Ask<'_> {
    /// Account, driver, far bound and cursor.
    fn binds(&self, driver: &Driver, cursor: Option<&Cursor>) -> Vec<Bind> {
        let (from, to) = self.bounds;
        // A cursor beyond the near bound is that bound: each statement has one limit on each side, which the index can use.
        let (far, start) = match self.towards {
            Towards::Older => (from, Cursor { at: to, id: String::new() }),
            Towards::Newer => (to, Cursor { at: from, id: String::new() }),
        };
        let start = match (cursor, self.towards) {
            (Some(cursor), Towards::Older) => start.min(cursor.clone()),
            (Some(cursor), Towards::Newer) => start.max(cursor.clone()),
            (None, _) => start,
        };
        binds![self.account, driver.value(), far, start.at, start.id]
    }
}

const fn pick(pair: [&'static str; 2], towards: Towards) -> &'static str {
    let [older, newer] = pair;
    match towards {
        Towards::Older => older,
        Towards::Newer => newer,
    }
}

/// At most so many events from `cursor` on, in the order of reading.
///
/// # Errors
/// What the engine says; details that are no JSON.
pub async fn stretch(
    on: &mut On<'_>,
    ask: &Ask<'_>,
    driver: &Driver,
    cursor: Option<&Cursor>,
) -> Result<Stretch, DbError> {
    let Besides { actor, action, kind } = ask.besides;
    let combined = *ask.besides != Besides::default();
    let mut binds = ask.binds(driver, cursor);
    binds.extend(binds![actor, action, kind, if combined { LOOK } else { ask.most }, ask.most]);
    let found = events(on.all::<Row>(pick(driver.sql().page, ask.towards), binds).await?)?;
    let enough = i64::try_from(found.len()).is_ok_and(|found| found >= ask.most);
    if enough || !combined {
        return Ok((found, None));
    }
    let mut binds = ask.binds(driver, cursor);
    binds.extend(binds![LOOK - 1]);
    let edge: Option<(i64, String)> = on.first(pick(driver.sql().edge, ask.towards), binds).await?;
    Ok((found, edge.map(|(at, id)| Cursor { at: Timestamp::from_millis(at), id })))
}

/// How many events a driver finds, counted up to `most`, from the index alone: what nobody can have written is counted, though not shown.
///
/// # Errors
/// What the engine says.
pub async fn count(on: &mut On<'_>, ask: &Ask<'_>, driver: &Driver, most: i64) -> Result<i64, DbError> {
    let (from, to) = ask.bounds;
    Ok(on.only::<(i64,)>(driver.sql().count, binds![ask.account, driver.value(), from, to, most]).await?.0)
}

/// Every statement of this file.
#[rustfmt::skip]
pub const ALL: &[&str] = &[
    TIME, TIME_BACK, TIME_EDGE, TIME_EDGE_BACK, TIME_COUNT, ACTOR, ACTOR_BACK, ACTOR_EDGE, ACTOR_EDGE_BACK, ACTOR_COUNT,
    ACTION, ACTION_BACK, ACTION_EDGE, ACTION_EDGE_BACK, ACTION_COUNT, KIND, KIND_BACK, KIND_EDGE, KIND_EDGE_BACK, KIND_COUNT,
    SUBJECT, SUBJECT_BACK, SUBJECT_EDGE, SUBJECT_EDGE_BACK, SUBJECT_COUNT,
];
