//! What people can do with private integrations: permit, then rule, then store, in one transaction with its trace.

mod deletion;

pub use deletion::delete;

use super::change::{OfIntegration, What, ended_hints};
use super::model::{Details, Extension, Facts, Overlap, Refused, Step};
use super::scopes::ScopeSet;
use super::secret::{self, PlainSecret};
use super::store::write::{self, Writer};
use super::store::{self, Integration};
use super::{
    CancelRotation, CreateIntegration, EditIntegration, ExpireOutgoing, ExtendOverlap, PauseIntegration, RevealToken,
    RotateToken, WidenScopes,
};
use crate::authz::{Permit, StaffMember};
use crate::db::journal::Unlogged;
use crate::db::{Db, DbError, WriteTx};
use crate::error::{AppError, Result};
use crate::ids::{IntegrationId, TokenId};
use crate::web::once::{self, Claim, OnceKey, Sender};
use crate::webhooks;
use serde_json::json;
use zeroize::Zeroizing;

/// What a form of an integration says, read once.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Name and description.
    pub details: Details,
    /// Scopes; at least one.
    pub scopes: ScopeSet,
}

/// A token was made and waits to be shown once.
#[derive(Debug, Clone)]
pub struct Made {
    /// The integration.
    pub integration: IntegrationId,
    /// Whether this form was sent before; then nothing new was made.
    pub again: bool,
}

/// Why nothing was changed.
#[derive(Debug)]
pub enum Trouble {
    /// There is no such integration in this account.
    NotFound,
    /// Another live integration has this name.
    NameTaken,
    /// It was changed meanwhile; what it is now.
    Stale(Box<Integration>),
    /// Its state does not allow it.
    Refused(Refused),
    /// The form was sent before and said something else; the name of what it made then.
    SentBefore(String),
    /// It would give a right, which takes the permit for that.
    Unconfirmed,
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

/// How a rotation treats the present token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// It works on for the overlap.
    Later(Overlap),
    /// It dies at once, and so does an outgoing one.
    Now,
}

impl Rotation {
    const fn content(self) -> &'static str {
        match self {
            Self::Later(overlap) => overlap.code(),
            Self::Now => "now",
        }
    }
}

type Done<T> = std::result::Result<T, Trouble>;

fn staff<A>(permit: &Permit<A>) -> Done<&StaffMember> {
    permit.staff().map(AsRef::as_ref).ok_or(Trouble::App(AppError::Forbidden))
}

fn writer<'a, A>(permit: &'a Permit<A>, staff: &'a StaffMember) -> Writer<'a> {
    Writer { account: permit.account(), by: staff.user.as_str(), now: permit.now() }
}

fn sender<'a, A>(permit: &'a Permit<A>, staff: &'a StaffMember, purpose: &'a str, content: &'a str) -> Sender<'a> {
    Sender { account: permit.account(), user: &staff.user, purpose, content, now: permit.now() }
}

impl Draft {
    /// All of it in one text; only the last part may have lines.
    fn content(&self) -> String {
        format!("{}\n{}\n{}", self.details.name(), self.scopes.to_stored(), self.details.description())
    }
}

/// Makes an integration with its first token. The same form sent twice makes one, and both answers lead to it.
///
/// # Errors
/// See [`Trouble`]; then nothing was made.
pub async fn create(db: &Db, permit: &Permit<CreateIntegration>, draft: &Draft, key: &OnceKey) -> Done<Made> {
    let person = staff(permit)?;
    let id = IntegrationId::new(permit.now(), db.world().entropy());
    let mut tx = db.write().await?;
    let content = draft.content();
    let from = sender(permit, person, "create", &content);
    match once::claim(&mut tx.on(), db.keys(), key, from, id.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } => return again(&subject),
        Claim::Other { subject } => {
            let made = again(&subject)?.integration;
            let made = store::find(&mut tx.on(), permit.account(), &made).await?.ok_or(Trouble::NotFound)?;
            return Err(Trouble::SentBefore(made.name));
        }
        Claim::Elsewhere => return Err(used_elsewhere()),
    }
    let as_writer = writer(permit, person);
    match write::add(&mut tx.on(), as_writer, &id, &draft.details, &draft.scopes).await {
        Err(DbError::Unique) => return Err(Trouble::NameTaken),
        other => other?,
    }
    let hint = new_token(&mut tx, db, as_writer, &id, key).await?;
    let what =
        What::Created { scopes: draft.scopes.clone(), description: draft.details.description().to_owned(), hint };
    let change = OfIntegration { id: id.clone(), name: draft.details.name().to_owned(), what };
    tx.commit(permit, &[&change]).await?;
    Ok(Made { integration: id, again: false })
}

fn used_elsewhere() -> Trouble {
    let why = "This form was sent before, for something else. Nothing was changed. Open it anew.";
    Trouble::App(AppError::Conflict(why.to_owned()))
}

fn again(subject: &str) -> Done<Made> {
    let integration = subject.parse().map_err(|_| AppError::internal("a form's key names no integration"))?;
    Ok(Made { integration, again: true })
}

/// Makes the new current token and leaves it in the sealed note; its hint.
async fn new_token(tx: &mut WriteTx, db: &Db, writer: Writer<'_>, id: &IntegrationId, key: &OnceKey) -> Done<String> {
    let entropy = db.world().entropy();
    let (secret, token) = (PlainSecret::generate(entropy), TokenId::new(writer.now, entropy));
    write::add_token(&mut tx.on(), writer, id, (&token, &secret)).await?;
    let hint = secret.hint();
    once::leave(&mut tx.on(), db.keys(), key, &secret.reveal_once(), writer.now).await?;
    Ok(hint)
}

/// Changes name, description and scopes; its tokens stay as they are. Whether anything was changed.
/// A scope that it did not hold is a right that is given: that takes `widening` too.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn update(
    db: &Db,
    permit: &Permit<EditIntegration>,
    widening: Option<&Permit<WidenScopes>>,
    id: &IntegrationId,
    version: i64,
    draft: &Draft,
) -> Done<bool> {
    let person = staff(permit)?;
    let mut tx = db.write().await?;
    let before = store::find(&mut tx.on(), permit.account(), id).await?.ok_or(Trouble::NotFound)?;
    before.facts.may_update()?;
    let describe = |name: &str, description: &str, scopes: &ScopeSet| json!({ "name": name, "description": description, "scopes": scopes.ids().collect::<Vec<_>>() });
    let was = describe(&before.name, &before.description, &before.scopes);
    let now = describe(draft.details.name(), draft.details.description(), &draft.scopes);
    // Not left to the write below: it may wait for somebody else's, and then be about a version that nobody looked at here.
    if before.version != version {
        return Err(Trouble::Stale(Box::new(before)));
    }
    if was == now {
        return Ok(false);
    }
    if widening.is_none() && !draft.scopes.added(&before.scopes).is_empty() {
        return Err(Trouble::Unconfirmed);
    }
    match write::update(&mut tx.on(), writer(permit, person), (id, version), &draft.details, &draft.scopes).await {
        Ok(true) => {}
        Ok(false) => return Err(stale(tx, permit, id).await),
        Err(DbError::Unique) => return Err(Trouble::NameTaken),
        Err(error) => return Err(error.into()),
    }
    if !before.scopes.added(&draft.scopes).is_empty() {
        webhooks::end_redeliveries(&mut tx.on(), permit.account(), id).await?;
    }
    let what = What::Updated { before: was, after: now };
    let change = OfIntegration { id: id.clone(), name: draft.details.name().to_owned(), what };
    tx.commit(permit, &[&change]).await?;
    Ok(true)
}

async fn stale<A>(mut tx: WriteTx, permit: &Permit<A>, id: &IntegrationId) -> Trouble {
    match store::find(&mut tx.on(), permit.account(), id).await {
        Ok(Some(integration)) => Trouble::Stale(Box::new(integration)),
        Ok(None) => Trouble::NotFound,
        Err(error) => error.into(),
    }
}

/// Gives an integration a new token. The same form sent twice makes one.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn rotate(
    db: &Db,
    permit: &Permit<RotateToken>,
    id: &IntegrationId,
    version: i64,
    rotation: Rotation,
    key: &OnceKey,
) -> Done<Made> {
    let person = staff(permit)?;
    let mut tx = db.write().await?;
    let content = rotation.content();
    let from = sender(permit, person, "rotate", content);
    match once::claim(&mut tx.on(), db.keys(), key, from, id.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } if subject == id.as_str() => return again(&subject),
        // Another answer to the same question: the first one counted, and it is another version now.
        Claim::Other { subject } if subject == id.as_str() => return Err(stale(tx, permit, id).await),
        Claim::Again { .. } | Claim::Other { .. } | Claim::Elsewhere => return Err(used_elsewhere()),
    }
    let of = taken(&mut tx, permit, id, version).await?;
    let step = match rotation {
        Rotation::Later(overlap) => of.facts.rotate_later(overlap, permit.now())?,
        Rotation::Now => of.facts.rotate_now(permit.now())?,
    };
    let as_writer = writer(permit, person);
    write::apply(&mut tx.on(), as_writer, &of, &step).await?;
    let hint = new_token(&mut tx, db, as_writer, id, key).await?;
    write::refresh(&mut tx.on(), as_writer, id).await?;
    let what = match &step.make_outgoing {
        Some((_, until, _)) => {
            let old = super::model::Lifecycle::at(&of.facts, permit.now()).current().map(|token| token.hint.clone());
            What::RotationStarted { hint, old: old.unwrap_or_default(), until: *until }
        }
        None => What::RotatedNow { hint, old: ended_hints(&of, &step) },
    };
    tx.commit(permit, &[&OfIntegration { id: id.clone(), name: of.name, what }]).await?;
    Ok(Made { integration: id.clone(), again: false })
}

/// Takes the integration for this transaction and reads it, if nobody changed it since `version` was seen.
async fn taken<A>(tx: &mut WriteTx, permit: &Permit<A>, id: &IntegrationId, version: i64) -> Done<Integration> {
    let same = write::take(&mut tx.on(), permit.account(), id, version).await?;
    match store::find(&mut tx.on(), permit.account(), id).await? {
        None => Err(Trouble::NotFound),
        Some(integration) if same => Ok(integration),
        Some(integration) => Err(Trouble::Stale(Box::new(integration))),
    }
}

/// Does one step that makes no token, and leaves its trace.
async fn step<A>(
    db: &Db,
    permit: &Permit<A>,
    of: (&IntegrationId, i64),
    rule: impl FnOnce(&Facts, &str) -> std::result::Result<Step, Refused>,
    what: impl FnOnce(&Integration, &Step) -> What,
) -> Done<()> {
    let person = staff(permit)?;
    let (id, version) = of;
    let mut tx = db.write().await?;
    let of = taken(&mut tx, permit, id, version).await?;
    let step = rule(&of.facts, &of.name)?;
    let as_writer = writer(permit, person);
    write::apply(&mut tx.on(), as_writer, &of, &step).await?;
    write::refresh(&mut tx.on(), as_writer, id).await?;
    let what = what(&of, &step);
    if let What::Paused = what {
        webhooks::end_redeliveries(&mut tx.on(), permit.account(), id).await?;
    }
    tx.commit(permit, &[&OfIntegration { id: id.clone(), name: of.name, what }]).await?;
    Ok(())
}

fn hint_of(token: Option<&super::model::Token>) -> String {
    token.map(|token| token.hint.clone()).unwrap_or_default()
}

/// The new token of the rotation dies at once, the old one goes on as before.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn cancel_rotation(db: &Db, permit: &Permit<CancelRotation>, id: &IntegrationId, version: i64) -> Done<()> {
    let now = permit.now();
    let what = |of: &Integration, _: &Step| What::RotationCancelled {
        hint: hint_of(of.facts.current.as_ref()),
        kept: hint_of(of.facts.outgoing.as_ref()),
    };
    step(db, permit, (id, version), |facts, _| facts.cancel_rotation(now), what).await
}

/// The outgoing token dies at once; the rotation is finished.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn expire_outgoing(db: &Db, permit: &Permit<ExpireOutgoing>, id: &IntegrationId, version: i64) -> Done<()> {
    let now = permit.now();
    let what = |of: &Integration, _: &Step| What::OutgoingExpired { hint: hint_of(of.facts.outgoing.as_ref()) };
    step(db, permit, (id, version), |facts, _| facts.expire_outgoing(now), what).await
}

/// The outgoing token works longer.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn extend_overlap(
    db: &Db,
    permit: &Permit<ExtendOverlap>,
    id: &IntegrationId,
    version: i64,
    extension: Extension,
) -> Done<()> {
    let now = permit.now();
    let what = |of: &Integration, step: &Step| {
        let before = of.facts.outgoing.as_ref().and_then(|token| token.ends_at).unwrap_or(now);
        let after = step.move_deadline.as_ref().map_or(before, |(_, to)| *to);
        What::OverlapExtended { hint: hint_of(of.facts.outgoing.as_ref()), before, after }
    };
    step(db, permit, (id, version), |facts, _| facts.extend_overlap(extension, now), what).await
}

/// Every call is refused until it is resumed.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn pause(db: &Db, permit: &Permit<PauseIntegration>, id: &IntegrationId, version: i64) -> Done<()> {
    let now = permit.now();
    step(db, permit, (id, version), |facts, _| facts.pause(now), |_, _| What::Paused).await
}

/// Its live tokens work again.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn resume(db: &Db, permit: &Permit<PauseIntegration>, id: &IntegrationId, version: i64) -> Done<()> {
    let now = permit.now();
    step(db, permit, (id, version), |facts, _| facts.resume(now), |_, _| What::Resumed).await
}

/// Takes the plain token out of its sealed note: the one time it is shown. `None`: shown already, too late, or no longer
/// the current one: what was rotated, cancelled or deleted meanwhile is not shown as if it worked.
///
/// # Errors
/// Faults of the store.
pub async fn take_token(
    db: &Db,
    permit: &Permit<RevealToken>,
    id: &IntegrationId,
    key: &OnceKey,
) -> Result<Option<Zeroizing<String>>> {
    let Some(person) = permit.staff() else { return Err(AppError::Forbidden) };
    let mut tx = db.write().await?;
    let from = sender(permit, person, "", "");
    let plain = once::take(&mut tx.on(), db.keys(), key, from, id.as_str()).await?;
    let digest = plain.as_ref().and_then(|plain| secret::parse_presented(plain).ok());
    let current = match digest {
        Some(digest) => store::is_current(&mut tx.on(), permit.account(), id, &digest.to_hex(), permit.now()).await?,
        None => false,
    };
    tx.commit_unlogged(Unlogged::NoteUpkeep).await?;
    Ok(plain.filter(|_| current))
}
