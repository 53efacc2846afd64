//! Fields of the contract that are kept and given back as they came, and not searched: gender, and who must not be disturbed how.

use super::plain;
use serde_json::{Map, Value};

/// The ways on which somebody may not want to be disturbed.
pub const CHANNELS: [&str; 6] = ["Call", "Email", "SMS", "WhatsApp", "GMB", "FB"];
/// How one of them stands.
pub const STATES: [&str; 3] = ["active", "inactive", "permanent"];
/// Most characters of a gender.
pub const GENDER_MAX: usize = 50;
/// Most characters of a message beside a state.
pub const MESSAGE_MAX: usize = 500;
/// And of a code.
pub const CODE_MAX: usize = 100;

/// One of these fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// In the caller's words.
    Gender,
    /// By channel, whether the account may write or call.
    DndSettings,
    /// Whether the contact may.
    InboundDndSettings,
}

impl Beside {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 3] = [Self::Gender, Self::DndSettings, Self::InboundDndSettings];

    /// The name on API v2.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Gender => "gender",
            Self::DndSettings => "dndSettings",
            Self::InboundDndSettings => "inboundDndSettings",
        }
    }

    /// Reads a value from outside; none where it says nothing.
    ///
    /// # Errors
    /// What is wrong with it, to be said after the field's name.
    pub fn read(self, given: Value) -> Result<Option<Value>, String> {
        match self {
            _ if given.is_null() => Ok(None),
            Self::Gender => {
                let text = plain(given.as_str().ok_or("must be a string")?.trim(), GENDER_MAX)?;
                Ok((!text.is_empty()).then(|| Value::from(text)))
            }
            Self::DndSettings => settings(given, &CHANNELS, &STATES, true),
            Self::InboundDndSettings => settings(given, &["all"], &["active", "inactive"], false),
        }
    }
}

fn settings(given: Value, channels: &[&str], states: &[&str], codes: bool) -> Result<Option<Value>, String> {
    let Value::Object(given) = given else { return Err("must be an object".to_owned()) };
    let mut read = Map::new();
    for (channel, setting) in given {
        if !channels.contains(&channel.as_str()) {
            return Err(format!("must be an object of {}", channels.join(", ")));
        }
        if let Some(setting) = one(setting, states, codes).map_err(|why| format!("{channel} {why}"))? {
            read.insert(channel, setting);
        }
    }
    Ok((!read.is_empty()).then_some(Value::Object(read)))
}

fn one(given: Value, states: &[&str], codes: bool) -> Result<Option<Value>, String> {
    let mut given = match given {
        Value::Null => return Ok(None),
        Value::Object(given) => given,
        _ => return Err("must be an object".to_owned()),
    };
    let mut read = Map::new();
    let known = given.remove("status");
    let known = known.as_ref().and_then(Value::as_str).filter(|status| states.contains(status));
    let known = known.ok_or_else(|| format!("status must be one of {}", states.join(", ")))?;
    read.insert("status".to_owned(), known.into());
    let texts = [("message", MESSAGE_MAX), ("code", CODE_MAX)];
    for (name, limit) in texts.into_iter().take(if codes { 2 } else { 1 }) {
        let Some(text) = given.remove(name).filter(|text| !text.is_null()) else { continue };
        let text = text.as_str().ok_or_else(|| format!("{name} must be a string"))?;
        read.insert(name.to_owned(), plain(text, limit).map_err(|why| format!("{name} {why}"))?.into());
    }
    match given.keys().next() {
        Some(_) if codes => Err("may have status, message and code alone".to_owned()),
        Some(_) => Err("may have status and message alone".to_owned()),
        None => Ok(Some(Value::Object(read))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_contract_says_is_kept_as_it_came() {
        let settings = json!({"Call": {"status": "active", "message": "at night", "code": "n1"}, "Email": null});
        let kept = Beside::DndSettings.read(settings).unwrap();
        assert_eq!(kept, Some(json!({"Call": {"status": "active", "message": "at night", "code": "n1"}})));
        let inbound = Beside::InboundDndSettings.read(json!({"all": {"status": "inactive"}})).unwrap();
        assert_eq!(inbound, Some(json!({"all": {"status": "inactive"}})));
        assert_eq!(Beside::Gender.read(json!(" female ")).unwrap(), Some(json!("female")));
        for nothing in [json!(null), json!({}), json!({"SMS": null})] {
            assert_eq!(Beside::DndSettings.read(nothing).unwrap(), None);
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        let said = |field: Beside, value: Value| field.read(value).unwrap_err();
        assert_eq!(said(Beside::Gender, json!(1)), "must be a string");
        assert_eq!(said(Beside::Gender, json!("x".repeat(51))), "must be at most 50 characters long");
        assert_eq!(said(Beside::DndSettings, json!([])), "must be an object");
        assert_eq!(
            said(Beside::DndSettings, json!({"Fax": {}})),
            "must be an object of Call, Email, SMS, WhatsApp, GMB, FB"
        );
        assert_eq!(said(Beside::DndSettings, json!({"SMS": 1})), "SMS must be an object");
        assert_eq!(
            said(Beside::InboundDndSettings, json!({"all": {"status": "permanent"}})),
            "all status must be one of active, inactive"
        );
        assert!(Beside::InboundDndSettings.read(json!({"all": {"status": "active", "code": "x"}})).is_err());
        for odd in [json!({"status": "active", "x": 1}), json!({"status": "active", "message": 1})] {
            assert!(Beside::DndSettings.read(json!({ "FB": odd })).is_err());
        }
    }
}
