//! Deliveries in the words of the pages: the same ones in every list and on a delivery's own page.

use crate::config::WebhookReach;
use crate::web::parts::{Pill, PillKind};
use crate::web::times;
use crate::webhooks::model::delivery::Problem;
use crate::webhooks::model::schedule::GONE;
use crate::webhooks::model::{Condition, Delivery, State, Target};
use crate::world::Timestamp;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// Characters of whom an event is about.
const ABOUT_MAX: usize = 80;

/// What a status of a delivery is called.
pub const fn status_word(state: State) -> &'static str {
    match state {
        State::Waiting => "Waiting",
        State::Delivered => "Delivered",
        State::Failed => "Failed",
        State::Stopped => "Stopped",
    }
}

/// The pill of a delivery.
pub fn pill(state: State) -> Pill {
    let kind = match state {
        State::Waiting => PillKind::Waiting,
        State::Delivered => PillKind::Delivered,
        State::Failed => PillKind::Disabled,
        State::Stopped => PillKind::Paused,
    };
    Pill::worded(kind, status_word(state))
}

/// What a try was answered, in few words: `200`, `Timed out`; a dash before the first one.
pub fn answer(status: Option<u16>, problem: Option<Problem>) -> String {
    match (status, problem) {
        (Some(status), _) => status.to_string(),
        (None, Some(problem)) => problem.short().to_owned(),
        (None, None) => "–".to_owned(),
    }
}

/// What went wrong with the last try, in a sentence; empty when nothing did. Where this server does not send to `url`, also why.
pub fn problem(of: &Delivery, url: &str, reach: &WebhookReach) -> String {
    match (of.problem, Target::parse(url, reach)) {
        (None, _) => String::new(),
        (Some(Problem::NoTarget), Err(why)) => {
            format!("Nothing was sent: this server does not send to this URL. {why}")
        }
        (Some(problem), _) => problem.words().to_owned(),
    }
}

/// Why it was stopped, as it was then; empty when it was not.
pub fn stopped(of: &Delivery) -> &str {
    of.stopped_why.as_deref().filter(|_| of.state == State::Stopped).map_or("", Condition::stopped_words)
}

/// Why one that failed is not tried again by itself.
pub fn given_up(of: &Delivery) -> &'static str {
    match of.status {
        Some(GONE) => "the receiver said that it is gone",
        _ => "it was tried as often as possible",
    }
}

/// How long a try took: `84 ms`, `15.0 s`.
pub fn duration(millis: i64) -> String {
    if millis < 1_000 { format!("{millis} ms") } else { format!("{}.{} s", millis / 1_000, millis % 1_000 / 100) }
}

/// When it is tried next: `in 4 min`, `now`.
pub fn next_try(of: &Delivery, now: Timestamp) -> String {
    match of.next_at.filter(|_| of.state == State::Waiting) {
        None => "–".to_owned(),
        Some(at) if at <= now => "now".to_owned(),
        Some(at) => format!("in {}", times::left(at.since(now))),
    }
}

/// What becomes of a delivery that waits: `next try in 4 min`; while nothing is sent, that it is not tried, or not when it falls due.
pub fn waits(of: &Delivery, to: Condition, now: Timestamp) -> String {
    match to {
        Condition::Active | Condition::Failing(_) => format!("next try {}", next_try(of, now)),
        // Those that wait are stopped just now, whenever they fall due.
        Condition::Disabled(_) => "is being stopped".to_owned(),
        _ => format!("stops {}", next_try(of, now)),
    }
}

/// Whom a body is about, as it names them: the contact's name or else how to reach them, of a note or a task the contact's id; empty
/// when it says nothing of that. The beginning of a body will do.
pub fn about(body: &str) -> String {
    let mut about = About::default();
    // It may end in the middle: what was read before that counts.
    let _ = serde_json::Deserializer::from_str(body).deserialize_map(Reading(&mut about));
    if about.is("Test") {
        return String::new();
    }
    let full = format!("{} {}", about.get("firstName"), about.get("lastName"));
    let names = [full.trim(), about.get("name"), about.get("companyName"), about.get("email"), about.get("phone")];
    let ids = [about.get("contactId"), about.get("id")];
    let found = names.into_iter().chain(ids).find(|name| !name.is_empty()).unwrap_or_default();
    match found.char_indices().nth(ABOUT_MAX) {
        Some((end, _)) => format!("{}…", found.get(..end).unwrap_or_default()),
        None => found.to_owned(),
    }
}

/// The fields that name somebody.
const NAMING: [&str; 9] = ["type", "firstName", "lastName", "name", "companyName", "email", "phone", "contactId", "id"];

#[derive(Debug, Default)]
struct About(Vec<(String, String)>);

impl About {
    fn get(&self, field: &str) -> &str {
        self.0.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.trim())
    }

    fn is(&self, kind: &str) -> bool {
        self.get("type") == kind
    }
}

struct Reading<'a>(&'a mut About);

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key::<String>()? {
            if NAMING.contains(&field.as_str()) {
                if let serde_json::Value::String(value) = map.next_value()? {
                    self.0.0.push((field, value));
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit_that_fits() {
        assert_eq!(duration(84), "84 ms");
        assert_eq!(duration(1_960), "1.9 s");
        assert_eq!(duration(15_000), "15.0 s");
    }

    #[test]
    fn an_answer_is_its_status_or_what_went_wrong() {
        assert_eq!(answer(Some(302), Some(Problem::Redirect)), "302");
        assert_eq!(answer(None, Some(Problem::TimedOut)), "Timed out");
        assert_eq!(answer(None, None), "–");
    }

    #[test]
    fn whom_it_is_about_is_read_from_as_much_of_a_body_as_there_is() {
        let whole =
            r#"{"type":"ContactCreate","id":"con_1","customFields":[{"id":"x"}],"firstName":"Ada","lastName":"Quist"}"#;
        assert_eq!(about(whole), "Ada Quist");
        assert_eq!(about(&whole[..60]), "con_1", "the id comes early");
        assert_eq!(
            about(r#"{"type":"ContactCreate","id":"con_1","firstName":" ","email":"a@b.example"}"#),
            "a@b.example"
        );
        assert_eq!(about(r#"{"type":"NoteCreate","id":"not_1","contactId":"con_2","body":"Call"}"#), "con_2");
        assert_eq!(about(r#"{"type":"Test","id":"whe_1"}"#), "");
        for nothing in ["", "[]", "{", "7", r#"{"id":3}"#] {
            assert_eq!(about(nothing), "", "{nothing}");
        }
        let long = about(&format!(r#"{{"firstName":"{}"}}"#, "ä".repeat(100)));
        assert_eq!((long.chars().count(), long.ends_with('…')), (81, true));
    }
}
