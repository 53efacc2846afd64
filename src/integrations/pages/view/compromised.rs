//! The page for a token that somebody else may have.

use super::show::Activity;
use crate::web::parts::{Fact, FormGuard, Problem};
use crate::web::question::Point;
use crate::web::shell::Shell;
use askama::Template;

/// View data of the page.
#[derive(Debug, Template)]
#[template(path = "integrations/compromised.html")]
pub struct CompromisedPage {
    /// The frame.
    pub shell: Shell,
    /// What the page is for, in one sentence.
    pub lead: String,
    /// The integration's address.
    pub href: String,
    /// The integration's name.
    pub name: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// Its calls, last use and tokens.
    pub facts: Vec<Fact>,
    /// What will happen.
    pub points: Vec<Point>,
    /// Calls per day.
    pub activity: Activity,
}
