//! Roles: named sets of permissions in an account; Admin and User are built in.

mod change;
pub mod commands;
mod granting;
pub mod model;
mod pages;
pub mod store;

pub use change::RoleGiven;
pub use granting::Granting;
pub use pages::routes;
pub(crate) use store::rights::may_sign_in;
pub use store::rights::{Rights, of as rights_of, of_user, outside, stored_overrides, stored_permissions, words};
pub use store::{add_builtin, find};

use crate::authz::{Permission, PersonNeeds, TokenNeeds};

const MANAGE: PersonNeeds = PersonNeeds::Needs(Permission::RolesManage);

crate::actions! {
    /// See what roles may do, and what a change would mean.
    ManageRoles: MANAGE, TokenNeeds::Never, None, false;
    /// Make, change, rename and delete roles.
    ChangeRoles: MANAGE, TokenNeeds::Never, None, true;
}

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
