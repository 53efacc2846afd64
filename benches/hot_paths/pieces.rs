//! What stands before a call's handler, piece by piece: the same server with and without it, in pairs that follow each other.

use crate::calls::get;
use crate::client::Load;
use crate::seed::Seeded;
use crate::server::{Server, two_workers};
use crate::{Outcome, median};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App as ActixApp, HttpMessage as _, HttpServer, Scope, web};
use progreda::authz::{Actor, Caller};
use progreda::config::RateLimits;
use progreda::db::Db;
use progreda::ids::{AccountId, UserId};
use progreda::web::actor::{self, Answer, Asking, People, Presented};
use progreda::web::api::{Limits, bearer, version_problem};
use progreda::web::session::SignedIn;
use progreda::web::visit::{self, TrustedProxies};
use progreda::web::{refusal::Refusals, routes};
use progreda::world::{Timestamp, World};
use progreda::{app, authz, integrations, usage};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::Instant;

const CONNECTIONS: usize = 16;
const PAIRS: usize = 24;
const EACH: Duration = Duration::from_millis(600);

/// What a server does before the handler.
#[derive(Clone, Copy)]
struct Pieces {
    counts: bool,
    checks: bool,
}

/// Software only; nobody signs in here.
struct Callers {
    db: Db,
    // Asked for once, when the check itself is left out.
    known: Option<OnceLock<Arc<Caller>>>,
}

impl People for Callers {
    fn staff<'a>(&'a self, _: &'a UserId, _: &'a AccountId, _: &'a SignedIn) -> Answer<'a, Option<authz::StaffMember>> {
        Box::pin(async { Ok(None) })
    }

    fn caller<'a>(&'a self, presented: &'a str, now: Timestamp) -> Answer<'a, Presented> {
        Box::pin(async move {
            let Some(known) = &self.known else { return integrations::caller(&self.db, presented, now).await };
            if let Some(caller) = known.get() {
                return Ok(Presented::Live(Arc::clone(caller)));
            }
            let found = integrations::caller(&self.db, presented, now).await?;
            if let Presented::Live(caller) = &found {
                let _ = known.set(Arc::clone(caller));
            }
            Ok(found)
        })
    }

    fn is_password<'a>(&'a self, _: &'a UserId, _: &'a str) -> Answer<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    fn is_code<'a>(&'a self, _: &'a UserId, _: &'a str, _: Timestamp) -> Answer<'a, bool> {
        Box::pin(async { Ok(false) })
    }

    fn whom_to_ask<'a>(&'a self, _: &'a AccountId) -> Answer<'a, Vec<String>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// Rates with a piece over rates without it; then the checks that ask no database, each by itself.
pub async fn measure(seeded: &Seeded) -> Outcome<()> {
    let db = Db::open(&seeded.url, &seeded.key_file, World::real()).await?;
    let whole = whole(&db)?;
    let uncounted = serve(&db, Pieces { counts: false, checks: true })?;
    let unchecked = serve(&db, Pieces { counts: true, checks: false })?;
    compare("rate limit and usage", seeded, &whole, &uncounted, " (wanted: at least 0.95)").await?;
    compare("nothing at all", seeded, &whole, &whole, ": the noise").await?;
    compare("token check", seeded, &whole, &unchecked, "").await?;
    by_themselves(&db, seeded).await
}

async fn compare(piece: &str, seeded: &Seeded, with: &Server, without: &Server, note: &str) -> Outcome<()> {
    let load = Load { connections: CONNECTIONS, most: usize::MAX };
    let made = get(seeded);
    let mut ratios = Vec::new();
    for pair in 0..PAIRS {
        // Each goes first in every other pair.
        let (first, second) = if pair % 2 == 0 { (with, without) } else { (without, with) };
        let first = load.run_each(&first.address, made.clone(), EACH).await?.rate();
        let second = load.run_each(&second.address, made.clone(), EACH).await?.rate();
        ratios.push(if pair % 2 == 0 { first / second } else { second / first });
    }
    println!("get with beside without {piece}, {PAIRS} pairs: {}{note}", median(&mut ratios));
    Ok(())
}

async fn by_themselves(db: &Db, seeded: &Seeded) -> Outcome<()> {
    const TIMES: u32 = 200_000;
    let request = actix_web::test::TestRequest::get()
        .insert_header(("authorization", format!("Bearer {}", seeded.token)))
        .insert_header(("version", "2021-07-28"))
        .to_http_request();
    let now = db.world().now();
    let Presented::Live(caller) =
        integrations::caller(db, &seeded.token, now).await.map_err(|error| format!("{error:?}"))?
    else {
        return Err("the token is live".into());
    };
    let actor = Actor::Integration(caller);
    let origin = authz::Origin::default();
    let began = Instant::now();
    for _ in 0..TIMES {
        std::hint::black_box(version_problem(std::hint::black_box(request.headers())));
        std::hint::black_box(bearer(request.headers()).is_ok());
    }
    let header = began.elapsed() / TIMES;
    let began = Instant::now();
    for _ in 0..TIMES {
        let decided = authz::decide::<integrations::WhoAmI>(std::hint::black_box(&actor), now, &origin);
        std::hint::black_box(decided.is_ok());
    }
    let decided = began.elapsed() / TIMES;
    println!("reading both headers {} ns, deciding {} ns", header.as_nanos(), decided.as_nanos());
    Ok(())
}

/// The product's API v2 with all that stands before it, and nothing of what the product does beside.
pub fn whole(db: &Db) -> Outcome<Server> {
    serve(db, Pieces { counts: true, checks: true })
}

/// The product's API v2, with its own middleware or without the pieces that count.
fn serve(db: &Db, pieces: Pieces) -> Outcome<Server> {
    let known = (!pieces.checks).then(OnceLock::new);
    let people: Arc<dyn People> = Arc::new(Callers { db: db.clone(), known });
    let people = web::Data::from(people);
    let (recorder, refusals) = (usage::Recorder::start(db.clone()), Refusals::start(db.clone()));
    let limits = Limits::new(RateLimits { interval: u32::MAX, day: u32::MAX });
    let db = db.clone();
    let factory = move || {
        let app = ActixApp::new()
            .app_data(web::Data::new(db.clone()))
            .app_data(web::Data::new(db.world().clone()))
            .app_data(web::Data::new(TrustedProxies::default()))
            .app_data(web::Data::new(recorder.clone()))
            .app_data(web::Data::new(refusals.clone()))
            .app_data(people.clone());
        let app = if pieces.counts { app.app_data(web::Data::new(limits.clone())) } else { app };
        app.wrap(from_fn(visit::serve)).configure(move |config| {
            if pieces.counts {
                let api = |api: Scope| api.wrap(from_fn(actor::resolve_caller)).wrap(from_fn(usage::record));
                routes::register(config, app::routes(), api, |pages| pages);
            } else {
                routes::register(config, app::routes(), |api: Scope| api.wrap(from_fn(uncounted)), |pages| pages);
            }
        })
    };
    two_workers(move |listener| Ok(HttpServer::new(factory).workers(2).disable_signals().listen(listener)?.run()))
}

/// Who calls, and nothing else.
async fn uncounted<B: actix_web::body::MessageBody>(
    people: web::Data<dyn People>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let now = request.extensions().get::<actor::Visit>().map_or_else(|| Timestamp::from_millis(0), |visit| visit.now);
    let presented = bearer(request.headers())?;
    let asking = match people.caller(presented, now).await? {
        Presented::Live(caller) if version_problem(request.headers()).is_none() => {
            Asking::Actor(Actor::Integration(caller))
        }
        _ => Asking::Nobody,
    };
    request.extensions_mut().insert(asking);
    next.call(request).await
}
