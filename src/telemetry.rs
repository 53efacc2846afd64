//! Log lines: for people or as JSON, once each, never with a secret in them.

use crate::config::LogFormat;
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

// The dispatcher calls every malformed head an error: anybody could fill the log and call somebody out of bed. Whoever looks
// for a fault below the requests asks for those lines by `RUST_LOG`.
const FILTER: &str = "info,actix_server=warn,actix_http::h1::dispatcher=off";

/// Starts logging to standard error. `RUST_LOG` chooses what is logged; information and worse by default.
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(FILTER));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let started = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).try_init(),
    };
    // A second start in one process (tests) keeps the first.
    drop(started);
}
