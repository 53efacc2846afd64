//! The one answer that holds a whole token.

use super::asking::{Asking, address};
use super::view::token::{Outgoing, TokenGonePage, TokenPage};
use crate::authz::Permit;
use crate::config::Public;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::integrations::RevealToken;
use crate::integrations::commands;
use crate::integrations::model::{DUE_AFTER, Lifecycle, Status};
use crate::integrations::store::Integration;
use crate::web::{frame, reveal, times};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use zeroize::Zeroizing;

/// `GET …/{id}/token`: the token once; after that, that it was shown.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn show(
    permit: Permit<RevealToken>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &request, &db);
    let of = asking.find(&id).await?;
    if request.method() == Method::HEAD {
        return Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").finish());
    }
    if reveal::is_early(&request) {
        return Err(AppError::Conflict("The token is shown only to somebody who opens this page.".to_owned()));
    }
    let plain = match &reveal::key(&request) {
        Some(key) => commands::take_token(&db, &permit, &of.id, key).await?,
        None => None,
    };
    let Some(plain) = plain else { return gone(&asking, &of) };
    let page = token_page(&asking, &of, plain, &public);
    reveal::page(&request, &page)
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
        href: address(of),
    }
}

fn gone(asking: &Asking<'_>, of: &Integration) -> Result<HttpResponse> {
    let life = Lifecycle::at(&of.facts, asking.now);
    let page = TokenGonePage {
        shell: asking.shell_of(of, format!("The token of {} was shown already", of.name)),
        href: address(of),
        live: life.current().is_some(),
        may_rotate: life.status() != Status::Deleted && asking.may_manage(),
    };
    frame::page(asking.request, StatusCode::OK, &page)
}
