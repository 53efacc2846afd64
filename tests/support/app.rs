//! The real server, in this process, on a database of its own and with the clock in the test's hand.

use super::database::TestDatabase;
use super::visitor::Visitor;
use actix_web::rt::System;
use progreda::app::{App, StopHandle};
use progreda::config::{Config, RateLimits};
use progreda::db::Db;
use progreda::world::{Entropy, ManualClock, Span, Timestamp, World};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

/// When every test begins: 2026-11-02 09:00 UTC, a Monday.
pub const START: Timestamp = Timestamp::from_millis(1_793_610_000_000);

/// A server that runs until this value is dropped; its database goes with it.
pub struct TestApp {
    url: String,
    clock: Arc<ManualClock>,
    config: Config,
    // In the order in which they are given up.
    server: RunningServer,
    database: TestDatabase,
}

impl TestApp {
    /// On a migrated, empty database.
    pub async fn start() -> Self {
        Self::start_on(TestDatabase::new().await)
    }

    /// On a database that the test has prepared.
    pub fn start_on(database: TestDatabase) -> Self {
        Self::start_with(database, |_| {})
    }

    /// On a database that the test has prepared, with settings of its own.
    pub fn start_with(database: TestDatabase, set: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(ManualClock::at(START));
        let mut config = Config::local(database.url().to_owned(), database.key_file());
        // The clock stands still, so that a window would never end.
        config.rate_limits = RateLimits { interval: 1_000_000, day: 1_000_000_000 };
        set(&mut config);
        let (server, url) = RunningServer::start(config.clone(), World::new(clock.clone(), Arc::new(RealChance)));
        Self { url, clock, config, server, database }
    }

    /// The same with this mail server.
    pub fn start_mailing(database: TestDatabase, url: String) -> Self {
        Self::start_with(database, |config| {
            config.smtp_url = Some(url);
            config.mail_from = Some("Progreda <progreda@harbor.example>".to_owned());
        })
    }

    /// The clock and chance of the server.
    pub fn world(&self) -> World {
        World::new(self.clock.clone(), Arc::new(RealChance))
    }

    /// Where it answers, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Lets time pass, for the server as for the test.
    pub fn advance(&self, span: Span) {
        self.clock.advance(span);
    }

    /// What the server stores in.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// A second door to the same database, at the same time of day: for what no page does.
    pub async fn db(&self) -> Db {
        Db::open(self.database.url(), &self.database.key_file(), self.world()).await.expect("the server's database")
    }

    /// Someone at a browser, without cookies.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url)
    }

    /// Stops the server as SIGTERM does, and starts another on the same database at the same time of day.
    pub fn restart(&mut self) {
        self.restart_after(Span::millis(0));
    }

    /// The same, but so much later.
    pub fn restart_after(&mut self, span: Span) {
        self.server.stop();
        self.advance(span);
        (self.server, self.url) = RunningServer::start(self.config.clone(), self.world());
    }
}

/// The operating system's chance beside a clock of our own: secrets of parallel tests stay different.
struct RealChance;

impl Entropy for RealChance {
    fn fill(&self, buffer: &mut [u8]) {
        World::real().entropy().fill(buffer);
    }
}

struct RunningServer {
    handle: StopHandle,
    thread: Option<JoinHandle<()>>,
}

impl RunningServer {
    fn start(config: Config, world: World) -> (Self, String) {
        let (sender, receiver) = channel();
        let thread = std::thread::spawn(move || System::new().block_on(serve(config, world, sender)));
        let (handle, url) = receiver.recv().expect("the server starts; its thread says why it did not");
        (Self { handle, thread: Some(thread) }, url)
    }

    fn stop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.handle.stop();
            let _ = thread.join();
        }
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(config: Config, world: World, started: Sender<(StopHandle, String)>) {
    let app = App::build(config, world).await.unwrap_or_else(|error| panic!("the server does not start: {error}"));
    started.send((app.stop_handle(), format!("http://{}", app.address()))).expect("the test waits");
    app.run().await.unwrap_or_else(|error| panic!("the server ended: {error}"));
}
