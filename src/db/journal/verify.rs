//! Checking a chain from its first kept event to its head, in constant memory.

use super::super::{Db, DbError, On};
use super::chain::{Head, Row};
use super::closing::Closing;
use super::place::data_event;
use crate::binds;
use crate::ids::AccountId;
use crate::keys::Keys;
use std::collections::BTreeMap;

/// So many events are read at a time.
const BATCH: i64 = 500;
/// A chain that is being closed while it is checked is checked once more.
const TRIES: u32 = 3;

/// What is wrong with a chain, and at which event it shows first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The event's place; none for an event that has no place.
    pub sequence: Option<i64>,
    /// What is wrong, for people.
    pub what: String,
}

/// A chain as it was found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Everything up to this event was removed by age; 0: nothing was.
    pub closed: i64,
    /// The last event that was checked.
    pub last: i64,
    /// Counted events that wait for the end of their minute, or for a server that runs.
    pub waiting: usize,
    /// Events that were closed and are about to be removed.
    pub leftover: i64,
    /// Whether it ends under the key before; then no server has run since the keys were changed.
    pub under_previous: bool,
    /// The first thing that is wrong.
    pub finding: Option<Finding>,
}

impl Finding {
    fn at(sequence: i64, what: impl Into<String>) -> Self {
        Self { sequence: Some(sequence), what: what.into() }
    }

    fn loose(what: impl Into<String>) -> Self {
        Self { sequence: None, what: what.into() }
    }
}

/// A walk along a chain: where it stands, and what the next event builds on.
#[derive(Debug, Clone)]
pub(super) struct Walk<'k> {
    keys: &'k Keys,
    pub(super) last: i64,
    pub(super) mac: String,
    key_id: Option<String>,
    rank: usize,
}

impl<'k> Walk<'k> {
    /// Begins behind what was closed.
    pub(super) fn begin(keys: &'k Keys, closing: Option<&Closing>) -> Self {
        let (last, mac) = closing.map_or((0, String::new()), |closing| (closing.sequence, closing.mac.clone()));
        Self { keys, last, mac, key_id: None, rank: 0 }
    }

    /// Goes on to the next event, or says what is wrong with it.
    fn step(&mut self, row: Row) -> Result<(), Finding> {
        let place = self.last + 1;
        if row.sequence != Some(place) {
            return Err(Finding::at(place, "it is missing"));
        }
        let Some(rank) = self.keys.age_rank(row.key_id.as_deref()) else {
            return Err(Finding::at(place, "it names a key that the key file does not hold"));
        };
        if rank < self.rank {
            return Err(Finding::at(place, "it is signed with an earlier key than the event before"));
        }
        // Before keys had ids the mac did not cover how often; a sealed event is counted no more.
        let untouched = row.coalesce_key.is_none() && (row.key_id.is_some() || row.times == 1);
        let expected = row.expected_mac(self.keys, &self.mac);
        if !untouched || row.mac.is_none() || row.mac != expected {
            return Err(Finding::at(place, "it was changed, or it is not the event that was written in this place"));
        }
        (self.last, self.rank, self.key_id) = (place, rank, row.key_id);
        self.mac = row.mac.unwrap_or_default();
        Ok(())
    }

    /// Walks on up to the event `to`, calling `seen` after each with its place and mac.
    pub(super) async fn up_to(
        &mut self,
        on: &mut On<'_>,
        account: &AccountId,
        to: i64,
        seen: &mut (dyn FnMut(i64, &str) -> Result<(), Finding> + Send),
    ) -> Result<Result<(), Finding>, DbError> {
        while self.last < to {
            let rows: Vec<Row> = on.all(NEXT, binds![account, self.last, to, BATCH]).await?;
            if rows.is_empty() {
                return Ok(Err(Finding::at(self.last + 1, "it is missing")));
            }
            for row in rows {
                if let Err(finding) = self.step(row).and_then(|()| seen(self.last, &self.mac)) {
                    return Ok(Err(finding));
                }
            }
        }
        Ok(Ok(()))
    }
}

/// Heads that were kept elsewhere: for each account the place and the mac of its last event then.
pub type KeptHeads = BTreeMap<String, (i64, String)>;

/// Every account with its head, as text to keep elsewhere.
///
/// # Errors
/// What the engine says.
pub async fn heads(on: &mut On<'_>) -> Result<Vec<(String, i64, String)>, DbError> {
    on.all(ALL_HEADS, vec![]).await
}

impl Db {
    /// Checks the account's chain, and that it holds the `kept` head.
    ///
    /// # Errors
    /// What the engine says; what is wrong with the chain is no error but the report's finding.
    pub async fn verify_chain(&self, account: &AccountId, kept: Option<&(i64, String)>) -> Result<Report, DbError> {
        let mut report = Report::default();
        for _ in 0..TRIES {
            let mut reader = self.read().await?;
            let mut on = reader.on();
            let closing = Closing::find(&mut on, account).await?;
            report = self.check(&mut on, account, closing.as_ref(), kept).await?;
            if report.finding.is_none() || Closing::find(&mut on, account).await? == closing {
                break;
            }
        }
        Ok(report)
    }

    async fn check(
        &self,
        on: &mut On<'_>,
        account: &AccountId,
        closing: Option<&Closing>,
        kept: Option<&(i64, String)>,
    ) -> Result<Report, DbError> {
        let closed = closing.map_or(0, |closing| closing.sequence);
        let mut report = Report { closed, ..Report::default() };
        let head: Option<Head> = on.first(HEAD, binds![account]).await?;
        if closing.is_some_and(|closing| !closing.is_ours(self.keys(), account)) {
            report.finding =
                Some(Finding::at(closed + 1, "what says that everything before was removed by age is forged"));
            return Ok(report);
        }
        let mut walk = Walk::begin(self.keys(), closing);
        let to = head.as_ref().map_or(0, |head| head.sequence);
        let mut compare = |place: i64, mac: &str| match kept {
            Some((at, known)) if *at == place && known != mac => {
                Err(Finding::at(place, "it is another event than the one of the kept head"))
            }
            _ => Ok(()),
        };
        let walked = match compare(walk.last, &walk.mac) {
            Ok(()) => walk.up_to(on, account, to, &mut compare).await?,
            Err(finding) => Err(finding),
        };
        report.last = walk.last;
        report.finding = match walked {
            Err(finding) => Some(finding),
            Ok(()) => self.check_end(on, account, &walk, head.as_ref(), kept).await?,
        };
        report.under_previous =
            head.as_ref().is_some_and(|head| head.key_id.as_deref() != Some(self.keys().current_id()));
        self.check_loose(on, account, closing, &mut report).await?;
        Ok(report)
    }

    /// What can be wrong where the walk came to an end.
    async fn check_end(
        &self,
        on: &mut On<'_>,
        account: &AccountId,
        walk: &Walk<'_>,
        head: Option<&Head>,
        kept: Option<&(i64, String)>,
    ) -> Result<Option<Finding>, DbError> {
        let next = walk.last + 1;
        let (behind, now): (i64, i64) = on.only(BEHIND, binds![account]).await?;
        if behind > now {
            return Ok(Some(Finding::at(now + 1, "it stands behind the head of the chain")));
        }
        if let Some((at, _)) = kept
            && *at > walk.last
        {
            let what = format!("it is missing: the kept head is event {at}, so the end of the chain was cut off");
            return Ok(Some(Finding::at(next, what)));
        }
        let Some(head) = head.filter(|head| head.sequence > 0) else { return Ok(None) };
        // A chain that was closed to its very end has no event that could show the key.
        let same_key = head.key_id == walk.key_id || walk.key_id.is_none();
        if head.mac != walk.mac || !same_key {
            return Ok(Some(Finding::at(walk.last, "the head of the chain does not belong to it")));
        }
        if self.keys().is_retired(head.key_id.as_deref()) {
            let what = "it is missing: the chain ends under a key that was retired, so what came after was cut off";
            return Ok(Some(Finding::at(next, what)));
        }
        Ok(None)
    }

    /// Events of the account that have no place in its chain: those that wait, and those that nobody wrote.
    async fn check_loose(
        &self,
        on: &mut On<'_>,
        account: &AccountId,
        closing: Option<&Closing>,
        report: &mut Report,
    ) -> Result<(), DbError> {
        (report.leftover,) = on.only(LEFTOVER, binds![account, report.closed]).await?;
        let loose: Option<(String,)> = on.first(LOOSE, binds![account]).await?;
        let mut finding = loose.map(|(id,)| Finding::loose(format!("event {id} has no place in the chain")));
        if let Some(closing) = closing.filter(|_| finding.is_none()) {
            let young: Option<(i64,)> = on.first(YOUNG, binds![account, closing.sequence, closing.closed_at]).await?;
            finding = young.map(|(place,)| Finding::at(place, "it is younger than the closing that covers its place"));
        }
        let mut after = String::new();
        loop {
            let rows: Vec<Row> = on.all(WAITING, binds![account, &after, BATCH]).await?;
            let Some(last) = rows.last() else { break };
            after.clone_from(&last.id);
            report.waiting += rows.len();
            if let Some(row) = rows.iter().find(|row| !row.is_counted_by_us(self.keys())) {
                finding.get_or_insert(Finding::loose(format!("event {} waits for its place, but was changed", row.id)));
            }
        }
        report.finding = report.finding.take().or(finding);
        Ok(())
    }
}

const NEXT: &str = "SELECT id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, \
     subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id FROM events \
     WHERE account_id = $1 AND sequence > $2 AND sequence <= $3 ORDER BY sequence LIMIT $4";
const WAITING: &str = "SELECT id, account_id, sequence, happened_at, actor_kind, actor_id, actor_name, action, subject_kind, \
     subject_id, subject_name, details, address, agent, request_id, times, coalesce_key, mac, key_id FROM events \
     WHERE coalesce_key IS NOT NULL AND account_id = $1 AND id > $2 AND sequence IS NULL ORDER BY id LIMIT $3";
const HEAD: &str = "SELECT sequence, mac, key_id FROM event_heads WHERE account_id = $1";
const ALL_HEADS: &str = "SELECT account_id, sequence, mac FROM event_heads WHERE sequence > 0 ORDER BY account_id";
// Both in one statement, so that nobody adds an event between the two.
const BEHIND: &str = "SELECT COALESCE((SELECT MAX(sequence) FROM events WHERE account_id = $1), 0), \
     COALESCE((SELECT sequence FROM event_heads WHERE account_id = $1), 0)";
const LEFTOVER: &str = "SELECT COUNT(*) FROM events WHERE account_id = $1 AND sequence <= $2";
// The plus keeps engines from an index of time.
const YOUNG: &str = "SELECT sequence FROM events WHERE account_id = $1 AND sequence <= $2 AND +happened_at >= $3 \
     ORDER BY sequence LIMIT 1";
const LOOSE: &str = concat!(
    "SELECT id FROM events WHERE account_id = $1 AND ((sequence IS NULL AND coalesce_key IS NULL AND NOT (",
    data_event!(),
    ")) OR sequence < 1) ORDER BY id LIMIT 1"
);

/// Every statement of this file.
pub const ALL: &[&str] = &[NEXT, WAITING, HEAD, ALL_HEADS, BEHIND, LEFTOVER, YOUNG, LOOSE];
