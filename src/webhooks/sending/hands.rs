//! How many deliveries a server tries at once, of whom: neither an endpoint nor an account takes the hands of all others, and those that
//! are known to take what they are sent always find some.

use crate::ids::{AccountId, EndpointId};
use crate::webhooks::model::Standing;

/// How many tries are under way at once of endpoints that stand alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// On this server.
    pub all: i64,
    /// Of one account.
    pub account: i64,
    /// Of one endpoint; on all servers together.
    pub endpoint: i64,
}

/// Of whomever: the others are a part of these.
const WELL: Bounds = Bounds { all: 64, account: 16, endpoint: 4 };
/// Together with those that ail they leave some of all hands, and of an account's.
const UNKNOWN: Bounds = Bounds { all: 24, account: 6, endpoint: 1 };
const AILING: Bounds = Bounds { all: 32, account: 6, endpoint: 1 };

/// The bounds for endpoints that stand so.
#[must_use]
pub const fn bounds(standing: Standing) -> Bounds {
    match standing {
        Standing::Well => WELL,
        Standing::Unknown => UNKNOWN,
        Standing::Ails => AILING,
    }
}

/// Whom a hand works for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of {
    /// Whose endpoint it is.
    pub account: AccountId,
    /// Which.
    pub endpoint: EndpointId,
    /// How it stands.
    pub standing: Standing,
}

/// What is under way.
#[derive(Debug, Default)]
pub struct Hands(Vec<Of>);

impl Hands {
    /// How many more deliveries of an endpoint may be taken now; none: 0.
    #[must_use]
    pub fn room(&self, of: &Of) -> i64 {
        let Bounds { all, account, endpoint } = bounds(of.standing);
        let alike = |busy: &Of| busy.standing == of.standing;
        let own = |busy: &Of| busy.account == of.account;
        let rooms = [
            WELL.all - self.busy(|_| true),
            WELL.account - self.busy(own),
            all - self.busy(alike),
            account - self.busy(|busy| alike(busy) && own(busy)),
            endpoint - self.busy(|busy| busy.endpoint == of.endpoint),
        ];
        rooms.into_iter().fold(endpoint, i64::min).max(0)
    }

    /// Whether every hand is busy.
    #[must_use]
    pub fn are_full(&self) -> bool {
        self.busy(|_| true) >= WELL.all
    }

    /// A try begins.
    pub fn take(&mut self, of: Of) {
        self.0.push(of);
    }

    /// A try has ended that was taken so.
    pub fn give_back(&mut self, of: &Of) {
        if let Some(place) = self.0.iter().position(|busy| busy == of) {
            self.0.swap_remove(place);
        }
    }

    fn busy(&self, counts: impl Fn(&Of) -> bool) -> i64 {
        i64::try_from(self.0.iter().filter(|busy| counts(busy)).count()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Entropy, FixedEntropy, Timestamp};
    use std::collections::HashMap;

    const EACH: [Standing; 3] = [Standing::Well, Standing::Unknown, Standing::Ails];

    /// Accounts with their endpoints: by turns well, unknown and ailing.
    struct Town(Vec<Vec<Of>>);

    impl Town {
        fn of(accounts: usize, endpoints: usize) -> Self {
            let (entropy, now) = (FixedEntropy::default(), Timestamp::from_millis(1));
            let account = |_| {
                let account = AccountId::new(now, &entropy);
                let endpoint = |place| Of {
                    account: account.clone(),
                    endpoint: EndpointId::new(now, &entropy),
                    standing: EACH[place % 3],
                };
                (0..endpoints).map(endpoint).collect()
            };
            Self((0..accounts).map(account).collect())
        }

        fn all(&self) -> impl Iterator<Item = &Of> {
            self.0.iter().flatten()
        }

        fn that(&self, standing: Standing) -> impl Iterator<Item = &Of> {
            self.all().filter(move |of| of.standing == standing)
        }
    }

    /// Takes what there is room for, as often as it goes; how many.
    fn fill<'a>(hands: &mut Hands, of: impl Iterator<Item = &'a Of>) -> i64 {
        let mut taken = 0;
        for of in of {
            for _ in 0..hands.room(of) {
                hands.take(of.clone());
                taken += 1;
            }
            assert_eq!(hands.room(of), 0, "it is filled");
        }
        taken
    }

    #[test]
    fn the_bounds_are_those_that_the_documentation_names() {
        let numbers = |of: Bounds| (of.all, of.account, of.endpoint);
        assert_eq!(EACH.map(|of| numbers(bounds(of))), [(64, 16, 4), (24, 6, 1), (32, 6, 1)]);
    }

    #[test]
    fn each_bound_is_reached_and_not_passed() {
        let town = Town::of(9, 60);
        for standing in EACH {
            let Bounds { all, account, endpoint } = bounds(standing);
            let one = |of: &&Of| of.account == town.0[0][0].account;
            assert_eq!(fill(&mut Hands::default(), town.that(standing).take(1)), endpoint);
            let mut hands = Hands::default();
            assert_eq!(fill(&mut hands, town.that(standing).filter(one)), account);
            assert_eq!(fill(&mut hands, town.that(standing)), all - account);
            assert_eq!(hands.are_full(), standing == Standing::Well);
        }
        // An account has no more than its own, however its endpoints stand.
        let mut hands = Hands::default();
        assert_eq!(fill(&mut hands, town.0[0].iter().rev()), WELL.account);
        assert_eq!(hands.room(&town.0[1][0]), WELL.endpoint);
    }

    #[test]
    fn whoever_is_known_finds_a_hand_whatever_all_others_do() {
        let town = Town::of(20, 60);
        let mut hands = Hands::default();
        let others = fill(&mut hands, town.that(Standing::Unknown)) + fill(&mut hands, town.that(Standing::Ails));
        assert_eq!(others, UNKNOWN.all + AILING.all);
        let late = town.0[19].iter().find(|of| of.standing == Standing::Well).unwrap();
        assert_eq!(hands.room(late), WELL.endpoint);
        assert!(WELL.all - others >= 2 * WELL.endpoint);
        // Nor within an account of which all others take as much as they may.
        let mut hands = Hands::default();
        let own = |standing| town.that(standing).filter(|of| of.account == late.account);
        let others = fill(&mut hands, own(Standing::Unknown)) + fill(&mut hands, own(Standing::Ails));
        assert_eq!((others, hands.room(late)), (UNKNOWN.account + AILING.account, WELL.endpoint));
        // Nor do those of whom nothing is known wait for those that ail.
        let mut hands = Hands::default();
        fill(&mut hands, town.that(Standing::Ails));
        let new = town.0[19].iter().find(|of| of.standing == Standing::Unknown).unwrap();
        assert_eq!(hands.room(new), UNKNOWN.endpoint);
    }

    #[test]
    fn an_endpoint_that_comes_to_ail_keeps_what_it_has_and_gets_no_more() {
        let town = Town::of(1, 2);
        let well = town.0[0][0].clone();
        let ails = Of { standing: Standing::Ails, ..well.clone() };
        let mut hands = Hands::default();
        fill(&mut hands, [&well].into_iter());
        assert_eq!(hands.room(&ails), 0);
        for left in (0..WELL.endpoint).rev() {
            hands.give_back(&well);
            assert_eq!(hands.room(&ails), i64::from(left == 0));
        }
        hands.give_back(&well);
        assert_eq!(hands.room(&well), WELL.endpoint, "what was never taken gives nothing back");
    }

    #[test]
    fn in_any_order_no_bound_is_passed_and_every_hand_comes_back() {
        let (town, fixed) = (Town::of(7, 12), FixedEntropy::default());
        let entropy: &dyn Entropy = &fixed;
        let (mut hands, mut model) = (Hands::default(), Vec::<Of>::new());
        let all: Vec<&Of> = town.all().collect();
        for turn in 0..60_000 {
            let chance = usize::from(u16::from_le_bytes(entropy.bytes()));
            let room_before = model.len();
            // Now more is taken than given back, now less.
            if chance % 10 < if turn / 500 % 2 == 0 { 7 } else { 3 } {
                let mut of = all[chance / 10 % all.len()].clone();
                of.standing = EACH[chance / 7 % 3];
                if hands.room(&of) > 0 {
                    hands.take(of.clone());
                    model.push(of);
                }
            } else if !model.is_empty() {
                let of = model.swap_remove(chance % room_before);
                hands.give_back(&of);
            }
            let mut endpoints: HashMap<&str, i64> = HashMap::new();
            let mut accounts: HashMap<(&str, usize), i64> = HashMap::new();
            let mut alike = [0; 3];
            for of in &model {
                let standing = EACH.iter().position(|standing| *standing == of.standing).unwrap();
                alike[standing] += 1;
                *accounts.entry((of.account.as_str(), standing)).or_default() += 1;
                *endpoints.entry(of.endpoint.as_str()).or_default() += 1;
            }
            let bound = |standing: usize| bounds(EACH[standing]);
            assert!((0..3).all(|standing| alike[standing] <= bound(standing).all));
            assert!(accounts.iter().all(|((_, standing), count)| *count <= bound(*standing).account));
            for account in &town.0 {
                let id = account[0].account.as_str();
                let own: i64 = accounts.iter().filter(|((of, _), _)| *of == id).map(|(_, count)| count).sum();
                assert!(own <= WELL.account);
            }
            assert!(endpoints.values().all(|all| *all <= WELL.endpoint));
            let count = i64::try_from(model.len()).unwrap();
            assert!(count <= WELL.all && hands.are_full() == (count == WELL.all));
        }
        for of in model.drain(..) {
            hands.give_back(&of);
        }
        assert!(hands.0.is_empty());
    }
}
