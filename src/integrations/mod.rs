//! Private integrations: named, scoped, static bearer tokens, and everything that can be done with them.

pub mod api;
pub mod change;
pub mod commands;
mod described;
pub mod due;
pub mod model;
pub mod pages;
pub mod revocation;
pub mod scopes;
pub mod secret;
pub mod store;
pub mod takeover;

pub use described::chapters;
pub use scopes::catalogue;

use crate::authz::{AccountRef, Caller, Lab, Permission, PersonNeeds, TokenNeeds};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::web::actor::{KnownToken, Presented};
use crate::web::api::{self as wire, DeadReason};
use crate::web::routes::Route;
use crate::world::Timestamp;
use actix_web::http::Method;
use model::{EndReason, honoured};
use scopes::{Held, ScopeSet};
use std::sync::Arc;

const LAB: Option<Lab> = Some(Lab::PrivateIntegrations);
const VIEW: PersonNeeds = PersonNeeds::Needs(Permission::PrivateIntegrationsView);
const MANAGE: PersonNeeds = PersonNeeds::Needs(Permission::PrivateIntegrationsManage);

crate::actions! {
    /// See the list and the pages.
    ViewIntegrations: VIEW, TokenNeeds::Never, LAB, false;
    /// Make one.
    CreateIntegration: MANAGE, TokenNeeds::Never, LAB, true;
    /// Change name, description and scopes.
    EditIntegration: MANAGE, TokenNeeds::Never, LAB, false;
    /// Give it scopes that it does not hold: as much as making one that has them.
    WidenScopes: MANAGE, TokenNeeds::Never, LAB, true;
    /// Give it a new token.
    RotateToken: MANAGE, TokenNeeds::Never, LAB, true;
    /// Go back to the old token.
    CancelRotation: MANAGE, TokenNeeds::Never, LAB, true;
    /// End the old token before its time.
    ExpireOutgoing: MANAGE, TokenNeeds::Never, LAB, true;
    /// Let the old token work longer.
    ExtendOverlap: MANAGE, TokenNeeds::Never, LAB, true;
    /// Pause and resume.
    PauseIntegration: MANAGE, TokenNeeds::Never, LAB, false;
    /// Delete it.
    DeleteIntegration: MANAGE, TokenNeeds::Never, LAB, true;
    /// Look after one whose person has left.
    TakeOver: MANAGE, TokenNeeds::Never, LAB, false;
    /// See the token that one has just made, once.
    RevealToken: MANAGE, TokenNeeds::Never, LAB, false;
    /// A holder asks about its own token.
    WhoAmI: PersonNeeds::Never, TokenNeeds::AnyLive, None, false;
}

/// The feature's part of the route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::api(Method::GET, "/oauth/whoami", api::whoami),
        Route::api(Method::POST, "/oauth/revoke", api::revoke),
    ];
    routes.extend(pages::routes());
    routes
}

/// What a presented token is: junk is refused by form and checksum, without asking the database.
///
/// # Errors
/// Faults of the store.
pub async fn caller(db: &Db, presented: &str, now: Timestamp) -> Result<Presented> {
    let digest = match secret::parse_presented(presented) {
        Ok(digest) => digest,
        Err(not) => {
            let hint = match not {
                secret::NotAToken::InnerWhiteSpace => Some(wire::HINT_SPACE),
                secret::NotAToken::WrongChecksum => Some(wire::HINT_CHECKSUM),
                secret::NotAToken::Malformed => None,
            };
            return Ok(Presented::Refused(wire::token_invalid(hint), None));
        }
    };
    let row = store::presented(&mut db.read().await?.on(), &digest.to_hex()).await?;
    let Some(row) = row else { return Ok(Presented::Refused(wire::token_invalid(None), None)) };
    let known = whose(&row)?;
    let instant = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let (ended, paused) =
        ((instant(row.ended_at), instant(row.ends_at)), (instant(row.paused_at), instant(row.deleted_at)));
    if !honoured(ended, paused, row.disabled_at.is_some(), now) {
        // Refused by the clock once, refused for good: the clock may be set back.
        if ended.0.is_none() && ended.1.is_some_and(|end| end <= now) {
            due::settle(db, &known.account, &known.integration, now).await?;
        }
        return Ok(Presented::Refused(wire::token_dead(why_dead(&row)), Some(known)));
    }
    let scopes = ScopeSet::from_stored(&row.scopes);
    Ok(Presented::Live(Arc::new(Caller {
        integration: known.integration,
        name: row.name,
        token: known.token,
        account: AccountRef { id: known.account, name: row.account },
        scopes: scopes
            .iter()
            .filter_map(|held| match held {
                Held::Current(scope) => Some(scope.id.clone()),
                Held::Retired(_) => None,
            })
            .collect(),
    })))
}

fn whose(row: &store::Presented) -> Result<KnownToken> {
    let bad = |_| AppError::internal("a token's row has a malformed id");
    Ok(KnownToken {
        token: row.token_id.parse().map_err(bad)?,
        integration: row.integration_id.parse().map_err(bad)?,
        account: row.account_id.parse().map_err(bad)?,
    })
}

/// The reason that a dead token's holder may learn, the most lasting first.
fn why_dead(row: &store::Presented) -> DeadReason {
    if row.deleted_at.is_some() {
        return DeadReason::Deleted;
    }
    match row.end_reason.as_deref().and_then(EndReason::from_code) {
        Some(EndReason::Rotated | EndReason::RotationCancelled) => DeadReason::Rotated,
        Some(EndReason::Deleted) => DeadReason::Deleted,
        Some(EndReason::Revoked) => DeadReason::Revoked,
        None if row.paused_at.is_some() => DeadReason::Paused,
        None if row.disabled_at.is_some() => DeadReason::AccountDisabled,
        None | Some(EndReason::ExpiredEarly | EndReason::DeadlinePassed) => DeadReason::Expired,
    }
}
