//! Webhooks: what they cost the request that is told of, and how fast they are sent while others go on working.

use crate::client::Load;
use crate::seed::{self, Seeded};
use crate::{Outcome, calls, median, pieces, server};
use progreda::binds;
use progreda::config::WebhookReach;
use progreda::db::Db;
use progreda::db::journal::Unlogged;
use progreda::ids::EndpointId;
use progreda::webhooks::secret::SigningSecret;
use progreda::world::World;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

const CONNECTIONS: usize = 16;
const PAIRS: usize = 24;
const EACH: Duration = Duration::from_millis(600);
/// Deliveries to one endpoint, and to all of them.
const TO_ONE: i64 = 10_000;
const TO_ALL: i64 = 100_000;
const ENDPOINTS: i64 = 16;

const ADD: &str = "INSERT INTO webhook_endpoints (id, account_id, integration_id, url, description, events, created_at, \
     created_by, updated_at, secret, secret_hint, secret_created_at, version) \
     SELECT $1, i.account_id, i.id, $3, '', 'ContactCreate', $4, 'Bench', $4, $5, '', $4, 1 \
     FROM integrations i WHERE i.account_id = $2 AND i.deleted_at IS NULL ORDER BY i.id LIMIT 1";
const LISTEN: &str = "UPDATE webhook_endpoints SET deleted_at = $1";
const FORGET: &str = "UPDATE events SET announces = NULL WHERE announces IS NOT NULL";
const MESSAGES: &str = "WITH RECURSIVE n (i) AS (SELECT CAST($2 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $3) \
     INSERT INTO webhook_messages (id, account_id, type, body, created_at) \
     SELECT 'msg_' || substr('00000000000000000000000000', 1, 26 - length(CAST(i AS TEXT))) || CAST(i AS TEXT), $1, 'ContactCreate', \
     $5, $4 FROM n";
const DELIVERIES: &str = "INSERT INTO webhook_deliveries (id, account_id, endpoint_id, message_id, type, state, created_at, attempts, next_at) \
     SELECT 'whd_' || substr(m.id, 5), m.account_id, e.id, m.id, m.type, 'waiting', $1, 0, $1 FROM webhook_messages m \
     JOIN (SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place FROM webhook_endpoints) e \
      ON e.place = CAST(substr(m.id, 20) AS BIGINT) % $2 \
     WHERE NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.message_id = m.id)";
const WAITING: &str = "SELECT COUNT(*) FROM webhook_deliveries WHERE state = 'waiting'";
const TRIES: &str = "SELECT CAST(SUM(attempts) AS BIGINT), COUNT(*) FROM webhook_deliveries WHERE state = 'delivered'";

/// The request path with and without somebody who listens; then a backlog, and what others see of it.
pub async fn measure(engine: &str, url: String, key_file: &Path) -> Outcome<()> {
    let seeded = seed::fill(url, key_file.to_owned()).await?;
    let db = Db::open(&seeded.url, &seeded.key_file, World::real()).await?;
    let port = receiver()?;
    for _ in 0..ENDPOINTS {
        endpoint(&db, &seeded, port).await?;
    }
    request_path(engine, &db, &seeded).await?;
    change(&db, LISTEN, binds![None::<i64>]).await?;
    let networks = vec!["127.0.0.1/32".parse()?];
    let reach = WebhookReach { http: true, networks, ports: vec![port], ..WebhookReach::default() };
    let product = server::product_reaching(&seeded.url, &seeded.key_file, reach)?.address;
    let load = Load { connections: 4, most: 4_000 };
    let quiet = load.run_each(&product, calls::get(&seeded), Duration::from_mins(1)).await?;
    let begun = backlog(&db, &seeded, 1, TO_ONE, 1).await?;
    drained(engine, &db, begun, TO_ONE, "one endpoint").await?;
    let begun = backlog(&db, &seeded, TO_ONE + 1, TO_ALL, ENDPOINTS).await?;
    let busy = load.run_each(&product, calls::get(&seeded), Duration::from_mins(1)).await?;
    drained(engine, &db, begun, TO_ALL, "16 endpoints").await?;
    let (tries, delivered): (i64, i64) = db.read().await?.on().only(TRIES, binds![]).await?;
    println!("{engine}, {delivered} deliveries took {tries} tries");
    println!(
        "{engine}, get at 4 connections: p50 {:.1} ms, p99 {:.1} ms alone; p50 {:.1} ms, p99 {:.1} ms beside the backlog",
        quiet.percentile(50),
        quiet.percentile(99),
        busy.percentile(50),
        busy.percentile(99)
    );
    Ok(())
}

/// Adding a contact where an endpoint listens, beside adding it where none does. Nothing is sent meanwhile: only what the request
/// itself does counts here.
async fn request_path(engine: &str, db: &Db, seeded: &Seeded) -> Outcome<()> {
    let server = pieces::whole(db)?;
    let load = Load { connections: CONNECTIONS, most: usize::MAX };
    let made = calls::create(seeded);
    for (what, other) in [("somebody who listens", None), ("anything: the noise", Some(1_i64))] {
        let mut ratios = Vec::new();
        for pair in 0..PAIRS {
            let mut rates = [0.0; 2];
            // Each goes first in every other pair.
            for turn in [pair % 2, (pair + 1) % 2] {
                change(db, LISTEN, binds![if turn == 0 { other } else { Some(1_i64) }]).await?;
                if let Some(rate) = rates.get_mut(turn) {
                    *rate = load.run_each(&server.address, made.clone(), EACH).await?.rate();
                }
            }
            let [with, without] = rates;
            ratios.push(with / without);
            change(db, FORGET, binds![]).await?;
        }
        println!(
            "{engine}, create with beside without {what}, {PAIRS} pairs: {} (wanted: at least 0.95)",
            median(&mut ratios)
        );
    }
    Ok(())
}

async fn endpoint(db: &Db, seeded: &Seeded, port: u16) -> Outcome<()> {
    let (now, entropy) = (db.world().now(), db.world().entropy());
    let id = EndpointId::new(now, entropy);
    let secret = SigningSecret::generate(entropy).seal(db.keys(), &id, entropy);
    change(db, ADD, binds![&id, &seeded.account, format!("http://127.0.0.1:{port}/hook"), now, secret]).await
}

async fn change(db: &Db, sql: &'static str, values: Vec<progreda::db::Bind>) -> Outcome<()> {
    let mut tx = db.write().await?;
    tx.on().run(sql, values).await?;
    Ok(tx.commit_unlogged(Unlogged::Seed).await?)
}

/// So many deliveries to so many endpoints, all due at once.
async fn backlog(db: &Db, seeded: &Seeded, first: i64, count: i64, endpoints: i64) -> Outcome<Instant> {
    let now = db.world().now();
    let body = format!(
        "{{\"type\":\"ContactCreate\",\"locationId\":\"{}\",\"firstName\":\"{}\"}}",
        seeded.account,
        "x".repeat(600)
    );
    let mut tx = db.write().await?;
    tx.on().run(MESSAGES, binds![&seeded.account, first, first + count, now, body]).await?;
    tx.on().run(DELIVERIES, binds![now, endpoints]).await?;
    tx.commit_unlogged(Unlogged::Seed).await?;
    Ok(Instant::now())
}

async fn drained(engine: &str, db: &Db, begun: Instant, count: i64, to: &str) -> Outcome<()> {
    while db.read().await?.on().only::<(i64,)>(WAITING, binds![]).await?.0 > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let took = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = count as f64 / took;
    println!("{engine}, {count} deliveries to {to} on this machine: {took:.1} s, {rate:.0}/s");
    Ok(())
}

/// Takes everything, on a thread of its own; its port.
fn receiver() -> Outcome<u16> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(take_from_all(listener))
    });
    Ok(port)
}

async fn take_from_all(listener: std::net::TcpListener) -> std::io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    loop {
        tokio::spawn(take_all(listener.accept().await?.0));
    }
}

async fn take_all(mut stream: TcpStream) -> std::io::Result<()> {
    let mut bytes = Vec::with_capacity(1 << 14);
    loop {
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let whole = head.map(|end| {
            let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            end + 4 + length.unwrap_or(0)
        });
        match whole {
            Some(whole) if bytes.len() >= whole => {
                bytes.drain(..whole);
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await?;
            }
            _ if stream.read_buf(&mut bytes).await? == 0 => return Ok(()),
            _ => {}
        }
    }
}
