//! How often an integration may call, and how often an address may present a bad token: counted in memory, by each instance for itself.

use crate::authz::Origin;
use crate::config::RateLimits;
use crate::ids::IntegrationId;
use crate::web::actor::Visit;
use crate::world::{Span, Timestamp};
use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, web};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// The shorter of the two windows.
pub const INTERVAL: Span = Span::seconds(10);
/// So many times the calls of one integration may be refused to one address for bad tokens: several integrations may stand behind it.
const BAD_TOKENS: u32 = 3;

const DAY: i64 = Span::days(1).as_millis();
// Requests that came a moment ago may be counted after later ones; what is further back comes from a clock that was set.
const DISORDER: i64 = Span::minutes(1).as_millis();
// An address costs nothing to have, an integration takes a person to make.
const MOST_NETWORKS: usize = 1 << 16;
const MOST_INTEGRATIONS: usize = 1 << 20;

/// What is left of both windows, as the headers of an answer say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    most: RateLimits,
    left: u32,
    left_today: u32,
    day_ends_in: i64,
    wait: Option<u32>,
}

impl Allowance {
    /// Whole seconds after which a call is answered again; none when this one may be.
    #[must_use]
    pub fn wait(&self) -> Option<u32> {
        self.wait
    }

    fn write(&self, headers: &mut HeaderMap) {
        let mut put = |name, value: u32| headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
        put("x-ratelimit-max", self.most.interval);
        put("x-ratelimit-remaining", self.left);
        put("x-ratelimit-interval-milliseconds", u32::try_from(INTERVAL.as_millis()).unwrap_or(u32::MAX));
        put("x-ratelimit-limit-daily", self.most.day);
        put("x-ratelimit-daily-remaining", self.left_today);
        put("x-ratelimit-daily-reset", u32::try_from(self.day_ends_in).unwrap_or(0));
    }
}

/// The counts of this instance.
#[derive(Debug, Clone)]
pub struct Limits {
    integrations: Arc<Counters<IntegrationId>>,
    networks: Arc<Counters<String>>,
}

impl Limits {
    /// What one integration may do.
    #[must_use]
    pub fn of_integration(&self) -> RateLimits {
        self.integrations.most
    }

    /// Nobody has called yet.
    #[must_use]
    pub fn new(most: RateLimits) -> Self {
        let interval = most.interval.saturating_mul(BAD_TOKENS);
        // No limit of its own for the day: one looping client must not hide from its neighbours why their tokens ended.
        let of_bad = RateLimits { interval, day: interval.saturating_mul(8_640) };
        Self {
            integrations: Arc::new(Counters::new(most, MOST_INTEGRATIONS)),
            networks: Arc::new(Counters::new(of_bad, MOST_NETWORKS)),
        }
    }

    /// Counts a call with a live token; both tokens of a rotation count together.
    #[must_use]
    pub fn call(&self, integration: &IntegrationId, now: Timestamp) -> Allowance {
        self.integrations.count(integration, now)
    }

    /// Counts a token that is not honoured.
    #[must_use]
    pub fn bad_token(&self, origin: &Origin, now: Timestamp) -> Allowance {
        self.networks.count(&origin.network(), now)
    }

    /// What is left to an address, without counting.
    #[must_use]
    pub fn of_address(&self, origin: &Origin, now: Timestamp) -> Allowance {
        self.networks.look(&origin.network(), now)
    }
}

/// Says on an answer of API v2 what is left: to the integration that called, else to the address.
pub fn show(response: &mut ServiceResponse<BoxBody>) {
    let request = response.request();
    let noted = request.extensions().get::<Allowance>().copied();
    let of_address = || {
        let limits = request.app_data::<web::Data<Limits>>()?;
        request.extensions().get::<Visit>().map(|visit| limits.of_address(&visit.origin, visit.now))
    };
    if let Some(allowance) = noted.or_else(of_address) {
        allowance.write(response.headers_mut());
    }
}

/// The calls of one.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    // The first call of the interval; the next one after its end begins another.
    began: i64,
    calls: u32,
    today: u32,
}

impl Window {
    fn is_running(&self, now: i64) -> bool {
        now.abs_diff(self.began) < INTERVAL.as_millis().unsigned_abs()
    }
}

#[derive(Debug)]
struct Counters<K> {
    most: RateLimits,
    most_kept: usize,
    kept: Mutex<Kept<K>>,
}

#[derive(Debug)]
struct Kept<K> {
    day: i64,
    windows: HashMap<K, Window>,
}

impl<K: Hash + Eq + Clone> Counters<K> {
    fn new(most: RateLimits, most_kept: usize) -> Self {
        Self { most, most_kept, kept: Mutex::new(Kept { day: 0, windows: HashMap::new() }) }
    }

    fn count(&self, key: &K, now: Timestamp) -> Allowance {
        let now = now.millis();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.begin_day(now);
        let Some(known) = kept.windows.get_mut(key) else {
            kept.make_room(self.most_kept, now);
            let mut window = Window::default();
            let allowance = self.take(&mut window, now);
            kept.windows.insert(key.clone(), window);
            return allowance;
        };
        self.take(known, now)
    }

    fn look(&self, key: &K, now: Timestamp) -> Allowance {
        let now = now.millis();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.begin_day(now);
        let known = kept.windows.get(key).copied().unwrap_or_default();
        let running = if known.is_running(now) { known } else { Window { began: now, calls: 0, ..known } };
        self.of(&running, now, None)
    }

    fn take(&self, window: &mut Window, now: i64) -> Allowance {
        if !window.is_running(now) {
            (window.began, window.calls) = (now, 0);
        }
        let of_interval = (window.calls >= self.most.interval).then(|| window.began + INTERVAL.as_millis() - now);
        let of_day = (window.today >= self.most.day).then(|| until_midnight(now));
        if let Some(wait) = of_interval.max(of_day) {
            let seconds = u32::try_from(wait.saturating_add(999) / 1_000).unwrap_or(u32::MAX);
            return self.of(window, now, Some(seconds.max(1)));
        }
        window.calls += 1;
        window.today += 1;
        self.of(window, now, None)
    }

    fn of(&self, window: &Window, now: i64, wait: Option<u32>) -> Allowance {
        Allowance {
            most: self.most,
            left: self.most.interval.saturating_sub(window.calls),
            left_today: self.most.day.saturating_sub(window.today),
            day_ends_in: until_midnight(now),
            wait,
        }
    }
}

fn until_midnight(now: i64) -> i64 {
    DAY - now.rem_euclid(DAY)
}

impl<K: Hash + Eq> Kept<K> {
    /// A new day counts from nothing, and forgets who is silent.
    fn begin_day(&mut self, now: i64) {
        let day = now.div_euclid(DAY);
        if day > self.day || self.day.saturating_mul(DAY).saturating_sub(now) > DISORDER {
            self.day = day;
            self.windows.retain(|_, window| window.is_running(now));
            self.windows.shrink_to_fit();
            self.windows.values_mut().for_each(|window| window.today = 0);
        }
    }

    /// Forgets who is silent when there are too many, and everybody when that is not enough.
    fn make_room(&mut self, most: usize, now: i64) {
        if self.windows.len() < most {
            return;
        }
        self.windows.retain(|_, window| window.is_running(now));
        if self.windows.len() > most / 2 {
            self.windows.clear();
        }
    }
}

#[cfg(test)]
#[path = "limits_tests.rs"]
mod tests;
