//! A question about one integration: one shape for pausing and for the steps of a rotation.

use super::asking::{Asking, address};
use crate::error::Result;
use crate::integrations::store::Integration;
use crate::web::question::{Question, QuestionPage};
use crate::web::shown::Shown;
use actix_web::HttpResponse;

/// Asks `question` about `of`: `title` and the name are the page's title, the answer goes to `path` below its address.
///
/// # Errors
/// When the page cannot be rendered.
pub fn ask(
    asking: &Asking<'_>,
    of: &Integration,
    (title, path): (&str, &str),
    mut question: Question,
    shown: &Shown,
) -> Result<HttpResponse> {
    let problems = shown.problems();
    let mut shell = asking.shell_of(of, format!("{title} {}", of.name));
    shell.has_errors = !problems.is_empty();
    question.hidden.push(("version", of.version.to_string()));
    let page = QuestionPage {
        shell,
        back: address(of),
        action: format!("{}/{path}", address(of)),
        problems,
        guard: asking.sudo_guard(false, shown.again.as_ref()),
        question,
    };
    shown.answer(asking.request, &page)
}
