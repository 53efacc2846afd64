//! Setting the password behind a link: once, and judged by what holds at that moment.

use super::{Behind, Dead, Starter, Way, backs, digest, look_up, usable};
use crate::db::journal::{Change, Doer};
use crate::db::{Db, On};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::roles::{self, Granting};
use crate::users::change::{OfReset, OfUser, ResetStep, UserChange};
use crate::users::hashing::Hasher;
use crate::users::model::Password;
use crate::users::store::resets::{self, Reset};
use crate::users::store::{self, addresses};
use crate::web::actor::Visit;
use crate::web::throttle::Counters;
use crate::world::Timestamp;

/// How setting the password went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// It is the new one from now on; every session ended.
    Done,
    /// The link is not good any more.
    Dead(Dead),
    /// Too many tries; seconds to wait.
    Wait(u32),
}

/// Sets the password behind a link, uses the link up and ends every session of the person.
///
/// # Errors
/// Faults of the store.
pub async fn set(db: &Db, hasher: &Hasher, visit: &Visit, link: &str, password: Password) -> Result<Set> {
    let digest = digest(db, link);
    // The hash is costly, and a link can be sent many times at once.
    let counters = Counters::new(db, &visit.origin, &format!("password reset {digest}"));
    if let Some(seconds) = counters.attempt(db, visit.now).await? {
        return Ok(Set::Wait(seconds));
    }
    let hash = hasher.hash(password, db.world().entropy()).await?;
    let found = match look_up(db, visit.now, link).await? {
        Ok(found) => found,
        Err(dead) => return Ok(Set::Dead(dead)),
    };
    let asked = Asked { digest: &digest, way: Way::of(link).unwrap_or(Way::Hand), hash: &hash, now: visit.now };
    let done = match Behind::of(&found)? {
        Behind::Staff(starter) => set_on_behalf(db, visit, &starter, &asked).await?,
        Behind::Nobody(account) => set_for_oneself(db, visit, &account, &asked).await?,
    };
    if done == Set::Done {
        counters.succeed(db).await?;
    }
    Ok(done)
}

/// What a link is asked to do.
struct Asked<'a> {
    digest: &'a str,
    way: Way,
    hash: &'a str,
    now: Timestamp,
}

impl Asked<'_> {
    /// The link, read again under the transaction's hold.
    async fn find(&self, on: &mut On<'_>) -> Result<std::result::Result<Reset, Dead>> {
        let Some(found) = resets::find(on, self.digest).await? else { return Ok(Err(Dead::Unknown)) };
        Ok(usable(&found, self.way, self.now).map(|()| found))
    }

    /// Sets the password, uses the link up, ends sessions and whatever else is open. Its traces; none: somebody was faster.
    async fn set(&self, on: &mut On<'_>, found: Reset) -> Result<Option<(Doer, OfReset, OfUser)>> {
        let user: UserId =
            found.user_id.parse().map_err(|_| AppError::internal("a password reset has a malformed id"))?;
        let before = store::present(on, &user).await?.map(|present| present.password_hash).unwrap_or_default();
        // The person's row first, as everybody takes it.
        if !store::set_hash(on, &user, &before, self.hash, self.now).await?
            || !resets::use_up(on, self.digest, self.now).await?
        {
            return Ok(None);
        }
        end_links(on, &user, self.now).await?;
        store::end_sessions(on, &user, "").await?;
        let doer = Doer { kind: "staff", id: Some(user.to_string()), name: found.name.clone() };
        let use_of_it = OfReset {
            user: user.clone(),
            name: found.name.clone(),
            step: ResetStep::Used,
            mailed: self.way.is_mailed(),
        };
        let changed = OfUser { user, name: found.name, change: UserChange::PasswordChanged };
        Ok(Some((doer, use_of_it, changed)))
    }
}

/// Ends what was begun with the password before: links for a new one, and an address that waits for its confirmation.
///
/// # Errors
/// Faults of the store.
pub(in crate::users::commands) async fn end_links(on: &mut On<'_>, user: &UserId, now: Timestamp) -> Result<()> {
    resets::end(on, user, now).await?;
    Ok(addresses::end(on, user, now).await?)
}

async fn set_on_behalf(db: &Db, visit: &Visit, starter: &Starter, asked: &Asked<'_>) -> Result<Set> {
    let Some(mut granting) = Granting::begin_on_behalf(db, &starter.account, &starter.by).await? else {
        return Ok(Set::Dead(Dead::NotBacked));
    };
    // From here on nobody else changes what people of the account may do.
    let found = match asked.find(&mut granting.on()).await? {
        Ok(found) => found,
        Err(dead) => return Ok(Set::Dead(dead)),
    };
    match roles::rights_of(&mut granting.on(), &starter.account, &starter.staff).await? {
        Some(of) if backs(granting.holds(), &of) => {}
        _ => return Ok(Set::Dead(Dead::NotBacked)),
    }
    let Some((doer, used, changed)) = asked.set(&mut granting.on(), found).await? else {
        return Ok(Set::Dead(Dead::Used));
    };
    granting.commit_as(&doer, visit.now, &visit.origin, &[&used as &dyn Change, &changed]).await?;
    Ok(Set::Done)
}

async fn set_for_oneself(db: &Db, visit: &Visit, account: &AccountId, asked: &Asked<'_>) -> Result<Set> {
    let mut tx = db.write().await?;
    let found = match asked.find(&mut tx.on()).await? {
        Ok(found) => found,
        Err(dead) => return Ok(Set::Dead(dead)),
    };
    let Some((doer, used, changed)) = asked.set(&mut tx.on(), found).await? else {
        return Ok(Set::Dead(Dead::Used));
    };
    tx.commit_as(&doer, Some(account), visit.now, &visit.origin, &[&used, &changed]).await?;
    Ok(Set::Done)
}
