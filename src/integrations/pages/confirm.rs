//! A question with one answer, and what is told after a step was tried: one shape for pausing and for the steps of a rotation.

use super::asking::{Asking, Shown, address};
use super::view::confirm::{ConfirmPage, Question};
use crate::error::Result;
use crate::integrations::store::Integration;
use actix_web::HttpResponse;

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
            question: self,
        };
        shown.answer(asking, &page)
    }
}
