//! The composition root: opens the store, wires features to the kernel, orders the middleware, serves until told to stop.

mod chores;

use crate::authz::StaffMember;
use crate::config::{BadSetting, Config, Public};
use crate::db::{Db, Lock, OpenError};
use crate::error::AppError;
use crate::ids::{AccountId, UserId};
use crate::integrations::scopes::Catalogue;
use crate::mail::{Mailer, Post};
use crate::notices::Notices;
use crate::reference::{self, Reference};
use crate::signals::Signals;
use crate::users::hashing::Hasher;
use crate::web::actor::{self, Answer, People, Presented};
use crate::web::api::Limits;
use crate::web::cookie_keys::{self, CookieKeys};
use crate::web::idle::Lines;
use crate::web::refusal::Refusals;
use crate::web::routes::{self, Route};
use crate::web::session::{Sessions, SignedIn};
use crate::web::visit::{self, TrustedProxies};
use crate::web::{assets, headers, permit};
use crate::webhooks::sending::Sending;
use crate::world::{Timestamp, World};
use crate::{accounts, audit, contacts, help, integrations, invitations, labs, roles, staff, usage, users, webhooks};
use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_web::cookie::SameSite;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::{App as ActixApp, HttpRequest, HttpResponse, HttpServer, web};
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// What is logged unless `RUST_LOG` says otherwise. The dispatcher calls every malformed head an error: anybody could fill the log
/// and call somebody out of bed.
pub const LOGGED: &str = "info,actix_server=warn,actix_http::h1::dispatcher=off";

// A store that is gone must not hold up the end for long.
const LAST_WAIT: Duration = Duration::from_secs(10);

/// Why a server does not start; one line.
#[derive(Debug)]
pub enum StartError {
    /// A setting cannot be used.
    Setting(BadSetting),
    /// The database or its key file cannot be used.
    Database(OpenError),
    /// The address cannot be listened on.
    Listen(SocketAddr, std::io::Error),
    /// Data that is built in is not right.
    BuiltIn(String),
    /// Serving ended with a fault.
    Serve(std::io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(error) => error.fmt(f),
            Self::Database(error) => error.fmt(f),
            Self::Listen(address, error) if error.kind() == std::io::ErrorKind::AddrInUse => {
                write!(
                    f,
                    "{address} cannot be listened on: another program uses it; --listen 127.0.0.1:0 takes a free port"
                )
            }
            Self::Listen(address, error) => write!(f, "{address} cannot be listened on: {error}"),
            Self::BuiltIn(what) => f.write_str(what),
            Self::Serve(error) => write!(f, "serving ended: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        Self::Database(error)
    }
}

impl From<BadSetting> for StartError {
    fn from(error: BadSetting) -> Self {
        Self::Setting(error)
    }
}

/// A server that is ready to run.
pub struct App {
    listener: TcpListener,
    config: Config,
    public: Public,
    db: Db,
    world: World,
    usage: usage::Recorder,
    refusals: Refusals,
    mailer: Mailer,
    post: Post,
    stop: watch::Sender<bool>,
    signals: Signals,
    _lock: Lock,
}

/// Asks a running server to stop gracefully.
#[derive(Debug, Clone)]
pub struct StopHandle(watch::Sender<bool>);

impl StopHandle {
    /// Stops accepting; what is under way is finished. A server that does not run yet stops as soon as it does.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Whether the server is about to stop; then `/readyz` says no.
#[derive(Debug, Clone, Default)]
struct Stopping(Arc<AtomicBool>);

struct Wired {
    db: Db,
    hasher: Hasher,
}

impl People for Wired {
    fn staff<'a>(
        &'a self,
        _: &'a UserId,
        _: &'a AccountId,
        signed_in: &'a SignedIn,
    ) -> Answer<'a, Option<StaffMember>> {
        Box::pin(async { Ok(staff::store::member(&mut self.db.read().await?.on(), signed_in).await?) })
    }

    fn caller<'a>(&'a self, presented: &'a str, now: Timestamp) -> Answer<'a, Presented> {
        Box::pin(integrations::caller(&self.db, presented, now))
    }

    fn is_password<'a>(&'a self, user: &'a UserId, password: &'a str) -> Answer<'a, bool> {
        Box::pin(users::commands::is_password(&self.db, &self.hasher, user, password))
    }

    fn is_code<'a>(&'a self, user: &'a UserId, code: &'a str, now: Timestamp) -> Answer<'a, bool> {
        Box::pin(users::commands::code::use_up(&self.db, user, code, now))
    }

    fn whom_to_ask<'a>(&'a self, account: &'a AccountId) -> Answer<'a, Vec<String>> {
        Box::pin(async { Ok(staff::store::managers(&mut self.db.read().await?.on(), account).await?) })
    }
}

/// The whole route table.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut all = vec![
        Route::page(Method::GET, "/static/{file}", static_file),
        Route::page(Method::GET, "/healthz", healthz),
        Route::page(Method::GET, "/readyz", readyz),
    ];
    all.extend(users::routes());
    all.extend(invitations::routes());
    all.extend(staff::routes());
    all.extend(integrations::routes());
    all.extend(contacts::routes());
    all.extend(webhooks::routes());
    all.extend(accounts::routes());
    all.extend(labs::routes());
    all.extend(roles::routes());
    all.extend(audit::routes());
    all.extend(help::routes());
    all.extend(reference::routes());
    #[cfg(debug_assertions)]
    all.push(Route::page(Method::GET, "/sample", crate::web::sample::show));
    all
}

async fn static_file(_: permit::Open, request: HttpRequest) -> HttpResponse {
    assets::serve(request).await
}

async fn healthz(_: permit::Open) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

async fn readyz(_: permit::Open, db: web::Data<Db>, stopping: web::Data<Stopping>) -> HttpResponse {
    let plain = |mut response: actix_web::HttpResponseBuilder, text| {
        response.content_type("text/plain; charset=utf-8").body(text)
    };
    if stopping.0.load(Ordering::Relaxed) {
        return plain(HttpResponse::ServiceUnavailable(), "stopping\n");
    }
    match db.is_reachable().await {
        true => plain(HttpResponse::Ok(), "ready\n"),
        false => plain(HttpResponse::ServiceUnavailable(), "database unreachable\n"),
    }
}

impl App {
    /// Opens everything that serving needs; after this only running is left.
    ///
    /// # Errors
    /// See [`StartError`]; then nothing was changed.
    pub async fn build(config: Config, world: World) -> Result<Self, StartError> {
        Catalogue::check().map_err(|error| StartError::BuiltIn(error.to_string()))?;
        let mailer = Mailer::new(config.smtp_url.as_deref(), config.mail_from.as_deref())?;
        let bound = TcpListener::bind(config.listen).and_then(|listener| {
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        });
        let (address, listener) = bound.map_err(|error| StartError::Listen(config.listen, error))?;
        let public = match &config.public_url {
            Some(url) => Public::parse(url)?,
            None => Public::parse(&format!("http://{address}")).map_err(|_| {
                BadSetting(format!(
                    "--public-url must be given when listening on {address}, which is not a loopback address"
                ))
            })?,
        };
        let lock = Lock::take(&config.database_url)?;
        let db = Db::open(&config.database_url, &config.key_file, world.clone()).await?;
        let signals = Signals::listen().map_err(StartError::Serve)?;
        let post = Post::start(mailer.clone());
        let db = db.heard_by(Arc::new(Notices::new(db.clone(), post.clone(), public.clone())));
        let (stop, _) = watch::channel(false);
        Ok(Self {
            listener,
            usage: usage::Recorder::start(db.clone()),
            refusals: Refusals::start(db.clone()),
            mailer,
            post,
            config,
            public,
            db,
            world,
            stop,
            signals,
            _lock: lock,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().unwrap_or(self.config.listen)
    }

    /// The public URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        self.public.url()
    }

    /// The database.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// How to stop it from elsewhere.
    #[must_use]
    pub fn stop_handle(&self) -> StopHandle {
        StopHandle(self.stop.clone())
    }

    /// Serves until a signal or the stop handle; then finishes what is under way and writes the last counts.
    ///
    /// # Errors
    /// When serving ends with a fault.
    pub async fn run(self) -> Result<(), StartError> {
        let stopping = Stopping::default();
        let hasher = Hasher::new();
        let people: Arc<dyn People> = Arc::new(Wired { db: self.db.clone(), hasher: hasher.clone() });
        let people = web::Data::from(people);
        let cookie_keys = CookieKeys::new(self.db.keys(), self.public.https);
        let lines = Lines::default();
        // Before anything is written under it, so that each chain says from which event on it counts.
        chores::use_current_key(&self.db).await;
        chores::give_keys(&self.db).await;
        let chores = [
            tokio::spawn(chores::upkeep(lines.clone(), self.db.clone())),
            tokio::spawn(audit::due::tend(self.db.clone(), self.config.audit_keep)),
        ];
        let subscribed = self.stop.subscribe();
        let reach = &self.config.webhook_reach;
        let sending = Sending::start(&self.db, reach, &self.mailer, &self.public, &subscribed)
            .map_err(|error| StartError::BuiltIn(error.to_string()))?;
        let data = (
            web::Data::new(self.db.clone()),
            web::Data::new(self.world.clone()),
            web::Data::new(self.public.clone()),
            web::Data::new(TrustedProxies(self.config.trusted_proxies.clone())),
            web::Data::new(Sessions::new(self.db.clone())),
            web::Data::new(hasher),
            web::Data::new(self.usage.clone()),
            web::Data::new(stopping.clone()),
            web::Data::new(self.refusals.clone()),
            web::Data::new(self.config.new_account_labs.clone()),
            web::Data::new(self.mailer.clone()),
            web::Data::new(self.post.clone()),
        );
        let webhook_reach = web::Data::new(self.config.webhook_reach.clone());
        let limits = web::Data::new(Limits::new(self.config.rate_limits));
        let public = self.public.clone();
        let reference = web::Data::new(Reference::new(&routes(), &self.public.url()));
        let factory = move || {
            let session = SessionMiddleware::builder(Sessions::clone(&data.4), cookie_keys.current().clone())
                .cookie_name(cookie_keys.name().to_owned())
                .cookie_secure(public.https)
                .cookie_http_only(true)
                .cookie_same_site(SameSite::Lax)
                .cookie_content_security(CookieContentSecurity::Private)
                .session_lifecycle(BrowserSession::default())
                .build();
            ActixApp::new()
                .app_data(data.0.clone())
                .app_data(data.1.clone())
                .app_data(data.2.clone())
                .app_data(data.3.clone())
                .app_data(data.4.clone())
                .app_data(data.5.clone())
                .app_data(data.6.clone())
                .app_data(data.7.clone())
                .app_data(data.8.clone())
                .app_data(data.9.clone())
                .app_data(data.10.clone())
                .app_data(data.11.clone())
                .app_data(people.clone())
                .app_data(limits.clone())
                .app_data(webhook_reach.clone())
                .app_data(reference.clone())
                .app_data(web::Data::new(cookie_keys.clone()))
                .wrap(from_fn(visit::serve))
                .configure(|config| {
                    routes::register(
                        config,
                        routes(),
                        |api| api.wrap(from_fn(actor::resolve_caller)).wrap(from_fn(usage::record)),
                        |pages| {
                            let pages = pages.wrap(from_fn(actor::resolve_person)).wrap(session);
                            pages.wrap(from_fn(cookie_keys::renew)).wrap(from_fn(headers::same_origin))
                        },
                    );
                })
                .default_service(web::to(|| async { Err::<&'static str, _>(AppError::NotFound) }))
        };
        let server = HttpServer::new(factory)
            .workers(self.config.workers)
            .worker_max_blocking_threads(4)
            .keep_alive(Duration::from_secs(10))
            .client_request_timeout(Duration::from_secs(10))
            .on_connect(move |connection, extensions| lines.opened(connection, extensions))
            .shutdown_timeout(30)
            .shutdown_signal(told_to_stop(self.signals, self.stop, stopping))
            .listen(self.listener)
            .map_err(StartError::Serve)?;
        server.run().await.map_err(StartError::Serve)?;
        chores.iter().for_each(tokio::task::JoinHandle::abort);
        sending.finish().await;
        at_last("counts of calls", || self.usage.finish()).await;
        at_last("refusals", || self.refusals.finish()).await;
        self.post.finish().await;
        self.db.close().await;
        Ok(())
    }
}

/// Writes what is left before the process ends; a store that is busy just now is asked again for a while.
async fn at_last(what: &'static str, write: impl AsyncFn() -> bool) {
    let written = async {
        while !write().await {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    };
    if tokio::time::timeout(LAST_WAIT, written).await.is_err() {
        tracing::error!(what, "could not be written before the end and is lost");
    }
}

async fn told_to_stop(mut signals: Signals, stop: watch::Sender<bool>, stopping: Stopping) {
    let mut told = stop.subscribe();
    tokio::select! {
        () = signals.next() => {}
        _ = told.wait_for(|stop| *stop) => {}
    }
    stop.send_replace(true);
    tracing::info!("stopping");
    stopping.0.store(true, Ordering::Relaxed);
    // A second signal quits at once.
    tokio::spawn(async move {
        signals.next().await;
        std::process::exit(130);
    });
}
