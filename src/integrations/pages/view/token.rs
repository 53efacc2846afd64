//! The page that shows a token once, and the one that says it was shown.

use crate::web::shell::Shell;
use askama::Template;
use zeroize::Zeroizing;

/// View data of the one page that has the whole token.
#[derive(Template)]
#[template(path = "integrations/token.html")]
pub struct TokenPage {
    /// The frame.
    pub shell: Shell,
    /// The token.
    pub token: Zeroizing<String>,
    /// Its hint.
    pub hint: String,
    /// The day on which rotation is due: `20 Feb 2027`.
    pub next: String,
    /// During a rotation, the older token.
    pub outgoing: Option<Outgoing>,
    /// What the command does.
    pub caption: &'static str,
    /// The address that the command calls.
    pub url: String,
    /// What the command appends to the address, `name=value` each: written out below it, so that none of it is hidden.
    pub fields: Vec<String>,
    /// The integration.
    pub href: String,
}

/// The older token of a rotation.
#[derive(Debug)]
pub struct Outgoing {
    /// Its hint.
    pub hint: String,
    /// Until when it works: `29 Nov, 09:30 UTC`.
    pub until: String,
}
