//! Invitations: a link by which somebody comes to belong to an account; made by who manages staff, accepted once.

pub mod change;
pub mod commands;
pub mod model;
pub mod pages;
pub mod store;

use crate::authz::{Permission, PersonNeeds, TokenNeeds};
use crate::web::routes::Route;
use actix_web::http::Method;

crate::actions! {
    /// See whom the account has invited.
    ViewInvitations: PersonNeeds::Needs(Permission::StaffManage), TokenNeeds::Never, None, false;
    /// Invite, send again, withdraw.
    ManageInvitations: PersonNeeds::Needs(Permission::StaffManage), TokenNeeds::Never, None, true;
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, "/settings/staff/invitations", pages::list::show),
        Route::page(Method::GET, "/settings/staff/invitations/new", pages::invite::open),
        Route::page(Method::POST, "/settings/staff/invitations/new", pages::invite::invite),
        Route::page(Method::GET, "/settings/staff/invitations/{id}", pages::show::show),
        Route::page(Method::GET, "/settings/staff/invitations/{id}/link", pages::again::ask),
        Route::page(Method::POST, "/settings/staff/invitations/{id}/link", pages::again::send),
        Route::page(Method::GET, "/settings/staff/invitations/{id}/withdrawal", pages::withdrawal::ask),
        Route::page(Method::POST, "/settings/staff/invitations/{id}/withdrawal", pages::withdrawal::withdraw),
        Route::page(Method::GET, "/invitation", pages::accept::open),
        Route::page(Method::POST, "/invitation", pages::accept::accept),
    ]
}
