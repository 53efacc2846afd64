//! The one answer that holds a whole token.

use super::asking::Asking;
use super::view::token::{Outgoing, TokenPage};
use crate::authz::Permit;
use crate::config::Public;
use crate::error::Result;
use crate::integrations::model::{DUE_AFTER, Lifecycle, Status};
use crate::integrations::store::Integration;
use crate::integrations::{EditIntegration, RevealToken, commands};
use crate::web::question::Point;
use crate::web::reveal::GonePage;
use crate::web::thing::{At, Thing as _};
use crate::web::{frame, reveal, times};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use zeroize::Zeroizing;

/// `GET …/{id}/token`: the token once; after that, that it was shown.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn show(permit: Permit<RevealToken>, at: At, public: web::Data<Public>) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    if let Some(early) = reveal::early(&at.request, "The token")? {
        return Ok(early);
    }
    let plain = match &reveal::key(&at.request) {
        Some(key) => commands::take_token(&at.db, &permit, &of.id, key).await?,
        None => None,
    };
    let Some(plain) = plain else { return gone(&asking, &of) };
    let page = token_page(&asking, &of, plain, &public);
    reveal::page(&at.request, &page)
}

fn token_page(asking: &Asking<'_>, of: &Integration, token: Zeroizing<String>, public: &Public) -> TokenPage {
    let life = Lifecycle::at(&of.facts, asking.now);
    let base = format!("{}{}", public.origin, public.prefix);
    let (caption, url, fields) = if of.scopes.contains("contacts.readonly") {
        let account = &asking.actor.account().id;
        let fields = vec![format!("locationId={account}"), "limit=1".to_owned()];
        ("Shell: the first contact", format!("{base}/contacts/"), fields)
    } else {
        ("Shell: whose token it is", format!("{base}/oauth/whoami"), Vec::new())
    };
    TokenPage {
        shell: asking.shell_of(of, format!("Copy the token for {}", of.name)),
        hint: life.current().map(|token| token.hint.clone()).unwrap_or_default(),
        next: times::day(life.current().map_or(asking.now, |token| token.created_at).plus(DUE_AFTER)),
        outgoing: life.outgoing().and_then(|token| {
            let until = format!("{} UTC", times::day_and_time(token.ends_at?, asking.now));
            Some(Outgoing { hint: token.hint.clone(), until })
        }),
        token,
        caption,
        url,
        fields,
        href: of.address(),
    }
}

fn gone(asking: &Asking<'_>, of: &Integration) -> Result<HttpResponse> {
    let life = Lifecycle::at(&of.facts, asking.now);
    let points = match life.current() {
        Some(_) => vec![
            Point::new("check", "If you stored the newest token, there is nothing to do."),
            Point::new(
                "refresh-cw",
                "If you did not store it, rotate: you get a new token. Nobody can show the first one again.",
            ),
        ],
        None => vec![Point::new("x", "No token of it is live any more.")],
    };
    let may_rotate = life.status() != Status::Deleted && asking.may::<EditIntegration>();
    let page = GonePage {
        shell: asking.shell_of(of, format!("The token of {} was shown already", of.name)),
        points,
        to: (of.address(), "Go to the integration"),
        rotate: may_rotate.then(|| (format!("{}/rotation", of.address()), "Rotate token")),
    };
    frame::page(asking.request, StatusCode::OK, &page)
}
