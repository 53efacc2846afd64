//! The console's Roles & Permissions pages.

mod asking;
mod copy;
mod deletion;
mod matrix;
mod name;
mod showing;
mod view;

use crate::web::routes::Route;
use actix_web::http::Method;

/// The address of the matrix; everything else stands below it.
const PATH: &str = "/settings/roles";

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, "/settings/roles", matrix::show),
        Route::page(Method::POST, "/settings/roles", matrix::save),
        Route::page(Method::POST, "/settings/roles/preview", matrix::preview),
        Route::page(Method::GET, "/settings/roles/new", name::new),
        Route::page(Method::POST, "/settings/roles/new", name::create),
        Route::page(Method::GET, "/settings/roles/{id}/name", name::ask),
        Route::page(Method::POST, "/settings/roles/{id}/name", name::rename),
        Route::page(Method::GET, "/settings/roles/{id}/copy", copy::ask),
        Route::page(Method::GET, "/settings/roles/{id}/deletion", deletion::ask),
        Route::page(Method::POST, "/settings/roles/{id}/deletion", deletion::delete),
    ]
}

#[cfg(test)]
mod tests;
