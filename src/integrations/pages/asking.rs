//! Somebody who asks for one of these pages, and what they are answered.

use super::LIST;
use crate::db::{DbError, On};
use crate::error::AppError;
use crate::ids::{AccountId, IntegrationId};
use crate::integrations::commands::Trouble;
use crate::integrations::model::Refused;
use crate::integrations::store::{self, Integration};
use crate::web::frame;
use crate::web::shell::Crumb;
use crate::web::shown::Shown;
use crate::web::thing::{self, Thing, Unable};

/// One request for a page.
pub type Asking<'a> = thing::Asking<'a, Integration>;

impl Thing for Integration {
    type Id = IntegrationId;
    type Refused = Refused;

    const LIST: &'static str = LIST;
    const STALE: &'static str = "This integration was changed while the page was open. Look at it again, then go on";

    fn above() -> Vec<Crumb> {
        frame::settings_crumbs(Some(("Private Integrations", LIST)))
    }

    fn id(&self) -> &IntegrationId {
        &self.id
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn version(&self) -> i64 {
        self.version
    }

    async fn find(on: &mut On<'_>, account: &AccountId, id: &IntegrationId) -> Result<Option<Self>, DbError> {
        store::find(on, account, id).await
    }
}

impl From<Trouble> for Unable<Integration> {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotFound => Self::Other(AppError::NotFound),
            Trouble::App(error) => Self::Other(error),
            Trouble::Refused(refused) => Self::Refused(refused),
            Trouble::NameTaken => Self::Other(AppError::Conflict("Another integration has this name.".to_owned())),
            Trouble::SentBefore(made) => Self::Other(AppError::Conflict(format!("{}.", sent_before(&made)))),
            Trouble::Unconfirmed => Self::Other(AppError::Forbidden),
            Trouble::Stale(now) => Self::Stale(now),
        }
    }
}

impl From<Refused> for Unable<Integration> {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// A form shown again because it was sent before and said something else; it made the integration of this name.
#[must_use]
pub fn already_sent(made: &str) -> Shown {
    Shown::conflict(sent_before(made))
}

fn sent_before(made: &str) -> String {
    format!("This form was already sent: it made “{made}”. Nothing new was made")
}

/// What is answered when a step was not possible and the form cannot help.
pub fn failure(why: impl Into<Unable<Integration>>) -> AppError {
    why.into().into()
}
