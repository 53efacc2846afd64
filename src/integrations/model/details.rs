//! Name and description: read once from a form, never checked again.

use crate::integrations::secret::contains_token;
use crate::text::{BadText, fold, problem_in};
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

/// Most characters of a name.
pub const NAME_MAX: usize = 80;
/// Most characters of a description.
pub const DESCRIPTION_MAX: usize = 500;

/// A name of 1 to 80 characters and a description of at most 500.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    name: String,
    description: String,
}

/// What is wrong with one of the fields; says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetailsProblem {
    /// No name, or one that is too long.
    NameLength,
    /// The name has characters that cannot be seen.
    NameCharacters,
    /// The description is too long; how many characters it has.
    DescriptionLength(usize),
    /// The description has characters that cannot be seen.
    DescriptionCharacters,
    /// A token was pasted into the name.
    NameHoldsToken,
    /// A token was pasted into the description.
    DescriptionHoldsToken,
}

impl DetailsProblem {
    /// The form field that it concerns.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::NameLength | Self::NameCharacters | Self::NameHoldsToken => "name",
            Self::DescriptionLength(_) | Self::DescriptionCharacters | Self::DescriptionHoldsToken => "description",
        }
    }
}

impl fmt::Display for DetailsProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameLength => write!(f, "Enter a name of 1 to {NAME_MAX} characters"),
            Self::NameHoldsToken => {
                f.write_str("Take the token out of the name; it would be readable to everyone here")
            }
            Self::DescriptionHoldsToken => {
                f.write_str("Take the token out of the description; it would be readable to everyone here")
            }
            Self::NameCharacters => f.write_str("Remove the invisible characters from the name"),
            Self::DescriptionLength(_) => write!(f, "Shorten the description to {DESCRIPTION_MAX} characters"),
            Self::DescriptionCharacters => f.write_str("Remove the invisible characters from the description"),
        }
    }
}

impl Details {
    /// Reads what was typed: trimmed, in NFC, line breaks of any kind as one.
    ///
    /// # Errors
    /// Every problem, the name's first.
    pub fn parse(typed: &str, description: &str) -> Result<Self, Vec<DetailsProblem>> {
        // One space between words: what is shown can be typed again, as deleting asks for.
        let name: String = typed.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let description: String = description.replace("\r\n", "\n").replace('\r', "\n").trim().nfc().collect();
        let mut problems = Vec::new();
        match problem_in(typed.trim(), false) {
            Some(BadText::Control | BadText::Invisible) => problems.push(DetailsProblem::NameCharacters),
            None if contains_token(&name) => problems.push(DetailsProblem::NameHoldsToken),
            None if fold(&name).is_empty() || name.chars().count() > NAME_MAX => {
                problems.push(DetailsProblem::NameLength);
            }
            None => {}
        }
        let length = description.chars().count();
        if length > DESCRIPTION_MAX {
            problems.push(DetailsProblem::DescriptionLength(length));
        } else if problem_in(&description, true).is_some() {
            problems.push(DetailsProblem::DescriptionCharacters);
        } else if contains_token(&description) {
            problems.push(DetailsProblem::DescriptionHoldsToken);
        }
        if problems.is_empty() { Ok(Self { name, description }) } else { Err(problems) }
    }

    /// The name, trimmed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The description, trimmed; may be empty.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_needed_and_a_description_bounded() {
        let long = "x".repeat(507);
        assert_eq!(
            Details::parse("   ", &long),
            Err(vec![DetailsProblem::NameLength, DetailsProblem::DescriptionLength(507)])
        );
        assert!(Details::parse(&"ä".repeat(80), "").is_ok());
        assert!(Details::parse(&"ä".repeat(81), "").is_err());
        assert_eq!(Details::parse("a\u{202E}b", ""), Err(vec![DetailsProblem::NameCharacters]));
        assert_eq!(Details::parse("a\0b", "c\0d").unwrap_err().len(), 2);
        assert_eq!(Details::parse("a", "one\r\ntwo").unwrap().description(), "one\ntwo");
    }
}
