//! Looking after an integration whose person has left.

use super::TakeOver;
use super::change::{OfIntegration, What};
use super::store::{self, write};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::IntegrationId;

/// Somebody looks after it from now on; its tokens stay as they are. Whether anybody was missing: of two who do it at once,
/// one does.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn take_over(db: &Db, permit: &Permit<TakeOver>, id: &IntegrationId) -> Result<bool> {
    let by = permit.staff().ok_or(AppError::Forbidden)?;
    let mut tx = db.write().await?;
    let before = store::find(&mut tx.on(), permit.account(), id).await?.ok_or(AppError::NotFound)?;
    let writer = write::Writer { account: permit.account(), by: by.user.as_str(), now: permit.now() };
    if !write::take_over(&mut tx.on(), writer, id).await? {
        return Ok(false);
    }
    let what = What::TakenOver { before: before.looked_after_by().to_owned(), after: by.name.clone() };
    tx.commit(permit, &[&OfIntegration { id: id.clone(), name: before.name, what }]).await?;
    Ok(true)
}
