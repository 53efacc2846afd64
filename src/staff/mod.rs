//! Staff: who belongs to which account, with which role and overrides.

pub mod store;
