//! Who may do what: the one place that decides, anew for each request.

mod permission;
pub mod rules;

pub use permission::{Lab, Module, Permission, PermissionSet};
pub use rules::Rule;

use crate::ids::{AccountId, IntegrationId, RequestId, RoleId, StaffId, TokenId, UserId};
use crate::world::{Span, Timestamp};
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;

/// How long a sign-in counts as fresh for actions marked `SUDO`.
pub const SUDO_WINDOW: Span = Span::minutes(15);

/// An account as the actor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRef {
    /// Its id; `locationId` on API v2.
    pub id: AccountId,
    /// Its name.
    pub name: String,
}

/// A signed-in person in one account, with what they may do at this moment.
#[derive(Debug, Clone)]
pub struct StaffMember {
    /// The membership.
    pub id: StaffId,
    /// The person.
    pub user: UserId,
    /// The account of this session.
    pub account: AccountRef,
    /// The person's name.
    pub name: String,
    /// The person's e-mail address.
    pub email: String,
    /// The name of their role.
    pub role: String,
    /// Their role.
    pub role_id: RoleId,
    /// What they effectively hold.
    pub permissions: PermissionSet,
    /// The labs that are on in the account.
    pub labs: Vec<Lab>,
    /// The other accounts that the person may work in, by name.
    pub others: Vec<AccountRef>,
    /// When they last confirmed who they are in this session, by password or code.
    pub authenticated_at: Timestamp,
    /// What their form tokens are bound to; a fresh one for each session.
    pub seed: String,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// Whether they must set one up before they do anything else in this account.
    pub needs_second_factor: bool,
}

/// Software that calls API v2 with a live token.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The integration.
    pub integration: IntegrationId,
    /// Its name.
    pub name: String,
    /// The token that was presented.
    pub token: TokenId,
    /// The token's account.
    pub account: AccountRef,
    /// What it may do: scopes that the catalogue knows.
    pub scopes: Vec<String>,
}

/// Who does it.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A person in the console.
    Staff(Arc<StaffMember>),
    /// Software on API v2.
    Integration(Arc<Caller>),
    /// Whoever runs the binary, on the command line, for one account.
    Operator(AccountRef),
    /// A due job, for one account.
    System(AccountRef),
}

impl Actor {
    /// The person, when it is one.
    #[must_use]
    pub fn staff(&self) -> Option<&Arc<StaffMember>> {
        match self {
            Self::Staff(staff) => Some(staff),
            _ => None,
        }
    }

    /// The account that it acts in.
    #[must_use]
    pub fn account(&self) -> &AccountRef {
        match self {
            Self::Staff(staff) => &staff.account,
            Self::Integration(caller) => &caller.account,
            Self::Operator(account) | Self::System(account) => account,
        }
    }
}

/// What a person needs for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonNeeds {
    /// No person may do it.
    Never,
    /// Being signed in is enough.
    SignedIn,
    /// This permission.
    Needs(Permission),
}

/// What a token needs for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenNeeds {
    /// No token may do it.
    Never,
    /// Any live token may.
    AnyLive,
    /// This scope.
    Needs(&'static str),
}

/// Something that can be done, and what it takes. Deny is the default: each constant must be stated.
pub trait Action: 'static {
    /// The name in the access matrix and in logs.
    const NAME: &'static str;
    /// What a person needs.
    const PERM: PersonNeeds;
    /// What a token needs.
    const SCOPE: TokenNeeds;
    /// The lab that must be on; it binds people, not tokens.
    const LAB: Option<Lab>;
    /// Whether password or code must have been given within [`SUDO_WINDOW`].
    const SUDO: bool;
    /// Whether it is open to somebody who must set up a second factor first: only what leads there or away.
    const BEFORE_SECOND_FACTOR: bool = false;
}

/// Declares actions: `Name: person, token, lab, sudo;` with a doc line each; `, true` behind it for what is open
/// [before the second factor](Action::BEFORE_SECOND_FACTOR).
#[macro_export]
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $perm:expr, $scope:expr, $lab:expr, $sudo:literal $(, $before:literal)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;
        impl $crate::authz::Action for $name {
            const NAME: &'static str = stringify!($name);
            const PERM: $crate::authz::PersonNeeds = $perm;
            const SCOPE: $crate::authz::TokenNeeds = $scope;
            const LAB: Option<$crate::authz::Lab> = $lab;
            const SUDO: bool = $sudo;
            $(const BEFORE_SECOND_FACTOR: bool = $before;)?
        }
    )*};
}

/// From where a request came; goes into the journal. Empty for the command line and for jobs.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The peer's address, or the one a trusted proxy names.
    pub address: Option<String>,
    /// The client's own name, at most 200 printable characters.
    pub agent: Option<String>,
    /// The request.
    pub request: Option<RequestId>,
    /// Whether the request holds an idempotency key, which its change then has to mark.
    pub reserved: bool,
}

impl Origin {
    /// Whose address it is: an IPv6 client owns all of its /64, so that is what is counted.
    #[must_use]
    pub fn network(&self) -> String {
        let address = self.address.as_deref().unwrap_or("");
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V6(v6)) => match v6.to_ipv4_mapped() {
                Some(v4) => v4.to_string(),
                None => format!("{:x}/64", v6.to_bits() >> 64),
            },
            _ => address.to_owned(),
        }
    }
}

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The lab is off: there is no such page.
    LabOff,
    /// The person lacks this permission.
    Lacks(Permission),
    /// The token lacks this scope.
    LacksScope(&'static str),
    /// The password was given too long ago.
    Stale,
    /// They must set up a second factor first.
    NeedsSecondFactor,
    /// This kind of actor never may.
    Never,
}

/// Proof that [`decide`] said yes to `A` for this actor, in this account, at this instant.
#[derive(Debug)]
pub struct Permit<A> {
    actor: Actor,
    now: Timestamp,
    origin: Origin,
    action: PhantomData<fn() -> A>,
}

impl<A> Permit<A> {
    /// Who may.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
    /// The account that everything done with this permit belongs to.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.actor.account().id
    }
    /// The instant of the request.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
    /// From where.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
    /// The person, when it is one.
    #[must_use]
    pub fn staff(&self) -> Option<&Arc<StaffMember>> {
        self.actor.staff()
    }
}

/// Decides whether `actor` may do `A` at `now`.
///
/// # Errors
/// The first reason against it: a second factor that is missing, then labs, so that a page that is switched off does not show
/// whom it would refuse.
pub fn decide<A: Action>(actor: &Actor, now: Timestamp, origin: &Origin) -> Result<Permit<A>, Denied> {
    waits_for_second_factor::<A>(actor)?;
    allows(actor, A::PERM, A::SCOPE, A::LAB)?;
    if let (true, Actor::Staff(staff)) = (A::SUDO, actor)
        && !(Span::millis(0)..SUDO_WINDOW).contains(&now.since(staff.authenticated_at))
    {
        return Err(Denied::Stale);
    }
    Ok(Permit { actor: actor.clone(), now, origin: origin.clone(), action: PhantomData })
}

/// Whether `actor` could do `A` apart from the freshness of the password; for controls and navigation.
#[must_use]
pub fn may<A: Action>(actor: &Actor) -> bool {
    waits_for_second_factor::<A>(actor).is_ok() && allows(actor, A::PERM, A::SCOPE, A::LAB).is_ok()
}

fn waits_for_second_factor<A: Action>(actor: &Actor) -> Result<(), Denied> {
    match actor {
        Actor::Staff(staff) if staff.needs_second_factor && !A::BEFORE_SECOND_FACTOR => Err(Denied::NeedsSecondFactor),
        _ => Ok(()),
    }
}

fn allows(actor: &Actor, person: PersonNeeds, token: TokenNeeds, lab: Option<Lab>) -> Result<(), Denied> {
    match actor {
        Actor::Staff(staff) => {
            if lab.is_some_and(|lab| !staff.labs.contains(&lab)) {
                return Err(Denied::LabOff);
            }
            match person {
                PersonNeeds::Never => Err(Denied::Never),
                PersonNeeds::SignedIn => Ok(()),
                PersonNeeds::Needs(permission) if staff.permissions.has(permission) => Ok(()),
                PersonNeeds::Needs(permission) => Err(Denied::Lacks(permission)),
            }
        }
        Actor::Integration(caller) => match token {
            TokenNeeds::Never => Err(Denied::Never),
            TokenNeeds::AnyLive => Ok(()),
            TokenNeeds::Needs(scope) if caller.scopes.iter().any(|held| held == scope) => Ok(()),
            TokenNeeds::Needs(scope) => Err(Denied::LacksScope(scope)),
        },
        Actor::Operator(_) | Actor::System(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    #[test]
    fn ipv6_counts_by_its_network() {
        let network = |address: &str| Origin { address: Some(address.to_owned()), ..Origin::default() }.network();
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
