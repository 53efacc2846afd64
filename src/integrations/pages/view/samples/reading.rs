//! Samples of the list and of an integration's page.

use super::{HREF, Sample, guard, page, part, shell, when};
use crate::audit::{Line, Piece, Sentence};
use crate::integrations::pages::view::held;
use crate::integrations::pages::view::list::{DueBanner, Head, ListBlock, ListPage, ListPart, Nothing, Row};
use crate::integrations::pages::view::show::{Actions, Activity, Cockpit, Ended, Notice, Pane, ShowPage};
use crate::integrations::scopes::ScopeSet;
use crate::web::parts::{BarChart, Choice, Day, Fact, Pill, PillKind, Progress, Tone};

pub fn samples() -> Vec<Sample> {
    let block = ListPart { list: ListBlock { part: true, ..list(rows()).list } };
    vec![
        page("list", &list(rows())),
        page("list without a right to change", &ListPage { may_manage: false, due: None, ..list(rows()) }),
        page("list of nothing", &ListPage { empty: true, ..list(Vec::new()) }),
        page("list without results", &list(Vec::new())),
        part("list block", &block),
        page("integration", &show()),
        page("rotation", &rotating()),
        page("deleted integration", &deleted()),
        page("paused integration", &paused()),
    ]
}

fn list(rows: Vec<Row>) -> ListPage {
    let head = |label, href: &str, sorted, optional| Head {
        label,
        href: href.to_owned(),
        sorted,
        glyph: "arrow-up",
        optional,
    };
    ListPage {
        shell: shell("Private Integrations", false),
        account: "Harbor & Pine".to_owned(),
        may_manage: true,
        empty: false,
        due: Some(DueBanner {
            title: "1 token is due".to_owned(),
            text: "Booking widget".to_owned(),
            href: "?status=due".to_owned(),
        }),
        search: "<script>alert(1)</script>".to_owned(),
        statuses: Choice::list(&[("", "Any"), ("due", "Rotation due")], ""),
        sorts: Choice::list(&[("name", "Name")], "name"),
        list: ListBlock {
            may_manage: true,
            part: false,
            heads: vec![
                head("Name", "?sort=name", "ascending", false),
                head("Token", "", "", false),
                head("Created by", "", "", true),
            ],
            rows,
            nothing: Nothing {
                title: "No integration matches",
                text: "Try fewer words.",
                label: "Show all",
                href: "/settings/private-integrations",
            },
            words: "2 integrations, 1 with a live token".to_owned(),
            previous: "?before=a".to_owned(),
            next: "?after=b".to_owned(),
        },
    }
}

fn rows() -> Vec<Row> {
    let row = |name: &str, kind| Row {
        href: HREF.to_owned(),
        name: name.to_owned(),
        description: "Online booking".to_owned(),
        pill: Pill::new(kind),
        flags: vec![("Rotation due", "clock-alert"), ("Needs review", "user-round")],
        since: "on 2 Apr".to_owned(),
        hint: "pit_…Tz41".to_owned(),
        live: kind == PillKind::Active,
        scopes: vec!["contacts.readonly".to_owned()],
        more_scopes: 2,
        last_used: (kind == PillKind::Active).then(|| when("3 h ago")),
        age: "97 days".to_owned(),
        age_second: "7 days overdue".to_owned(),
        age_tone: Tone::Warn,
        created_by: "Maren Holt".to_owned(),
        gone: kind == PillKind::Deleted,
    };
    vec![row("Booking <script>alert(1)</script>", PillKind::Active), row("Old shop import", PillKind::Deleted)]
}

fn held_scopes() -> ScopeSet {
    ["contacts.readonly", "contacts.write", "gone.readonly"].into_iter().collect()
}

pub fn activity() -> Activity {
    let days = (1..=30).map(|day| Day { label: format!("{day} Nov"), answered: day * 9, refused: day % 4 }).collect();
    Activity {
        figures: vec![Fact::new("calls", "12,972"), Fact::new("refused (0.9 %)", "117")],
        chart: BarChart::new("12,972 calls", days),
    }
}

fn show() -> ShowPage {
    ShowPage {
        shell: shell("Booking widget", false),
        href: HREF.to_owned(),
        version: 3,
        pills: vec![Pill::new(PillKind::Active), Pill::new(PillKind::RotationDue)],
        description: "Online booking on the website.".to_owned(),
        actions: Some(Actions { resume: false, pause_first: false, compromised: true, rotate_kind: "primary" }),
        guard: guard(),
        notice: None,
        review: Some("Ilse Brandt, who looked after it, left.".to_owned()),
        looked_after: "Made by Ilse Brandt".to_owned(),
        cockpit: None,
        token: vec![
            Fact::new("Hint", "pit_…Tz41").mono(),
            Fact::new("Age", "97 days").second("7 days overdue", Tone::Warn),
        ],
        ended: None,
        activity: activity(),
        webhooks: None,
        scope_count: "3 scopes".to_owned(),
        scope_groups: held::groups(&held_scopes()),
        history: vec![Line {
            sentence: Sentence {
                icon: "sliders-horizontal",
                pieces: vec![Piece::Text("added ".to_owned()), Piece::Code("contacts.write".to_owned())],
            },
            who: "Maren Holt".to_owned(),
            when: when("6 days ago"),
        }],
        history_more: 3,
        log: "/settings/audit-log?thing=integration:int_01".to_owned(),
    }
}

fn deleted() -> ShowPage {
    let ended = Ended { hint: "pit_…Tz41".to_owned(), note: None, facts: vec![Fact::new("Ended", "2 Apr 2026")] };
    ShowPage {
        actions: None,
        pills: vec![Pill::new(PillKind::Deleted)],
        ended: Some(ended),
        activity: Activity { figures: Vec::new(), chart: BarChart::new(String::new(), Vec::new()) },
        ..show()
    }
}

fn paused() -> ShowPage {
    ShowPage {
        actions: Some(Actions { resume: true, pause_first: false, compromised: true, rotate_kind: "secondary" }),
        notice: Some(Notice {
            tone: Tone::Info,
            glyph: "circle-pause",
            title: "Paused since 16 Nov".to_owned(),
            text: "Every call is refused until it is resumed.".to_owned(),
        }),
        ..show()
    }
}

fn rotating() -> ShowPage {
    let pane = |title, current, pill| Pane {
        title,
        current,
        pill,
        hint: "pit_…k7Qd".to_owned(),
        pairs: vec![
            Fact::new("Last used", "3 h ago"),
            Fact::new("Created", "14 Aug 2026").second("100 days", Tone::Info),
        ],
    };
    let ends = |first: &str, second: &str| [first.to_owned(), second.to_owned()];
    ShowPage {
        actions: Some(Actions { resume: false, pause_first: true, compromised: true, rotate_kind: "secondary" }),
        cockpit: Some(Cockpit {
            note: "Started by Maren Holt 2 days ago, overlap 7 days".to_owned(),
            progress: Progress {
                value: 2,
                total: 7,
                left: "5 days 4 h left".to_owned(),
                then: "then the old token stops by itself".to_owned(),
                start: ends("Started", "20 Nov, 14:02"),
                end: ends("Old token ends", "27 Nov, 14:02"),
            },
            panes: vec![
                pane("Outgoing token", false, Pill::worded(PillKind::Ends, "Ends in 5 days")),
                pane("Current token", true, Pill::new(PillKind::InUse)),
            ],
            uses: "pit_…Tz41 was used 3 h ago, pit_…9fQa 2 min ago.".to_owned(),
            kept: "stays, with no deadline".to_owned(),
            extend_to: Some("20 Dec".to_owned()),
        }),
        ..show()
    }
}
