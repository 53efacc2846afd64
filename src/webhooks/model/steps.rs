//! What people can do with an endpoint, and why not now.

use super::delivery::{DELETED, TOO_MANY, UNREADABLE};
use super::{ACCOUNT_MAX, Condition, ENDPOINTS_MAX, Endpoint, SecretFacts};
use crate::world::{Span, Timestamp};
use std::fmt;

/// How long the secret before signs as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// One hour.
    Hour,
    /// 24 hours; what is chosen unless somebody chooses otherwise.
    Day,
    /// Seven days.
    Week,
}

impl Overlap {
    /// Every choice, the shortest first.
    pub const ALL: [Self; 3] = [Self::Hour, Self::Day, Self::Week];

    /// Its length.
    #[must_use]
    pub const fn span(self) -> Span {
        match self {
            Self::Hour => Span::hours(1),
            Self::Day => Span::hours(24),
            Self::Week => Span::days(7),
        }
    }

    /// The value in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }

    /// The words on the page.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::Day => "24 h",
            Self::Week => "7 days",
        }
    }

    /// The choice with this form value.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlap| overlap.code() == code)
    }
}

/// How a rotation treats the present secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It signs on for the overlap, beside the new one.
    Later(Overlap),
    /// It signs nothing more, nor does an older one.
    Now,
}

impl Rotation {
    /// The value in forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Later(overlap) => overlap.code(),
            Self::Now => "now",
        }
    }
}

/// Why a step is not possible now; says what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The integration has as many endpoints as it may have.
    Full,
    /// The account has as many as it may have.
    AccountFull,
    /// As much was sent to it by hand lately as can be.
    TooOften,
    /// As much was sent by hand to all endpoints of the account as can be.
    AccountTooOften,
    /// As much waits for it as may wait.
    TooManyWaiting,
    /// Two secrets sign.
    RotationUnderWay,
    /// Only one secret signs.
    NoRotation,
    /// It is paused already.
    PausedAlready,
    /// It is not paused.
    NotPaused,
    /// It is not disabled.
    NotDisabled,
    /// The host that was typed is another one.
    OtherHost,
    /// Nothing is sent to it now.
    Silent(Condition),
    /// It waits for its first try.
    WaitsAlready,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => {
                write!(f, "This integration has {ENDPOINTS_MAX} webhooks, and no more are possible. Delete one first.")
            }
            Self::AccountFull => {
                write!(f, "This account has {ACCOUNT_MAX} webhooks, and no more are possible. Delete one first.")
            }
            Self::TooOften | Self::AccountTooOften => f.write_str(
                "As much was sent by hand within a minute as is possible. Wait a minute before the next one.",
            ),
            Self::TooManyWaiting => f.write_str(
                "10,000 deliveries of this webhook wait, and no more are possible. Look at what its receiver answers.",
            ),
            Self::RotationUnderWay => {
                f.write_str("Two secrets sign already. Expire the old one or cancel the rotation first, or rotate now.")
            }
            Self::NoRotation => f.write_str("Only one secret signs; no rotation is under way any more."),
            Self::PausedAlready => f.write_str("This webhook is paused already."),
            Self::NotPaused => f.write_str("This webhook is not paused."),
            Self::NotDisabled => f.write_str("This webhook is not disabled."),
            Self::OtherHost => f.write_str("Type the host of the URL exactly as it is shown"),
            Self::Silent(condition) => write!(f, "This webhook sends nothing now: {}.", condition.words()),
            Self::WaitsAlready => f.write_str("This delivery waits for its first try already."),
        }
    }
}

impl Condition {
    /// What is so, in the middle of a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Active => "it is active",
            Self::Failing(_) => "its last tries failed",
            Self::Paused => "it is paused",
            Self::Disabled(_) => "it is disabled",
            Self::IntegrationPaused => "its integration is paused",
            Self::IntegrationDeleted => "its integration is deleted",
            Self::ScopeMissing => "its integration lacks the scope of its events",
            Self::AccountDisabled => "its account is disabled",
        }
    }

    /// Why a delivery was stopped that keeps this name for it, as it was then; the name itself when it is another.
    #[must_use]
    pub fn stopped_words(code: &str) -> &str {
        match code {
            "paused" => "the webhook was paused",
            "disabled" => "the webhook was disabled",
            "integration_paused" => "the integration was paused",
            "integration_deleted" => "the integration was deleted",
            "scope_missing" => "the integration lacked the scope",
            "account_disabled" => "the account was disabled",
            DELETED => "the webhook was deleted",
            UNREADABLE => "it could not be read",
            TOO_MANY => "10,000 waited already",
            other => other,
        }
    }
}

impl Endpoint {
    /// The secret before and until when it signs, while it does.
    #[must_use]
    pub fn old_secret_at(&self, now: Timestamp) -> Option<(&SecretFacts, Timestamp)> {
        self.old_secret.as_ref().filter(|(_, ends)| now < *ends).map(|(facts, ends)| (facts, *ends))
    }

    /// Until when the present secret signs on when it is rotated so; none when it stops at once.
    ///
    /// # Errors
    /// [`Refused::RotationUnderWay`] unless it is rotated now.
    pub fn rotate(&self, how: Rotation, now: Timestamp) -> Result<Option<Timestamp>, Refused> {
        match how {
            Rotation::Now => Ok(None),
            Rotation::Later(_) if self.old_secret_at(now).is_some() => Err(Refused::RotationUnderWay),
            Rotation::Later(overlap) => Ok(Some(now.plus(overlap.span()))),
        }
    }

    /// The secret before, while a rotation is under way.
    ///
    /// # Errors
    /// [`Refused::NoRotation`].
    pub fn under_way(&self, now: Timestamp) -> Result<&SecretFacts, Refused> {
        self.old_secret_at(now).map(|(facts, _)| facts).ok_or(Refused::NoRotation)
    }

    /// Whether it can be paused.
    ///
    /// # Errors
    /// [`Refused::PausedAlready`].
    pub const fn may_pause(&self) -> Result<(), Refused> {
        if self.paused_at.is_some() { Err(Refused::PausedAlready) } else { Ok(()) }
    }

    /// Whether something can be sent to it by hand.
    ///
    /// # Errors
    /// [`Refused::Silent`].
    pub fn may_send(&self, event: super::Event) -> Result<(), Refused> {
        self.refuses(event).map_or(Ok(()), |condition| Err(Refused::Silent(condition)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{AccountId, EndpointId, IntegrationId};
    use crate::webhooks::model::{DisabledWhy, Event, Holder};
    use crate::world::FixedEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_795_339_267_000);

    fn endpoint() -> Endpoint {
        let entropy = FixedEntropy::default();
        Endpoint {
            id: EndpointId::new(NOW, &entropy),
            account: AccountId::new(NOW, &entropy),
            of: Holder {
                id: IntegrationId::new(NOW, &entropy),
                name: "Ledger".to_owned(),
                scopes: vec!["contacts.readonly".to_owned()],
                paused: false,
                deleted: false,
                account_disabled: false,
            },
            url: "https://hooks.ledger.example/in".to_owned(),
            description: String::new(),
            events: vec![Event::ContactCreate],
            created_at: NOW,
            created_by: "Ada".to_owned(),
            updated_at: NOW,
            paused_at: None,
            disabled: None,
            failing_since: None,
            secret: SecretFacts { hint: "whsec_…AAAA".to_owned(), created_at: NOW },
            old_secret: None,
            version: 1,
        }
    }

    #[test]
    fn an_overlap_is_over_at_its_end() {
        let mut of = endpoint();
        assert_eq!(of.rotate(Rotation::Later(Overlap::Day), NOW), Ok(Some(NOW.plus(Span::hours(24)))));
        let end = NOW.plus(Span::hours(1));
        of.old_secret = Some((of.secret.clone(), end));
        assert_eq!(of.rotate(Rotation::Later(Overlap::Day), NOW), Err(Refused::RotationUnderWay));
        assert_eq!(of.rotate(Rotation::Now, NOW), Ok(None));
        assert!(of.under_way(end.minus(Span::millis(1))).is_ok());
        assert_eq!(of.under_way(end), Err(Refused::NoRotation));
        assert!(of.rotate(Rotation::Later(Overlap::Hour), end).is_ok());
    }

    #[test]
    fn what_keeps_it_silent_is_told_the_most_lasting_first() {
        let mut of = endpoint();
        assert_eq!(of.may_send(Event::Test), Ok(()));
        of.failing_since = Some(NOW);
        assert_eq!(of.may_send(Event::Test), Ok(()), "what fails is tried on");
        of.of.scopes.clear();
        assert_eq!(of.may_send(Event::Test), Err(Refused::Silent(Condition::ScopeMissing)));
        of.paused_at = Some(NOW);
        assert_eq!(of.may_send(Event::Test), Err(Refused::Silent(Condition::Paused)));
        of.disabled = Some((NOW, DisabledWhy::Gone));
        assert_eq!(
            of.may_send(Event::Test).unwrap_err().to_string(),
            "This webhook sends nothing now: it is disabled."
        );
        for condition in [
            Condition::Paused,
            Condition::Disabled(DisabledWhy::Gone),
            Condition::IntegrationPaused,
            Condition::IntegrationDeleted,
            Condition::ScopeMissing,
            Condition::AccountDisabled,
        ] {
            assert!(Condition::stopped_words(condition.code()).contains(' '), "{condition:?}");
        }
        assert_eq!(Condition::stopped_words(DELETED), "the webhook was deleted");
        assert_eq!(
            (Condition::stopped_words(TOO_MANY), crate::webhooks::model::WAITING_MAX),
            ("10,000 waited already", 10_000)
        );
    }
}
