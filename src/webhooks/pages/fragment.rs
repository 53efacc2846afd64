//! The webhooks of an integration, as a part of its own page.

use super::LIST;
use super::list::Row;
use crate::authz::{self, Actor};
use crate::db::Db;
use crate::error::Result;
use crate::ids::IntegrationId;
use crate::webhooks::model::ENDPOINTS_MAX;
use crate::webhooks::store::listed;
use crate::webhooks::{CreateEndpoint, ViewWebhooks};
use crate::world::Timestamp;

/// An integration's webhooks.
#[derive(Debug)]
pub struct Fragment {
    /// The endpoints, the newest first.
    pub rows: Vec<Row>,
    /// The count in words; empty for none.
    pub count: String,
    /// Where one more is made; empty when there is no room for one, or it may not be made.
    pub new: String,
}

impl Fragment {
    /// What `actor` is shown of the integration's webhooks; nothing when they may not see webhooks. `kept`: whether the integration
    /// is not deleted.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn of(db: &Db, actor: &Actor, id: &IntegrationId, kept: bool, now: Timestamp) -> Result<Option<Self>> {
        if !kept || !authz::may::<ViewWebhooks>(actor) {
            return Ok(None);
        }
        let listed = listed::of_integration(&mut db.read().await?.on(), &actor.account().id, id).await?;
        let number = i64::try_from(listed.len()).unwrap_or(i64::MAX);
        let room = number < ENDPOINTS_MAX && authz::may::<CreateEndpoint>(actor);
        Ok(Some(Self {
            rows: listed.iter().map(|of| Row::new(of, actor, now)).collect(),
            count: if number == 0 { String::new() } else { super::words::count(number, "webhook") },
            new: if room { format!("{LIST}/new?integration={id}") } else { String::new() },
        }))
    }
}
