//! The bar chart of calls per day: numbers in, shapes of an SVG out.

/// Calls of one day.
#[derive(Debug, Clone)]
pub struct Day {
    /// The day as the axis says it: `13 Nov`.
    pub label: String,
    /// Calls answered.
    pub answered: u64,
    /// Calls refused.
    pub refused: u64,
}

impl Day {
    /// All calls of the day.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.answered.saturating_add(self.refused)
    }
}

/// A part of a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The content of a path's `d`.
    pub path: String,
    /// The classes that colour it.
    pub class: &'static str,
}

/// A line across the plot, or a word at an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Position along the axis: units of the view box for a line, hundredths of the width for a word.
    pub at: String,
    /// The words.
    pub label: String,
}

/// Calls per day in a view box of 880 × 140, stretched to the width of the page; the last day is today.
#[derive(Debug, Clone)]
pub struct BarChart {
    /// The whole in one sentence, for those who do not see it.
    pub summary: String,
    /// The days in order, for the table behind the chart.
    pub days: Vec<Day>,
    /// The bars' parts.
    pub bars: Vec<Bar>,
    /// Four lines and the base, from below; `at` is y.
    pub grid: Vec<Mark>,
    /// A word each week, counted back from today; `at` is where its bar stands, in hundredths of the width.
    pub weeks: Vec<Mark>,
}

const WIDTH: f64 = 880.0;
const PLOT: f64 = 140.0;
const BAR: f64 = 18.0;
const GAP: f64 = 2.0;
const LEAST: f64 = 3.0;

impl BarChart {
    /// Draws `days`, the last of which is today and still running.
    #[must_use]
    pub fn new(summary: impl Into<String>, days: Vec<Day>) -> Self {
        let step = grid_step(days.iter().map(Day::calls).max().unwrap_or_default());
        let scale = PLOT / (4.0 * number(step));
        let width = WIDTH / number(days.len() as u64).max(1.0);
        let mut bars = Vec::new();
        let mut weeks = Vec::new();
        for (place, day) in days.iter().enumerate() {
            let x = number(place as u64).mul_add(width, (width - BAR) / 2.0);
            let before_today = days.len() - 1 - place;
            bars.extend(bar(x, day, scale, before_today == 0));
            if before_today > 0 && before_today.is_multiple_of(7) {
                weeks.push(Mark { at: short((x + BAR / 2.0) / WIDTH * 100.0), label: day.label.clone() });
            }
        }
        let line = |lines: u64| Mark { at: short(PLOT - number(lines) * PLOT / 4.0), label: grouped(lines * step) };
        Self { summary: summary.into(), days, bars, grid: (0..=4).map(line).collect(), weeks }
    }

    /// All calls of the chart.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.days.iter().map(Day::calls).sum()
    }
}

/// The answered part, and on top of it the refused one, never lower than can be seen.
fn bar(x: f64, day: &Day, scale: f64, today: bool) -> Vec<Bar> {
    let mut parts = Vec::new();
    let mut floor = PLOT;
    if day.answered > 0 {
        let height = (number(day.answered) * scale).max(1.0);
        let class = if today { "chart__bar chart__bar--today" } else { "chart__bar" };
        parts.push(Bar { path: rounded(x, floor, height), class });
        floor -= height + GAP;
    }
    if day.refused > 0 {
        let height = (number(day.refused) * scale).max(LEAST);
        parts.push(Bar { path: rounded(x, floor, height), class: "chart__bar chart__bar--refused" });
    }
    parts
}

fn rounded(x: f64, floor: f64, height: f64) -> String {
    let radius = height.min(3.0);
    let (top, inner) = (floor - height + radius, 2.0f64.mul_add(-radius, BAR));
    let (x, floor, top, r, inner) = (short(x), short(floor), short(top), short(radius), short(inner));
    format!("M{x} {floor}V{top}q0-{r} {r}-{r}h{inner}q{r} 0 {r} {r}V{floor}z")
}

/// A round number of which four reach `most`.
fn grid_step(most: u64) -> u64 {
    let mut ten = 1_u64;
    loop {
        for step in [ten, 2 * ten, ten / 2 * 5, 3 * ten, 4 * ten, 5 * ten, 6 * ten, 8 * ten] {
            if step.saturating_mul(4) >= most {
                return step;
            }
        }
        let Some(next) = ten.checked_mul(10).filter(|next| *next < u64::MAX / 100) else {
            return most;
        };
        ten = next;
    }
}

/// Calls of a day beyond four thousand million are drawn as that many.
fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn short(length: f64) -> String {
    let text = format!("{length:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Thousands apart: `12,972`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thirty(answered: u64, refused: u64) -> Vec<Day> {
        (1..=30).map(|day| Day { label: format!("{day} Nov"), answered, refused }).collect()
    }

    #[test]
    fn the_grid_is_round_and_reaches_the_highest_day() {
        assert_eq!([0, 4, 5, 742, 801, 1001, 2267].map(grid_step), [1, 1, 2, 200, 250, 300, 600]);
        let chart = BarChart::new("", thirty(700, 42));
        let told: Vec<_> = chart.grid.iter().map(|mark| (mark.at.as_str(), mark.label.as_str())).collect();
        assert_eq!(told, [("140", "0"), ("105", "200"), ("70", "400"), ("35", "600"), ("0", "800")]);
    }

    #[test]
    fn a_refused_part_stands_two_above_and_can_be_seen() {
        let chart = BarChart::new("", thirty(400, 1));
        assert_eq!(chart.bars.len(), 60);
        assert_eq!(chart.bars[0].path, "M5.7 140V73q0-3 3-3h12q3 0 3 3V140z");
        assert_eq!(chart.bars[1].path, "M5.7 68V68q0-3 3-3h12q3 0 3 3V68z");
        assert_eq!(chart.bars[1].class, "chart__bar chart__bar--refused");
        assert_eq!(chart.bars[58].class, "chart__bar chart__bar--today");
    }

    #[test]
    fn weeks_are_counted_back_from_today() {
        let weeks = BarChart::new("", thirty(1, 0)).weeks;
        let told: Vec<_> = weeks.iter().map(|mark| (mark.at.as_str(), mark.label.as_str())).collect();
        assert_eq!(told, [("5", "2 Nov"), ("28.3", "9 Nov"), ("51.7", "16 Nov"), ("75", "23 Nov")]);
    }

    #[test]
    fn no_days_and_no_calls_draw_no_bars() {
        assert!(BarChart::new("", Vec::new()).bars.is_empty());
        assert!(BarChart::new("", thirty(0, 0)).bars.is_empty());
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 117, 1204, 12_972, 1_000_000].map(grouped), ["0", "117", "1,204", "12,972", "1,000,000"]);
    }
}
