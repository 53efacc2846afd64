//! The list of integrations: what the server's own log says of each answer, beside what the client saw.

use crate::client::{Client, Load};
use crate::process::Running;
use crate::seed::Seeded;
use crate::{LISTED, Outcome};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

/// Connections, kept alive.
pub const CONNECTIONS: usize = 8;
/// Answers of each page.
const ANSWERS: usize = 2_000;
/// What the log calls the list.
const ROUTE: &str = "http.route=/settings/private-integrations ";

/// The first and a later page of the list in each order. The binary runs as a process of its own. The server's time is from the head of
/// a request to its finished answer, in whole milliseconds rounded down; the client's from the first byte sent to the last one read.
pub async fn measure(binary: &Path, seeded: &Seeded, folder: &Path) -> Outcome<()> {
    let log = folder.join("list.log");
    let server = Running::start_logging(binary, &seeded.url, &seeded.key_file, File::create(&log)?.into())?;
    for order in ["", "name", "used", "age"] {
        // A new one each time: the server cuts connections that nobody uses for a while.
        let mut client = Client::connect(&server.address).await?;
        client.sign_in().await?;
        let first = format!("/settings/private-integrations?sort={order}");
        let page = client.get(&first).await?;
        let after = page.body.split("after=").nth(1).and_then(|rest| rest.split(['"', '&']).next());
        let later = format!("{first}&after={}", after.ok_or("the list has a next page")?);
        for (which, path) in [("first page", &first), ("second page", &later)] {
            let request = client.request("GET", path, "");
            let alone = Load { connections: 1, most: 100 };
            let alone = alone.run(&server.address, &request, Duration::from_secs(10)).await?;
            let before = server_times(&log)?.len();
            let load = Load { connections: CONNECTIONS, most: ANSWERS };
            let found = load.run(&server.address, &request, Duration::from_secs(30)).await?;
            let mut times = server_times(&log)?.split_off(before);
            times.sort_unstable();
            let at = |hundredths: usize| times.get(times.len().saturating_sub(1) * hundredths / 100);
            let (middle, most) = at(50).zip(at(99)).ok_or("the log tells of answers")?;
            println!(
                "list of {LISTED}, order {:8} {which:11}: at {CONNECTIONS} connections server p50 {middle} ms, p99 {most} ms (p99 wanted: at most 15), client p50 {:.1} ms, p99 {:.1} ms; client p50 {:.1} ms alone",
                if order.is_empty() { "deadline" } else { order },
                found.percentile(50),
                found.percentile(99),
                alone.percentile(50)
            );
        }
    }
    Ok(())
}

/// How long the server took for each page of the list so far, in milliseconds.
fn server_times(log: &Path) -> Outcome<Vec<u64>> {
    let log = std::fs::read_to_string(log)?;
    let lines = log.lines().filter(|line| line.contains(ROUTE));
    let took = |line: &str| line.split("duration.ms=").nth(1)?.split(' ').next()?.parse().ok();
    lines.map(|line| took(line).ok_or_else(|| "a line of the log without its duration".into())).collect()
}
