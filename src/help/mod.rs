//! Help: what private integrations are and how to live with them, open to everyone.

pub mod pages;

use crate::web::routes::Route;
use actix_web::http::Method;

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::page(Method::GET, "/help", pages::show)]
}
