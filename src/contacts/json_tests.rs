//! Bodies that are taken, bodies that are refused, and what is answered.

use super::*;
use crate::error::{AppError, Message};
use crate::ids::{AccountId, ContactId};
use crate::world::FixedEntropy;
use crate::world::Timestamp;

fn taken(body: Value) -> Draft {
    let Value::Object(map) = body else { panic!("not an object") };
    let mut fields = Fields::new(map);
    let draft = read(&mut fields);
    fields.finish().unwrap();
    draft
}

fn refused(body: Value) -> Vec<String> {
    let Value::Object(map) = body else { panic!("not an object") };
    let mut fields = Fields::new(map);
    read(&mut fields);
    let AppError::Api(problem) = fields.finish().unwrap_err() else { panic!("not a problem of the API") };
    let Message::Each(each) = &problem.message else { panic!("not a list") };
    each.clone()
}

#[test]
fn absent_fields_stay_and_null_or_blank_ones_are_cleared() {
    let draft = taken(json!({"city": "Oslo", "state": null, "country": " ", "dnd": null}));
    let expected = [(Text::City, Some("Oslo".to_owned())), (Text::State, None), (Text::Country, None)];
    assert_eq!(draft.texts, expected);
    assert_eq!((draft.dnd, draft.tags), (Some(None), None));
    assert_eq!(taken(json!({"tags": null})).tags, Some(Vec::new()));
    assert_eq!(taken(json!({"gender": null})), Draft { besides: vec![(Beside::Gender, None)], ..Draft::default() });
}

#[test]
fn custom_fields_are_taken_in_each_spelling() {
    let draft = taken(json!({"customFields": [
        {"id": "a", "field_value": "x"},
        {"key": "b", "fieldValue": 2.5},
        {"id": "c", "key": "ignored", "value": ["y", "z"]},
    ]}));
    let read: Vec<(&str, &Value)> = draft.custom_fields.iter().map(|field| (field.id.as_str(), &field.value)).collect();
    assert_eq!(read, [("a", &json!("x")), ("b", &json!(2.5)), ("c", &json!(["y", "z"]))]);
}

#[test]
fn each_wrong_field_is_named() {
    let said = refused(json!({
        "firstName": 1,
        "email": "nobody",
        "dnd": "yes",
        "tags": ["a", 1, "x".repeat(101)],
        "customFields": [1, {"id": "a"}, {"field_value": 1}, {"id": "a", "field_value": 1, "foo": 2}],
        "gender": 7,
        "token_hash": "x",
    }));
    let expected = [
        "firstName must be a string",
        "email must be an email",
        "dnd must be a boolean",
        "tags.1 must be a string",
        "tags.2 must be at most 100 characters long",
        "customFields.0 must be an object",
        "customFields.1 must have one field_value",
        "customFields.2 must have an id or a key that is a string",
        "customFields.3 property foo should not exist",
        "gender must be a string",
        "property token_hash should not exist",
    ];
    assert_eq!(said, expected);
}

#[test]
fn ten_thousand_tags_are_refused_in_one_sentence() {
    let tags: Vec<String> = (0..10_000).map(|n| n.to_string()).collect();
    assert_eq!(refused(json!({ "tags": tags })), ["tags must contain at most 200 elements"]);
}

#[test]
fn an_answer_leaves_out_what_is_unknown() {
    let now = Timestamp::from_millis(1_625_203_106_704);
    let entropy = FixedEntropy::default();
    let mut contact = Contact::new(ContactId::new(now, &entropy), AccountId::new(now, &entropy), now);
    contact.apply(taken(json!({"firstName": "Ada", "lastName": "Byron", "type": "lead"})));
    let expected = json!({
        "id": contact.id.as_str(),
        "locationId": contact.account.as_str(),
        "firstName": "Ada",
        "lastName": "Byron",
        "name": "Ada Byron",
        "type": "lead",
        "tags": [],
        "customFields": [],
        "dateAdded": "2021-07-02T05:18:26.704Z",
        "dateUpdated": "2021-07-02T05:18:26.704Z",
    });
    assert_eq!(json!(Written(&contact)), expected);
    assert_eq!(write_item(&contact)["contactName"], "Ada Byron");
}
