//! Plain data that the macros in `templates/macros` show; pages fill these in and know no markup.

pub mod chart;
pub mod form;
pub mod hint;

pub use chart::{BarChart, Day};
pub use form::{Choice, Field, FormGuard, Problem};

/// What a message means: its colour and its icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Neutral notice.
    #[default]
    Info,
    /// Done, safe.
    Ok,
    /// Needs attention soon.
    Warn,
    /// Failed, refused.
    Bad,
}

impl Tone {
    /// The word that ends the classes of banner, flash and text.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    /// The icon's name in the sprite.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Ok => "circle-check",
            Self::Warn => "triangle-alert",
            Self::Bad => "circle-x",
        }
    }
}

/// A moment, as a page shows it.
#[derive(Debug, Clone, Default)]
pub struct When {
    /// RFC 3339 in UTC, for `<time datetime>`.
    pub datetime: String,
    /// The exact time in words: `2026-11-22 09:21:07 UTC`.
    pub title: String,
    /// What stands on the page: `3 h ago`, `27 Nov`.
    pub text: String,
}

/// The kinds of pill: an icon, a word and a colour each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PillKind {
    /// Works.
    Active,
    /// Has an outgoing token.
    Rotating,
    /// Refuses calls until resumed.
    Paused,
    /// Has no live token.
    Expired,
    /// Is gone.
    Deleted,
    /// A flag beside the state: the token is older than it should be.
    RotationDue,
    /// A token that is being called with.
    InUse,
    /// A token with a deadline.
    Ends,
    /// A scope or token without calls.
    Unused,
    /// Tried, and not taken yet.
    Failing,
    /// The server gave it up.
    Disabled,
    /// On its way.
    Waiting,
    /// It arrived.
    Delivered,
}

impl PillKind {
    const fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Active => ("active", "circle-check", "Active"),
            Self::Rotating => ("rotating", "refresh-cw", "Rotating"),
            Self::Paused => ("paused", "circle-pause", "Paused"),
            Self::Expired => ("expired", "circle-x", "Expired"),
            Self::Deleted => ("deleted", "trash-2", "Deleted"),
            Self::RotationDue => ("due", "clock-alert", "Rotation due"),
            Self::InUse => ("ok", "circle-check", "In use"),
            Self::Ends => ("ends", "hourglass", "Ends"),
            Self::Unused => ("unused", "circle-dashed", "Unused"),
            Self::Failing => ("due", "triangle-alert", "Failing"),
            Self::Disabled => ("expired", "circle-x", "Disabled"),
            Self::Waiting => ("rotating", "hourglass", "Waiting"),
            Self::Delivered => ("ok", "circle-check", "Delivered"),
        }
    }
}

/// A pill.
#[derive(Debug, Clone)]
pub struct Pill {
    /// Its colour and icon.
    pub kind: PillKind,
    /// Its words.
    pub label: String,
}

impl Pill {
    /// A pill with the usual words of its kind.
    #[must_use]
    pub fn new(kind: PillKind) -> Self {
        Self::worded(kind, kind.parts().2)
    }

    /// A pill with words of its own: `Rotating · old token until 27 Nov`.
    #[must_use]
    pub fn worded(kind: PillKind, label: impl Into<String>) -> Self {
        Self { kind, label: label.into() }
    }

    /// The word that ends its class.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        self.kind.parts().0
    }

    /// The icon's name in the sprite.
    #[must_use]
    pub const fn icon(&self) -> &'static str {
        self.kind.parts().1
    }
}

/// A label above a value, with a second line: `Age`, `97 days`, `7 days overdue`.
#[derive(Debug, Clone, Default)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The value.
    pub value: String,
    /// A second line below; empty for none.
    pub second: String,
    /// The second line's colour; `Info` is the quiet grey.
    pub tone: Tone,
    /// Whether the value is set in the mono font.
    pub mono: bool,
    /// Whether it takes the room of two where there is some.
    pub wide: bool,
}

impl Fact {
    /// A fact of one line.
    #[must_use]
    pub fn new(label: &str, value: impl Into<String>) -> Self {
        Self { label: label.to_owned(), value: value.into(), ..Self::default() }
    }

    /// The same with a second line.
    #[must_use]
    pub fn second(mut self, text: impl Into<String>, tone: Tone) -> Self {
        self.second = text.into();
        self.tone = tone;
        self
    }

    /// The same with its value in the mono font.
    #[must_use]
    pub fn mono(mut self) -> Self {
        self.mono = true;
        self
    }

    /// The same in the room of two, where there is some.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

/// One step of a form in several.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub label: String,
    /// Where a finished step is opened again; none for the current one and those to come.
    pub href: Option<String>,
    /// Whether the page is this step.
    pub current: bool,
}

/// One tab: a link to a page of the same thing.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Whether the page is this tab.
    pub current: bool,
}

/// How far something is, with words at both ends.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Part that is over, of `total`.
    pub value: u64,
    /// The whole, in the same unit, for example seconds.
    pub total: u64,
    /// What remains: `5 days 4 h left`.
    pub left: String,
    /// What follows: `then the old token stops by itself`.
    pub then: String,
    /// Two lines at the start: `Started`, `20 Nov, 14:02`.
    pub start: [String; 2],
    /// Two lines at the end: `Old token ends`, `27 Nov, 14:02`.
    pub end: [String; 2],
}

/// One line of a before or after: its words and whether it is only on this side.
#[derive(Debug, Clone)]
pub struct DiffLine {
    /// The value.
    pub text: String,
    /// Removed (in Before) or added (in After); else it is on both sides.
    pub changed: bool,
}

/// What one field of a thing was and is.
#[derive(Debug, Clone)]
pub struct DiffRow {
    /// The field's name.
    pub field: String,
    /// Whether its values are ids, set in the mono font.
    pub mono: bool,
    /// The lines before.
    pub before: Vec<DiffLine>,
    /// The lines after.
    pub after: Vec<DiffLine>,
}

impl DiffRow {
    /// Compares two lists of values: what is only in one is removed or added.
    #[must_use]
    pub fn of_lists(field: &str, mono: bool, before: &[String], after: &[String]) -> Self {
        let lines = |these: &[String], others: &[String]| {
            let (same, changed): (Vec<_>, Vec<_>) = these.iter().partition(|text| others.contains(text));
            let same = same.into_iter().map(|text| DiffLine { text: text.clone(), changed: false });
            same.chain(changed.into_iter().map(|text| DiffLine { text: text.clone(), changed: true })).collect()
        };
        Self { field: field.to_owned(), mono, before: lines(before, after), after: lines(after, before) }
    }
}

/// What somebody else saved while a form was open.
#[derive(Debug)]
pub struct Overtaken {
    /// Who changed it and when.
    pub title: String,
    /// What differs: as saved now, against what the form says.
    pub rows: Vec<DiffRow>,
}

impl Overtaken {
    /// Of all `rows`, those that differ.
    #[must_use]
    pub fn new(title: String, rows: impl IntoIterator<Item = DiffRow>) -> Self {
        let differs = |row: &DiffRow| row.before.iter().chain(&row.after).any(|line| line.changed);
        Self { title, rows: rows.into_iter().filter(differs).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_tells_removed_and_added_from_kept() {
        let list = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
        let row = DiffRow::of_lists("Scopes", true, &list(&["a", "b"]), &list(&["c", "a"]));
        let told = |lines: &[DiffLine]| lines.iter().map(|l| (l.text.clone(), l.changed)).collect::<Vec<_>>();
        assert_eq!(told(&row.before), [("a".to_owned(), false), ("b".to_owned(), true)]);
        assert_eq!(told(&row.after), [("a".to_owned(), false), ("c".to_owned(), true)]);
    }
}
