//! Switching labs, in the console and from the command line.

use super::ManageLabs;
use super::store;
use crate::authz::{Lab, Origin, Permit};
use crate::db::Db;
use crate::db::journal::{Change, Class, Doer, Entry, Subject};
use crate::error::{AppError, Result};
use crate::ids::AccountId;
use serde_json::json;

/// A lab was switched.
#[derive(Debug, Clone, Copy)]
struct Switched {
    lab: Lab,
    enabled: bool,
}

impl Change for Switched {
    fn entry(&self) -> Entry {
        let subject = Subject { kind: "lab", id: Some(self.lab.code().to_owned()), name: self.lab.words().to_owned() };
        let action = if self.enabled { "lab.enabled" } else { "lab.disabled" };
        let details = json!({ "before": { "enabled": !self.enabled }, "after": { "enabled": self.enabled } });
        Entry { class: Class::Audit, action, subject, details }
    }
}

/// The labs that are on in the account.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such account.
pub async fn enabled(db: &Db, account: &AccountId) -> Result<Vec<Lab>> {
    let mut reader = db.read().await?;
    if !store::account_exists(&mut reader.on(), account).await? {
        return Err(AppError::NotFound);
    }
    let all = store::standing(&mut reader.on(), account).await?;
    Ok(all.into_iter().filter(|standing| standing.enabled).map(|standing| standing.lab).collect())
}

/// A person switches a lab; tokens keep working either way. Whether that changed anything.
///
/// # Errors
/// Faults of the store.
pub async fn switch_with(db: &Db, permit: &Permit<ManageLabs>, lab: Lab, on: bool) -> Result<bool> {
    let by = permit.staff().ok_or(AppError::Forbidden)?;
    let mut tx = db.write().await?;
    if !store::switch(&mut tx.on(), permit.account(), lab, on, (permit.now(), &by.name)).await? {
        return Ok(false);
    }
    tx.commit(permit, &[&Switched { lab, enabled: on }]).await?;
    Ok(true)
}

/// The operator switches a lab; tokens keep working either way. Whether that changed anything.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such account.
pub async fn switch(db: &Db, account: &AccountId, lab: Lab, on: bool) -> Result<bool> {
    let now = db.world().now();
    let operator = Doer::operator();
    let mut tx = db.write().await?;
    if !store::account_exists(&mut tx.on(), account).await? {
        return Err(AppError::NotFound);
    }
    if !store::switch(&mut tx.on(), account, lab, on, (now, &operator.name)).await? {
        return Ok(false);
    }
    tx.commit_as(&operator, Some(account), now, &Origin::default(), &[&Switched { lab, enabled: on }]).await?;
    Ok(true)
}
