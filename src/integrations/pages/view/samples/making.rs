//! Samples of the three steps and of the page that shows the token.

use super::{HREF, Sample, asking_guard, guard, page, part, shell};
use crate::integrations::pages::view::create::{FromLink, NameStep, ReviewStep, ScopesStep};
use crate::integrations::pages::view::held;
use crate::integrations::pages::view::scopes::{Grid, SummaryPart, SummaryView};
use crate::integrations::pages::view::token::{Outgoing, TokenPage};
use crate::integrations::scopes::ScopeSet;
use crate::web::parts::{Field, Problem, Step};
use crate::web::question::Point;
use crate::web::reveal::GonePage;
use zeroize::Zeroizing;

pub fn samples() -> Vec<Sample> {
    let errors = NameStep {
        shell: shell("Create New Integration", true),
        problems: vec![Problem { field_id: "name".to_owned(), text: "Enter a name of 1 to 80 characters".to_owned() }],
        name: Field::new("name", "Name", "")
            .hint("Seen in the list")
            .max(80)
            .error(Some("Enter a name of 1 to 80 characters".to_owned())),
        ..name_step()
    };
    vec![
        page("step 1", &name_step()),
        page("step 1 with errors", &errors),
        page("step 2 of nothing", &scopes_step(&ScopeSet::default(), Some("Choose at least one scope".to_owned()))),
        page("step 2", &scopes_step(&some(), None)),
        part("summary", &SummaryPart { summary: SummaryView::of_new("Warehouse sync", &some()) }),
        page("step 3", &review(guard())),
        page("step 3 asking for the password", &review(asking_guard())),
        page("token", &token()),
        page(
            "token shown already",
            &GonePage {
                shell: shell("Shown already", false),
                points: vec![Point::new("check", "If you stored the newest token, there is nothing to do.")],
                to: (HREF.to_owned(), "Go to the integration"),
                rotate: Some((format!("{HREF}/rotation"), "Rotate token")),
            },
        ),
    ]
}

pub fn some() -> ScopeSet {
    ["contacts.readonly", "contacts.write", "calendars.readonly"].into_iter().collect()
}

fn steps() -> Vec<Step> {
    let step = |label: &str, href: Option<&str>, current| Step {
        label: label.to_owned(),
        href: href.map(str::to_owned),
        current,
    };
    vec![
        step("Name", Some("/settings/private-integrations/new"), false),
        step("Scopes", None, true),
        step("Review", None, false),
    ]
}

fn name_step() -> NameStep {
    NameStep {
        shell: shell("Create New Integration", false),
        steps: steps(),
        link: Some(FromLink { text: "Check what it asks for.".to_owned(), ids: vec!["contacts.readonly".to_owned()] }),
        problems: Vec::new(),
        name: Field::new("name", "Name", "<script>alert(1)</script>").max(80),
        description: Field::new("description", "Description", "x").max(500).optional(),
        scopes: vec!["contacts.readonly".to_owned()],
    }
}

fn scopes_step(chosen: &ScopeSet, error: Option<String>) -> ScopesStep {
    let problems = error.iter().map(|text| Problem { field_id: "scopes".to_owned(), text: text.clone() }).collect();
    ScopesStep {
        shell: shell("Create New Integration", error.is_some()),
        steps: steps(),
        link: None,
        problems,
        name: "Warehouse sync".to_owned(),
        description: String::new(),
        grid: Grid::new(chosen, "Continue to review", error),
        summary: SummaryView::of_new("Warehouse sync", chosen),
    }
}

fn review(guard: crate::web::parts::FormGuard) -> ReviewStep {
    ReviewStep {
        shell: shell("Create New Integration", false),
        steps: steps(),
        link: None,
        problems: Vec::new(),
        name: "Warehouse sync".to_owned(),
        description: "Stock levels".to_owned(),
        count: "3 scopes".to_owned(),
        groups: held::groups(&some()),
        ids: some().ids().map(str::to_owned).collect(),
        to_name: "/settings/private-integrations/new?name=a".to_owned(),
        to_scopes: "/settings/private-integrations/new/scopes?name=a".to_owned(),
        guard,
    }
}

fn token() -> TokenPage {
    TokenPage {
        shell: shell("Copy the token for Warehouse sync", false),
        token: Zeroizing::new("pit_8sKx2LmQv71RbYtWn04ZpHcE9uGdJfA3eR2fz".to_owned()),
        hint: "pit_…R2fz".to_owned(),
        next: "20 Feb 2027".to_owned(),
        outgoing: Some(Outgoing { hint: "pit_…k7Qd".to_owned(), until: "29 Nov, 09:30 UTC".to_owned() }),
        caption: "Shell: the first contact",
        url: "http://127.0.0.1:8080/contacts/".to_owned(),
        fields: vec!["locationId=acc_1".to_owned(), "limit=1".to_owned()],
        href: HREF.to_owned(),
    }
}
