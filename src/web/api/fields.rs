//! Typed reading of a JSON object: every wrong field is named, none is passed over.

use super::invalid_fields;
use crate::error::AppError;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// At most so many wrong fields are named in one answer.
const NAMED: usize = 50;

/// The fields of a JSON object. Readers take them out; what nobody took is refused by [`Fields::finish`].
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    wrong: Vec<String>,
}

impl Fields {
    /// The fields of `map`.
    #[must_use]
    pub fn new(map: Map<String, Value>) -> Self {
        Self { map, wrong: Vec::new() }
    }

    /// Takes a field as it came.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.map.remove(name)
    }

    /// Takes a field out that is null, as if it had not been given.
    pub fn drop_null(&mut self, name: &str) {
        if self.map.get(name).is_some_and(Value::is_null) {
            self.map.remove(name);
        }
    }

    /// Notes that something is wrong: a sentence that begins with the field's name.
    pub fn wrong(&mut self, what: impl Into<String>) {
        self.wrong.push(what.into());
    }

    /// A text: none when absent, an inner none when it is null. Anything else is noted as wrong.
    pub fn text(&mut self, name: &str) -> Option<Option<String>> {
        match self.take(name)? {
            Value::String(text) => Some(Some(text)),
            Value::Null => Some(None),
            _ => {
                self.wrong(format!("{name} must be a string"));
                None
            }
        }
    }

    /// A text that must be there.
    pub fn required_text(&mut self, name: &str) -> Option<String> {
        let noted = self.wrong.len();
        let text = self.text(name).flatten();
        if text.is_none() && self.wrong.len() == noted {
            self.wrong(format!("{name} is required and must be a string"));
        }
        text
    }

    /// True or false: none when absent, an inner none when it is null. Anything else is noted as wrong.
    pub fn flag(&mut self, name: &str) -> Option<Option<bool>> {
        match self.take(name)? {
            Value::Bool(flag) => Some(Some(flag)),
            Value::Null => Some(None),
            _ => {
                self.wrong(format!("{name} must be a boolean"));
                None
            }
        }
    }

    /// A whole number within `range`, written as `20` or `20.0`: none when absent or null, an inner none when anything else was noted
    /// as wrong.
    pub fn whole_number(&mut self, name: &str, range: RangeInclusive<i64>) -> Option<Option<i64>> {
        let given = self.take(name).filter(|value| !value.is_null())?;
        // Numbers keep their digits as text: no rounding on the way.
        let text = given.as_number().map(ToString::to_string).unwrap_or_default();
        let number = text.strip_suffix(".0").unwrap_or(&text).parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            self.wrong(format!("{name} must be a whole number from {} to {}", range.start(), range.end()));
        }
        Some(number)
    }

    /// A list: none when absent, empty when null. Anything else is noted as wrong.
    pub fn list(&mut self, name: &str) -> Option<Vec<Value>> {
        match self.take(name)? {
            Value::Array(list) => Some(list),
            Value::Null => Some(Vec::new()),
            _ => {
                self.wrong(format!("{name} must be an array"));
                None
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// 422 that names each wrong field and each field that nobody asked for.
    pub fn finish(self) -> Result<(), AppError> {
        let Self { map, mut wrong } = self;
        wrong.extend(map.keys().map(|key| format!("property {} should not exist", shown(key))));
        if wrong.is_empty() {
            return Ok(());
        }
        if wrong.len() > NAMED {
            let more = wrong.len() - NAMED;
            wrong.truncate(NAMED);
            wrong.push(format!("and {more} more"));
        }
        Err(invalid_fields(wrong).into())
    }
}

/// A key from outside as it may stand in an answer: short, and without characters that cannot be seen.
pub(super) fn shown(key: &str) -> String {
    key.chars().take(64).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Message;

    fn fields(text: &str) -> Fields {
        Fields::new(serde_json::from_str(text).unwrap())
    }

    fn said(fields: Fields) -> Vec<String> {
        let AppError::Api(problem) = fields.finish().unwrap_err() else { panic!("not a problem of the API") };
        assert_eq!(problem.status, 422);
        let Message::Each(each) = &problem.message else { panic!("not a list") };
        each.clone()
    }

    #[test]
    fn absent_null_and_given_are_told_apart() {
        let mut read = fields(r#"{"a":"x","b":null,"b2":null,"c":true,"d":[1],"n":20.0}"#);
        assert_eq!(read.text("a"), Some(Some("x".to_owned())));
        assert_eq!(read.text("b"), Some(None));
        assert_eq!(read.text("z"), None);
        assert_eq!(read.flag("c"), Some(Some(true)));
        assert_eq!(read.whole_number("n", 1..=20), Some(Some(20)));
        assert_eq!((read.whole_number("b2", 1..=20), read.whole_number("z", 1..=20)), (None, None));
        assert_eq!(read.list("d").map(|list| list.len()), Some(1));
        assert!(read.finish().is_ok());
    }

    #[test]
    fn each_wrong_and_each_unknown_field_is_named() {
        let mut read = fields(r#"{"a":1,"c":"yes","d":{},"foo":1}"#);
        read.text("a");
        read.flag("c");
        read.list("d");
        read.required_text("e");
        let expected = [
            "a must be a string",
            "c must be a boolean",
            "d must be an array",
            "e is required and must be a string",
            "property foo should not exist",
        ];
        assert_eq!(said(read), expected);
    }

    #[test]
    fn ten_thousand_unknown_keys_give_a_short_answer() {
        let map = (0..10_000).map(|n| (format!("k{n}"), Value::Null)).collect();
        let said = said(Fields::new(map));
        assert_eq!((said.len(), said.last().map(String::as_str)), (51, Some("and 9950 more")));
    }
}
