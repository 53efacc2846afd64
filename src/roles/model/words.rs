//! What a change of roles means, in words: the same in the save bar and before it is saved.

use super::Plan;
use crate::authz::{Permission, PermissionSet};

/// Who gains or loses what.
#[derive(Debug, Clone)]
pub struct Sentence {
    /// The role.
    pub role: String,
    /// `gains` or `loses`.
    pub verb: &'static str,
    /// What.
    pub what: String,
}

impl Sentence {
    /// Whether it gains.
    #[must_use]
    pub fn gains(&self) -> bool {
        self.verb == "gains"
    }
}

/// A change in words.
#[derive(Debug, Clone)]
pub struct Words {
    /// `2 changes`.
    pub count: String,
    /// A sentence for what each role gains, and one for what it loses.
    pub sentences: Vec<Sentence>,
    /// How many people are affected.
    pub people: String,
}

impl Words {
    /// The words of `plan`.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let (mut sentences, mut changes) = (Vec::new(), 0);
        for change in &plan.changes {
            for (verb, what) in [("gains", change.gained()), ("loses", change.lost())] {
                let number = what.iter().count();
                changes += number;
                if number > 0 {
                    let what = if verb == "gains" { gained(what) } else { and(&names(what)) };
                    sentences.push(Sentence { role: change.role.name.clone(), verb, what });
                }
            }
        }
        let people = match plan.affected {
            0 => "Nobody is affected yet.".to_owned(),
            1 if plan.viewer_too => "Only you are affected.".to_owned(),
            1 => "1 person is affected.".to_owned(),
            number if plan.viewer_too => format!("{number} people are affected, you among them."),
            number => format!("{number} people are affected."),
        };
        let count = if changes == 1 { "1 change".to_owned() } else { format!("{changes} changes") };
        Self { count, sentences, people }
    }

    /// All of it in one text.
    #[must_use]
    pub fn text(&self) -> String {
        let sentence = |sentence: &Sentence| format!("{} {} {}. ", sentence.role, sentence.verb, sentence.what);
        self.sentences.iter().map(sentence).collect::<String>() + &self.people
    }
}

fn names(set: PermissionSet) -> Vec<&'static str> {
    set.iter().map(Permission::words).collect()
}

/// What somebody gains; what it means in effect is said where it is more than its name.
fn gained(set: PermissionSet) -> String {
    let weighty = Permission::PrivateIntegrationsManage;
    if !set.has(weighty) {
        return and(&names(set));
    }
    let last = [weighty.words()];
    let all: Vec<_> = set.iter().filter(|other| *other != weighty).map(Permission::words).chain(last).collect();
    let hint = weighty.hint();
    let mut letters = hint.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    format!("{}, {}{}", and(&all), first.map(String::from).unwrap_or_default(), letters.as_str())
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn and(parts: &[&str]) -> String {
    match parts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// `1 person`, `3 people`.
#[must_use]
pub fn people(number: i64) -> String {
    if number == 1 { "1 person".to_owned() } else { format!("{number} people") }
}
