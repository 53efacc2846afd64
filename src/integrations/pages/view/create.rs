//! The three steps that make an integration.

use super::held::ScopeGroup;
use super::scopes::{Grid, SummaryView};
use crate::web::parts::{Field, FormGuard, Problem, Step};
use crate::web::shell::Shell;
use askama::Template;

/// What a link brought along, so that nobody sends a form that somebody else filled in unseen.
#[derive(Debug, Clone)]
pub struct FromLink {
    /// What to check.
    pub text: String,
    /// The scopes that it asks for.
    pub ids: Vec<String>,
}

/// View data of step 1.
#[derive(Debug, Template)]
#[template(path = "integrations/create_name.html")]
pub struct NameStep {
    /// The frame.
    pub shell: Shell,
    /// The stepper.
    pub steps: Vec<Step>,
    /// The notice about a link.
    pub link: Option<FromLink>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The name.
    pub name: Field,
    /// The description.
    pub description: Field,
    /// Scopes that are carried along.
    pub scopes: Vec<String>,
}

/// View data of step 2.
#[derive(Debug, Template)]
#[template(path = "integrations/create_scopes.html")]
pub struct ScopesStep {
    /// The frame.
    pub shell: Shell,
    /// The stepper.
    pub steps: Vec<Step>,
    /// The notice about a link.
    pub link: Option<FromLink>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The name, carried along.
    pub name: String,
    /// The description, carried along.
    pub description: String,
    /// The boxes.
    pub grid: Grid,
    /// The running summary.
    pub summary: SummaryView,
}

/// View data of step 3.
#[derive(Debug, Template)]
#[template(path = "integrations/create_review.html")]
pub struct ReviewStep {
    /// The frame.
    pub shell: Shell,
    /// The stepper.
    pub steps: Vec<Step>,
    /// The notice about a link.
    pub link: Option<FromLink>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The name.
    pub name: String,
    /// The description; may be empty.
    pub description: String,
    /// `3 scopes`.
    pub count: String,
    /// The scopes by group.
    pub groups: Vec<ScopeGroup>,
    /// The scopes that are sent.
    pub ids: Vec<String>,
    /// Step 1, filled in.
    pub to_name: String,
    /// Step 2, filled in.
    pub to_scopes: String,
    /// The hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
}
