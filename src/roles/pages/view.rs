//! View data of the matrix and of what a change of it means.

use crate::roles::model::Words;
use crate::web::parts::{Choice, Field, FormGuard, Problem};
use crate::web::shell::Shell;
use askama::Template;

/// The matrix.
#[derive(Debug, Template)]
#[template(path = "roles/matrix.html")]
pub struct MatrixPage {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What happened meanwhile, or what could not be copied.
    pub notices: Vec<Notice>,
    /// The hidden fields.
    pub guard: FormGuard,
    /// What the page shows, for comparing.
    pub base: String,
    /// The columns.
    pub heads: Vec<Head>,
    /// The rows, by module.
    pub modules: Vec<Rows>,
    /// Why some cells are no switches.
    pub locks: Vec<String>,
    /// What is switched, in words.
    pub bar: Bar,
}

/// A sentence above the matrix.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What happened.
    pub title: String,
    /// What that means here.
    pub text: String,
}

/// A role above its column.
#[derive(Debug)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// `3 people, built in`.
    pub people: String,
    /// Its address; others stand below it.
    pub href: String,
    /// Whether it can be renamed and deleted.
    pub made_here: bool,
    /// Why the viewer may not, when they may not.
    pub lock: Option<String>,
}

/// The rows of a module.
#[derive(Debug)]
pub struct Rows {
    /// Its name.
    pub name: &'static str,
    /// Its permissions.
    pub rows: Vec<PermissionRow>,
}

/// A permission and its cells.
#[derive(Debug)]
pub struct PermissionRow {
    /// Its name.
    pub name: &'static str,
    /// What it really means.
    pub hint: &'static str,
    /// A cell for each role.
    pub cells: Vec<Cell>,
}

/// Whether one role gives one permission.
#[derive(Debug)]
pub struct Cell {
    /// The id of its switch.
    pub id: String,
    /// The role's name.
    pub role: String,
    /// What its switch sends.
    pub value: String,
    /// What its switch is called.
    pub label: String,
    /// Whether it is on.
    pub on: bool,
    /// Whether it was switched and is not saved.
    pub changed: bool,
    /// The id of the switch that goes with it, when it includes another.
    pub includes: Option<String>,
    /// Why it is no switch.
    pub lock: Option<String>,
    /// Whether it is one that Admin always holds.
    pub fixed: bool,
    /// What contradicts.
    pub error: Option<String>,
}

/// What is switched, in words; also the part that is asked for when a switch moves.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "roles/bar.html")]
pub struct Bar {
    /// `2 changes not saved`.
    pub count: String,
    /// What they mean.
    pub words: Option<Words>,
    /// What stands in their way, or what to do.
    pub note: String,
    /// What they are recognised by.
    pub shown: String,
    /// Whether it is said aloud.
    pub aloud: bool,
}

impl Bar {
    /// What is said aloud.
    #[must_use]
    pub fn said(&self) -> String {
        format!("{}. {}{}", self.count, self.words.as_ref().map(Words::text).unwrap_or_default(), self.note)
    }
}

/// The question before changes are saved.
#[derive(Debug, Template)]
#[template(path = "roles/confirm.html")]
pub struct ConfirmPage {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// What the matrix showed.
    pub base: String,
    /// The switches that are on.
    pub on: Vec<String>,
    /// What the changes mean.
    pub words: Words,
    /// What they are recognised by.
    pub shown: String,
}

/// A new role, or another name for one.
#[derive(Debug, Template)]
#[template(path = "roles/name.html")]
pub struct NamePage {
    /// The frame.
    pub shell: Shell,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// The hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// Where it is sent.
    pub action: String,
    /// The name.
    pub name: Field,
    /// The version of the role that gets another name.
    pub version: Option<i64>,
    /// Whose permissions a new role starts with.
    pub from: Option<Vec<Choice>>,
}

/// Asks from which role permissions are copied.
#[derive(Debug, Template)]
#[template(path = "roles/copy.html")]
pub struct CopyPage {
    /// The frame.
    pub shell: Shell,
    /// The role that gets them.
    pub to: String,
    /// Its name.
    pub name: String,
    /// The roles to copy from.
    pub from: Vec<Choice>,
}
