//! The fields of a form or query, in the order in which they came.

use crate::error::{AppError, Result};

/// Fields in the order in which they came.
#[derive(Debug, Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` text.
    ///
    /// # Errors
    /// When it is not UTF-8 once decoded.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let mut fields = Vec::new();
        for (name, value) in form_urlencoded::parse(text) {
            // The parser puts this character where bytes are not UTF-8; nobody types it.
            if name.contains('\u{FFFD}') || value.contains('\u{FFFD}') {
                return Err(AppError::Malformed("The text is not valid UTF-8."));
            }
            fields.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(fields))
    }

    /// The first value of `name`, or nothing.
    #[must_use]
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Whether `name` is there at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Every value of `name`.
    #[must_use]
    pub fn many(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// All fields, in order.
    #[must_use]
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_kept_and_bytes_that_are_no_text_are_refused() {
        let fields = Fields::parse(b"scopes=a&scopes=b&name=x+y").unwrap();
        assert_eq!(fields.many("scopes"), ["a", "b"]);
        assert_eq!(fields.one("name"), "x y");
        assert!(Fields::parse(b"name=%ff").is_err());
    }
}
