//! The two servers that are compared, each with two workers on a thread of its own in this process.

use crate::Outcome;
use actix_web::dev::Server as Running;
use actix_web::rt::System;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use progreda::app::App;
use progreda::config::{Config, RateLimits, WebhookReach};
use progreda::world::World;
use std::net::TcpListener;
use std::path::Path;
use std::sync::mpsc::channel;

/// A server that runs until the process ends.
pub struct Server {
    /// Its loopback address and port.
    pub address: String,
}

/// One handler that answers a word.
pub fn bare() -> Outcome<Server> {
    let app = || ActixApp::new().route("/", web::get().to(|| async { HttpResponse::Ok().body("ok") }));
    two_workers(move |listener| Ok(HttpServer::new(app).workers(2).disable_signals().listen(listener)?.run()))
}

/// A server that `start` starts.
pub fn two_workers(start: impl FnOnce(TcpListener) -> std::io::Result<Running> + Send + 'static) -> Outcome<Server> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || System::new().block_on(async move { start(listener)?.await }));
    Ok(Server { address })
}

/// The whole product on the seeded database.
pub fn product(url: &str, key_file: &Path) -> Outcome<Server> {
    product_reaching(url, key_file, WebhookReach::default())
}

/// The same, with webhooks that reach so far.
pub fn product_reaching(url: &str, key_file: &Path, reach: WebhookReach) -> Outcome<Server> {
    let mut config = Config::local(url.to_owned(), key_file.to_owned());
    config.rate_limits = RateLimits { interval: u32::MAX, day: u32::MAX };
    config.webhook_reach = reach;
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        System::new().block_on(async move {
            let app = App::build(config, World::real()).await.map_err(|error| error.to_string())?;
            let _ = sender.send(app.address().to_string());
            app.run().await.map_err(|error| error.to_string())
        })
    });
    Ok(Server { address: receiver.recv()? })
}
