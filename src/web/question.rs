//! A question before something happens: what it does in sentences, the safe answer first; a dialog where script runs.

use super::parts::{Choice, FormGuard, Problem};
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
