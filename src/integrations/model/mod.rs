//! What a private integration is and what may be done with it, pure: no clock, no store.

mod details;
mod lifecycle;
mod steps;
#[cfg(test)]
mod steps_tests;
mod token;

pub use details::{DESCRIPTION_MAX, Details, DetailsProblem, NAME_MAX};
pub use lifecycle::{DUE_AFTER, DUE_DAYS, Facts, Lifecycle, Status, Tokens};
pub use steps::{Extension, LONGEST_OVERLAP, Overlap, Refused, Step};
pub use token::{EndReason, HONOURED_SQL, Token, honoured};
