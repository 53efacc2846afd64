//! What a value of API v2 may be: as JSON Schema for software, in words and examples for people.

use serde_json::{Value, json};
use std::borrow::Cow;

/// What a value may be.
#[derive(Debug, Clone)]
pub struct Schema {
    kind: Kind,
    note: Cow<'static, str>,
    null: bool,
    example: Option<Value>,
    variable: Option<&'static str>,
}

/// The kinds of values.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Any JSON.
    Any,
    /// A text.
    Text {
        /// Fewest and most characters.
        length: (usize, Option<usize>),
        /// What else holds for it, as JSON Schema: `format` or `pattern`.
        more: Vec<(&'static str, &'static str)>,
        /// The only ones, when they are few.
        only: Vec<&'static str>,
    },
    /// A whole number in a range.
    Whole(i64, i64),
    /// True or false.
    Flag,
    /// Always this.
    Always(Value),
    /// A list of at most so many.
    List(Box<Schema>, Option<usize>),
    /// An object: its name when it has one of its own, its fields, and no others.
    Object(&'static str, Vec<Field>),
    /// The object of this name.
    Named(&'static str),
    /// One of these.
    Either(Vec<Schema>),
}

/// A value of an object or an address.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it may be.
    pub schema: Schema,
}

/// A field as a line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, with the names of what it stands in: `customFields[].id`.
    pub name: String,
    /// What it may be, in words.
    pub kind: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub note: String,
    /// The object that it is or holds, when that has a name.
    pub named: Option<&'static str>,
}

impl Schema {
    const fn of(kind: Kind) -> Self {
        Self { kind, note: Cow::Borrowed(""), null: false, example: None, variable: None }
    }

    /// Any JSON.
    #[must_use]
    pub const fn any() -> Self {
        Self::of(Kind::Any)
    }

    /// A text.
    #[must_use]
    pub const fn text() -> Self {
        Self::of(Kind::Text { length: (0, None), more: Vec::new(), only: Vec::new() })
    }

    /// A text of at most so many characters.
    #[must_use]
    pub const fn short(most: usize) -> Self {
        Self::of(Kind::Text { length: (0, Some(most)), more: Vec::new(), only: Vec::new() })
    }

    /// One of a few texts.
    #[must_use]
    pub fn one_of(only: &[&'static str]) -> Self {
        Self::of(Kind::Text { length: (0, None), more: Vec::new(), only: only.to_vec() })
    }

    /// A text of this pattern.
    #[must_use]
    pub fn pattern(pattern: &'static str) -> Self {
        Self::of(Kind::Text { length: (0, None), more: vec![("pattern", pattern)], only: Vec::new() })
    }

    /// An instant.
    #[must_use]
    pub fn instant() -> Self {
        let more = vec![("format", "date-time")];
        let example = Some(json!("2026-11-23T09:30:00.000Z"));
        Self { example, ..Self::of(Kind::Text { length: (0, None), more, only: Vec::new() }) }
    }

    /// A whole number in a range.
    #[must_use]
    pub const fn whole(from: i64, to: i64) -> Self {
        Self::of(Kind::Whole(from, to))
    }

    /// True or false.
    #[must_use]
    pub const fn flag() -> Self {
        Self::of(Kind::Flag)
    }

    /// Always this value.
    #[must_use]
    pub fn always(value: impl Into<Value>) -> Self {
        let value = value.into();
        Self { example: Some(value.clone()), ..Self::of(Kind::Always(value)) }
    }

    /// A list.
    #[must_use]
    pub fn list(items: Self) -> Self {
        Self::of(Kind::List(Box::new(items), None))
    }

    /// A list of at most so many.
    #[must_use]
    pub fn few(items: Self, most: usize) -> Self {
        Self::of(Kind::List(Box::new(items), Some(most)))
    }

    /// An object that stands in one place.
    #[must_use]
    pub const fn fields(fields: Vec<Field>) -> Self {
        Self::of(Kind::Object("", fields))
    }

    /// An object with a name of its own.
    #[must_use]
    pub const fn object(name: &'static str, fields: Vec<Field>) -> Self {
        Self::of(Kind::Object(name, fields))
    }

    /// The object of this name, which the chapter describes.
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self::of(Kind::Named(name))
    }

    /// One of several.
    #[must_use]
    pub const fn either(choices: Vec<Self>) -> Self {
        Self::of(Kind::Either(choices))
    }

    /// Says what it means.
    #[must_use]
    pub fn note(self, note: impl Into<Cow<'static, str>>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Shows one.
    #[must_use]
    pub fn like(self, example: impl Into<Value>) -> Self {
        Self { example: Some(example.into()), ..self }
    }

    /// Shows none, so that it stays out of examples.
    #[must_use]
    pub fn unlike(self) -> Self {
        Self { example: None, variable: None, ..self }
    }

    /// In a command, this variable of the shell stands for it.
    #[must_use]
    pub fn from(self, variable: &'static str) -> Self {
        Self { variable: Some(variable), ..self }
    }

    /// It may be null, too.
    #[must_use]
    pub fn or_null(self) -> Self {
        Self { null: true, ..self }
    }

    /// As a field that must be there.
    #[must_use]
    pub const fn must(self, name: &'static str) -> Field {
        Field { name, required: true, schema: self }
    }

    /// As a field that may be there.
    #[must_use]
    pub const fn may(self, name: &'static str) -> Field {
        Field { name, required: false, schema: self }
    }

    /// Its name, when it is an object that has one.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Object(name, _) | Kind::Named(name) if !name.is_empty() => Some(name),
            _ => None,
        }
    }

    /// What it means.
    #[must_use]
    pub fn said(&self) -> &str {
        &self.note
    }

    /// What kind it is of.
    #[must_use]
    pub const fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Whether it may be null, too.
    #[must_use]
    pub const fn may_be_null(&self) -> bool {
        self.null
    }

    /// One of its kind.
    #[must_use]
    pub const fn example(&self) -> Option<&Value> {
        self.example.as_ref()
    }

    /// The variable of the shell that stands for it in a command.
    #[must_use]
    pub const fn variable(&self) -> Option<&'static str> {
        self.variable
    }

    /// What stands for it in a command: its variable, else its example.
    #[must_use]
    pub fn in_command(&self) -> Option<String> {
        let example = || self.example.as_ref().map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        self.variable.map(|variable| format!("${variable}")).or_else(example)
    }
}
