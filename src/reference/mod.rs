//! The reference of API v2: `/openapi.json` for software and `/docs` for people, out of the route table and what features say of it.

mod chapter;
mod curl;
mod document;
mod errors;
mod guide;
mod order;
mod pages;
mod served;
mod told;
mod webhooks;

pub use document::LIMITS;

pub use errors::{CODES, Code};
pub use served::{Reference, Served};

use crate::web::described::{Chapter, Told};
use crate::web::routes::Route;
use crate::{contacts, integrations};
use actix_web::http::Method;

/// The sections of the guide: anchor and heading, in order.
pub const SECTIONS: &[(&str, &str)] = &[
    ("start", "Start here"),
    ("authentication", "Authentication"),
    ("scopes", "Scopes"),
    ("version", "The Version header"),
    ("requests", "Requests and answers"),
    ("errors", "Errors"),
    ("limits", "Rate limits"),
    ("idempotency", "Idempotent calls"),
    ("etags", "ETag and If-Match"),
    ("paging", "Paging"),
    ("operations", "Operations"),
];

/// The heading of a section.
fn heading(anchor: &str) -> &'static str {
    SECTIONS.iter().find(|(name, _)| *name == anchor).map_or("", |(_, heading)| *heading)
}

/// What every feature says of API v2, in the order in which one reads it.
#[must_use]
pub fn chapters() -> Vec<Chapter> {
    let mut chapters = contacts::chapters();
    chapters.extend(integrations::chapters());
    chapters
}

/// What every feature tells webhooks.
#[must_use]
pub fn told() -> Vec<Told> {
    contacts::told()
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, "/openapi.json", pages::document),
        Route::page(Method::GET, "/docs", pages::guide),
        Route::page(Method::GET, "/docs/webhooks", pages::webhooks),
        Route::page(Method::GET, "/docs/{chapter}", pages::chapter),
    ]
}
