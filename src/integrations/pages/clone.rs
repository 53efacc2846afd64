//! A new integration that starts from what another one is.

use super::asking::Asking;
use super::draft::Typed;
use crate::error::Result;
use crate::integrations::CreateIntegration;
use crate::integrations::model::NAME_MAX;
use crate::integrations::scopes::{Held, ScopeSet};
use crate::integrations::store::Integration;
use crate::web::frame;
use crate::web::permit::Pending;
use crate::web::thing::At;
use actix_web::HttpResponse;

/// `GET …/{id}/clone`: leads to the filled-in first step; retired scopes stay behind.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn clone(pending: Pending<CreateIntegration>, at: At) -> Result<HttpResponse> {
    let of = Asking::at(&pending, &at).find().await?;
    let address = copy_of(&of).address("/settings/private-integrations/new", false);
    Ok(frame::see_other(&at.request, &format!("{address}&copy={}", of.id), None))
}

/// What the first step is filled in with.
pub(super) fn copy_of(of: &Integration) -> Typed {
    Typed {
        name: format!("Copy of {}", of.name).chars().take(NAME_MAX).collect(),
        description: of.description.clone(),
        scopes: current(&of.scopes),
    }
}

fn current(scopes: &ScopeSet) -> Vec<String> {
    let ids = scopes.iter().filter(|held| matches!(held, Held::Current(_)));
    ids.map(|held| held.id().to_owned()).collect()
}
