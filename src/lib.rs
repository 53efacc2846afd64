//! START HERE. Progreda: the admin console of private integrations, and the API v2 that honours their tokens.
//!
//! A thin shared kernel, then one folder for each feature, all furnished alike. In reading order:

// The kernel, pure.
pub mod ids;
pub mod text;
pub mod world;

pub mod authz;
pub mod config;
pub mod error;
pub mod keys;
pub mod mail;
pub mod signals;
pub mod telemetry;

// The kernel, storage and web.
pub mod db;
pub mod web;

// Features.
pub mod accounts;
pub mod audit;
pub mod contacts;
pub mod demo;
pub mod help;
pub mod integrations;
pub mod invitations;
pub mod labs;
pub mod notices;
pub mod reference;
pub mod roles;
pub mod staff;
pub mod usage;
pub mod users;
pub mod webhooks;

// The composition root, and the command line above it.
pub mod app;
pub mod cli;

// Rendering pages and reading rows is much taking and giving back of small pieces of memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
