//! Deleting an integration, and its webhooks with it.

use super::{Done, staff, taken, writer};
use crate::authz::Permit;
use crate::db::Db;
use crate::db::journal::Change;
use crate::ids::IntegrationId;
use crate::integrations::DeleteIntegration;
use crate::integrations::change::{OfIntegration, What, ended_hints};
use crate::integrations::store::write;
use crate::webhooks;

/// All its tokens die at once, and its webhooks are deleted with it; the record stays readable.
///
/// # Errors
/// See [`super::Trouble`]; then nothing was changed.
pub async fn delete(
    db: &Db,
    permit: &Permit<DeleteIntegration>,
    id: &IntegrationId,
    version: i64,
    typed: &str,
) -> Done<()> {
    let person = staff(permit)?;
    let mut tx = db.write().await?;
    let of = taken(&mut tx, permit, id, version).await?;
    let step = of.facts.delete(&of.name, typed, permit.now())?;
    let as_writer = writer(permit, person);
    write::apply(&mut tx.on(), as_writer, &of, &step).await?;
    write::refresh(&mut tx.on(), as_writer, id).await?;
    let endpoints = webhooks::end_with_integration(&mut tx.on(), permit.account(), id, permit.now()).await?;
    let what = What::Deleted { old: ended_hints(&of, &step) };
    let own = OfIntegration { id: id.clone(), name: of.name, what };
    let changes: Vec<&dyn Change> =
        std::iter::once(&own as &dyn Change).chain(endpoints.iter().map(|change| change as &dyn Change)).collect();
    tx.commit(permit, &changes).await?;
    Ok(())
}
