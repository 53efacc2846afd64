//! Making accounts, with the two roles and the lab that every account starts with; disabling them.

use super::store;
use super::{AccountAdded, AccountSwitched};
use crate::authz::{Lab, Origin};
use crate::db::journal::Doer;
use crate::db::{Db, DbError, On};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, RoleId};
use crate::world::{Entropy, Timestamp};
use crate::{labs, roles, webhooks};

/// A new account and its built-in roles.
#[derive(Debug)]
pub struct Made {
    /// The account.
    pub account: AccountId,
    /// The role Admin.
    pub admin: RoleId,
    /// The role User.
    pub user: RoleId,
}

/// Adds an account inside a transaction, with its name and the labs that are on: the roles Admin and User, and every lab.
///
/// # Errors
/// What the engine says.
pub async fn add(
    on: &mut On<'_>,
    entropy: &dyn Entropy,
    (name, labs_on): (&str, &[Lab]),
    now: Timestamp,
) -> Result<Made, DbError> {
    let account = AccountId::new(now, entropy);
    store::add(on, &account, name, now).await?;
    let admin = roles::add_builtin(on, entropy, &account, roles::Builtin::Admin, now).await?;
    let user = roles::add_builtin(on, entropy, &account, roles::Builtin::User, now).await?;
    for lab in Lab::ALL {
        labs::add(on, &account, *lab, labs_on.contains(lab), now).await?;
    }
    Ok(Made { account, admin, user })
}

/// The operator makes an account without people, with every lab on.
///
/// # Errors
/// Faults of the store.
pub async fn create(db: &Db, name: &str) -> Result<AccountId> {
    create_with(db, name, Lab::ALL).await
}

/// The operator makes an account without people, with these labs on.
///
/// # Errors
/// Faults of the store.
pub async fn create_with(db: &Db, name: &str, labs_on: &[Lab]) -> Result<AccountId> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    let made = add(&mut tx.on(), db.world().entropy(), (name, labs_on), now).await?;
    let change = AccountAdded { account: made.account.clone(), name: name.to_owned() };
    tx.commit_as(&Doer::operator(), Some(&made.account), now, &Origin::default(), &[&change]).await?;
    Ok(made.account)
}

/// The operator disables or enables an account: its people are signed out and its tokens are refused while it is disabled. Whether that changed anything.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such account.
pub async fn switch(db: &Db, account: &AccountId, disabled: bool) -> Result<bool> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    let row = store::find(&mut tx.on(), account).await?.ok_or(AppError::NotFound)?;
    if !store::set_disabled(&mut tx.on(), account, disabled.then_some(now)).await? {
        return Ok(false);
    }
    store::end_sessions(&mut tx.on(), account).await?;
    webhooks::end_redeliveries_of_account(&mut tx.on(), account).await?;
    let change = AccountSwitched { account: account.clone(), name: row.name, disabled };
    tx.commit_as(&Doer::operator(), Some(account), now, &Origin::default(), &[&change]).await?;
    Ok(true)
}

/// Every account, oldest first.
///
/// # Errors
/// Faults of the store.
pub async fn list(db: &Db) -> Result<Vec<store::AccountRow>> {
    Ok(store::all(&mut db.read().await?.on()).await?)
}
