//! What the hot paths cost on this machine: `cargo bench`. Prints figures and ratios, and keeps nothing.

mod audit;
mod client;
mod limit;
mod process;
mod seed;
mod server;
mod staff;

use client::{Client, Load};
use seed::Seeded;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Connections of the list's measurement, kept alive.
const LIST_CONNECTIONS: usize = 8;
/// Connections of the throughput's measurement, kept alive.
const CALL_CONNECTIONS: usize = 16;
/// Integrations of the account that calls API v2.
const CALLING: i64 = 100_000;
/// Integrations of the account whose list is shown.
const LISTED: i64 = 10_000;

/// A folder that goes when this value does.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn main() -> Outcome<()> {
    let folder = format!("progreda_bench_{}", std::process::id());
    let scratch = Scratch(Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder));
    std::fs::create_dir_all(&scratch.0)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure(&scratch.0))
}

async fn measure(folder: &Path) -> Outcome<()> {
    let binary = Path::new(env!("CARGO_BIN_EXE_progreda"));
    println!("binary size: {:.1} MB (wanted: at most 20)", megabytes(std::fs::metadata(binary)?.len()));
    process::measure(binary, folder).await?;
    limit::measure();
    let seeded = seed::fill(folder).await?;
    let server = server::product(&seeded)?;
    calls(&seeded, &server.address).await?;
    list(&server.address).await?;
    staff::measure(folder).await?;
    audit::measure(folder).await
}

fn megabytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let bytes = bytes as f64;
    bytes / 1_000_000.0
}

/// The bare handler and the token check with a contact, in turns, so that other work on the machine meets both.
async fn calls(seeded: &Seeded, product: &str) -> Outcome<()> {
    let bare = server::bare()?;
    let nothing = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n".to_owned();
    let contact = format!(
        "GET /contacts/{} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\nVersion: 2021-07-28\r\n\r\n",
        seeded.contact, seeded.token
    );
    let mut ratios = Vec::new();
    for _ in 0..5 {
        let (limit, load) = (Duration::from_secs(2), Load { connections: CALL_CONNECTIONS, most: usize::MAX });
        let empty = load.run(&bare.address, &nothing, limit).await?;
        let checked = load.run(product, &contact, limit).await?;
        println!(
            "bare handler {:.0}/s, token check and contact among {CALLING} integrations {:.0}/s, p99 {:.1} ms",
            empty.rate(),
            checked.rate(),
            checked.percentile(99)
        );
        ratios.push(checked.rate() / empty.rate());
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "ratio: median {:.3}, from {:.3} to {:.3} (wanted: at least 0.12)",
        ratios.get(2).copied().unwrap_or_default(),
        ratios.first().copied().unwrap_or_default(),
        ratios.last().copied().unwrap_or_default()
    );
    Ok(())
}

/// The first and a later page of the list in each order. The time is from the first byte sent to the last one read.
async fn list(product: &str) -> Outcome<()> {
    for order in ["", "name", "used", "age"] {
        // A new one each time: the server cuts connections that nobody uses for a while.
        let mut client = Client::connect(product).await?;
        client.sign_in().await?;
        let first = format!("/settings/private-integrations?sort={order}");
        let page = client.get(&first).await?;
        let after = page.body.split("after=").nth(1).and_then(|rest| rest.split(['"', '&']).next());
        let later = format!("{first}&after={}", after.ok_or("the list has a next page")?);
        for (which, path) in [("first page", &first), ("second page", &later)] {
            let request = client.request("GET", path, "");
            let load = Load { connections: LIST_CONNECTIONS, most: 600 };
            let alone = Load { connections: 1, most: 100 }.run(product, &request, Duration::from_secs(10)).await?;
            let found = load.run(product, &request, Duration::from_secs(30)).await?;
            println!(
                "list of {LISTED}, order {:8} {which:11}: p50 {:.1} ms, p99 {:.1} ms at {LIST_CONNECTIONS} connections; p50 {:.1} ms alone (p99 wanted: at most 15)",
                if order.is_empty() { "deadline" } else { order },
                found.percentile(50),
                found.percentile(99),
                alone.percentile(50)
            );
        }
    }
    Ok(())
}
