//! What people can do with endpoints: permit, then rule, then store, in one transaction with its trace.

pub mod create;
pub mod deliveries;
pub mod life;
pub mod secret;

use super::change::{OfEndpoint, What};
use super::model::{Endpoint, Refused};
use super::store::changes::{self, At};
use super::store::endpoints;
use crate::authz::{Permit, StaffMember};
use crate::db::{Db, DbError, On, WriteTx};
use crate::error::AppError;
use crate::ids::EndpointId;
use crate::web::once::Sender;

/// A signing secret was made and waits to be shown once.
#[derive(Debug, Clone)]
pub struct Made {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Whether this form was sent before; then nothing new was made.
    pub again: bool,
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum Trouble {
    /// There is no such endpoint, integration or delivery in this account.
    NotFound,
    /// It was changed meanwhile; what it is now.
    Stale(Box<Endpoint>),
    /// Its state does not allow it.
    Refused(Refused),
    /// The form was sent before and said something else; the host of what it made then.
    SentBefore(String),
    /// The store could not do it.
    App(AppError),
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Self::App(error.into())
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// The outcome of a command.
pub type Done<T> = std::result::Result<T, Trouble>;

fn staff<A>(permit: &Permit<A>) -> Done<&StaffMember> {
    permit.staff().map(AsRef::as_ref).ok_or(Trouble::App(AppError::Forbidden))
}

fn sender<'a, A>(permit: &'a Permit<A>, staff: &'a StaffMember, purpose: &'a str, content: &'a str) -> Sender<'a> {
    Sender { account: permit.account(), user: &staff.user, purpose, content, now: permit.now() }
}

fn at<'a, A>(permit: &'a Permit<A>, id: &'a EndpointId) -> At<'a> {
    At { account: permit.account(), id, now: permit.now() }
}

fn used_elsewhere() -> Trouble {
    let why = "This form was sent before, for something else. Nothing was changed. Open it anew.";
    Trouble::App(AppError::Conflict(why.to_owned()))
}

fn again(subject: &str) -> Done<Made> {
    let endpoint = subject.parse().map_err(|_| AppError::internal("a form's key names no endpoint"))?;
    Ok(Made { endpoint, again: true })
}

/// The endpoint, which must be there.
async fn found<A>(on: &mut On<'_>, permit: &Permit<A>, id: &EndpointId) -> Done<Endpoint> {
    endpoints::find(on, permit.account(), id).await?.ok_or(Trouble::NotFound)
}

/// Takes the endpoint for this transaction and reads it, if nobody changed it since `version` was seen.
async fn taken<A>(tx: &mut WriteTx, permit: &Permit<A>, id: &EndpointId, version: i64) -> Done<Endpoint> {
    let same = changes::take(&mut tx.on(), at(permit, id), version).await?;
    let endpoint = found(&mut tx.on(), permit, id).await?;
    if same { Ok(endpoint) } else { Err(Trouble::Stale(Box::new(endpoint))) }
}

/// Changes one endpoint that is still as it was seen, and leaves the trace that `change` tells.
async fn step<A>(
    db: &Db,
    permit: &Permit<A>,
    (id, version): (&EndpointId, i64),
    change: impl AsyncFnOnce(&mut On<'_>, &Endpoint) -> Done<What>,
) -> Done<()> {
    staff(permit)?;
    let mut tx = db.write().await?;
    let of = taken(&mut tx, permit, id, version).await?;
    let what = change(&mut tx.on(), &of).await?;
    tx.commit(permit, &[&OfEndpoint::new(&of, what)]).await?;
    Ok(())
}
