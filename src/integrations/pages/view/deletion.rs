//! The page that deletes an integration.

use crate::web::parts::{Fact, Field, FormGuard, Problem};
use crate::web::shell::Shell;
use askama::Template;

/// View data of the page.
#[derive(Debug, Template)]
#[template(path = "integrations/delete.html")]
pub struct DeletePage {
    /// The frame.
    pub shell: Shell,
    /// The integration's address.
    pub href: String,
    /// The integration's name, to be typed.
    pub name: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// Its calls, last use and tokens.
    pub facts: Vec<Fact>,
    /// Whether it is paused already.
    pub paused: bool,
    /// What was typed.
    pub confirm: Field,
}
