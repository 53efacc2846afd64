//! The journal as people read it: what happened to one thing, by whom and when.

pub mod due;
pub mod store;

pub use store::{Event, history};
