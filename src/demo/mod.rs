//! The demo: a believable account in a throw-away database, for a first look and for scripts.

mod calls;
mod contacts;
mod life;
mod notes;
mod people;
mod place;
mod shown;
mod store;
mod story;
mod webhooks;

pub use place::Place;
pub use shown::{Filled, SignIn};
pub use store::ALL as STATEMENTS;

use crate::db::Db;
use crate::error::{AppError, Result};
use life::Life;
use story::{FULL, READ_ONLY};

/// Fills an empty database: an account with its staff, integrations with their history, 60 days of calls, and contacts.
///
/// # Errors
/// [`AppError::Conflict`] when the database has an account already; faults of the store.
pub async fn fill(db: &Db, url: &str) -> Result<Filled> {
    let now = db.world().now();
    let cast = people::hire(db, now).await?;
    let lives = life::play(db, &cast, now).await?;
    calls::count(db, &cast.account, &lives, now).await?;
    webhooks::add(db, &cast, &lives, now).await?;
    let contact = contacts::add(db, &cast.account, now).await?;
    Ok(Filled {
        url: url.to_owned(),
        account: cast.account.clone(),
        account_name: people::ACCOUNT,
        contact,
        token: token_of(&lives, FULL)?,
        token_readonly: token_of(&lives, READ_ONLY)?,
        staff: cast.shown(),
    })
}

fn token_of(lives: &[Life], name: &str) -> Result<String> {
    let life = lives.iter().find(|life| life.story.name == name);
    let life = life.ok_or_else(|| AppError::internal(format!("the demo has no integration {name}")))?;
    Ok(life.token.to_string())
}
