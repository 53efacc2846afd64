//! Showing who one is to join a further account: like signing in, also for somebody who belongs to none at the moment.

use super::{code, failing};
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::users::hashing::Hasher;
use crate::users::model::{Email, Password};
use crate::users::store;
use crate::web::actor::Visit;
use crate::web::refusal::Refusals;
use crate::web::throttle::Counters;

/// How it went.
#[derive(Debug)]
pub enum Proof {
    /// It is this person; the epoch is that of the sessions they may begin now.
    Right {
        /// Who.
        user: UserId,
        /// Their name.
        name: String,
        /// See `users.session_epoch`.
        epoch: i64,
    },
    /// The password is right, and a code is still missing: what the browser keeps until then.
    HalfWay(String),
    /// The password is not theirs.
    Wrong,
    /// Too many tries; seconds to wait.
    Wait(u32),
}

/// Whether `password` is that of whoever signs in as `email`; counted and slowed down as a sign-in is.
///
/// # Errors
/// Faults of the store.
pub async fn prove(
    db: &Db,
    hasher: &Hasher,
    refusals: &Refusals,
    visit: &Visit,
    email: &Email,
    password: &str,
) -> Result<Proof> {
    let counters = Counters::new(db, &visit.origin, &email.key);
    if let Some(seconds) = counters.attempt(db, visit.now).await? {
        return Ok(Proof::Wait(seconds));
    }
    let known = store::credentials(&mut db.read().await?.on(), email).await?;
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let right = hasher.is_right(Password::typed(password), hash).await?;
    let user = known.as_ref().and_then(|known| known.id.parse::<UserId>().ok());
    let (Some(known), true) = (known.as_ref(), right) else {
        failing::note(refusals, visit, known.as_ref());
        let wait = counters.wait(db, visit.now).await?;
        return Ok(wait.map_or(Proof::Wrong, Proof::Wait));
    };
    counters.succeed(db).await?;
    let user = user.ok_or_else(|| AppError::internal("a user has a malformed id"))?;
    // Between the look-up and now they may have got a new password or a second factor.
    let mut tx = db.write().await?;
    let present = store::present(&mut tx.on(), &user).await?;
    let Some(present) = present.filter(|present| present.password_hash == known.password_hash) else {
        return Ok(Proof::Wrong);
    };
    let epoch = present.epoch;
    if present.second_factor_since.is_none() {
        return Ok(Proof::Right { user, name: known.name.clone(), epoch });
    }
    let key = code::begin(db, &mut tx.on(), (&user, epoch), visit.now).await?;
    tx.commit_unlogged(Unlogged::HalfWay).await?;
    Ok(Proof::HalfWay(key))
}
