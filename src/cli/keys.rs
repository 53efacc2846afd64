//! `progreda keys`: changing the keys step by step, each with what to do next.

use super::args::Settings;
use super::args::audit::KeysCommand;
use super::{Outcome, open, say};
use crate::keys::{KeyError, Keys};
use crate::world::World;
use crate::{users, webhooks};
use std::path::Path;

/// Runs `progreda keys …`.
pub async fn run(settings: &Settings, command: KeysCommand) -> Outcome {
    let (path, world) = (settings.key_file.as_path(), World::real());
    let (now, entropy) = (world.now(), world.entropy());
    let said = |error: KeyError| error.to_string();
    match command {
        KeysCommand::List => print(&Keys::read(path).map_err(said)?, &world, ""),
        KeysCommand::Prepare => {
            let keys = Keys::change(path, |keys| keys.prepared(now, entropy)).map_err(said)?;
            print(&keys, &world, PREPARED)
        }
        KeysCommand::Rotate => {
            let keys = Keys::change(path, |keys| keys.rotated(now, entropy)).map_err(said)?;
            print(&keys, &world, ROTATED)
        }
        KeysCommand::Retire => {
            retire(settings, path).await?;
            print(&Keys::read(path).map_err(said)?, &world, RETIRED)
        }
    }
}

const PREPARED: &str = "
The next key is known to this file and not used yet. Give the file to every instance and restart each of them; then run
progreda keys rotate, give the file to every instance and restart each of them once more.";

const ROTATED: &str = "
Restart the server: from then on it uses the current key, and still opens what the previous one closed. With several
instances, give every one of them this file. Keep a copy of it. When people have signed in anew or come by, after 14 days at
the latest, run progreda keys retire.";

const RETIRED: &str = "
The previous key opens nothing any more; what is left of it checks old audit events. Restart the server, and give every
instance this file. Keep a copy of it, and the one before for as long as you keep backups of the database from before.";

/// Drops the previous key once nothing needs it.
async fn retire(settings: &Settings, path: &Path) -> Outcome {
    let said = |error: crate::db::DbError| error.to_string();
    let before = Keys::read(path).map_err(|error| error.to_string())?;
    // Says what is missing before the database is touched.
    before.retired().map_err(|error| error.to_string())?;
    let db = open(settings).await?;
    if !db.is_current_key_used().await.map_err(said)? {
        return Err("no server has started with the current key yet; restart every server first, then retire the one \
                    before"
            .to_owned());
    }
    db.use_current_key().await.map_err(said)?;
    // What stays sealed for years would not open any more.
    users::commands::resealing::seal_anew(&db).await.map_err(super::operator::said)?;
    webhooks::sending::seal_anew(&db).await.map_err(super::operator::said)?;
    let id = before.previous_id().map(str::to_owned);
    let same = |keys: &Keys| match keys.previous_id() == id.as_deref() {
        true => keys.retired(),
        false => Err(KeyError::Order("the key file was changed meanwhile; nothing was retired")),
    };
    Keys::change(path, same).map_err(|error| error.to_string())?;
    db.close().await;
    Ok(())
}

/// The keys, and what to do `next` if anything.
fn print(keys: &Keys, world: &World, next: &str) -> Outcome {
    let list = keys.list();
    let lines = list.into_iter().map(|key| {
        let made = key.made.map_or_else(
            || "made before keys had dates".to_owned(),
            |made| {
                let at = jiff::Timestamp::from_millisecond(made.millis()).unwrap_or_default();
                format!("made {} ({} days ago)", at.strftime("%Y-%m-%d %H:%M UTC"), world.now().since(made).as_days())
            },
        );
        let does = match key.state {
            crate::keys::State::Next => "known, not used yet",
            crate::keys::State::Current => "signs, seals and opens",
            crate::keys::State::Previous => "opens",
            crate::keys::State::Chain => "retired; checks old audit events",
        };
        format!("{:8}  {}  {made}; {does}", key.state.word(), key.id)
    });
    say(lines.chain((!next.is_empty()).then(|| next.to_owned())))
}
