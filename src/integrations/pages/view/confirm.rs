//! Questions before a step: rotate with its two ways, and the shorter ones.

use crate::web::parts::{Choice, FormGuard, Problem};
use crate::web::shell::Shell;
use askama::Template;

/// View data of the rotation's question.
#[derive(Debug, Template)]
#[template(path = "integrations/rotate.html")]
pub struct RotatePage {
    /// The frame; its title names the integration.
    pub shell: Shell,
    /// The integration's address.
    pub href: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// Hints of the live tokens, which the rotation ends.
    pub hints: Vec<String>,
    /// Why only "now" can be chosen; none when both can.
    pub only_now: Option<String>,
    /// Whether "now" is chosen.
    pub now_chosen: bool,
    /// What "now" does.
    pub now_text: String,
    /// Lengths of the overlap.
    pub overlaps: Vec<Choice>,
    /// For each of them, its end in words.
    pub ends: Vec<Choice>,
}

/// View data of a question with one answer: pause, expire the outgoing token, cancel or extend a rotation.
#[derive(Debug, Template)]
#[template(path = "integrations/confirm.html")]
pub struct ConfirmPage {
    /// The frame; its title is the question.
    pub shell: Shell,
    /// The integration's address.
    pub href: String,
    /// Where the answer is sent.
    pub action: String,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Hidden fields, and the password when it is asked for.
    pub guard: FormGuard,
    /// The version that the form is about.
    pub version: i64,
    /// What is asked.
    pub question: Question,
}

/// A question before something happens.
#[derive(Debug, Clone)]
pub struct Question {
    /// The question, but for the name: `Pause`.
    pub title: &'static str,
    /// Where the answer goes, below the integration's address.
    pub path: &'static str,
    /// Hidden fields beside the version.
    pub hidden: Vec<(&'static str, String)>,
    /// What will happen.
    pub points: Vec<Point>,
    /// Ends of the overlap to choose from; empty for other questions.
    pub ends: Vec<Choice>,
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
