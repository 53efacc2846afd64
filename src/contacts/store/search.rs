//! Searches of an account's contacts, composed of constants and values: all that is asked for is decided before a page is cut.

mod condition;
mod order;

use super::{Row, columns};
use crate::contacts::model::Contact;
use crate::contacts::search::{By, Field, Filter, Search, Start, Test, What};
use crate::contacts::texts::Text;
use crate::db::{Composed, DbError, On, containing};
use crate::ids::AccountId;
use condition::{condition, list_field, of_column, positive};

/// With so many hits or fewer, a page is made of all of them; of more, it is met soon when all contacts are gone through in order.
const FEW: i64 = 5_000;

/// How the engine is led to the hits: without statistics it would choose badly.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Through the account's contacts as they came in.
    Along,
    /// Through an index that has the order, or all that is asked for.
    ByIndex,
    /// From what the first key finds, wherever that stands in the order.
    FromKey,
}

/// A page of hits, and how many there are in all.
pub async fn hits(on: &mut On<'_>, account: &AccountId, search: &Search) -> Result<(Vec<Contact>, i64), DbError> {
    let filters = &search.filters;
    let led = filters.iter().any(leads);
    let way = if led {
        Way::FromKey
    } else if search.query.is_empty() && filters.iter().all(of_name) {
        Way::ByIndex
    } else {
        Way::Along
    };
    let mut count = Composed::new();
    count.push("SELECT COUNT(*) FROM contacts WHERE ");
    narrow(&mut count, account, search, way);
    let (total,): (i64,) = on.only_of(&count).await?;
    if total == 0 {
        return Ok((Vec::new(), 0));
    }
    let way = match total {
        ..=FEW if led || filters.iter().any(part_of_name) => Way::FromKey,
        _ if search.sort.first().is_some_and(|first| first.by == By::DateAdded) => Way::Along,
        _ => Way::ByIndex,
    };
    let mut page = Composed::new();
    page.push(concat!("SELECT ", columns!(), " FROM contacts WHERE "));
    narrow(&mut page, account, search, way);
    if let Start::After(places, id) = &search.start {
        page.push(" AND ");
        order::beyond(&mut page, &search.sort, places, id);
    }
    order::order(&mut page, &search.sort, way != Way::FromKey);
    page.push(" LIMIT ").bind(search.limit);
    if let Start::Skip(hits @ 1..) = search.start {
        page.push(" OFFSET ").bind(hits);
    }
    let rows = on.all_of::<Row>(&page).await?;
    Ok((rows.into_iter().map(Contact::try_from).collect::<Result<_, _>>()?, total))
}

/// Whether an index finds what passes this filter.
fn leads(filter: &Filter) -> bool {
    let Filter::Test(Test { field, not: false, what }) = filter else { return false };
    match what {
        What::Is(_) => {
            matches!(field, Field::Text(Text::Name | Text::Email | Text::Phone) | Field::Tags | Field::Custom(_))
        }
        What::At(_) | What::Between(..) => *field == Field::DateUpdated,
        _ => false,
    }
}

fn of_list(filter: &Filter) -> bool {
    matches!(filter, Filter::Test(test) if list_field(&test.field).is_some())
}

fn of_name(filter: &Filter) -> bool {
    matches!(filter, Filter::Test(Test { field: Field::Text(Text::Name), .. }))
}

fn part_of_name(filter: &Filter) -> bool {
    matches!(filter, Filter::Test(Test { not: false, what: What::Contains(_), .. })) && of_name(filter)
}

fn narrow(to: &mut Composed, account: &AccountId, search: &Search, way: Way) {
    let ids_of_lists = search.filters.iter().any(|filter| leads(filter) && of_list(filter));
    let ids_of_names = way == Way::FromKey && !search.filters.iter().any(leads);
    match way {
        // No bound at all, but one more reason for the index in whose order contacts lie.
        Way::Along => to.push("created_at >= -9223372036854775807 AND account_id = ").bind(account),
        // An account that no index knows, so that the ids which a key found are looked up one by one.
        Way::FromKey if ids_of_lists || ids_of_names => to.push("account_id || '' = ").bind(account),
        Way::FromKey | Way::ByIndex => to.push("account_id = ").bind(account),
    };
    if !search.query.is_empty() {
        to.push(" AND search_key LIKE ").bind(containing(&search.query)).push(" ESCAPE '\\'");
    }
    for filter in &search.filters {
        to.push(" AND ");
        match filter {
            Filter::Test(test) if ids_of_names && part_of_name(filter) => ids_by_name(to, account, &test.what),
            Filter::Test(test) if !test.not => found_by_key(to, account, test),
            _ => condition(to, account, filter),
        }
    }
}

/// The index of names alone tells which few contacts have this in their name.
fn ids_by_name(to: &mut Composed, account: &AccountId, what: &What) {
    to.push("id IN (SELECT named.id FROM contacts AS named WHERE named.account_id = ").bind(account).push(" AND ");
    of_column(to, "named.name_key", what);
    to.push(")");
}

/// A test that must hold whatever else is asked: keys of lists are read once, not for each contact.
fn found_by_key(to: &mut Composed, account: &AccountId, test: &Test) {
    let Some(field) = list_field(&test.field) else { return positive(to, account, test) };
    to.push("contacts.id IN (SELECT contact_id FROM contact_keys WHERE account_id = ").bind(account);
    to.push(" AND field = ").bind(field);
    if test.what != What::Known {
        to.push(" AND ");
        of_column(to, "contact_keys.value", &test.what);
    }
    to.push(")");
}
