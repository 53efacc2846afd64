//! Setting an account's name, the role that invitations offer, and whose addresses may sign in.

use super::ManageAccount;
use super::model::Settings;
use super::store::settings as store;
use crate::authz::Permit;
use crate::authz::rules::touch;
use crate::db::journal::{Change, Class, Entry, Subject};
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, RoleId};
use crate::roles::{self, Granting, Rights};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The account's settings changed: what they were and what they are.
#[derive(Debug, Clone)]
struct SettingsChanged {
    account: AccountId,
    name: String,
    action: &'static str,
    before: Value,
    after: Value,
}

impl Change for SettingsChanged {
    fn entry(&self) -> Entry {
        let subject = Subject { kind: "account", id: Some(self.account.to_string()), name: self.name.clone() };
        let details = json!({ "before": self.before, "after": self.after });
        Entry { class: Class::Audit, action: self.action, subject, details }
    }
}

/// What a form wants.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it wants set.
    pub settings: Settings,
    /// The version that it was about.
    pub version: i64,
    /// How many people it said would be shut out, when that was confirmed.
    pub shut_out: Option<usize>,
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum Trouble {
    /// It was changed meanwhile; what it is now.
    Stale(Settings, i64),
    /// It is so already.
    AlreadySo,
    /// The account has no such role.
    NoSuchRole,
    /// Whoever saves it could not sign in any more.
    Oneself,
    /// Whoever demands a second factor has none themselves.
    NoFactorOneself,
    /// These people would lose access, which nobody confirmed yet; by name.
    ShutsOut(Vec<String>),
    /// A rule forbids it, or the store could not do it.
    App(AppError),
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Self::App(error.into())
    }
}

/// Saves what a form wants, at once and as a whole. Who is outside afterwards is refused from their next request on.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn save(db: &Db, permit: &Permit<ManageAccount>, wanted: &Wanted) -> Result<(), Trouble> {
    let (account, after) = (permit.account(), &wanted.settings);
    let mut granting = Granting::begin(db, permit).await?;
    let found = store::find(&mut granting.on(), account).await?;
    let (before, version) = found.ok_or(Trouble::App(AppError::NotFound))?;
    if before == *after {
        return Err(Trouble::AlreadySo);
    }
    if version != wanted.version {
        return Err(Trouble::Stale(before, version));
    }
    let offered = store::roles(&mut granting.on(), account).await?;
    let known = |role: &RoleId| offered.iter().any(|(id, _)| id == role.as_str());
    if !after.invited_role.as_ref().is_none_or(known) {
        return Err(Trouble::NoSuchRole);
    }
    if after.second_factor
        && !before.second_factor
        && let Some(by) = granting.by().map(|by| by.staff.clone())
        && !store::has_second_factor(&mut granting.on(), account, &by).await?
    {
        return Err(Trouble::NoFactorOneself);
    }
    let outside = roles::outside(&mut granting.on(), account).await?;
    store::set(&mut granting.on(), account, after, version).await?;
    if let Some(by) = granting.by().map(|by| by.staff.clone())
        && !store::may_sign_in(&mut granting.on(), account, &by).await?
    {
        return Err(Trouble::Oneself);
    }
    let outside_now = roles::outside(&mut granting.on(), account).await?;
    let shut = without(&outside_now, &outside);
    // To shut somebody out, or to let them in again, is to disable or to enable them: the same rule holds.
    for person in shut.iter().chain(&without(&outside, &outside_now)) {
        touch(granting.holds(), person.effective()).map_err(AppError::from)?;
    }
    if !shut.is_empty() && wanted.shut_out != Some(shut.len()) {
        return Err(Trouble::ShutsOut(shut.into_iter().map(|person| person.name.clone()).collect()));
    }
    let changes = changes(account, &before, after, &offered);
    let changes: Vec<&dyn Change> = changes.iter().map(|change| change as &dyn Change).collect();
    Ok(granting.commit(permit, &changes).await?)
}

/// Those of `one` who are not in `other`.
fn without<'a>(one: &'a [Rights], other: &[Rights]) -> Vec<&'a Rights> {
    let other: BTreeSet<&str> = other.iter().map(|person| person.staff.as_str()).collect();
    one.iter().filter(|person| !other.contains(person.staff.as_str())).collect()
}

fn changes(
    account: &AccountId,
    before: &Settings,
    after: &Settings,
    roles: &[(String, String)],
) -> Vec<SettingsChanged> {
    let of = |action, before: Value, after_value: Value| SettingsChanged {
        account: account.clone(),
        name: after.name.clone(),
        action,
        before,
        after: after_value,
    };
    let role_of = |settings: &Settings| {
        let id = settings.invited_role.as_ref()?;
        roles.iter().find(|(known, _)| known == id.as_str()).map(|(_, name)| name.clone())
    };
    let told = |settings: &Settings| json!({ "invited_role": role_of(settings), "domains": settings.domains });
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(of("account.renamed", json!({ "name": before.name }), json!({ "name": after.name })));
    }
    if (&before.invited_role, &before.domains) != (&after.invited_role, &after.domains) {
        changes.push(of("account.changed", told(before), told(after)));
    }
    if before.second_factor != after.second_factor {
        let action =
            if after.second_factor { "account.second_factor_required" } else { "account.second_factor_optional" };
        changes.push(of(action, json!({}), json!({})));
    }
    changes
}
