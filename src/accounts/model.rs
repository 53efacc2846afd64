//! What an account's name and the list of its e-mail domains may be.

use crate::authz::Lab;
use crate::ids::RoleId;
use crate::text::{self, BadName, fold};
use std::collections::BTreeSet;

/// The longest name of an account, in characters.
pub const NAME_MAX: usize = 80;
/// The most domains of an account.
pub const DOMAINS_MAX: usize = 50;

/// What can be set of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// The role that an invitation offers first; none: User.
    pub invited_role: Option<RoleId>,
    /// Whose addresses may sign in, by their domains; none: everybody on My Staff.
    pub domains: BTreeSet<String>,
    /// Whether everyone needs a second factor.
    pub second_factor: bool,
}

/// Reads an account's name of 1 to [`NAME_MAX`] characters.
///
/// # Errors
/// What to do about it.
pub fn name(text: &str) -> Result<String, &'static str> {
    text::name(text).map_err(|bad| match bad {
        BadName::Length => "Enter an account name of 1 to 80 characters",
        BadName::Characters => "Remove the invisible characters from an account name",
    })
}

/// Reads domains with white space or commas between them, with or without `@`, in any case; at least one.
///
/// # Errors
/// What to do about it.
pub fn domains(text: &str) -> Result<BTreeSet<String>, String> {
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|word| !word.is_empty());
    let mut domains = BTreeSet::new();
    for word in words {
        let domain = fold(word.strip_prefix('@').unwrap_or(word));
        if !is_domain(&domain) {
            let shown: String = word.chars().take(60).collect();
            return Err(format!("“{shown}” is not a domain; write it like company.example"));
        }
        domains.insert(domain);
    }
    match domains.len() {
        0 => Err("Enter at least one domain, like company.example".to_owned()),
        number if number > DOMAINS_MAX => Err(format!("Enter at most {DOMAINS_MAX} domains; there are {number}")),
        _ => Ok(domains),
    }
}

/// Letters, digits and hyphens in at least two labels: what stands behind the `@` of an address. It holds nothing that `LIKE` reads.
fn is_domain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.chars().all(plain) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// What the operator sets for the accounts that are made from now on.
#[must_use]
pub fn words_of_new(labs: &[Lab]) -> String {
    let names: Vec<&str> = labs.iter().map(|lab| lab.words()).collect();
    let on = match names.split_last() {
        None => "every lab off".to_owned(),
        Some((last, [])) => format!("the lab {last} on"),
        Some((last, first)) => format!("the labs {} and {last} on", first.join(", ")),
    };
    format!("Accounts that are made on this server start with {on}. Whoever runs the server decides that.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_read_in_any_form_and_once_each() {
        let read = domains(" @Harbor.Example,quay.example\n harbor.example;").unwrap();
        assert_eq!(read.into_iter().collect::<Vec<_>>(), ["harbor.example", "quay.example"]);
        let many = |number: usize| (0..number).map(|n| format!("d{n}.example")).collect::<Vec<_>>().join(" ");
        assert!(domains(&many(50)).is_ok());
        for bad in
            ["", " , ", "example", "a_b.example", "%.example", "a..b", "-a.example", "a@b.example", "ünder.example"]
        {
            assert!(domains(bad).is_err(), "{bad}");
        }
        assert!(domains(&many(51)).is_err());
    }

    #[test]
    fn labs_of_new_accounts_are_named_in_one_sentence() {
        assert!(words_of_new(Lab::ALL).contains("the labs Private Integrations and Contacts page on."));
        assert!(words_of_new(&[Lab::Contacts]).contains("the lab Contacts page on."));
        assert!(words_of_new(&[]).contains("every lab off."));
    }
}
