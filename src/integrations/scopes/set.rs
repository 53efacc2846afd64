//! The scopes that one integration holds, some of which may have left the catalogue since.

use super::catalogue::{Group, Scope, catalogue};
use std::collections::BTreeSet;
use std::fmt;

/// A sorted set of scope ids. A retired one, which the catalogue no longer has, stays in the set and opens nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScopeSet(BTreeSet<String>);

/// A member of a [`ScopeSet`].
#[derive(Debug, Clone, Copy)]
pub enum Held<'a> {
    /// In the catalogue, so it opens its routes.
    Current(&'static Scope),
    /// Its id only: it opens nothing.
    Retired(&'a str),
}

/// The members of a [`ScopeSet`] that one group of the catalogue has, or all that are retired.
#[derive(Debug)]
pub struct HeldGroup<'a> {
    /// The group; absent for those that are retired.
    pub group: Option<&'static Group>,
    /// In the order of display; never empty.
    pub scopes: Vec<Held<'a>>,
}

/// Why scopes from a form or a link are refused; its text is fit for a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeProblem {
    /// Not one was chosen.
    NoneChosen,
    /// These are not in the catalogue; sorted, each once, as they were sent.
    Unknown(Vec<String>),
    /// More than there are.
    TooMany,
}

impl ScopeSet {
    /// Reads scopes chosen for a new integration; those sent twice count once, empty ones not at all.
    ///
    /// # Errors
    /// [`ScopeProblem`] when there are none, too many, or ones that the catalogue does not have.
    pub fn parse(chosen: &[String]) -> Result<Self, ScopeProblem> {
        Self::parse_over(chosen, &Self::default())
    }

    /// Reads scopes chosen for an integration that holds `held`: retired ones among those may stay.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_over(chosen: &[String], held: &Self) -> Result<Self, ScopeProblem> {
        let ids: BTreeSet<&String> = chosen.iter().filter(|id| !id.is_empty()).collect();
        if ids.is_empty() {
            return Err(ScopeProblem::NoneChosen);
        }
        if ids.len() > catalogue().len() + held.retired().count() {
            return Err(ScopeProblem::TooMany);
        }
        let known = |id: &str| catalogue().find(id).is_some() || held.0.contains(id);
        let unknown: Vec<String> = ids.iter().filter(|id| !known(id)).map(|&id| id.clone()).collect();
        if unknown.is_empty() {
            Ok(Self(ids.into_iter().cloned().collect()))
        } else {
            Err(ScopeProblem::Unknown(unknown))
        }
    }

    /// Reads what [`to_stored`](Self::to_stored) wrote, perhaps with an older catalogue.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        text.split_whitespace().collect()
    }

    /// The ids in order with a space between, as the database keeps them.
    #[must_use]
    pub fn to_stored(&self) -> String {
        self.ids().collect::<Vec<_>>().join(" ")
    }

    /// Whether a token with this set has the right `id`; never for a retired scope.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(id) && catalogue().find(id).is_some()
    }

    /// How many it holds, retired ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds none, not even a retired one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every id in order, retired ones included.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Every member in order of id.
    pub fn iter(&self) -> impl Iterator<Item = Held<'_>> {
        self.ids().map(Held::of)
    }

    /// The ids that the catalogue no longer has, in order.
    pub fn retired(&self) -> impl Iterator<Item = &str> {
        self.ids().filter(|id| catalogue().find(id).is_none())
    }

    /// How many scopes of `group` it holds, for "3 of 9".
    #[must_use]
    pub fn count_in(&self, group: &Group) -> usize {
        group.scopes().filter(|scope| self.0.contains(&scope.id)).count()
    }

    /// The members under the catalogue's groups in the order of display, retired ones last; groups without any are left out.
    #[must_use]
    pub fn by_group(&self) -> Vec<HeldGroup<'_>> {
        let current = catalogue().groups().iter().map(|group| HeldGroup {
            group: Some(group),
            scopes: group.scopes().filter(|scope| self.0.contains(&scope.id)).map(Held::Current).collect(),
        });
        let retired = HeldGroup { group: None, scopes: self.retired().map(Held::Retired).collect() };
        current.chain([retired]).filter(|found| !found.scopes.is_empty()).collect()
    }

    /// What it holds that `old` did not.
    #[must_use]
    pub fn added(&self, old: &Self) -> Vec<Held<'_>> {
        self.ids().filter(|id| !old.0.contains(*id)).map(Held::of).collect()
    }

    /// What `old` held that it does not.
    #[must_use]
    pub fn removed<'a>(&self, old: &'a Self) -> Vec<Held<'a>> {
        old.added(self)
    }
}

impl<'a> FromIterator<&'a str> for ScopeSet {
    fn from_iter<T: IntoIterator<Item = &'a str>>(ids: T) -> Self {
        Self(ids.into_iter().map(str::to_owned).collect())
    }
}

impl<'a> Held<'a> {
    fn of(id: &'a str) -> Self {
        catalogue().find(id).map_or(Self::Retired(id), Self::Current)
    }

    /// The scope's id.
    #[must_use]
    pub fn id(&self) -> &'a str {
        match self {
            Self::Current(scope) => &scope.id,
            Self::Retired(id) => id,
        }
    }

    /// The scope, unless it is retired.
    #[must_use]
    pub fn scope(&self) -> Option<&'static Scope> {
        match self {
            Self::Current(scope) => Some(scope),
            Self::Retired(_) => None,
        }
    }
}

impl fmt::Display for ScopeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoneChosen => f.write_str("Choose at least one scope"),
            Self::TooMany => write!(f, "Choose at most {} scopes: there are no more.", catalogue().len()),
            Self::Unknown(ids) => {
                // A link can carry anything: the first few are enough to find the mistake.
                let named: Vec<String> = ids.iter().take(3).map(|id| id.chars().take(60).collect()).collect();
                let what = if ids.len() == 1 { "This scope does" } else { "These scopes do" };
                write!(f, "{what} not exist: {}", named.join(", "))?;
                match ids.len() - named.len() {
                    0 => f.write_str("."),
                    more => write!(f, " and {more} more."),
                }
            }
        }
    }
}

impl std::error::Error for ScopeProblem {}
