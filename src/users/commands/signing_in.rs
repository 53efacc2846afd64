//! Signing in: the password, and what it leads to.

use super::{code, failing};
use crate::db::Db;
use crate::db::journal::{Change, Doer, Unlogged};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::users::change::{OfUser, UserChange};
use crate::users::hashing::Hasher;
use crate::users::model::{Email, Password};
use crate::users::store;
use crate::web::actor::Visit;
use crate::web::refusal::Refusals;
use crate::web::throttle::Counters;

/// How a sign-in went.
#[derive(Debug)]
pub enum SignIn {
    /// The person, and the account to work in.
    Welcome {
        /// Who.
        user: UserId,
        /// Where.
        account: AccountId,
        /// Which of the person's sessions it belongs to: those since the last time that all were ended.
        epoch: i64,
    },
    /// The password is right, and a code is still missing: what the browser keeps until then.
    HalfWay(String),
    /// Unknown, wrong or disabled: the same for all.
    Refused,
    /// Too many tries; seconds to wait.
    Wait(u32),
}

/// Signs somebody in. Unknown address, wrong password and disabled person cost the same and answer the same.
///
/// # Errors
/// Faults of the store.
pub async fn sign_in(
    db: &Db,
    hasher: &Hasher,
    refusals: &Refusals,
    visit: &Visit,
    email: &str,
    password: &str,
) -> Result<SignIn> {
    let address = visit.origin.address.as_deref();
    let counters = Counters::new(db, &visit.origin, &crate::text::fold(email.trim()));
    if let Some(seconds) = counters.attempt(db, visit.now).await? {
        tracing::warn!(client.address = address.unwrap_or(""), wait.s = seconds, "sign-in throttled");
        return Ok(SignIn::Wait(seconds));
    }
    let known = match Email::parse(email) {
        Ok(email) => store::credentials(&mut db.read().await?.on(), &email).await?,
        Err(_) => None,
    };
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let right = hasher.is_right(Password::typed(password), hash).await?;
    match known {
        Some(known) if right && known.account_id.is_some() => {
            welcome(db, hasher, visit, known, password, &counters).await
        }
        known => {
            failing::note(refusals, visit, known.as_ref());
            let wait = counters.wait(db, visit.now).await?;
            Ok(wait.map_or(SignIn::Refused, SignIn::Wait))
        }
    }
}

async fn welcome(
    db: &Db,
    hasher: &Hasher,
    visit: &Visit,
    known: store::Credentials,
    password: &str,
    counters: &Counters,
) -> Result<SignIn> {
    let user: UserId = known.id.parse().map_err(|_| AppError::internal("a user has a malformed id"))?;
    let account = known.account_id.and_then(|id| id.parse::<AccountId>().ok());
    let account = account.ok_or_else(|| AppError::internal("an account has a malformed id"))?;
    let upgraded = match Hasher::is_weak(&known.password_hash) {
        true => Some(hasher.hash(Password::typed(password), db.world().entropy()).await?),
        false => None,
    };
    counters.succeed(db).await?;
    let mut tx = db.write().await?;
    // Between the look-up and now the person may have been disabled, may have got a new password or a second factor.
    let Some(present) = store::present(&mut tx.on(), &user).await? else { return Ok(SignIn::Refused) };
    let epoch = present.epoch;
    if present.password_hash != known.password_hash || !store::is_active(&mut tx.on(), &user, &account).await? {
        return Ok(SignIn::Refused);
    }
    let half_way = match present.second_factor_since {
        Some(_) => Some(code::begin(db, &mut tx.on(), (&user, epoch), visit.now).await?),
        None => None,
    };
    let of_user = |change| OfUser { user: user.clone(), name: known.name.clone(), change };
    let (signed_in, anew) = (of_user(UserChange::SignedIn), of_user(UserChange::HashUpgraded));
    let doer = Doer { kind: "staff", id: Some(user.to_string()), name: known.name.clone() };
    let mut changes: Vec<&dyn Change> = Vec::new();
    if let Some(hash) = upgraded {
        store::upgrade_hash(&mut tx.on(), &user, &known.password_hash, &hash).await?;
        changes.push(&anew);
    }
    if half_way.is_none() {
        changes.push(&signed_in);
    }
    match changes.is_empty() {
        true => tx.commit_unlogged(Unlogged::HalfWay).await?,
        false => tx.commit_as(&doer, Some(&account), visit.now, &visit.origin, &changes).await?,
    }
    Ok(half_way.map_or(SignIn::Welcome { user, account, epoch }, SignIn::HalfWay))
}
