//! Notices by mail: people are told of what was done to their sign-in, and of what others did to their private integrations.
//!
//! They hear of commits, so no command can forget one; they are written and sent afterwards, and hold no secret.

mod model;
pub mod store;
mod words;

use crate::config::Public;
use crate::db::Db;
use crate::db::journal::{Committed, Listener};
use crate::error::Result;
use crate::mail::{Letter, Post};
use model::{About, Notice};

/// Writes notices of what it hears.
#[derive(Debug, Clone)]
pub struct Notices {
    db: Db,
    post: Post,
    public: Public,
}

impl Notices {
    /// `db` is looked into for addresses; it need not be the one that is listened to.
    #[must_use]
    pub fn new(db: Db, post: Post, public: Public) -> Self {
        Self { db, post, public }
    }
}

impl Listener for Notices {
    fn hear(&self, committed: &Committed<'_>) {
        let Some(notice) = Notice::of(committed) else { return };
        let own = self.clone();
        self.post.take(async move {
            let written = letter(&own.db, &own.public, &notice).await;
            if let Err(error) = &written {
                tracing::warn!(cause = %error, "a notice could not be written");
            }
            written.ok().flatten().into_iter().collect()
        });
    }
}

async fn letter(db: &Db, public: &Public, notice: &Notice) -> Result<Option<Letter>> {
    let mut reader = db.read().await?;
    let to = match &notice.about {
        About::Person { told: Some(address), .. } => Some(address.clone()),
        About::Person { user, .. } => store::address(&mut reader.on(), user).await?,
        About::Integration { id, .. } => {
            let Some(account) = &notice.account else { return Ok(None) };
            let owner = store::owner(&mut reader.on(), account, id).await?;
            // Nobody is told what they did themselves.
            owner.filter(|(user, _)| notice.by.id.as_ref() != Some(user)).map(|(_, address)| address)
        }
    };
    let place = match &notice.account {
        Some(account) => store::account_name(&mut reader.on(), account).await?.unwrap_or_default(),
        None => String::new(),
    };
    Ok(to.map(|to| words::letter(to, notice, &place, &public.url())))
}
