//! A new password that somebody asks for themselves, by mail, or that the operator hands over.

use super::{RESET_TIME, Way, digest, new_link};
use crate::authz::Origin;
use crate::db::Db;
use crate::db::journal::{Counted, Doer};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::users::change::{OfReset, ResetStep, asked_for};
use crate::users::model::Email;
use crate::users::store::resets::{self, New};
use crate::users::store::{self, Credentials};
use crate::web::actor::Visit;
use crate::web::throttle::Counters;
use crate::world::{Span, Timestamp};

/// Most links that one person is mailed within [`WITHIN`]; whoever asks for more is not told.
const MOST: i64 = 3;
const WITHIN: Span = Span::hours(1);

/// A link that goes to the person.
#[derive(Debug)]
pub struct Mailed {
    /// Their address, as they gave it themselves.
    pub to: String,
    /// The link's secret.
    pub link: String,
    /// From when on it does not work.
    pub expires_at: Timestamp,
}

/// Seconds to wait before the next one may be asked for from this network, for this address; none when it may be now.
///
/// # Errors
/// Faults of the store.
pub async fn throttle(db: &Db, visit: &Visit, email: &Email) -> Result<Option<u32>> {
    Counters::apart(db, &visit.origin, "forgotten password", &email.key).attempt(db, visit.now).await
}

/// Makes the link that somebody asked for, if the address is one with which somebody can sign in, and leaves its trace. It is
/// called after the answer, so that nobody can tell by it whether there was anything to do.
///
/// # Errors
/// Faults of the store.
pub async fn ask(db: &Db, origin: &Origin, email: &Email) -> Result<Option<Mailed>> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    let known = store::credentials(&mut tx.on(), email).await?;
    let (user, account) = known.as_ref().map(ids).transpose()?.unzip();
    if let (Some(known), Some(user), Some(Some(account))) = (known, &user, account)
        && resets::asked_since(&mut tx.on(), user, now.minus(WITHIN)).await? < MOST
        // The count holds the person's row; until then somebody may have changed the address.
        && store::credentials(&mut tx.on(), email).await?.is_some_and(|now| now.id == known.id)
    {
        let (link, expires_at) = (new_link(db, Way::Asked), now.plus(RESET_TIME));
        let new = New { digest: &digest(db, &link), user, by: None, asked: true, now, expires_at };
        resets::add(&mut tx.on(), &new).await?;
        let change = OfReset { user: user.clone(), name: known.name, step: ResetStep::Requested, mailed: true };
        tx.commit_as(&Doer::nobody(), Some(&account), now, origin, &[&change]).await?;
        return Ok(Some(Mailed { to: known.email, link, expires_at }));
    }
    let entry = asked_for(user.as_ref());
    let counted = Counted { doer: Doer::nobody(), account: None, now, origin: origin.clone(), entry, times: 1 };
    tx.commit_counted([&counted]).await?;
    Ok(None)
}

/// Makes a link that the operator hands over; the person's links before it die. `None`: nobody can sign in with this address.
///
/// # Errors
/// Faults of the store.
pub async fn by_operator(db: &Db, email: &Email) -> Result<Option<(String, Timestamp)>> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    let Some(known) = store::credentials(&mut tx.on(), email).await? else { return Ok(None) };
    let (user, Some(account)) = ids(&known)? else { return Ok(None) };
    let (link, expires_at) = (new_link(db, Way::Operator), now.plus(RESET_TIME));
    let new = New { digest: &digest(db, &link), user: &user, by: None, asked: false, now, expires_at };
    resets::add(&mut tx.on(), &new).await?;
    let change = OfReset { user, name: known.name, step: ResetStep::Started, mailed: false };
    tx.commit_as(&Doer::operator(), Some(&account), now, &Origin::default(), &[&change]).await?;
    Ok(Some((link, expires_at)))
}

fn ids(known: &Credentials) -> Result<(UserId, Option<AccountId>)> {
    let user = known.id.parse().map_err(|_| AppError::internal("a user has a malformed id"))?;
    let account = known.account_id.as_deref().map(str::parse).transpose();
    Ok((user, account.map_err(|_| AppError::internal("an account has a malformed id"))?))
}
