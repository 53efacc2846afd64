//! A new signing secret: the question with its two ways, and the answer that leads to the secret.

use super::asking::{Asking, failure};
use super::create::to_secret;
use crate::error::{AppError, Result};
use crate::web::form::FormBody;
use crate::web::parts::Choice;
use crate::web::permit::Pending;
use crate::web::question::{RotationPage, RotationWords};
use crate::web::shown::{Again, Shown};
use crate::web::thing::{At, Thing as _, stale};
use crate::web::times;
use crate::webhooks::RotateSecret;
use crate::webhooks::commands::{Trouble, secret};
use crate::webhooks::model::{Endpoint, Overlap, Rotation};
use actix_web::HttpResponse;

const WORDS: RotationWords = RotationWords {
    noun: "secret",
    later: "Each delivery carries both signatures while the receiver is updated.",
    overlap: "Old secret signs for another",
    keep: "Keep this secret",
};

/// `GET …/{id}/secret/rotation`.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn ask(pending: Pending<RotateSecret>, at: At) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    show(&asking, &of, Rotation::Later(Overlap::Day), &Shown::first(Again::opening(&pending)))
}

/// `POST …/{id}/secret/rotation`: makes the new secret and leads to it.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Conflict`]; faults of the store and of the form.
pub async fn rotate(pending: Pending<RotateSecret>, form: FormBody, at: At) -> Result<HttpResponse> {
    form.expect(&["how", "overlap", "version"], &[])?;
    let (version, key, rotation) = (form.version()?, form.once_key()?, chosen(&form)?);
    let asking = Asking::at(&pending, &at);
    let of = asking.find().await?;
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &of, rotation, &Shown::asked(asked)),
    };
    match secret::rotate(&at.db, &permit, &of.id, version, rotation, &key).await {
        Ok(made) => to_secret(&at.request, &made, &key),
        Err(Trouble::Stale(now)) => show(&asking, &now, rotation, &stale::<Endpoint>()),
        Err(Trouble::Refused(refused)) => show(&asking, &of, rotation, &Shown::wrong("how-now", refused.to_string())),
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
        _ => Err(AppError::Malformed("The form does not say when the old secret stops.")),
    }
}

fn show(asking: &Asking<'_>, of: &Endpoint, chosen: Rotation, shown: &Shown) -> Result<HttpResponse> {
    let now = asking.now;
    let only_now = of.rotate(Rotation::Later(Overlap::Day), now).err().map(|refused| refused.to_string());
    let old = of.old_secret_at(now).map(|(facts, _)| facts.hint.clone());
    let hints = old.iter().chain([&of.secret.hint]).cloned().collect::<Vec<_>>().join(" and ");
    let problems = shown.problems();
    let mut shell = asking.shell_of(of, format!("Rotate the signing secret of {}", of.name()));
    shell.has_errors = !problems.is_empty();
    let overlap = if let Rotation::Later(overlap) = chosen { overlap } else { Overlap::Day };
    let ends = Overlap::ALL.map(|overlap| (overlap.code(), times::in_full(now.plus(overlap.span()))));
    let ends: Vec<(&str, &str)> = ends.iter().map(|(code, words)| (*code, words.as_str())).collect();
    let page = RotationPage {
        shell,
        back: of.address(),
        action: format!("{}/secret/rotation", of.address()),
        problems,
        guard: asking.sudo_guard(true, shown.again.as_ref()),
        version: of.version,
        now_text: match old {
            Some(_) => "Neither of the two signs any more. Use this if a secret may be known to others.",
            None => "It signs nothing any more. Use this if the secret may be known to others.",
        },
        words: WORDS,
        lead: format!("You get a new signing secret, shown once. What should happen to {hints}?"),
        now_chosen: chosen == Rotation::Now || only_now.is_some(),
        only_now,
        overlaps: Choice::list(&Overlap::ALL.map(|overlap| (overlap.code(), overlap.words())), overlap.code()),
        ends: Choice::list(&ends, overlap.code()),
    };
    shown.answer(asking.request, &page)
}
