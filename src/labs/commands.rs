//! Switching labs from the command line.

use super::store;
use crate::authz::{Lab, Origin};
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
        Entry { class: Class::Audit, action, subject, details: json!({}) }
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
    Ok(store::enabled(&mut reader.on(), account).await?)
}

/// The operator switches a lab; tokens keep working either way.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such account.
pub async fn switch(db: &Db, account: &AccountId, lab: Lab, on: bool) -> Result<()> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    if !store::account_exists(&mut tx.on(), account).await? {
        return Err(AppError::NotFound);
    }
    store::set(&mut tx.on(), account, lab, on, (now, "Operator")).await?;
    let change = Switched { lab, enabled: on };
    Ok(tx.commit_as(&Doer::operator(), Some(account), now, &Origin::default(), &[&change]).await?)
}
