//! Going on in another account of one's own.

use super::OpenAccount;
use super::change::{OfUser, UserChange};
use super::store;
use crate::authz::Permit;
use crate::db::Db;
use crate::db::journal::Doer;
use crate::error::{AppError, Result};
use crate::ids::AccountId;

/// Notes that the person goes on in `to`, where they must be an active member at this moment. The account before learns nothing
/// of it, since it need not know to which others somebody belongs.
///
/// # Errors
/// [`AppError::NotFound`] for an account that is none of theirs; faults of the store.
pub async fn open_account(db: &Db, permit: &Permit<OpenAccount>, to: &AccountId) -> Result<()> {
    let staff = permit.staff().ok_or(AppError::Forbidden)?;
    let mut tx = db.write().await?;
    if !store::is_active(&mut tx.on(), &staff.user, to).await? {
        return Err(AppError::NotFound);
    }
    store::seen(&mut tx.on(), &staff.user, to, permit.now()).await?;
    let doer = Doer { kind: "staff", id: Some(staff.user.to_string()), name: staff.name.clone() };
    let opened = OfUser { user: staff.user.clone(), name: staff.name.clone(), change: UserChange::AccountOpened };
    Ok(tx.commit_as(&doer, Some(to), permit.now(), permit.origin(), &[&opened]).await?)
}
