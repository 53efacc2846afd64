//! The one form that changes name, description and scopes.

use super::scopes::{Grid, SummaryView};
use crate::web::parts::{Field, FormGuard, Overtaken, Problem};
use crate::web::shell::Shell;
use askama::Template;

/// View data of the form, also after somebody else was faster.
#[derive(Debug, Template)]
#[template(path = "integrations/edit.html")]
pub struct EditPage {
    /// The frame.
    pub shell: Shell,
    /// The integration's address.
    pub href: String,
    /// The form's own address.
    pub edit_address: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Somebody changed it in the meantime.
    pub stale: Option<Overtaken>,
    /// Hidden fields.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// The name.
    pub name: Field,
    /// The description.
    pub description: Field,
    /// The boxes.
    pub grid: Grid,
    /// The running summary, with what the choice changes.
    pub summary: SummaryView,
}
