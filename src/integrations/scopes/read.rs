//! Reads the catalogue's JSON and refuses one that breaks a rule.

use super::catalogue::{Access, Catalogue, Group, Method, Route, Row, Scope, inside_sentence};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

const LONGEST_SCOPE_SENTENCE: usize = 120;
const LONGEST_ROW_SENTENCE: usize = 60;

/// What is wrong with the catalogue's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogueError {
    /// Not JSON of the expected shape, a method is unknown, or there are no groups.
    Malformed(String),
    /// Two rows or two groups have this name, or two places this scope.
    Twice(String),
    /// A row without a scope, a scope without a route, or a group without a row.
    Hollow(String),
    /// A sentence or a warning of this row or scope is missing, too long, or without a full stop.
    Sentence(String),
    /// An id with other characters than those that scopes are written with.
    Id(String),
    /// A scope with a path that is not a template from `/`.
    Path(String),
    /// A View scope that lists a route which changes something, or an Edit scope with one that only reads.
    WrongSide(String),
    /// A scope that deletes and has no warning.
    Unwarned(String),
}

impl fmt::Display for CatalogueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => write!(f, "the scope catalogue cannot be read: {why}"),
            Self::Twice(name) => write!(f, "the scope catalogue has {name} twice"),
            Self::Hollow(name) => write!(f, "the scope catalogue has nothing under {name}"),
            Self::Sentence(name) => {
                write!(f, "the scope catalogue has no fitting sentence for {name}")
            }
            Self::Id(id) => write!(f, "the scope catalogue has the impossible id {id:?}"),
            Self::Path(id) => write!(f, "the scope catalogue has a malformed path under {id}"),
            Self::WrongSide(id) => write!(f, "the scope catalogue has a route under {id} that its side cannot open"),
            Self::Unwarned(id) => write!(f, "the scope catalogue does not warn that {id} deletes"),
        }
    }
}

impl std::error::Error for CatalogueError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCatalogue {
    groups: Vec<RawGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    name: String,
    icon: String,
    rows: Vec<RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    name: String,
    sentence: String,
    view: Option<RawScope>,
    edit: Option<RawScope>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScope {
    id: String,
    title: Option<String>,
    sentence: String,
    does: Option<String>,
    things: Option<String>,
    warning: Option<String>,
    routes: Vec<Route>,
}

/// Reads and checks `json`.
pub(super) fn catalogue(json: &str) -> Result<Catalogue, CatalogueError> {
    let raw: RawCatalogue = serde_json::from_str(json).map_err(|why| CatalogueError::Malformed(why.to_string()))?;
    if raw.groups.is_empty() {
        return Err(CatalogueError::Malformed("it has no groups".to_owned()));
    }
    let groups: Vec<Group> = raw.groups.into_iter().map(group).collect::<Result<_, _>>()?;
    distinct(groups.iter().map(|group| &group.name))?;
    distinct(groups.iter().flat_map(|group| &group.rows).map(|row| &row.name))?;
    let places = places(&groups)?;
    Ok(Catalogue { groups, places })
}

fn distinct<'a>(names: impl Iterator<Item = &'a String>) -> Result<(), CatalogueError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(CatalogueError::Twice(name.clone()));
        }
    }
    Ok(())
}

fn places(groups: &[Group]) -> Result<BTreeMap<String, (usize, usize, Access)>, CatalogueError> {
    let mut places = BTreeMap::new();
    for (group_number, group) in groups.iter().enumerate() {
        for (row_number, row) in group.rows.iter().enumerate() {
            for scope in row.scopes() {
                if places.insert(scope.id.clone(), (group_number, row_number, scope.access)).is_some() {
                    return Err(CatalogueError::Twice(scope.id.clone()));
                }
            }
        }
    }
    Ok(places)
}

fn group(raw: RawGroup) -> Result<Group, CatalogueError> {
    if raw.rows.is_empty() || raw.name.is_empty() || raw.icon.is_empty() {
        return Err(CatalogueError::Hollow(raw.name));
    }
    let rows = raw.rows.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Group { name: raw.name, icon: raw.icon, rows })
}

fn row(raw: RawRow) -> Result<Row, CatalogueError> {
    if raw.name.is_empty() || (raw.view.is_none() && raw.edit.is_none()) {
        return Err(CatalogueError::Hollow(raw.name));
    }
    fits(&raw.sentence, LONGEST_ROW_SENTENCE, &raw.name)?;
    let noun = inside_sentence(&raw.name);
    let view = raw.view.map(|found| scope(found, Access::View, &noun)).transpose()?;
    let edit = raw.edit.map(|found| scope(found, Access::Edit, &noun)).transpose()?;
    Ok(Row { name: raw.name, sentence: raw.sentence, view, edit })
}

fn scope(raw: RawScope, access: Access, noun: &str) -> Result<Scope, CatalogueError> {
    let id = raw.id;
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"./-".contains(&byte)) {
        return Err(CatalogueError::Id(id));
    }
    fits(&raw.sentence, LONGEST_SCOPE_SENTENCE, &id)?;
    if let Some(warning) = &raw.warning {
        fits(warning, LONGEST_ROW_SENTENCE, &id)?;
    }
    check_routes(&raw.routes, access, &id)?;
    if raw.warning.is_none() && raw.routes.iter().any(|route| route.method == Method::Delete) {
        return Err(CatalogueError::Unwarned(id));
    }
    let (heading, usual) = match access {
        Access::View => ("View", "view"),
        Access::Edit => ("Edit", "change"),
    };
    Ok(Scope {
        title: raw.title.unwrap_or_else(|| format!("{heading} {noun}")),
        does: raw.does.unwrap_or_else(|| usual.to_owned()),
        things: raw.things.unwrap_or_else(|| noun.to_owned()),
        id,
        access,
        sentence: raw.sentence,
        warning: raw.warning,
        routes: raw.routes,
    })
}

fn check_routes(routes: &[Route], access: Access, id: &str) -> Result<(), CatalogueError> {
    if routes.is_empty() {
        return Err(CatalogueError::Hollow(id.to_owned()));
    }
    for route in routes {
        if !is_template(&route.path) {
            return Err(CatalogueError::Path(id.to_owned()));
        }
        let reads = route.method == Method::Get || (route.method == Method::Post && route.reads);
        if reads != (access == Access::View) || (route.reads && route.method != Method::Post) {
            return Err(CatalogueError::WrongSide(id.to_owned()));
        }
    }
    Ok(())
}

/// Whether it starts at `/` and each part between slashes is a plain word or one `{name}`; one slash may trail.
fn is_template(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    rest.strip_suffix('/').unwrap_or(rest).split('/').all(|part| {
        let word = part.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(part);
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}

fn fits(sentence: &str, longest: usize, owner: &str) -> Result<(), CatalogueError> {
    if sentence.ends_with('.') && sentence.len() > 1 && sentence.chars().count() <= longest {
        Ok(())
    } else {
        Err(CatalogueError::Sentence(owner.to_owned()))
    }
}
