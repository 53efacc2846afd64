//! What a set of scopes lets its holder do and not do, in a few lines of plain words.

use super::catalogue::{Access, Group, Row, Scope, catalogue, inside_sentence};
use super::set::ScopeSet;
use std::fmt;

/// Verbs that a reader must not pass over.
const STRONG: [&str; 5] = ["delete", "send", "publish", "charge", "buy"];
/// A group with more View scopes than this is summed up in one line when all are chosen.
const MOST_NAMED_VIEWS: usize = 3;
/// The most names in one line under Cannot; a longer list ends in "or … more".
const MOST_NAMED: usize = 4;

/// The running summary of a choice of scopes.
#[derive(Debug, Default)]
pub struct Summary {
    /// Ends of "It can …", in the order of display.
    pub can: Vec<Line>,
    /// Ends of "It cannot …", at most four.
    pub cannot: Vec<String>,
    /// Titles of the scopes, for example "View contacts", in the order of display.
    pub names: Vec<&'static str>,
    /// Ids of the scopes that the catalogue has, in the order of display.
    pub ids: Vec<&'static str>,
    /// Ids that are held and open nothing any more.
    pub retired: Vec<String>,
}

/// A phrase in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Joined without anything between, they are the phrase.
    pub parts: Vec<Part>,
}

/// A piece of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// With the spaces that belong around it.
    pub text: String,
    /// To be made to stand out.
    pub strong: bool,
}

/// Sums up `set`.
#[must_use]
pub fn summary(set: &ScopeSet) -> Summary {
    let chosen = |scope: &&'static Scope| set.contains(&scope.id);
    let groups = catalogue().groups();
    Summary {
        can: groups.iter().flat_map(|group| can(group, set)).collect(),
        cannot: cannot(groups, set),
        names: catalogue().scopes().filter(chosen).map(|scope| scope.title.as_str()).collect(),
        ids: catalogue().scopes().filter(chosen).map(|scope| scope.id.as_str()).collect(),
        retired: set.retired().map(str::to_owned).collect(),
    }
}

fn can(group: &'static Group, set: &ScopeSet) -> Vec<Line> {
    let sees_all = sees_all(group, set);
    let mut phrases: Vec<(&str, Vec<String>)> = Vec::new();
    for scope in group.scopes().filter(|scope| set.contains(&scope.id)) {
        if sees_all && scope.access == Access::View {
            continue;
        }
        match phrases.iter_mut().find(|(does, _)| *does == scope.does) {
            Some((_, things)) => things.push(scope.things.clone()),
            None => phrases.push((&scope.does, vec![scope.things.clone()])),
        }
    }
    let everything = sees_all.then(|| Line::new("view", &format!("everything under {}", group.name)));
    let named = phrases.iter().map(|(does, things)| Line::new(does, &list(things, "and")));
    everything.into_iter().chain(named).collect()
}

fn sees_all(group: &Group, set: &ScopeSet) -> bool {
    let views: Vec<&Scope> = group.scopes().filter(|scope| scope.access == Access::View).collect();
    views.len() > MOST_NAMED_VIEWS && views.iter().all(|scope| set.contains(&scope.id))
}

fn cannot(groups: &'static [Group], set: &ScopeSet) -> Vec<String> {
    let (touched, untouched): (Vec<&Group>, Vec<&Group>) = groups.iter().partition(|group| set.count_in(group) > 0);
    if touched.is_empty() {
        return vec!["see or change any data of the account".to_owned()];
    }
    let lacks = |side: Option<&Scope>| side.is_some_and(|scope| !set.contains(&scope.id));
    let holds = |side: Option<&Scope>| side.is_some_and(|scope| set.contains(&scope.id));
    let rows = || touched.iter().flat_map(|group| &group.rows);
    let name = |row: &Row| inside_sentence(&row.name);
    let unchanged = rows().filter(|row| holds(row.view.as_ref()) && lacks(row.edit.as_ref())).map(name).collect();
    let unseen = rows().filter(|row| lacks(row.view.as_ref())).map(name).collect();
    let undone = rows().filter(|row| row.view.is_none()).filter_map(|row| row.edit.as_ref());
    let undone = undone.filter(|scope| lacks(Some(scope))).map(Scope::can).collect();
    let elsewhere = untouched.iter().map(|group| inside_sentence(&group.name)).collect();
    [
        ("change ", unchanged, "more things"),
        ("see ", unseen, "more things"),
        ("", undone, "more things"),
        ("see or change ", elsewhere, "more areas"),
    ]
    .into_iter()
    .filter(|(_, names, _): &(&str, Vec<String>, &str)| !names.is_empty())
    .map(|(verb, names, rest)| format!("{verb}{}", list(&shortened(names, rest), "or")))
    .collect()
}

fn shortened(mut names: Vec<String>, rest: &str) -> Vec<String> {
    if names.len() > MOST_NAMED {
        let more = names.split_off(MOST_NAMED - 1).len();
        names.push(format!("{more} {rest}"));
    }
    names
}

/// "a, b and c"; with a comma before the last one too where a name itself has an "and" in it.
fn list(names: &[String], word: &str) -> String {
    let Some((last, before)) = names.split_last() else {
        return String::new();
    };
    if before.is_empty() {
        return last.clone();
    }
    let comma = if names.iter().any(|name| name.contains(" and ")) { "," } else { "" };
    format!("{}{comma} {word} {last}", before.join(", "))
}

impl Line {
    fn new(does: &str, things: &str) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        for piece in does.split_inclusive(' ').chain([" ", things]) {
            let word = piece.trim_end_matches([' ', ',']);
            if STRONG.contains(&word) {
                parts.push(Part { text: word.to_owned(), strong: true });
                push_plain(&mut parts, piece.strip_prefix(word).unwrap_or_default());
            } else {
                push_plain(&mut parts, piece);
            }
        }
        Self { parts }
    }
}

fn push_plain(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(part) if !part.strong => part.text.push_str(text),
        _ => parts.push(Part { text: text.to_owned(), strong: false }),
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| f.write_str(&part.text))
    }
}
