//! Roles: named sets of permissions in an account; Admin and User are built in.

mod granting;
pub mod store;

pub use granting::Granting;
pub(crate) use store::rights::may_sign_in;
pub use store::rights::{Rights, of as rights_of, of_user, stored_overrides, stored_permissions, words};
pub use store::{add_builtin, find, set};

use crate::authz::Permission;

/// The roles that every account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// May do everything.
    Admin,
    /// Starts with seeing contacts.
    User,
}

impl Builtin {
    /// The role's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "Admin",
            Self::User => "User",
        }
    }

    /// What it starts with.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Admin => Permission::ALL,
            Self::User => &[Permission::ContactsView],
        }
    }
}
