//! What a feature says of its part of API v2: for software at `/openapi.json`, for people at `/docs`.

mod json_schema;
mod schema;
mod told;
mod words;

pub use schema::{Field, Kind, Row, Schema};
pub use told::Told;

use std::borrow::Cow;

/// Operations that belong together: a page of the reference.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// Its address below `/docs/`, for example `contacts`.
    pub anchor: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it is about, in one or two sentences.
    pub text: &'static str,
    /// In the order in which one reads them.
    pub operations: Vec<Operation>,
    /// What its bodies name: each named object that is more than one body.
    pub objects: Vec<Schema>,
}

/// One method at one path.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The method, in capitals.
    pub method: &'static str,
    /// The path as the route table has it.
    pub path: &'static str,
    /// Its name for generators of clients, for example `createContact`.
    pub id: &'static str,
    /// What it does, as a heading: "Add a contact".
    pub summary: &'static str,
    /// What else one has to know.
    pub text: Cow<'static, str>,
    /// What stands in path and query.
    pub parameters: Vec<Parameter>,
    /// The body of the request.
    pub body: Option<Body>,
    /// The status of success.
    pub status: u16,
    /// The body of success; `None` when it has none.
    pub answer: Option<Schema>,
    /// Refusals of its own: status, stable code, when.
    pub refusals: Vec<(u16, &'static str, &'static str)>,
    /// Whether it takes `Idempotency-Key`; the route table says so.
    pub keyed: bool,
    /// What it has to do with `ETag`.
    pub versions: Versions,
}

/// Whether a thing's version goes with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// It does not.
    None,
    /// The answer carries `ETag`.
    Told,
    /// The request may carry `If-Match`; the answer tells the new one.
    Compared,
    /// The request may carry `If-Match`; nothing is left to tell of.
    ComparedLast,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Between the slashes.
    Path,
    /// After the question mark.
    Query,
}

/// A value in the address.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Where it stands.
    pub place: Place,
    /// Its name, whether it must be there, and what it may be.
    pub field: Field,
}

/// How a request's body is written.
#[derive(Debug, Clone)]
pub enum Body {
    /// As JSON.
    Json(Schema),
    /// As a form.
    Form(Schema),
}

impl Body {
    /// Its content type.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        match self {
            Self::Json(_) => "application/json",
            Self::Form(_) => "application/x-www-form-urlencoded",
        }
    }

    /// What it may hold.
    #[must_use]
    pub const fn schema(&self) -> &Schema {
        match self {
            Self::Json(schema) | Self::Form(schema) => schema,
        }
    }
}

impl Operation {
    /// An operation without parameters and bodies that answers 200.
    #[must_use]
    pub fn new(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            id,
            summary,
            text: Cow::Borrowed(""),
            parameters: Vec::new(),
            body: None,
            status: 200,
            answer: None,
            refusals: Vec::new(),
            keyed: false,
            versions: Versions::None,
        }
    }

    /// Says what else one has to know.
    #[must_use]
    pub fn text(self, text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into(), ..self }
    }

    /// Adds a value between the slashes.
    #[must_use]
    pub fn path(mut self, field: Field) -> Self {
        self.parameters.push(Parameter { place: Place::Path, field });
        self
    }

    /// Adds a value after the question mark.
    #[must_use]
    pub fn query(mut self, field: Field) -> Self {
        self.parameters.push(Parameter { place: Place::Query, field });
        self
    }

    /// Takes this JSON.
    #[must_use]
    pub fn json(self, schema: Schema) -> Self {
        Self { body: Some(Body::Json(schema)), ..self }
    }

    /// Takes this form.
    #[must_use]
    pub fn form(self, schema: Schema) -> Self {
        Self { body: Some(Body::Form(schema)), ..self }
    }

    /// Answers with this status and JSON.
    #[must_use]
    pub fn answers(self, status: u16, schema: Schema) -> Self {
        Self { status, answer: Some(schema), ..self }
    }

    /// Adds a refusal of its own.
    #[must_use]
    pub fn refuses(mut self, status: u16, code: &'static str, when: &'static str) -> Self {
        self.refusals.push((status, code, when));
        self
    }

    /// Says what it has to do with `ETag`.
    #[must_use]
    pub fn versions(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }

    /// Where it stands on the page of its chapter.
    #[must_use]
    pub const fn anchor(&self) -> &'static str {
        self.id
    }

    /// The parameters at a place.
    pub fn at(&self, place: Place) -> impl Iterator<Item = &Field> {
        self.parameters.iter().filter(move |parameter| parameter.place == place).map(|parameter| &parameter.field)
    }
}
