//! The page of one integration: its token or rotation, activity, scopes and history.

use super::held::ScopeGroup;
use crate::audit::Line;
use crate::web::parts::{BarChart, Fact, FormGuard, Pill, Progress, Tone};
use crate::web::shell::Shell;
use crate::webhooks::Fragment;
use askama::Template;

/// View data of an integration's page.
#[derive(Debug, Template)]
#[template(path = "integrations/show.html")]
pub struct ShowPage {
    /// The frame; its title is the name.
    pub shell: Shell,
    /// The integration's address.
    pub href: String,
    /// The version that the forms in the head are about.
    pub version: i64,
    /// State and flags.
    pub pills: Vec<Pill>,
    /// The description; may be empty.
    pub description: String,
    /// The controls that this person would not be refused; none for a deleted one.
    pub actions: Option<Actions>,
    /// Hidden fields of the forms in the head.
    pub guard: FormGuard,
    /// What is to be known about the state.
    pub notice: Option<Notice>,
    /// That nobody looks after it; the controls are those of `actions`.
    pub review: Option<String>,
    /// Who made it and who looks after it, once it was taken over.
    pub looked_after: String,
    /// The rotation under way.
    pub cockpit: Option<Cockpit>,
    /// The live token, when no rotation is under way.
    pub token: Vec<Fact>,
    /// The last token, when none is live.
    pub ended: Option<Ended>,
    /// Calls per day.
    pub activity: Activity,
    /// Its webhooks, for whoever may see them.
    pub webhooks: Option<Fragment>,
    /// `3 scopes`.
    pub scope_count: String,
    /// Its scopes by group.
    pub scope_groups: Vec<ScopeGroup>,
    /// The newest events.
    pub history: Vec<Line>,
    /// How many older events there are.
    pub history_more: u64,
    /// Where all of them stand, for whoever may read the log.
    pub log: String,
}

/// Controls in the head.
#[derive(Debug, Clone, Copy)]
pub struct Actions {
    /// Resume, for a paused one.
    pub resume: bool,
    /// Pause stands in the head and Rotate in the menu: while a rotation is under way.
    pub pause_first: bool,
    /// The way out for a token that somebody else may have: while one is live.
    pub compromised: bool,
    /// `primary` when rotation is due or no token is live.
    pub rotate_kind: &'static str,
}

/// A token that ended.
#[derive(Debug)]
pub struct Ended {
    /// Its hint.
    pub hint: String,
    /// That no token is live, in its colour; none where that goes without saying.
    pub note: Option<Tone>,
    /// When and by whom it was made, when it ended.
    pub facts: Vec<Fact>,
}

/// A banner below the head.
#[derive(Debug)]
pub struct Notice {
    /// Its colour.
    pub tone: Tone,
    /// Its icon.
    pub glyph: &'static str,
    /// What is so.
    pub title: String,
    /// What follows.
    pub text: String,
}

/// The rotation under way.
#[derive(Debug)]
pub struct Cockpit {
    /// `Started by Maren Holt 2 days ago, overlap 7 days`.
    pub note: String,
    /// The time left.
    pub progress: Progress,
    /// Outgoing, then current token.
    pub panes: Vec<Pane>,
    /// When each of the two was used.
    pub uses: String,
    /// What becomes of the old token when the rotation is cancelled: `stays, with no deadline`.
    pub kept: String,
    /// The latest day to which the overlap can be extended; none when it cannot.
    pub extend_to: Option<String>,
}

/// One token of a rotation.
#[derive(Debug)]
pub struct Pane {
    /// `Outgoing token`, `Current token`.
    pub title: &'static str,
    /// Whether it is the current one.
    pub current: bool,
    /// In use, unused, or when it ends.
    pub pill: Pill,
    /// Its hint.
    pub hint: String,
    /// Last use and making.
    pub pairs: Vec<Fact>,
}

/// Calls per day for 30 days.
#[derive(Debug)]
pub struct Activity {
    /// Calls, refused ones, the busiest day; empty when nobody called.
    pub figures: Vec<Fact>,
    /// The chart with its table.
    pub chart: BarChart,
}
