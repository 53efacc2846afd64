//! Calls per day for a chart, and their sums.

use super::asking::Asking;
use super::view::show::Activity;
use crate::error::Result;
use crate::integrations::store::Integration;
use crate::usage::{self, DayCount};
use crate::web::parts::chart::grouped;
use crate::web::parts::{BarChart, Day, Fact, Tone};
use crate::web::times;
use crate::world::Timestamp;

const DAYS: i64 = 30;
const WEEK: usize = 7;

/// The calls of the last 30 days.
pub struct Calls(Vec<DayCount>, Timestamp);

impl Calls {
    /// Reads them.
    ///
    /// # Errors
    /// What the store says.
    pub async fn of(asking: &Asking<'_>, of: &Integration) -> Result<Self> {
        let mut reader = asking.db.read().await?;
        let account = &asking.actor.account().id;
        Ok(Self(usage::calls_per_day(&mut reader.on(), account, &of.id, asking.now, DAYS).await?, asking.now))
    }

    /// The chart with its figures.
    pub fn activity(&self) -> Activity {
        let (calls, refused) = sums(&self.0);
        if calls == 0 {
            return Activity { figures: Vec::new(), chart: BarChart::new(String::new(), Vec::new()) };
        }
        let mut figures = vec![Fact::new(if calls == 1 { "call" } else { "calls" }, grouped(calls))];
        figures.push(Fact::new(&refused_words(refused, calls), grouped(refused)));
        let busiest = self.0.iter().rev().max_by_key(|day| day.answered + day.refused);
        if let Some(day) = busiest.filter(|day| day.answered + day.refused > 0) {
            let label = format!("busiest day, {}", times::short_day(day.day, self.1));
            figures.push(Fact::new(&label, grouped(day.answered + day.refused)));
        }
        let summary = format!("{} calls in the last 30 days, {} of them refused", grouped(calls), grouped(refused));
        let day = |count: &DayCount| Day {
            label: times::short_day(count.day, self.1),
            answered: count.answered,
            refused: count.refused,
        };
        Activity { figures, chart: BarChart::new(summary, self.0.iter().map(day).collect()) }
    }

    /// The calls of the last seven days in one fact.
    pub fn of_the_week(&self, paused: bool) -> Fact {
        let (calls, refused) = sums(self.0.get(self.0.len().saturating_sub(WEEK)..).unwrap_or_default());
        let fact = Fact::new("Calls in the last 7 days", grouped(calls));
        match (refused, paused) {
            (0, _) => fact,
            (_, true) => fact.second(format!("{} refused: paused", grouped(refused)), Tone::Info),
            (_, false) => fact.second(format!("{} refused", grouped(refused)), Tone::Info),
        }
    }
}

fn sums(days: &[DayCount]) -> (u64, u64) {
    let refused: u64 = days.iter().map(|day| day.refused).sum();
    (days.iter().map(|day| day.answered).sum::<u64>() + refused, refused)
}

/// `refused (0.9 %)`.
fn refused_words(refused: u64, calls: u64) -> String {
    if refused == 0 || calls == 0 {
        return "refused".to_owned();
    }
    let tenths = (refused.saturating_mul(1_000).saturating_add(calls / 2)) / calls;
    format!("refused ({}.{} %)", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::refused_words;

    #[test]
    fn a_share_has_one_decimal() {
        assert_eq!(refused_words(117, 12_972), "refused (0.9 %)");
        assert_eq!(refused_words(5, 5), "refused (100.0 %)");
        assert_eq!(refused_words(0, 5), "refused");
    }
}
