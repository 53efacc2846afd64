//! Every view of this feature, rendered in its states.

use super::showing::Showing;
use super::view::{Bar, ConfirmPage, MatrixPage, Notice};
use crate::authz::{Permission, PermissionSet};
use crate::ids::RoleId;
use crate::roles::model::{Board, Clash, Draft, Role, Verdict, Viewer, Words};
use crate::web::parts::FormGuard;
use crate::web::shell::Shell;
use crate::world::{FixedEntropy, Timestamp};
use askama::Template as _;

fn board() -> Board {
    let role = |at, name: &str, given: &[Permission]| Role {
        id: RoleId::new(Timestamp::from_millis(at), &FixedEntropy::default()),
        name: name.to_owned(),
        builtin: at < 3,
        version: 1,
        given: given.to_vec(),
        people: at,
        plain: at,
        invitations: 0,
    };
    let roles = vec![role(1, "Admin", Permission::ALL), role(2, "User", &[]), role(3, "<Lead>", &[])];
    Board { roles, special: vec![] }
}

fn matrix(holds: &[Permission], switched: &str, clash: bool) -> String {
    let (board, viewer) = (board(), Viewer { holds: PermissionSet::of(holds), place: None });
    let base = Draft::base(&board, &viewer);
    let lead = &board.roles[2].id;
    let on = vec![format!("{lead} {switched}")];
    let draft = Draft::read(&base, &on).unwrap();
    let clashes = match draft.judge(&board, &viewer) {
        Verdict::Clashes(clashes) => clashes,
        _ => vec![],
    };
    assert_eq!(!clashes.is_empty(), clash);
    render(&board, &viewer, &draft, &clashes)
}

fn render(board: &Board, viewer: &Viewer, draft: &Draft, clashes: &[Clash]) -> String {
    let showing = Showing { board, viewer, draft, clashes };
    let page = MatrixPage {
        shell: Shell { title: "Roles & Permissions".to_owned(), ..Shell::default() },
        problems: showing.problems(),
        notices: vec![Notice { title: "Ada changed <Lead> 3 min ago".to_owned(), text: "Compare.".to_owned() }],
        guard: FormGuard::default(),
        base: Draft::base(board, viewer),
        heads: showing.heads(),
        modules: showing.modules(),
        locks: showing.locks(),
        bar: Bar { count: "1 change not saved".to_owned(), ..Bar::default() },
    };
    page.render().unwrap()
}

#[test]
fn a_changed_cell_says_what_it_was_and_a_locked_one_why() {
    let page = matrix(&[Permission::RolesManage, Permission::ContactsView], "contacts.view", false);
    assert!(page.contains("<small>was off</small>"), "{page}");
    assert!(page.contains("You do not hold Manage Labs, so you cannot give it"));
    assert!(!page.contains("<Lead>"));
    let names = page.matches("aria-label=\"&#60;Lead&#62;: ").count();
    assert_eq!(names, 2, "a switch for each permission that may be given: {page}");
}

#[test]
fn a_contradiction_stands_beside_its_cell() {
    let page = matrix(Permission::ALL, "staff.manage", true);
    assert!(page.contains("Manage Staff includes View Staff: switch this on, or that off</p>"), "{page}");
    let summary = page.split("error-summary__list").nth(1).unwrap();
    let id = summary.split("href=\"#").nth(1).unwrap().split('"').next().unwrap();
    assert!(page.contains(&format!("id=\"{id}\"")));
}

#[test]
fn the_words_are_the_same_in_the_bar_and_in_the_question() {
    let (board, viewer) = (board(), Viewer { holds: PermissionSet::of(Permission::ALL), place: None });
    let on = vec![format!("{} labs.manage", board.roles[2].id)];
    let base = Draft::base(&board, &viewer);
    let on_admin = |kept: &Permission| !board.roles[0].fixed().has(*kept);
    let admin = Permission::ALL.iter().filter(|kept| on_admin(kept));
    let all = admin.map(|kept| format!("{} {}", board.roles[0].id, kept.code())).chain(on).collect::<Vec<_>>();
    let Verdict::Change(plan) = Draft::read(&base, &all).unwrap().judge(&board, &viewer) else { panic!() };
    let words = Words::of(&plan);
    let bar = Bar { words: Some(words.clone()), ..Bar::default() }.render().unwrap();
    let page = ConfirmPage {
        shell: Shell::default(),
        problems: vec![],
        guard: FormGuard::default(),
        base,
        on: all,
        words,
        shown: "d".to_owned(),
    };
    let said =
        "<strong>&#60;Lead&#62;</strong> <span class=\"text--ok\">gains</span> Manage Labs. 3 people are affected.";
    assert!(bar.contains(said), "{bar}");
    assert!(page.render().unwrap().contains(said));
}
