//! What a form of the matrix says: what somebody saw, what they switched, and how that fits what is there now.

use super::{Board, Plan, RoleChange, Viewer};
use crate::authz::{Permission, PermissionSet};
use crate::ids::RoleId;

/// A form that our page does not make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadDraft {
    /// It cannot be read.
    Malformed,
    /// It names a role that is not on its page.
    NoSuchRole,
}

/// One column as it was seen, and as it was sent.
#[derive(Debug, Clone)]
struct Column {
    role: RoleId,
    version: i64,
    was: Vec<Permission>,
    switches: Vec<Permission>,
    wanted: Vec<Permission>,
}

impl Column {
    /// What was switched: the permission, and whether it is on now.
    fn switched(&self) -> impl Iterator<Item = (Permission, bool)> {
        let differs = |permission: &Permission| self.was.contains(permission) != self.wanted.contains(permission);
        Permission::ALL
            .iter()
            .copied()
            .filter(differs)
            .map(|permission| (permission, self.wanted.contains(&permission)))
    }

    /// `role:version:` and the permissions: `+` and `-` for switches on and off, `=` for what is on and cannot be switched.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(':');
        let (role, version, cells) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        let mut column = Self { role, version, was: Vec::new(), switches: Vec::new(), wanted: Vec::new() };
        for cell in cells.split(',').filter(|cell| !cell.is_empty()) {
            let (mark, code) = cell.split_at_checked(1)?;
            let permission = Permission::from_code(code)?;
            if column.was.contains(&permission) || column.switches.contains(&permission) {
                return None;
            }
            match mark {
                "+" => {
                    column.was.push(permission);
                    column.switches.push(permission);
                }
                "-" => column.switches.push(permission),
                "=" => {
                    column.was.push(permission);
                    // No switch stands there, so nothing of it is sent.
                    column.wanted.push(permission);
                }
                _ => return None,
            }
        }
        parts.next().is_none().then_some(column)
    }
}

/// A permission of a role that is on although what it includes is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The role.
    pub role: RoleId,
    /// What is on.
    pub on: Permission,
    /// What is off.
    pub off: Permission,
}

/// What a form comes to.
#[derive(Debug)]
pub enum Verdict {
    /// Nothing was switched.
    Nothing,
    /// Everything that was switched is so already.
    AlreadySo,
    /// It contradicts itself.
    Clashes(Vec<Clash>),
    /// These roles are not any more what the page showed.
    Stale(Vec<RoleId>),
    /// These changes.
    Change(Plan),
}

/// A form of the matrix, read once.
#[derive(Debug, Clone, Default)]
pub struct Draft(Vec<Column>);

impl Draft {
    /// Reads it: `base` is what the page showed, `on` the switches that are on, each `role permission`.
    ///
    /// # Errors
    /// [`BadDraft`].
    pub fn read(base: &str, on: &[String]) -> Result<Self, BadDraft> {
        let mut columns: Vec<Column> = Vec::new();
        for text in base.split(';').filter(|text| !text.is_empty()) {
            let column = Column::read(text).ok_or(BadDraft::Malformed)?;
            if columns.iter().any(|other| other.role == column.role) {
                return Err(BadDraft::Malformed);
            }
            columns.push(column);
        }
        for text in on {
            let (role, code) = text.split_once(' ').ok_or(BadDraft::Malformed)?;
            let role: RoleId = role.parse().map_err(|_| BadDraft::NoSuchRole)?;
            let permission = Permission::from_code(code).ok_or(BadDraft::Malformed)?;
            let column = columns.iter_mut().find(|column| column.role == role).ok_or(BadDraft::NoSuchRole)?;
            if column.wanted.contains(&permission) {
                return Err(BadDraft::Malformed);
            }
            column.wanted.push(permission);
        }
        Ok(Self(columns))
    }

    /// What the page of `board` shows `viewer`, for [`Draft::read`].
    #[must_use]
    pub fn base(board: &Board, viewer: &Viewer) -> String {
        let columns = board.roles.iter().map(|role| {
            let cells = Permission::ALL.iter().filter_map(|permission| {
                let mark = match (role.set().has(*permission), board.lock(viewer, role, *permission).is_some()) {
                    (true, false) => '+',
                    (false, false) => '-',
                    (true, true) => '=',
                    (false, true) => return None,
                };
                Some(format!("{mark}{}", permission.code()))
            });
            format!("{}:{}:{}", role.id, role.version, cells.collect::<Vec<_>>().join(","))
        });
        columns.collect::<Vec<_>>().join(";")
    }

    /// What was switched in the column of `role`: the permission, and whether it is on now.
    pub fn switched<'a>(&'a self, role: &'a RoleId) -> impl Iterator<Item = (Permission, bool)> + 'a {
        self.0.iter().filter(move |column| column.role == *role).flat_map(Column::switched)
    }

    /// The roles that the page showed and `board` does not know.
    pub fn missing<'a>(&'a self, board: &'a Board) -> impl Iterator<Item = &'a RoleId> {
        self.0.iter().map(|column| &column.role).filter(|role| board.role(role).is_none())
    }

    /// What it comes to on what is there now.
    #[must_use]
    pub fn judge(&self, board: &Board, viewer: &Viewer) -> Verdict {
        let touched: Vec<&Column> = self.0.iter().filter(|column| column.switched().next().is_some()).collect();
        let clashes = self.clashes();
        if !clashes.is_empty() {
            return Verdict::Clashes(clashes);
        }
        if touched.is_empty() {
            return Verdict::Nothing;
        }
        let is_so = |column: &&Column| {
            let now = board.role(&column.role).map(super::Role::set);
            now.is_some_and(|now| column.switched().all(|(permission, on)| now.has(permission) == on))
        };
        if touched.iter().all(is_so) {
            return Verdict::AlreadySo;
        }
        let fits = |column: &Column| {
            board
                .role(&column.role)
                .is_some_and(|role| role.version == column.version && role.set() == PermissionSet::of(&column.was))
        };
        let stale: Vec<_> = touched.iter().filter(|column| !fits(column)).map(|column| column.role.clone()).collect();
        if !stale.is_empty() {
            return Verdict::Stale(stale);
        }
        let change = |role: &super::Role| {
            let column = touched.iter().find(|column| column.role == role.id)?;
            let wanted = |permission: &Permission| column.wanted.contains(permission);
            Some(RoleChange { role: role.clone(), after: Permission::ALL.iter().copied().filter(wanted).collect() })
        };
        Verdict::Change(board.plan(viewer, board.roles.iter().filter_map(change).collect()))
    }

    fn clashes(&self) -> Vec<Clash> {
        let of = |column: &Column| {
            let clash = |on: &Permission| {
                let off = on.implies().filter(|off| !column.wanted.contains(off))?;
                Some(Clash { role: column.role.clone(), on: *on, off })
            };
            column.wanted.iter().filter_map(clash).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The form that gives `to` what `from` gives, as far as `viewer` may switch it; and what they may not.
    #[must_use]
    pub fn copy(board: &Board, viewer: &Viewer, from: &super::Role, to: &super::Role) -> (Self, Vec<Permission>) {
        let (wanted, now) = (from.set(), to.set());
        let locked = |permission: &Permission| board.lock(viewer, to, *permission).is_some();
        let left: Vec<_> = Permission::ALL
            .iter()
            .copied()
            .filter(|permission| wanted.has(*permission) != now.has(*permission) && locked(permission))
            .collect();
        let on = |permission: &Permission| {
            let kept = if left.contains(permission) { now } else { wanted };
            kept.has(*permission)
        };
        let column = Column {
            role: to.id.clone(),
            version: to.version,
            was: now.iter().collect(),
            switches: Permission::ALL.iter().copied().filter(|permission| !locked(permission)).collect(),
            wanted: Permission::ALL.iter().copied().filter(on).collect(),
        };
        (Self(vec![column]), left)
    }
}
