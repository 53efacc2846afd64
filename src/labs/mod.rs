//! Labs: features that an account switches on and off.

pub mod store;
