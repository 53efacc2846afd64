//! JSON read strictly: what two readers could understand differently, or a store could not keep, is refused.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// How deep arrays and objects may be nested.
const DEPTH: usize = 32;

/// Reads one JSON value.
///
/// # Errors
/// Says what is wrong: not UTF-8, not JSON, a key given twice, nested deeper than 32, a NUL in a text, a number out of range.
pub fn read(bytes: &[u8]) -> Result<Value, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "The body is not valid UTF-8.".to_owned())?;
    if text.starts_with('\u{feff}') {
        return Err("The body begins with a byte order mark; leave it out.".to_owned());
    }
    if text.trim().is_empty() {
        return Err("The body is empty; a JSON object is expected.".to_owned());
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| format!("The body is not valid JSON: {error}."))
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH {
            return Err(E::custom(format_args!("nested deeper than {DEPTH}")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        without_nul(value)?;
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            without_nul(&key)?;
            if map.contains_key(&key) {
                let key: String = key.chars().take(64).collect();
                return Err(A::Error::custom(format_args!("the key {key:?} is given twice")));
            }
            map.insert(key, entries.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}

fn without_nul<E: Error>(text: &str) -> Result<(), E> {
    if text.contains('\0') { Err(E::custom("a text holds the character NUL")) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn good_json_comes_through_unchanged() {
        let text = r#"{"a":[1,-2,2.5,"ü😀",true,null],"b":{"c":{}}}"#;
        assert_eq!(read(text.as_bytes()).unwrap().to_string(), text);
        assert_eq!(read(br#""\ud83d\ude00""#).unwrap(), Value::from("😀"));
    }

    #[test]
    fn what_could_be_misread_or_not_kept_is_refused_with_a_reason() {
        let deep = format!("{}{}", "[".repeat(33), "]".repeat(33));
        let bottomless = "[".repeat(200_000);
        for (bytes, reason) in [
            (&b"{\"a\":1,\"a\":2}"[..], "given twice"),
            (b"{\"a\":1,\"\\u0061\":2}", "given twice"),
            (b"\xff\xfe", "UTF-8"),
            (b"\xef\xbb\xbf{}", "byte order mark"),
            (b" ", "empty"),
            (br#""\u0000""#, "NUL"),
            (br#"{"\u0000":1}"#, "NUL"),
            (br#""\ud800""#, "not valid JSON"),
            (br#""\udc00x""#, "not valid JSON"),
            (b"1e999", "out of range"),
            (b"NaN", "not valid JSON"),
            (b"{} {}", "trailing"),
            (b"{'a':1}", "not valid JSON"),
            (deep.as_bytes(), "deeper than 32"),
            (bottomless.as_bytes(), "deeper than 32"),
        ] {
            let refused = read(bytes).unwrap_err();
            assert!(refused.contains(reason), "{refused} should say {reason}");
        }
        assert!(read(format!("{}{}", "[".repeat(32), "]".repeat(32)).as_bytes()).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
