//! Every error, as a page, as a page for a stranger, and as an alert.

use super::page::{Again, BareErrorPage, Elsewhere, ErrorAlert, ErrorPage, Told, WayIn};
use super::ways::Way;
use super::words::Words;
use crate::authz::{AccountRef, Permission, PermissionSet, Rule, StaffMember};
use crate::error::AppError;
use crate::ids::{AccountId, RoleId, StaffId, UserId};
use crate::web::parts::{FormGuard, When};
use crate::web::shell::{Shell, ShellPerson};
use crate::world::{FixedEntropy, Timestamp};
use askama::Template as _;
use std::sync::Arc;

fn staff() -> StaffMember {
    let (now, chance) = (Timestamp::from_millis(0), FixedEntropy::default());
    StaffMember {
        id: StaffId::new(now, &chance),
        user: UserId::new(now, &chance),
        account: AccountRef { id: AccountId::new(now, &chance), name: "Harbor & Pine".to_owned() },
        name: "Tom Reyes".to_owned(),
        email: "tom@harborandpine.example".to_owned(),
        role: "User".to_owned(),
        role_id: RoleId::new(now, &chance),
        permissions: PermissionSet::default(),
        labs: Vec::new(),
        others: Vec::new(),
        authenticated_at: now,
        seed: "seed".to_owned(),
        second_factor: false,
        needs_second_factor: false,
    }
}

fn errors() -> Vec<AppError> {
    vec![
        AppError::SignedOut,
        AppError::NotFound,
        AppError::LabOff,
        AppError::Lacks(Permission::PrivateIntegrationsView),
        AppError::Rule(Rule::LastKeeper),
        AppError::Forbidden,
        AppError::ForeignForm,
        AppError::OldForm(Arc::new(vec![("name".to_owned(), "\"><b>".to_owned())])),
        AppError::OtherAccount(Arc::new(vec![("name".to_owned(), "\"><b>".to_owned())])),
        AppError::Malformed("The text is not valid UTF-8."),
        AppError::Conflict("Jonas Pell changed this meanwhile.".to_owned()),
        AppError::Method("GET, HEAD".to_owned()),
        AppError::TooLarge,
        AppError::MediaType("application/x-www-form-urlencoded"),
        AppError::TooSlow,
        AppError::TooMany(9),
        AppError::Unavailable(Arc::from("/var/lib/secret.db is locked")),
        AppError::internal("SELECT secret FROM users"),
        AppError::NeedsSecondFactor,
    ]
}

fn told(error: &AppError) -> Told {
    let again = match error {
        AppError::OldForm(fields) => Some(Again {
            action: "/profile/name".to_owned(),
            guard: FormGuard { csrf: "c5".to_owned(), account: "acc_1".to_owned(), ..FormGuard::default() },
            fields: fields.to_vec(),
            without_password: true,
        }),
        _ => None,
    };
    Told {
        status: error.status().as_u16(),
        words: Words::of(error, Some(&staff()), &["Maren Holt".to_owned(), "Ada Quist".to_owned()]),
        on: Some(Way { label: "Go to Contacts".to_owned(), href: "/business/contacts".to_owned(), new_tab: false }),
        again,
        elsewhere: match error {
            AppError::OtherAccount(fields) => {
                let to = AccountRef { id: staff().account.id, name: "Quay".to_owned() };
                let way = WayIn { csrf: "c5".to_owned(), to, next: "/profile".to_owned() };
                Some(Elsewhere { way: Some(way), typed: fields.to_vec() })
            }
            _ => None,
        },
        request: "req_01".to_owned(),
        when: When { text: "22 Nov 2026, 09:30 UTC".to_owned(), ..When::default() },
    }
}

fn page(error: &AppError) -> String {
    let told = told(error);
    let shell = Shell {
        title: told.words.title.clone(),
        account: Some("Harbor & Pine".to_owned()),
        person: Some(ShellPerson::new("Tom Reyes")),
        ..Shell::default()
    };
    ErrorPage { shell, told }.render().unwrap()
}

#[test]
fn each_error_says_its_status_its_number_and_nothing_of_its_cause() {
    for error in errors() {
        let told = told(&error);
        let shell = Shell { title: told.words.title.clone(), ..Shell::default() };
        let bare = BareErrorPage { shell, told: told.clone() }.render().unwrap();
        let alert = ErrorAlert { told }.render().unwrap();
        for text in [page(&error), bare] {
            assert_eq!(text.matches("<h1").count(), 1, "{error}");
            assert!(text.contains(&format!("Error {}", error.status().as_u16())), "{error}");
            assert!(text.contains("req_01") && !text.contains("secret"), "{error}");
        }
        assert!(alert.contains("role=\"alert\"") && alert.contains("req_01"), "{error}");
        assert!(!alert.contains("secret") && !alert.contains("<html"), "{error}");
    }
}

#[test]
fn a_missing_permission_is_named_with_those_who_can_give_it() {
    let page = page(&AppError::Lacks(Permission::PrivateIntegrationsView));
    assert!(page.contains("the permission <strong>View Private Integrations</strong>. Your role is User."));
    assert!(page.contains("Ask Maren Holt or Ada Quist"));
}

#[test]
fn a_page_that_a_lab_hides_looks_like_one_that_never_was() {
    assert_eq!(page(&AppError::LabOff), page(&AppError::NotFound));
    assert!(page(&AppError::NotFound).contains("Private Integrations is switched off under Labs."));
}

#[test]
fn an_old_form_can_be_sent_again_as_it_was_typed() {
    let page = page(&errors()[7]);
    assert!(page.contains("<form method=\"post\" action=\"/profile/name\""));
    assert!(page.contains("name=\"name\" value=\"&#34;&#62;&#60;b&#62;\""));
    assert!(page.contains("Send again"));
    assert!(page.contains("Passwords are never kept"));
}

#[test]
fn a_form_of_another_account_shows_the_way_there_and_what_was_typed() {
    let page = page(&errors()[8]);
    assert!(page.contains("Switch to Quay") && page.contains("name=\"next\" value=\"/profile\""));
    assert!(page.contains("<dt>name</dt><dd>&#34;&#62;&#60;b&#62;</dd>"));
    assert!(!page.contains("Send again"));
}
