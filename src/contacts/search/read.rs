//! Reading a search out of a JSON body; each part that is wrong is named by its place.

use super::filters::{Filters, shown};
use super::{By, DEPTH, PAGE, Place, Search, Sort, Start};
use crate::ids::ContactId;
use crate::text::fold;
use crate::web::api::Fields;
use serde_json::Value;

/// Longest text that is searched everywhere.
const QUERY: usize = 75;
/// Most parts of an order.
const SORTS: usize = 3;
/// Longest text in `searchAfter`: more than any key has.
const KEY: usize = 2_000;

/// Takes a search out of a body; what is wrong is noted there.
pub fn read(fields: &mut Fields) -> Search {
    let mut search = Search { limit: 1, ..Search::default() };
    for name in ["page", "searchAfter", "query", "filters", "sort"] {
        fields.drop_null(name);
    }
    match fields.whole_number("pageLimit", 1..=PAGE) {
        Some(Some(limit)) => search.limit = limit,
        Some(None) => {}
        None => fields.wrong(format!("pageLimit is required and must be a whole number from 1 to {PAGE}")),
    }
    if let Some(query) = fields.text("query").flatten() {
        if query.chars().count() > QUERY {
            fields.wrong(format!("query must be at most {QUERY} characters long"));
        }
        search.query = fold(query.trim());
    }
    search.sort = read_sort(fields);
    search.start = read_start(fields, &search);
    if let Some(list) = fields.list("filters") {
        let mut reading = Filters::default();
        search.filters = reading.read("filters", list, 0);
        reading.wrong.into_iter().for_each(|what| fields.wrong(what));
    }
    search
}

fn read_sort(fields: &mut Fields) -> Vec<Sort> {
    let list = fields.list("sort").unwrap_or_default();
    if list.len() > SORTS {
        fields.wrong(format!("sort must contain at most {SORTS} elements"));
        return Vec::new();
    }
    let mut sorts: Vec<Sort> = Vec::new();
    for (place, item) in list.into_iter().enumerate() {
        match read_one_sort(item) {
            Ok(sort) if sorts.iter().any(|known| known.by == sort.by) => {
                fields.wrong(format!("sort.{place}.field must not repeat a field"));
            }
            Ok(sort) => sorts.push(sort),
            Err(why) => fields.wrong(format!("sort.{place}{why}")),
        }
    }
    if sorts.is_empty() { vec![Sort { by: By::DateAdded, down: true }] } else { sorts }
}

fn read_one_sort(item: Value) -> Result<Sort, String> {
    let Value::Object(mut item) = item else { return Err(" must be an object".to_owned()) };
    let field = item.remove("field");
    let known = By::ALL.iter().find(|(name, _)| field.as_ref().and_then(Value::as_str) == Some(*name));
    let Some((_, by)) = known else {
        let names: Vec<&str> = By::ALL.iter().map(|(name, _)| *name).collect();
        return Err(format!(".field must be one of {}", names.join(", ")));
    };
    let down = match item.remove("direction") {
        None | Some(Value::Null) => false,
        Some(Value::String(way)) if way.eq_ignore_ascii_case("asc") => false,
        Some(Value::String(way)) if way.eq_ignore_ascii_case("desc") => true,
        Some(_) => return Err(".direction must be asc or desc".to_owned()),
    };
    match item.keys().next() {
        Some(other) => Err(format!(" property {} should not exist", shown(other))),
        None => Ok(Sort { by: *by, down }),
    }
}

fn read_start(fields: &mut Fields, search: &Search) -> Start {
    let page = fields.whole_number("page", 1..=i64::MAX).flatten();
    let after = fields.list("searchAfter").filter(|after| !after.is_empty());
    match (page, after) {
        (Some(_), Some(_)) => fields.wrong("page and searchAfter must not be given together"),
        (Some(page), None) => match page.checked_mul(search.limit).filter(|end| *end <= DEPTH) {
            Some(end) => return Start::Skip(end - search.limit),
            None => fields.wrong(format!("page must end within the first {DEPTH} contacts; go on with searchAfter")),
        },
        (None, Some(after)) => match read_after(after, &search.sort) {
            Some(start) => return start,
            None => fields.wrong("searchAfter must be the searchAfter of a contact that was found in the same order"),
        },
        (None, None) => {}
    }
    Start::default()
}

fn read_after(mut after: Vec<Value>, sort: &[Sort]) -> Option<Start> {
    let id: ContactId = after.pop()?.as_str()?.parse().ok()?;
    if after.len() != sort.len() {
        return None;
    }
    let place = |(value, sort): (Value, &Sort)| match (sort.by, value) {
        (By::DateAdded | By::DateUpdated, Value::Number(at)) => at.as_i64().map(Place::Instant),
        (By::DateAdded | By::DateUpdated, _) => None,
        (_, Value::String(key)) => (key.chars().count() <= KEY).then_some(Place::Key(key)),
        _ => None,
    };
    let places = after.into_iter().zip(sort).map(place).collect::<Option<Vec<Place>>>()?;
    Some(Start::After(places, id.into()))
}
