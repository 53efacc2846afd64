//! The token itself: a plain form that is shown once, and the digest that is kept.

use crate::world::Entropy;
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// What every token begins with.
pub const PREFIX: &str = "pit_";
/// For secret scanners: what a token looks like.
pub const PATTERN: &str = "pit_[0-9A-Za-z]{38}";

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const RANDOM: usize = 32;
const CHECK: usize = 6;

/// A whole token: `pit_`, 32 random base62 characters (190 bits), and their CRC-32 as six base62 digits.
///
/// It has neither `Display` nor `Clone`, prints nothing in `Debug`, and is wiped when dropped.
pub struct PlainSecret(Zeroizing<String>);

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainSecret")
    }
}

/// Why a presented text cannot be a token. Told without asking the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAToken {
    /// It has white space inside: copied badly.
    InnerWhiteSpace,
    /// The right form, but its characters do not fit each other: copied badly.
    WrongChecksum,
    /// Not the form of a token.
    Malformed,
}

impl PlainSecret {
    /// A new token. Bytes that would favour some characters are passed over.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + RANDOM + CHECK));
        text.push_str(PREFIX);
        while text.len() < PREFIX.len() + RANDOM {
            let bytes = Zeroizing::new(entropy.bytes::<48>());
            // 248 is the largest multiple of 62 that a byte can hold.
            for byte in bytes.iter().filter(|byte| **byte < 248) {
                if text.len() < PREFIX.len() + RANDOM {
                    text.push(digit(u32::from(*byte) % 62));
                }
            }
        }
        let check = checksum(text.get(PREFIX.len()..).unwrap_or(""));
        text.push_str(&check);
        Self(text)
    }

    /// The value, for the one place that shows it. There is no second time.
    #[must_use]
    pub fn reveal_once(self) -> Zeroizing<String> {
        self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn digest(&self) -> SecretDigest {
        SecretDigest::of(&self.0)
    }

    /// What people may see of it later: `pit_…` and the last four characters.
    #[must_use]
    pub fn hint(&self) -> String {
        let last = self.0.get(self.0.len().saturating_sub(4)..).unwrap_or("");
        format!("{PREFIX}\u{2026}{last}")
    }
}

/// The SHA-256 of a token; a fast hash is right where the secret has 190 bits.
#[derive(Clone)]
pub struct SecretDigest([u8; 32]);

impl SecretDigest {
    fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Lower-case hexadecimal, as it is stored.
    #[must_use]
    pub fn to_hex(&self) -> String {
        crate::keys::hex(&self.0)
    }
}

impl fmt::Debug for SecretDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigest")
    }
}

impl PartialEq for SecretDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretDigest {}

/// Tells a token from anything else by form and checksum, and gives its digest.
///
/// # Errors
/// See [`NotAToken`].
pub fn parse_presented(text: &str) -> Result<SecretDigest, NotAToken> {
    if text.chars().any(char::is_whitespace) {
        return Err(NotAToken::InnerWhiteSpace);
    }
    let body = text.strip_prefix(PREFIX).ok_or(NotAToken::Malformed)?;
    if body.len() != RANDOM + CHECK || !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(NotAToken::Malformed);
    }
    let (random, check) = body.split_at(RANDOM);
    if checksum(random) != check {
        return Err(NotAToken::WrongChecksum);
    }
    Ok(SecretDigest::of(text))
}

/// Whether somebody pasted a whole token into `text`, where it would be readable to others.
#[must_use]
pub fn contains_token(text: &str) -> bool {
    let length = PREFIX.len() + RANDOM + CHECK;
    text.match_indices(PREFIX)
        .any(|(at, _)| text.get(at..at + length).is_some_and(|part| parse_presented(part).is_ok()))
}

/// The CRC-32 of `random` as six base62 digits, the highest first.
fn checksum(random: &str) -> String {
    let mut rest = crc32fast::hash(random.as_bytes());
    let mut digits = ['0'; CHECK];
    for place in digits.iter_mut().rev() {
        *place = digit(rest % 62);
        rest /= 62;
    }
    digits.iter().collect()
}

fn digit(value: u32) -> char {
    usize::try_from(value).ok().and_then(|value| DIGITS.get(value)).map_or('0', |&byte| char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FixedEntropy;
    use proptest::prelude::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn ten_thousand_tokens_repeat_nothing_and_favour_no_character() {
        let entropy = FixedEntropy::default();
        let tokens: HashSet<String> =
            (0..10_000).map(|_| PlainSecret::generate(&entropy).reveal_once().to_string()).collect();
        assert_eq!(tokens.len(), 10_000);
        let mut seen: HashMap<char, u32> = HashMap::new();
        for token in &tokens {
            assert_eq!(token.len(), 42);
            assert!(parse_presented(token).is_ok());
            for c in token[4..36].chars() {
                *seen.entry(c).or_default() += 1;
            }
        }
        // 320,000 characters over 62: about 5,161 each.
        assert_eq!(seen.len(), 62);
        assert!(seen.values().all(|count| (4_700..5_700).contains(count)), "{seen:?}");
    }

    #[test]
    fn the_hint_has_four_characters_and_debug_none() {
        let secret = PlainSecret::generate(&FixedEntropy::default());
        let (hint, debug) = (secret.hint(), format!("{secret:?}"));
        let plain = secret.reveal_once();
        assert_eq!(hint, format!("pit_…{}", &plain[38..]));
        assert!(!debug.contains(&plain[4..]));
    }

    #[test]
    fn what_is_no_token_is_told_apart() {
        let plain = PlainSecret::generate(&FixedEntropy::default()).reveal_once();
        let spaced = format!("{} {}", &plain[..10], &plain[10..]);
        assert_eq!(parse_presented(&spaced), Err(NotAToken::InnerWhiteSpace));
        assert_eq!(parse_presented("pit_abc"), Err(NotAToken::Malformed));
        assert_eq!(parse_presented(&plain.replace("pit_", "pat_")), Err(NotAToken::Malformed));
        assert_eq!(parse_presented(""), Err(NotAToken::Malformed));
        assert!(contains_token(&format!("kept here: {}, safe", &*plain)));
        assert!(!contains_token("pit_ and nothing"));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_always_caught(place in 4_usize..42, with in 0_u32..62) {
            let plain = PlainSecret::generate(&FixedEntropy::default()).reveal_once();
            let mut changed: Vec<char> = plain.chars().collect();
            prop_assume!(changed[place] != digit(with));
            changed[place] = digit(with);
            let changed: String = changed.into_iter().collect();
            prop_assert_eq!(parse_presented(&changed), Err(NotAToken::WrongChecksum));
        }

        #[test]
        fn nothing_that_is_presented_panics(text in ".*") {
            let _ = parse_presented(&text);
        }
    }
}
