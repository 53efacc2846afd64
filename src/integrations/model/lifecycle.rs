//! From stored facts and the clock to the state: the one function behind every status word, deadline and count of days.

use super::token::Token;
use crate::world::{Span, Timestamp};

/// From this age on a current token is due for rotation.
pub const DUE_AFTER: Span = Span::days(DUE_DAYS);
/// The same in days.
pub const DUE_DAYS: i64 = 90;

/// What is stored of an integration's life. Tokens that were ended are not among them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The newest token that was not ended.
    pub current: Option<Token>,
    /// The older token of a rotation.
    pub outgoing: Option<Token>,
    /// Since when it is paused.
    pub paused_at: Option<Timestamp>,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// When the rotation began that `outgoing` belongs to.
    pub rotation_started_at: Option<Timestamp>,
    /// When its last live token ended, if it was ended by hand.
    pub last_ended_at: Option<Timestamp>,
}

/// The live tokens of an integration that is not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tokens {
    /// None is left; since when, as far as it is known.
    None(Option<Timestamp>),
    /// The current one alone.
    One(Token),
    /// A rotation is under way.
    Two {
        /// The newer one.
        current: Token,
        /// The older one.
        outgoing: Token,
        /// The older one's deadline.
        until: Timestamp,
        /// When the rotation began.
        since: Timestamp,
    },
}

/// The life of an integration at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lifecycle {
    /// Deleted at that instant; it has no live token and nothing can be done with it.
    Deleted(Timestamp),
    /// It exists.
    Kept {
        /// Since when it is paused, if it is.
        paused: Option<Timestamp>,
        /// Its live tokens.
        tokens: Tokens,
    },
}

/// The one word that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// One live token.
    Active,
    /// Two live tokens.
    Rotating,
    /// Every call is refused until it is resumed.
    Paused,
    /// No live token left.
    Expired,
    /// Gone for good; readable.
    Deleted,
}

impl Status {
    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Rotating => "Rotating",
            Self::Paused => "Paused",
            Self::Expired => "Expired",
            Self::Deleted => "Deleted",
        }
    }
}

impl Lifecycle {
    /// Reads the state at `now` off the stored facts.
    #[must_use]
    pub fn at(facts: &Facts, now: Timestamp) -> Self {
        if let Some(deleted) = facts.deleted_at {
            return Self::Deleted(deleted);
        }
        let current = facts.current.clone().filter(|token| token.is_in_time(now));
        let outgoing = facts.outgoing.clone().filter(|token| token.is_in_time(now));
        let tokens = match (current, outgoing) {
            (Some(current), Some(outgoing)) => match outgoing.ends_at {
                Some(until) => {
                    let since = facts.rotation_started_at.unwrap_or(current.created_at);
                    Tokens::Two { current, outgoing, until, since }
                }
                // An outgoing token always has a deadline; one without would never stop, so it does not count.
                None => Tokens::One(current),
            },
            // The newest live token is the current one, whatever it was before.
            (Some(only), None) | (None, Some(only)) => Tokens::One(only),
            (None, None) => Tokens::None(facts.last_end()),
        };
        Self::Kept { paused: facts.paused_at, tokens }
    }

    /// The one word, the first that holds.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Deleted(_) => Status::Deleted,
            Self::Kept { paused: Some(_), .. } => Status::Paused,
            Self::Kept { tokens: Tokens::None(_), .. } => Status::Expired,
            Self::Kept { tokens: Tokens::Two { .. }, .. } => Status::Rotating,
            Self::Kept { tokens: Tokens::One(_), .. } => Status::Active,
        }
    }

    /// The newest live token.
    #[must_use]
    pub fn current(&self) -> Option<&Token> {
        match self {
            Self::Kept { tokens: Tokens::One(current) | Tokens::Two { current, .. }, .. } => Some(current),
            _ => None,
        }
    }

    /// The older token of a rotation that is under way.
    #[must_use]
    pub fn outgoing(&self) -> Option<&Token> {
        match self {
            Self::Kept { tokens: Tokens::Two { outgoing, .. }, .. } => Some(outgoing),
            _ => None,
        }
    }

    /// Days until the current token is due for rotation; 0 or less: due, and so many days ago. None without a live token.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        self.current().map(|token| DUE_DAYS - now.since(token.created_at).as_days())
    }

    /// Whether the current token is 90 days old or more.
    #[must_use]
    pub fn is_rotation_due(&self, now: Timestamp) -> bool {
        self.current().is_some_and(|token| now.since(token.created_at) >= DUE_AFTER)
    }

    /// The next instant at which something should happen or will: the outgoing token's end, the current one's end, or its rotation.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let due = self.current().map(|token| token.created_at.plus(DUE_AFTER));
        let ends = self.current().and_then(|token| token.ends_at);
        let outgoing = self.outgoing().and_then(|token| token.ends_at);
        [due, ends, outgoing].into_iter().flatten().min()
    }
}

impl Facts {
    fn last_end(&self) -> Option<Timestamp> {
        let by_deadline = [&self.current, &self.outgoing].into_iter().flatten().filter_map(|token| token.ends_at);
        by_deadline.chain(self.last_ended_at).max()
    }
}
