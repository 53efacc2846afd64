//! The pages of the Audit Log.

pub mod event;
pub mod export;
pub mod list;
pub mod row;
mod selects;

use super::model::filter::Filter;

/// The log.
pub const PATH: &str = "/settings/audit-log";
/// Where a download is asked for.
pub const EXPORT: &str = "/settings/audit-log/export";

/// The log's address with this filter.
#[must_use]
pub fn address(filter: &Filter) -> String {
    address_with(filter, None)
}

/// The same at a place in it: the field's name and value.
fn address_with(filter: &Filter, place: Option<(&str, String)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in filter.fields() {
        query.append_pair(name, &value);
    }
    if let Some((name, value)) = place {
        query.append_pair(name, &value);
    }
    let query = query.finish();
    if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") }
}

#[cfg(test)]
mod tests;
