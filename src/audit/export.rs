//! The log as a file: CSV that no spreadsheet takes for formulas, or a JSON object a line.

use super::model::event::Event;
use super::model::words::told;
use crate::world::Timestamp;
use serde_json::json;
use std::fmt::Write as _;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, RFC 4180.
    Csv,
    /// JSON Lines.
    JsonLines,
}

impl Format {
    /// The form that `code` names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::JsonLines => "JSON Lines",
        }
    }

    /// The ending of the file's name.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// The file's media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::JsonLines => "application/jsonl; charset=utf-8",
        }
    }

    /// What stands first.
    #[must_use]
    pub const fn head(self) -> &'static str {
        match self {
            Self::Csv => {
                "time,event,sequence,times,person,person_kind,person_id,what,action,thing_kind,thing,thing_id,address,client,request,details\r\n"
            }
            Self::JsonLines => "",
        }
    }

    /// Adds an event's line.
    pub fn add(self, text: &mut String, event: &Event) {
        match self {
            Self::Csv => add_row(text, event),
            Self::JsonLines => {
                text.push_str(&object(event).to_string());
                text.push('\n');
            }
        }
    }
}

/// `2026-11-22T09:21:07.123Z`.
fn instant(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn add_row(text: &mut String, event: &Event) {
    fn or_nothing(value: Option<&String>) -> &str {
        value.map_or("", String::as_str)
    }
    let cells = [
        &instant(event.at),
        &event.id,
        &event.sequence.map(|place| place.to_string()).unwrap_or_default(),
        &event.times.to_string(),
        &event.actor_name,
        &event.actor_kind,
        or_nothing(event.actor_id.as_ref()),
        &told(event).text(),
        &event.action,
        &event.subject_kind,
        &event.subject_name,
        or_nothing(event.subject_id.as_ref()),
        or_nothing(event.address.as_ref()),
        or_nothing(event.agent.as_ref()),
        or_nothing(event.request.as_ref()),
        &event.details.to_string(),
    ];
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        add_cell(text, cell);
    }
    text.push_str("\r\n");
}

/// A cell in quotes where it needs them. What a spreadsheet would calculate gets an apostrophe before it, also behind what some
/// spreadsheet takes for the end of a cell: one that parts them by semicolons or tabs sees no quotes in the middle.
fn add_cell(text: &mut String, cell: &str) {
    let quote = if cell.contains([',', '"', '\r', '\n', ';', '\t']) { "\"" } else { "" };
    let first = if cell.starts_with(['\t', '\r']) { "'" } else { "" };
    let _ = write!(text, "{quote}{first}");
    for part in cell.split_inclusive([';', '\t', '\r', '\n']) {
        let safe = if is_formula(part) { "'" } else { "" };
        let _ = write!(text, "{safe}{}", part.replace('"', "\"\""));
    }
    text.push_str(quote);
}

/// Whether a cell that begins like this could be calculated; full width counts, and spaces and quotes before it do not help.
fn is_formula(start: &str) -> bool {
    let start = start.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
    start.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

fn object(event: &Event) -> serde_json::Value {
    json!({
        "time": instant(event.at),
        "event": event.id,
        "sequence": event.sequence,
        "times": event.times,
        "person": { "kind": event.actor_kind, "id": event.actor_id, "name": event.actor_name },
        "what": told(event).text(),
        "action": event.action,
        "thing": { "kind": event.subject_kind, "id": event.subject_id, "name": event.subject_name },
        "details": event.details,
        "address": event.address,
        "client": event.agent,
        "request": event.request,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::words::tests::event;

    fn cell(text: &str) -> String {
        let mut out = String::new();
        add_cell(&mut out, text);
        out
    }

    #[test]
    fn no_cell_is_a_formula_and_quotes_are_doubled() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "＝1+1", "＋1", "－1", "＠SUM(A1)"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        assert_eq!(
            cell("=HYPERLINK(\"http://evil.example\",\"x\")"),
            "\"'=HYPERLINK(\"\"http://evil.example\"\",\"\"x\"\")\""
        );
        assert_eq!((cell("\tx"), cell("\r=1")), ("\"'\tx\"".to_owned(), "\"'\r'=1\"".to_owned()));
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
        assert_eq!((cell("plain = text"), cell("")), ("plain = text".to_owned(), String::new()));
    }

    #[test]
    fn no_part_of_a_cell_is_a_formula_for_whoever_parts_cells_elsewhere() {
        assert_eq!(cell("x;=WEBSERVICE(A1);=cmd|' /C calc'!A0;y"), "\"x;'=WEBSERVICE(A1);'=cmd|' /C calc'!A0;y\"");
        assert_eq!(cell("x\t=1\n+2\r\n＝3"), "\"x\t'=1\n'+2\r\n'＝3\"");
        assert_eq!(cell("x; \"=1"), "\"x;' \"\"=1\"");
        assert_eq!(cell("Mozilla/5.0 (X11; Linux)"), "\"Mozilla/5.0 (X11; Linux)\"");
    }

    #[test]
    fn a_row_has_as_many_cells_as_the_head_and_an_object_says_the_same() {
        let event = event("integration", "integration.paused", json!({}));
        let mut row = String::new();
        Format::Csv.add(&mut row, &event);
        assert_eq!(row.split(',').count(), Format::Csv.head().split(',').count());
        assert!(
            row.starts_with("2026-11-22T09:21:07.000Z,evt_01,7,1,Maren Holt,staff,usr_1,paused Warehouse sync,"),
            "{row}"
        );
        let mut line = String::new();
        Format::JsonLines.add(&mut line, &event);
        let read: serde_json::Value = serde_json::from_str(line.trim_end()).unwrap();
        assert_eq!(
            (read["what"].as_str(), read["person"]["name"].as_str()),
            (Some("paused Warehouse sync"), Some("Maren Holt"))
        );
        assert_eq!(line.matches('\n').count(), 1);
    }
}
