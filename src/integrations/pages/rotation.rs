//! Rotating: the question with its two ways, and the answer that leads to the new token.

use super::asking::{Asking, failure};
use super::compromised;
use super::create::to_token;
use crate::error::{AppError, Result};
use crate::integrations::RotateToken;
use crate::integrations::commands::{self, Rotation, Trouble};
use crate::integrations::model::{Lifecycle, Overlap, Refused, Tokens};
use crate::integrations::store::Integration;
use crate::web::form::FormBody;
use crate::web::parts::Choice;
use crate::web::permit::Pending;
use crate::web::question::{RotationPage, RotationWords};
use crate::web::shown::{Again, Shown};
use crate::web::thing::{At, Thing as _, stale};
use crate::web::times;
use crate::world::Timestamp;
use actix_web::HttpResponse;

const WORDS: RotationWords = RotationWords {
    noun: "token",
    later: "Both tokens work while the software is updated.",
    overlap: "Old token works for another",
    keep: "Keep this token",
};

/// `GET …/{id}/rotation`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`] when it is deleted; faults of the store.
pub async fn ask(pending: Pending<RotateToken>, at: At) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    show(&asking, &of, Rotation::Later(Overlap::Week), &Shown::first(Again::opening(&pending)))
}

/// `POST …/{id}/rotation`: makes the new token and leads to it.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn rotate(pending: Pending<RotateToken>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["how", "overlap", "version", "from"], &[])?;
    let (version, key, rotation) = (form.version()?, form.once_key()?, chosen(&form)?);
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return back(&asking, &of, &form, rotation, &Shown::asked(asked)).await,
    };
    match commands::rotate(&at.db, &permit, &of.id, version, rotation, &key).await {
        Ok(made) => to_token(&at.request, &made, &key),
        Err(Trouble::Stale(now)) => back(&asking, &now, &form, rotation, &stale::<Integration>()).await,
        Err(Trouble::Refused(refused)) if refused != Refused::Deleted => {
            back(&asking, &of, &form, rotation, &Shown::wrong("how-now", refused.to_string())).await
        }
        Err(other) => Err(failure(other)),
    }
}

fn chosen(form: &FormBody) -> Result<Rotation> {
    match (form.one("how"), form.one("overlap")) {
        ("now", _) => Ok(Rotation::Now),
        ("later", code) => {
            let overlap = Overlap::from_code(code).ok_or(AppError::Malformed("There is no such overlap."))?;
            Ok(Rotation::Later(overlap))
        }
        _ => Err(AppError::Malformed("The form does not say when the old token stops.")),
    }
}

/// The page that the form came from, again.
async fn back(
    asking: &Asking<'_>,
    of: &Integration,
    form: &FormBody,
    chosen: Rotation,
    shown: &Shown,
) -> Result<HttpResponse> {
    if form.one("from") == "compromised" {
        return compromised::page(asking, of, shown).await;
    }
    show(asking, of, chosen, shown)
}

fn show(asking: &Asking<'_>, of: &Integration, chosen: Rotation, shown: &Shown) -> Result<HttpResponse> {
    let now = asking.now;
    let life = Lifecycle::at(&of.facts, now);
    if matches!(life, Lifecycle::Deleted(_)) {
        return Err(failure(Refused::Deleted));
    }
    let only_now = of.facts.rotate_later(Overlap::Week, now).err().map(|refused| refused.to_string());
    let mut shell = asking.shell_of(of, format!("Rotate the token of {}", of.name));
    let problems = shown.problems();
    shell.has_errors = !problems.is_empty();
    let hints: Vec<_> =
        [life.outgoing(), life.current()].into_iter().flatten().map(|token| token.hint.as_str()).collect();
    let overlap = if let Rotation::Later(overlap) = chosen { overlap } else { Overlap::Week };
    let page = RotationPage {
        shell,
        back: of.address(),
        action: format!("{}/rotation", of.address()),
        problems,
        guard: asking.sudo_guard(true, shown.again.as_ref()),
        version: of.version,
        words: RotationWords { keep: if hints.is_empty() { "Cancel" } else { WORDS.keep }, ..WORDS },
        lead: match hints.is_empty() {
            true => "You get a new token, shown once. There is no live token now.".to_owned(),
            false => format!("You get a new token, shown once. What should happen to {}?", hints.join(" and ")),
        },
        now_chosen: chosen == Rotation::Now || only_now.is_some(),
        now_text: now_text(&life),
        only_now,
        overlaps: Choice::list(&Overlap::ALL.map(|overlap| (overlap.code(), overlap.words())), overlap.code()),
        ends: ends(of, now),
    };
    shown.answer(asking.request, &page)
}

fn now_text(life: &Lifecycle) -> &'static str {
    match life {
        Lifecycle::Kept { paused: Some(_), .. } => "The old tokens stop for good. It stays paused until you resume it.",
        Lifecycle::Kept { tokens: Tokens::None(_), .. } => {
            "The new token works at once, and the integration is active again."
        }
        Lifecycle::Kept { tokens: Tokens::Two { .. }, .. } => {
            "Calls with either of the two tokens fail at once, and the rotation is finished. Use this if a token may be compromised."
        }
        _ => "Calls with the old token fail at once. Use this if the token may be compromised.",
    }
}

/// For each overlap, its end in words; a token that ends sooner by itself does so.
fn ends(of: &Integration, now: Timestamp) -> Vec<Choice> {
    let until = |overlap: Overlap| of.facts.rotate_later(overlap, now).ok()?.make_outgoing.map(|(_, until, _)| until);
    let end = |overlap: Overlap| Some((overlap.code(), times::in_full(until(overlap)?)));
    let pairs: Vec<_> = Overlap::ALL.into_iter().filter_map(end).collect();
    let pairs: Vec<_> = pairs.iter().map(|(code, words)| (*code, words.as_str())).collect();
    Choice::list(&pairs, Overlap::Week.code())
}
