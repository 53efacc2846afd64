//! What every page and every answer of API v2 goes through.

pub mod api;
