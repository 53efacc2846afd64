//! People: setup, sign-in, profile, their sessions.

pub mod change;
pub mod commands;
pub mod hashing;
pub mod model;
pub mod pages;
pub mod secret;
pub mod store;
pub mod switching;

pub use change::{OfUser, UserChange};
pub use commands::code::{HalfWay, Passed, pass as pass_code};
pub use commands::joining::{Proof, prove};
pub use hashing::Hasher;
pub use model::{Bad, Email, Password, name as read_name};
pub use pages::PASSWORD_RULE;
pub(crate) use pages::code::{field as code_field, half_way, lead as lead_half_way, wrong as wrong_code};
pub(crate) use pages::{entrance, problems_of, visitor_guard, welcome};
pub use store::{NewUser, add};

use crate::authz::{Permission, PersonNeeds, TokenNeeds};
use crate::web::routes::Route;
use actix_web::http::Method;

crate::actions! {
    /// Look at one's own profile and sessions.
    ViewProfile: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Change one's own name.
    ChangeName: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Change one's own password; asks for the old one itself.
    ChangePassword: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Sign in with another e-mail address.
    ChangeEmail: PersonNeeds::SignedIn, TokenNeeds::Never, None, true;
    /// End one's own other sessions.
    EndSessions: PersonNeeds::SignedIn, TokenNeeds::Never, None, true;
    /// Look at the page on which one sets up a second factor, and at the codes that it brought.
    ViewFactor: PersonNeeds::SignedIn, TokenNeeds::Never, None, false, true;
    /// Set up one's own second factor.
    EnableFactor: PersonNeeds::SignedIn, TokenNeeds::Never, None, true, true;
    /// Turn it off; asks for the password and a code itself.
    DisableFactor: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Make new recovery codes; asks for the password and a code itself.
    MakeRecoveryCodes: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Go on in another account of one's own.
    OpenAccount: PersonNeeds::SignedIn, TokenNeeds::Never, None, false, true;
    /// End somebody's sessions.
    EndSessionsOf: PersonNeeds::Needs(Permission::StaffManage), TokenNeeds::Never, None, true;
    /// Take a second factor away from somebody who cannot use it any more.
    ResetFactor: PersonNeeds::Needs(Permission::StaffManage), TokenNeeds::Never, None, true;
    /// Have somebody's password reset.
    StartReset: PersonNeeds::Needs(Permission::StaffManage), TokenNeeds::Never, None, true;
    /// See the link that one has just made, where it may be seen.
    ShowReset: PersonNeeds::Needs(Permission::StaffManage), TokenNeeds::Never, None, false;
    /// Sign out.
    SignOut: PersonNeeds::SignedIn, TokenNeeds::Never, None, false, true;
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
        Route::page(Method::GET, "/login/reset", pages::forgotten::form),
        Route::page(Method::POST, "/login/reset", pages::forgotten::ask),
        Route::page(Method::GET, "/login/reset/sent", pages::forgotten::sent),
        Route::page(Method::GET, "/login/code", pages::code::ask),
        Route::page(Method::POST, "/login/code", pages::code::send),
        Route::page(Method::POST, "/login/anew", pages::code::begin_anew),
        Route::page(Method::POST, "/logout", pages::sign_out),
        Route::page(Method::POST, "/accounts/open", pages::switching::open),
        Route::page(Method::GET, "/password-reset", pages::reset::open),
        Route::page(Method::POST, "/password-reset", pages::reset::set),
        Route::page(Method::GET, "/settings/staff/{id}/password-reset", pages::start_reset::ask),
        Route::page(Method::POST, "/settings/staff/{id}/password-reset", pages::start_reset::start),
        Route::page(Method::GET, "/settings/staff/{id}/password-reset/link", pages::start_reset::show),
        Route::page(Method::GET, "/settings/staff/{id}/sessions", pages::protecting::ask_ending),
        Route::page(Method::POST, "/settings/staff/{id}/sessions", pages::protecting::end),
        Route::page(Method::GET, "/settings/staff/{id}/second-factor", pages::protecting::ask_reset),
        Route::page(Method::POST, "/settings/staff/{id}/second-factor", pages::protecting::reset),
        Route::page(Method::GET, "/profile", pages::profile::show),
        Route::page(Method::GET, "/profile/email", pages::email::show),
        Route::page(Method::POST, "/profile/email", pages::email::start),
        Route::page(Method::GET, "/email-change", pages::email_confirm::open),
        Route::page(Method::POST, "/email-change", pages::email_confirm::confirm),
        Route::page(Method::POST, "/profile/name", pages::profile::change_name),
        Route::page(Method::GET, "/profile/security", pages::security::show),
        Route::page(Method::POST, "/profile/password", pages::security::change_password),
        Route::page(Method::POST, "/profile/sessions/end", pages::sessions::end),
        Route::page(Method::POST, "/profile/sessions/end-all", pages::sessions::end_all),
        Route::page(Method::GET, "/profile/second-factor", pages::factor::ask),
        Route::page(Method::POST, "/profile/second-factor", pages::factor::set_up),
        Route::page(Method::GET, "/profile/second-factor/off", pages::factor_off::ask),
        Route::page(Method::POST, "/profile/second-factor/off", pages::factor_off::turn_off),
        Route::page(Method::GET, "/profile/recovery-codes", pages::recovery::show),
        Route::page(Method::GET, "/profile/recovery-codes/new", pages::recovery::ask),
        Route::page(Method::POST, "/profile/recovery-codes/new", pages::recovery::make),
    ]
}
