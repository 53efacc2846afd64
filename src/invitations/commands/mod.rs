//! What who manages staff can do with invitations: permit, then what they may give, then store, in one transaction with its trace.

pub mod accept;

use super::change::{OfInvitation, What};
use super::model::{Invitation, LINK_TIME, Offered};
use super::store::{self, Link, New};
use super::{ManageInvitations, ViewInvitations};
use crate::authz::{PermissionSet, Permit, StaffMember, rules};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, InvitationId};
use crate::keys::{Purpose, hex};
use crate::roles::{Builtin, Granting};
use crate::staff::{self, Role};
use crate::users::Email;
use crate::web::once::{self, Claim, OnceKey, Sender};

/// A link was made and waits to be shown once.
#[derive(Debug, Clone)]
pub struct Made {
    /// The invitation, as it was made.
    pub invitation: Invitation,
    /// The link's secret; none when this form was sent before, and nothing new was made.
    pub link: Option<String>,
}

/// Why nobody was invited, or no link was made.
#[derive(Debug)]
pub enum Refused {
    /// The account has no such role.
    Role,
    /// The account takes no addresses like this one.
    Address,
    /// The address belongs to somebody in the account.
    Belongs,
    /// An invitation for the address is there already.
    Waits(Box<Invitation>),
    /// The form was sent before and said something else; this is what it made then.
    SentBefore(Box<Invitation>),
    /// It was accepted or withdrawn meanwhile.
    Ended,
}

type Done<T> = Result<std::result::Result<T, Refused>>;

fn digest(db: &Db, link: &str) -> String {
    db.keys().mac(Purpose::Names, format!("invitation {link}").as_bytes())
}

fn person<A>(permit: &Permit<A>) -> Result<&StaffMember> {
    permit.staff().map(AsRef::as_ref).ok_or(AppError::Forbidden)
}

/// The account's invitations, those that wait first.
///
/// # Errors
/// Faults of the store.
pub async fn list(db: &Db, permit: &Permit<ViewInvitations>) -> Result<Vec<Invitation>> {
    Ok(store::list(&mut db.read().await?.on(), permit.account()).await?)
}

/// The account's invitation with this id.
///
/// # Errors
/// [`AppError::NotFound`], also for an id of another account or of no possible form.
pub async fn find(db: &Db, account: &AccountId, id: &str) -> Result<Invitation> {
    let id: InvitationId = id.parse().map_err(|_| AppError::NotFound)?;
    store::find(&mut db.read().await?.on(), account, &id).await?.ok_or(AppError::NotFound)
}

/// The roles that somebody who holds `by` may invite with.
///
/// # Errors
/// Faults of the store.
pub async fn offered(db: &Db, account: &AccountId, by: PermissionSet) -> Result<Vec<Offered>> {
    let mut reader = db.read().await?;
    let first = store::first_role(&mut reader.on(), account).await?;
    let is_first = |role: &Role| match &first {
        Some(first) => role.id.as_str() == first,
        None => role.name == Builtin::User.name(),
    };
    let roles = staff::roles(&mut reader.on(), account).await?;
    let offered = roles.into_iter().map(|role| Offered {
        first: is_first(&role),
        gives: gives(&role),
        id: role.id,
        name: role.name,
    });
    Ok(offered.filter(|role| rules::give(by, role.gives).is_ok()).collect())
}

fn gives(role: &Role) -> PermissionSet {
    PermissionSet::of(&role.permissions)
}

/// Invites `email` with a role of this id. The same form sent twice invites once.
///
/// # Errors
/// [`AppError::Rule`] when the role gives what they lack; faults of the store. The inner error: why not. Then nothing was made.
pub async fn invite(
    db: &Db,
    permit: &Permit<ManageInvitations>,
    (email, role): (&Email, &str),
    key: &OnceKey,
) -> Done<Made> {
    let (by, account, now) = (person(permit)?, permit.account(), permit.now());
    let (id, link) = (InvitationId::new(now, db.world().entropy()), hex(&db.world().entropy().bytes::<16>()));
    let mut granting = Granting::begin(db, permit).await?;
    let content = format!("{} {role}", email.key);
    let from = Sender { account, user: &by.user, purpose: "invite", content: &content, now };
    match once::claim(&mut granting.on(), db.keys(), key, from, id.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } => return Ok(Ok(Made { invitation: find(db, account, &subject).await?, link: None })),
        Claim::Other { subject } => {
            return Ok(Err(Refused::SentBefore(Box::new(find(db, account, &subject).await?))));
        }
        Claim::Elsewhere => return Err(used_elsewhere()),
    }
    let roles = staff::roles(&mut granting.on(), account).await?;
    let Some(role) = roles.into_iter().find(|known| known.id.as_str() == role) else { return Ok(Err(Refused::Role)) };
    rules::give(granting.holds(), gives(&role))?;
    if staff::by_email(&mut granting.on(), account, &email.key).await?.is_some() {
        return Ok(Err(Refused::Belongs));
    }
    if let Some(waiting) = store::waiting(&mut granting.on(), account, &email.key).await? {
        return Ok(Err(Refused::Waits(Box::new(waiting))));
    }
    let new = New { id: &id, account, email: (&email.text, &email.key), role: &role.id };
    let of_link = Link { digest: &digest(db, &link), by: &by.user, sent_at: now, expires_at: now.plus(LINK_TIME) };
    store::add(&mut granting.on(), &new, &of_link).await?;
    let made = store::find(&mut granting.on(), account, &id).await?.ok_or(AppError::NotFound)?;
    if !made.is_allowed {
        return Ok(Err(Refused::Address));
    }
    once::leave(&mut granting.on(), db.keys(), key, &link, now).await?;
    granting.commit(permit, &[&OfInvitation::new(&made, What::Sent)]).await?;
    Ok(Ok(Made { invitation: made, link: Some(link) }))
}

/// Makes a new link for an invitation that waits; the old one dies, and whoever does it vouches for it from now on.
///
/// # Errors
/// As [`invite`]; [`AppError::NotFound`].
pub async fn send_again(db: &Db, permit: &Permit<ManageInvitations>, id: &InvitationId, key: &OnceKey) -> Done<Made> {
    let (by, account, now) = (person(permit)?, permit.account(), permit.now());
    let link = hex(&db.world().entropy().bytes::<16>());
    let mut granting = Granting::begin(db, permit).await?;
    let of = store::find(&mut granting.on(), account, id).await?.ok_or(AppError::NotFound)?;
    let from = Sender { account, user: &by.user, purpose: "invite again", content: id.as_str(), now };
    match once::claim(&mut granting.on(), db.keys(), key, from, id.as_str()).await? {
        Claim::First => {}
        Claim::Again { .. } => return Ok(Ok(Made { invitation: of, link: None })),
        Claim::Other { .. } | Claim::Elsewhere => return Err(used_elsewhere()),
    }
    rules::give(granting.holds(), of.gives)?;
    if of.belongs {
        return Ok(Err(Refused::Belongs));
    }
    if !of.is_allowed {
        return Ok(Err(Refused::Address));
    }
    let of_link = Link { digest: &digest(db, &link), by: &by.user, sent_at: now, expires_at: now.plus(LINK_TIME) };
    if !store::renew(&mut granting.on(), account, id, &of_link).await? {
        return Ok(Err(Refused::Ended));
    }
    once::leave(&mut granting.on(), db.keys(), key, &link, now).await?;
    granting.commit(permit, &[&OfInvitation::new(&of, What::SentAgain)]).await?;
    let invitation = Invitation { sent_at: now, expires_at: now.plus(LINK_TIME), ..of };
    Ok(Ok(Made { invitation, link: Some(link) }))
}

fn used_elsewhere() -> AppError {
    AppError::Malformed("The form's single-use key was used for something else.")
}

/// Takes an invitation back: its link is dead from now on. Whether it waited until now.
///
/// # Errors
/// [`AppError::NotFound`]; faults of the store.
pub async fn withdraw(db: &Db, permit: &Permit<ManageInvitations>, id: &InvitationId) -> Result<bool> {
    let mut granting = Granting::begin(db, permit).await?;
    let of = store::find(&mut granting.on(), permit.account(), id).await?.ok_or(AppError::NotFound)?;
    if !store::withdraw(&mut granting.on(), permit.account(), id, permit.now()).await? {
        return Ok(false);
    }
    granting.commit(permit, &[&OfInvitation::new(&of, What::Withdrawn)]).await?;
    Ok(true)
}
