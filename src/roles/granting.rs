//! A change of what people may do: one at a time in an account, judged by what everybody holds at that moment.

use super::store::rights::{self, Rights};
use crate::authz::{Action, Actor, Origin, Permission, PermissionSet, Permit, PersonNeeds, Rule};
use crate::db::journal::{Change, Doer};
use crate::db::{Db, On, WriteTx};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, StaffId, UserId};
use crate::world::Timestamp;

/// Such a change under way. Dropped, it changes nothing.
pub struct Granting {
    tx: WriteTx,
    account: AccountId,
    by: Option<Rights>,
    had_keeper: bool,
}

impl Granting {
    /// Begins it for whoever has the permit. What they may do is read anew, since somebody may just have taken it from them.
    ///
    /// # Errors
    /// [`AppError::Lacks`] when they may not any more; faults of the store.
    pub async fn begin<A: Action>(db: &Db, permit: &Permit<A>) -> Result<Self> {
        let mut tx = Self::hold(db, permit.account()).await?;
        let by = match permit.actor() {
            Actor::Staff(staff) => {
                let by = rights::of(&mut tx.on(), permit.account(), &staff.id).await?;
                Some(by.filter(|by| by.disabled_at.is_none()).ok_or(AppError::Forbidden)?)
            }
            Actor::Operator(_) => None,
            Actor::Integration(_) | Actor::System(_) => return Err(AppError::Forbidden),
        };
        if let (Some(by), PersonNeeds::Needs(permission)) = (&by, A::PERM)
            && !by.effective().has(permission)
        {
            return Err(AppError::Lacks(permission));
        }
        Self::with(tx, permit.account(), by).await
    }

    /// The same for whoever runs the binary.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such account; faults of the store.
    pub async fn begin_as_operator(db: &Db, account: &AccountId) -> Result<Self> {
        let tx = Self::hold(db, account).await?;
        Self::with(tx, account, None).await
    }

    /// The same for what somebody has begun and another finishes: judged by what `user` holds now. `None`: they cannot sign in
    /// to the account any more.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such account; faults of the store.
    pub async fn begin_on_behalf(db: &Db, account: &AccountId, user: &UserId) -> Result<Option<Self>> {
        let mut tx = Self::hold(db, account).await?;
        match rights::of_user(&mut tx.on(), account, user).await? {
            Some(by) => Ok(Some(Self::with(tx, account, Some(by)).await?)),
            None => Ok(None),
        }
    }

    async fn hold(db: &Db, account: &AccountId) -> Result<WriteTx> {
        let mut tx = db.write().await?;
        if !rights::hold(&mut tx.on(), account).await? {
            return Err(AppError::NotFound);
        }
        Ok(tx)
    }

    async fn with(mut tx: WriteTx, account: &AccountId, by: Option<Rights>) -> Result<Self> {
        let had_keeper = rights::has_keeper(&mut tx.on(), account).await?;
        Ok(Self { tx, account: account.clone(), by, had_keeper })
    }

    /// The transaction's connection.
    pub fn on(&mut self) -> On<'_> {
        self.tx.on()
    }

    /// What whoever does it effectively holds at this moment; the operator holds everything.
    #[must_use]
    pub fn holds(&self) -> PermissionSet {
        self.by.as_ref().map_or_else(|| PermissionSet::of(Permission::ALL), Rights::effective)
    }

    /// Who does it, when it is a person.
    #[must_use]
    pub fn by(&self) -> Option<&Rights> {
        self.by.as_ref()
    }

    /// The account's member with this id, as they stand now; never whoever does it.
    ///
    /// # Errors
    /// [`AppError::NotFound`], [`Rule::Oneself`]; faults of the store.
    pub async fn other(&mut self, staff: &StaffId) -> Result<Rights> {
        let account = self.account.clone();
        let of = rights::of(&mut self.tx.on(), &account, staff).await?.ok_or(AppError::NotFound)?;
        if self.by.as_ref().is_some_and(|by| by.staff == of.staff) {
            return Err(Rule::Oneself.into());
        }
        Ok(of)
    }

    /// Ends it, with its traces, unless nobody would be left who keeps the account.
    ///
    /// # Errors
    /// [`Rule::LastKeeper`]; faults of the store. Then nothing was changed.
    pub async fn commit<A>(mut self, permit: &Permit<A>, changes: &[&dyn Change]) -> Result<()> {
        self.keep().await?;
        Ok(self.tx.commit(permit, changes).await?)
    }

    /// The same for whoever runs the binary.
    ///
    /// # Errors
    /// As [`Granting::commit`].
    pub async fn commit_as_operator(self, now: Timestamp, changes: &[&dyn Change]) -> Result<()> {
        self.commit_as(&Doer::operator(), now, &Origin::default(), changes).await
    }

    /// The same for `doer`, who finishes it.
    ///
    /// # Errors
    /// As [`Granting::commit`].
    pub async fn commit_as(
        mut self,
        doer: &Doer,
        now: Timestamp,
        origin: &Origin,
        changes: &[&dyn Change],
    ) -> Result<()> {
        self.keep().await?;
        Ok(self.tx.commit_as(doer, Some(&self.account), now, origin, changes).await?)
    }

    async fn keep(&mut self) -> Result<()> {
        let account = self.account.clone();
        match self.had_keeper && !rights::has_keeper(&mut self.tx.on(), &account).await? {
            true => Err(Rule::LastKeeper.into()),
            false => Ok(()),
        }
    }
}
