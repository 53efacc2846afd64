//! Links for a new password: what each is good for, and setting the password. Who gets one never sees or chooses the password of another.
//!
//! See docs/decisions/0011-who-may-hold-a-reset-link.md.

pub mod asked;
mod setting;
mod start;

pub(super) use setting::end_links;
pub use setting::{Set, set};
pub use start::{candidate, may_be_shown, start};

use crate::authz::{Permission, PermissionSet, rules};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::{AccountId, StaffId, UserId};
use crate::keys::{Purpose, hex};
use crate::roles::{self, Rights};
use crate::users::store::resets::{self, Reset};
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
    /// The person, by mail, because they asked for it.
    Asked,
    /// Whoever runs the binary, to hand it over.
    Operator,
}

impl Way {
    /// A link says which way it went, and its keyed hash holds that: nobody turns one into the other.
    const fn mark(self) -> &'static str {
        match self {
            Self::Mail => "m",
            Self::Hand => "h",
            Self::Asked => "a",
            Self::Operator => "o",
        }
    }

    fn of(link: &str) -> Option<Self> {
        [Self::Mail, Self::Hand, Self::Asked, Self::Operator].into_iter().find(|way| link.starts_with(way.mark()))
    }

    /// Whether it goes by mail; else somebody hands it over.
    #[must_use]
    pub const fn is_mailed(self) -> bool {
        matches!(self, Self::Mail | Self::Asked)
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
    /// It is none of ours.
    Unknown,
    /// A newer one took its place.
    Newer,
    /// Its time is over.
    Expired,
    /// It was used, or the password was changed since.
    Used,
    /// Whoever started it may not any more, the person came to belong to another account, or they cannot sign in at present.
    NotBacked,
}

fn new_link(db: &Db, way: Way) -> String {
    format!("{}{}", way.mark(), hex(&db.world().entropy().bytes::<16>()))
}

fn digest(db: &Db, link: &str) -> String {
    db.keys().mac(Purpose::Names, format!("password reset {link}").as_bytes())
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
    if let Behind::Staff(starter) = Behind::of(&found)? {
        let by = roles::of_user(&mut reader.on(), &starter.account, &starter.by).await?;
        let of = roles::rights_of(&mut reader.on(), &starter.account, &starter.staff).await?;
        match (by, of) {
            (Some(by), Some(of)) if backs(by.effective(), &of) => {}
            _ => return Ok(Err(Dead::NotBacked)),
        }
    }
    Ok(Ok(found))
}

fn usable(found: &Reset, way: Way, now: Timestamp) -> std::result::Result<(), Dead> {
    if found.used_at.is_some() || found.password_changed_at > found.created_at {
        return Err(Dead::Used);
    }
    if found.ended_at.is_some() {
        return Err(Dead::Newer);
    }
    if now.millis() >= found.expires_at {
        return Err(Dead::Expired);
    }
    let barred = match found.started_by {
        Some(_) => found.staff_id.is_none() || (way == Way::Hand && found.elsewhere > 0),
        None => found.active_in.is_none(),
    };
    if barred { Err(Dead::NotBacked) } else { Ok(()) }
}

/// Whether somebody who holds `by` may still have the password of `of` reset.
fn backs(by: PermissionSet, of: &Rights) -> bool {
    by.has(Permission::StaffManage) && rules::touch(by, of.effective()).is_ok()
}

/// Whose word a link rests on.
enum Behind {
    /// That of somebody who manages staff: their rights are read again when it is used.
    Staff(Starter),
    /// Nobody's: the person asked for it, or the operator made it. The account takes the trace.
    Nobody(AccountId),
}

struct Starter {
    account: AccountId,
    by: UserId,
    staff: StaffId,
}

impl Behind {
    /// Of a link that is usable.
    fn of(found: &Reset) -> Result<Self> {
        let bad = |_| AppError::internal("a password reset has a malformed id");
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let Some(by) = &found.started_by else {
            return Ok(Self::Nobody(text(&found.active_in).parse().map_err(bad)?));
        };
        Ok(Self::Staff(Starter {
            account: text(&found.account_id).parse().map_err(bad)?,
            by: by.parse().map_err(bad)?,
            staff: text(&found.staff_id).parse().map_err(bad)?,
        }))
    }
}
