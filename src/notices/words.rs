//! What a notice says: what happened, when and by whom, and what to do if it should not have.

use super::model::{About, Notice, OfIntegration, OfPerson};
use crate::mail::Letter;
use crate::web::times;
use std::fmt::Write as _;

/// The notice as a mail to `to`; `account` is the name of where it happened, empty when that has none.
#[must_use]
pub fn letter(to: String, notice: &Notice, account: &str, url: &str) -> Letter {
    let when = times::in_full(notice.at);
    let from =
        notice.origin.address.as_ref().map(|address| format!(", from the address {address}")).unwrap_or_default();
    let (subject, text) = match &notice.about {
        About::Person { user, what, .. } => {
            let oneself = notice.by.id.as_ref() == Some(user);
            let (subject, happened) = of_person(what, oneself, &by(notice));
            let undo = undo(what, url);
            (subject.to_owned(), format!("{happened}\nIt was on {when}{from}.\n\n{undo}\n"))
        }
        About::Integration { id, name, what } => {
            let (subject, happened) = of_integration(what, name);
            let place = if account.is_empty() { String::new() } else { format!(" in {account}") };
            let mut text = format!(
                "{happened}\nThe private integration is \u{201C}{name}\u{201D}{place}; you look after it.\n\
                 It was done by {} on {when}{from}.\n\n",
                by(notice)
            );
            let _ = writeln!(
                text,
                "If you know of it, there is nothing to do. If not, look at its history and talk to whoever did it:\n\
                 {url}/settings/private-integrations/{id}"
            );
            (subject, text)
        }
    };
    let text =
        format!("{text}\nProgreda, {url}\nThis mail holds no secret and no link that does something by itself.\n");
    Letter { to, subject, text }
}

fn by(notice: &Notice) -> String {
    match notice.by.kind {
        "staff" => notice.by.name.clone(),
        "integration" => "whoever holds its token".to_owned(),
        _ => "whoever runs the server".to_owned(),
    }
}

fn of_person(what: &OfPerson, oneself: bool, by: &str) -> (&'static str, String) {
    let who = if oneself { "you, or somebody who signed in as you".to_owned() } else { by.to_owned() };
    match what {
        OfPerson::PasswordChanged if oneself => (
            "Your password was changed",
            "The password with which you sign in to Progreda was changed. Your other sessions were signed out."
                .to_owned(),
        ),
        OfPerson::PasswordChanged => (
            "Your password was changed",
            format!(
                "The password with which you sign in to Progreda was set by {who}. All your sessions were signed out."
            ),
        ),
        OfPerson::EmailChangeStarted(new) => (
            "Your e-mail address is about to change",
            format!(
                "A change of the address with which you sign in to Progreda was begun: to {new}.\n\
                 It counts once it is confirmed from there. Until then you sign in as before."
            ),
        ),
        OfPerson::EmailChanged(new) => (
            "Your e-mail address was changed",
            format!("The address with which you sign in to Progreda is {new} now; it was changed by {who}."),
        ),
        OfPerson::SecondFactorEnabled => {
            ("Second factor set up", format!("A second factor was set up for your sign-in to Progreda, by {who}."))
        }
        OfPerson::SecondFactorDisabled => (
            "Second factor switched off",
            format!("The second factor of your sign-in to Progreda was switched off, by {who}."),
        ),
        OfPerson::SecondFactorReset => (
            "Second factor reset",
            format!(
                "The second factor of your sign-in to Progreda was reset by {who}. Set up a new one when you sign in."
            ),
        ),
        OfPerson::RecoveryCodesMade => (
            "New recovery codes",
            format!(
                "New recovery codes were made for your sign-in to Progreda, by {who}. The ones before do not work any more."
            ),
        ),
        OfPerson::SessionsEnded => (
            "Your sessions were ended",
            format!("Your sessions on Progreda were ended by {who}. You can sign in again."),
        ),
        OfPerson::RecoveryCodeUsed => (
            "A recovery code was used",
            format!("A recovery code was used to sign in to Progreda, by {who}. It does not work again."),
        ),
    }
}

fn undo(what: &OfPerson, url: &str) -> String {
    match what {
        OfPerson::EmailChanged(_) => {
            "If it was not you, tell an admin of your account or whoever runs the server at once: \
             they can undo it with \u{201C}progreda admin change-email\u{201D}."
                .to_owned()
        }
        OfPerson::EmailChangeStarted(_) => format!(
            "If it was you, there is nothing to do.\n\
             If it was not you, set a new password at once: that stops the change, too.\n{url}/login/reset\n\
             Tell an admin of your account or whoever runs the server as well; they can undo it afterwards."
        ),
        _ => format!(
            "If it was you, there is nothing to do.\n\
             If it was not you, set a new password at once, and tell an admin of your account or whoever runs the server:\n\
             {url}/login/reset"
        ),
    }
}

fn of_integration(what: &OfIntegration, name: &str) -> (String, String) {
    let subject = |what: &str| format!("{name}: {what}");
    match what {
        OfIntegration::RotationStarted(until) => (
            subject("token rotated"),
            format!("It got a new token. The old one works until {}.", times::in_full(*until)),
        ),
        OfIntegration::RotatedNow => {
            (subject("token rotated"), "It got a new token, and the old one stopped at once.".to_owned())
        }
        OfIntegration::RotationCancelled => {
            (subject("rotation cancelled"), "Its new token stopped; the old one goes on.".to_owned())
        }
        OfIntegration::OutgoingExpired => {
            (subject("old token expired"), "The old token of its rotation stopped; the new one goes on.".to_owned())
        }
        OfIntegration::Revoked => (subject("token revoked"), "A token of it was revoked and stopped.".to_owned()),
        OfIntegration::ScopesChanged { added, removed } => {
            let mut text = "What it may do was changed; its token stays the same.".to_owned();
            for (word, scopes) in [("Added", added), ("Taken away", removed)] {
                if !scopes.is_empty() {
                    let _ = write!(text, "\n{word}: {}", scopes.join(", "));
                }
            }
            (subject("scopes changed"), text)
        }
        OfIntegration::Deleted => (subject("deleted"), "It was deleted, and all its tokens stopped.".to_owned()),
    }
}
