//! One page with every part in all its states, to look at beside the pictures of the design.

use super::frame;
use super::permit::Open;
use crate::error::Result;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::parts::{
    BarChart, Choice, Day, DiffRow, Fact, Field, FormGuard, Pill, PillKind, Problem, Progress, Step, Tab, Tone, When,
};
use super::shell::{Crumb, Flash, NavEntry, NavGroup, Shell, ShellPerson};

/// View data of the sample page.
#[derive(Debug, Template)]
#[template(path = "sample.html")]
pub struct SamplePage {
    /// The frame.
    pub shell: Shell,
    /// A pill of each kind.
    pub pills: Vec<Pill>,
    /// Problems of the form below.
    pub problems: Vec<Problem>,
    /// A field at rest, one in focus, one with an error.
    pub fields: Vec<Field>,
    /// A field of several lines, too long.
    pub description: Field,
    /// A password.
    pub password: Field,
    /// The hidden fields.
    pub guard: FormGuard,
    /// Lengths of an overlap.
    pub overlaps: Vec<Choice>,
    /// Inherit, Allow, Deny.
    pub overrides: Vec<Choice>,
    /// A form in three steps, in its second.
    pub steps: Vec<Step>,
    /// Tabs of a person.
    pub tabs: Vec<Tab>,
    /// An overlap, two of seven days over.
    pub progress: Progress,
    /// Facts about a token.
    pub facts: Vec<Fact>,
    /// A moment.
    pub when: When,
    /// Thirty days of calls.
    pub chart: BarChart,
    /// A change of scopes and of a description.
    pub diff: Vec<DiffRow>,
}

/// `GET /sample`, in debug builds only.
///
/// # Errors
/// When the template cannot be rendered.
pub async fn show(_: Open, request: HttpRequest) -> Result<HttpResponse> {
    frame::page(&request, StatusCode::OK, &SamplePage::example())
}

impl SamplePage {
    /// The page with names and numbers of the design's pictures.
    #[must_use]
    pub fn example() -> Self {
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let error = "Enter a name of 1 to 80 characters";
        Self {
            shell: shell(),
            pills: pills(),
            problems: vec![Problem { field_id: "with-error".into(), text: error.into() }],
            fields: vec![
                Field::new("at-rest", "Label", "At rest").hint("Hint below the label."),
                Field::new("with-error", "With error", "").max(80).error(Some(error.into())),
                Field { mono: true, ..Field::new("mono", "Address", "https://example.org").optional() },
            ],
            description: Field::new("description", "Description", "Stock levels").max(5).optional(),
            password: Field::password("password", "Password", "current-password"),
            guard: FormGuard {
                csrf: "token".into(),
                account: "account".into(),
                once: Some("once".into()),
                password: None,
                confirmed: "You confirmed who you are at 10:02 UTC; after 10:17 you are asked again.".into(),
            },
            overlaps: Choice::list(&[("1h", "1 h"), ("24h", "24 h"), ("7d", "7 days"), ("30d", "30 days")], "7d"),
            overrides: Choice::list(&[("inherit", "Inherit"), ("allow", "Allow"), ("deny", "Deny")], "deny"),
            steps: vec![
                Step { label: "Name".into(), href: Some("#main".into()), current: false },
                Step { label: "Scopes".into(), href: None, current: true },
                Step { label: "Review".into(), href: None, current: false },
            ],
            tabs: vec![
                Tab { label: "Profile".into(), href: "#main".into(), current: false },
                Tab { label: "Roles & Permissions".into(), href: "#main".into(), current: true },
            ],
            progress: Progress {
                value: 2,
                total: 7,
                left: "5 days 4 h left".into(),
                then: "then the old token stops by itself".into(),
                start: ["Started".into(), "20 Nov, 14:02".into()],
                end: ["Old token ends".into(), "27 Nov, 14:02".into()],
            },
            facts: facts(),
            when: When {
                datetime: "2026-11-22T06:30:00Z".into(),
                title: "2026-11-22 06:30:00 UTC".into(),
                text: "3 h ago".into(),
            },
            chart: chart(),
            diff: vec![
                DiffRow::of_lists(
                    "Scopes",
                    true,
                    &words(&["contacts.readonly", "notes.readonly"]),
                    &words(&["contacts.readonly", "tags.readonly"]),
                ),
                DiffRow::of_lists("Description", false, &words(&["Stock levels."]), &words(&["Tidewater stock."])),
            ],
        }
    }
}

fn shell() -> Shell {
    let entry = |label: &str, icon, current| NavEntry { label: label.into(), href: "#main".into(), icon, current };
    let group = |title: &str, in_settings, entries| NavGroup { title: title.into(), in_settings, entries };
    Shell {
        title: "Components".into(),
        account: Some("Harbor & Pine".into()),
        others: Vec::new(),
        person: Some(ShellPerson::new("Maren Holt")),
        nav: vec![
            group("Business", false, vec![entry("Contacts", "users", false)]),
            group(
                "Team",
                true,
                vec![entry("My Staff", "id-card", false), entry("Roles & Permissions", "shield-check", false)],
            ),
            group(
                "Other Settings",
                true,
                vec![entry("Private Integrations", "plug", true), entry("Audit Log", "scroll-text", false)],
            ),
            group("", false, vec![entry("Help", "circle-help", false)]),
        ],
        breadcrumb: vec![Crumb::area("Settings"), Crumb::link("Other Settings", "#main")],
        flash: Some(Flash { text: "Description saved. The token goes on working.".into(), tone: Tone::Ok }),
        guard: FormGuard { csrf: "token".into(), ..FormGuard::default() },
        has_errors: true,
        lost: false,
    }
}

fn pills() -> Vec<Pill> {
    use PillKind::{Active, Deleted, Ends, Expired, InUse, Paused, Rotating, RotationDue, Unused};
    let mut pills: Vec<_> = [Active, RotationDue, Rotating, Paused, Expired, Deleted, InUse].map(Pill::new).into();
    pills.push(Pill::worded(Ends, "Ends in 5 days"));
    pills.push(Pill::new(Unused));
    pills
}

fn facts() -> Vec<Fact> {
    vec![
        Fact::new("Hint", "pit_…Tz41").mono(),
        Fact::new("Age", "97 days").second("7 days overdue", Tone::Warn),
        Fact::new("Created", "17 Aug 2026").second("by Maren Holt", Tone::Info),
        Fact::new("From", "198.51.100.7").second("BookingWidget/3.1", Tone::Info),
    ]
}

fn chart() -> BarChart {
    let day = |day: u64| Day {
        label: format!("{day} Nov"),
        answered: 80 + day * 97 % 640,
        refused: if day.is_multiple_of(5) { day } else { 0 },
    };
    BarChart::new("Calls per day in the last 30 days", (1..=30).map(day).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_renders_and_no_id_stands_twice() {
        let html = SamplePage::example().render().unwrap();
        let attributes = |name: &str| {
            let start = format!(" {name}=\"");
            html.split(start.as_str())
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        let ids = attributes("id");
        let mut single = ids.clone();
        single.sort();
        single.dedup();
        assert_eq!(single.len(), ids.len(), "{ids:?}");
        let told = attributes("for").into_iter().chain(attributes("aria-describedby")).chain(attributes("data-copy"));
        for id in told.flat_map(|list| list.split(' ').map(str::to_owned).collect::<Vec<_>>()) {
            assert!(ids.contains(&id), "nothing has the id {id}");
        }
        for address in attributes("href").iter().filter(|address| address.contains(".svg#")) {
            let name = address.split('#').next_back().unwrap();
            let sprite = include_str!("../../static/img/icons.svg");
            assert!(sprite.contains(&format!("id=\"{name}\"")), "the sprite has no {name}");
        }
        assert_eq!(html.matches("<h1").count(), 1);
    }
}
