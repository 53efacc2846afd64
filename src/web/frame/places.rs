//! The pages of the navigation: who may open each, and what lies below it.

use crate::authz::{Lab, Permission, StaffMember};

/// A page of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The group that it stands in.
    pub group: &'static str,
    /// Its words.
    pub label: &'static str,
    /// Its address.
    pub href: &'static str,
    /// An icon's name in the sprite.
    pub icon: &'static str,
    needs: Permission,
    lab: Option<Lab>,
    /// What lies below it, each with a page of its own.
    pub kind: Option<Kind>,
}

/// Things of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What the journal calls it.
    pub code: &'static str,
    /// What people call one of them.
    pub one: &'static str,
    /// The action after which one has no page any more; empty when it keeps it.
    pub end: &'static str,
}

const fn place(
    group: &'static str,
    (label, icon): (&'static str, &'static str),
    href: &'static str,
    needs: Permission,
    lab: Option<Lab>,
) -> Place {
    Place { group, label, href, icon, needs, lab, kind: None }
}

/// Every page of the navigation, in order, but for Help, which everybody has.
const PLACES: &[Place] =
    &[
        place("Business", ("Contacts", "users"), "/business/contacts", Permission::ContactsView, Some(Lab::Contacts))
            .of("contact", "contact", "contact.deleted"),
        place("Team", ("My Staff", "id-card"), "/settings/staff", Permission::StaffView, None).of(
            "staff",
            "person",
            "staff.removed",
        ),
        place("Team", ("Roles & Permissions", "shield-check"), "/settings/roles", Permission::RolesManage, None),
        place(
            "Other Settings",
            ("Private Integrations", "plug"),
            "/settings/private-integrations",
            Permission::PrivateIntegrationsView,
            Some(Lab::PrivateIntegrations),
        )
        .of("integration", "integration", ""),
        place(
            "Other Settings",
            ("Webhooks", "webhook"),
            "/settings/webhooks",
            Permission::WebhooksView,
            Some(Lab::PrivateIntegrations),
        )
        .of("webhook", "webhook", "webhook.deleted"),
        place("Other Settings", ("Labs", "flask-conical"), "/settings/labs", Permission::LabsManage, None),
        place("Other Settings", ("Audit Log", "scroll-text"), "/settings/audit-log", Permission::AuditView, None),
        place("Other Settings", ("Account", "building-2"), "/settings/account", Permission::AccountManage, None),
    ];

impl Place {
    const fn of(self, code: &'static str, one: &'static str, end: &'static str) -> Self {
        Self { kind: Some(Kind { code, one, end }), ..self }
    }

    /// Whether it is at this address, or an address lies below it.
    #[must_use]
    pub fn is_above(self, path: &str) -> bool {
        lies_at(path, self.href)
    }

    fn is_open_to(self, staff: &StaffMember) -> bool {
        !staff.needs_second_factor
            && staff.permissions.has(self.needs)
            && self.lab.is_none_or(|lab| staff.labs.contains(&lab))
    }
}

/// Whether `path` is this address, or lies below it.
#[must_use]
pub fn lies_at(path: &str, href: &str) -> bool {
    path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Those that this person may open, in order.
pub fn open_to(staff: &StaffMember) -> impl Iterator<Item = Place> {
    PLACES.iter().copied().filter(|place| place.is_open_to(staff))
}

/// The page of the navigation under which an address lies, if this person may open it.
#[must_use]
pub fn place_above(staff: &StaffMember, path: &str) -> Option<Place> {
    open_to(staff).find(|place| place.is_above(path))
}

/// The page of the navigation that lists things of a kind, if this person may open it.
#[must_use]
pub fn place_of(staff: &StaffMember, kind: &str) -> Option<(Place, Kind)> {
    open_to(staff).filter_map(|place| Some((place, place.kind?))).find(|(_, known)| known.code == kind)
}

/// The page where this person works: Private Integrations when they may open it, else the first that they may; none: Help.
#[must_use]
pub fn workplace(staff: &StaffMember) -> Option<Place> {
    let open = || open_to(staff);
    open().find(|place| place.lab == Some(Lab::PrivateIntegrations)).or_else(|| open().next())
}
