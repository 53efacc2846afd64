//! How an endpoint stands with us, which decides how much of a server's attention it gets.

use super::schedule::KNOWN;
use crate::world::Timestamp;

/// What is known of how an endpoint takes what it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It took something lately, and without delay.
    Well,
    /// It took nothing yet, or nothing lately.
    Unknown,
    /// Its last try failed, or was slow.
    Ails,
}

impl Standing {
    /// Of an endpoint that ails or not and last took something then, at `now`.
    #[must_use]
    pub fn of(ails: bool, well_at: Option<Timestamp>, now: Timestamp) -> Self {
        match well_at {
            _ if ails => Self::Ails,
            Some(at) if at > now.minus(KNOWN) => Self::Well,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Span;

    #[test]
    fn nobody_is_known_for_ever() {
        let now = Timestamp::from_millis(1_795_339_267_000);
        let of = |ago: Option<Span>| Standing::of(false, ago.map(|ago| now.minus(ago)), now);
        assert_eq!((of(None), of(Some(KNOWN))), (Standing::Unknown, Standing::Unknown));
        assert_eq!(of(Some(Span::hours(23))), Standing::Well);
        assert_eq!(Standing::of(true, Some(now), now), Standing::Ails);
    }
}
