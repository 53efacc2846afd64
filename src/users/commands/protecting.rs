//! What others do for somebody's account: end their sessions, and take a second factor away whose phone is lost.
//!
//! See docs/decisions/0016-who-may-reset-a-second-factor.md.

use crate::authz::{Origin, Permit, rules};
use crate::db::Db;
use crate::db::journal::Doer;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, StaffId, UserId};
use crate::roles::{Granting, Rights};
use crate::users::change::{OfUser, UserChange};
use crate::users::model::Email;
use crate::users::store::{self, factor, resets};
use crate::users::{EndSessionsOf, ResetFactor};

/// How resetting went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// It is off; every session ended.
    Done,
    /// There is none.
    AlreadyOff,
    /// It protects another account, too.
    Elsewhere,
}

/// Whether the person has a second factor, and whether it protects this account alone.
///
/// # Errors
/// Faults of the store.
pub async fn state(db: &Db, account: &AccountId, user: &UserId) -> Result<(bool, bool)> {
    let mut reader = db.read().await?;
    let on = factor::find(&mut reader.on(), user).await?.is_some_and(|factor| factor.sealed.is_some());
    Ok((on, resets::elsewhere(&mut reader.on(), user, account).await? == 0))
}

fn of(rights: &Rights, change: UserChange) -> OfUser {
    OfUser { user: rights.user.clone(), name: rights.name.clone(), change }
}

/// Ends a colleague's sessions: all of them when they belong to this account alone, else those in which they work here. How many.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store.
pub async fn end_sessions(db: &Db, permit: &Permit<EndSessionsOf>, staff: &StaffId) -> Result<u64> {
    let account = permit.account();
    let mut granting = Granting::begin(db, permit).await?;
    let rights = granting.other(staff).await?;
    rules::touch(granting.holds(), rights.effective())?;
    let only_here = resets::elsewhere(&mut granting.on(), &rights.user, account).await? == 0;
    let ended = match only_here {
        true => store::end_sessions(&mut granting.on(), &rights.user, "").await?.0,
        false => factor::end_here(&mut granting.on(), account, staff).await?,
    };
    if ended > 0 {
        granting.commit(permit, &[&of(&rights, UserChange::SessionsEnded(ended))]).await?;
    }
    Ok(ended)
}

/// Takes a colleague's second factor away, if it protects this account alone, and ends every session of theirs.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store.
pub async fn reset(db: &Db, permit: &Permit<ResetFactor>, staff: &StaffId) -> Result<Reset> {
    let mut granting = Granting::begin(db, permit).await?;
    let rights = granting.other(staff).await?;
    rules::touch(granting.holds(), rights.effective())?;
    if resets::elsewhere(&mut granting.on(), &rights.user, permit.account()).await? > 0 {
        return Ok(Reset::Elsewhere);
    }
    if !factor::disable(&mut granting.on(), &rights.user).await? {
        return Ok(Reset::AlreadyOff);
    }
    store::end_sessions(&mut granting.on(), &rights.user, "").await?;
    granting.commit(permit, &[&of(&rights, UserChange::FactorReset)]).await?;
    Ok(Reset::Done)
}

/// The same from the command line, for whoever it is. `None`: nobody has this address.
///
/// # Errors
/// Faults of the store.
pub async fn reset_as_operator(db: &Db, email: &Email) -> Result<Option<Reset>> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    let Some(known) = store::credentials(&mut tx.on(), email).await? else { return Ok(None) };
    let user: UserId = known.id.parse().map_err(|_| AppError::internal("a user has a malformed id"))?;
    if !factor::disable(&mut tx.on(), &user).await? {
        return Ok(Some(Reset::AlreadyOff));
    }
    store::end_sessions(&mut tx.on(), &user, "").await?;
    let account = known.account_id.and_then(|id| id.parse::<AccountId>().ok());
    let change = OfUser { user, name: known.name, change: UserChange::FactorReset };
    tx.commit_as(&Doer::operator(), account.as_ref(), now, &Origin::default(), &[&change]).await?;
    Ok(Some(Reset::Done))
}
