//! Questions before a step: rotate with its two ways, and the shorter ones.

use crate::web::parts::{Choice, FormGuard, Problem};
use crate::web::shell::Shell;
use askama::Template;

/// View data of the rotation's question.
#[derive(Debug, Template)]
#[template(path = "integrations/rotate.html")]
pub struct RotatePage {
    /// The frame; its title names the integration.
    pub shell: Shell,
    /// The integration's address.
    pub href: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// Hints of the live tokens, which the rotation ends.
    pub hints: Vec<String>,
    /// Why only "now" can be chosen; none when both can.
    pub only_now: Option<String>,
    /// Whether "now" is chosen.
    pub now_chosen: bool,
    /// What "now" does.
    pub now_text: String,
    /// Lengths of the overlap.
    pub overlaps: Vec<Choice>,
    /// For each of them, its end in words.
    pub ends: Vec<Choice>,
}
