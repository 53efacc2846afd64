//! Signing secrets: a new one, back to the one before, the end of that, and the one time that a new one is shown.

use super::{Done, Made, Trouble, again, at, sender, staff, step, taken, used_elsewhere};
use crate::authz::Permit;
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::{AppError, Result};
use crate::ids::EndpointId;
use crate::web::once::{self, Claim, OnceKey};
use crate::webhooks::change::{OfEndpoint, What};
use crate::webhooks::model::Rotation;
use crate::webhooks::secret::SigningSecret;
use crate::webhooks::store::changes::{self, Sealed};
use crate::webhooks::store::endpoints;
use crate::webhooks::{RevealSecret, RotateSecret};
use zeroize::Zeroizing;

/// Gives an endpoint a new signing secret. The same form sent twice makes one.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn rotate(
    db: &Db,
    permit: &Permit<RotateSecret>,
    id: &EndpointId,
    version: i64,
    rotation: Rotation,
    key: &OnceKey,
) -> Done<Made> {
    let person = staff(permit)?;
    let mut tx = db.write().await?;
    let from = sender(permit, person, "rotate-secret", rotation.code());
    match once::claim(&mut tx.on(), db.keys(), key, from, id.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } if subject == id.as_str() => return again(&subject),
        // Another answer to the same question: the first one counted, and it is another version now.
        Claim::Other { subject } if subject == id.as_str() => {
            let now = super::found(&mut tx.on(), permit, id).await?;
            return Err(Trouble::Stale(Box::new(now)));
        }
        Claim::Again { .. } | Claim::Other { .. } | Claim::Elsewhere => return Err(used_elsewhere()),
    }
    let of = taken(&mut tx, permit, id, version).await?;
    let until = of.rotate(rotation, permit.now())?;
    let entropy = db.world().entropy();
    let secret = SigningSecret::generate(entropy);
    let (sealed, hint) = (secret.seal(db.keys(), id, entropy), secret.hint());
    changes::rotate(&mut tx.on(), at(permit, id), Sealed { text: &sealed, hint: &hint }, until).await?;
    once::leave(&mut tx.on(), db.keys(), key, &secret.reveal_once(), permit.now()).await?;
    let what = What::SecretRotated { hint, old: of.secret.hint.clone(), until };
    tx.commit(permit, &[&OfEndpoint::new(&of, what)]).await?;
    Ok(Made { endpoint: id.clone(), again: false })
}

/// The new secret of the rotation signs nothing more, the one before goes on alone.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn cancel_rotation(db: &Db, permit: &Permit<RotateSecret>, id: &EndpointId, version: i64) -> Done<()> {
    step(db, permit, (id, version), async |on, of| {
        let kept = of.under_way(permit.now())?.hint.clone();
        changes::cancel_rotation(on, at(permit, id)).await?;
        Ok(What::SecretRotationCancelled { hint: of.secret.hint.clone(), kept })
    })
    .await
}

/// The secret before signs nothing more; the rotation is finished. Whether it was this that ended it: not when the clock did.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn expire_old(db: &Db, permit: &Permit<RotateSecret>, id: &EndpointId, version: i64) -> Done<bool> {
    staff(permit)?;
    let mut tx = db.write().await?;
    let of = taken(&mut tx, permit, id, version).await?;
    // It is the version that was seen: nobody but the clock ended it, and nobody needs to.
    let Ok(old) = of.under_way(permit.now()) else { return Ok(false) };
    changes::expire_old(&mut tx.on(), at(permit, id)).await?;
    let what = What::OldSecretExpired { hint: old.hint.clone() };
    tx.commit(permit, &[&OfEndpoint::new(&of, what)]).await?;
    Ok(true)
}

/// Takes the plain secret out of its sealed note: the one time it is shown. `None`: shown already, too late, or no longer the
/// present one: what was rotated, cancelled or deleted meanwhile is not shown as if it signed.
///
/// # Errors
/// Faults of the store.
pub async fn take(
    db: &Db,
    permit: &Permit<RevealSecret>,
    id: &EndpointId,
    key: &OnceKey,
) -> Result<Option<Zeroizing<String>>> {
    let Some(person) = permit.staff() else { return Err(AppError::Forbidden) };
    let mut tx = db.write().await?;
    let from = sender(permit, person, "", "");
    let plain = once::take(&mut tx.on(), db.keys(), key, from, id.as_str()).await?;
    let sealed = endpoints::sealed(&mut tx.on(), permit.account(), id).await?;
    tx.commit_unlogged(Unlogged::NoteUpkeep).await?;
    let present = sealed.and_then(|sealed| SigningSecret::open(db.keys(), id, &sealed)).map(SigningSecret::reveal_once);
    Ok(plain.filter(|plain| present.is_some_and(|present| *present == **plain)))
}
