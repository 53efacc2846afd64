//! The choices of the filter: people, actions by kind, things by kind, periods.

use crate::audit::model::actions::{ACTIONS, KINDS};
use crate::audit::model::filter::{Filter, OTHERS, Period, Thing};
use crate::audit::store::choices::{self, MOST, Named, Offered};
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::web::parts::Choice;

/// Choices under a heading.
#[derive(Debug)]
pub struct Group {
    /// The heading.
    pub label: &'static str,
    /// The choices.
    pub choices: Vec<Choice>,
    /// Whether there are more than are offered.
    pub more: bool,
}

/// Everything that the filter offers.
#[derive(Debug)]
pub struct Selects {
    /// Who did it.
    pub people: Vec<Group>,
    /// What was done.
    pub actions: Vec<Group>,
    /// To what.
    pub things: Vec<Group>,
    /// When.
    pub periods: Vec<Choice>,
}

impl Selects {
    /// What `filter` can be changed to. What it asks for already is offered too, under the name that the log knows.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn of(on: &mut On<'_>, account: &AccountId, filter: &Filter) -> Result<Self, DbError> {
        let offered = choices::offered(on, account).await?;
        let person = filter.person.clone().unwrap_or_default();
        let mut people = people(&offered, &person);
        if !person.is_empty() && !any_chosen(&people) {
            let name = choices::actor_name(on, account, &person).await?;
            people.insert(0, chosen("Chosen", &person, name));
        }
        let thing = filter.thing.as_ref().map(Thing::code).unwrap_or_default();
        let mut things = things(&offered, &thing);
        if let Some(asked) = filter.thing.as_ref().filter(|_| !any_chosen(&things)) {
            let name = choices::subject_name(on, account, &asked.id).await?.filter(|name| !name.is_empty());
            things.insert(0, chosen("Chosen", &thing, name.or_else(|| Some(asked.id.clone()))));
        }
        let what = filter.what.code();
        let mut actions = actions(&what);
        if !what.is_empty() && !any_chosen(&actions) {
            actions.insert(0, chosen("Chosen", &what, None));
        }
        let periods = Period::ALL.map(|(_, code, words)| (code, words));
        Ok(Self { people, actions, things, periods: Choice::list(&periods, filter.period.code()) })
    }
}

fn any_chosen(groups: &[Group]) -> bool {
    groups.iter().flat_map(|group| &group.choices).any(|choice| choice.chosen)
}

fn chosen(label: &'static str, value: &str, name: Option<String>) -> Group {
    let label_of = name.unwrap_or_else(|| value.to_owned());
    Group { label, choices: vec![Choice { value: value.to_owned(), label: label_of, chosen: true }], more: false }
}

/// A group of things by name; the value of each is its id behind `prefix`.
fn named(label: &'static str, prefix: &str, of: &[Named], chosen: &str) -> Group {
    let choice = |(id, name): &Named| {
        let value = format!("{prefix}{id}");
        Choice { chosen: value == chosen, value, label: name.clone() }
    };
    Group { label, choices: of.iter().take(MOST).map(choice).collect(), more: of.len() > MOST }
}

fn people(offered: &Offered, chosen: &str) -> Vec<Group> {
    let others = Group { label: "Others", choices: Choice::list(&OTHERS, chosen), more: false };
    vec![named("People", "", &offered.people, chosen), named("Software", "", &offered.integrations, chosen), others]
}

fn things(offered: &Offered, chosen: &str) -> Vec<Group> {
    let groups = vec![
        named("Integrations", "integration:", &offered.integrations, chosen),
        named("Webhooks", "webhook:", &offered.webhooks, chosen),
        named("People", "staff:", &offered.staff, chosen),
        named("Roles", "role:", &offered.roles, chosen),
    ];
    groups.into_iter().filter(|group| !group.choices.is_empty()).collect()
}

fn actions(chosen: &str) -> Vec<Group> {
    let group = |&(kind, label): &(&str, &'static str)| {
        let all = (format!("{kind}.*"), format!("All of {label}"));
        let each = ACTIONS.iter().filter(|action| action.kind == kind);
        let each = each.map(|action| (action.code.to_owned(), action.label.to_owned()));
        let choices = std::iter::once(all).chain(each);
        let choices = choices.map(|(value, label)| Choice { chosen: value == chosen, value, label });
        Group { label, choices: choices.collect(), more: false }
    };
    KINDS.iter().map(group).collect()
}
