//! What somebody may do and why, and which changes of it another person may make; pure.

use crate::authz::{Permission, PermissionSet, Rule, rules};

/// Why somebody may or may not do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The role gives it.
    Role,
    /// It is allowed to them alone.
    AllowedHere,
    /// Something else that they hold includes it.
    IncludedIn(Permission),
    /// The role does not give it.
    NotByRole,
    /// It is denied to them alone.
    DeniedHere,
    /// What it includes is denied to them alone.
    FallsWith(Permission),
}

impl Source {
    /// Why somebody with this role and these overrides may do `permission` or not.
    #[must_use]
    pub fn of(permission: Permission, role: &[Permission], overrides: &[(Permission, bool)]) -> Self {
        let held = PermissionSet::effective(role, overrides);
        let said = said_of(permission, overrides);
        let given = role.contains(&permission);
        match (said, held.has(permission)) {
            (Some(false), _) => Self::DeniedHere,
            (Some(true), true) => Self::AllowedHere,
            (None, true) if given => Self::Role,
            (None, true) => {
                held.iter().find(|holds| holds.implies() == Some(permission)).map_or(Self::Role, Self::IncludedIn)
            }
            (said, false) => {
                permission.implies().filter(|_| given || said == Some(true)).map_or(Self::NotByRole, Self::FallsWith)
            }
        }
    }

    /// Whether they may.
    #[must_use]
    pub const fn allows(self) -> bool {
        matches!(self, Self::Role | Self::AllowedHere | Self::IncludedIn(_))
    }
}

/// What is said of `permission` alone; nothing: it is inherited.
#[must_use]
pub fn said_of(permission: Permission, overrides: &[(Permission, bool)]) -> Option<bool> {
    overrides.iter().find(|(known, _)| *known == permission).map(|(_, allowed)| *allowed)
}

/// What somebody has, or is to have: what a role gives, and what is said of them alone.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What the role gives.
    pub role: &'a [Permission],
    /// What is allowed or denied to them alone.
    pub overrides: &'a [(Permission, bool)],
}

impl Given<'_> {
    /// What it comes to.
    #[must_use]
    pub fn effective(self) -> PermissionSet {
        PermissionSet::effective(self.role, self.overrides)
    }
}

/// Whether somebody who holds `by` may turn what another person has from `before` into `after`; `other_role`: by another
/// role, which must give nothing that `by` lacks, whatever an override takes from it. The same holds for each single
/// override: what is without effect today may have one after the next change.
///
/// # Errors
/// [`Rule::HoldsMore`], [`Rule::Lacks`].
pub fn change(by: PermissionSet, before: Given<'_>, after: Given<'_>, other_role: bool) -> Result<(), Rule> {
    rules::change_person(by, before.effective(), after.effective())?;
    if other_role {
        rules::give(by, PermissionSet::of(after.role))?;
    }
    for permission in Permission::ALL.iter().copied().filter(|permission| !by.has(*permission)) {
        let (was, is) = (said_of(permission, before.overrides), said_of(permission, after.overrides));
        if was != is && is != Some(false) {
            return Err(Rule::Lacks(permission));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{ContactsView, LabsManage, RolesManage, StaffManage, StaffView};

    #[test]
    fn every_result_has_its_source() {
        let role = [StaffManage, ContactsView];
        let source = |permission, overrides: &[(Permission, bool)]| Source::of(permission, &role, overrides);
        assert_eq!(source(StaffManage, &[]), Source::Role);
        assert_eq!(source(StaffView, &[]), Source::IncludedIn(StaffManage));
        assert_eq!(source(LabsManage, &[]), Source::NotByRole);
        assert_eq!(source(LabsManage, &[(LabsManage, true)]), Source::AllowedHere);
        assert_eq!(source(ContactsView, &[(ContactsView, false)]), Source::DeniedHere);
        assert_eq!(source(StaffManage, &[(StaffView, false)]), Source::FallsWith(StaffView));
        for permission in Permission::ALL.iter().copied() {
            for overrides in [vec![], vec![(StaffView, false)], vec![(permission, true)], vec![(permission, false)]] {
                let held = PermissionSet::effective(&role, &overrides).has(permission);
                assert_eq!(source(permission, &overrides).allows(), held, "{permission:?} {overrides:?}");
            }
        }
    }

    #[test]
    fn what_is_without_effect_cannot_be_given_either() {
        let by = PermissionSet::of(&[RolesManage, ContactsView]);
        let before = Given { role: &[], overrides: &[(StaffView, false)] };
        let asleep = Given { role: &[], overrides: &[(StaffView, false), (StaffManage, true)] };
        assert_eq!(change(by, before, asleep, false), Err(Rule::Lacks(StaffManage)));
        let role = Given { role: &[StaffManage], overrides: &[(StaffView, false)] };
        assert_eq!(change(by, before, role, true), Err(Rule::Lacks(StaffView)));
        let lifted = Given { role: &[], overrides: &[] };
        assert_eq!(change(by, before, lifted, false), Err(Rule::Lacks(StaffView)));
        let denied = Given { role: &[], overrides: &[(StaffView, false), (LabsManage, false)] };
        assert_eq!(change(by, before, denied, false), Ok(()));
        let given = Given { role: &[ContactsView], overrides: &[(StaffView, false)] };
        assert_eq!(change(by, before, given, true), Ok(()));
    }
}
