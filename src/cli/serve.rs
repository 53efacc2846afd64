//! `serve` and `demo`: start a server and say where to open it.

use super::Outcome;
use super::args::Settings;
use super::operator::said;
use crate::app::{App, LOGGED};
use crate::db::{Db, OpenError};
use crate::demo;
use crate::telemetry;
use crate::users::commands::make_setup_link;
use crate::world::World;
use std::io::Write as _;

/// Serves until told to stop; while there is no user, prints a one-time setup link.
pub async fn serve(settings: Settings) -> Outcome {
    telemetry::start(settings.log_format, LOGGED);
    let config = settings.config(settings.database_url(), settings.key_file.clone());
    let app = App::build(config, World::real()).await.map_err(|error| error.to_string())?;
    let url = app.url();
    let link = make_setup_link(app.db()).await.map_err(|error| error.to_string())?;
    let welcome = match link {
        Some(link) => format!(
            "Nobody can sign in yet. Set up the first account within 30 minutes, once, at:\n  {url}/setup?link={link}"
        ),
        None => format!("Open {url}"),
    };
    // A closed standard output is no reason not to serve.
    let _ = writeln!(std::io::stdout(), "Progreda listens on {}\n{welcome}", app.address());
    app.run().await.map_err(|error| error.to_string())
}

/// Serves a throw-away database with a believable account, and prints how to use it. A named database must be empty.
pub async fn demo(settings: Settings, json: bool) -> Outcome {
    telemetry::start(settings.log_format, LOGGED);
    let world = World::real();
    let named = settings.database_url.as_deref();
    if let Some(url) = named
        && !Db::is_vacant(url).await.map_err(|error| error.to_string())?
    {
        return Err(OpenError::NotEmpty.to_string());
    }
    let place = demo::Place::new(named, &settings.key_file, &world)
        .map_err(|error| format!("there is no place for temporary files: {error}"))?;
    let config = settings.config(place.database_url(), place.key_file());
    let app = App::build(config, world).await.map_err(|error| error.to_string())?;
    // What is made up concerns nobody: no mail tells of it.
    let filled = demo::fill(&app.db().unheard(), &app.url()).await.map_err(said)?;
    let text = if json { filled.to_json() } else { told(&filled, &place) };
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| format!("standard output: {error}"))?;
    drop(out);
    let served = app.run().await.map_err(|error| error.to_string());
    // The folder goes only now that nothing uses it any more.
    drop(place);
    served
}

fn told(filled: &demo::Filled, place: &demo::Place) -> String {
    let end = if place.is_throw_away() { "\n\nCtrl+C ends the demo and removes its database." } else { "" };
    format!("{filled}{end}")
}
