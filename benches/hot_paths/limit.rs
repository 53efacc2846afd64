//! The rate limit by itself: what one count costs, with two workers at it.

use progreda::config::RateLimits;
use progreda::ids::IntegrationId;
use progreda::web::api::Limits;
use progreda::world::{FixedEntropy, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

const INTEGRATIONS: usize = 1_000;
const CALLS: u32 = 1_000_000;
const WORKERS: u32 = 2;

/// Counts calls of many integrations and of one alone.
pub fn measure() {
    for integrations in [1, INTEGRATIONS] {
        let took = counting(integrations);
        println!(
            "rate limit: {} ns a count with {integrations} integrations and {WORKERS} workers",
            took.as_nanos() / u128::from(CALLS)
        );
    }
}

fn counting(integrations: usize) -> Duration {
    let limits = Limits::new(RateLimits { interval: u32::MAX, day: u32::MAX });
    let (now, entropy) = (Timestamp::from_millis(1_793_610_000_000), FixedEntropy::default());
    let ids: Vec<IntegrationId> = (0..integrations).map(|_| IntegrationId::new(now, &entropy)).collect();
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                for id in ids.iter().cycle().take(usize::try_from(CALLS).unwrap_or(usize::MAX)) {
                    std::hint::black_box(limits.call(id, now));
                }
            });
        }
    });
    began.elapsed()
}
