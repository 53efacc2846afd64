//! What every integration test stands on: a database of its own.

pub mod database;
pub mod scratch;
