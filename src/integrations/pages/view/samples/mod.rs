//! Samples of every page in its states; one test renders them all and checks labels, ids and headings.

mod changes;
mod making;
mod markup;
mod reading;

use crate::web::parts::{FormGuard, When};
use crate::web::shell::{Crumb, Shell};
use askama::Template;

pub const HREF: &str = "/settings/private-integrations/int_01";

/// A rendered sample.
struct Sample {
    name: &'static str,
    html: String,
    /// Whether it is a whole page.
    whole: bool,
}

fn page(name: &'static str, template: &impl Template) -> Sample {
    Sample { name, html: template.render().expect("it renders"), whole: true }
}

fn part(name: &'static str, template: &impl Template) -> Sample {
    Sample { whole: false, ..page(name, template) }
}

fn shell(title: &str, has_errors: bool) -> Shell {
    Shell {
        title: title.to_owned(),
        account: Some("Harbor & Pine".to_owned()),
        breadcrumb: vec![
            Crumb::area("Settings"),
            Crumb::link("Private Integrations", "/settings/private-integrations"),
        ],
        has_errors,
        ..Shell::default()
    }
}

fn guard() -> FormGuard {
    FormGuard { csrf: "c".to_owned(), account: "acc_1".to_owned(), once: Some("o".to_owned()), ..FormGuard::default() }
}

fn asking_guard() -> FormGuard {
    let field = crate::web::parts::Field::password("password", "Your password", "current-password");
    FormGuard { password: Some(field.error(Some("Enter your password to go on".to_owned()))), ..guard() }
}

fn when(text: &str) -> When {
    When {
        datetime: "2026-11-22T06:21:07Z".to_owned(),
        title: "2026-11-22 06:21:07 UTC".to_owned(),
        text: text.to_owned(),
    }
}

fn all() -> Vec<Sample> {
    [reading::samples(), making::samples(), changes::samples()].into_iter().flatten().collect()
}

#[test]
fn every_page_in_every_state_has_labels_ids_and_headings() {
    for sample in all() {
        assert!(!sample.html.trim().is_empty(), "{} is empty", sample.name);
        let faults = markup::faults(&sample.html, sample.whole);
        assert!(faults.is_empty(), "{}: {faults:#?}", sample.name);
    }
}

#[test]
fn a_form_that_changes_something_carries_its_guard() {
    for sample in all() {
        let posts = sample.html.split("<form").skip(1).filter(|form| {
            let tag = form.split('>').next().unwrap_or_default();
            tag.contains("method=\"post\"") && !tag.contains("/logout")
        });
        for form in posts {
            let form = form.split("</form>").next().unwrap_or_default();
            assert!(form.contains("name=\"csrf\"") && form.contains("name=\"account\""), "{}", sample.name);
        }
    }
}

#[test]
fn what_people_typed_is_text_and_never_markup() {
    for sample in all() {
        assert!(!sample.html.contains("<script>alert"), "{}", sample.name);
        assert!(!sample.html.contains("style=\""), "{}", sample.name);
    }
}
