//! People: setup, sign-in, profile, their sessions.

pub mod change;
pub mod commands;
pub mod hashing;
pub mod model;
pub mod pages;
pub mod store;
pub mod switching;

use crate::authz::{PersonNeeds, TokenNeeds};
use crate::web::routes::Route;
use actix_web::http::Method;

crate::actions! {
    /// Look at one's own profile and sessions.
    ViewProfile: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Change one's own name.
    ChangeName: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Change one's own password; asks for the old one itself.
    ChangePassword: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// End one's own other sessions.
    EndSessions: PersonNeeds::SignedIn, TokenNeeds::Never, None, true;
    /// Go on in another account of one's own.
    OpenAccount: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Sign out.
    SignOut: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::page(Method::GET, "/", pages::start),
        Route::page(Method::GET, "/setup", pages::setup_form),
        Route::page(Method::POST, "/setup", pages::set_up),
        Route::page(Method::GET, "/login", pages::sign_in_form),
        Route::page(Method::POST, "/login", pages::sign_in),
        Route::page(Method::POST, "/logout", pages::sign_out),
        Route::page(Method::POST, "/accounts/open", pages::switching::open),
        Route::page(Method::GET, "/profile", pages::profile::show),
        Route::page(Method::POST, "/profile/name", pages::profile::change_name),
        Route::page(Method::POST, "/profile/password", pages::profile::change_password),
        Route::page(Method::POST, "/profile/sessions/end", pages::profile::end_session),
        Route::page(Method::POST, "/profile/sessions/end-all", pages::profile::end_all),
    ]
}
