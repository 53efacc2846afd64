//! One's own second factor: set up, replace, new recovery codes; each of the latter two by password and code.

use super::code;
use crate::authz::{Permit, StaffMember};
use crate::db::{Db, On, WriteTx};
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::users::change::{OfUser, UserChange};
use crate::users::hashing::Hasher;
use crate::users::secret::{FactorSecret, RecoveryCode};
use crate::users::store::{self, factor};
use crate::users::{EnableFactor, MakeRecoveryCodes};
use crate::web::once::{self, Claim, OnceKey, Sender};
use crate::web::reauth;
use crate::web::throttle::Counters;
use zeroize::Zeroizing;

/// How setting it up went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    /// It is on; every other session ended, and this one belongs to this epoch from now on.
    Done(i64),
    /// This form was sent before.
    SentBefore,
    /// There is one already.
    AlreadyOn,
    /// The code is not one of this secret.
    WrongCode,
    /// Too many tries; seconds to wait.
    Wait(u32),
    /// Whoever wants another one did not show that they have the one before.
    Refused(Refusal),
}

/// How making new recovery codes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// They are made, and those before are dead.
    Done,
    /// This form was sent before.
    SentBefore,
    /// Password or code did not do.
    Refused(Refusal),
}

/// Why password and code of the second factor that is on did not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The password is not right.
    WrongPassword,
    /// The code is not right, or was used already.
    WrongCode,
    /// Too many tries; seconds to wait.
    Wait(u32),
}

pub(super) fn own<A>(permit: &Permit<A>) -> Result<&StaffMember> {
    permit.staff().map(AsRef::as_ref).ok_or(AppError::Forbidden)
}

pub(super) fn of(staff: &StaffMember, change: UserChange) -> OfUser {
    OfUser { user: staff.user.clone(), name: staff.name.clone(), change }
}

/// Turns the second factor on once a code shows that the app has its secret. The recovery codes wait in a note of `key`.
///
/// # Errors
/// Faults of the store.
pub async fn enable(
    db: &Db,
    permit: &Permit<EnableFactor>,
    (secret, typed): (&FactorSecret, &str),
    key: &OnceKey,
    keep_handle: &str,
) -> Result<Enabled> {
    let (staff, now) = (own(permit)?, permit.now());
    let counters = reauth::of_codes(db, permit.origin(), &staff.user);
    if let Some(seconds) = counters.attempt(db, now).await? {
        return Ok(Enabled::Wait(seconds));
    }
    let Some(step) = secret.step_of(typed, now) else {
        let wait = counters.wait(db, now).await?;
        return Ok(wait.map_or(Enabled::WrongCode, Enabled::Wait));
    };
    let sealed = secret.seal(db.keys(), &staff.user, db.world().entropy());
    let mut tx = db.write().await?;
    if !claim(db, &mut tx.on(), permit, key).await? {
        return Ok(Enabled::SentBefore);
    }
    if !factor::enable(&mut tx.on(), &staff.user, &sealed, step, now).await? {
        return Ok(Enabled::AlreadyOn);
    }
    new_codes(db, &mut tx.on(), permit, key).await?;
    let (_, epoch) = store::end_sessions(&mut tx.on(), &staff.user, keep_handle).await?;
    tx.commit(permit, &[&of(staff, UserChange::FactorEnabled)]).await?;
    counters.succeed(db).await?;
    Ok(Enabled::Done(epoch))
}

/// Puts another secret, whose code is `typed`, in the place of the one that is on, which password and a code of it prove. New
/// recovery codes wait in a note of `key`.
///
/// # Errors
/// Faults of the store.
pub async fn replace(
    db: &Db,
    hasher: &Hasher,
    permit: &Permit<EnableFactor>,
    (password, old): (&str, &str),
    (secret, typed): (&FactorSecret, &str),
    (key, keep_handle): (&OnceKey, &str),
) -> Result<Enabled> {
    let (staff, now) = (own(permit)?, permit.now());
    // Said first: the code of the one before is not used up for nothing.
    let Some(step) = secret.step_of(typed, now) else { return Ok(Enabled::WrongCode) };
    let sealed = secret.seal(db.keys(), &staff.user, db.world().entropy());
    let (mut tx, counters) = match both(db, hasher, permit, (password, old)).await? {
        Ok(proved) => proved,
        Err(refusal) => {
            // The same form a moment earlier used the code up.
            let again = was_sent(db, permit, key).await?;
            return Ok(if again { Enabled::SentBefore } else { Enabled::Refused(refusal) });
        }
    };
    if !claim(db, &mut tx.on(), permit, key).await? {
        return Ok(Enabled::SentBefore);
    }
    if !factor::replace(&mut tx.on(), &staff.user, &sealed, step, now).await? {
        return Ok(Enabled::Refused(Refusal::WrongCode));
    }
    new_codes(db, &mut tx.on(), permit, key).await?;
    let (_, epoch) = store::end_sessions(&mut tx.on(), &staff.user, keep_handle).await?;
    tx.commit(permit, &[&of(staff, UserChange::FactorEnabled)]).await?;
    counters.succeed(db).await?;
    Ok(Enabled::Done(epoch))
}

/// A transaction in which a code of the second factor was used up, after the right password; with the counters of tries at codes.
pub(super) async fn both<A>(
    db: &Db,
    hasher: &Hasher,
    permit: &Permit<A>,
    (password, typed): (&str, &str),
) -> Result<Result<(WriteTx, Counters), Refusal>> {
    let (staff, now) = (own(permit)?, permit.now());
    let by_password = Counters::new(db, permit.origin(), &format!("again {}", staff.seed));
    if let Some(seconds) = by_password.attempt(db, now).await? {
        return Ok(Err(Refusal::Wait(seconds)));
    }
    if !super::is_password(db, hasher, &staff.user, password).await? {
        reauth::refused(db, staff, (now, permit.origin()), reauth::PASSWORD_REFUSED).await?;
        let wait = by_password.wait(db, now).await?;
        return Ok(Err(wait.map_or(Refusal::WrongPassword, Refusal::Wait)));
    }
    by_password.succeed(db).await?;
    let by_code = reauth::of_codes(db, permit.origin(), &staff.user);
    if let Some(seconds) = by_code.attempt(db, now).await? {
        return Ok(Err(Refusal::Wait(seconds)));
    }
    let mut tx = db.write().await?;
    if code::take(db, &mut tx.on(), &staff.user, typed, now).await?.is_none() {
        drop(tx);
        reauth::refused(db, staff, (now, permit.origin()), reauth::CODE_REFUSED).await?;
        let wait = by_code.wait(db, now).await?;
        return Ok(Err(wait.map_or(Refusal::WrongCode, Refusal::Wait)));
    }
    Ok(Ok((tx, by_code)))
}

/// Puts new recovery codes in the place of the ones before, by password and code; they wait in a note of `key`.
///
/// # Errors
/// [`AppError::Conflict`] without a second factor; faults of the store and of the form.
pub async fn make_codes(
    db: &Db,
    hasher: &Hasher,
    permit: &Permit<MakeRecoveryCodes>,
    proof: (&str, &str),
    key: &OnceKey,
) -> Result<Made> {
    let staff = own(permit)?;
    if !staff.second_factor {
        return Err(AppError::Conflict("You have no second factor, so there is nothing to recover.".to_owned()));
    }
    // Said first: a form sent twice is no wrong code.
    if was_sent(db, permit, key).await? {
        return Ok(Made::SentBefore);
    }
    let (mut tx, counters) = match both(db, hasher, permit, proof).await? {
        Ok(proved) => proved,
        Err(_) if was_sent(db, permit, key).await? => return Ok(Made::SentBefore),
        Err(refusal) => return Ok(Made::Refused(refusal)),
    };
    if !claim(db, &mut tx.on(), permit, key).await? {
        return Ok(Made::SentBefore);
    }
    new_codes(db, &mut tx.on(), permit, key).await?;
    tx.commit(permit, &[&of(staff, UserChange::RecoveryCodesMade)]).await?;
    counters.succeed(db).await?;
    Ok(Made::Done)
}

fn sender<'a, A>(permit: &'a Permit<A>, user: &'a UserId) -> Sender<'a> {
    Sender { account: permit.account(), user, purpose: "recovery codes", content: "", now: permit.now() }
}

/// Whether the form is sent for the first time.
async fn claim<A>(db: &Db, on: &mut On<'_>, permit: &Permit<A>, key: &OnceKey) -> Result<bool> {
    let user = &own(permit)?.user;
    match once::claim(on, db.keys(), key, sender(permit, user), user.as_str()).await? {
        Claim::First => Ok(true),
        Claim::Again { .. } => Ok(false),
        _ => Err(AppError::Malformed("The form's single-use key was used for something else.")),
    }
}

/// Whether the form was sent before; nothing is claimed by asking.
async fn was_sent<A>(db: &Db, permit: &Permit<A>, key: &OnceKey) -> Result<bool> {
    Ok(!claim(db, &mut db.write().await?.on(), permit, key).await?)
}

async fn new_codes<A>(db: &Db, on: &mut On<'_>, permit: &Permit<A>, key: &OnceKey) -> Result<()> {
    let user = &own(permit)?.user;
    let codes = RecoveryCode::set(db.world().entropy());
    let digests: Vec<String> = codes.iter().map(|code| code.digest(db.keys(), user)).collect();
    factor::set_codes(on, user, &digests, permit.now()).await?;
    let mut plain = Zeroizing::new(String::with_capacity(256));
    for code in &codes {
        plain.push_str(&code.written());
        plain.push('\n');
    }
    Ok(once::leave(on, db.keys(), key, plain.trim_end(), permit.now()).await?)
}
