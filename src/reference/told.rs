//! What webhooks are sent, for software: `webhooks` of the OpenAPI document.

use crate::web::described::{Field, Schema, Told};
use crate::webhooks::Event;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a delivery carries beside its body: name and meaning.
pub const HEADERS: &[(&str, &str)] = &[
    ("webhook-id", "Names the event. It is the same for every webhook and on every try"),
    ("webhook-timestamp", "When this try was made, in seconds since 1970"),
    ("webhook-signature", "One signature or more, with a space between them"),
];

/// The fields of a body, those that every event has first.
pub fn fields(told: &Told) -> Vec<Field> {
    let example = told.events.first().copied().unwrap_or_default();
    let mut fields = vec![
        Schema::one_of(told.events).note("The event").like(example).must("type"),
        Schema::instant().note("When it happened").must("timestamp"),
        Schema::text()
            .note("The same as the header webhook-id")
            .like("msg_01kb6z3c5n8r1w4y7b0f2h6k9m")
            .must("webhookId"),
        Schema::text().note("The account").like("acc_01k9w4c7n2f5j8p1r3v6y0bdhm").must("locationId"),
    ];
    fields.extend(told.fields.iter().cloned());
    fields
}

/// Every event as an operation that the receiver serves; the bodies' schemas are put into `named`.
pub fn webhooks(all: &[Told], named: &mut BTreeMap<&'static str, Value>) -> Value {
    let mut events = Map::new();
    for told in all {
        let schema = Schema::object(told.name, fields(told)).note(told.text);
        for event in Event::ALL.iter().filter(|event| told.events.contains(&event.name())) {
            let content = json!({ "application/json": { "schema": schema.json(named) } });
            let operation = json!({
                "operationId": format!("on{}", event.name()),
                "tags": ["Webhooks"],
                "summary": event.words(),
                "description": format!("Told to integrations with the scope {}.", event.scope()),
                "security": [],
                "parameters": HEADERS.iter().map(header).collect::<Vec<_>>(),
                "requestBody": { "required": true, "content": content },
                "responses": {
                    "2XX": { "description": "Taken. Anything else is tried again." },
                    "410": { "description": "Nobody listens here any more: nothing else is sent." },
                },
            });
            events.insert(event.name().to_owned(), json!({ "post": operation }));
        }
    }
    Value::Object(events)
}

fn header((name, means): &(&str, &str)) -> Value {
    json!({ "name": name, "in": "header", "required": true, "description": format!("{means}."), "schema": { "type": "string" } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contacts;

    #[test]
    fn each_event_has_one_body() {
        let told: Vec<&str> = contacts::told().iter().flat_map(|told| told.events).copied().collect();
        let known: Vec<&str> = Event::ALL.iter().map(|event| event.name()).collect();
        assert_eq!(told, known, "in the order of the console's form");
    }
}
