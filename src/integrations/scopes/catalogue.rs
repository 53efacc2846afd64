//! The catalogue of scopes: groups of rows, each row a resource with at most a View and an Edit scope.

use super::read::{self, CatalogueError};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../catalogue.json");

static LOADED: LazyLock<Result<Catalogue, CatalogueError>> = LazyLock::new(|| read::catalogue(DATA));

static NOTHING: Catalogue = Catalogue { groups: Vec::new(), places: BTreeMap::new() };

/// The catalogue of this binary. If it is broken, which [`Catalogue::check`] reports at start, it is empty and opens nothing.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    LOADED.as_ref().unwrap_or(&NOTHING)
}

/// Every scope there is, in the order in which pages show them.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) groups: Vec<Group>,
    /// Where each scope stands: number of its group, number of its row in it, side of the row.
    pub(super) places: BTreeMap<String, (usize, usize, Access)>,
}

/// Resources that belong together, with the name of a Lucide icon.
#[derive(Debug)]
pub struct Group {
    /// As a heading, for example "Calendars".
    pub name: String,
    /// Name of a Lucide icon, for example "calendar".
    pub icon: String,
    /// In the order of display; never empty.
    pub rows: Vec<Row>,
}

/// One resource; it has at least one of the two scopes.
#[derive(Debug)]
pub struct Row {
    /// In plain words, for example "Appointments"; no other row has it.
    pub name: String,
    /// Which data it is, at most 60 characters.
    pub sentence: String,
    /// The scope that sees it.
    pub view: Option<Scope>,
    /// The scope that changes it.
    pub edit: Option<Scope>,
}

/// One right of a token on API v2.
#[derive(Debug)]
pub struct Scope {
    /// As it is written in tokens' data, for example `contacts.readonly`.
    pub id: String,
    /// Side of the row on which it stands.
    pub access: Access,
    /// For example "View contacts".
    pub title: String,
    /// What its holder may do, at most 120 characters.
    pub sentence: String,
    /// Verbs that go before [`things`](Self::things), for example "create, change and delete".
    pub does: String,
    /// What the verbs are done to, for example "contacts".
    pub things: String,
    /// Why one should think twice, at most 60 characters; never absent where a route deletes.
    pub warning: Option<String>,
    /// What it opens; never empty.
    pub routes: Vec<Route>,
}

/// The side of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Opens GET, and POST that only reads.
    View,
    /// Opens what changes something; does not include View.
    Edit,
}

/// A method of HTTP that a route may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or does, or reads where the route says so.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Deletes.
    Delete,
}

/// A method and a path of API v2 with `{names}` for what varies.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// From the leading slash, for example `/contacts/{contactId}`.
    pub path: String,
    /// A POST that only reads (a search).
    #[serde(default)]
    pub reads: bool,
}

impl Catalogue {
    /// Whether the data of this binary keep every rule; to be asked once at start.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check() -> Result<&'static Self, &'static CatalogueError> {
        LOADED.as_ref()
    }

    /// All groups, in the order of display.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Every scope, in the order of display.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.groups.iter().flat_map(Group::scopes)
    }

    /// How many scopes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none, which [`check`](Self::check) never lets pass.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The scope with this id, in exactly this spelling.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Scope> {
        let &(group, row, side) = self.places.get(id)?;
        self.groups.get(group)?.rows.get(row)?.side(side)
    }

    /// The scopes of which any one opens `method` on the route `template`; a trailing slash makes no difference.
    #[must_use]
    pub fn scopes_for(&self, method: &str, template: &str) -> Vec<&Scope> {
        self.scopes().filter(|scope| scope.routes.iter().any(|route| route.is(method, template))).collect()
    }
}

impl Group {
    /// Every scope of the group, row by row, View before Edit.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.rows.iter().flat_map(Row::scopes)
    }

    /// How many scopes it has, for "3 of 9".
    #[must_use]
    pub fn len(&self) -> usize {
        self.scopes().count()
    }

    /// Whether it has no scope, which a checked catalogue never has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Row {
    /// Its scopes, View before Edit.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.view.iter().chain(&self.edit)
    }

    /// What to warn of beside the row's sentence.
    #[must_use]
    pub fn warning(&self) -> Option<&str> {
        self.edit.as_ref()?.warning.as_deref()
    }

    fn side(&self, side: Access) -> Option<&Scope> {
        match side {
            Access::View => self.view.as_ref(),
            Access::Edit => self.edit.as_ref(),
        }
    }
}

impl Scope {
    /// What its holder can do, as the end of "It can …": "create, change and delete contacts".
    #[must_use]
    pub fn can(&self) -> String {
        format!("{} {}", self.does, self.things)
    }
}

impl Method {
    /// As it is written in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl Route {
    fn is(&self, method: &str, template: &str) -> bool {
        self.method.as_str() == method && without_slash(&self.path) == without_slash(template)
    }
}

fn without_slash(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

/// A heading as it stands inside a sentence: "Appointments" becomes "appointments", "AI agents" stays.
pub(super) fn inside_sentence(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => {
            first.to_lowercase().chain(second).chain(letters).collect()
        }
        _ => name.to_owned(),
    }
}
