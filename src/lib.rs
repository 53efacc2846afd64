//! START HERE. Progreda: the admin console of private integrations, and the API v2 that honours their tokens.
//!
//! A thin shared kernel, then one folder for each feature, all furnished alike. In reading order:

pub mod ids;
pub mod integrations;
pub mod world;

pub mod authz;
pub mod config;
pub mod db;
pub mod error;
pub mod keys;

pub mod web;

pub mod contacts;
