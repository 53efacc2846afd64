//! Staff: who belongs to which account, with which role and overrides.

mod change;
pub mod commands;
mod model;
mod pages;
pub mod store;

pub use pages::head::tabs as list_tabs;
pub use store::person::{Role, roles};
pub use store::{NewStaff, add, by_email, renamed};

use crate::actions;
use crate::authz::Permission::{RolesManage, StaffManage, StaffView};
use crate::authz::PersonNeeds::Needs;
use crate::authz::TokenNeeds;
use crate::web::routes::Route;
use actix_web::http::Method;

actions! {
    /// See who belongs to the account, and what they may do.
    ViewStaff: Needs(StaffView), TokenNeeds::Never, None, false;
    /// Change somebody's name or role.
    EditStaff: Needs(StaffManage), TokenNeeds::Never, None, true;
    /// Change somebody's role and what is allowed or denied to them alone.
    ChangePermissions: Needs(RolesManage), TokenNeeds::Never, None, true;
    /// Disable somebody in the account.
    DisableStaff: Needs(StaffManage), TokenNeeds::Never, None, true;
    /// Enable somebody in the account again.
    EnableStaff: Needs(StaffManage), TokenNeeds::Never, None, true;
    /// Remove somebody from the account.
    RemoveStaff: Needs(StaffManage), TokenNeeds::Never, None, true;
}

/// Every route of staff.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, "/settings/staff", pages::list::show),
        Route::page(Method::GET, "/settings/staff/{id}", pages::profile::show),
        Route::page(Method::POST, "/settings/staff/{id}", pages::profile::save),
        Route::page(Method::GET, "/settings/staff/{id}/permissions", pages::permissions::show),
        Route::page(Method::POST, "/settings/staff/{id}/permissions", pages::permissions::save),
        Route::page(Method::GET, "/settings/staff/{id}/disabling", pages::leaving::ask_disabling),
        Route::page(Method::POST, "/settings/staff/{id}/disabling", pages::leaving::disable),
        Route::page(Method::POST, "/settings/staff/{id}/enabling", pages::leaving::enable),
        Route::page(Method::GET, "/settings/staff/{id}/removal", pages::leaving::ask_removal),
        Route::page(Method::POST, "/settings/staff/{id}/removal", pages::leaving::remove),
    ]
}
