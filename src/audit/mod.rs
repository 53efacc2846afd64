//! The audit log: the journal as people read it, one wording for every page, and its download.

pub mod change;
pub mod commands;
pub mod due;
mod export;
pub mod model;
pub mod pages;
pub mod store;

pub use commands::activity;
pub use model::event::Event;
pub use model::filter::Filter;
pub use model::words::{Piece, Sentence};
pub use pages::address;
pub use pages::row::Line;
pub use store::history;

use crate::authz::{Permission, PersonNeeds, TokenNeeds};
use crate::web::routes::Route;
use actix_web::http::Method;

crate::actions! {
    /// Read the account's log.
    ViewAuditLog: PersonNeeds::Needs(Permission::AuditView), TokenNeeds::Never, None, false;
    /// Take it along as a file.
    ExportAuditLog: PersonNeeds::Needs(Permission::AuditExport), TokenNeeds::Never, None, false;
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, pages::PATH, pages::list::show),
        Route::page(Method::GET, "/settings/audit-log/{id}", pages::event::show),
        Route::page(Method::POST, pages::EXPORT, pages::export::download),
    ]
}
