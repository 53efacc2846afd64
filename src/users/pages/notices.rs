//! Mails that tell a person what changed about how they sign in.

use crate::mail::{Mail, Mailer, Sent};
use crate::web::actor::Visit;
use crate::web::times;
use crate::world::Timestamp;
use actix_web::{HttpRequest, web};

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A second factor was set up.
    FactorOn,
    /// It was turned off.
    FactorOff,
    /// Somebody else took it away.
    FactorReset,
    /// New recovery codes took the place of those before.
    NewCodes,
    /// Somebody else ended their sessions.
    SessionsEnded,
}

impl Notice {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::FactorOn => (
                "A second factor was set up",
                "A second factor was set up for you on Progreda. From now on a code is asked for after your password.",
            ),
            Self::FactorOff => (
                "Your second factor was turned off",
                "Your second factor on Progreda was turned off. From now on your password alone signs you in.",
            ),
            Self::FactorReset => (
                "Your second factor was reset",
                "Somebody who manages the staff of your account on Progreda took your second factor away. From now on your \
                 password alone signs you in, until you set up a new one.",
            ),
            Self::NewCodes => (
                "New recovery codes were made",
                "New recovery codes were made for you on Progreda. The ones before do not work any more.",
            ),
            Self::SessionsEnded => (
                "Your sessions were ended",
                "Somebody who manages the staff of your account on Progreda ended your sessions. You can sign in again.",
            ),
        }
    }
}

/// Tells the person, if mail is configured. It tells of what has happened, so nothing waits for its success.
pub async fn tell(request: &HttpRequest, to: &str, notice: Notice, visit: &Visit) -> Sent {
    let Some(mailer) = request.app_data::<web::Data<Mailer>>() else { return Sent::NotConfigured };
    mailer.send(mail(to, notice, visit.now, visit.origin.address.as_deref())).await
}

fn mail<'a>(to: &'a str, notice: Notice, now: Timestamp, address: Option<&str>) -> Mail<'a> {
    let (subject, what) = notice.words();
    let (when, place) = (times::in_full(now), address.unwrap_or("an unknown address"));
    let after = match notice {
        Notice::FactorReset | Notice::SessionsEnded => "If you do not expect this, ask them.",
        _ => "If this was not you, change your password and ask whoever manages the staff of your account for help.",
    };
    Mail {
        to,
        subject: format!("{subject} - Progreda"),
        text: format!("{what}\n\nIt happened on {when}, from {place}.\n\n{after}\n"),
    }
}
