//! What every integration test stands on: a database of its own, and somebody who asks.

pub mod actors;
pub mod app;
pub mod database;
pub mod html;
pub mod patience;
pub mod phone;
pub mod scratch;
pub mod smtp;
pub mod visitor;
