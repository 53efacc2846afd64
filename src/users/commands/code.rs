//! The second half of a sign-in: from the right password to the right code. In between there is no session.

use crate::db::journal::{Change, Counted, Doer, Unlogged};
use crate::db::{Db, DbError, On};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::keys::{Purpose, hex};
use crate::users::change::{OfUser, UserChange, failed_code};
use crate::users::secret::{FactorSecret, RecoveryCode};
use crate::users::store::{self, Credentials, factor};
use crate::web::actor::Visit;
use crate::web::reauth;
use crate::web::throttle::Counters;
use crate::world::{Span, Timestamp};

/// So long the right password counts while its code is missing.
pub const HALF_TIME: Span = Span::minutes(10);

/// Somebody who gave the right password, and whose code is missing.
#[derive(Debug, Clone)]
pub struct HalfWay {
    /// Who.
    pub user: UserId,
    /// Of which epoch their session will be.
    pub epoch: i64,
    id_hash: String,
    known: Credentials,
}

/// How the second half went.
#[derive(Debug)]
pub enum Passed {
    /// It is them.
    Welcome {
        /// The account to work in; none when they belong to none at the moment.
        account: Option<AccountId>,
        /// Whether a recovery code was used up for it.
        by_recovery_code: bool,
    },
    /// The code is not right, or was used already.
    Wrong,
    /// Too many tries; seconds to wait.
    Wait(u32),
    /// The password does not count any more: they have to begin anew.
    Ended,
}

/// What was typed to show who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// A code of the app.
    Code,
    /// A recovery code.
    Recovery,
}

impl HalfWay {
    /// Their name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.known.name
    }
}

fn id_hash(db: &Db, key: &str) -> String {
    db.keys().mac(Purpose::Names, format!("half way {key}").as_bytes())
}

/// Notes inside a transaction that somebody gave the right password; what their browser keeps.
///
/// # Errors
/// What the engine says.
pub async fn begin(db: &Db, on: &mut On<'_>, (user, epoch): (&UserId, i64), now: Timestamp) -> Result<String, DbError> {
    let key = hex(&db.world().entropy().bytes::<16>());
    factor::forget_old(on, now).await?;
    factor::begin(on, &id_hash(db, &key), user, epoch, now.plus(HALF_TIME)).await?;
    Ok(key)
}

/// Who stands half-way with `key`, if it still counts: the time is not over, and neither the password nor the second factor was
/// changed since, nor were their sessions ended.
///
/// # Errors
/// Faults of the store.
pub async fn look_up(db: &Db, key: &str, now: Timestamp) -> Result<Option<HalfWay>> {
    let id_hash = id_hash(db, key);
    let found = factor::half(&mut db.read().await?.on(), &id_hash).await?;
    let Some(found) = found else { return Ok(None) };
    if found.expires_at <= now.millis() {
        // What was refused once stays dead, even when the clock is set back.
        give_up(db, key).await?;
        return Ok(None);
    }
    let user: UserId = found.user_id.parse().map_err(|_| AppError::internal("a user has a malformed id"))?;
    let mut reader = db.read().await?;
    let present = store::present(&mut reader.on(), &user).await?;
    let known = store::credentials_of(&mut reader.on(), &user).await?;
    Ok(match (present, known) {
        (Some(present), Some(known)) if present.epoch == found.epoch && known.second_factor_since.is_some() => {
            Some(HalfWay { user, epoch: present.epoch, id_hash, known })
        }
        _ => None,
    })
}

/// Ends it without a sign-in.
///
/// # Errors
/// Faults of the store.
pub async fn give_up(db: &Db, key: &str) -> Result<()> {
    let mut tx = db.write().await?;
    factor::give_up(&mut tx.on(), &id_hash(db, key)).await?;
    Ok(tx.commit_unlogged(Unlogged::HalfWay).await?)
}

/// The second half: the code of the app, or a recovery code. With `joins` it is no sign-in by itself: whoever calls it leaves the
/// trace of what it leads to.
///
/// # Errors
/// Faults of the store.
pub async fn pass(db: &Db, visit: &Visit, half: &HalfWay, typed: &str, joins: bool) -> Result<Passed> {
    let user = &half.user;
    // Nobody guesses a recovery code, so tries at them wait by place: whoever has the paper is not kept out by somebody elsewhere.
    let counters = match reauth::is_code(typed) {
        true => reauth::of_codes(db, &visit.origin, user),
        false => Counters::new(db, &visit.origin, &format!("recovery {user}")),
    };
    if let Some(seconds) = counters.attempt(db, visit.now).await? {
        return Ok(Passed::Wait(seconds));
    }
    let account = half.known.account_id.as_ref().and_then(|id| id.parse::<AccountId>().ok());
    let mut tx = db.write().await?;
    let Some(means) = take(db, &mut tx.on(), user, typed, visit.now).await? else {
        drop(tx);
        note_refused(db, visit, half, account).await?;
        let wait = counters.wait(db, visit.now).await?;
        return Ok(wait.map_or(Passed::Wrong, Passed::Wait));
    };
    // The first of several takes it; and the password may have been changed since the look-up.
    let taken = factor::give_up(&mut tx.on(), &half.id_hash).await?;
    let present = store::present(&mut tx.on(), user).await?;
    if !taken || present.is_none_or(|present| present.epoch != half.epoch) {
        return Ok(Passed::Ended);
    }
    if let Some(account) = &account
        && !store::is_active(&mut tx.on(), user, account).await?
    {
        return Ok(Passed::Ended);
    }
    let of_user = |change| OfUser { user: user.clone(), name: half.known.name.clone(), change };
    let (signed_in, recovered) = (of_user(UserChange::SignedIn), of_user(UserChange::RecoveryCodeUsed));
    let mut changes: Vec<&dyn Change> = Vec::new();
    let by_recovery_code = means == Means::Recovery;
    if by_recovery_code {
        changes.push(&recovered);
    }
    if !joins && account.is_some() {
        changes.push(&signed_in);
    }
    let doer = Doer { kind: "staff", id: Some(user.to_string()), name: half.known.name.clone() };
    match changes.is_empty() {
        true => tx.commit_unlogged(Unlogged::HalfWay).await?,
        false => tx.commit_as(&doer, account.as_ref(), visit.now, &visit.origin, &changes).await?,
    }
    counters.succeed(db).await?;
    Ok(Passed::Welcome { account, by_recovery_code })
}

async fn note_refused(db: &Db, visit: &Visit, half: &HalfWay, account: Option<AccountId>) -> Result<()> {
    tracing::warn!(
        client.address = visit.origin.address.as_deref().unwrap_or(""),
        user.id = half.user.as_str(),
        "code refused"
    );
    let (entry, origin) = (failed_code(&half.user, &half.known.name), visit.origin.clone());
    let counted = Counted { doer: Doer::nobody(), account, now: visit.now, origin, entry, times: 1 };
    Ok(db.write().await?.commit_counted([&counted]).await?)
}

/// Uses up what was typed, inside a transaction; `None` when it is not right, or was used already.
///
/// # Errors
/// Faults of the store; a secret that cannot be opened.
pub async fn take(db: &Db, on: &mut On<'_>, user: &UserId, typed: &str, now: Timestamp) -> Result<Option<Means>> {
    if reauth::is_code(typed) {
        let sealed = factor::find(on, user).await?.and_then(|factor| factor.sealed);
        let Some(sealed) = sealed else { return Ok(None) };
        let secret = FactorSecret::open(db.keys(), user, &sealed);
        let secret = secret.ok_or_else(|| AppError::internal("the secret of a second factor cannot be opened"))?;
        return Ok(match secret.step_of(typed, now) {
            Some(step) if factor::use_step(on, user, step).await? => Some(Means::Code),
            _ => None,
        });
    }
    let Some(code) = RecoveryCode::parse(typed) else { return Ok(None) };
    let right = factor::use_code(on, user, &code.digest(db.keys(), user), now).await?;
    Ok(right.then_some(Means::Recovery))
}

/// Whether this is a code of the person's app; it is used up. The caller throttles.
///
/// # Errors
/// Faults of the store.
pub async fn use_up(db: &Db, user: &UserId, typed: &str, now: Timestamp) -> Result<bool> {
    let mut tx = db.write().await?;
    let right = reauth::is_code(typed) && take(db, &mut tx.on(), user, typed, now).await?.is_some();
    if right {
        tx.commit_unlogged(Unlogged::HalfWay).await?;
    }
    Ok(right)
}
