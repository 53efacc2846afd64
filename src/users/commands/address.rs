//! Signing in with another e-mail address: wanted by the person, confirmed from the new address, told to the old one.

use super::factor::{Refusal, both};
use super::reset::end_links;
use crate::authz::{Origin, Permit};
use crate::db::journal::Doer;
use crate::db::{Db, DbError, On, WriteTx};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::keys::{Purpose, hex};
use crate::users::ChangeEmail;
use crate::users::change::{OfUser, UserChange};
use crate::users::hashing::Hasher;
use crate::users::model::Email;
use crate::users::store;
use crate::users::store::addresses::{self, Wanted};
use crate::web::actor::Visit;
use crate::web::once::{self, Claim, OnceKey, Sender};
use crate::world::{Span, Timestamp};

/// How long the link to the new address works.
pub const LINK_TIME: Span = Span::hours(1);
/// Most that one person may begin within an hour: each is a mail to an address that may be somebody else's.
const MOST: i64 = 3;

/// A change was begun.
#[derive(Debug)]
pub enum Started {
    /// The link's secret is to be mailed to the new address.
    Made {
        /// The secret.
        link: String,
        /// From when on it does not work.
        expires_at: Timestamp,
    },
    /// The form was sent before.
    Again,
    /// In these accounts the person could not sign in any more.
    WouldLose(Vec<String>),
    /// Too many within an hour.
    TooMany,
    /// Whoever has a second factor did not show it, or not the password.
    Refused(Refusal),
}

/// Why a link is not good, or not any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dead {
    /// It is none of ours.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was used.
    Used,
    /// A newer one or a new password took its place.
    Ended,
    /// The person cannot sign in at present.
    Barred,
    /// Somebody else signs in with the address since.
    Taken,
    /// In these accounts the person could not sign in any more.
    WouldLose(Vec<String>),
}

fn digest(db: &Db, link: &str) -> String {
    db.keys().mac(Purpose::Names, format!("e-mail change {link}").as_bytes())
}

/// Begins the change; beside a second factor by password and code, however fresh the session is. The address may be somebody
/// else's: nothing here depends on that, so that the answer does not tell.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn start(
    db: &Db,
    hasher: &Hasher,
    permit: &Permit<ChangeEmail>,
    proof: (&str, &str),
    (email, key): (&Email, &OnceKey),
) -> Result<Started> {
    let staff = permit.staff().ok_or(AppError::Forbidden)?;
    if !staff.second_factor {
        return begin(db, db.write().await?, permit, email, key).await;
    }
    // Said first: a form sent twice is no wrong code.
    if !claim(db, &mut db.write().await?.on(), permit, email, key).await? {
        return Ok(Started::Again);
    }
    let (tx, counters) = match both(db, hasher, permit, proof).await? {
        Ok(proved) => proved,
        Err(refusal) => {
            let first = claim(db, &mut db.write().await?.on(), permit, email, key).await?;
            return Ok(if first { Started::Refused(refusal) } else { Started::Again });
        }
    };
    let started = begin(db, tx, permit, email, key).await?;
    counters.succeed(db).await?;
    Ok(started)
}

/// Whether the form is sent for the first time.
async fn claim(db: &Db, on: &mut On<'_>, permit: &Permit<ChangeEmail>, email: &Email, key: &OnceKey) -> Result<bool> {
    let user = &permit.staff().ok_or(AppError::Forbidden)?.user;
    let (account, now) = (permit.account(), permit.now());
    let from = Sender { account, user, purpose: "e-mail change", content: &email.key, now };
    match once::claim(on, db.keys(), key, from, user.as_str()).await? {
        Claim::First => Ok(true),
        Claim::Again { .. } => Ok(false),
        _ => Err(AppError::Malformed("The form's single-use key was used for something else.")),
    }
}

async fn begin(
    db: &Db,
    mut tx: WriteTx,
    permit: &Permit<ChangeEmail>,
    email: &Email,
    key: &OnceKey,
) -> Result<Started> {
    let staff = permit.staff().ok_or(AppError::Forbidden)?;
    let (user, now) = (&staff.user, permit.now());
    if !claim(db, &mut tx.on(), permit, email, key).await? {
        return Ok(Started::Again);
    }
    let lost = addresses::would_lose(&mut tx.on(), user, email).await?;
    if !lost.is_empty() {
        return Ok(Started::WouldLose(lost));
    }
    if addresses::wanted_since(&mut tx.on(), user, now.minus(Span::hours(1))).await? >= MOST {
        return Ok(Started::TooMany);
    }
    let (link, expires_at) = (hex(&db.world().entropy().bytes::<16>()), now.plus(LINK_TIME));
    addresses::add(&mut tx.on(), (&digest(db, &link), user), email, (now, expires_at)).await?;
    let change = UserChange::EmailChangeStarted { before: staff.email.clone(), after: email.text.clone() };
    tx.commit(permit, &[&OfUser { user: user.clone(), name: staff.name.clone(), change }]).await?;
    Ok(Started::Made { link, expires_at })
}

/// Whether somebody signs in with this address; asked after the answer.
///
/// # Errors
/// Faults of the store.
pub async fn is_taken(db: &Db, email: &Email) -> Result<bool> {
    Ok(addresses::is_taken(&mut db.read().await?.on(), email).await?)
}

/// The address that waits for its confirmation, and until when.
///
/// # Errors
/// Faults of the store.
pub async fn waiting(db: &Db, user: &UserId, now: Timestamp) -> Result<Option<(String, Timestamp)>> {
    let found = addresses::waiting(&mut db.read().await?.on(), user, now).await?;
    Ok(found.map(|(email, until)| (email, Timestamp::from_millis(until))))
}

/// What a link would change, if it can be used now.
///
/// # Errors
/// Faults of the store. The inner error: why it is not good.
pub async fn look_up(db: &Db, now: Timestamp, link: &str) -> Result<std::result::Result<Wanted, Dead>> {
    find(&mut db.read().await?.on(), &digest(db, link), now).await
}

async fn find(on: &mut On<'_>, digest: &str, now: Timestamp) -> Result<std::result::Result<Wanted, Dead>> {
    let Some(found) = addresses::find(on, digest).await? else { return Ok(Err(Dead::Unknown)) };
    Ok(match &found {
        found if found.used_at.is_some() => Err(Dead::Used),
        found if found.ended_at.is_some() => Err(Dead::Ended),
        found if now.millis() >= found.expires_at => Err(Dead::Expired),
        found if found.active_in.is_none() => Err(Dead::Barred),
        _ => Ok(found),
    })
}

/// Changes the address as `user`, who has shown to be this person, confirms it.
///
/// # Errors
/// [`AppError::Forbidden`] when it is somebody else's link; faults of the store. The inner error: why nothing was changed.
pub async fn confirm(db: &Db, visit: &Visit, user: &UserId, link: &str) -> Result<std::result::Result<(), Dead>> {
    let digest = digest(db, link);
    let mut tx = db.write().await?;
    addresses::hold_accounts(&mut tx.on(), user).await?;
    let found = match find(&mut tx.on(), &digest, visit.now).await? {
        Ok(found) => found,
        Err(dead) => return Ok(Err(dead)),
    };
    if found.user_id != user.as_str() {
        return Err(AppError::Forbidden);
    }
    let account = found.active_in.as_deref().unwrap_or_default();
    let account: AccountId = account.parse().map_err(|_| AppError::internal("an account has a malformed id"))?;
    let email = Email::parse(&found.email).map_err(|_| AppError::internal("a wanted address is malformed"))?;
    if let Err(dead) = set(&mut tx.on(), user, (&found.name, &email), visit.now, Some(&digest)).await? {
        return Ok(Err(dead));
    }
    let doer = Doer { kind: "staff", id: Some(user.to_string()), name: found.name.clone() };
    let change = UserChange::EmailChanged { before: found.present, after: email.text };
    let change = OfUser { user: user.clone(), name: found.name, change };
    tx.commit_as(&doer, Some(&account), visit.now, &visit.origin, &[&change]).await?;
    Ok(Ok(()))
}

/// Sets the address, uses the link up, ends whatever else is open for the person and keeps the lists of their accounts right.
async fn set(
    on: &mut On<'_>,
    user: &UserId,
    (name, email): (&str, &Email),
    now: Timestamp,
    digest: Option<&str>,
) -> Result<std::result::Result<(), Dead>> {
    let lost = addresses::would_lose(on, user, email).await?;
    if !lost.is_empty() {
        return Ok(Err(Dead::WouldLose(lost)));
    }
    // The person's row first, as everybody takes it.
    match addresses::set(on, user, email).await {
        Err(DbError::Unique) => return Ok(Err(Dead::Taken)),
        other => other?,
    };
    if let Some(digest) = digest
        && !addresses::use_up(on, digest, now).await?
    {
        return Ok(Err(Dead::Used));
    }
    // Links for a new password went to the address before.
    end_links(on, user, now).await?;
    crate::staff::renamed(on, user, name, &email.text).await?;
    Ok(Ok(()))
}

/// Changes somebody's address from the command line.
///
/// # Errors
/// [`AppError::NotFound`] when nobody signs in with `email`, [`AppError::Conflict`] when the new one cannot be theirs; faults of the store.
pub async fn by_operator(db: &Db, email: &Email, new: &Email) -> Result<()> {
    let now = db.world().now();
    let known = store::credentials(&mut db.read().await?.on(), email).await?.ok_or(AppError::NotFound)?;
    let user: UserId = known.id.parse().map_err(|_| AppError::internal("a user has a malformed id"))?;
    let mut tx = db.write().await?;
    addresses::hold_accounts(&mut tx.on(), &user).await?;
    let why = match set(&mut tx.on(), &user, (&known.name, new), now, None).await? {
        Ok(()) => {
            let account = known.account_id.and_then(|id| id.parse::<AccountId>().ok());
            let change = UserChange::EmailChanged { before: known.email, after: new.text.clone() };
            let change = OfUser { user, name: known.name, change };
            let doer = Doer::operator();
            return Ok(tx.commit_as(&doer, account.as_ref(), now, &Origin::default(), &[&change]).await?);
        }
        Err(Dead::WouldLose(accounts)) => {
            format!("they could not sign in to {} with it: only other domains may", accounts.join(", "))
        }
        Err(_) => "somebody else signs in with this e-mail address already".to_owned(),
    };
    Err(AppError::Conflict(why))
}
