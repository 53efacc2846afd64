//! The one answer that holds a whole signing secret.

use super::asking::Asking;
use crate::authz::Permit;
use crate::error::Result;
use crate::web::question::Point;
use crate::web::reveal::GonePage;
use crate::web::shell::Shell;
use crate::web::thing::{At, Thing as _};
use crate::web::{frame, reveal, times};
use crate::webhooks::RevealSecret;
use crate::webhooks::commands::secret;
use crate::webhooks::model::Endpoint;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use zeroize::Zeroizing;

/// View data of the one page that has the whole secret.
#[derive(Template)]
#[template(path = "webhooks/secret.html")]
pub struct SecretPage {
    /// The frame.
    pub shell: Shell,
    /// The secret.
    pub secret: Zeroizing<String>,
    /// Its hint.
    pub hint: String,
    /// During a rotation, the older secret's hint and until when it signs: `29 Nov, 09:30 UTC`.
    pub old: Option<(String, String)>,
    /// The endpoint.
    pub href: String,
}

/// `GET …/{id}/secret`: the secret once; after that, that it was shown.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn show(permit: Permit<RevealSecret>, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    if let Some(early) = reveal::early(&at.request, "The secret")? {
        return Ok(early);
    }
    let plain = match &reveal::key(&at.request) {
        Some(key) => secret::take(&at.db, &permit, &of.id, key).await?,
        None => None,
    };
    let Some(plain) = plain else { return gone(&asking, &of) };
    let old = of.old_secret_at(asking.now).map(|(facts, ends)| {
        let until = format!("{} UTC", times::day_and_time(ends, asking.now));
        (facts.hint.clone(), until)
    });
    let page = SecretPage {
        shell: asking.shell_of(&of, format!("Copy the signing secret for {}", of.name())),
        secret: plain,
        hint: of.secret.hint.clone(),
        old,
        href: of.address(),
    };
    reveal::page(&at.request, &page)
}

fn gone(asking: &Asking<'_>, of: &Endpoint) -> Result<HttpResponse> {
    let lost = match of.old_secret_at(asking.now) {
        None => Point::new(
            "refresh-cw",
            "If you did not store it, rotate: you get a new secret. Nobody can show this one again.",
        ),
        Some((old, _)) => Point::new(
            "undo-2",
            format!(
                "If you did not store it, cancel the rotation: {} signs alone again, and you can rotate anew.",
                old.hint
            ),
        ),
    };
    let points = vec![Point::new("check", "If you stored the secret, there is nothing to do."), lost];
    let page = GonePage {
        shell: asking.shell_of(of, format!("The signing secret of {} was shown already", of.name())),
        points,
        to: (of.address(), "Go to the webhook"),
        rotate: Some(match of.old_secret_at(asking.now) {
            None => (format!("{}/secret/rotation", of.address()), "Rotate signing secret"),
            Some(_) => (format!("{}/secret/rotation/cancellation", of.address()), "Cancel rotation"),
        }),
    };
    frame::page(asking.request, StatusCode::OK, &page)
}
