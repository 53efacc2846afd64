//! Scopes: the catalogue of all rights on API v2, and the sets of them that integrations hold.

mod catalogue;
mod preset;
mod read;
mod set;
mod summary;
#[cfg(test)]
mod tests;

pub use catalogue::{Access, Catalogue, Group, Method, Route, Row, Scope, catalogue};
pub use preset::{PRESETS, Preset, preset, preset_of};
pub use read::CatalogueError;
pub use set::{Held, HeldGroup, ScopeProblem, ScopeSet};
pub use summary::{Line, Part, Summary, summary};
