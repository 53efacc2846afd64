//! Reading filters: each with a field, an operator and a value, or a group of filters.

use super::{Field, Filter, Test, What};
use crate::contacts::model::{compared, phone_key, read_text, scalar_key};
use crate::contacts::texts::Text;
use serde_json::{Map, Value};

/// So deep groups may be nested.
const DEEP: usize = 4;
/// So many tests one search may have.
const TESTS: usize = 20;
/// So many values they may have together.
const VALUES: usize = 50;
/// Longest value, in characters.
const VALUE: usize = 2_000;
/// So many parts of texts one search may look for, since each is looked for in every contact, and so long each may be.
const PARTS: usize = 5;
const PART: usize = 75;
/// Longest id of a field of the caller's own.
const ID: usize = 100;

const OPERATORS: &str = "eq, not_eq, contains, not_contains, exists, not_exists, range";

/// A reading under way: what was wrong, and how much there was.
#[derive(Debug, Default)]
pub struct Filters {
    /// Sentences that begin with the place.
    pub wrong: Vec<String>,
    tests: usize,
    values: usize,
    parts: usize,
}

impl Filters {
    /// Reads a list of filters that stands at `place`, inside of `depth` groups.
    pub fn read(&mut self, place: &str, list: Vec<Value>, depth: usize) -> Vec<Filter> {
        let mut read = Vec::new();
        for (number, item) in list.into_iter().enumerate() {
            let place = format!("{place}.{number}");
            match self.read_one(&place, item, depth) {
                Ok(filter) => read.push(filter),
                Err(why) => self.wrong.push(format!("{place}{why}")),
            }
            if self.tests > TESTS {
                break;
            }
        }
        read
    }

    fn read_one(&mut self, place: &str, item: Value, depth: usize) -> Result<Filter, String> {
        let Value::Object(mut item) = item else { return Err(" must be an object".to_owned()) };
        self.tests += 1;
        if self.tests > TESTS {
            return Err(format!(" is one too many: a search has at most {TESTS} filters and groups"));
        }
        let filter = match item.remove("group") {
            Some(group) => self.read_group(place, &group, item.remove("filters"), depth)?,
            None => Filter::Test(self.read_test(&mut item)?),
        };
        match item.keys().next() {
            Some(other) => Err(format!(" property {} should not exist", shown(other))),
            None => Ok(filter),
        }
    }

    fn read_group(
        &mut self,
        place: &str,
        group: &Value,
        filters: Option<Value>,
        depth: usize,
    ) -> Result<Filter, String> {
        if depth == DEEP {
            return Err(format!(" is nested too deep: groups may be nested {DEEP} deep"));
        }
        let whole = match group.as_str() {
            Some(word) if word.eq_ignore_ascii_case("AND") => true,
            Some(word) if word.eq_ignore_ascii_case("OR") => false,
            _ => return Err(".group must be AND or OR".to_owned()),
        };
        let list = match filters {
            Some(Value::Array(list)) if !list.is_empty() => list,
            _ => return Err(".filters must be an array of at least one filter".to_owned()),
        };
        let inner = self.read(&format!("{place}.filters"), list, depth + 1);
        Ok(if whole { Filter::All(inner) } else { Filter::Any(inner) })
    }

    fn read_test(&mut self, item: &mut Map<String, Value>) -> Result<Test, String> {
        let Some(Value::String(name)) = item.remove("field") else {
            return Err(".field is required and must be a string".to_owned());
        };
        let field = field(&name).ok_or_else(|| format!(".field {} cannot be filtered by", shown(&name)))?;
        let Some(Value::String(operator)) = item.remove("operator") else {
            return Err(format!(".operator is required and must be one of {OPERATORS}"));
        };
        let value = item.remove("value").filter(|value| !value.is_null());
        let (not, positive) = match operator.strip_prefix("not_") {
            Some(positive @ ("eq" | "contains" | "exists")) => (true, positive),
            _ => (false, operator.as_str()),
        };
        let what = match (positive, &field) {
            ("exists", _) if value.is_some() => return Err(format!(".value must be left out with {operator}")),
            ("exists", _) => What::Known,
            ("eq", Field::Dnd) => match value {
                Some(Value::Bool(flag)) => What::Flag(flag),
                _ => return Err(".value must be a boolean".to_owned()),
            },
            ("eq", Field::DateAdded | Field::DateUpdated) => {
                What::At(self.each(value, |value| instant(value).ok_or(INSTANT))?)
            }
            ("eq", field) => What::Is(self.each(value, |value| text(field, value, false))?),
            ("contains", Field::Text(_) | Field::Tags | Field::Custom(_)) => {
                self.parts += value.as_ref().and_then(Value::as_array).map_or(1, Vec::len);
                if self.parts > PARTS {
                    return Err(format!(".value is too much: a search looks for at most {PARTS} parts of texts"));
                }
                What::Contains(self.each(value, |value| part(&field, value))?)
            }
            ("range", Field::DateAdded | Field::DateUpdated) => between(value)?,
            ("range", Field::Text(Text::DateOfBirth)) => days(value)?,
            ("contains" | "range", _) => return Err(format!(".operator {operator} does not fit this field")),
            _ => return Err(format!(".operator {} is unknown; it must be one of {OPERATORS}", shown(&operator))),
        };
        Ok(Test { field, not, what })
    }

    /// Reads a value, or a list of values of which one is enough.
    fn each<T>(
        &mut self,
        value: Option<Value>,
        read: impl Fn(&Value) -> Result<T, &'static str>,
    ) -> Result<Vec<T>, String> {
        let list = match value {
            Some(Value::Array(list)) => list,
            Some(value) => vec![value],
            None => return Err(".value is required".to_owned()),
        };
        self.values += list.len();
        if list.is_empty() {
            return Err(".value must not be empty".to_owned());
        }
        if self.values > VALUES {
            return Err(format!(".value is too much: a search has at most {VALUES} values"));
        }
        list.iter().map(|value| read(value).map_err(|why| format!(".value {why}"))).collect()
    }
}

fn field(name: &str) -> Option<Field> {
    if let Some(id) = name.strip_prefix("customFields.") {
        return (1..=ID).contains(&id.chars().count()).then(|| Field::Custom(id.to_owned()));
    }
    match name {
        "tags" => Some(Field::Tags),
        "dnd" => Some(Field::Dnd),
        "dateAdded" => Some(Field::DateAdded),
        "dateUpdated" => Some(Field::DateUpdated),
        _ => Text::ALL.iter().find(|text| text.key() == name).map(|text| Field::Text(*text)),
    }
}

/// A part of a text, in the form in which the field's key is kept.
fn part(field: &Field, value: &Value) -> Result<String, &'static str> {
    match value.as_str() {
        Some(given) if given.chars().count() > PART => Err("must be at most 75 characters long"),
        _ => text(field, value, true),
    }
}

/// A value in the form in which the field's key is kept.
fn text(field: &Field, value: &Value, part: bool) -> Result<String, &'static str> {
    let given = match (field, value) {
        (_, Value::String(given)) => given.clone(),
        (Field::Custom(_), Value::Number(_) | Value::Bool(_)) => scalar_key(value).unwrap_or_default(),
        (Field::Custom(_), _) => return Err("must be a string, a number or a boolean"),
        _ => return Err("must be a string"),
    };
    if given.chars().count() > VALUE {
        return Err("must be at most 2000 characters long");
    }
    let key = match field {
        Field::Text(Text::Phone) => phone_key(&given),
        Field::Text(text @ Text::DateOfBirth) if !part => match read_text(*text, &given) {
            Ok(day) => day.unwrap_or_default(),
            Err(_) => return Err("must be a date such as 1990-09-25"),
        },
        _ => compared(&given),
    };
    match key.as_str() {
        "" if matches!(field, Field::Text(Text::Phone)) => Err("must hold a digit"),
        "" => Err("must not be empty"),
        _ => Ok(key),
    }
}

const INSTANT: &str = "must be a date such as 2024-05-01T12:00:00Z or 2024-05-01, or a number of milliseconds";

/// An instant in milliseconds; a day begins at midnight in UTC.
fn instant(value: &Value) -> Option<i64> {
    match value {
        Value::Number(at) => at.as_i64().or_else(|| scalar_key(value)?.parse().ok()),
        Value::String(text) => match text.trim().parse::<jiff::Timestamp>() {
            Ok(at) => Some(at.as_millisecond()),
            Err(_) => {
                let day: jiff::civil::Date = (text.trim().len() == 10).then(|| text.trim().parse().ok())??;
                Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
            }
        },
        _ => None,
    }
}

/// The bounds of a range, each with the name by which it came.
fn bounds(value: Option<Value>) -> Result<Vec<(String, Value)>, String> {
    let Some(Value::Object(range)) = value else {
        return Err(".value must be an object with gt, gte, lt or lte".to_owned());
    };
    let given: Vec<(String, Value)> = range.into_iter().filter(|(_, bound)| !bound.is_null()).collect();
    if let Some((other, _)) = given.iter().find(|(name, _)| !matches!(name.as_str(), "gt" | "gte" | "lt" | "lte")) {
        return Err(format!(".value property {} should not exist", shown(other)));
    }
    if given.is_empty() {
        return Err(".value must have gt, gte, lt or lte".to_owned());
    }
    Ok(given)
}

fn between(value: Option<Value>) -> Result<What, String> {
    let (mut from, mut to) = (i64::MIN, i64::MAX);
    for (name, bound) in bounds(value)? {
        let at = instant(&bound).ok_or_else(|| format!(".value.{name} {INSTANT}"))?;
        match name.as_str() {
            "gt" => from = from.max(at.saturating_add(1)),
            "gte" => from = from.max(at),
            "lt" => to = to.min(at.saturating_sub(1)),
            _ => to = to.min(at),
        }
    }
    Ok(What::Between(from, to))
}

fn days(value: Option<Value>) -> Result<What, String> {
    let (mut from, mut to) = (String::new(), String::new());
    for (name, bound) in bounds(value)? {
        let wrong = || format!(".value.{name} must be a date such as 1990-09-25");
        let read = bound.as_str().and_then(|day| read_text(Text::DateOfBirth, day).ok().flatten()).ok_or_else(wrong)?;
        let day: jiff::civil::Date = read.parse().map_err(|_| wrong())?;
        let day = match name.as_str() {
            "gt" => day.tomorrow().map_err(|_| wrong())?.to_string(),
            "lt" => day.yesterday().map_err(|_| wrong())?.to_string(),
            _ => read,
        };
        match name.as_str() {
            "gt" | "gte" => from = from.max(day),
            _ if to.is_empty() => to = day,
            _ => to = to.min(day),
        }
    }
    Ok(What::Days(from, to))
}

/// A name from outside as it may stand in an answer.
pub(super) fn shown(name: &str) -> String {
    name.escape_debug().take(64).collect()
}
