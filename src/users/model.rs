//! What an e-mail address, a person's name and a password may be.

use crate::text::{self, BadName, fold};
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Fewest characters of a password while it is the only factor.
pub const PASSWORD_MIN: usize = 15;
/// And beside a second factor.
pub const PASSWORD_MIN_OF_TWO: usize = 8;
/// Most characters; more is refused, never cut.
pub const PASSWORD_MAX: usize = 1_024;
// Guesses (powers of ten) below which a password counts as one that everybody tries.
const TOO_COMMON: f64 = 10.0;
// The same beside a second factor: eight characters that nobody would try first.
const TOO_COMMON_OF_TWO: f64 = 7.0;

/// Why something typed cannot be taken; each says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bad {
    /// Not an e-mail address.
    Email,
    /// Too short, too long or only spaces; the most characters.
    Length(&'static str, usize),
    /// Characters that cannot be seen.
    Characters(&'static str),
    /// The password is too short or too long; how many characters it has, and how many it needs.
    PasswordLength(usize, usize),
    /// Among the first that anybody tries.
    Common,
    /// It holds a word that belongs to this place or person.
    Holds(String),
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Email => f.write_str("Enter an e-mail address, like name@company.example"),
            Self::Length(what, most) => write!(f, "Enter {what} of 1 to {most} characters"),
            Self::Characters(what) => write!(f, "Remove the invisible characters from {what}"),
            Self::PasswordLength(0, least) => write!(f, "Enter a password of at least {least} characters"),
            Self::PasswordLength(has, least) if has < least => {
                write!(
                    f,
                    "Use at least {least} characters; it has {has}. Four or five words that only you would put together are good"
                )
            }
            Self::PasswordLength(has, _) => write!(f, "Shorten the password to 1,024 characters; it has {has}"),
            Self::Common => f.write_str("Choose another password: this one is among the first that anybody would try"),
            Self::Holds(word) => write!(f, "Choose a password without {word} in it; it is easy to guess here"),
        }
    }
}

/// An e-mail address, as typed, with the form by which it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// As typed, trimmed.
    pub text: String,
    /// Folded: upper and lower case and Unicode forms are the same.
    pub key: String,
}

impl Email {
    /// Reads one.
    ///
    /// # Errors
    /// [`Bad::Email`].
    pub fn parse(text: &str) -> Result<Self, Bad> {
        let (text, key) = (text.trim(), fold(text));
        // Folding turns look-alikes into the signs themselves: an `@` that it makes would put the address into another domain.
        let fits =
            is_address(text) && is_address(&key) && domain_of(text).is_some_and(|own| domain_of(&key) == Some(own));
        if !fits || text.chars().count() > 254 || text::problem_in(text, false).is_some() {
            return Err(Bad::Email);
        }
        Ok(Self { text: text.to_owned(), key })
    }
}

/// The domain as the network knows it. Folding writes `ß` as `ss`, which is a domain of somebody else: such an address must be
/// given with the `xn--` form of its domain.
fn domain_of(address: &str) -> Option<String> {
    let (_, host) = address.rsplit_once('@')?;
    idna::domain_to_ascii(host).ok()
}

fn is_address(text: &str) -> bool {
    let plain = text.chars().all(|c| !c.is_whitespace() && !matches!(c, '"' | '<' | '>' | ',' | ';' | '(' | ')'));
    let label = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let fits = |(name, host): (&str, &str)| {
        !name.is_empty() && !name.contains('@') && host.contains('.') && host.split('.').all(label)
    };
    plain && text.rsplit_once('@').is_some_and(fits)
}

/// Reads a name of a person or an account (`what`: "a name", "an account name") of 1 to 80 characters.
///
/// # Errors
/// When it is empty, too long or has characters that cannot be seen.
pub fn name(text: &str, what: &'static str) -> Result<String, Bad> {
    text::name(text).map_err(|bad| match bad {
        BadName::Characters => Bad::Characters(what),
        BadName::Length => Bad::Length(what, text::NAME_MAX),
    })
}

/// A password in the one form in which it is set and checked. Shown nowhere.
pub struct Password(Zeroizing<String>);

impl Password {
    /// The form in which a typed password is checked: NFC, nothing trimmed, nothing cut.
    #[must_use]
    pub fn typed(text: &str) -> Self {
        Self(Zeroizing::new(text.nfc().collect()))
    }

    /// A new password: long enough, not among the commonest, without the words of `context` (product, account, own name and address).
    ///
    /// # Errors
    /// Why not, for the person who chooses it.
    pub fn choose(text: &str, context: &[&str]) -> Result<Self, Bad> {
        Self::choose_as(text, context, false)
    }

    /// The same for somebody who may have a second factor: then a shorter one will do.
    ///
    /// # Errors
    /// Why not, for the person who chooses it.
    pub fn choose_as(text: &str, context: &[&str], second_factor: bool) -> Result<Self, Bad> {
        let (least, too_common) = match second_factor {
            true => (PASSWORD_MIN_OF_TWO, TOO_COMMON_OF_TWO),
            false => (PASSWORD_MIN, TOO_COMMON),
        };
        let password = Self::typed(text);
        let length = password.length();
        if !(least..=PASSWORD_MAX).contains(&length) {
            return Err(Bad::PasswordLength(length, least));
        }
        let folded = fold(&password.0);
        for word in context.iter().flat_map(|text| words_of(text)) {
            if folded.contains(&word) {
                return Err(Bad::Holds(format!("\u{201C}{word}\u{201D}")));
            }
        }
        // The estimate's cost grows with the length, and what is long has strength enough in its first part.
        let start: String = password.0.chars().take(72).collect();
        if zxcvbn::zxcvbn(&start, &[]).guesses_log10() < too_common {
            return Err(Bad::Common);
        }
        Ok(password)
    }

    /// How many characters it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.chars().count()
    }

    /// The bytes to hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The words of a name or address that a password must not hold: the whole, and each part of four letters or more.
fn words_of(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|part| part.chars().count() >= 4)
        .map(str::to_owned)
        .collect();
    words.push(folded);
    words.retain(|word| word.chars().count() >= 4 && !["example", "gmail", "mail"].contains(&word.as_str()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_and_not_among_the_first_to_be_tried() {
        let choose = |text: &str| {
            Password::choose(text, &["Progreda", "Harbor & Pine", "Maren Holt", "maren@harborandpine.example"])
        };
        assert!(choose("correct horse battery staple").is_ok());
        assert!(choose("vier kleine blaue Fische im Regal").is_ok());
        for bad in [
            "",
            "short",
            "passwordpassword",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345",
            "progredaprogreda",
            "maren@harborandpine.example",
            "1q2w3e4r5t6y7u8i9o",
            "abcdefghijklmnopqrstuvwxyz",
        ] {
            assert!(choose(bad).is_err(), "{bad}");
        }
        assert!(choose(&"🦀".repeat(14)).is_err());
        assert!(choose(&"x".repeat(1_025)).is_err());
    }

    #[test]
    fn beside_a_second_factor_a_shorter_one_will_do() {
        let choose = |text: &str| Password::choose_as(text, &["Progreda", "maren@harbor.example"], true);
        assert!(choose("k7#Wq!2x").is_ok());
        assert!(Password::choose("k7#Wq!2x", &[]).is_err());
        for bad in ["k7#Wq!2", "password", "12345678", "maren123", "progreda", "qwertyui", "iloveyou"] {
            assert!(choose(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn unicode_forms_of_a_password_are_the_same() {
        assert_eq!(Password::typed("e\u{301}").as_bytes(), Password::typed("\u{e9}").as_bytes());
        assert_ne!(Password::typed("a ").as_bytes(), Password::typed("a").as_bytes());
    }

    #[test]
    fn addresses_are_found_in_any_case() {
        assert_eq!(Email::parse(" Maren@Example.COM ").unwrap().key, Email::parse("maren@example.com").unwrap().key);
        for bad in [
            "",
            "maren",
            "a@b",
            "a b@c.de",
            "a@b..de",
            "<a@b.de>",
            "a@b.de\u{ff20}c.de",
            "a@b\u{2025}de",
            "a\u{ff1c}@b.de",
            // Not the domain `strasse.example`, nor the one with `σ` at its end.
            "a@straße.example",
            "a@λόγος.example",
        ] {
            assert_eq!(Email::parse(bad), Err(Bad::Email), "{bad}");
        }
    }
}
