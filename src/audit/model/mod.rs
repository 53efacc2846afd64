//! What an event is, how it is told, and what is asked of the log.

pub mod actions;
pub mod details;
pub mod event;
pub mod filter;
pub mod words;
