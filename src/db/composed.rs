//! A statement that is put together while the server runs, of pieces that were written with the program.

use super::Bind;
use std::fmt::Write as _;

/// A statement and its values. Its text comes from constants alone; whatever else there is becomes a value.
#[derive(Debug, Clone, Default)]
pub struct Composed {
    text: String,
    binds: Vec<Bind>,
}

impl Composed {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a piece of the statement.
    pub fn push(&mut self, piece: &'static str) -> &mut Self {
        self.text.push_str(piece);
        self
    }

    /// Adds a value, and its `$n` to the statement.
    pub fn bind(&mut self, value: impl Into<Bind>) -> &mut Self {
        self.binds.push(value.into());
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${}", self.binds.len());
        self
    }

    /// Adds values with commas between, in parentheses.
    pub fn bind_list<V: Into<Bind>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        for (place, value) in values.into_iter().enumerate() {
            self.push(if place == 0 { "(" } else { ", " }).bind(value);
        }
        self.push(")")
    }

    pub(super) fn parts(&self) -> (String, Vec<Bind>) {
        (self.text.clone(), self.binds.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_as_they_come_and_never_stand_in_the_text() {
        let mut composed = Composed::new();
        composed.push("a = ").bind("'; --").push(" AND b IN ").bind_list([1_i64, 2]).push(" LIMIT ").bind(3_i64);
        let (text, binds) = composed.parts();
        assert_eq!((text.as_str(), binds.len()), ("a = $1 AND b IN ($2, $3) LIMIT $4", 4));
    }
}
