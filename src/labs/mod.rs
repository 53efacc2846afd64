//! Labs: features that an account switches on and off.

pub mod commands;
pub mod pages;
pub mod store;

pub use store::add;

use crate::authz::{Permission, PersonNeeds, TokenNeeds};
use crate::web::routes::Route;
use actix_web::http::Method;

crate::actions! {
    /// See the labs and switch them.
    ManageLabs: PersonNeeds::Needs(Permission::LabsManage), TokenNeeds::Never, None, false;
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, "/settings/labs", pages::show),
        Route::page(Method::GET, "/settings/labs/{lab}/off", pages::ask_off),
        Route::page(Method::POST, "/settings/labs/{lab}", pages::switch),
    ]
}
