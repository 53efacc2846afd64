//! What an event says beyond its sentence: before and after as a diff, and the rest as facts.

use super::event::Event;
use crate::authz::Permission;
use crate::web::parts::{DiffRow, Fact};
use crate::web::times;
use crate::world::Timestamp;
use serde_json::{Map, Value};

/// The field's name on the page, and whether its values are ids.
fn label(field: &str) -> (String, bool) {
    let (words, mono) = match field {
        "name" => ("Name", false),
        "description" => ("Description", false),
        "scopes" => ("Scopes", true),
        "permissions" => ("Permissions", false),
        "overrides" => ("For them alone", false),
        "token" => ("Token", true),
        "outgoing" => ("Old token", true),
        "ended" => ("Ended tokens", true),
        "until" => ("Old token works until", false),
        "events" => ("Events", true),
        "event" => ("Event", true),
        "integration" => ("Integration", false),
        "with_integration" => ("Deleted with its integration", false),
        "secret" => ("Signing secret", true),
        "old_secret" => ("Old signing secret", true),
        "ended_secrets" => ("Ended signing secrets", true),
        "signs_until" => ("Old secret signs until", false),
        "message" => ("webhook-id", true),
        "deliveries" => ("Deliveries", false),
        "since" => ("Since", false),
        "failed_since" => ("Failed or stopped since", false),
        "looked_after_by" => ("Looked after by", false),
        "role" => ("Role", false),
        "email" => ("E-mail", false),
        "state" => ("State", false),
        "enabled" => ("On", false),
        "disabled" => ("Disabled", false),
        "invited_role" => ("Role that invitations offer", false),
        "domains" => ("Addresses that may sign in", false),
        "moved_to" => ("Its people and invitations have now", false),
        "people" => ("People", false),
        "invitations" => ("Open invitations", false),
        "link_given_by" => ("Link given by", false),
        "reason" | "why" => ("Reason", false),
        "needs" => ("What was needed", true),
        "sessions" => ("Sessions", false),
        "review" => ("Left for review", false),
        "fields" => ("Fields", true),
        "contact" => ("Contact", true),
        "format" => ("Format", false),
        "filter" => ("Filter", true),
        other => return (other.to_owned(), true),
    };
    (words.to_owned(), mono)
}

/// Before and after, field by field; what is the same on both sides is left out, unless it is part of a list that changed.
#[must_use]
pub fn diff(event: &Event) -> Vec<DiffRow> {
    let empty = Map::new();
    let side = |name: &str| event.details.get(name).and_then(Value::as_object).unwrap_or(&empty);
    let (before, after) = (side("before"), side("after"));
    if event.action == "staff.overrides_changed" {
        return vec![DiffRow::of_lists("For them alone", false, &said(before), &said(after))];
    }
    let mut fields: Vec<&String> = before.keys().chain(after.keys()).collect();
    // The name first, as in every form.
    fields.sort_unstable_by_key(|field| (*field != "name", *field));
    fields.dedup();
    let differs = |field: &&String| before.get(*field) != after.get(*field);
    let row = |field: &String| {
        let (words, mono) = label(field);
        let lines = |side: &Map<String, Value>| side.get(field).map_or_else(Vec::new, |value| lines(field, value));
        DiffRow::of_lists(&words, mono, &lines(before), &lines(after))
    };
    fields.into_iter().filter(differs).map(row).collect()
}

/// What is allowed or denied to one person alone, a line each.
fn said(side: &Map<String, Value>) -> Vec<String> {
    let line = |(code, value): (&String, &Value)| {
        let verb = if value.as_bool() == Some(true) { "Allow" } else { "Deny" };
        format!("{verb} {}", permission(code))
    };
    side.iter().map(line).collect()
}

fn permission(code: &str) -> String {
    Permission::from_code(code).map_or_else(|| code.to_owned(), |permission| permission.words().to_owned())
}

/// The value as one line, or one for each of a list.
fn lines(field: &str, value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(|item| lines(field, item)).collect(),
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) if field == "permissions" => vec![permission(text)],
        Value::String(text) => vec![text.clone()],
        Value::Bool(yes) => vec![if *yes { "Yes" } else { "No" }.to_owned()],
        Value::Number(number) if ["until", "since", "signs_until", "failed_since"].contains(&field) => {
            let at = number.as_i64().map(Timestamp::from_millis);
            vec![at.map_or_else(|| number.to_string(), |at| times::when(at, "").title)]
        }
        other => vec![other.to_string()],
    }
}

/// Everything else that the change wrote, so that nothing of it is kept from the reader.
#[must_use]
pub fn facts(event: &Event) -> Vec<Fact> {
    let Some(details) = event.details.as_object() else { return Vec::new() };
    let rest = details.iter().filter(|(field, _)| !["before", "after"].contains(&field.as_str()));
    rest.filter_map(|(field, value)| {
        let (words, mono) = label(field);
        let text = if field == "review" { review(value) } else { lines(field, value).join(", ") };
        let fact = Fact::new(&words, text);
        (!fact.value.is_empty()).then(|| if mono { fact.mono() } else { fact })
    })
    .collect()
}

/// The integrations that somebody who left looked after.
fn review(value: &Value) -> String {
    let listed = value.get("integrations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let names: Vec<&str> = listed.iter().filter_map(|of| of.get("name").and_then(Value::as_str)).collect();
    match value.get("count").and_then(Value::as_u64) {
        Some(0) => "no integration".to_owned(),
        Some(count) if usize::try_from(count).is_ok_and(|count| count > names.len()) => {
            format!("{count} integrations, among them {}", names.join(", "))
        }
        _ => names.join(", "),
    }
}

/// The strings of a JSON array.
pub(super) fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::words::tests::event;
    use serde_json::json;

    fn told(rows: &[DiffRow]) -> Vec<(String, Vec<String>, Vec<String>)> {
        let lines = |lines: &[crate::web::parts::DiffLine]| {
            lines.iter().map(|line| format!("{}{}", if line.changed { "*" } else { "" }, line.text)).collect::<Vec<_>>()
        };
        rows.iter().map(|row| (row.field.clone(), lines(&row.before), lines(&row.after))).collect()
    }

    #[test]
    fn scopes_are_told_as_added_and_removed_and_what_stayed_the_same_is_left_out() {
        let details = json!({
            "before": { "name": "Sync", "description": "Stock.", "scopes": ["a", "b"] },
            "after": { "name": "Sync", "description": "", "scopes": ["a", "c"] },
        });
        let rows = told(&diff(&event("integration", "integration.updated", details)));
        let strings = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            rows,
            [
                ("Description".to_owned(), strings(&["*Stock."]), vec![]),
                ("Scopes".to_owned(), strings(&["a", "*b"]), strings(&["a", "*c"])),
            ]
        );
    }

    #[test]
    fn permissions_are_told_by_their_names_and_instants_in_full() {
        let details = json!({ "before": { "permissions": [] }, "after": { "permissions": ["labs.manage"] } });
        assert_eq!(told(&diff(&event("role", "role.changed", details)))[0].2, ["*Manage Labs"]);
        let details = json!({ "before": { "labs.manage": true }, "after": { "staff.view": false } });
        let rows = told(&diff(&event("staff", "staff.overrides_changed", details)));
        assert_eq!(
            (rows[0].1.clone(), rows[0].2.clone()),
            (vec!["*Allow Manage Labs".to_owned()], vec!["*Deny View Staff".to_owned()])
        );
        let details = json!({ "token": "pit_…a", "until": 1_795_339_267_000_i64 });
        let facts = facts(&event("integration", "integration.rotation_started", details));
        assert!(facts.iter().any(|fact| fact.value == "2026-11-22 09:21:07 UTC"), "{facts:?}");
    }

    #[test]
    fn what_nobody_foresaw_is_shown_as_it_is_written() {
        let event =
            event("moon", "moon.landed", json!({ "crew": { "size": 3 }, "before": { "flag": 1 }, "after": {} }));
        assert_eq!(facts(&event)[0].value, "{\"size\":3}");
        assert_eq!(told(&diff(&event)), [("flag".to_owned(), vec!["*1".to_owned()], vec![])]);
    }
}
