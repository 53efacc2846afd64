//! What is asked of the log: whose deeds, which action, which thing, when. An address carries all of it.

use super::actions::{self, CONTACT, KINDS};
use crate::ids::{IntegrationId, UserId};
use crate::world::{Span, Timestamp};

/// A value that no page of ours offers; says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Odd(pub &'static str);

/// Which actions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum What {
    /// All but contacts'.
    #[default]
    Any,
    /// All that are done to things of this kind.
    Kind(&'static str),
    /// This one.
    Action(String),
}

/// Which thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// Its kind.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

/// When.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Period {
    /// At any time.
    #[default]
    Any,
    /// Not longer ago than this.
    Last(Span),
    /// From the first day to the second, in UTC, as far as the dates can be read.
    Dates,
}

impl Period {
    /// Every choice, with its value in the address and its words.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::Any, "", "Any"),
        (Self::Last(Span::hours(24)), "24h", "Last 24 hours"),
        (Self::Last(Span::days(7)), "7d", "Last 7 days"),
        (Self::Last(Span::days(30)), "30d", "Last 30 days"),
        (Self::Dates, "dates", "Between dates"),
    ];

    /// Its value in the address.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(period, ..)| *period == self).map_or("", |(_, code, _)| code)
    }
}

/// Everything that is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The id of a person or an integration, or `operator`, `system`, `nobody`.
    pub person: Option<String>,
    /// Which actions.
    pub what: What,
    /// Which thing.
    pub thing: Option<Thing>,
    /// When.
    pub period: Period,
    /// The first day, as typed.
    pub from: String,
    /// The last day, as typed.
    pub to: String,
}

/// Who acts without an id, with the words of the filter.
pub const OTHERS: [(&str, &str); 3] =
    [("operator", "Operator"), ("system", "System"), ("nobody", "Somebody who was not signed in")];

/// Instants that a filter spans: from the first on, before the second.
pub type Bounds = (Timestamp, Timestamp);

impl Filter {
    /// Reads what an address or a form says; `field` gives a field's value, or nothing.
    ///
    /// # Errors
    /// [`Odd`] for what none of our pages offers. Dates are read by [`Filter::bounds`].
    pub fn read<'a>(field: impl Fn(&str) -> &'a str) -> Result<Self, Odd> {
        let person = match field("person") {
            "" => None,
            who if OTHERS.iter().any(|(code, _)| *code == who) => Some(who.to_owned()),
            id if id.parse::<UserId>().is_ok() || id.parse::<IntegrationId>().is_ok() => Some(id.to_owned()),
            _ => return Err(Odd("The filter names nobody whom the log could know.")),
        };
        let periods = || Period::ALL.iter().find(|(_, code, _)| *code == field("period"));
        let (period, ..) = periods().ok_or(Odd("The filter names a period that there is not."))?;
        let date = |name: &str| field(name).trim().chars().filter(|c| !c.is_control()).take(40).collect();
        Ok(Self {
            person,
            what: What::read(field("action"))?,
            thing: Thing::read(field("thing"))?,
            period: *period,
            from: date("from"),
            to: date("to"),
        })
    }

    /// Only what concerns this thing.
    #[must_use]
    pub fn of_thing(kind: &'static str, id: &str) -> Self {
        Self { thing: Some(Thing { kind, id: id.to_owned() }), ..Self::default() }
    }

    /// Only what this person did.
    #[must_use]
    pub fn by(person: &str) -> Self {
        Self { person: Some(person.to_owned()), ..Self::default() }
    }

    /// The fields of an address or a form that say the same; empty ones left out.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let dates = self.period == Period::Dates;
        let fields = [
            ("person", self.person.clone().unwrap_or_default()),
            ("action", self.what.code()),
            ("thing", self.thing.as_ref().map(Thing::code).unwrap_or_default()),
            ("period", self.period.code().to_owned()),
            ("from", if dates { self.from.clone() } else { String::new() }),
            ("to", if dates { self.to.clone() } else { String::new() }),
        ];
        fields.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whether anything is asked at all.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.fields().is_empty()
    }

    /// Whether it asks for contacts alone.
    #[must_use]
    pub fn is_of_contacts(&self) -> bool {
        match &self.what {
            What::Kind(kind) => *kind == CONTACT,
            What::Action(code) => actions::find(code).is_some_and(|action| action.kind == CONTACT),
            What::Any => self.thing.as_ref().is_some_and(|thing| thing.kind == CONTACT),
        }
    }

    /// The instants that it spans at `now`.
    ///
    /// # Errors
    /// The field that is wrong, `from` or `to`, and what to do about it.
    pub fn bounds(&self, now: Timestamp) -> Result<Bounds, (&'static str, &'static str)> {
        let end = Timestamp::from_millis(i64::MAX);
        match self.period {
            Period::Any => Ok((Timestamp::from_millis(0), end)),
            Period::Last(span) => Ok((now.minus(span), end)),
            Period::Dates => {
                let wrong = |field| move || (field, "Enter a day as year, month and day: 2026-11-22");
                let from = match self.from.as_str() {
                    "" => Timestamp::from_millis(0),
                    day => start_of(day).ok_or_else(wrong("from"))?,
                };
                let to = match self.to.as_str() {
                    "" => end,
                    day => start_of(day).ok_or_else(wrong("to"))?.plus(Span::days(1)),
                };
                if from >= to {
                    return Err(("to", "Enter a last day that is not before the first one"));
                }
                Ok((from, to))
            }
        }
    }
}

/// The first instant of a day, in UTC.
fn start_of(day: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = day.parse().ok()?;
    // A full date and nothing more, of a year that people mean.
    let plain = day.len() == 10 && (1970..=9999).contains(&date.year());
    let start = plain.then(|| date.to_zoned(jiff::tz::TimeZone::UTC).ok())??;
    Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
}

impl What {
    fn read(text: &str) -> Result<Self, Odd> {
        let odd = Odd("The filter names an action that there is not.");
        if text.is_empty() {
            return Ok(Self::Any);
        }
        if let Some(kind) = text.strip_suffix(".*") {
            return Ok(Self::Kind(known_kind(kind).ok_or(odd)?));
        }
        // An action that this version does not know may stand in the log all the same.
        let plain = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
        let shaped = text.len() <= 64 && text.contains('.') && text.chars().all(plain);
        if shaped || actions::find(text).is_some() { Ok(Self::Action(text.to_owned())) } else { Err(odd) }
    }

    /// Its value in the address.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Any => String::new(),
            Self::Kind(kind) => format!("{kind}.*"),
            Self::Action(code) => code.clone(),
        }
    }
}

fn known_kind(kind: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _)| *known == kind).map(|(known, _)| *known)
}

impl Thing {
    fn read(text: &str) -> Result<Option<Self>, Odd> {
        if text.is_empty() {
            return Ok(None);
        }
        let odd = Odd("The filter names a thing of a kind that there is not.");
        let (kind, id) = text.split_once(':').ok_or(odd)?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let shaped = (1..=64).contains(&id.len()) && id.chars().all(plain);
        let kind = known_kind(kind).filter(|_| shaped).ok_or(odd)?;
        Ok(Some(Self { kind, id: id.to_owned() }))
    }

    /// Its value in the address.
    #[must_use]
    pub fn code(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_339_267_000);

    fn read(query: &str) -> Result<Filter, Odd> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Filter::read(|name| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value))
    }

    #[test]
    fn an_address_carries_all_that_is_asked() {
        let query =
            "person=system&action=integration.*&thing=integration:int_1&period=dates&from=2026-11-01&to=2026-11-22";
        let filter = read(query).unwrap();
        let fields: Vec<String> = filter.fields().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(fields.join("&"), query);
        assert!(read("").unwrap().is_any());
        assert!(
            ["action=contact.*", "action=note.created", "thing=contact:con_1"]
                .iter()
                .all(|of| read(of).unwrap().is_of_contacts())
        );
    }

    #[test]
    fn what_no_page_offers_is_refused() {
        for odd in [
            "person=me",
            "person=usr_1",
            "person=rol_00000000000000000000000000",
            "action=x",
            "action=*.*",
            "action=Moon.landed",
            "action=moon.*",
            "thing=integration",
            "thing=moon:1",
            "thing=integration:",
            "thing=integration:a'b",
            "period=9d",
        ] {
            assert!(read(odd).is_err(), "{odd}");
        }
        assert_eq!(read("action=moon.landed").unwrap().what, What::Action("moon.landed".to_owned()));
    }

    #[test]
    fn periods_and_dates_are_instants_in_utc() {
        let bounds = |query: &str| read(query).unwrap().bounds(NOW);
        assert_eq!(bounds("period=24h").unwrap().0, NOW.minus(Span::hours(24)));
        let (from, to) = bounds("period=dates&from=2026-11-22&to=2026-11-22").unwrap();
        assert_eq!((from.millis(), to.since(from)), (1_795_305_600_000, Span::days(1)));
        assert_eq!(bounds("period=dates").unwrap().0.millis(), 0);
        // Dates that are filled in but not chosen do not count.
        assert_eq!(bounds("from=never").unwrap().0.millis(), 0);
    }

    #[test]
    fn a_date_that_is_none_is_explained_at_its_field() {
        let wrong = |query: &str| read(query).unwrap().bounds(NOW).unwrap_err().0;
        assert_eq!(wrong("period=dates&from=yesterday"), "from");
        assert_eq!(wrong("period=dates&to=2026-02-30"), "to");
        assert_eq!(wrong("period=dates&to=2026-11-22T10:00"), "to");
        assert_eq!(wrong("period=dates&from=2026-11-22&to=2026-11-21"), "to");
        assert_eq!(wrong("period=dates&from=-009999-01-01"), "from");
    }
}
