//! The kernel's web half: routes, who is asking, sessions, forms, headers, and how an answer looks.

pub mod actor;
pub mod api;
pub mod assets;
pub mod client;
pub mod cookie_keys;
pub mod cookies;
pub mod described;
pub mod faces;
pub mod fields;
pub mod flash;
pub mod form;
pub mod frame;
pub mod halfway;
pub mod headers;
pub mod idempotency;
pub mod idle;
pub mod once;
pub mod parts;
pub mod permit;
pub mod question;
pub mod reauth;
pub mod refusal;
pub mod reveal;
pub mod routes;
#[cfg(any(debug_assertions, test))]
pub mod sample;
pub mod session;
pub mod shell;
pub mod shown;
pub mod thing;
pub mod throttle;
pub mod times;
pub mod visit;
