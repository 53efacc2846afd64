//! People: setup, sign-in, profile, their sessions.

pub mod change;
pub mod commands;
pub mod hashing;
pub mod model;
pub mod store;

use crate::authz::{PersonNeeds, TokenNeeds};

crate::actions! {
    /// Look at one's own profile and sessions.
    ViewProfile: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Change one's own name.
    ChangeName: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// Change one's own password; asks for the old one itself.
    ChangePassword: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
    /// End one's own other sessions.
    EndSessions: PersonNeeds::SignedIn, TokenNeeds::Never, None, true;
    /// Sign out.
    SignOut: PersonNeeds::SignedIn, TokenNeeds::Never, None, false;
}

