//! Making an endpoint, and changing what it is told of.

use super::{Done, Made, Trouble, again, at, found, sender, staff, taken, used_elsewhere};
use crate::authz::Permit;
use crate::db::Db;
use crate::ids::{EndpointId, IntegrationId};
use crate::web::once::{self, Claim, OnceKey};
use crate::webhooks::change::{OfEndpoint, What, described};
use crate::webhooks::model::{ACCOUNT_MAX, Details, ENDPOINTS_MAX, Endpoint, Event, Place, Refused};
use crate::webhooks::secret::SigningSecret;
use crate::webhooks::store::changes::{self, New, Sealed};
use crate::webhooks::store::{counts, holders};
use crate::webhooks::{CreateEndpoint, EditEndpoint};

/// What the form of a new endpoint says, read once.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The integration that it belongs to.
    pub integration: IntegrationId,
    /// Where to; a target that may be reached.
    pub url: String,
    /// Description and events.
    pub details: Details,
}

impl Draft {
    /// All of it in one text; only the last part may have lines.
    fn content(&self) -> String {
        format!("{}\n{}\n{}\n{}", self.integration, self.url, self.details.events_stored(), self.details.description())
    }
}

/// Makes an endpoint with its signing secret. The same form sent twice makes one, and both answers lead to it.
///
/// # Errors
/// See [`Trouble`]; then nothing was made.
pub async fn create(db: &Db, permit: &Permit<CreateEndpoint>, draft: &Draft, key: &OnceKey) -> Done<Made> {
    let person = staff(permit)?;
    let entropy = db.world().entropy();
    let id = EndpointId::new(permit.now(), entropy);
    let mut tx = db.write().await?;
    let content = draft.content();
    let from = sender(permit, person, "create-webhook", &content);
    match once::claim(&mut tx.on(), db.keys(), key, from, id.as_str()).await? {
        Claim::First => {}
        Claim::Again { subject } => return again(&subject),
        Claim::Other { subject } => {
            let made = found(&mut tx.on(), permit, &again(&subject)?.endpoint).await?;
            return Err(Trouble::SentBefore(Place::of(&made.url).title()));
        }
        Claim::Elsewhere => return Err(used_elsewhere()),
    }
    // Held before it is counted: two that add the last one at once would each see room for it.
    if counts::hold_account(&mut tx.on(), permit.account()).await? >= ACCOUNT_MAX {
        return Err(Refused::AccountFull.into());
    }
    if !counts::hold_integration(&mut tx.on(), permit.account(), &draft.integration).await? {
        return Err(Trouble::NotFound);
    }
    if counts::count(&mut tx.on(), permit.account(), &draft.integration).await? >= ENDPOINTS_MAX {
        return Err(Refused::Full.into());
    }
    let holder = holders::find(&mut tx.on(), permit.account(), &draft.integration).await?.ok_or(Trouble::NotFound)?;
    let secret = SigningSecret::generate(entropy);
    let (sealed, hint) = (secret.seal(db.keys(), &id, entropy), secret.hint());
    let new = New {
        id: &id,
        account: permit.account(),
        integration: &draft.integration,
        url: &draft.url,
        details: &draft.details,
        secret: Sealed { text: &sealed, hint: &hint },
        by: person.user.as_str(),
        now: permit.now(),
    };
    changes::add(&mut tx.on(), new).await?;
    once::leave(&mut tx.on(), db.keys(), key, &secret.reveal_once(), permit.now()).await?;
    let what = What::Created { integration: holder.name, details: draft.details.clone(), hint };
    let change = OfEndpoint { id: id.clone(), host: Place::of(&draft.url).named(), what };
    tx.commit(permit, &[&change]).await?;
    Ok(Made { endpoint: id, again: false })
}

/// Changes description and events. Whether anything was changed.
///
/// # Errors
/// See [`Trouble`]; then nothing was changed.
pub async fn update(
    db: &Db,
    permit: &Permit<EditEndpoint>,
    id: &EndpointId,
    version: i64,
    details: &Details,
) -> Done<bool> {
    staff(permit)?;
    let mut tx = db.write().await?;
    let before = found(&mut tx.on(), permit, id).await?;
    if before.version != version {
        return Err(Trouble::Stale(Box::new(before)));
    }
    let (was, is) = (side(&before), described(details.description(), details.events()));
    if was == is {
        return Ok(false);
    }
    let of = taken(&mut tx, permit, id, version).await?;
    changes::describe(&mut tx.on(), at(permit, id), details).await?;
    tx.commit(permit, &[&OfEndpoint::new(&of, What::Updated { before: was, after: is })]).await?;
    Ok(true)
}

fn side(of: &Endpoint) -> serde_json::Value {
    let chosen: Vec<Event> = Event::ALL.iter().copied().filter(|event| of.events.contains(event)).collect();
    described(&of.description, &chosen)
}
