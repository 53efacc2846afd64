//! Endpoints, messages and deliveries in the database. Every statement that a person's request runs names the account.

pub mod backlogs;
pub mod changes;
pub mod counts;
pub mod deliveries;
pub mod due;
pub mod endpoints;
pub mod holders;
pub mod listed;
pub mod messages;
pub mod notices;
pub mod sealed;
pub mod sent;
