//! What people may be given: permissions, and labs that switch features on.

/// The parts of the product that permissions belong to, in the order of the Roles & Permissions page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Module {
    /// Private integrations.
    PrivateIntegrations,
    /// Webhooks.
    Webhooks,
    /// Contacts.
    Contacts,
    /// The people of the account.
    Staff,
    /// Roles and what they may do.
    Roles,
    /// Labs.
    Labs,
    /// The audit log.
    AuditLog,
    /// The account itself.
    Account,
}

impl Module {
    /// Every module, in order.
    pub const ALL: &'static [Self] = &[
        Self::PrivateIntegrations,
        Self::Webhooks,
        Self::Contacts,
        Self::Staff,
        Self::Roles,
        Self::Labs,
        Self::AuditLog,
        Self::Account,
    ];

    /// The name that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PrivateIntegrations => "Private Integrations",
            Self::Webhooks => "Webhooks",
            Self::Contacts => "Contacts",
            Self::Staff => "Staff",
            Self::Roles => "Roles",
            Self::Labs => "Labs",
            Self::AuditLog => "Audit Log",
            Self::Account => "Account",
        }
    }

    /// Its permissions, in order.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| permission.module() == self)
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $module:ident, $words:literal, $hint:literal;)*) => {
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

            /// What it really means, in a few words.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }

            /// The part of the product that it belongs to.
            #[must_use]
            pub const fn module(self) -> Module {
                match self { $(Self::$name => Module::$module,)* }
            }
        }
    };
}

permissions! {
    /// See private integrations and their history.
    PrivateIntegrationsView = "private_integrations.view", PrivateIntegrations, "View Private Integrations",
        "See the list, scopes and use; never a token";
    /// Create, change and delete them: in effect, access to all of the account's data.
    PrivateIntegrationsManage = "private_integrations.manage", PrivateIntegrations, "Manage Private Integrations",
        "In effect access to all data of the account";
    /// See webhooks and what was sent.
    WebhooksView = "webhooks.view", Webhooks, "View Webhooks", "See where events are sent, and what they said of contacts";
    /// Create, change and delete webhooks.
    WebhooksManage = "webhooks.manage", Webhooks, "Manage Webhooks", "Choose where data of contacts is sent";
    /// See contacts in the console.
    ContactsView = "contacts.view", Contacts, "View Contacts", "See every contact of the account";
    /// See the people of the account.
    StaffView = "staff.view", Staff, "View Staff", "See who belongs to the account, and what they may do";
    /// Invite, change and remove people.
    StaffManage = "staff.manage", Staff, "Manage Staff", "Invite, edit, disable and remove people";
    /// Change what roles and persons may do.
    RolesManage = "roles.manage", Roles, "Manage Roles", "This page, and the permissions of single people";
    /// Switch labs on and off.
    LabsManage = "labs.manage", Labs, "Manage Labs", "Switch features on or off for everyone";
    /// Read the audit log.
    AuditView = "audit.view", AuditLog, "View Audit Log", "See who did what, and when";
    /// Download the audit log.
    AuditExport = "audit.export", AuditLog, "Export Audit Log", "Download it as a file";
    /// Change the account itself.
    AccountManage = "account.manage", Account, "Manage Account", "Its name, and who may sign in";
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
            Self::WebhooksManage => Some(Self::WebhooksView),
            Self::StaffManage => Some(Self::StaffView),
            Self::AuditExport => Some(Self::AuditView),
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

    /// Exactly these, with what they include.
    #[must_use]
    pub fn of(permissions: &[Permission]) -> Self {
        Self::effective(permissions, &[])
    }

    /// Whether it holds `permission`.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// What it holds and `other` does not.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Its permissions, in the order of the page.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.has(*permission))
    }

    /// Whoever holds both can bring everything else back; each account keeps at least one such person.
    #[must_use]
    pub const fn keeps_the_account(self) -> bool {
        self.has(Permission::RolesManage) && self.has(Permission::StaffManage)
    }
}

/// A feature that an account can switch on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lab {
    /// The Private Integrations pages.
    PrivateIntegrations,
    /// The Contacts page.
    Contacts,
}

impl Lab {
    /// Every lab, in the order of the Labs page.
    pub const ALL: &'static [Self] = &[Self::PrivateIntegrations, Self::Contacts];

    /// The stable name that is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::PrivateIntegrations => "private_integrations",
            Self::Contacts => "contacts",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PrivateIntegrations => "Private Integrations",
            Self::Contacts => "Contacts page",
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
