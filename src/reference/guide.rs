//! What the guide shows: what holds for every call, and the way to each operation.

use super::document;
use super::errors::{CODES, STATUSES};
use super::order::{Homes, Turns};
use super::served::Reference;
use crate::config::RateLimits;
use crate::integrations::catalogue;
use crate::web::described::{Chapter, Row};
use crate::web::shell::Shell;
use askama::Template;

/// The guide: what holds for every call, and the way to each chapter.
#[derive(Debug, Clone, Template)]
#[template(path = "reference/guide.html")]
pub struct GuidePage {
    /// The frame.
    pub shell: Shell,
    /// The address under which API v2 answers.
    pub base: String,
    /// Id of the account that is open, for a reader who is signed in.
    pub account_id: Option<String>,
    /// How often an integration may call this server.
    pub rate: RateLimits,
    /// The chapters with their operations.
    pub chapters: Vec<ChapterLink>,
    /// The scopes that open something here.
    pub scopes: Vec<ScopeRow>,
    /// How many further scopes the catalogue has.
    pub other_scopes: usize,
    /// The refusals by status.
    pub statuses: Vec<StatusRow>,
    /// The fields of a refusal.
    pub error: Vec<Row>,
    /// An example of one.
    pub error_example: String,
    /// Where named objects are described.
    pub homes: Homes,
    /// The chapters around it.
    pub turns: Turns,
}

/// A chapter in the list of operations.
#[derive(Debug, Clone)]
pub struct ChapterLink {
    /// Its address.
    pub href: String,
    /// Its heading.
    pub title: &'static str,
    /// Method, path, address and summary of each operation.
    pub operations: Vec<OperationLink>,
}

/// An operation in the list.
#[derive(Debug, Clone)]
pub struct OperationLink {
    /// Where it is described.
    pub href: String,
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
}

/// A scope and what it opens here.
#[derive(Debug, Clone)]
pub struct ScopeRow {
    /// Its id.
    pub id: String,
    /// What its holder may do.
    pub sentence: String,
    /// How many operations need it.
    pub opens: usize,
}

/// A status with its codes.
#[derive(Debug, Clone)]
pub struct StatusRow {
    /// The status.
    pub status: u16,
    /// What it means.
    pub means: &'static str,
    /// Each code and what it means.
    pub codes: Vec<(&'static str, &'static str)>,
}

impl GuidePage {
    /// The guide of `reference`.
    #[must_use]
    pub fn new(shell: Shell, reference: &Reference, account_id: Option<String>, rate: RateLimits) -> Self {
        let scopes = scopes(reference);
        Self {
            shell,
            base: reference.base().to_owned(),
            account_id,
            rate,
            chapters: reference.chapters().iter().map(link).collect(),
            other_scopes: catalogue().len().saturating_sub(scopes.len()),
            scopes,
            statuses: STATUSES.iter().map(status).collect(),
            error: document::error_schema().rows(),
            error_example: document::error_schema().example_text(false).unwrap_or_default(),
            homes: reference.homes().clone(),
            turns: Turns::around("/docs", reference.chapters()),
        }
    }
}

fn link(chapter: &Chapter) -> ChapterLink {
    let href = format!("/docs/{}", chapter.anchor);
    let operations = chapter.operations.iter().map(|operation| OperationLink {
        href: format!("{href}#{}", operation.anchor()),
        method: operation.method,
        path: operation.path,
        summary: operation.summary,
    });
    ChapterLink { operations: operations.collect(), title: chapter.title, href }
}

fn scopes(reference: &Reference) -> Vec<ScopeRow> {
    let operations = || reference.chapters().iter().flat_map(|chapter| &chapter.operations);
    let opens = |id: &str| operations().filter(|operation| reference.needs(operation).scope() == Some(id)).count();
    let rows = catalogue().scopes().map(|scope| ScopeRow {
        id: scope.id.clone(),
        sentence: scope.sentence.clone(),
        opens: opens(&scope.id),
    });
    rows.filter(|row| row.opens > 0).collect()
}

fn status((status, _, means): &(u16, &'static str, &'static str)) -> StatusRow {
    let own = CODES.iter().filter(|code| code.status == *status);
    StatusRow { status: *status, means, codes: own.map(|code| (code.code, code.means)).collect() }
}
