//! What nobody may do to what people may do: the rules of giving and taking permissions, pure, for commands and pages alike.

use super::{Permission, PermissionSet};
use std::fmt;

/// Why somebody may not make a change of what people may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// They lack the permission themselves, so they cannot give it.
    Lacks(Permission),
    /// Whom it concerns effectively holds this one, which they lack.
    HoldsMore(Permission),
    /// It concerns themselves.
    Oneself,
    /// They hold this role and would gain the permission by it.
    OwnRole(Permission),
    /// Admin keeps this permission, whatever is switched.
    Fixed(Permission),
    /// Nobody would be left who can manage roles and staff.
    LastKeeper,
}

impl Rule {
    /// The stable name, for the journal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Lacks(_) => "gives_what_is_lacked",
            Self::HoldsMore(_) => "holds_more",
            Self::Oneself => "oneself",
            Self::OwnRole(_) => "own_role",
            Self::Fixed(_) => "fixed",
            Self::LastKeeper => "last_keeper",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lacks(permission) => {
                write!(f, "You do not hold {}, so you cannot give it", permission.words())
            }
            Self::HoldsMore(permission) => {
                write!(f, "This concerns somebody who holds {}, which you do not hold", permission.words())
            }
            Self::Oneself => {
                f.write_str("Nobody changes what they themselves may do; ask somebody else who manages it")
            }
            Self::OwnRole(permission) => {
                write!(f, "You hold this role, so you cannot add {} to it", permission.words())
            }
            Self::Fixed(permission) => write!(f, "Admin always holds {}", permission.words()),
            Self::LastKeeper => f.write_str(
                "Nobody would be left who can both manage roles and manage staff. Give both to somebody else first",
            ),
        }
    }
}

/// What the role Admin can never lose.
pub const ADMIN_KEEPS: [Permission; 2] = [Permission::RolesManage, Permission::StaffManage];

/// Whether somebody who holds `by` may touch somebody who effectively holds `of`.
///
/// # Errors
/// [`Rule::HoldsMore`], with the first that is too much.
pub fn touch(by: PermissionSet, of: PermissionSet) -> Result<(), Rule> {
    of.without(by).iter().next().map_or(Ok(()), |more| Err(Rule::HoldsMore(more)))
}

/// Whether somebody who holds `by` may give all of `given`: a role's permissions, or what a person would gain.
///
/// # Errors
/// [`Rule::Lacks`], with the first that they lack.
pub fn give(by: PermissionSet, given: PermissionSet) -> Result<(), Rule> {
    given.without(by).iter().next().map_or(Ok(()), |lacked| Err(Rule::Lacks(lacked)))
}

/// Whether somebody who holds `by` may turn what another person effectively holds from `before` into `after`.
///
/// # Errors
/// [`Rule::HoldsMore`], [`Rule::Lacks`].
pub fn change_person(by: PermissionSet, before: PermissionSet, after: PermissionSet) -> Result<(), Rule> {
    touch(by, before)?;
    give(by, after.without(before))
}

/// Whether somebody who holds `by` may turn what a role gives from `before` into `after`; `own`: it is the role they hold.
/// Whom the role is given to is asked person by person, see [`change_person`].
///
/// # Errors
/// [`Rule::HoldsMore`], [`Rule::OwnRole`], [`Rule::Lacks`].
pub fn change_role(by: PermissionSet, own: bool, before: PermissionSet, after: PermissionSet) -> Result<(), Rule> {
    touch(by, before)?;
    let gained = after.without(before);
    if let (true, Some(gained)) = (own, gained.iter().next()) {
        return Err(Rule::OwnRole(gained));
    }
    give(by, gained)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission::{ContactsView, LabsManage, RolesManage, StaffManage, StaffView};

    fn set(permissions: &[Permission]) -> PermissionSet {
        PermissionSet::of(permissions)
    }

    #[test]
    fn nobody_gives_what_they_lack() {
        let by = set(&[RolesManage, StaffManage]);
        assert_eq!(give(by, set(&[LabsManage])), Err(Rule::Lacks(LabsManage)));
        assert_eq!(give(by, set(&[StaffView, RolesManage])), Ok(()));
        assert_eq!(change_person(by, set(&[]), set(&[ContactsView])), Err(Rule::Lacks(ContactsView)));
    }

    #[test]
    fn nobody_touches_somebody_who_holds_more() {
        let by = set(&[RolesManage, StaffManage]);
        let more = set(&[StaffManage, LabsManage]);
        assert_eq!(change_person(by, more, set(&[])), Err(Rule::HoldsMore(LabsManage)));
        assert_eq!(change_person(by, set(&[StaffManage]), set(&[])), Ok(()));
    }

    #[test]
    fn the_own_role_can_lose_but_not_gain() {
        let by = set(&[RolesManage, LabsManage]);
        let role = set(&[RolesManage]);
        assert_eq!(change_role(by, true, role, set(&[RolesManage, LabsManage])), Err(Rule::OwnRole(LabsManage)));
        assert_eq!(change_role(by, true, role, set(&[])), Ok(()));
        assert_eq!(change_role(by, false, role, set(&[RolesManage, LabsManage])), Ok(()));
    }
}
