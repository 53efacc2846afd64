//! A change of keys reaches the secrets of second factors: before a key goes, each is sealed under the current one.

use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::users::secret::FactorSecret;
use crate::users::store::factor;

/// Seals every secret anew under the current key; how many. A secret that changes meanwhile is sealed under it already.
///
/// # Errors
/// When one cannot be opened: then nothing was changed, and the key before must stay. Faults of the store.
pub async fn seal_anew(db: &Db) -> Result<u64> {
    let mut tx = db.write().await?;
    let mut count = 0;
    for (user, sealed) in factor::all_sealed(&mut tx.on()).await? {
        let user: UserId = user.parse().map_err(|_| AppError::internal("a user has a malformed id"))?;
        let secret = FactorSecret::open(db.keys(), &user, &sealed);
        let secret = secret.ok_or_else(|| AppError::internal("a second factor opens with none of the keys"))?;
        let anew = secret.seal(db.keys(), &user, db.world().entropy());
        count += u64::from(factor::reseal(&mut tx.on(), &user, &sealed, &anew).await?);
    }
    tx.commit_unlogged(Unlogged::Resealing).await?;
    Ok(count)
}
