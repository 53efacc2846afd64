//! Calls of API v2 beside a bare handler, among many integrations and contacts: what each costs, and how long it takes.

use crate::client::Load;
use crate::seed::Seeded;
use crate::{CALLING, CONTACTS, Outcome, median, server};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Connections of the throughput's measurement, kept alive.
const CONNECTIONS: usize = 16;
/// Connections when times are taken.
const FEW: usize = 4;
const ROUNDS: usize = 5;
/// Nobody is added twice, however often adding is measured.
static ADDED: AtomicUsize = AtomicUsize::new(0);

/// What makes the requests of a load; it is given a number that no other request has.
pub type Made = Arc<dyn Fn(usize) -> String + Send + Sync>;

/// A kind of call.
struct Call {
    name: &'static str,
    made: Made,
    /// The ratio to a bare handler that is wanted, if one is.
    wanted: Option<f64>,
    /// Answers in all when times are taken.
    most: usize,
}

/// Throughput in turns with a bare handler, so that other work on the machine meets both; then times.
pub async fn measure(engine: &str, seeded: &Seeded, product: &str) -> Outcome<()> {
    let bare = server::bare()?;
    let nothing = repeated(plain("GET / HTTP/1.1\r\nHost: bench\r\n", ""));
    for call in quick(seeded) {
        let mut ratios = Vec::new();
        let (mut rates, mut bares) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let (limit, load) = (Duration::from_secs(2), Load { connections: CONNECTIONS, most: usize::MAX });
            let empty = load.run_each(&bare.address, nothing.clone(), limit).await?.rate();
            let called = load.run_each(product, call.made.clone(), limit).await?.rate();
            ratios.push(called / empty);
            rates.push(called);
            bares.push(empty);
        }
        let wanted = call.wanted.map_or_else(String::new, |least| format!(" (wanted: at least {least})"));
        println!(
            "{engine}, {CALLING} integrations, {CONTACTS} contacts, {:16}: {:.0}/s beside {:.0}/s of a bare handler; {}{wanted}",
            call.name,
            median(&mut rates).middle,
            median(&mut bares).middle,
            median(&mut ratios)
        );
    }
    for call in quick(seeded).into_iter().chain(slow(seeded)) {
        let limit = Duration::from_mins(1);
        let alone = Load { connections: 1, most: call.most }.run_each(product, call.made.clone(), limit).await?;
        let few = Load { connections: FEW, most: call.most }.run_each(product, call.made, limit).await?;
        println!(
            "{engine}, {:16}: p50 {:.1} ms, p99 {:.1} ms alone; p50 {:.1} ms, p99 {:.1} ms at {FEW} connections",
            call.name,
            alone.percentile(50),
            alone.percentile(99),
            few.percentile(50),
            few.percentile(99)
        );
    }
    Ok(())
}

/// Reading one contact with the seeded token.
pub fn get(seeded: &Seeded) -> Made {
    repeated(call(seeded, "GET", &format!("/contacts/{}", seeded.contact), ""))
}

/// Adding a contact with the seeded token, another one each time.
pub fn create(seeded: &Seeded) -> Made {
    let (token, account) = (seeded.token.clone(), seeded.account.clone());
    Arc::new(move |_| {
        let number = ADDED.fetch_add(1, Ordering::Relaxed);
        let body = format!(
            "{{\"locationId\":\"{account}\",\"firstName\":\"New\",\"lastName\":\"Quist {number}\",\
             \"email\":\"new{number}@quay.example\",\"tags\":[\"lead\"]}}"
        );
        write(&token, "POST", "/contacts/", &body)
    })
}

fn quick(seeded: &Seeded) -> Vec<Call> {
    let list = format!("/contacts/?locationId={}&limit=20", seeded.account);
    let email = format!("ada{}@quay.example", CONTACTS / 3);
    let of = |name, made, wanted| Call { name, made, wanted, most: 2_000 };
    vec![
        of("get", get(seeded), Some(0.12)),
        of("list of 20", repeated(call(seeded, "GET", &list, "")), None),
        of("search by e-mail", repeated(search(seeded, "email", "eq", &format!("\"{email}\""))), None),
        of("create", create(seeded), None),
    ]
}

/// What looks at every contact of the account.
fn slow(seeded: &Seeded) -> Vec<Call> {
    let of = |name, made| Call { name, made: repeated(made), wanted: None, most: 100 };
    let parts = "[\"nobody 1\",\"nobody 2\",\"nobody 3\",\"nobody 4\",\"nobody 5\"]";
    vec![
        of("part of a name", search(seeded, "lastName", "contains", "\"ist 77\"")),
        of("five parts, none", search(seeded, "address1", "contains", parts)),
        of("parts of tags", search(seeded, "tags", "not_contains", "\"ewsletter\"")),
    ]
}

fn search(seeded: &Seeded, field: &str, operator: &str, value: &str) -> String {
    let body = format!(
        "{{\"locationId\":\"{}\",\"pageLimit\":20,\"filters\":[{{\"field\":\"{field}\",\"operator\":\"{operator}\",\"value\":{value}}}],\
         \"sort\":[{{\"field\":\"dateUpdated\",\"direction\":\"desc\"}}]}}",
        seeded.account
    );
    call(seeded, "POST", "/contacts/search", &body)
}

fn call(seeded: &Seeded, method: &str, path: &str, body: &str) -> String {
    write(&seeded.token, method, path, body)
}

fn write(token: &str, method: &str, path: &str, body: &str) -> String {
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nVersion: 2021-07-28\r\n");
    plain(&head, body)
}

fn plain(head: &str, body: &str) -> String {
    if body.is_empty() {
        return format!("{head}\r\n");
    }
    format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn repeated(request: String) -> Made {
    Arc::new(move |_| request.clone())
}
