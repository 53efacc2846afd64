//! What a filter asks for, as a condition on a row of contacts.

use crate::contacts::search::{Field, Filter, Test, What};
use crate::contacts::texts::Text;
use crate::db::{Composed, containing};
use crate::ids::AccountId;

/// Adds a filter.
pub fn condition(to: &mut Composed, account: &AccountId, filter: &Filter) {
    let (filters, between) = match filter {
        Filter::Test(test) if test.not => {
            // What is unknown is neither this nor that, so that it is found by every `not`.
            to.push("NOT COALESCE(");
            positive(to, account, test);
            to.push(", FALSE)");
            return;
        }
        Filter::Test(test) => return positive(to, account, test),
        Filter::All(filters) => (filters, " AND "),
        Filter::Any(filters) => (filters, " OR "),
    };
    for (place, filter) in filters.iter().enumerate() {
        to.push(if place == 0 { "(" } else { between });
        condition(to, account, filter);
    }
    to.push(")");
}

/// Under which name the keys of a field are kept in a table of their own, if they are.
pub fn list_field(field: &Field) -> Option<String> {
    match field {
        Field::Tags => Some("tags".to_owned()),
        Field::Custom(id) => Some(format!("customFields.{id}")),
        _ => None,
    }
}

/// Adds a test as though it were not to fail.
pub fn positive(to: &mut Composed, account: &AccountId, test: &Test) {
    let Some(field) = list_field(&test.field) else {
        return of_column(to, column(&test.field), &test.what);
    };
    to.push("EXISTS (SELECT 1 FROM contact_keys WHERE contact_keys.account_id = ").bind(account);
    to.push(" AND contact_keys.contact_id = contacts.id AND contact_keys.field = ").bind(field);
    if test.what != What::Known {
        to.push(" AND ");
        of_column(to, "contact_keys.value", &test.what);
    }
    to.push(")");
}

/// Adds what a column is tested for.
pub fn of_column(to: &mut Composed, column: &'static str, what: &What) {
    to.push("(").push(column);
    match what {
        What::Known => {
            to.push(if column == NAME { " <> ''" } else { " IS NOT NULL" });
        }
        What::Is(values) => {
            to.push(" IN ").bind_list(values);
        }
        What::At(values) => {
            to.push(" IN ").bind_list(values.iter().copied());
        }
        What::Flag(flag) => {
            to.push(" = ").bind(*flag);
        }
        What::Between(from, until) => {
            to.push(" BETWEEN ").bind(*from).push(" AND ").bind(*until);
        }
        What::Days(from, until) => {
            to.push(" >= ").bind(from);
            if !until.is_empty() {
                to.push(" AND ").push(column).push(" <= ").bind(until);
            }
        }
        What::Contains(values) => {
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    to.push(" OR ").push(column);
                }
                to.push(" LIKE ").bind(containing(value)).push(" ESCAPE '\\'");
            }
        }
    }
    to.push(")");
}

/// The one key that is empty rather than null when it is unknown.
const NAME: &str = "name_key";

fn column(field: &Field) -> &'static str {
    let text = match field {
        Field::Text(text) => *text,
        Field::DateAdded => return "created_at",
        Field::DateUpdated => return "updated_at",
        Field::Dnd | Field::Tags | Field::Custom(_) => return "dnd",
    };
    match text {
        Text::FirstName => "first_name_key",
        Text::LastName => "last_name_key",
        Text::Name => NAME,
        Text::Email => "email_key",
        Text::Phone => "phone_key",
        Text::Address1 => "address1_key",
        Text::City => "city_key",
        Text::State => "state_key",
        Text::Country => "country_key",
        Text::PostalCode => "postal_code_key",
        Text::Website => "website_key",
        Text::Timezone => "timezone_key",
        Text::CompanyName => "company_name_key",
        Text::Source => "source_key",
        Text::Kind => "type_key",
        Text::AssignedTo => "assigned_to_key",
        // Digits and hyphens: it is its own key.
        Text::DateOfBirth => "date_of_birth",
    }
}
