//! A question with one answer, and what is told after a step was tried: one shape for pausing and for the steps of a rotation.

use super::asking::{Asking, Shown, address};
use super::view::confirm::{ConfirmPage, Point};
use crate::error::Result;
use crate::integrations::store::Integration;
use crate::web::parts::Choice;
use actix_web::HttpResponse;

/// What is asked.
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

impl Question {
    /// Asks it about `of`.
    ///
    /// # Errors
    /// When the page cannot be rendered.
    pub fn show(self, asking: &Asking<'_>, of: &Integration, shown: &Shown) -> Result<HttpResponse> {
        let problems = shown.problems();
        let mut shell = asking.shell_of(of, format!("{} {}", self.title, of.name));
        shell.has_errors = !problems.is_empty();
        let page = ConfirmPage {
            shell,
            href: address(of),
            action: format!("{}/{}", address(of), self.path),
            problems,
            guard: asking.sudo_guard(false, shown.again.as_ref()),
            version: of.version,
            hidden: self.hidden,
            points: self.points,
            ends: self.ends,
            keep: self.keep,
            label: self.label,
            kind: self.kind,
            sending: self.sending,
        };
        shown.answer(asking, &page)
    }
}
