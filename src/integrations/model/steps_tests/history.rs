//! Random histories against a model that is simple on purpose.

use super::*;

/// Tokens in the order of making: `(ends_at, prior_ends_at, killed)`.
#[derive(Debug, Default)]
struct Simple {
    tokens: Vec<(Option<Timestamp>, Option<Timestamp>, bool)>,
    paused: bool,
    deleted: bool,
    started: Option<Timestamp>,
}

impl Simple {
    fn live(&self, now: Timestamp) -> Vec<usize> {
        let alive = |n: &usize| !self.deleted && !self.tokens[*n].2 && self.tokens[*n].0.is_none_or(|end| now < end);
        (0..self.tokens.len()).rev().filter(alive).collect()
    }

    /// Whether the table of states allows it, and if so, its effect.
    fn act(&mut self, action: Action, now: Timestamp, new_ends_at: Option<Timestamp>) -> bool {
        let live = self.live(now);
        let allowed = !self.deleted
            && match action {
                Action::Update | Action::Now | Action::Delete => true,
                Action::DeleteOther => false,
                Action::Later(_) => !self.paused && live.len() == 1,
                Action::Cancel | Action::Expire | Action::RevokeOldestHeld => live.len() == 2,
                Action::Extend(extension) => {
                    live.len() == 2 && self.extended(live[1], extension) > self.tokens[live[1]].0.unwrap()
                }
                Action::Pause => !self.paused,
                Action::Resume => self.paused,
                Action::RevokeNewest => live.first() == Some(&(self.tokens.len() - 1)),
            };
        if !allowed {
            return false;
        }
        match action {
            Action::Later(overlap) => {
                let wanted = now.plus(overlap.span());
                let old = &mut self.tokens[live[0]];
                *old = (Some(old.0.map_or(wanted, |end| end.min(wanted))), old.0, false);
                self.started = Some(now);
            }
            Action::Now => live.iter().for_each(|n| self.tokens[*n].2 = true),
            Action::Cancel => {
                self.tokens[live[0]].2 = true;
                self.tokens[live[1]].0 = self.tokens[live[1]].1;
            }
            Action::Expire | Action::RevokeOldestHeld => self.tokens[live[1]].2 = true,
            Action::Extend(extension) => self.tokens[live[1]].0 = Some(self.extended(live[1], extension)),
            Action::Pause | Action::Resume => self.paused = !self.paused,
            Action::Delete => self.deleted = true,
            Action::RevokeNewest => self.tokens[live[0]].2 = true,
            Action::Update | Action::DeleteOther => {}
        }
        if matches!(action, Action::Later(_) | Action::Now) {
            self.tokens.push((new_ends_at, None, false));
        }
        true
    }

    fn extended(&self, n: usize, extension: Extension) -> Timestamp {
        let (ends_at, prior, _) = self.tokens[n];
        let most = self.started.unwrap().plus(Span::days(30));
        let most = prior.map_or(most, |end| end.min(most));
        match extension {
            Extension::Day => ends_at.unwrap().plus(Span::hours(24)).min(most),
            Extension::Week => ends_at.unwrap().plus(Span::hours(168)).min(most),
            Extension::Longest => most,
        }
    }
}

fn an_action() -> impl Strategy<Value = Action> {
    prop_oneof![
        4 => prop::sample::select(Overlap::ALL.to_vec()).prop_map(Action::Later),
        2 => Just(Action::Now),
        2 => Just(Action::Cancel),
        2 => Just(Action::Expire),
        3 => prop::sample::select(Extension::ALL.to_vec()).prop_map(Action::Extend),
        2 => Just(Action::Pause),
        3 => Just(Action::Resume),
        1 => Just(Action::DeleteOther),
        2 => Just(Action::RevokeNewest),
        2 => Just(Action::RevokeOldestHeld),
        1 => Just(Action::Update),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_histories_agree_with_the_simple_model(
        // Whole hours, so that actions fall on deadlines exactly; now and then a new token has an end of its own.
        history in prop::collection::vec((an_action(), 0_i64..=400, prop::option::weighted(0.3, 1_i64..=600)), 1..25),
        deleted_at_step in 0_usize..60,
    ) {
        let mut shelf = Shelf::with_one_token();
        let mut simple = Simple { tokens: vec![(None, None, false)], ..Simple::default() };
        let mut now = START;
        let mut seen_dead = Vec::new();
        for (n, (action, hours, own_end)) in history.into_iter().enumerate() {
            let action = if n == deleted_at_step { Action::Delete } else { action };
            now = now.plus(Span::hours(if hours < 200 { 0 } else { (hours - 200).min(hours % 25 * 8) }));
            let own_end = own_end.map(|hours| now.plus(Span::hours(hours)));
            // With nothing outgoing, the two revocations are the same; the model only knows the one.
            let action = if action == Action::RevokeOldestHeld && simple.live(now).len() < 2 { Action::Update } else { action };
            let result = shelf.act(action, now, own_end);
            prop_assert_eq!(result.is_ok(), simple.act(action, now, own_end), "{:?} gave {:?}", action, result);

            let live: Vec<usize> = (0..shelf.rows.len()).rev().filter(|n| shelf.honours(&shelf.rows[*n], None, now)).collect();
            prop_assert_eq!(&live, &simple.live(now));
            prop_assert!(live.len() <= 2);
            for (n, row) in shelf.rows.iter().enumerate() {
                let alive = live.contains(&n);
                prop_assert!(!(alive && seen_dead.contains(&n)), "token {} came alive", n);
                if !alive && !seen_dead.contains(&n) { seen_dead.push(n); }
                if alive { prop_assert_eq!(row.token.ends_at, simple.tokens[n].0); }
                prop_assert!(!shelf.honours(row, Some(now), now));
            }
            let life = Lifecycle::at(&shelf.facts(), now);
            prop_assert_eq!(life.current().map(|token| &token.id), live.first().map(|n| &shelf.rows[*n].token.id));
            prop_assert_eq!(life.outgoing().map(|token| &token.id), live.get(1).map(|n| &shelf.rows[*n].token.id));
            let word = match (simple.deleted, simple.paused, live.len()) {
                (true, ..) => "Deleted",
                (_, true, _) => "Paused",
                (_, _, 0) => "Expired",
                (_, _, 1) => "Active",
                _ => "Rotating",
            };
            prop_assert_eq!(life.status().word(), word);
        }
    }
}
