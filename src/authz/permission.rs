//! What people may be given: permissions, and labs that switch features on.

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $words:literal;)*) => {
        /// One named right of a person.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Permission { $($(#[$doc])* $name,)* }

        impl Permission {
            /// Every permission, in the order of the Roles & Permissions page.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable name that is stored.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The name that people read.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

permissions! {
    /// See private integrations and their history.
    PrivateIntegrationsView = "private_integrations.view", "View Private Integrations";
    /// Create, change and delete them: in effect, access to all of the account's data.
    PrivateIntegrationsManage = "private_integrations.manage", "Manage Private Integrations";
    /// See contacts in the console.
    ContactsView = "contacts.view", "View Contacts";
    /// See the people of the account.
    StaffView = "staff.view", "View Staff";
    /// Invite, change and remove people.
    StaffManage = "staff.manage", "Manage Staff";
    /// Change what roles and persons may do.
    RolesManage = "roles.manage", "Manage Roles";
    /// Switch labs on and off.
    LabsManage = "labs.manage", "Manage Labs";
    /// Read the audit log.
    AuditView = "audit.view", "View Audit Log";
    /// Download the audit log.
    AuditExport = "audit.export", "Export Audit Log";
    /// Change the account itself.
    AccountManage = "account.manage", "Manage Account";
}

impl Permission {
    /// The permission with this stored name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.code() == code)
    }

    /// What holding this one includes besides itself.
    #[must_use]
    pub const fn implies(self) -> Option<Self> {
        match self {
            Self::PrivateIntegrationsManage => Some(Self::PrivateIntegrationsView),
            Self::StaffManage => Some(Self::StaffView),
            _ => None,
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// The permissions that somebody effectively holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PermissionSet(u32);

impl PermissionSet {
    /// From a role's permissions and a person's overrides `(permission, allowed)`: a deny beats the role, an allow adds to it,
    /// and `manage` includes `view` unless `view` itself is denied, which takes `manage` away too.
    #[must_use]
    pub fn effective(role: &[Permission], overrides: &[(Permission, bool)]) -> Self {
        let mut set = 0;
        for permission in role {
            set |= permission.bit();
        }
        for (permission, _) in overrides.iter().filter(|(_, allowed)| *allowed) {
            set |= permission.bit();
        }
        for (permission, _) in overrides.iter().filter(|(_, allowed)| !*allowed) {
            set &= !permission.bit();
        }
        for permission in Permission::ALL {
            let Some(included) = permission.implies() else { continue };
            if set & permission.bit() != 0 {
                if overrides.contains(&(included, false)) {
                    set &= !permission.bit();
                } else {
                    set |= included.bit();
                }
            }
        }
        Self(set)
    }

    /// Whether it holds `permission`.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }
}

/// A feature that an account can switch on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lab {
    /// The Private Integrations pages.
    PrivateIntegrations,
}

impl Lab {
    /// Every lab.
    pub const ALL: &'static [Self] = &[Self::PrivateIntegrations];

    /// The stable name that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PrivateIntegrations => "private_integrations",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PrivateIntegrations => "Private Integrations",
        }
    }

    /// The lab with this stored name.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|lab| lab.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::Permission::{PrivateIntegrationsManage, PrivateIntegrationsView, StaffManage};
    use super::*;

    #[test]
    fn a_deny_beats_the_role_and_an_allow_adds_to_it() {
        let set = PermissionSet::effective(&[StaffManage], &[(PrivateIntegrationsView, true), (StaffManage, false)]);
        assert!(set.has(PrivateIntegrationsView));
        assert!(!set.has(StaffManage));
        assert!(!set.has(PrivateIntegrationsManage));
    }

    #[test]
    fn manage_includes_view_and_falls_with_it() {
        assert!(PermissionSet::effective(&[PrivateIntegrationsManage], &[]).has(PrivateIntegrationsView));
        let denied = PermissionSet::effective(&[PrivateIntegrationsManage], &[(PrivateIntegrationsView, false)]);
        assert!(!denied.has(PrivateIntegrationsManage));
    }
}
