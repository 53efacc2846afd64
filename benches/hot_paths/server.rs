//! The two servers that are compared, each with two workers on a thread of its own in this process.

use crate::Outcome;
use crate::seed::Seeded;
use actix_web::rt::System;
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use progreda::app::App;
use progreda::config::{Config, RateLimits};
use progreda::world::World;
use std::net::TcpListener;
use std::sync::mpsc::channel;

/// A server that runs until the process ends.
pub struct Server {
    /// Its loopback address and port.
    pub address: String,
}

/// One handler that answers a word.
pub fn bare() -> Outcome<Server> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        System::new().block_on(async move {
            let app = || ActixApp::new().route("/", web::get().to(|| async { HttpResponse::Ok().body("ok") }));
            HttpServer::new(app).workers(2).disable_signals().listen(listener)?.run().await
        })
    });
    Ok(Server { address })
}

/// The whole product on the seeded database.
pub fn product(seeded: &Seeded) -> Outcome<Server> {
    let mut config = Config::local(seeded.url.clone(), seeded.key_file.clone());
    config.rate_limits = RateLimits { interval: u32::MAX, day: u32::MAX };
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
