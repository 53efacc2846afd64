//! Forms of the matrix against what is there: what they come to, whom they affect, what is locked.

use super::*;
use crate::text::BadName::{Characters, Length};
use crate::world::{FixedEntropy, Timestamp};
use Permission::{
    ContactsView, LabsManage, PrivateIntegrationsManage, PrivateIntegrationsView, RolesManage, StaffManage,
};

fn ids() -> (RoleId, RoleId, StaffId) {
    let entropy = FixedEntropy::default();
    let at = Timestamp::from_millis;
    (RoleId::new(at(1), &entropy), RoleId::new(at(2), &entropy), StaffId::new(at(3), &entropy))
}

fn role(id: &RoleId, name: &str, given: &[Permission]) -> Role {
    let given = given.to_vec();
    Role {
        id: id.clone(),
        name: name.into(),
        builtin: name == "Admin",
        version: 1,
        given,
        people: 3,
        plain: 2,
        invitations: 0,
    }
}

/// Admin with everything, and Support, in which one of three is denied managing integrations.
fn board() -> Board {
    let (admin, support, person) = ids();
    let overrides = vec![(PrivateIntegrationsManage, false)];
    let special = vec![Person { staff: person, role: support.clone(), active: true, overrides }];
    Board { roles: vec![role(&admin, "Admin", Permission::ALL), role(&support, "Support", &[ContactsView])], special }
}

fn viewer(holds: &[Permission]) -> Viewer {
    Viewer { holds: PermissionSet::of(holds), place: None }
}

fn sent(board: &Board, by: &Viewer, change: impl Fn(&mut Vec<String>)) -> Draft {
    let mut on: Vec<String> = Vec::new();
    for role in &board.roles {
        for permission in role.set().iter().filter(|permission| board.lock(by, role, *permission).is_none()) {
            on.push(format!("{} {}", role.id, permission.code()));
        }
    }
    change(&mut on);
    Draft::read(&Draft::base(board, by), &on).unwrap()
}

#[test]
fn a_form_as_it_was_shown_changes_nothing() {
    for by in [viewer(Permission::ALL), viewer(&[RolesManage]), viewer(&[])] {
        let board = board();
        assert!(matches!(sent(&board, &by, |_| ()).judge(&board, &by), Verdict::Nothing));
    }
}

#[test]
fn words_say_what_it_means_and_count_who_really_changes() {
    let (board, by) = (board(), viewer(Permission::ALL));
    let support = board.roles[1].id.clone();
    let draft = sent(&board, &by, |on| {
        on.retain(|text| !text.ends_with(" contacts.view") || !text.starts_with(support.as_str()));
        on.push(format!("{support} private_integrations.view"));
        on.push(format!("{support} private_integrations.manage"));
    });
    let Verdict::Change(plan) = draft.judge(&board, &by) else { panic!("{draft:?}") };
    assert_eq!(
        Words::of(&plan).text(),
        "Support gains View Private Integrations and Manage Private Integrations, in effect access to all data of the \
         account. Support loses View Contacts. 3 people are affected."
    );
    let only_denied = vec![RoleChange {
        after: vec![ContactsView, PrivateIntegrationsView],
        role: Role { plain: 0, given: vec![ContactsView], ..board.roles[1].clone() },
    }];
    assert_eq!(board.plan(&by, only_denied).affected, 1);
}

#[test]
fn manage_without_view_clashes() {
    let (board, by) = (board(), viewer(Permission::ALL));
    let support = board.roles[1].id.clone();
    let draft = sent(&board, &by, |on| on.push(format!("{support} private_integrations.manage")));
    let Verdict::Clashes(clashes) = draft.judge(&board, &by) else { panic!("{draft:?}") };
    let expected = Clash { role: support, on: PrivateIntegrationsManage, off: PrivateIntegrationsView };
    assert_eq!(clashes, [expected]);
}

#[test]
fn admin_keeps_both_and_what_they_include() {
    let (board, by) = (board(), viewer(Permission::ALL));
    for kept in [RolesManage, StaffManage, Permission::StaffView] {
        assert_eq!(board.lock(&by, &board.roles[0], kept), Some(Rule::Fixed(kept)));
    }
    assert_eq!(board.lock(&by, &board.roles[0], LabsManage), None);
    let without: Vec<_> = Permission::ALL.iter().copied().filter(|permission| *permission != RolesManage).collect();
    assert_eq!(board.may(&by, &board.roles[0], &without), Err(Rule::Fixed(RolesManage)));
}

#[test]
fn what_is_locked_is_what_would_be_refused() {
    let board = board();
    let by = viewer(&[RolesManage, ContactsView]);
    assert_eq!(board.lock(&by, &board.roles[1], LabsManage), Some(Rule::Lacks(LabsManage)));
    assert_eq!(board.lock(&by, &board.roles[1], ContactsView), None);
    assert!(matches!(board.lock(&by, &board.roles[0], ContactsView), Some(Rule::HoldsMore(_))));
    let own = Viewer { place: Some((ids().2, board.roles[1].id.clone())), ..viewer(Permission::ALL) };
    assert_eq!(board.lock(&own, &board.roles[1], LabsManage), Some(Rule::OwnRole(LabsManage)));
    assert_eq!(board.lock(&own, &board.roles[1], ContactsView), None);
}

#[test]
fn copying_leaves_what_is_locked_and_says_so() {
    let board = board();
    let by = viewer(&[RolesManage, ContactsView]);
    let (draft, left) = Draft::copy(&board, &by, &board.roles[0], &board.roles[1]);
    let switched: Vec<_> = draft.switched(&board.roles[1].id).collect();
    assert_eq!(switched, [(RolesManage, true)]);
    assert!(left.contains(&LabsManage) && !left.contains(&ContactsView));
}

#[test]
fn a_form_that_our_page_does_not_make_is_refused() {
    let (admin, support, _) = ids();
    let base = format!("{admin}:1:+contacts.view");
    let on = |text: String| vec![text];
    assert_eq!(Draft::read(&base, &on(format!("{support} contacts.view"))).unwrap_err(), BadDraft::NoSuchRole);
    assert_eq!(Draft::read(&base, &on("rol_1 contacts.view".into())).unwrap_err(), BadDraft::NoSuchRole);
    assert_eq!(Draft::read(&base, &on(format!("{admin} contacts.fly"))).unwrap_err(), BadDraft::Malformed);
    for bad in ["x", &format!("{base};{base}"), &format!("{admin}:1:*contacts.view"), &format!("{admin}::"), "é:1:é"]
    {
        assert_eq!(Draft::read(bad, &[]).unwrap_err(), BadDraft::Malformed, "{bad}");
    }
}

#[test]
fn names_are_the_same_in_any_case_and_form() {
    let key = |text: &str| RoleName::parse(text).unwrap().key;
    assert_eq!(key(" Ｓupport  LEAD "), key("support lead"));
    assert_eq!(RoleName::parse("  "), Err(BadName::Text(Length)));
    assert_eq!(RoleName::parse(&"x".repeat(81)), Err(BadName::Text(Length)));
    assert_eq!(RoleName::parse("a\u{202E}b"), Err(BadName::Text(Characters)));
}
