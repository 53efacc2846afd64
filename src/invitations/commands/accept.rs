//! Accepting an invitation: the link is used once, and what whoever invited may give is judged anew at that moment.

use super::digest;
use crate::authz::{Permission, PermissionSet, rules};
use crate::db::journal::{Change, Doer};
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::invitations::change::{OfInvitation, What};
use crate::invitations::model::{Ended, Invitation};
use crate::invitations::store;
use crate::roles::{self, Granting};
use crate::staff::{self, NewStaff};
use crate::users::{self, Email, Hasher, NewUser, OfUser, Password, UserChange};
use crate::web::actor::Visit;
use crate::web::throttle::Counters;

type Done<T> = Result<std::result::Result<T, Ended>>;

/// Somebody who belongs to an account from now on.
#[derive(Debug, Clone)]
pub struct Joined {
    /// Who.
    pub user: UserId,
    /// Where.
    pub account: AccountId,
}

/// Who accepts.
enum Who {
    /// Somebody new; the PHC text of their password's hash.
    New { name: String, hash: String },
    /// Somebody who has shown that they are this person.
    Known { user: UserId, name: String },
}

/// The invitation of a link, if the link can be used now.
///
/// # Errors
/// Faults of the store. The inner error: why it is not good.
pub async fn look_up(db: &Db, visit: &Visit, link: &str) -> Done<Invitation> {
    let digest = digest(db, link);
    let Some(found) = store::by_digest(&mut db.read().await?.on(), &digest).await? else {
        return Ok(Err(Ended::Unknown));
    };
    if let Err(ended) = found.usable(visit.now) {
        return Ok(Err(ended));
    }
    let by = roles::of_user(&mut db.read().await?.on(), &found.account, &found.invited_by).await?;
    Ok(match by {
        Some(by) if backs(by.effective(), &found) => Ok(found),
        _ => Err(Ended::NotBacked),
    })
}

/// Whether somebody who holds `by` may still give what was promised.
fn backs(by: PermissionSet, of: &Invitation) -> bool {
    by.has(Permission::StaffManage) && rules::give(by, of.gives).is_ok()
}

/// How an acceptance by somebody new went.
#[derive(Debug)]
pub enum Welcome {
    /// They belong to the account.
    Joined(Joined),
    /// The link is not good any more.
    Ended(Ended),
    /// Too many tries; seconds to wait.
    Wait(u32),
}

/// Somebody new accepts and gets a password of their own.
///
/// # Errors
/// Faults of the store.
pub async fn by_somebody_new(
    db: &Db,
    hasher: &Hasher,
    visit: &Visit,
    link: &str,
    (name, password): (String, Password),
) -> Result<Welcome> {
    // The hash is costly, and a link can be sent many times at once.
    let counters = Counters::new(db, &visit.origin, &format!("invitation {}", digest(db, link)));
    if let Some(seconds) = counters.attempt(db, visit.now).await? {
        return Ok(Welcome::Wait(seconds));
    }
    let hash = hasher.hash(password, db.world().entropy()).await?;
    Ok(match accept(db, visit, link, Who::New { name, hash }).await? {
        Ok(joined) => {
            counters.succeed(db).await?;
            Welcome::Joined(joined)
        }
        Err(ended) => Welcome::Ended(ended),
    })
}

/// Somebody known accepts, who has shown that they are `user`. Anybody else than whom it is for is refused.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody else; faults of the store. The inner error: why the link is not good.
pub async fn by_somebody_known(db: &Db, visit: &Visit, link: &str, user: &UserId, name: &str) -> Done<Joined> {
    accept(db, visit, link, Who::Known { user: user.clone(), name: name.to_owned() }).await
}

async fn accept(db: &Db, visit: &Visit, link: &str, who: Who) -> Done<Joined> {
    let of = match look_up(db, visit, link).await? {
        Ok(found) => found,
        Err(ended) => return Ok(Err(ended)),
    };
    let Some(mut granting) = Granting::begin_on_behalf(db, &of.account, &of.invited_by).await? else {
        return Ok(Err(Ended::NotBacked));
    };
    // Read again: from here on nobody else changes what people of the account may do.
    let digest = digest(db, link);
    let Some(of) = store::by_digest(&mut granting.on(), &digest).await? else { return Ok(Err(Ended::Unknown)) };
    if let Err(ended) = of.usable(visit.now) {
        return Ok(Err(ended));
    }
    if !backs(granting.holds(), &of) {
        return Ok(Err(Ended::NotBacked));
    }
    if !store::accept(&mut granting.on(), &digest, visit.now).await? {
        return Ok(Err(Ended::Used));
    }
    let Some((user, name, added)) = seat(db, &mut granting, visit, &of, who).await? else {
        return Ok(Err(Ended::Used));
    };
    let member = NewStaff { account: &of.account, user: &user, role: &of.role, name: &name, email: &of.email };
    match staff::add(&mut granting.on(), db.world().entropy(), &member, visit.now).await {
        Err(DbError::Unique) => return Ok(Err(Ended::Belongs)),
        other => other?,
    };
    let doer = Doer { kind: "staff", id: Some(user.to_string()), name };
    let accepted = OfInvitation::new(&of, What::Accepted);
    let added = added.as_ref().map(|added| added as &dyn Change);
    let changes: Vec<&dyn Change> = std::iter::once(&accepted as &dyn Change).chain(added).collect();
    granting.commit_as(&doer, visit.now, &visit.origin, &changes).await?;
    Ok(Ok(Joined { user, account: of.account }))
}

/// Who accepts, as a row: their id, name, and the trace of having been made. `None`: somebody signs in with the address meanwhile.
async fn seat(
    db: &Db,
    granting: &mut Granting,
    visit: &Visit,
    of: &Invitation,
    who: Who,
) -> Result<Option<(UserId, String, Option<OfUser>)>> {
    match who {
        Who::Known { user, name } if of.known.as_ref() == Some(&user) => Ok(Some((user, name, None))),
        Who::Known { .. } => Err(AppError::Forbidden),
        Who::New { .. } if of.known.is_some() => Ok(None),
        Who::New { name, hash } => {
            let email = Email { text: of.email.clone(), key: of.email_key.clone() };
            let user = UserId::new(visit.now, db.world().entropy());
            let row = NewUser { id: &user, email: &email, name: &name, hash: &hash };
            match users::add(&mut granting.on(), &row, visit.now).await {
                Err(DbError::Unique) => return Ok(None),
                other => other?,
            }
            let added = OfUser { user: user.clone(), name: name.clone(), change: UserChange::Added };
            Ok(Some((user, name, Some(added))))
        }
    }
}
