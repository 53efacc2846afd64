//! Labs: features that an account switches on and off.

pub mod commands;
pub mod store;

pub use store::set;
