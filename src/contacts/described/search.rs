//! The search for contacts.

use super::records::refuses;
use super::schemas::{item_fields, location_id};
use crate::contacts::search::{By, DEPTH, PAGE};
use crate::web::described::{Chapter, Operation, Schema};
use serde_json::json;

const OPERATORS: &[&str] = &["eq", "not_eq", "contains", "not_contains", "exists", "not_exists", "range"];

/// The chapter about the search.
pub fn chapter() -> Chapter {
    Chapter {
        anchor: "search",
        title: "Search",
        text: "Finds contacts by text and by filters, in an order of your choice, page by page.",
        operations: vec![search()],
        objects: vec![filter(), hit()],
    }
}

/// A filter, or a group of filters, which may hold groups.
fn filter() -> Schema {
    let list = Schema::list(Schema::named("Filter")).note("With group: the filters in it, at least one");
    Schema::object(
        "Filter",
        vec![
            Schema::text().note("A text of the contact by its name, tags, dnd, dateAdded, dateUpdated, or a field of yours by its id, such as customFields.plan").may("field"),
            Schema::one_of(OPERATORS).note("How field and value are compared").may("operator"),
            Schema::any()
                .note(
                    "With eq and contains a text, or a list of which one is enough; with range, for dates, an object with gt, gte, lt or lte \
                     of ISO 8601 instants, days or milliseconds; with exists and not_exists none. What begins with not_ also finds \
                     contacts that do not have the field",
                )
                .may("value"),
            Schema::pattern("^([Aa][Nn][Dd]|[Oo][Rr])$").note("Instead of field, operator and value: AND or OR").may("group"),
            list.may("filters"),
        ],
    )
    .note("Texts are compared without regard to case. A search has at most 20 filters and groups, nested 4 deep, with 50 values in all, 5 of them for contains, of 75 characters. One that looks at too much for 5 seconds is refused.")
}

fn hit() -> Schema {
    let mut fields = item_fields();
    let place = Schema::either(vec![Schema::whole(i64::MIN, i64::MAX), Schema::text()]);
    let place = Schema::list(place)
        .note("Cursor: send it back to go on after this contact")
        .like(json!([1_793_610_000_000_i64, "con_01kb6z2v7h9d3m5q8x4t0wsfne"]));
    fields.push(place.must("searchAfter"));
    Schema::object("Hit", fields).note("A contact as a search has it.")
}

fn search() -> Operation {
    let by: Vec<&'static str> = By::ALL.iter().map(|(name, _)| *name).collect();
    let sort = Schema::fields(vec![
        Schema::one_of(&by).like("dateAdded").must("field"),
        Schema::pattern("^([Aa][Ss][Cc]|[Dd][Ee][Ss][Cc])$")
            .or_null()
            .note("asc or desc; asc when it is not given")
            .like("desc")
            .may("direction"),
    ]);
    let filters = Schema::list(Schema::named("Filter")).or_null().note("All of which must hold").like(json!([
        { "field": "tags", "operator": "eq", "value": "customer" },
        { "group": "OR", "filters": [
            { "field": "dateAdded", "operator": "range", "value": { "gte": "2026-01-01" } },
            { "field": "customFields.plan", "operator": "exists" },
        ]},
    ]));
    let value = Schema::either(vec![Schema::whole(i64::MIN, i64::MAX), Schema::text()]);
    let body = vec![
        location_id().must("locationId"),
        Schema::whole(1, PAGE).note("How many").like(20).must("pageLimit"),
        Schema::whole(1, DEPTH).or_null().note("Number of the page, within the first 10,000 contacts").may("page"),
        Schema::list(value)
            .or_null()
            .note("Instead of page: searchAfter of the last contact before")
            .may("searchAfter"),
        Schema::short(75)
            .or_null()
            .note("What name, e-mail address, phone number or company must contain")
            .may("query"),
        filters.may("filters"),
        Schema::few(sort, 3)
            .or_null()
            .note("The most important first; the newest come first when it is not given")
            .may("sort"),
    ];
    let answer = vec![
        Schema::few(hit(), 500).must("contacts"),
        Schema::whole(0, i64::MAX).note("How many contacts match").like(1).must("total"),
        Schema::text().note("The request's number, as in X-Request-Id").like("req_01kb6z").must("traceId"),
    ];
    let operation = Operation::new("POST", "/contacts/search", "searchContacts", "Search contacts")
        .text("To go on, send searchAfter of the last contact, in the same order, until a page is not full; or count page up.")
        .json(Schema::fields(body))
        .answers(200, Schema::fields(answer));
    refuses(operation, &[])
}
