//! Starting points for choosing scopes.

use super::catalogue::{Access, catalogue};
use super::set::ScopeSet;

/// A named choice of scopes.
#[derive(Debug, PartialEq, Eq)]
pub struct Preset {
    /// As forms send it, for example `contact-sync`.
    pub key: &'static str,
    /// As pages show it.
    pub name: &'static str,
    choice: Choice,
}

#[derive(Debug, PartialEq, Eq)]
enum Choice {
    These(&'static [&'static str]),
    EveryView,
}

/// All presets, in the order of display.
pub static PRESETS: [Preset; 4] = [
    Preset { key: "contacts-read", name: "Read only contacts", choice: Choice::These(&["contacts.readonly"]) },
    Preset {
        key: "contact-sync",
        name: "Contact sync",
        choice: Choice::These(&["contacts.readonly", "contacts.write"]),
    },
    Preset { key: "read-everything", name: "Read everything", choice: Choice::EveryView },
    Preset { key: "none", name: "None", choice: Choice::These(&[]) },
];

impl Preset {
    /// The scopes it ticks.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        match self.choice {
            Choice::These(ids) => ids.iter().copied().collect(),
            Choice::EveryView => catalogue()
                .scopes()
                .filter(|scope| scope.access == Access::View)
                .map(|scope| scope.id.as_str())
                .collect(),
        }
    }
}

/// The scopes of the preset with this key.
#[must_use]
pub fn preset(key: &str) -> Option<ScopeSet> {
    PRESETS.iter().find(|preset| preset.key == key).map(Preset::scopes)
}

/// The preset that ticks exactly `set`.
#[must_use]
pub fn preset_of(set: &ScopeSet) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.scopes() == *set)
}
