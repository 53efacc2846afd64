//! Pages of invitations: those of who invites, and the one behind the link.

pub mod accept;
pub mod again;
mod asking;
mod handing;
pub mod invite;
pub mod list;
pub mod show;
#[cfg(test)]
mod tests;
pub mod view;
pub mod withdrawal;

const LIST: &str = "/settings/staff/invitations";
