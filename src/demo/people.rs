//! The account and its staff, each with a password that was made for this database alone.

use super::shown::SignIn;
use super::store;
use crate::accounts::{self, AccountAdded};
use crate::authz::{Lab, Origin};
use crate::db::journal::Doer;
use crate::db::{Db, OpenError};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, RoleId, UserId};
use crate::roles::Builtin;
use crate::staff;
use crate::users::change::{OfUser, UserChange};
use crate::users::hashing::Hasher;
use crate::users::model::{Email, Password};
use crate::users::store::{self as users, NewUser};
use crate::world::{Entropy, Span, Timestamp};
use futures_util::future::try_join_all;

/// The account's name.
pub const ACCOUNT: &str = "Harbor & Pine";

const WORDS: &str = include_str!("words.txt");
/// How many words a password has; each adds eight bits.
const LENGTH: usize = 5;

/// Somebody of the staff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Maren,
    Ada,
    Jonas,
    Ilse,
    Tom,
}

impl Who {
    // In the order in which they came.
    const ALL: [Self; 5] = [Self::Maren, Self::Ada, Self::Jonas, Self::Ilse, Self::Tom];

    const fn name(self) -> &'static str {
        match self {
            Self::Maren => "Maren Holt",
            Self::Ada => "Ada Quist",
            Self::Jonas => "Jonas Pell",
            Self::Ilse => "Ilse Brandt",
            Self::Tom => "Tom Reyes",
        }
    }

    const fn email(self) -> &'static str {
        match self {
            Self::Maren => "maren@harborandpine.example",
            Self::Ada => "ada@harborandpine.example",
            Self::Jonas => "jonas@harborandpine.example",
            Self::Ilse => "ilse@harborandpine.example",
            Self::Tom => "tom@harborandpine.example",
        }
    }

    const fn role(self) -> Builtin {
        match self {
            Self::Tom => Builtin::User,
            _ => Builtin::Admin,
        }
    }

    const fn came(self) -> Span {
        match self {
            Self::Maren => Span::days(270),
            Self::Ada => Span::days(269),
            Self::Jonas => Span::days(268),
            Self::Ilse => Span::days(266),
            Self::Tom => Span::days(265),
        }
    }

    // Addresses that are reserved for examples.
    const fn address(self) -> &'static str {
        match self {
            Self::Maren | Self::Ada => "192.0.2.14",
            Self::Jonas => "192.0.2.31",
            _ => "198.51.100.52",
        }
    }
}

struct Member {
    who: Who,
    user: UserId,
    password: String,
}

/// The account with its staff, as a story needs them.
pub struct Cast {
    /// The account.
    pub account: AccountId,
    members: Vec<Member>,
}

impl Cast {
    /// The person's user id; empty for somebody who is not there.
    pub fn id(&self, who: Who) -> &str {
        self.members.iter().find(|member| member.who == who).map_or("", |member| member.user.as_str())
    }

    /// The person as the journal names them, and where they sit.
    pub fn doer(&self, who: Who) -> (Doer, Origin) {
        let doer = Doer { kind: "staff", id: Some(self.id(who).to_owned()), name: who.name().to_owned() };
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        (doer, Origin { address: Some(who.address().to_owned()), agent: Some(agent.to_owned()), ..Origin::default() })
    }

    /// How everybody signs in, the first admin first.
    pub fn shown(&self) -> Vec<SignIn> {
        let shown = |member: &Member| SignIn {
            name: member.who.name(),
            email: member.who.email().to_owned(),
            password: member.password.clone(),
            role: member.who.role().name(),
        };
        self.members.iter().map(shown).collect()
    }
}

/// Makes the account and its staff.
pub async fn hire(db: &Db, now: Timestamp) -> Result<Cast> {
    if store::has_accounts(&mut db.read().await?.on()).await? {
        return Err(AppError::Conflict(OpenError::NotEmpty.to_string()));
    }
    let (entropy, hasher) = (db.world().entropy(), Hasher::new());
    let passwords = Who::ALL.map(|who| passphrase(who, entropy));
    let work = passwords.iter().map(|text| hasher.hash(Password::typed(text), entropy));
    let done = try_join_all(work).await?;
    let mut cast: Option<(Cast, accounts::Made)> = None;
    for ((who, password), hash) in Who::ALL.into_iter().zip(passwords).zip(done) {
        let at = now.minus(who.came());
        let member = Member { who, user: UserId::new(at, entropy), password };
        match &mut cast {
            None => {
                let made = found(db, &member, &hash, at).await?;
                cast = Some((Cast { account: made.account.clone(), members: vec![member] }, made));
            }
            Some((cast, made)) => {
                join(db, made, &member, &hash, at).await?;
                cast.members.push(member);
            }
        }
    }
    cast.map(|(cast, _)| cast).ok_or_else(|| AppError::internal("the demo has no staff"))
}

/// The first admin makes the account, as on the setup page.
async fn found(db: &Db, member: &Member, hash: &str, at: Timestamp) -> Result<accounts::Made> {
    let entropy = db.world().entropy();
    let mut tx = db.write().await?;
    let made = accounts::add(&mut tx.on(), entropy, (ACCOUNT, Lab::ALL), at).await?;
    add(&mut tx.on(), entropy, (&made.account, &made.admin), (member, hash), at).await?;
    let name = member.who.name().to_owned();
    let doer = Doer { kind: "staff", id: Some(member.user.to_string()), name: name.clone() };
    let account = AccountAdded { account: made.account.clone(), name: ACCOUNT.to_owned() };
    let added = OfUser { user: member.user.clone(), name, change: UserChange::Added };
    tx.commit_as(&doer, Some(&made.account), at, &Origin::default(), &[&account, &added]).await?;
    Ok(made)
}

/// Everybody else comes through the operator, as with `admin create`.
async fn join(db: &Db, made: &accounts::Made, member: &Member, hash: &str, at: Timestamp) -> Result<()> {
    let mut tx = db.write().await?;
    let role = if member.who.role() == Builtin::Admin { &made.admin } else { &made.user };
    add(&mut tx.on(), db.world().entropy(), (&made.account, role), (member, hash), at).await?;
    let name = member.who.name().to_owned();
    let added = OfUser { user: member.user.clone(), name, change: UserChange::Added };
    Ok(tx.commit_as(&Doer::operator(), Some(&made.account), at, &Origin::default(), &[&added]).await?)
}

async fn add(
    on: &mut crate::db::On<'_>,
    entropy: &dyn Entropy,
    (account, role): (&AccountId, &RoleId),
    (member, hash): (&Member, &str),
    at: Timestamp,
) -> Result<()> {
    let email = Email::parse(member.who.email()).map_err(AppError::internal)?;
    let row = NewUser { id: &member.user, email: &email, name: member.who.name(), hash };
    users::add(on, &row, at).await?;
    let (name, email) = (member.who.name(), member.who.email());
    let new = staff::NewStaff { account, user: &member.user, role, name, email };
    staff::add(on, entropy, &new, at).await?;
    Ok(())
}

/// Words by chance, once more when the rule for passwords refuses them.
fn passphrase(who: Who, entropy: &dyn Entropy) -> String {
    let words: Vec<&str> = WORDS.lines().collect();
    loop {
        let chosen: Vec<&str> =
            entropy.bytes::<LENGTH>().iter().filter_map(|byte| words.get(usize::from(*byte)).copied()).collect();
        let text = chosen.join("-");
        if Password::choose(&text, &["Progreda", ACCOUNT, who.name(), who.email()]).is_ok() {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FixedEntropy;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_256_words_and_passwords_differ() {
        let words: BTreeSet<&str> = WORDS.lines().collect();
        assert_eq!((words.len(), WORDS.lines().count()), (256, 256));
        assert!(words.iter().all(|word| word.len() >= 3 && word.chars().all(|c| c.is_ascii_lowercase())));
        let entropy = FixedEntropy::default();
        let made: BTreeSet<String> = Who::ALL.iter().map(|who| passphrase(*who, &entropy)).collect();
        assert_eq!(made.len(), Who::ALL.len());
    }
}
