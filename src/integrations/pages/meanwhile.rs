//! A rotation that ended while a question about it was open: whether the wish is fulfilled, or what happened instead.

use super::asking::{Asking, failure};
use crate::error::{AppError, Result};
use crate::integrations::model::{EndReason, Lifecycle, Tokens};
use crate::integrations::store::{self, Integration};
use crate::web::form::FormBody;

const OLD: &str = "old";
const NEW: &str = "new";

/// The rotation that a form is about: the ids of its tokens. Version alone does not tell it from the next rotation.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    old: &'a str,
    new: &'a str,
}

impl<'a> Seen<'a> {
    /// As the form says.
    pub fn read(form: &'a FormBody) -> Self {
        Self { old: form.one(OLD), new: form.one(NEW) }
    }
}

/// The hidden fields of a form about the rotation that is under way.
pub fn hidden(of: &Integration) -> Vec<(&'static str, String)> {
    let tokens = [(OLD, &of.facts.outgoing), (NEW, &of.facts.current)];
    tokens.into_iter().filter_map(|(name, token)| Some((name, token.as_ref()?.id.to_string()))).collect()
}

/// How a rotation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was cancelled: the old token is the current one again.
    Cancelled,
    /// The old token ended, by hand or by the clock: the new one is the only one.
    Finished,
    /// Anything else.
    Otherwise,
}

impl Ended {
    /// What became of the rotation that was `seen`, now that none is under way.
    ///
    /// # Errors
    /// Faults of the store.
    pub async fn of(asking: &Asking<'_>, now: &Integration, seen: Seen<'_>) -> Result<Self> {
        let Lifecycle::Kept { tokens: Tokens::One(only), .. } = Lifecycle::at(&now.facts, asking.now) else {
            return Ok(Self::Otherwise);
        };
        if only.id.as_str() == seen.new {
            return Ok(Self::Finished);
        }
        if only.id.as_str() != seen.old {
            return Ok(Self::Otherwise);
        }
        let mut reader = asking.db.read().await?;
        Ok(match store::end_of(&mut reader.on(), &asking.actor.account().id, &now.id, seen.new).await? {
            Some(EndReason::RotationCancelled) => Self::Cancelled,
            _ => Self::Otherwise,
        })
    }

    /// What is said to somebody who wished something else.
    pub fn problem(self, now: &Integration) -> AppError {
        if let Err(refused) = now.facts.may_update() {
            return failure(refused);
        }
        let (works, not) = if now.facts.paused_at.is_some() { ("is kept", "is not") } else { ("works", "does not") };
        AppError::Conflict(match self {
            Self::Cancelled => {
                format!("The rotation was cancelled meanwhile: the old token {works}, the new one {not}.")
            }
            Self::Finished => {
                format!("The old token was expired meanwhile: the new token {works}, the old one {not}.")
            }
            Self::Otherwise => "The rotation ended meanwhile. Look at the integration again, then go on.".to_owned(),
        })
    }
}
