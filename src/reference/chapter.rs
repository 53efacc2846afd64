//! What the page of a chapter shows, made of the same operations as the document.

use super::curl;
use super::order::{Homes, Turns};
use super::served::{Needs, Reference};
use crate::web::described::{Body, Chapter, Operation, Place, Row, Schema, Versions};
use crate::web::shell::Shell;
use askama::Template;

/// A chapter: every operation of it.
#[derive(Debug, Clone, Template)]
#[template(path = "reference/chapter.html")]
pub struct ChapterPage {
    /// The frame.
    pub shell: Shell,
    /// What it is about.
    pub text: &'static str,
    /// Its operations.
    pub operations: Vec<OperationView>,
    /// The objects that its bodies name.
    pub objects: Vec<ObjectView>,
    /// Where named objects are described.
    pub homes: Homes,
    /// The chapters around it.
    pub turns: Turns,
}

/// An operation as it is read.
#[derive(Debug, Clone)]
pub struct OperationView {
    /// Where it stands on the page.
    pub anchor: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// What else one has to know.
    pub text: String,
    /// The scope, when it needs one.
    pub scope: Option<&'static str>,
    /// Whether it needs a token.
    pub token: bool,
    /// Headers of its own: name and what it is for.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The values in its address.
    pub parameters: Vec<Row>,
    /// The content type of its body, when it takes one.
    pub body_type: Option<&'static str>,
    /// The fields of its body.
    pub body: Vec<Row>,
    /// The command that calls it.
    pub command: String,
    /// The status of success.
    pub status: u16,
    /// The fields of its answer.
    pub answer: Vec<Row>,
    /// An example of the answer.
    pub example: String,
    /// Its refusals: status, code, when.
    pub refusals: Vec<(u16, &'static str, &'static str)>,
}

/// An object that bodies name.
#[derive(Debug, Clone)]
pub struct ObjectView {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub text: String,
    /// Its fields.
    pub rows: Vec<Row>,
}

impl OperationView {
    fn command_id(&self) -> String {
        format!("{}-call", self.anchor)
    }

    fn answer_id(&self) -> String {
        format!("{}-answer", self.anchor)
    }

    fn caption(&self) -> String {
        format!("Call: {}", self.summary)
    }

    fn answer_caption(&self) -> String {
        format!("Answer to: {}", self.summary)
    }
}

impl ChapterPage {
    /// One chapter of `reference`.
    #[must_use]
    pub fn new(shell: Shell, reference: &Reference, chapter: &Chapter) -> Self {
        let object = |schema: &Schema| ObjectView {
            name: schema.name().unwrap_or_default(),
            text: schema.said().to_owned(),
            rows: schema.rows(),
        };
        Self {
            shell,
            text: chapter.text,
            operations: chapter.operations.iter().map(|operation| view(operation, reference)).collect(),
            objects: chapter.objects.iter().map(object).collect(),
            homes: reference.homes().clone(),
            turns: Turns::around(&format!("/docs/{}", chapter.anchor), reference.chapters()),
        }
    }
}

fn view(operation: &Operation, reference: &Reference) -> OperationView {
    let needs = reference.needs(operation);
    let mut headers = Vec::new();
    if operation.keyed {
        headers.push(("Idempotency-Key", "Optional: a key of your own, so that a second sending has no second effect"));
    }
    if matches!(operation.versions, Versions::Compared | Versions::ComparedLast) {
        headers.push(("If-Match", "Optional: the ETag that the change is based on"));
    }
    let parameters = [Place::Path, Place::Query].into_iter().flat_map(|place| operation.at(place)).cloned();
    OperationView {
        anchor: operation.anchor(),
        method: operation.method,
        path: operation.path,
        summary: operation.summary,
        text: operation.text.to_string(),
        scope: needs.scope(),
        token: needs != Needs::Nothing,
        headers,
        parameters: Schema::fields(parameters.collect()).rows(),
        body_type: operation.body.as_ref().map(Body::media_type),
        body: operation.body.as_ref().map(|body| body.schema().rows()).unwrap_or_default(),
        command: curl::command(operation, reference.base(), needs),
        status: operation.status,
        answer: operation.answer.as_ref().map(Schema::rows).unwrap_or_default(),
        example: operation.answer.as_ref().and_then(|answer| answer.example_text(false)).unwrap_or_default(),
        refusals: operation.refusals.clone(),
    }
}
