//! Somebody who asks for one of these pages: what they may open, and what they are answered.

use super::LIST;
use crate::authz::{Actor, Permission};
use crate::db::{DbError, On};
use crate::error::AppError;
use crate::ids::{AccountId, EndpointId, IntegrationId};
use crate::web::flash::Done;
use crate::web::frame;
use crate::web::shell::Crumb;
use crate::web::thing::{self, Thing, Unable};
use crate::webhooks::commands::Trouble;
use crate::webhooks::model::{Endpoint, Place, Refused};
use crate::webhooks::store::endpoints;

/// One request for a page.
pub type Asking<'a> = thing::Asking<'a, Endpoint>;

impl Thing for Endpoint {
    type Id = EndpointId;
    type Refused = Refused;

    const LIST: &'static str = LIST;
    const STALE: &'static str = "This webhook was changed while the page was open. Look at it again, then go on";

    fn above() -> Vec<Crumb> {
        frame::settings_crumbs(Some(("Webhooks", LIST)))
    }

    fn id(&self) -> &EndpointId {
        &self.id
    }

    /// Host and path of its URL, shortened when it is long.
    fn name(&self) -> String {
        Place::of(&self.url).title()
    }

    fn version(&self) -> i64 {
        self.version
    }

    async fn find(on: &mut On<'_>, account: &AccountId, id: &EndpointId) -> Result<Option<Self>, DbError> {
        endpoints::find(on, account, id).await
    }
}

impl From<Trouble> for Unable<Endpoint> {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotFound => Self::Other(AppError::NotFound),
            Trouble::App(error) => Self::Other(error),
            Trouble::Refused(refused) => Self::Refused(refused),
            Trouble::SentBefore(made) => Self::Other(AppError::Conflict(format!("{}.", sent_before(&made)))),
            Trouble::Stale(now) => Self::Stale(now),
        }
    }
}

impl From<Refused> for Unable<Endpoint> {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// The page of an integration; empty when `actor` may not open it.
#[must_use]
pub fn integration_page(actor: &Actor, id: &IntegrationId) -> String {
    let open = actor.staff().is_some_and(|staff| staff.permissions.has(Permission::PrivateIntegrationsView));
    if open { format!("/settings/private-integrations/{id}") } else { String::new() }
}

/// What is said of a form that was sent before and said something else; it made the endpoint with this name.
#[must_use]
pub fn sent_before(made: &str) -> String {
    format!("This form was already sent: it made the webhook “{made}”. Nothing new was made")
}

/// What is said on the page that the form stands on when as much was sent by hand as can be.
pub fn sent_often(trouble: &Trouble) -> Option<Done> {
    match trouble {
        Trouble::Refused(Refused::TooOften) => Some(Done::SentOften),
        Trouble::Refused(Refused::AccountTooOften) => Some(Done::AccountSentOften),
        _ => None,
    }
}

/// What is answered when a step was not possible and the form cannot help.
pub fn failure(why: impl Into<Unable<Endpoint>>) -> AppError {
    why.into().into()
}
