//! What people do with their own user: set up, sign in and out, change name and password, end sessions.

pub mod address;
pub mod code;
pub mod factor;
pub mod factor_off;
mod failing;
pub mod joining;
pub mod protecting;
pub mod resealing;
pub mod reset;
mod signing_in;

pub use signing_in::{SignIn, sign_in};

use super::change::{OfUser, UserChange};
use super::hashing::Hasher;
use super::model::{Email, PASSWORD_MIN, Password};
use super::store::{self, NewUser};
use super::{ChangeName, ChangePassword, EndSessions, SignOut};
use crate::accounts;
use crate::authz::{Lab, Permit, StaffMember};
use crate::db::journal::{Doer, Unlogged};
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::keys::{Purpose, hex};
use crate::staff::NewStaff;
use crate::web::actor::Visit;
use crate::web::reauth;
use crate::web::throttle::Counters;
use crate::world::{Span, Timestamp};
use std::sync::Arc;

/// How long a setup link works.
pub const LINK_TIME: Span = Span::minutes(30);

/// What a setup link is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// It makes the first account.
    Good,
    /// Its time is over.
    Expired,
    /// It was used, or somebody is set up already.
    Used,
    /// It is none of ours.
    Unknown,
}

/// The first account and its first admin.
pub struct NewAccount {
    /// The account's name.
    pub account: String,
    /// The labs that are on in it.
    pub labs: Vec<Lab>,
    /// The admin's name.
    pub name: String,
    /// The admin's address.
    pub email: Email,
    /// The admin's password.
    pub password: Password,
}

fn link_digest(db: &Db, link: &str) -> String {
    db.keys().mac(Purpose::Names, format!("setup {link}").as_bytes())
}

/// Makes a setup link's secret, which dies after its first use or after [`LINK_TIME`]; the links before it die now. `None`: somebody is set up.
///
/// # Errors
/// Faults of the store.
pub async fn make_setup_link(db: &Db) -> Result<Option<String>> {
    let mut tx = db.write().await?;
    if !store::is_empty(&mut tx.on()).await? {
        return Ok(None);
    }
    let link = hex(&db.world().entropy().bytes::<16>());
    store::add_link(&mut tx.on(), &link_digest(db, &link), db.world().now().plus(LINK_TIME)).await?;
    tx.commit_unlogged(Unlogged::SetupLink).await?;
    Ok(Some(link))
}

/// What `link` is good for at `now`.
///
/// # Errors
/// Faults of the store.
pub async fn setup_link_state(db: &Db, link: &str, now: Timestamp) -> Result<LinkState> {
    let mut reader = db.read().await?;
    let row = store::link(&mut reader.on(), &link_digest(db, link)).await?;
    let empty = store::is_empty(&mut reader.on()).await?;
    Ok(match row {
        None => LinkState::Unknown,
        Some((_, Some(_))) => LinkState::Used,
        Some(_) if !empty => LinkState::Used,
        Some((expires_at, None)) if now.millis() >= expires_at => LinkState::Expired,
        Some(_) => LinkState::Good,
    })
}

/// Makes the first account and its first admin, and uses the link up. The inner error: what the link is instead of good.
///
/// # Errors
/// Faults of the store.
pub async fn set_up(
    db: &Db,
    hasher: &Hasher,
    visit: &Visit,
    link: &str,
    new: NewAccount,
) -> Result<Result<(UserId, AccountId), LinkState>> {
    let hash = hasher.hash(new.password, db.world().entropy()).await?;
    let mut tx = db.write().await?;
    let good = store::use_link(&mut tx.on(), &link_digest(db, link), visit.now).await?;
    if !good || !store::is_empty(&mut tx.on()).await? {
        drop(tx);
        return Ok(Err(match setup_link_state(db, link, visit.now).await? {
            LinkState::Good => LinkState::Used,
            other => other,
        }));
    }
    let entropy = db.world().entropy();
    let made = accounts::add(&mut tx.on(), entropy, (&new.account, &new.labs), visit.now).await?;
    let user = UserId::new(visit.now, entropy);
    store::add(&mut tx.on(), &NewUser { id: &user, email: &new.email, name: &new.name, hash: &hash }, visit.now)
        .await?;
    let (account, role) = (&made.account, &made.admin);
    let member = NewStaff { account, user: &user, role, name: &new.name, email: &new.email.text };
    crate::staff::add(&mut tx.on(), entropy, &member, visit.now).await?;
    let doer = Doer { kind: "staff", id: Some(user.to_string()), name: new.name.clone() };
    let added = OfUser { user: user.clone(), name: new.name, change: UserChange::Added };
    let account = accounts::AccountAdded { account: made.account.clone(), name: new.account };
    tx.commit_as(&doer, Some(&made.account), visit.now, &visit.origin, &[&account, &added]).await?;
    Ok(Ok((user, made.account)))
}

/// Somebody whom the operator makes.
pub struct NewPerson {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: Email,
    /// Their password.
    pub password: Password,
}

/// The operator makes a person with a role in an account.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown account or role, [`AppError::Conflict`] when the address is taken.
pub async fn add_person(db: &Db, hasher: &Hasher, account: &AccountId, role: &str, new: NewPerson) -> Result<UserId> {
    let hash = hasher.hash(new.password, db.world().entropy()).await?;
    let (now, entropy) = (db.world().now(), db.world().entropy());
    let mut tx = db.write().await?;
    let role = crate::roles::find(&mut tx.on(), account, role).await?.ok_or(AppError::NotFound)?;
    let user = UserId::new(now, entropy);
    let row = NewUser { id: &user, email: &new.email, name: &new.name, hash: &hash };
    match store::add(&mut tx.on(), &row, now).await {
        Err(DbError::Unique) => {
            return Err(AppError::Conflict("somebody signs in with this e-mail address already".to_owned()));
        }
        other => other?,
    }
    let member = NewStaff { account, user: &user, role: &role, name: &new.name, email: &new.email.text };
    crate::staff::add(&mut tx.on(), entropy, &member, now).await?;
    let change = OfUser { user: user.clone(), name: new.name, change: UserChange::Added };
    tx.commit_as(&Doer::operator(), Some(account), now, &crate::authz::Origin::default(), &[&change]).await?;
    Ok(user)
}

fn own<A>(permit: &Permit<A>) -> Result<&Arc<StaffMember>> {
    permit.staff().ok_or(AppError::Forbidden)
}

fn of(staff: &StaffMember, change: UserChange) -> OfUser {
    OfUser { user: staff.user.clone(), name: staff.name.clone(), change }
}

/// Leaves a trace of the sign-out; the session itself is ended by the page.
///
/// # Errors
/// Faults of the store.
pub async fn sign_out(db: &Db, permit: &Permit<SignOut>) -> Result<()> {
    let change = of(own(permit)?, UserChange::SignedOut);
    Ok(db.write().await?.commit(permit, &[&change]).await?)
}

/// Changes one's own name.
///
/// # Errors
/// Faults of the store.
pub async fn change_name(db: &Db, permit: &Permit<ChangeName>, name: &str) -> Result<()> {
    let staff = own(permit)?;
    if staff.name == name {
        return Ok(());
    }
    let mut tx = db.write().await?;
    store::rename(&mut tx.on(), &staff.user, name).await?;
    crate::staff::renamed(&mut tx.on(), &staff.user, name, &staff.email).await?;
    let change = of(staff, UserChange::Renamed { before: staff.name.clone(), after: name.to_owned() });
    Ok(tx.commit(permit, &[&change]).await?)
}

/// Why a password was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotChanged {
    /// The old password is not right.
    OldWrong,
    /// Too many tries; seconds to wait.
    Wait(u32),
}

/// Changes one's own password and ends every other session; the epoch that the one kept belongs to from now on.
///
/// # Errors
/// Faults of the store.
pub async fn change_password(
    db: &Db,
    hasher: &Hasher,
    permit: &Permit<ChangePassword>,
    old: &str,
    new: Password,
    keep_handle: &str,
) -> Result<Result<i64, NotChanged>> {
    let staff = own(permit)?;
    let counters = Counters::new(db, permit.origin(), &format!("again {}", staff.seed));
    if let Some(seconds) = counters.attempt(db, permit.now()).await? {
        return Ok(Err(NotChanged::Wait(seconds)));
    }
    let before = password_hash(db, &staff.user).await?;
    if !hasher.is_right(Password::typed(old), before.clone()).await? {
        reauth::refused(db, staff, (permit.now(), permit.origin()), reauth::PASSWORD_REFUSED).await?;
        let wait = counters.wait(db, permit.now()).await?;
        return Ok(Err(wait.map_or(NotChanged::OldWrong, NotChanged::Wait)));
    }
    let short = new.length() < PASSWORD_MIN;
    let hash = hasher.hash(new, db.world().entropy()).await?;
    let mut tx = db.write().await?;
    if !store::set_hash(&mut tx.on(), &staff.user, &before.unwrap_or_default(), &hash, permit.now()).await? {
        // Somebody else changed it meanwhile, so the old one is not right any more.
        return Ok(Err(NotChanged::OldWrong));
    }
    reset::end_links(&mut tx.on(), &staff.user, permit.now()).await?;
    if short {
        store::factor::note_short(&mut tx.on(), &staff.user).await?;
    }
    let (_, epoch) = store::end_sessions(&mut tx.on(), &staff.user, keep_handle).await?;
    tx.commit(permit, &[&of(staff, UserChange::PasswordChanged)]).await?;
    counters.succeed(db).await?;
    Ok(Ok(epoch))
}

/// Ends one of one's own sessions.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of that name.
pub async fn end_session(db: &Db, permit: &Permit<EndSessions>, handle: &str) -> Result<()> {
    let staff = own(permit)?;
    let mut tx = db.write().await?;
    if !store::end_session(&mut tx.on(), &staff.user, handle).await? {
        return Err(AppError::NotFound);
    }
    Ok(tx.commit(permit, &[&of(staff, UserChange::SessionsEnded(1))]).await?)
}

/// Ends all of one's own sessions but the one named; the epoch that one belongs to from now on.
///
/// # Errors
/// Faults of the store.
pub async fn end_all(db: &Db, permit: &Permit<EndSessions>, keep_handle: &str) -> Result<i64> {
    let staff = own(permit)?;
    let mut tx = db.write().await?;
    let (ended, epoch) = store::end_sessions(&mut tx.on(), &staff.user, keep_handle).await?;
    if ended == 0 {
        // There is no other: nothing happens, and the epoch stays what it was.
        return Ok(epoch - 1);
    }
    tx.commit(permit, &[&of(staff, UserChange::SessionsEnded(ended))]).await?;
    Ok(epoch)
}

/// Whether `password` is this person's.
///
/// # Errors
/// Faults of the store.
pub async fn is_password(db: &Db, hasher: &Hasher, user: &UserId, password: &str) -> Result<bool> {
    hasher.is_right(Password::typed(password), password_hash(db, user).await?).await
}

async fn password_hash(db: &Db, user: &UserId) -> Result<Option<String>> {
    let present = store::present(&mut db.read().await?.on(), user).await?;
    Ok(present.map(|present| present.password_hash))
}

/// Sets a person's password from the command line and ends all their sessions. `None`: nobody has this address.
///
/// # Errors
/// Faults of the store.
pub async fn reset_password(db: &Db, hasher: &Hasher, email: &Email, password: Password) -> Result<Option<UserId>> {
    let Some(known) = store::credentials(&mut db.read().await?.on(), email).await? else { return Ok(None) };
    let user: UserId = known.id.parse().map_err(|_| AppError::internal("a user has a malformed id"))?;
    let hash = hasher.hash(password, db.world().entropy()).await?;
    let now = db.world().now();
    let mut tx = db.write().await?;
    if !store::set_hash(&mut tx.on(), &user, &known.password_hash, &hash, now).await? {
        return Err(DbError::Again.into());
    }
    reset::end_links(&mut tx.on(), &user, now).await?;
    store::end_sessions(&mut tx.on(), &user, "").await?;
    let account = known.account_id.and_then(|id| id.parse::<AccountId>().ok());
    let doer = Doer::operator();
    let change = OfUser { user: user.clone(), name: known.name, change: UserChange::PasswordChanged };
    tx.commit_as(&doer, account.as_ref(), now, &crate::authz::Origin::default(), &[&change]).await?;
    Ok(Some(user))
}
