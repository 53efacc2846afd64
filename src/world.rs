//! The clock and chance: the only place that asks the operating system for either.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// An instant in UTC, in whole milliseconds since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the epoch.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant `span` later.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The instant `span` earlier.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// How long after `earlier` this is; negative when it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

/// A length of time in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// From milliseconds.
    #[must_use]
    pub const fn millis(n: i64) -> Self {
        Self(n)
    }
    /// From seconds.
    #[must_use]
    pub const fn seconds(n: i64) -> Self {
        Self(n * 1_000)
    }
    /// From minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60_000)
    }
    /// From hours.
    #[must_use]
    pub const fn hours(n: i64) -> Self {
        Self(n * 3_600_000)
    }
    /// From days of 24 hours.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Self(n * 86_400_000)
    }
    /// Whole milliseconds.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }
    /// Whole seconds, towards zero.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1_000
    }
    /// Whole days, towards zero.
    #[must_use]
    pub const fn as_days(self) -> i64 {
        self.0 / 86_400_000
    }
}

/// A mark on the machine's steady clock, which nobody sets: for the limits of connections, never for facts.
#[derive(Debug, Clone, Copy)]
pub struct Mark(std::time::Instant);

impl Mark {
    /// The present.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this file is the one that asks the machine")]
    pub fn now() -> Self {
        Self(std::time::Instant::now())
    }

    /// How long ago it was.
    #[must_use]
    pub fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}

/// Gives unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `buffer` with bytes fit for secrets.
    fn fill(&self, buffer: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// `N` unpredictable bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }
}

/// The clock and the chance that everything uses.
#[derive(Clone)]
pub struct World {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("World")
    }
}

impl World {
    /// The operating system's clock and random source.
    #[must_use]
    pub fn real() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemEntropy))
    }

    /// A world of one's own, for tests and the demo.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The source of chance.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.entropy
    }
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        use rand::TryRng;
        // Without the system's random source nothing here is safe to go on.
        if rand::rngs::SysRng.try_fill_bytes(buffer).is_err() {
            std::process::abort();
        }
    }
}

/// A clock that stands still until it is moved; for tests and the demo's history.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Stands at `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.millis()))
    }

    /// Moves forward by `span`.
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.as_millis(), Ordering::SeqCst);
    }

    /// Jumps to `instant`.
    pub fn set(&self, instant: Timestamp) {
        self.0.store(instant.millis(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A counter in place of chance, so that a test's values repeat. Never for secrets.
#[derive(Debug, Default)]
pub struct FixedEntropy(AtomicU64);

impl Entropy for FixedEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let mut state = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let bytes = (state ^ (state >> 31)).to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}
