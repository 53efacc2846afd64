//! What a link shows that is not good, or not any more.

use crate::error::Result;
use crate::users::commands::{address, reset};
use crate::web::frame;
use crate::web::shell::Shell;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

/// View data of a link that is not good.
#[derive(Debug, Template)]
#[template(path = "users/dead_link.html")]
pub struct DeadLinkPage {
    /// The frame, with what is the matter as its title.
    pub shell: Shell,
    /// Why, and what to do.
    pub why: String,
    /// The words and the address of what to do next.
    pub next: (&'static str, &'static str),
}

const ASK: (&str, &str) = ("Ask for a new link", "/login/reset");
const SIGN_IN: (&str, &str) = ("Sign in", "/login");
const AGAIN: (&str, &str) = ("Start again", "/profile/email");

impl DeadLinkPage {
    fn new(title: &str, why: impl Into<String>, next: (&'static str, &'static str)) -> Self {
        Self { shell: frame::visitor_shell(title), why: why.into(), next }
    }

    /// The page for a link for a new password, and its status.
    #[must_use]
    pub fn of_reset(dead: reset::Dead) -> (StatusCode, Self) {
        let (title, why, next) = match dead {
            reset::Dead::Unknown => (
                "This is not a link of this server",
                "The address may have been cut off, or it was replaced long ago. Open the whole link, or ask for a new one.",
                ASK,
            ),
            reset::Dead::Newer => (
                "A newer link took its place",
                "Look for the newest mail and open the link in that one, or ask for a new one.",
                ASK,
            ),
            reset::Dead::Expired => {
                ("This link has expired", "A link for a new password works for 1 hour. Ask for a new one.", ASK)
            }
            reset::Dead::Used => (
                "This link does not work any more",
                "A link works once, and the password was set since it was made. Sign in with it, or ask for a new link.",
                ASK,
            ),
            reset::Dead::NotBacked => (
                "This link was withdrawn",
                "Whoever started it may not do so any more, or your accounts have changed since. \
                 Ask an admin of your account.",
                SIGN_IN,
            ),
        };
        let status = if dead == reset::Dead::Unknown { StatusCode::NOT_FOUND } else { StatusCode::GONE };
        (status, Self::new(title, why, next))
    }

    /// The page for a link that confirms an address, and its status.
    #[must_use]
    pub fn of_address(dead: &address::Dead) -> (StatusCode, Self) {
        let gone = |title, why: &str, next| (StatusCode::GONE, Self::new(title, why, next));
        match dead {
            address::Dead::Unknown => (
                StatusCode::NOT_FOUND,
                Self::new(
                    "This is not a link of this server",
                    "The address may have been cut off. Open the whole link.",
                    AGAIN,
                ),
            ),
            address::Dead::Expired => gone(
                "This link has expired",
                "A link to a new address works for 1 hour. Nothing was changed; begin the change again.",
                AGAIN,
            ),
            address::Dead::Used => {
                gone("This link was used", "The address was changed with it. Sign in with the new one.", SIGN_IN)
            }
            address::Dead::Ended => gone(
                "This link does not work any more",
                "Another change was begun since, or the password was changed. Nothing was changed by this one.",
                AGAIN,
            ),
            address::Dead::Barred => {
                gone("You cannot sign in at present", "Nothing was changed. Ask an admin of your account.", SIGN_IN)
            }
            address::Dead::Taken => (
                StatusCode::CONFLICT,
                Self::new(
                    "Somebody else signs in with this address",
                    "They do since the change was begun. Nothing was changed; begin it again with another address.",
                    AGAIN,
                ),
            ),
            address::Dead::WouldLose(accounts) => (
                StatusCode::CONFLICT,
                Self::new(
                    "This address may not sign in everywhere",
                    format!("{} Nothing was changed.", would_lose(accounts)),
                    AGAIN,
                ),
            ),
        }
    }

    /// The page for whoever is signed in as somebody else than the link is for.
    #[must_use]
    pub fn of_another(name: &str) -> Self {
        let why = format!("You are signed in as {name}. Sign out, then open the link again. Nothing was changed.");
        Self::new("This link is for somebody else", why, ("Back to Progreda", "/"))
    }
}

/// That these accounts do not take an address, in a sentence.
#[must_use]
pub fn would_lose(accounts: &[String]) -> String {
    format!("With this address you could not sign in to {} any more: only other domains may.", accounts.join(", "))
}

/// Answers with the page.
///
/// # Errors
/// When it cannot be rendered.
pub fn answer(request: &HttpRequest, (status, page): (StatusCode, DeadLinkPage)) -> Result<HttpResponse> {
    frame::page(request, status, &page)
}
