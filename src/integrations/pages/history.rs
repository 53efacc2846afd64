//! The history of an integration: a sentence for each event.

use super::view::show::HistoryRow;
use crate::audit::Event;
use crate::web::times;
use crate::world::Timestamp;
use serde_json::Value;

/// The sentence of an event.
pub fn row(event: Event, now: Timestamp) -> HistoryRow {
    let (icon, what, ids) = said(&event, now);
    HistoryRow { icon, what, ids, when: times::ago_or_day(event.at, now), who: event.actor_name }
}

fn said(event: &Event, now: Timestamp) -> (&'static str, String, Vec<String>) {
    let plain = |icon, what: &str| (icon, what.to_owned(), Vec::new());
    let details = &event.details;
    match event.action.as_str() {
        "integration.created" => plain("plus", "created the integration"),
        "integration.updated" => updated(details),
        "integration.rotation_started" => {
            let overlap =
                details.get("until").and_then(instant).map(|until| times::roughly_left(until.since(event.at)));
            let overlap = overlap.map(|words| format!(", overlap {words}")).unwrap_or_default();
            ("refresh-cw", format!("started a rotation{overlap}"), Vec::new())
        }
        "integration.rotated_now" if strings(details.get("ended")).is_empty() => {
            plain("refresh-cw", "gave it a new token")
        }
        "integration.rotated_now" => plain("refresh-cw", "rotated the token, old one expired at once"),
        "integration.rotation_cancelled" => plain("undo-2", "cancelled the rotation"),
        "integration.outgoing_expired" => plain("timer", "expired the old token"),
        "integration.overlap_extended" => {
            let until = details
                .pointer("/after/until")
                .and_then(instant)
                .map(|at| format!(" to {}", times::short_day(at, now)));
            ("hourglass", format!("extended the overlap{}", until.unwrap_or_default()), Vec::new())
        }
        "integration.overlap_ended" => plain("timer", "ended the overlap: the old token stopped"),
        "integration.token_ended" => plain("timer", "ended the token: its deadline passed"),
        "integration.paused" => plain("circle-pause", "paused it"),
        "integration.resumed" => plain("circle-play", "resumed it"),
        "integration.taken_over" => plain("user-round", "took it over"),
        "integration.deleted" => plain("trash-2", "deleted the integration"),
        "integration.token_revoked" => ("ban", "revoked its token".to_owned(), strings(details.get("ended"))),
        other => ("info", other.to_owned(), Vec::new()),
    }
}

fn updated(details: &Value) -> (&'static str, String, Vec<String>) {
    let both =
        |field: &str| (details.pointer(&format!("/before/{field}")), details.pointer(&format!("/after/{field}")));
    let differs = |field: &str| both(field).0 != both(field).1;
    let (was, is) = both("scopes");
    let (was, is) = (strings(was), strings(is));
    let added: Vec<_> = is.iter().filter(|id| !was.contains(id)).cloned().collect();
    let removed: Vec<_> = was.iter().filter(|id| !is.contains(id)).cloned().collect();
    let mut changed: Vec<&str> = Vec::new();
    changed.extend(differs("name").then_some("the name"));
    changed.extend(differs("description").then_some("the description"));
    match (changed.is_empty(), added.is_empty(), removed.is_empty()) {
        (true, false, true) => ("sliders-horizontal", "added".to_owned(), added),
        (true, true, false) => ("sliders-horizontal", "removed".to_owned(), removed),
        (_, true, true) => ("pencil", format!("changed {}", changed.join(" and ")), Vec::new()),
        _ => {
            changed.push("scopes:");
            let added = added.into_iter().map(|id| format!("+ {id}"));
            let ids = added.chain(removed.into_iter().map(|id| format!("− {id}"))).collect();
            ("sliders-horizontal", format!("changed {}", changed.join(" and ")), ids)
        }
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_i64().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::Span;
    use serde_json::json;

    fn told(action: &str, details: Value) -> (String, Vec<String>) {
        let at = Timestamp::from_millis(1_795_339_267_000);
        let event = Event { at, actor_name: "Maren Holt".to_owned(), action: action.to_owned(), details };
        let row = row(event, at.plus(Span::hours(3)));
        (row.what, row.ids)
    }

    #[test]
    fn each_event_is_a_sentence() {
        let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
        let until = 1_795_339_267_000_i64 + 7 * 86_400_000;
        let started = told("integration.rotation_started", json!({ "token": "a", "outgoing": "b", "until": until }));
        assert_eq!(started.0, "started a rotation, overlap 7 days");
        let of = |name: &str, scopes: &[&str]| json!({ "name": name, "description": "", "scopes": scopes });
        let changed =
            |before: Value, after: Value| told("integration.updated", json!({ "before": before, "after": after }));
        assert_eq!(changed(of("a", &["x"]), of("a", &["x", "y"])), ("added".to_owned(), ids(&["y"])));
        assert_eq!(changed(of("a", &["x"]), of("b", &["x"])), ("changed the name".to_owned(), vec![]));
        assert_eq!(
            changed(of("a", &["x"]), of("b", &["y"])),
            ("changed the name and scopes:".to_owned(), ids(&["+ y", "− x"]))
        );
        assert_eq!(
            told("integration.rotated_now", json!({ "ended": ["pit_…a"] })).0,
            "rotated the token, old one expired at once"
        );
    }
}
