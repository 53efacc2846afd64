//! The way out when somebody else may have the token.

use super::activity::Calls;
use super::asking::{Asking, failure};
use super::view::compromised::CompromisedPage;
use crate::error::Result;
use crate::integrations::RotateToken;
use crate::integrations::model::{Lifecycle, Refused};
use crate::integrations::store::Integration;
use crate::web::parts::Fact;
use crate::web::permit::Pending;
use crate::web::question::Point;
use crate::web::shown::{Again, Shown};
use crate::web::thing::{At, Thing as _};
use crate::web::times;
use actix_web::HttpResponse;

/// `GET …/{id}/compromised`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Conflict`] when it is deleted; faults of the store.
pub async fn show(pending: Pending<RotateToken>, at: At) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    page(&asking, &of, &Shown::first(Again::opening(&pending))).await
}

/// The page, also after its form was sent in vain.
///
/// # Errors
/// As [`show`].
pub(super) async fn page(asking: &Asking<'_>, of: &Integration, shown: &Shown) -> Result<HttpResponse> {
    let life = Lifecycle::at(&of.facts, asking.now);
    if matches!(life, Lifecycle::Deleted(_)) {
        return Err(failure(Refused::Deleted));
    }
    let calls = Calls::of(asking, of).await?;
    let problems = shown.problems();
    let mut shell = asking.shell_of(of, "This token may be compromised");
    shell.has_errors = !problems.is_empty();
    let page = CompromisedPage {
        shell,
        lead: format!(
            "If anybody else may have seen a token of {}, replace it first and ask questions afterwards.",
            of.name
        ),
        href: of.address(),
        name: of.name.clone(),
        problems,
        guard: asking.sudo_guard(true, shown.again.as_ref()),
        version: of.version,
        facts: facts(of, &life, &calls, asking),
        points: points(&life),
        activity: calls.activity(),
    };
    shown.answer(asking.request, &page)
}

/// What one weighs before a token is stopped: calls, last use, and the tokens.
pub(super) fn facts(of: &Integration, life: &Lifecycle, calls: &Calls, asking: &Asking<'_>) -> Vec<Fact> {
    let used = of.last_used_at.map_or("never".to_owned(), |at| times::ago(at, asking.now).text);
    let hints: Vec<_> =
        [life.outgoing(), life.current()].into_iter().flatten().map(|token| token.hint.as_str()).collect();
    let stops = match hints.as_slice() {
        [] => Fact::new("Token that stops", "none is live"),
        [one] => Fact::new("Token that stops", *one).mono(),
        several => Fact::new("Tokens that stop", several.join(", ")).mono(),
    };
    vec![calls.of_the_week(of.facts.paused_at.is_some()), Fact::new("Last used", used), stops]
}

fn points(life: &Lifecycle) -> Vec<Point> {
    let stop = match (life.current(), life.outgoing()) {
        (Some(one), Some(other)) => format!("Every call with {} or {} is refused at once.", other.hint, one.hint),
        (Some(one), None) => format!("Every call with {} is refused at once.", one.hint),
        _ => "No token is live, so nobody can call with one now.".to_owned(),
    };
    vec![
        Point::new("x", stop),
        Point::new("key-round", "You get a new token, shown once. Name, scopes and history stay."),
        Point::new("plug", "The third-party application is refused as well until it has the new token."),
    ]
}
