//! What is on its way to an endpoint, and how its last try went.

use super::Event;
use crate::ids::{DeliveryId, EndpointId, MessageId};
use crate::world::{Span, Timestamp};

/// A message for one endpoint.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// What is told: the `webhook-id`.
    pub message: MessageId,
    /// Of which event.
    pub event: Event,
    /// How far it is.
    pub state: State,
    /// Why it was stopped: the code of a [`super::Condition`], or `deleted`.
    pub stopped_why: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often it was tried since it last began anew.
    pub attempts: i64,
    /// How often it was tried before that.
    pub attempts_before: i64,
    /// When it is tried next, while it waits.
    pub next_at: Option<Timestamp>,
    /// When it was last tried.
    pub tried_at: Option<Timestamp>,
    /// How long that took, in milliseconds.
    pub took_ms: Option<i64>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// What went wrong; none when nothing did.
    pub problem: Option<Problem>,
    /// The first characters of the answer's body, as [`ANSWER_MAX`] says; it comes from outside.
    pub answer: Option<String>,
}

/// How long messages and deliveries are kept, and endpoints after they were deleted.
pub const KEPT: Span = Span::days(30);
/// How much of an answer is read, in bytes.
pub const READ_MAX: usize = 64 * 1024;
/// Characters that are kept of an answer.
pub const ANSWER_MAX: usize = 2_048;

/// Why a delivery was stopped whose endpoint is deleted.
pub const DELETED: &str = "deleted";
/// Why a delivery was stopped of which the row is damaged.
pub const UNREADABLE: &str = "unreadable";

/// Why a delivery was stopped for whose endpoint too many waited already.
pub const TOO_MANY: &str = "too_many_waiting";

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $case:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$of])* $case,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$case,)*];

            /// The stable name that is stored.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$case => $code,)* }
            }

            /// The one with this stored name.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

codes! {
    /// How far a delivery is.
    State {
        /// It is tried, now or later.
        Waiting = "waiting",
        /// The receiver took it.
        Delivered = "delivered",
        /// It was tried as often as it is.
        Failed = "failed",
        /// It is not tried any more, since its endpoint is not sent anything.
        Stopped = "stopped",
    }
}

codes! {
    /// What went wrong with a try.
    Problem {
        /// The answer's status is not 2xx.
        Status = "status",
        /// The answer leads elsewhere, and is not followed.
        Redirect = "redirect",
        /// No answer came in time.
        TimedOut = "timed_out",
        /// The host name has no address.
        NoAddress = "no_address",
        /// Its addresses may not be connected to.
        NotAllowed = "not_allowed",
        /// No connection came about.
        NoConnection = "no_connection",
        /// No encryption came about: most often the certificate.
        NotEncrypted = "not_encrypted",
        /// The connection ended before there was an answer, or the answer was no HTTP.
        NoAnswer = "no_answer",
        /// The URL may not be sent to any more.
        NoTarget = "no_target",
        /// The signing secret cannot be opened with the keys that the server has.
        NoSecret = "no_secret",
    }
}

impl Problem {
    /// The same in two or three words, where there is no status to show.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::Status => "Not taken",
            Self::Redirect => "Redirect",
            Self::TimedOut => "Timed out",
            Self::NoAddress => "No address",
            Self::NotAllowed => "Address not allowed",
            Self::NoConnection => "No connection",
            Self::NotEncrypted => "No encrypted connection",
            Self::NoAnswer => "No answer",
            Self::NoTarget => "URL not allowed",
            Self::NoSecret => "Secret not readable",
        }
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Status => "The receiver did not answer with a status between 200 and 299.",
            Self::Redirect => "The receiver answered with a redirect, and redirects are not followed.",
            Self::TimedOut => "No answer came within 15 seconds.",
            Self::NoAddress => "Nothing was sent: the host name has no address.",
            Self::NotAllowed => "Nothing was sent: the host name leads to an address that is not public.",
            Self::NoConnection => "Nothing was sent: no connection could be made.",
            Self::NotEncrypted => {
                "No encrypted connection could be made, and nothing is sent in the clear. Look at the name, the dates and the authority \
                 of the receiver\u{2019}s certificate."
            }
            Self::NoAnswer => "The connection ended without an answer that could be read.",
            Self::NoTarget => "Nothing was sent: this server did not send to this URL.",
            Self::NoSecret => "Nothing was sent: the signing secret could not be opened. Rotate it.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_leads_back() {
        assert!(State::ALL.iter().all(|state| State::from_code(state.code()) == Some(*state)));
        assert!(Problem::ALL.iter().all(|problem| Problem::from_code(problem.code()) == Some(*problem)));
        assert!(Problem::ALL.iter().all(|problem| problem.words().ends_with('.')));
        assert_eq!(State::from_code(""), None);
    }
}
