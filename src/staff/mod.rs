//! Staff: who belongs to which account, with which role and overrides.

pub mod commands;
pub mod store;

pub use store::{NewStaff, add, renamed};
