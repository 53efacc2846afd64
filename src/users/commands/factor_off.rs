//! Turning one's own second factor off.

use super::factor::{Refusal, both, of, own};
use crate::authz::Permit;
use crate::db::Db;
use crate::error::Result;
use crate::users::DisableFactor;
use crate::users::change::UserChange;
use crate::users::hashing::Hasher;
use crate::users::model::{PASSWORD_MIN, Password};
use crate::users::store::{self, factor};

/// How turning it off went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disabled {
    /// It is off; every other session ended, and this one belongs to this epoch from now on.
    Done(i64),
    /// It is off already.
    AlreadyOff,
    /// These accounts demand it.
    Demanded(Vec<String>),
    /// The password has so many characters and cannot stand alone.
    ShortPassword(usize),
    /// Password or code did not do.
    Refused(Refusal),
}

/// Turns the second factor off, by password and code.
///
/// # Errors
/// Faults of the store.
pub async fn disable(
    db: &Db,
    hasher: &Hasher,
    permit: &Permit<DisableFactor>,
    (password, typed): (&str, &str),
    keep_handle: &str,
) -> Result<Disabled> {
    let staff = own(permit)?;
    let demanded = factor::demanded_by(&mut db.read().await?.on(), &staff.user).await?;
    if !demanded.is_empty() {
        return Ok(Disabled::Demanded(demanded));
    }
    let (mut tx, counters) = match both(db, hasher, permit, (password, typed)).await? {
        Ok(proved) => proved,
        Err(refusal) => return Ok(Disabled::Refused(refusal)),
    };
    // The password is right, so its length may be told. Nothing is used up by that.
    let length = Password::typed(password).length();
    if length < PASSWORD_MIN {
        return Ok(Disabled::ShortPassword(length));
    }
    if !factor::disable(&mut tx.on(), &staff.user).await? {
        return Ok(Disabled::AlreadyOff);
    }
    let (_, epoch) = store::end_sessions(&mut tx.on(), &staff.user, keep_handle).await?;
    tx.commit(permit, &[&of(staff, UserChange::FactorDisabled)]).await?;
    counters.succeed(db).await?;
    Ok(Disabled::Done(epoch))
}
