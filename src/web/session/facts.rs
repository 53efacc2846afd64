//! What a session knows, as it is kept.

use anyhow::anyhow;
use std::collections::HashMap;

/// Where the facts stand in a session's state.
pub(super) const STATE: &str = "is";

/// What a session knows; all of it stays on the server.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Facts {
    pub(super) user: String,
    pub(super) account: String,
    pub(super) since: i64,
    pub(super) authenticated: i64,
    /// When it last went on under another id.
    #[serde(default)]
    pub(super) moved: i64,
    /// The name of the code by which it was last confirmed; empty when it was the password.
    #[serde(default)]
    pub(super) confirmed_by: String,
    pub(super) epoch: i64,
    pub(super) seed: String,
    pub(super) handle: String,
    pub(super) address: String,
    pub(super) agent: String,
}

pub(super) fn text_of(facts: &Facts) -> Result<String, serde_json::Error> {
    serde_json::to_string(&HashMap::from([(STATE, serde_json::to_string(facts)?)]))
}

pub(super) fn facts_in(state: &HashMap<String, String>) -> Option<Facts> {
    serde_json::from_str(state.get(STATE)?).ok()
}

pub(super) fn facts_to_keep(state: &HashMap<String, String>) -> Result<Facts, anyhow::Error> {
    facts_in(state).ok_or_else(|| anyhow!("a session without anybody is not kept"))
}

pub(super) fn facts_of(text: &str) -> Option<Facts> {
    facts_in(&serde_json::from_str(text).ok()?)
}
