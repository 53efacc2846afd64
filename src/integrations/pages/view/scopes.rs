//! The choice of scopes, its running summary, and lists of scopes that are held.

use crate::integrations::scopes::{self, Catalogue, Group, Held, Line, PRESETS, Row, Scope, ScopeSet, catalogue};
use askama::Template;

/// Groups that stand open; the rest is folded away.
const OPEN_GROUPS: usize = 3;
/// Lines under Can that are shown before the rest is folded away.
const LINES: usize = 10;

/// The boxes of a form.
#[derive(Debug)]
pub struct Grid {
    /// What Enter in the form does, in the words of its button.
    pub default_label: &'static str,
    /// What is wrong with the choice.
    pub error: Option<String>,
    /// Starting points.
    pub chips: Vec<Chip>,
    /// Groups that stand open.
    pub open: Vec<GridGroup>,
    /// Groups that are folded away.
    pub folded: Vec<GridGroup>,
    /// What the folded ones are, in one line.
    pub folded_words: String,
    /// Whether something folded is ticked, so that they open.
    pub folded_open: bool,
}

/// A starting point.
#[derive(Debug)]
pub struct Chip {
    /// What is sent.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The scopes that it ticks, a space between.
    pub ids: String,
    /// Whether exactly these are ticked.
    pub chosen: bool,
}

/// Resources that belong together.
#[derive(Debug)]
pub struct GridGroup {
    /// Its name.
    pub name: String,
    /// The icon's name in the sprite.
    pub icon: String,
    /// How many are ticked.
    pub chosen: usize,
    /// How many there are.
    pub total: usize,
    /// The resources.
    pub rows: Vec<GridRow>,
}

/// A resource with its boxes.
#[derive(Debug)]
pub struct GridRow {
    /// Its name.
    pub name: String,
    /// Which data it is.
    pub sentence: String,
    /// Why one should think twice; may be empty.
    pub warning: String,
    /// Ids and sentences that are searched too.
    pub words: String,
    /// The box under View.
    pub view: Option<Tick>,
    /// The box under Edit.
    pub edit: Option<Tick>,
}

/// One box.
#[derive(Debug)]
pub struct Tick {
    /// The scope.
    pub id: String,
    /// Its name: `View contacts`.
    pub label: String,
    /// Whether it is ticked.
    pub ticked: bool,
    /// Whether it is the form's first one, to which an error leads.
    pub first: bool,
}

impl Grid {
    /// The boxes of the catalogue with `chosen` ticked; retired ones among those follow in a group of their own.
    #[must_use]
    pub fn new(chosen: &ScopeSet, default_label: &'static str, error: Option<String>) -> Self {
        Self::of(catalogue(), chosen, default_label, error)
    }

    fn of(catalogue: &Catalogue, chosen: &ScopeSet, default_label: &'static str, error: Option<String>) -> Self {
        let first = catalogue.scopes().next().map(|scope| scope.id.clone());
        let group = |group: &Group| GridGroup {
            name: group.name.clone(),
            icon: group.icon.clone(),
            chosen: chosen.count_in(group),
            total: group.len(),
            rows: group.rows.iter().map(|row| grid_row(row, chosen, first.as_deref())).collect(),
        };
        let mut open: Vec<_> = catalogue.groups().iter().map(group).collect();
        let folded = open.split_off(OPEN_GROUPS.min(open.len()));
        open.extend(retired_group(chosen));
        Self {
            default_label,
            error,
            chips: chips(chosen),
            open,
            folded_words: folded_words(&folded),
            folded_open: folded.iter().any(|group| group.chosen > 0),
            folded,
        }
    }
}

fn grid_row(row: &Row, chosen: &ScopeSet, first: Option<&str>) -> GridRow {
    let tick = |scope: &Scope| Tick {
        id: scope.id.clone(),
        label: scope.title.clone(),
        ticked: chosen.contains(&scope.id),
        first: first == Some(scope.id.as_str()),
    };
    GridRow {
        name: row.name.clone(),
        sentence: row.sentence.clone(),
        warning: row.warning().unwrap_or_default().to_owned(),
        words: row.scopes().map(|scope| format!("{} {}", scope.id, scope.sentence)).collect::<Vec<_>>().join(" "),
        view: row.view.as_ref().map(tick),
        edit: row.edit.as_ref().map(tick),
    }
}

fn retired_group(chosen: &ScopeSet) -> Option<GridGroup> {
    let rows: Vec<_> = chosen
        .retired()
        .map(|id| GridRow {
            name: id.to_owned(),
            sentence: "Has left the catalogue and opens nothing. Once taken away it cannot be given again.".to_owned(),
            warning: String::new(),
            words: id.to_owned(),
            view: Some(Tick { id: id.to_owned(), label: format!("Keep {id}"), ticked: true, first: false }),
            edit: None,
        })
        .collect();
    let total = rows.len();
    (total > 0).then(|| GridGroup {
        name: "Retired".to_owned(),
        icon: "archive".to_owned(),
        chosen: total,
        total,
        rows,
    })
}

fn chips(chosen: &ScopeSet) -> Vec<Chip> {
    let chip = |preset: &'static scopes::Preset| {
        let ids = preset.scopes();
        Chip { key: preset.key, name: preset.name, chosen: !chosen.is_empty() && ids == *chosen, ids: ids.to_stored() }
    };
    PRESETS.iter().map(chip).collect()
}

fn folded_words(folded: &[GridGroup]) -> String {
    let total: usize = folded.iter().map(|group| group.total).sum();
    let areas = if folded.len() == 1 { "area" } else { "areas" };
    format!("{} more {areas}, {total} scopes", folded.len())
}

/// View data of the running summary: an answer of its own, and a part of the pages that choose scopes.
#[derive(Debug, Template)]
#[template(path = "integrations/summary.html")]
pub struct SummaryPart {
    /// The summary.
    pub summary: SummaryView,
}

/// What a choice of scopes can do and cannot.
#[derive(Debug)]
pub struct SummaryView {
    /// The integration's name as typed.
    pub name: String,
    /// The first lines of what it can do.
    pub can: Vec<Line>,
    /// The other lines.
    pub can_more: Vec<Line>,
    /// What it cannot do.
    pub cannot: Vec<String>,
    /// `3 scopes chosen:`.
    pub count: String,
    /// Their ids.
    pub ids: Vec<String>,
    /// When an integration is edited: what the choice changes.
    pub changes: Option<Changes>,
    /// Where Cancel leads when an integration is edited.
    pub cancel: Option<String>,
    /// Where the summary is asked for without script.
    pub action: String,
    /// The method of that: `get`, `post`.
    pub method: &'static str,
}

/// Scopes that an edit adds and removes.
#[derive(Debug)]
pub struct Changes {
    /// Ids that are new.
    pub added: Vec<String>,
    /// Ids that are gone.
    pub removed: Vec<String>,
}

impl SummaryView {
    /// The summary of `chosen` for a new integration.
    #[must_use]
    pub fn of_new(name: &str, chosen: &ScopeSet) -> Self {
        let summary = scopes::summary(chosen);
        let mut can = summary.can;
        let can_more = can.split_off(LINES.min(can.len()));
        let name = name.trim();
        Self {
            name: if name.is_empty() { "Summary".to_owned() } else { name.to_owned() },
            can,
            can_more,
            cannot: summary.cannot,
            count: match chosen.len() {
                0 => "No scope chosen.".to_owned(),
                few @ 1..=12 => format!("{} chosen:", count_words(few)),
                many => format!("{} chosen.", count_words(many)),
            },
            ids: chosen.ids().map(str::to_owned).collect(),
            changes: None,
            cancel: None,
            action: "/settings/private-integrations/new/scopes".to_owned(),
            method: "get",
        }
    }

    /// The summary of `chosen` for the integration at `href`, which holds `held`.
    #[must_use]
    pub fn of_edit(name: &str, chosen: &ScopeSet, held: &ScopeSet, href: &str) -> Self {
        let ids = |these: Vec<Held<'_>>| these.into_iter().map(|scope| scope.id().to_owned()).collect();
        Self {
            changes: Some(Changes { added: ids(chosen.added(held)), removed: ids(chosen.removed(held)) }),
            cancel: Some(href.to_owned()),
            action: format!("{href}/edit"),
            method: "post",
            ..Self::of_new(name, chosen)
        }
    }
}

/// A number of scopes: `1 scope`, `3 scopes`.
#[must_use]
pub fn count_words(count: usize) -> String {
    if count == 1 { "1 scope".to_owned() } else { format!("{count} scopes") }
}
