//! What a role may be called.

use crate::text::{self, fold};
use std::fmt;

/// Why a name of a role cannot be taken; each says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadName {
    /// It is no name.
    Text(text::BadName),
    /// Another role of the account has it.
    Taken,
}

impl fmt::Display for BadName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text::BadName::Length) => write!(f, "Enter a name of 1 to {} characters", text::NAME_MAX),
            Self::Text(text::BadName::Characters) => f.write_str("Remove the invisible characters from the name"),
            Self::Taken => f.write_str("Enter another name: a role of this account has this one"),
        }
    }
}

/// A role's name, with the form by which two of them are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName {
    /// As typed, trimmed.
    pub text: String,
    /// Folded.
    pub key: String,
}

impl RoleName {
    /// Reads one.
    ///
    /// # Errors
    /// [`BadName::Text`], also for what folds to nothing.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let text = text::name(text).map_err(BadName::Text)?;
        let key = fold(&text);
        if key.is_empty() {
            return Err(BadName::Text(text::BadName::Length));
        }
        Ok(Self { text, key })
    }
}
