//! What the operator sets from the command line: persons' roles, overrides, and who is disabled.

pub mod person;

use super::store;
use crate::authz::Permission;
use crate::db::Db;
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::error::{AppError, Result};
use crate::ids::AccountId;
use crate::roles::{self, Granting};
use crate::text::fold;
use serde_json::{Value, json};

/// A change of what somebody may do.
#[derive(Debug, Clone)]
struct RightsChanged {
    action: &'static str,
    subject: Subject,
    details: Value,
}

impl Change for RightsChanged {
    fn entry(&self) -> Entry {
        Entry { class: Class::Audit, action: self.action, subject: self.subject.clone(), details: self.details.clone() }
    }
}

async fn member(granting: &mut Granting, account: &AccountId, email: &str) -> Result<(String, Subject)> {
    let known = store::by_email(&mut granting.on(), account, &fold(email.trim())).await?.ok_or(AppError::NotFound)?;
    let subject = Subject { kind: "staff", id: Some(known.id.clone()), name: known.name };
    Ok((known.id, subject))
}

/// Gives a person another role.
///
/// # Errors
/// [`AppError::NotFound`] when the account has no such person or role.
pub async fn assign(db: &Db, account: &AccountId, email: &str, role: &str) -> Result<()> {
    let mut granting = Granting::begin_as_operator(db, account).await?;
    let (staff, subject) = member(&mut granting, account, email).await?;
    let id = roles::find(&mut granting.on(), account, role).await?.ok_or(AppError::NotFound)?;
    store::set_role(&mut granting.on(), account, &staff, &id).await?;
    let change = RightsChanged { action: "staff.role_given", subject, details: json!({ "role": role }) };
    granting.commit_as_operator(db.world().now(), &[&change]).await
}

/// Allows or denies a person a permission above their role; none inherits it again.
///
/// # Errors
/// [`AppError::NotFound`] when the account has no such person.
pub async fn set_override(
    db: &Db,
    account: &AccountId,
    email: &str,
    permission: Permission,
    allowed: Option<bool>,
) -> Result<()> {
    let mut granting = Granting::begin_as_operator(db, account).await?;
    let (staff, subject) = member(&mut granting, account, email).await?;
    store::set_override(&mut granting.on(), &staff, permission, allowed).await?;
    let details = json!({ "permission": permission.code(), "allowed": allowed });
    let change = RightsChanged { action: "staff.override_set", subject, details };
    granting.commit_as_operator(db.world().now(), &[&change]).await
}

/// Disables a person in this account, or enables them; their sessions here end at once.
///
/// # Errors
/// [`AppError::NotFound`] when the account has no such person.
pub async fn set_disabled(db: &Db, account: &AccountId, email: &str, disabled: bool) -> Result<()> {
    let now = db.world().now();
    let mut granting = Granting::begin_as_operator(db, account).await?;
    let (staff, subject) = member(&mut granting, account, email).await?;
    store::set_disabled(&mut granting.on(), account, &staff, disabled.then_some(now)).await?;
    let action = if disabled { "staff.disabled" } else { "staff.enabled" };
    granting.commit_as_operator(now, &[&RightsChanged { action, subject, details: json!({}) }]).await
}
