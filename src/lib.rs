//! START HERE. Progreda: the admin console of private integrations, and the API v2 that honours their tokens.

pub mod ids;
pub mod world;
