//! The order of hits, and what comes after a place in it.

use crate::contacts::search::{By, Place, Sort};
use crate::db::Composed;

fn sorted_by(by: By) -> &'static str {
    match by {
        By::DateAdded => "created_at",
        By::DateUpdated => "updated_at",
        By::Name => "name_key",
        By::FirstName => "COALESCE(first_name_key, '')",
        By::LastName => "COALESCE(last_name_key, '')",
        By::Email => "COALESCE(email_key, '')",
        By::Phone => "COALESCE(phone_key, '')",
    }
}

/// Adds the order; `plain` when an index may give it, else it is worded as none has it.
pub fn order(to: &mut Composed, sort: &[Sort], plain: bool) {
    to.push(" ORDER BY ");
    for part in sort {
        to.push(sorted_by(part.by));
        if !plain {
            to.push(if matches!(part.by, By::DateAdded | By::DateUpdated) { " + 0" } else { " || ''" });
        }
        to.push(if part.down { " DESC, " } else { ", " });
    }
    to.push(if goes_down(sort) { "id DESC" } else { "id" });
}

fn goes_down(sort: &[Sort]) -> bool {
    sort.last().is_some_and(|last| last.down)
}

/// Adds what comes after a place in the order. The first bound of each part lets an index begin there.
pub fn beyond(to: &mut Composed, sort: &[Sort], places: &[Place], id: &str) {
    let value = |to: &mut Composed, place: &Place| {
        match place {
            Place::Instant(at) => to.bind(*at),
            Place::Key(key) => to.bind(key),
        };
    };
    for (part, place) in sort.iter().zip(places) {
        let by = sorted_by(part.by);
        to.push("(").push(by).push(if part.down { " <= " } else { " >= " });
        value(to, place);
        to.push(" AND (").push(by).push(if part.down { " < " } else { " > " });
        value(to, place);
        to.push(" OR ");
    }
    to.push(if goes_down(sort) { "id < " } else { "id > " }).bind(id);
    for _ in sort {
        to.push("))");
    }
}
