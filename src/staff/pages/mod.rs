//! My Staff: the list, and one person's profile, permissions and leaving.

pub mod asking;
pub mod head;
pub mod leaving;
pub mod list;
mod matrix;
pub mod permissions;
pub mod profile;
mod wish;

/// Where the list stands.
pub const LIST: &str = "/settings/staff";
