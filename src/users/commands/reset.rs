//! A new password for somebody: another person starts it and never sees or chooses it; the link goes to whom it is for.
//!
//! See docs/decisions/0011-who-may-hold-a-reset-link.md.

use crate::authz::{Permission, PermissionSet, Permit, rules};
use crate::db::Db;
use crate::db::journal::Doer;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, StaffId, UserId};
use crate::keys::{Purpose, hex};
use crate::roles::{self, Granting, Rights};
use crate::users::change::{OfReset, OfUser, UserChange};
use crate::users::hashing::Hasher;
use crate::users::model::Password;
use crate::users::store::resets::{self, New, Reset};
use crate::users::{StartReset, store};
use crate::web::actor::Visit;
use crate::web::once::{self, Claim, OnceKey, Sender};
use crate::web::throttle::Counters;
use crate::world::{Span, Timestamp};

/// How long a link works.
pub const RESET_TIME: Span = Span::hours(1);

/// Who gets the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The person themselves, by mail; nobody else sees it.
    Mail,
    /// Whoever starts it, to hand it over: only while the person belongs to no other account.
    Hand,
}

impl Way {
    /// A link says which way it went, and its keyed hash holds that: nobody turns one into the other.
    const fn mark(self) -> &'static str {
        match self {
            Self::Mail => "m",
            Self::Hand => "h",
        }
    }

    fn of(link: &str) -> Option<Self> {
        [Self::Mail, Self::Hand].into_iter().find(|way| link.starts_with(way.mark()))
    }
}

/// A link was made.
#[derive(Debug)]
pub struct Started {
    /// Whose password it sets.
    pub of: Rights,
    /// Its secret; none when the form was sent before.
    pub link: Option<String>,
    /// From when on it does not work.
    pub expires_at: Timestamp,
}

/// Why a link is not good, or not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dead {
    /// It is none of ours, or a newer one took its place.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was used, or the password was changed since.
    Used,
    /// Whoever started it may not any more, or the person came to belong to another account.
    NotBacked,
}

fn digest(db: &Db, link: &str) -> String {
    db.keys().mac(Purpose::Names, format!("password reset {link}").as_bytes())
}

/// The account's member whose password somebody is about to have reset, if they may.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store.
pub async fn candidate(db: &Db, account: &AccountId, by: (&StaffId, PermissionSet), staff: &str) -> Result<Rights> {
    let staff: StaffId = staff.parse().map_err(|_| AppError::NotFound)?;
    let of = roles::rights_of(&mut db.read().await?.on(), account, &staff).await?.ok_or(AppError::NotFound)?;
    if of.staff == *by.0 {
        return Err(rules::Rule::Oneself.into());
    }
    rules::touch(by.1, of.effective())?;
    Ok(of)
}

/// Whether the link may be shown to whoever starts it: the person belongs to this account alone.
///
/// # Errors
/// Faults of the store.
pub async fn may_be_shown(db: &Db, account: &AccountId, of: &Rights) -> Result<bool> {
    Ok(resets::elsewhere(&mut db.read().await?.on(), &of.user, account).await? == 0)
}

/// Makes a link for the person; links before it die. With [`Way::Hand`] it waits in a note of `key` to be shown once.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; [`AppError::Conflict`] when it may not be shown; faults of the store.
pub async fn start(db: &Db, permit: &Permit<StartReset>, staff: &StaffId, way: Way, key: &OnceKey) -> Result<Started> {
    let (account, now) = (permit.account(), permit.now());
    let by = permit.staff().ok_or(AppError::Forbidden)?;
    let link = format!("{}{}", way.mark(), hex(&db.world().entropy().bytes::<16>()));
    let mut granting = Granting::begin(db, permit).await?;
    let of = granting.other(staff).await?;
    rules::touch(granting.holds(), of.effective())?;
    if way == Way::Hand && resets::elsewhere(&mut granting.on(), &of.user, account).await? > 0 {
        return Err(AppError::Conflict("The link may not be shown to anybody but the person.".to_owned()));
    }
    let expires_at = now.plus(RESET_TIME);
    let from = Sender { account, user: &by.user, purpose: "reset password", content: way.mark(), now };
    match once::claim(&mut granting.on(), db.keys(), key, from, staff.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } if subject == staff.as_str() => return Ok(Started { of, link: None, expires_at }),
        _ => return Err(AppError::Malformed("The form's single-use key was used for something else.")),
    }
    let new = New { digest: &digest(db, &link), user: &of.user, account, by: &by.user, now, expires_at };
    resets::add(&mut granting.on(), &new).await?;
    if way == Way::Hand {
        once::leave(&mut granting.on(), db.keys(), key, &link, now).await?;
    }
    let change = OfReset { user: of.user.clone(), name: of.name.clone(), used: false, mailed: way == Way::Mail };
    granting.commit(permit, &[&change]).await?;
    Ok(Started { of, link: Some(link), expires_at })
}

/// Whose password a link sets, if the link can be used now.
///
/// # Errors
/// Faults of the store. The inner error: why it is not good.
pub async fn look_up(db: &Db, now: Timestamp, link: &str) -> Result<std::result::Result<Reset, Dead>> {
    let Some(way) = Way::of(link) else { return Ok(Err(Dead::Unknown)) };
    let mut reader = db.read().await?;
    let Some(found) = resets::find(&mut reader.on(), &digest(db, link)).await? else { return Ok(Err(Dead::Unknown)) };
    if let Err(dead) = usable(&found, way, now) {
        return Ok(Err(dead));
    }
    let who = Who::of(&found)?;
    let by = roles::of_user(&mut reader.on(), &who.account, &who.by).await?;
    let of = roles::rights_of(&mut reader.on(), &who.account, &who.staff).await?;
    Ok(match (by, of) {
        (Some(by), Some(of)) if backs(by.effective(), &of) => Ok(found),
        _ => Err(Dead::NotBacked),
    })
}

fn usable(found: &Reset, way: Way, now: Timestamp) -> std::result::Result<(), Dead> {
    if found.used_at.is_some() || found.password_changed_at > found.created_at {
        return Err(Dead::Used);
    }
    if now.millis() >= found.expires_at {
        return Err(Dead::Expired);
    }
    match found.staff_id.is_none() || (way == Way::Hand && found.elsewhere > 0) {
        true => Err(Dead::NotBacked),
        false => Ok(()),
    }
}

/// Whether somebody who holds `by` may still have the password of `of` reset.
fn backs(by: PermissionSet, of: &Rights) -> bool {
    by.has(Permission::StaffManage) && rules::touch(by, of.effective()).is_ok()
}

struct Who {
    user: UserId,
    account: AccountId,
    by: UserId,
    staff: StaffId,
}

impl Who {
    fn of(found: &Reset) -> Result<Self> {
        let bad = |_| AppError::internal("a password reset has a malformed id");
        Ok(Self {
            user: found.user_id.parse().map_err(bad)?,
            account: found.account_id.parse().map_err(bad)?,
            by: found.started_by.parse().map_err(bad)?,
            staff: found.staff_id.as_deref().unwrap_or_default().parse().map_err(bad)?,
        })
    }
}

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
    let (who, way) = (Who::of(&found)?, Way::of(link).unwrap_or(Way::Hand));
    let Some(mut granting) = Granting::begin_on_behalf(db, &who.account, &who.by).await? else {
        return Ok(Set::Dead(Dead::NotBacked));
    };
    // Read again: from here on nobody else changes what people of the account may do.
    let found = resets::find(&mut granting.on(), &digest).await?;
    let Some(found) = found else { return Ok(Set::Dead(Dead::Unknown)) };
    if let Err(dead) = usable(&found, way, visit.now) {
        return Ok(Set::Dead(dead));
    }
    match roles::rights_of(&mut granting.on(), &who.account, &who.staff).await? {
        Some(of) if backs(granting.holds(), &of) => {}
        _ => return Ok(Set::Dead(Dead::NotBacked)),
    }
    if !resets::use_up(&mut granting.on(), &digest, visit.now).await? {
        return Ok(Set::Dead(Dead::Used));
    }
    let before = store::present(&mut granting.on(), &who.user).await?.map(|(hash, _)| hash).unwrap_or_default();
    if !store::set_hash(&mut granting.on(), &who.user, &before, &hash, visit.now).await? {
        return Ok(Set::Dead(Dead::Used));
    }
    store::end_sessions(&mut granting.on(), &who.user, "").await?;
    let doer = Doer { kind: "staff", id: Some(who.user.to_string()), name: found.name.clone() };
    let used = OfReset { user: who.user.clone(), name: found.name.clone(), used: true, mailed: way == Way::Mail };
    let changed = OfUser { user: who.user, name: found.name, change: UserChange::PasswordChanged };
    granting.commit_as(&doer, visit.now, &visit.origin, &[&used, &changed]).await?;
    counters.succeed(db).await?;
    Ok(Set::Done)
}
