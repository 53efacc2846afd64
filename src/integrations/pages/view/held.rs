//! Scopes that an integration holds, under the groups of the catalogue.

use crate::integrations::scopes::{Held, ScopeSet};

/// Scopes of one group.
#[derive(Debug)]
pub struct ScopeGroup {
    /// The group's name.
    pub name: String,
    /// The scopes, at least one.
    pub scopes: Vec<HeldScope>,
}

/// One scope that is held.
#[derive(Debug)]
pub struct HeldScope {
    /// Its name: `View contacts`.
    pub title: String,
    /// Its id.
    pub id: String,
    /// What to know of it; may be empty.
    pub note: String,
    /// Whether it has left the catalogue.
    pub retired: bool,
}

/// The scopes of `set` under their groups.
#[must_use]
pub fn groups(set: &ScopeSet) -> Vec<ScopeGroup> {
    let row = |held: &Held<'_>| match held {
        Held::Current(scope) => HeldScope {
            title: scope.title.clone(),
            id: scope.id.clone(),
            note: scope.warning.clone().unwrap_or_default(),
            retired: false,
        },
        Held::Retired(id) => HeldScope {
            title: "A scope that there is no longer".to_owned(),
            id: (*id).to_owned(),
            note: "Retired: opens nothing".to_owned(),
            retired: true,
        },
    };
    let group = |group: crate::integrations::scopes::HeldGroup<'_>| ScopeGroup {
        name: group.group.map_or("Retired", |group| group.name.as_str()).to_owned(),
        scopes: group.scopes.iter().map(row).collect(),
    };
    set.by_group().into_iter().map(group).collect()
}
