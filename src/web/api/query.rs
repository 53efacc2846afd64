//! Queries of API v2: every key once, every key known.

use super::fields::shown;
use super::invalid_fields;
use crate::error::AppError;
use std::collections::BTreeMap;

/// The values of a query. Readers take them out; what nobody took is refused by [`Query::finish`].
#[derive(Debug)]
pub struct Query {
    values: BTreeMap<String, String>,
    wrong: Vec<String>,
}

impl Query {
    /// Reads the part of an address after `?`. An empty value counts as not given.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut read = Self { values: BTreeMap::new(), wrong: Vec::new() };
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if value.contains(['\0', '\u{fffd}']) {
                read.wrong(format!("{} must be valid UTF-8 without NUL", shown(&key)));
            }
            if read.values.insert(key.clone().into_owned(), value.into_owned()).is_some() {
                read.wrong(format!("{} must be given only once", shown(&key)));
            }
        }
        read
    }

    /// Takes a text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).filter(|value| !value.is_empty())
    }

    /// Takes a whole number within `range`, written as `20` or `20.0`. Anything else is noted as wrong.
    pub fn number(&mut self, name: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let text = self.text(name)?;
        let whole = text.split_once('.').map_or(Some(text.as_str()), |(whole, rest)| {
            (!rest.is_empty() && rest.bytes().all(|digit| digit == b'0')).then_some(whole)
        });
        let number = whole.and_then(|whole| whole.parse().ok()).filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(format!("{name} must be a whole number from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// Notes that something is wrong: a sentence that begins with the key.
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 422 that names each wrong key and each key that nobody asked for.
    pub fn finish(self) -> Result<(), AppError> {
        let Self { values, mut wrong } = self;
        wrong.extend(values.keys().take(50).map(|key| format!("property {} should not exist", shown(key))));
        wrong.truncate(50);
        if wrong.is_empty() { Ok(()) } else { Err(invalid_fields(wrong).into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_come_as_decimals_that_are_whole() {
        for (given, expected) in [("n=20", Some(20)), ("n=20.0", Some(20)), ("n=20.5", None), ("n=0", None)] {
            let mut query = Query::read(given);
            assert_eq!(query.number("n", 1..=100), expected, "{given}");
            assert_eq!(query.finish().is_ok(), expected.is_some(), "{given}");
        }
        for bad in ["n=20.", "n=1e1", "n=abc", "n=99999999999999999999", "n=%00", "n=+"] {
            let mut query = Query::read(bad);
            assert_eq!(query.number("n", 1..=100), None, "{bad}");
            assert!(query.finish().is_err(), "{bad}");
        }
    }

    #[test]
    fn repeated_unknown_and_unreadable_keys_are_refused() {
        for bad in ["a=1&a=1", "b=1", "a=%ff", "a=%00", "=x"] {
            let mut query = Query::read(bad);
            query.text("a");
            assert!(query.finish().is_err(), "{bad}");
        }
        assert!(Query::read("").finish().is_ok());
    }
}
