//! Starting a new password for somebody else.

use super::{RESET_TIME, Started, Way, digest, new_link};
use crate::authz::{PermissionSet, Permit, rules};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, StaffId};
use crate::roles::{self, Granting, Rights};
use crate::users::StartReset;
use crate::users::change::{OfReset, ResetStep};
use crate::users::store::resets::{self, New};
use crate::web::once::{self, Claim, OnceKey, Sender};

/// The account's member whose password somebody is about to have reset, if they may.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store.
pub async fn candidate(db: &Db, account: &AccountId, by: (&StaffId, PermissionSet), staff: &str) -> Result<Rights> {
    let staff: StaffId = staff.parse().map_err(|_| AppError::NotFound)?;
    let of = roles::rights_of(&mut db.read().await?.on(), account, &staff).await?.ok_or(AppError::NotFound)?;
    if of.staff == *by.0 {
        return Err(rules::Rule::Oneself.into());
    }
    rules::touch(by.1, of.effective())?;
    Ok(of)
}

/// Whether the link may be shown to whoever starts it: the person belongs to this account alone.
///
/// # Errors
/// Faults of the store.
pub async fn may_be_shown(db: &Db, account: &AccountId, of: &Rights) -> Result<bool> {
    Ok(resets::elsewhere(&mut db.read().await?.on(), &of.user, account).await? == 0)
}

/// Makes a link for the person; links before it die. With [`Way::Hand`] it waits in a note of `key` to be shown once.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; [`AppError::Conflict`] when it may not be shown; faults of the store.
pub async fn start(db: &Db, permit: &Permit<StartReset>, staff: &StaffId, way: Way, key: &OnceKey) -> Result<Started> {
    let (account, now) = (permit.account(), permit.now());
    let by = permit.staff().ok_or(AppError::Forbidden)?;
    let link = new_link(db, way);
    let mut granting = Granting::begin(db, permit).await?;
    let of = granting.other(staff).await?;
    rules::touch(granting.holds(), of.effective())?;
    if way == Way::Hand && resets::elsewhere(&mut granting.on(), &of.user, account).await? > 0 {
        return Err(AppError::Conflict("The link may not be shown to anybody but the person.".to_owned()));
    }
    let expires_at = now.plus(RESET_TIME);
    let from = Sender { account, user: &by.user, purpose: "reset password", content: way.mark(), now };
    match once::claim(&mut granting.on(), db.keys(), key, from, staff.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } if subject == staff.as_str() => return Ok(Started { of, link: None, expires_at }),
        _ => return Err(AppError::Malformed("The form's single-use key was used for something else.")),
    }
    let by = Some((account, &by.user));
    let new = New { digest: &digest(db, &link), user: &of.user, by, asked: false, now, expires_at };
    resets::add(&mut granting.on(), &new).await?;
    if way == Way::Hand {
        once::leave(&mut granting.on(), db.keys(), key, &link, now).await?;
    }
    let change =
        OfReset { user: of.user.clone(), name: of.name.clone(), step: ResetStep::Started, mailed: way.is_mailed() };
    granting.commit(permit, &[&change]).await?;
    Ok(Started { of, link: Some(link), expires_at })
}
