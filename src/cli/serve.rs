//! `serve`: start a server and say where to open it.

use super::Outcome;
use super::args::Settings;
use crate::app::App;
use crate::telemetry;
use crate::users::commands::make_setup_link;
use crate::world::World;

/// Serves until told to stop; while there is no user, prints a one-time setup link.
pub async fn serve(settings: Settings) -> Outcome {
    telemetry::start(settings.log_format);
    let config = settings.config(settings.database_url(), settings.key_file.clone());
    let app = App::build(config, World::real()).await.map_err(|error| error.to_string())?;
    let url = app.url();
    println!("Progreda listens on {}", app.address());
    match make_setup_link(app.db()).await.map_err(|error| error.to_string())? {
        Some(link) => {
            println!("Nobody can sign in yet. Set up the first account within 30 minutes, once, at:");
            println!("  {url}/setup?link={link}");
        }
        None => println!("Open {url}"),
    }
    app.run().await.map_err(|error| error.to_string())
}
