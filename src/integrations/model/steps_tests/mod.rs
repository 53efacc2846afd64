//! Every cell of the state table, and the subtle cases by name.

mod history;

use super::*;
use crate::ids::TokenId;
use crate::world::{FixedEntropy, Span, Timestamp};
use proptest::prelude::*;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
const NAME: &str = "Warehouse sync";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Current,
    Outgoing,
    Former,
}

#[derive(Debug, Clone)]
struct Row {
    token: Token,
    role: Role,
    ended_at: Option<Timestamp>,
}

/// Does what the store does with a step, and holds it to the rules of the tables.
#[derive(Debug, Clone, Default)]
struct Shelf {
    rows: Vec<Row>,
    paused_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    rotation_started_at: Option<Timestamp>,
    entropy: std::sync::Arc<FixedEntropy>,
}

impl Shelf {
    fn with_one_token() -> Self {
        let mut shelf = Self::default();
        shelf.add(START, None);
        shelf
    }

    /// Names follow the order of making: a, b, c, …
    fn add(&mut self, now: Timestamp, ends_at: Option<Timestamp>) {
        let name = char::from(b'a' + u8::try_from(self.rows.len() % 26).unwrap());
        let token = Token {
            id: TokenId::new(now, &*self.entropy),
            hint: name.to_string(),
            created_at: now,
            created_by: String::new(),
            ends_at,
            prior_ends_at: None,
            last_used_at: None,
            last_address: None,
            last_agent: None,
            last_route: None,
        };
        self.rows.push(Row { token, role: Role::Current, ended_at: None });
        self.check();
    }

    fn held(&self, role: Role) -> Option<Token> {
        self.rows.iter().find(|row| row.role == role).map(|row| row.token.clone())
    }

    fn facts(&self) -> Facts {
        Facts {
            current: self.held(Role::Current),
            outgoing: self.held(Role::Outgoing),
            paused_at: self.paused_at,
            deleted_at: self.deleted_at,
            rotation_started_at: self.rotation_started_at,
            last_ended_at: self.rows.iter().filter_map(|row| row.ended_at).max(),
        }
    }

    fn row(&mut self, id: &TokenId) -> &mut Row {
        let row = self.rows.iter_mut().find(|row| row.token.id == *id).unwrap();
        assert_eq!(row.ended_at, None, "a step writes to a token that has ended");
        row
    }

    fn apply(&mut self, step: &Step, now: Timestamp, new_ends_at: Option<Timestamp>) {
        for id in &step.retire {
            let row = self.row(id);
            (row.ended_at, row.role) = (Some(row.token.ends_at.unwrap()), Role::Former);
        }
        for (id, _) in &step.end {
            let row = self.row(id);
            (row.ended_at, row.role) = (Some(now), Role::Former);
        }
        if let Some((id, ends_at, prior)) = &step.make_outgoing {
            let row = self.row(id);
            (row.role, row.token.ends_at, row.token.prior_ends_at) = (Role::Outgoing, Some(*ends_at), *prior);
            self.check();
        }
        if let Some((id, ends_at)) = &step.make_current {
            let row = self.row(id);
            (row.role, row.token.ends_at, row.token.prior_ends_at) = (Role::Current, *ends_at, None);
            self.check();
        }
        if let Some((id, to)) = &step.move_deadline {
            self.row(id).token.ends_at = Some(*to);
        }
        self.rotation_started_at = step.rotation_started_at;
        self.paused_at = step.paused_at;
        if step.delete {
            self.deleted_at = Some(now);
        }
        if step.new_token {
            self.add(now, new_ends_at);
        }
        self.check();
    }

    /// The unique indexes and checks of the table.
    fn check(&self) {
        for role in [Role::Current, Role::Outgoing] {
            assert!(self.rows.iter().filter(|row| row.role == role).count() <= 1, "two tokens are {role:?}");
        }
        for row in &self.rows {
            assert_eq!(row.role == Role::Former, row.ended_at.is_some());
            assert!(row.role != Role::Outgoing || row.token.ends_at.is_some(), "outgoing without a deadline");
        }
    }

    /// The tokens that would be honoured if it were not paused, the newest first: "b+a", or "-".
    fn live(&self, now: Timestamp) -> String {
        let live: Vec<&str> = self
            .rows
            .iter()
            .rev()
            .filter(|row| self.honours(row, None, now))
            .map(|row| row.token.hint.as_str())
            .collect();
        if live.is_empty() { "-".to_owned() } else { live.join("+") }
    }

    fn honours(&self, row: &Row, paused_at: Option<Timestamp>, now: Timestamp) -> bool {
        honoured((row.ended_at, row.token.ends_at), (paused_at, self.deleted_at), false, now)
    }

    fn status(&self, now: Timestamp) -> Status {
        Lifecycle::at(&self.facts(), now).status()
    }

    fn deadline(&self, name: &str) -> Option<Timestamp> {
        self.rows.iter().find(|row| row.token.hint == name).unwrap().token.ends_at
    }

    fn act(&mut self, action: Action, now: Timestamp, new_ends_at: Option<Timestamp>) -> Result<(), Refused> {
        let facts = self.facts();
        let newest = self.rows.last().unwrap().token.id.clone();
        let step = match action {
            Action::Update => return facts.may_update(),
            Action::Later(overlap) => facts.rotate_later(overlap, now),
            Action::Now => facts.rotate_now(now),
            Action::Cancel => facts.cancel_rotation(now),
            Action::Expire => facts.expire_outgoing(now),
            Action::Extend(extension) => facts.extend_overlap(extension, now),
            Action::Pause => facts.pause(now),
            Action::Resume => facts.resume(now),
            Action::Delete => facts.delete(NAME, " Warehouse sync ", now),
            Action::DeleteOther => facts.delete(NAME, "warehouse sync", now),
            Action::RevokeNewest => facts.revoke(&newest, now),
            Action::RevokeOldestHeld => {
                let id = facts.outgoing.as_ref().map_or(newest, |token| token.id.clone());
                facts.revoke(&id, now)
            }
        }?;
        self.apply(&step, now, new_ends_at);
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Update,
    Later(Overlap),
    Now,
    Cancel,
    Expire,
    Extend(Extension),
    Pause,
    Resume,
    Delete,
    DeleteOther,
    RevokeNewest,
    RevokeOldestHeld,
}

const LATER: Action = Action::Later(Overlap::Week);

fn after(actions: &[Action]) -> Shelf {
    let mut shelf = Shelf::with_one_token();
    for action in actions {
        shelf.act(*action, START, None).unwrap();
    }
    shelf
}

#[test]
fn every_cell_of_the_state_table() {
    let states: [(&str, Shelf); 7] = [
        ("active", after(&[])),
        ("rotating", after(&[LATER])),
        ("paused", after(&[Action::Pause])),
        ("paused while rotating", after(&[LATER, Action::Pause])),
        ("expired", after(&[Action::RevokeNewest])),
        ("paused while expired", after(&[Action::RevokeNewest, Action::Pause])),
        ("deleted", after(&[Action::Delete])),
    ];
    #[rustfmt::skip]
    let table: [(Action, [&str; 7]); 12] = [
        (Action::Update, ["Active a", "Rotating b+a", "Paused a", "Paused b+a", "Expired -", "Paused -", "no: Deleted"]),
        (LATER, ["Rotating b+a", "no: RotationUnderWay", "no: Paused", "no: Paused", "no: NoLiveToken", "no: Paused", "no: Deleted"]),
        (Action::Now, ["Active b", "Active c", "Paused b", "Paused c", "Active b", "Paused b", "no: Deleted"]),
        (Action::Cancel, ["no: NoRotation", "Active a", "no: NoRotation", "Paused a", "no: NoRotation", "no: NoRotation", "no: Deleted"]),
        (Action::Expire, ["no: NoRotation", "Active b", "no: NoRotation", "Paused b", "no: NoRotation", "no: NoRotation", "no: Deleted"]),
        (Action::Extend(Extension::Week), ["no: NoRotation", "Rotating b+a", "no: NoRotation", "Paused b+a", "no: NoRotation", "no: NoRotation", "no: Deleted"]),
        (Action::Pause, ["Paused a", "Paused b+a", "no: PausedAlready", "no: PausedAlready", "Paused -", "no: PausedAlready", "no: Deleted"]),
        (Action::Resume, ["no: NotPaused", "no: NotPaused", "Active a", "Rotating b+a", "no: NotPaused", "Expired -", "no: Deleted"]),
        (Action::Delete, ["Deleted -", "Deleted -", "Deleted -", "Deleted -", "Deleted -", "Deleted -", "no: Deleted"]),
        (Action::DeleteOther, ["no: OtherName", "no: OtherName", "no: OtherName", "no: OtherName", "no: OtherName", "no: OtherName", "no: Deleted"]),
        (Action::RevokeNewest, ["Expired -", "Active a", "Paused -", "Paused a", "no: NotLive", "no: NotLive", "no: Deleted"]),
        (Action::RevokeOldestHeld, ["Expired -", "Active b", "Paused -", "Paused b", "no: NotLive", "no: NotLive", "no: Deleted"]),
    ];
    for (action, cells) in table {
        for ((state, before), expected) in states.iter().zip(cells) {
            let mut shelf = before.clone();
            let now = START.plus(Span::hours(1));
            let got = match shelf.act(action, now, None) {
                Ok(()) => format!("{} {}", shelf.status(now).word(), shelf.live(now)),
                Err(refused) => format!("no: {refused:?}"),
            };
            assert_eq!(got, expected, "{action:?} in the state {state}");
        }
    }
    let by_deadline = ["Active a", "Active b", "Paused a", "Paused b", "Expired -", "Paused -", "Deleted -"];
    for ((state, shelf), expected) in states.iter().zip(by_deadline) {
        let now = START.plus(Span::days(7));
        assert_eq!(
            format!("{} {}", shelf.status(now).word(), shelf.live(now)),
            expected,
            "the deadline passes in the state {state}"
        );
    }
}

#[test]
fn the_outgoing_token_dies_at_its_deadline_and_not_before() {
    let shelf = after(&[LATER]);
    let deadline = START.plus(Span::days(7));
    assert_eq!(shelf.live(deadline.minus(Span::millis(1))), "b+a");
    assert_eq!(shelf.live(deadline), "b");
}

#[test]
fn a_rotation_that_ran_out_is_no_obstacle_and_cannot_be_cancelled() {
    let mut shelf = after(&[LATER]);
    let now = START.plus(Span::days(8));
    assert_eq!(shelf.act(Action::Cancel, now, None), Err(Refused::NoRotation));
    assert_eq!(shelf.act(Action::Extend(Extension::Longest), now, None), Err(Refused::NoRotation));
    shelf.act(LATER, now, None).unwrap();
    assert_eq!(shelf.live(now), "c+b");
    let third = now.plus(Span::days(8));
    shelf.act(LATER, third, None).unwrap();
    assert_eq!(shelf.live(third), "d+c");
}

#[test]
fn a_token_with_an_end_of_its_own_never_outlives_it() {
    let end = START.plus(Span::days(3));
    let mut shelf = Shelf::default();
    shelf.add(START, Some(end));
    shelf.act(LATER, START, None).unwrap();
    assert_eq!(shelf.deadline("a"), Some(end));
    assert_eq!(shelf.act(Action::Extend(Extension::Longest), START, None), Err(Refused::LongestReached));
    let mut short = Shelf::default();
    short.add(START, Some(end));
    short.act(Action::Later(Overlap::Hour), START, None).unwrap();
    assert_eq!(short.deadline("a"), Some(START.plus(Span::hours(1))));
    short.act(Action::Cancel, START, None).unwrap();
    assert_eq!((short.deadline("a"), short.live(START)), (Some(end), "a".to_owned()));
}

#[test]
fn an_overlap_grows_to_thirty_days_from_its_start_and_no_further() {
    let mut shelf = after(&[LATER]);
    let now = START.plus(Span::days(2));
    for expected in [14, 21, 28, 30] {
        shelf.act(Action::Extend(Extension::Week), now, None).unwrap();
        assert_eq!(shelf.deadline("a"), Some(START.plus(Span::days(expected))));
    }
    for extension in Extension::ALL {
        assert_eq!(shelf.facts().extension_until(extension, now), None);
        assert_eq!(shelf.act(Action::Extend(extension), now, None), Err(Refused::LongestReached));
    }
}

#[test]
fn after_its_holder_revoked_the_new_token_the_old_one_keeps_its_deadline() {
    let mut shelf = after(&[LATER, Action::RevokeNewest]);
    assert_eq!(shelf.deadline("a"), Some(START.plus(Span::days(7))));
    assert_eq!(shelf.act(Action::Cancel, START, None), Err(Refused::NoRotation));
    let now = START.plus(Span::days(7));
    assert_eq!((shelf.status(now), shelf.live(now)), (Status::Expired, "-".to_owned()));
    shelf.act(Action::Now, now, None).unwrap();
    assert_eq!((shelf.status(now), shelf.live(now)), (Status::Active, "c".to_owned()));
}

#[test]
fn days_and_deadlines_come_from_the_clock() {
    let shelf = after(&[]);
    let at = |days: i64| {
        let now = START.plus(Span::days(days));
        let life = Lifecycle::at(&shelf.facts(), now);
        (life.days_left(now), life.is_rotation_due(now))
    };
    assert_eq!(at(2), (Some(88), false));
    assert_eq!(at(89), (Some(1), false));
    assert_eq!(at(90), (Some(0), true));
    assert_eq!(at(97), (Some(-7), true));
    assert_eq!(Lifecycle::at(&shelf.facts(), START).next_deadline(), Some(START.plus(DUE_AFTER)));
    let rotating = after(&[LATER]);
    assert_eq!(Lifecycle::at(&rotating.facts(), START).next_deadline(), Some(START.plus(Span::days(7))));
    let expired = after(&[Action::RevokeNewest]);
    let late = START.plus(Span::days(100));
    let life = Lifecycle::at(&expired.facts(), late);
    assert_eq!((life.days_left(late), life.is_rotation_due(late), life.next_deadline()), (None, false, None));
}

proptest! {
    #[test]
    fn the_predicate_is_half_open(end in 0_i64..100, now in 0_i64..100) {
        let (end, now) = (Timestamp::from_millis(end), Timestamp::from_millis(now));
        prop_assert_eq!(honoured((None, Some(end)), (None, None), false, now), now < end);
        prop_assert!(!honoured((Some(now), None), (None, None), false, now));
        prop_assert!(!honoured((None, None), (None, Some(now)), false, now));
        prop_assert!(!honoured((None, None), (None, None), true, now));
    }
}
