//! What the hot paths cost on this machine: `cargo bench`, or `cargo bench -- PART…` for process, limit, list, calls, pieces, staff,
//! audit, webhooks and, on empty databases that PROGREDA_BENCH_POSTGRES_URL and PROGREDA_BENCH_WEBHOOKS_POSTGRES_URL name, postgres and
//! webhooks_postgres. Prints figures and ratios, and keeps nothing.

mod audit;
mod calls;
mod client;
mod limit;
mod list;
mod pieces;
mod process;
mod seed;
mod server;
mod staff;
mod webhooks;

use std::error::Error;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Integrations of the account that calls API v2.
const CALLING: i64 = 100_000;
/// Contacts of that account.
const CONTACTS: i64 = 100_000;
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
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    let binary = Path::new(env!("CARGO_BIN_EXE_progreda"));
    println!("binary size: {:.1} MB (wanted: at most 20)", megabytes(std::fs::metadata(binary)?.len()));
    if wanted("process") {
        process::measure(binary, folder).await?;
    }
    if wanted("limit") {
        limit::measure();
    }
    if wanted("calls") || wanted("list") || wanted("pieces") {
        many(binary, folder, wanted).await?;
    }
    if wanted("postgres")
        && let Ok(url) = std::env::var("PROGREDA_BENCH_POSTGRES_URL")
    {
        let seeded = seed::fill(url, folder.join("postgres.key")).await?;
        calls::measure("PostgreSQL", &seeded, &server::product(&seeded.url, &seeded.key_file)?.address).await?;
    }
    if wanted("staff") {
        staff::measure(folder).await?;
    }
    if wanted("webhooks") {
        let url = format!("sqlite:{}", folder.join("webhooks.db").display());
        webhooks::measure("SQLite", url, &folder.join("webhooks.key")).await?;
    }
    if wanted("webhooks_postgres")
        && let Ok(url) = std::env::var("PROGREDA_BENCH_WEBHOOKS_POSTGRES_URL")
    {
        webhooks::measure("PostgreSQL", url, &folder.join("webhooks_postgres.key")).await?;
    }
    if wanted("audit") {
        audit::measure(folder).await?;
    }
    Ok(())
}

/// What needs many integrations and contacts, on SQLite.
async fn many(binary: &Path, folder: &Path, wanted: impl Fn(&str) -> bool) -> Outcome<()> {
    let seeded = seed::fill(format!("sqlite:{}", folder.join("many.db").display()), folder.join("many.key")).await?;
    if wanted("list") {
        list::measure(binary, &seeded, folder).await?;
    }
    if wanted("calls") {
        calls::measure("SQLite", &seeded, &server::product(&seeded.url, &seeded.key_file)?.address).await?;
    }
    if wanted("pieces") {
        pieces::measure(&seeded).await?;
    }
    Ok(())
}

fn megabytes(bytes: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let bytes = bytes as f64;
    bytes / 1_000_000.0
}

/// Some figures in one.
struct Spread {
    least: f64,
    middle: f64,
    most: f64,
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ratio: median {:.3}, from {:.3} to {:.3}", self.middle, self.least, self.most)
    }
}

fn median(figures: &mut [f64]) -> Spread {
    figures.sort_by(f64::total_cmp);
    let at = |place: usize| figures.get(place).copied().unwrap_or_default();
    Spread { least: at(0), middle: at(figures.len() / 2), most: at(figures.len().saturating_sub(1)) }
}
