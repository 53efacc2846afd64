//! A webhook with two days behind it: what arrived, what arrived late, and, since it is paused, what was stopped.

use super::life::Life;
use super::people::{Cast, Who};
use super::store::{self, Told};
use crate::db::Db;
use crate::db::journal::Unlogged;
use crate::error::{AppError, Result};
use crate::ids::{ContactId, DeliveryId, EndpointId, IntegrationId, MessageId};
use crate::web::api::iso;
use crate::webhooks::Event;
use crate::webhooks::change::{OfEndpoint, What};
use crate::webhooks::model::{Details, Holder};
use crate::webhooks::secret::SigningSecret;
use crate::webhooks::store::changes::{self, At, New, Sealed};
use crate::webhooks::store::{deliveries, holders};
use crate::world::{Span, Timestamp};
use serde_json::json;

/// The integration that has it.
const HOLDER: &str = "Newsletter bridge";
const URL: &str = "https://hooks.postlane.example/progreda";
const MADE: Span = Span::hours(46);
const PAUSED: Span = Span::hours(3);

/// What was sent: how many minutes ago, of which event, about whom, and how the last try ended; none: it was made while the webhook
/// was paused.
type Sent = (i64, Event, &'static str, Option<Tried>);
/// Status, tries, milliseconds of the last one.
type Tried = (i64, i64, i64);

const PAST: &[Sent] = &[
    (2_730, Event::ContactCreate, "Edda Rosendahl", Some((200, 1, 212))),
    (2_411, Event::ContactUpdate, "Edda Rosendahl", Some((200, 1, 96))),
    (1_990, Event::ContactCreate, "Hugo Whitlock", Some((204, 1, 88))),
    (1_602, Event::ContactTagUpdate, "Hugo Whitlock", Some((200, 1, 91))),
    (1_377, Event::ContactCreate, "Mila Okafor", Some((200, 3, 140))),
    (1_105, Event::ContactDelete, "Basil Yates", Some((200, 1, 79))),
    (842, Event::ContactCreate, "Thea Lindqvist", Some((200, 1, 104))),
    (655, Event::ContactUpdate, "Thea Lindqvist", Some((200, 2, 1_870))),
    (390, Event::ContactCreate, "Yusuf Marlowe", Some((200, 1, 93))),
    (128, Event::ContactCreate, "Wanda Falk", None),
    (37, Event::ContactUpdate, "Wanda Falk", None),
];

/// Adds it.
pub async fn add(db: &Db, cast: &Cast, lives: &[Life], now: Timestamp) -> Result<()> {
    let holder = lives.iter().find(|life| life.story.name == HOLDER).map(|life| &life.id);
    let holder = holder.ok_or_else(|| AppError::internal("the demo has no integration for the webhook"))?;
    let id = make(db, cast, holder, now.minus(MADE)).await?;
    tell(db, cast, &id, now).await?;
    pause(db, cast, &id, now.minus(PAUSED)).await
}

fn details(of: &Holder) -> Result<Details> {
    let events = [Event::ContactCreate, Event::ContactUpdate, Event::ContactDelete, Event::ContactTagUpdate];
    let events: Vec<String> = events.map(|event| event.name().to_owned()).into();
    Details::parse("Keeps the subscribers of Postlane in step", &events, of, &[])
        .map_err(|problems| AppError::internal(format!("{URL}: {problems:?}")))
}

async fn make(db: &Db, cast: &Cast, holder: &IntegrationId, at: Timestamp) -> Result<EndpointId> {
    let entropy = db.world().entropy();
    let id = EndpointId::new(at, entropy);
    let mut tx = db.write().await?;
    let of = holders::find(&mut tx.on(), &cast.account, holder).await?.ok_or(AppError::NotFound)?;
    let (details, secret) = (details(&of)?, SigningSecret::generate(entropy));
    let (sealed, hint) = (secret.seal(db.keys(), &id, entropy), secret.hint());
    let new = New {
        id: &id,
        account: &cast.account,
        integration: holder,
        url: URL,
        details: &details,
        secret: Sealed { text: &sealed, hint: &hint },
        by: cast.id(Who::Jonas),
        now: at,
    };
    changes::add(&mut tx.on(), new).await?;
    let (doer, origin) = cast.doer(Who::Jonas);
    let what = What::Created { integration: of.name, details, hint };
    let change = OfEndpoint { id: id.clone(), host: crate::webhooks::model::Place::of(URL).host, what };
    tx.commit_as(&doer, Some(&cast.account), at, &origin, &[&change]).await?;
    Ok(id)
}

async fn tell(db: &Db, cast: &Cast, endpoint: &EndpointId, now: Timestamp) -> Result<()> {
    let entropy = db.world().entropy();
    let mut tx = db.write().await?;
    for (minutes, event, name, tried) in PAST {
        let at = now.minus(Span::minutes(*minutes));
        let (message, delivery) = (MessageId::new(at, entropy), DeliveryId::new(at, entropy));
        let (first, last) = name.split_once(' ').unwrap_or((name, ""));
        let body = json!({
            "type": event.name(),
            "timestamp": iso(at),
            "webhookId": message.as_str(),
            "locationId": cast.account.as_str(),
            "id": ContactId::new(at, entropy).as_str(),
            "firstName": first,
            "lastName": last,
            "name": name,
            "email": format!("{}@postbox.example", name.to_lowercase().replace(' ', ".")),
            "source": "Newsletter",
            "tags": ["newsletter"],
            "dateAdded": iso(at),
        });
        let on = &mut tx.on();
        deliveries::add_message(on, &cast.account, &message, *event, &body.to_string(), at).await?;
        deliveries::add(on, (&cast.account, endpoint), (&delivery, &message), *event, at).await?;
        let told = match tried {
            None => Told { state: "stopped", why: Some("paused"), attempts: 0, tried: None },
            Some((status, attempts, took)) => {
                // About 5 seconds, then 5 minutes later.
                let later = [Span::seconds(1), Span::seconds(6), Span::seconds(308)];
                let later = later.get(usize::try_from(attempts - 1).unwrap_or(0)).copied().unwrap_or(Span::seconds(1));
                Told {
                    state: "delivered",
                    why: None,
                    attempts: *attempts,
                    tried: Some((at.plus(later), *took, *status)),
                }
            }
        };
        store::tell(on, &delivery, told).await?;
    }
    Ok(tx.commit_unlogged(Unlogged::Seed).await?)
}

async fn pause(db: &Db, cast: &Cast, id: &EndpointId, at: Timestamp) -> Result<()> {
    let mut tx = db.write().await?;
    let place = At { account: &cast.account, id, now: at };
    changes::take(&mut tx.on(), place, 1).await?;
    changes::pause(&mut tx.on(), place, true).await?;
    let (doer, origin) = cast.doer(Who::Ilse);
    let change = OfEndpoint { id: id.clone(), host: crate::webhooks::model::Place::of(URL).host, what: What::Paused };
    Ok(tx.commit_as(&doer, Some(&cast.account), at, &origin, &[&change]).await?)
}
