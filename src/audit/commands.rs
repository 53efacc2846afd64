//! Reading the log: which index leads, a page of it, and what one person did and met with.

use super::model::event::Event;
use super::model::filter::{Bounds, Filter, What};
use super::store::choices;
use super::store::search::{self, Ask, Besides, Cursor, Driver, LOOK, Towards};
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::world::Timestamp;

/// How many events a page has.
pub const PER_PAGE: usize = 50;
/// Up to how many events are counted.
pub const COUNTED: i64 = 1_000;

/// How a filter is answered: what is followed, and what must hold besides.
#[derive(Debug, Clone)]
pub struct Plan {
    drivers: Vec<Driver>,
    besides: Besides,
    bounds: Bounds,
}

/// A page of the log, the newest event first.
#[derive(Debug)]
pub struct Page {
    /// The events.
    pub events: Vec<Event>,
    /// Where newer ones follow.
    pub newer: Option<Cursor>,
    /// Where older ones follow.
    pub older: Option<Cursor>,
    /// How many there are in all, at most one more than [`COUNTED`]; none where counting would cost too much.
    pub total: Option<i64>,
    /// Back to when a combined filter looked, where it stopped before it had a full page.
    pub looked_to: Option<Timestamp>,
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// With the newest event.
    Newest,
    /// After this one.
    Older(Cursor),
    /// Before this one.
    Newer(Cursor),
}

impl Plan {
    /// How `filter` is answered in this account. Of two filters the rarer one leads.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn of(on: &mut On<'_>, account: &AccountId, filter: &Filter, bounds: Bounds) -> Result<Self, DbError> {
        let actor = filter.person.clone();
        let what = match &filter.what {
            What::Any => None,
            What::Kind(kind) => Some(Driver::Kind((*kind).to_owned())),
            What::Action(action) => Some(Driver::Action(action.clone())),
        };
        let mut plan = Self { drivers: Vec::new(), besides: Besides::default(), bounds };
        if let Some(thing) = &filter.thing {
            plan.drivers.push(Driver::Subject(thing.id.clone()));
            if thing.kind == "staff" {
                // What happens to somebody's user happens to them too.
                let user = choices::user_of(on, account, &thing.id).await?;
                plan.drivers.extend(user.map(Driver::Subject));
            }
            plan.besides.actor = actor.unwrap_or_default();
            plan.hold(what);
            return Ok(plan);
        }
        match (actor, what) {
            (None, None) => plan.drivers.push(Driver::Time),
            (None, Some(what)) => plan.drivers.push(what),
            (Some(actor), None) => plan.drivers.push(Driver::Actor(actor)),
            (Some(actor), Some(what)) => {
                let by = Driver::Actor(actor.clone());
                // The index of actors has no contacts.
                let what_leads =
                    filter.is_of_contacts() || plan.few(on, account, &what).await? < plan.few(on, account, &by).await?;
                if what_leads {
                    plan.drivers.push(what);
                    plan.besides.actor = actor;
                } else {
                    plan.drivers.push(by);
                    plan.hold(Some(what));
                }
            }
        }
        Ok(plan)
    }

    fn hold(&mut self, what: Option<Driver>) {
        match what {
            Some(Driver::Kind(kind)) => self.besides.kind = kind,
            Some(Driver::Action(action)) => self.besides.action = action,
            _ => {}
        }
    }

    fn ask<'a>(&'a self, account: &'a AccountId, towards: Towards, most: usize) -> Ask<'a> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Ask { account, besides: &self.besides, bounds: self.bounds, towards, most }
    }

    async fn few(&self, on: &mut On<'_>, account: &AccountId, driver: &Driver) -> Result<i64, DbError> {
        search::count(on, &self.ask(account, Towards::Older, 0), driver, LOOK + 1).await
    }

    /// At most `most` events from `cursor` on, in the order of reading, and where the looking ended before there were so many.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn stretch(
        &self,
        on: &mut On<'_>,
        account: &AccountId,
        towards: Towards,
        cursor: Option<&Cursor>,
        most: usize,
    ) -> Result<search::Stretch, DbError> {
        let ask = self.ask(account, towards, most);
        let ahead = |one: &Cursor, other: &Cursor| match towards {
            Towards::Older => one > other,
            Towards::Newer => one < other,
        };
        let (mut found, mut edge) = (Vec::new(), None::<Cursor>);
        for driver in &self.drivers {
            let (events, end) = search::stretch(on, &ask, driver, cursor).await?;
            found.extend(events);
            edge = match (edge, end) {
                (Some(edge), Some(end)) => Some(if ahead(&edge, &end) { edge } else { end }),
                (edge, end) => edge.or(end),
            };
        }
        if self.drivers.len() > 1 {
            found.sort_by_key(Cursor::at);
            if towards == Towards::Older {
                found.reverse();
            }
            found.truncate(most);
        }
        if let Some(edge) = &edge {
            // Behind it one of the two was not looked at.
            found.retain(|event| !ahead(edge, &Cursor::at(event)));
        }
        Ok((found, edge))
    }

    async fn total(&self, on: &mut On<'_>, account: &AccountId) -> Result<Option<i64>, DbError> {
        if self.besides != Besides::default() {
            return Ok(None);
        }
        let mut total = 0;
        for driver in &self.drivers {
            total += search::count(on, &self.ask(account, Towards::Older, 0), driver, COUNTED + 1).await?;
        }
        Ok(Some(total.min(COUNTED + 1)))
    }
}

/// A page of the account's log.
///
/// # Errors
/// What the engine says.
pub async fn page(on: &mut On<'_>, account: &AccountId, plan: &Plan, turn: &Turn) -> Result<Page, DbError> {
    let (towards, cursor) = match turn {
        Turn::Newest => (Towards::Older, None),
        Turn::Older(cursor) => (Towards::Older, Some(cursor)),
        Turn::Newer(cursor) => (Towards::Newer, Some(cursor)),
    };
    let (mut events, edge) = plan.stretch(on, account, towards, cursor, PER_PAGE + 1).await?;
    let more = events.len() > PER_PAGE;
    if towards == Towards::Newer && !more && edge.is_none() {
        // The newest page is always a full one.
        return Box::pin(page(on, account, plan, &Turn::Newest)).await;
    }
    events.truncate(PER_PAGE);
    let last = events.last().map(Cursor::at).filter(|_| more);
    let onwards = last.or_else(|| edge.clone());
    let looked_to = edge.filter(|_| !more).map(|edge| edge.at);
    let (newer, older) = match towards {
        Towards::Older => (events.first().map(Cursor::at).filter(|_| cursor.is_some()), onwards),
        Towards::Newer => {
            events.reverse();
            (onwards, events.last().map(Cursor::at).or_else(|| cursor.cloned()))
        }
    };
    let total = plan.total(on, account).await?;
    Ok(Page { events, newer, older, total, looked_to })
}

/// The newest of what a person did in the account and of what was done to them there.
///
/// # Errors
/// What the engine says.
pub async fn activity(
    on: &mut On<'_>,
    account: &AccountId,
    (user, staff): (&str, &str),
    most: usize,
) -> Result<Vec<Event>, DbError> {
    let drivers =
        vec![Driver::Actor(user.to_owned()), Driver::Subject(user.to_owned()), Driver::Subject(staff.to_owned())];
    let bounds = (Timestamp::from_millis(0), Timestamp::from_millis(i64::MAX));
    let plan = Plan { drivers, besides: Besides::default(), bounds };
    // Each at most twice: by its doer and by whom it was done to.
    let (mut events, _) = plan.stretch(on, account, Towards::Older, None, most * 2).await?;
    events.dedup_by(|one, other| one.id == other.id);
    events.truncate(most);
    Ok(events)
}
