//! A question before something happens: what it does in sentences, the safe answer first; a dialog where script runs. Its longer kinds: deleting, rotating.

use super::parts::{Choice, Fact, Field, FormGuard, Problem};
use super::shell::Shell;
use askama::Template;

/// View data of a question with one answer.
#[derive(Debug, Template)]
#[template(path = "question.html")]
pub struct QuestionPage {
    /// The frame; its title is the question.
    pub shell: Shell,
    /// Where the safe answer leads.
    pub back: String,
    /// Where the answer is sent.
    pub action: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// What is asked.
    pub question: Question,
}

/// What is asked.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Hidden fields of its form: the version that it is about, and what else the answer is bound to.
    pub hidden: Vec<(&'static str, String)>,
    /// What will happen.
    pub points: Vec<Point>,
    /// What can be chosen: legend, field, choices.
    pub choose: Option<(&'static str, &'static str, Vec<Choice>)>,
    /// The words of the safe answer.
    pub keep: &'static str,
    /// The words of the button.
    pub label: &'static str,
    /// The button's kind.
    pub kind: &'static str,
    /// The button's words while it is sent.
    pub sending: &'static str,
}

/// A consequence.
#[derive(Debug, Clone)]
pub struct Point {
    /// The icon's name in the sprite.
    pub icon: &'static str,
    /// The sentence.
    pub text: String,
}

impl Point {
    /// A consequence with its icon.
    #[must_use]
    pub fn new(icon: &'static str, text: impl Into<String>) -> Self {
        Self { icon, text: text.into() }
    }
}

/// View data of the page that deletes a thing: what one weighs, what follows, a milder way, then a word that has to be typed.
#[derive(Debug, Template)]
#[template(path = "deletion.html")]
pub struct DeletionPage {
    /// The frame; its title is the question.
    pub shell: Shell,
    /// The thing's address; the answer goes to `deletion` below it.
    pub href: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// What one weighs.
    pub facts: Vec<Fact>,
    /// What will happen.
    pub points: Vec<Point>,
    /// Whether it is paused already.
    pub paused: bool,
    /// What is to be typed.
    pub word: String,
    /// What was typed.
    pub confirm: Field,
    /// The words of the button.
    pub label: &'static str,
}

/// View data of the question before a secret is rotated: the old one ends later or now.
#[derive(Debug, Template)]
#[template(path = "rotation.html")]
pub struct RotationPage {
    /// The frame; its title is the question.
    pub shell: Shell,
    /// Where the safe answer leads.
    pub back: String,
    /// Where the answer is sent.
    pub action: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// What it is called.
    pub words: RotationWords,
    /// What is made, and what is asked about the old ones, with their hints.
    pub lead: String,
    /// Why only "now" can be chosen; none when both can.
    pub only_now: Option<String>,
    /// Whether "now" is chosen.
    pub now_chosen: bool,
    /// What "now" does.
    pub now_text: &'static str,
    /// Lengths of the overlap.
    pub overlaps: Vec<Choice>,
    /// For each of them, its end in words.
    pub ends: Vec<Choice>,
}

/// A rotation in the words of what is rotated.
#[derive(Debug, Clone, Copy)]
pub struct RotationWords {
    /// What it is: `token`.
    pub noun: &'static str,
    /// What is so during the overlap.
    pub later: &'static str,
    /// What the old one does during the overlap, as the beginning of its length: `Old token works for another`.
    pub overlap: &'static str,
    /// The words of the safe answer.
    pub keep: &'static str,
}
