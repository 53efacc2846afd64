//! What can be done with an integration, state by state. A step says which writes to make, or why not.

use super::lifecycle::{Facts, Lifecycle, Tokens};
use super::token::{EndReason, Token};
use crate::ids::TokenId;
use crate::world::{Span, Timestamp};
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

/// The longest overlap, counted from the start of the rotation.
pub const LONGEST_OVERLAP: Span = Span::days(30);

/// How long both tokens work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// One hour.
    Hour,
    /// 24 hours.
    Day,
    /// Seven days; what is chosen unless somebody chooses otherwise.
    Week,
    /// 30 days.
    Month,
}

impl Overlap {
    /// Every choice, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its length.
    #[must_use]
    pub const fn span(self) -> Span {
        match self {
            Self::Hour => Span::hours(1),
            Self::Day => Span::hours(24),
            Self::Week => Span::days(7),
            Self::Month => Span::days(30),
        }
    }

    /// The value in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// The words on the page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::Day => "24 h",
            Self::Week => "7 days",
            Self::Month => "30 days",
        }
    }

    /// The choice with this form value.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlap| overlap.code() == code)
    }
}

/// By how much an overlap is extended, counted from its present end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// 24 hours more.
    Day,
    /// Seven days more.
    Week,
    /// As long as it may be: 30 days from the start of the rotation.
    Longest,
}

impl Extension {
    /// Every choice, the shortest first.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Longest];

    /// The value in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Longest => "longest",
        }
    }

    /// The words on the page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Day => "24 h",
            Self::Week => "7 days",
            Self::Longest => "As long as possible",
        }
    }

    /// The choice with this form value.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|extension| extension.code() == code)
    }
}

/// Why a step is not possible now; says what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is deleted.
    Deleted,
    /// A rotation is under way.
    RotationUnderWay,
    /// No rotation is under way.
    NoRotation,
    /// It is paused.
    Paused,
    /// It is paused already.
    PausedAlready,
    /// It is not paused.
    NotPaused,
    /// It has no live token.
    NoLiveToken,
    /// The overlap is as long as it may be.
    LongestReached,
    /// The name that was typed is another one.
    OtherName,
    /// The token is not one of its live ones.
    NotLive,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleted => "This integration was deleted. Nothing can be done with it any more.",
            Self::RotationUnderWay => "A rotation is under way. Finish or cancel it first, or rotate and expire every token now.",
            Self::NoRotation => "No rotation is under way any more.",
            Self::Paused => "This integration is paused. Resume it first, or rotate and expire its tokens now.",
            Self::PausedAlready => "This integration is paused already.",
            Self::NotPaused => "This integration is not paused.",
            Self::NoLiveToken => "This integration has no live token. Rotate now to give it a new one.",
            Self::LongestReached => "The overlap is as long as it may be: 30 days from the start of the rotation, or the old token's own end.",
            Self::OtherName => "Type the name of the integration exactly as it is shown",
            Self::NotLive => "This token is not live.",
        })
    }
}

/// The writes of one step, to be made in this order in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Tokens whose deadline passed: they take no place any more.
    pub retire: Vec<TokenId>,
    /// Tokens that end at once, and why.
    pub end: Vec<(TokenId, EndReason)>,
    /// The token that becomes the outgoing one: `(id, ends_at, prior_ends_at)`.
    pub make_outgoing: Option<(TokenId, Timestamp, Option<Timestamp>)>,
    /// The token that becomes the current one again, with the deadline that it has from then on.
    pub make_current: Option<(TokenId, Option<Timestamp>)>,
    /// A new deadline of the outgoing token.
    pub move_deadline: Option<(TokenId, Timestamp)>,
    /// Whether a new current token is made.
    pub new_token: bool,
    /// When the rotation that is under way from now on began; none when none is.
    pub rotation_started_at: Option<Timestamp>,
    /// Since when it is paused from now on.
    pub paused_at: Option<Timestamp>,
    /// Whether it is deleted.
    pub delete: bool,
}

type Outcome = Result<Step, Refused>;

impl Facts {
    /// What every step begins with: what passed its deadline is retired, and the newest live token is the current one.
    fn settled(&self, now: Timestamp) -> Result<(Step, Tokens), Refused> {
        let Lifecycle::Kept { paused, tokens } = Lifecycle::at(self, now) else { return Err(Refused::Deleted) };
        let mut step = Step { paused_at: paused, ..Step::default() };
        let live = |token: &Token| match &tokens {
            Tokens::None(_) => false,
            Tokens::One(only) => only.id == token.id,
            Tokens::Two { current, outgoing, .. } => current.id == token.id || outgoing.id == token.id,
        };
        step.retire =
            [&self.current, &self.outgoing].into_iter().flatten().filter(|t| !live(t)).map(|t| t.id.clone()).collect();
        match &tokens {
            Tokens::One(only) if self.outgoing.as_ref().is_some_and(|outgoing| outgoing.id == only.id) => {
                step.make_current = Some((only.id.clone(), only.ends_at));
            }
            Tokens::Two { since, .. } => step.rotation_started_at = Some(*since),
            _ => {}
        }
        Ok((step, tokens))
    }

    /// The writes that put away what has ended by the clock; none when nothing has.
    #[must_use]
    pub fn settle(&self, now: Timestamp) -> Option<Step> {
        let (step, _) = self.settled(now).ok()?;
        (!step.retire.is_empty()).then_some(step)
    }

    /// Change name, description or scopes: in every state but Deleted; the tokens stay as they are.
    ///
    /// # Errors
    /// [`Refused::Deleted`].
    pub fn may_update(&self) -> Result<(), Refused> {
        if self.deleted_at.is_some() { Err(Refused::Deleted) } else { Ok(()) }
    }

    /// A new current token; the present one works on until `now` + overlap, or until its own end when that is sooner.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn rotate_later(&self, overlap: Overlap, now: Timestamp) -> Outcome {
        let (mut step, tokens) = self.settled(now)?;
        if step.paused_at.is_some() {
            return Err(Refused::Paused);
        }
        match tokens {
            Tokens::None(_) => Err(Refused::NoLiveToken),
            Tokens::Two { .. } => Err(Refused::RotationUnderWay),
            Tokens::One(present) => {
                let wanted = now.plus(overlap.span());
                let until = present.ends_at.map_or(wanted, |own| own.min(wanted));
                step.make_current = None;
                step.make_outgoing = Some((present.id, until, present.ends_at));
                step.rotation_started_at = Some(now);
                step.new_token = true;
                Ok(step)
            }
        }
    }

    /// A new current token; every older one dies at once. Paused stays paused, Expired becomes Active.
    ///
    /// # Errors
    /// [`Refused::Deleted`].
    pub fn rotate_now(&self, now: Timestamp) -> Outcome {
        let (mut step, tokens) = self.settled(now)?;
        step.end = live_ids(&tokens).into_iter().map(|id| (id, EndReason::Rotated)).collect();
        step.make_current = None;
        step.rotation_started_at = None;
        step.new_token = true;
        Ok(step)
    }

    /// The new token of a rotation dies at once; the outgoing one is current again with the deadline that it had before.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn cancel_rotation(&self, now: Timestamp) -> Outcome {
        let (mut step, tokens) = self.settled(now)?;
        let Tokens::Two { current, outgoing, .. } = tokens else { return Err(Refused::NoRotation) };
        step.end = vec![(current.id, EndReason::RotationCancelled)];
        step.make_current = Some((outgoing.id, outgoing.prior_ends_at));
        step.rotation_started_at = None;
        Ok(step)
    }

    /// The outgoing token dies at once; the rotation is finished.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn expire_outgoing(&self, now: Timestamp) -> Outcome {
        let (mut step, tokens) = self.settled(now)?;
        let Tokens::Two { outgoing, .. } = tokens else { return Err(Refused::NoRotation) };
        step.end = vec![(outgoing.id, EndReason::ExpiredEarly)];
        step.rotation_started_at = None;
        Ok(step)
    }

    /// A later deadline for the outgoing token, at most 30 days from the start of the rotation and not beyond its own end.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn extend_overlap(&self, extension: Extension, now: Timestamp) -> Outcome {
        let (mut step, tokens) = self.settled(now)?;
        let Tokens::Two { outgoing, until, since, .. } = tokens else { return Err(Refused::NoRotation) };
        let to = extended(until, since, outgoing.prior_ends_at, extension);
        if to <= until {
            return Err(Refused::LongestReached);
        }
        step.move_deadline = Some((outgoing.id, to));
        Ok(step)
    }

    /// Where an extension would lead; none when there is no rotation or no room.
    #[must_use]
    pub fn extension_until(&self, extension: Extension, now: Timestamp) -> Option<Timestamp> {
        self.extend_overlap(extension, now).ok()?.move_deadline.map(|(_, to)| to)
    }

    /// Every call is refused until it is resumed; deadlines go on.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn pause(&self, now: Timestamp) -> Outcome {
        let (mut step, _) = self.settled(now)?;
        if step.paused_at.is_some() {
            return Err(Refused::PausedAlready);
        }
        step.paused_at = Some(now);
        Ok(step)
    }

    /// Its live tokens work again.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn resume(&self, now: Timestamp) -> Outcome {
        let (mut step, _) = self.settled(now)?;
        if step.paused_at.take().is_none() {
            return Err(Refused::NotPaused);
        }
        Ok(step)
    }

    /// All tokens die at once; the record stays readable.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn delete(&self, name: &str, typed: &str, now: Timestamp) -> Outcome {
        let (mut step, tokens) = self.settled(now)?;
        if typed.nfc().collect::<String>().split_whitespace().ne(name.split_whitespace()) {
            return Err(Refused::OtherName);
        }
        step.end = live_ids(&tokens).into_iter().map(|id| (id, EndReason::Deleted)).collect();
        step.make_current = None;
        step.rotation_started_at = None;
        step.delete = true;
        Ok(step)
    }

    /// The holder revokes its own token: when it is the current one, the outgoing one is current and keeps its deadline. Paused stays paused.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn revoke(&self, token: &TokenId, now: Timestamp) -> Outcome {
        let (mut step, tokens) = self.settled(now)?;
        if !live_ids(&tokens).contains(token) {
            return Err(Refused::NotLive);
        }
        if let Tokens::Two { current, outgoing, until, .. } = tokens
            && current.id == *token
        {
            step.make_current = Some((outgoing.id, Some(until)));
        } else {
            step.make_current = None;
        }
        step.end = vec![(token.clone(), EndReason::Revoked)];
        step.rotation_started_at = None;
        Ok(step)
    }
}

fn live_ids(tokens: &Tokens) -> Vec<TokenId> {
    match tokens {
        Tokens::None(_) => Vec::new(),
        Tokens::One(only) => vec![only.id.clone()],
        Tokens::Two { current, outgoing, .. } => vec![current.id.clone(), outgoing.id.clone()],
    }
}

fn extended(until: Timestamp, since: Timestamp, own_end: Option<Timestamp>, extension: Extension) -> Timestamp {
    let longest = since.plus(LONGEST_OVERLAP);
    let longest = own_end.map_or(longest, |own| own.min(longest));
    match extension {
        Extension::Day => until.plus(Span::days(1)).min(longest),
        Extension::Week => until.plus(Span::days(7)).min(longest),
        Extension::Longest => longest,
    }
}
