//! Tags: compared folded, kept as they came.

use crate::text::fold;
use std::collections::BTreeSet;

/// How many tags a contact may have.
pub const TAGS_MAX: usize = 200;

/// Tags in the order in which they came, each once (folded), without blank ones.
#[must_use]
pub fn distinct_tags(given: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let trimmed = given.into_iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty());
    trimmed.filter(|tag| seen.insert(fold(tag))).collect()
}

/// `present` as it is, with those of `more` behind it that it lacks.
#[must_use]
pub fn with_tags(present: &[String], more: &[String]) -> Vec<String> {
    distinct_tags([present, more].concat())
}

/// `present` without those of `gone`.
#[must_use]
pub fn without_tags(present: &[String], gone: &[String]) -> Vec<String> {
    let gone: BTreeSet<String> = gone.iter().map(|tag| fold(tag)).collect();
    present.iter().filter(|tag| !gone.contains(&fold(tag))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_is_there_keeps_its_place_and_its_spelling() {
        assert_eq!(with_tags(&tags(&["VIP", "new"]), &tags(&["vip", "Ｎew", "x", "X "])), tags(&["VIP", "new", "x"]));
        assert_eq!(without_tags(&tags(&["VIP", "new", "Straße"]), &tags(&["vip", "STRASSE", "y"])), tags(&["new"]));
    }
}
