//! View data of these pages.

use crate::invitations::model::{Ended, Invitation, Standing};
use crate::web::parts::{Choice, Fact, Field, FormGuard, Pill, PillKind, Problem, Tab, When};
use crate::web::shell::Shell;
use crate::web::times;
use crate::world::Timestamp;
use askama::Template;
use zeroize::Zeroizing;

/// The list.
#[derive(Debug, Template)]
#[template(path = "invitations/list.html")]
pub struct ListPage {
    /// The frame.
    pub shell: Shell,
    /// People and Invitations.
    pub tabs: Vec<Tab>,
    /// The invitations, those that wait first.
    pub rows: Vec<Row>,
    /// Whether older ones are left out.
    pub cut: bool,
}

/// One line of the list.
#[derive(Debug)]
pub struct Row {
    /// Address of its page.
    pub href: String,
    /// Whom it is for.
    pub email: String,
    /// The role that it gives.
    pub role: String,
    /// What became of it.
    pub pill: Pill,
    /// Who invited.
    pub inviter: String,
    /// When it was sent last.
    pub sent: When,
    /// When it ends or ended.
    pub ends: When,
}

impl Row {
    /// The line for an invitation, as it stands at `now`.
    #[must_use]
    pub fn new(of: &Invitation, now: Timestamp) -> Self {
        let ended = of.accepted_at.or(of.withdrawn_at).unwrap_or(of.expires_at);
        Self {
            href: super::asking::address(of),
            email: of.email.clone(),
            role: of.role_name.clone(),
            pill: pill(of.standing(now)),
            inviter: of.inviter.clone(),
            sent: times::ago_or_day(of.sent_at, now),
            ends: times::on_day(ended),
        }
    }
}

/// The pill of what became of an invitation.
#[must_use]
pub fn pill(standing: Standing) -> Pill {
    match standing {
        Standing::Open => Pill::worded(PillKind::Ends, "Open"),
        Standing::Expired => Pill::new(PillKind::Expired),
        Standing::Accepted => Pill::worded(PillKind::InUse, "Accepted"),
        Standing::Withdrawn => Pill::worded(PillKind::Deleted, "Withdrawn"),
    }
}

/// The form that invites.
#[derive(Debug, Template)]
#[template(path = "invitations/new.html")]
pub struct InvitePage {
    /// The frame.
    pub shell: Shell,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// Whom it is for.
    pub email: Field,
    /// The roles that can be given.
    pub roles: Vec<Choice>,
    /// An invitation that waits already: its page.
    pub waiting: Option<String>,
    /// Whether the link is mailed.
    pub mails: bool,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// One invitation.
#[derive(Debug, Template)]
#[template(path = "invitations/show.html")]
pub struct ShowPage {
    /// The frame.
    pub shell: Shell,
    /// Whom it is for.
    pub email: String,
    /// What became of it.
    pub pills: Vec<Pill>,
    /// What is known of it.
    pub facts: Vec<Fact>,
    /// The whole link, this once.
    pub link: Option<Zeroizing<String>>,
    /// Until when it works.
    pub until: String,
    /// Its address.
    pub href: String,
    /// Whether it can be sent again and withdrawn.
    pub waits: bool,
}

impl ShowPage {
    /// The page of an invitation as it stands at `now`.
    #[must_use]
    pub fn new(shell: Shell, of: &Invitation, link: Option<Zeroizing<String>>, now: Timestamp) -> Self {
        let at = |at: Timestamp| format!("{} UTC", times::day_and_time(at, now));
        let mut facts = vec![
            Fact::new("Role", &of.role_name),
            Fact::new("Invited by", &of.inviter),
            Fact::new("Link made", at(of.sent_at)),
        ];
        facts.push(match (of.accepted_at, of.withdrawn_at) {
            (Some(accepted), _) => Fact::new("Accepted", at(accepted)),
            (None, Some(withdrawn)) => Fact::new("Withdrawn", at(withdrawn)),
            (None, None) => Fact::new("Link works until", at(of.expires_at)),
        });
        let standing = of.standing(now);
        Self {
            shell,
            email: of.email.clone(),
            pills: vec![pill(standing)],
            facts,
            link,
            until: times::in_full(of.expires_at),
            href: super::asking::address(of),
            waits: matches!(standing, Standing::Open | Standing::Expired),
        }
    }
}

/// What the page behind the link asks for.
#[derive(Debug)]
pub enum Step {
    /// Somebody new: a name and a password.
    New {
        /// Their name.
        name: Field,
        /// Always empty.
        password: Field,
    },
    /// Somebody who signs in with this address already, but is not signed in: their password.
    Prove {
        /// Always empty.
        password: Field,
    },
    /// The same person, whose password was right: a code of their second factor.
    Code {
        /// Always empty.
        code: Field,
    },
    /// They are signed in: one button.
    Accept,
    /// Somebody else is signed in: they sign out first. Who it is.
    Other(String),
}

/// The page behind the link.
#[derive(Debug, Template)]
#[template(path = "invitations/accept.html")]
pub struct AcceptPage {
    /// The frame.
    pub shell: Shell,
    /// What binds the form to this browser or session.
    pub guard: FormGuard,
    /// The link's secret.
    pub link: String,
    /// Who invites.
    pub inviter: String,
    /// To which account.
    pub account: String,
    /// With which role.
    pub role: String,
    /// Whom it is for.
    pub email: String,
    /// Until when the link works.
    pub until: String,
    /// What is asked for.
    pub step: Step,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// What a link shows that is not good, or not any more.
#[derive(Debug, Template)]
#[template(path = "invitations/ended.html")]
pub struct EndedPage {
    /// The frame, with what is the matter as its title.
    pub shell: Shell,
    /// Why.
    pub why: &'static str,
    /// What to do.
    pub next: &'static str,
}

/// Title, reason and what to do.
#[must_use]
pub const fn ended_words(ended: Ended) -> [&'static str; 3] {
    const ASK: &str = "Ask whoever invited you for a new link.";
    match ended {
        Ended::Unknown => [
            "This is not an invitation of this server",
            "The address may have been cut off, or a newer link took its place.",
            "Open the whole link from the latest mail or message.",
        ],
        Ended::Expired => ["This invitation has expired", "A link works for 7 days.", ASK],
        Ended::Used => [
            "This invitation was accepted already",
            "A link works once.",
            "If it was you, sign in with your e-mail and your password.",
        ],
        Ended::Withdrawn => ["This invitation was withdrawn", "Its link does not work any more.", ASK],
        Ended::NotBacked => [
            "This invitation was withdrawn",
            "Whoever invited you cannot give this role any more.",
            "Ask somebody else who manages the account\u{2019}s staff.",
        ],
        Ended::Address => [
            "This invitation cannot be accepted",
            "The account does not take e-mail addresses like this one any more.",
            "Ask whoever invited you.",
        ],
        Ended::Belongs => [
            "You belong to this account already",
            "There is nothing to accept.",
            "Sign in with your e-mail and your password.",
        ],
    }
}
