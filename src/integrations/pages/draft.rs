//! What was typed about an integration: carried from step to step, kept when something is wrong.

use crate::error::{AppError, Result};
use crate::integrations::commands::Draft;
use crate::integrations::model::{DESCRIPTION_MAX, Details, DetailsProblem, NAME_MAX};
use crate::integrations::scopes::{ScopeSet, catalogue, preset};
use crate::web::form::Fields;
use crate::web::parts::{Field, Problem};
use std::collections::HashSet;

/// Name, description and scopes as they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// Ids of scopes, known or not.
    pub scopes: Vec<String>,
}

/// Each id once, in their order; of those that there are not, as many as it takes to say that they are too many.
fn few<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut unknown = 0;
    let fits = |id: &&'a str| {
        if id.is_empty() || !seen.insert(*id) {
            return false;
        }
        unknown += usize::from(catalogue().find(id).is_none());
        unknown <= 2 * catalogue().len() || catalogue().find(id).is_some()
    };
    ids.filter(fits).map(str::to_owned).collect()
}

/// What is wrong with what was typed.
#[derive(Debug, Default)]
pub struct Wrong {
    /// The name.
    pub name: Option<String>,
    /// The description.
    pub description: Option<String>,
    /// The scopes.
    pub scopes: Option<String>,
}

impl Typed {
    /// From a form or an address. A preset that was pressed replaces the scopes; ids may also be parted by commas or spaces.
    ///
    /// # Errors
    /// [`AppError::Malformed`] for a preset that there is not.
    pub fn read(fields: &Fields) -> Result<Self> {
        let scopes = if fields.has("preset") {
            let chosen = preset(fields.one("preset")).ok_or(AppError::Malformed("There is no such starting point."))?;
            chosen.ids().map(str::to_owned).collect()
        } else {
            few(fields.many("scopes").iter().flat_map(|ids| ids.split([',', ' ', '\n'])))
        };
        Ok(Self { name: fields.one("name").to_owned(), description: fields.one("description").to_owned(), scopes })
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.name.is_empty() && self.description.is_empty() && self.scopes.is_empty()
    }

    /// The scopes that there are, and the ids that there are not; scopes of `held` count as known.
    pub fn chosen(&self, held: &ScopeSet) -> (ScopeSet, Vec<String>) {
        let known = |id: &str| catalogue().find(id).is_some() || held.ids().any(|other| other == id);
        let (known, mut unknown): (Vec<_>, Vec<_>) = self.scopes.iter().cloned().partition(|id| known(id));
        unknown.sort();
        unknown.dedup();
        (known.iter().map(String::as_str).collect(), unknown)
    }

    /// Name and description.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn details(&self) -> Result<Details, Wrong> {
        Details::parse(&self.name, &self.description).map_err(|problems| {
            let of = |field: &str| problems.iter().find(|p| p.field() == field).map(DetailsProblem::to_string);
            Wrong { name: of("name"), description: of("description"), scopes: None }
        })
    }

    /// All of it.
    ///
    /// # Errors
    /// What is wrong with it; scopes of `held` may stay even when they are retired.
    pub fn draft(&self, held: &ScopeSet) -> Result<Draft, Wrong> {
        let details = self.details();
        let scopes = ScopeSet::parse_over(&self.scopes, held);
        match (details, scopes) {
            (Ok(details), Ok(scopes)) => Ok(Draft { details, scopes }),
            (details, scopes) => {
                let mut wrong = details.err().unwrap_or_default();
                wrong.scopes = scopes.err().map(|problem| problem.to_string());
                Err(wrong)
            }
        }
    }

    /// The address of a step with all of it in the query.
    pub fn address(&self, path: &str, from_link: bool) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("name", &self.name), ("description", &self.description)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for id in &self.scopes {
            query.append_pair("scopes", id);
        }
        if from_link {
            query.append_pair("link", "1");
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

impl Wrong {
    /// That another integration has the name.
    pub fn name_taken() -> Self {
        let name = "Choose another name: an integration of this account has it already".to_owned();
        Self { name: Some(name), ..Self::default() }
    }

    /// The field of the name.
    pub fn name_field(&self, typed: &Typed) -> Field {
        let field = Field::new("name", "Name", typed.name.clone()).max(limit(NAME_MAX)).error(self.name.clone());
        field.hint("The software that will use the token. People see this name in the list and in the Audit Log.")
    }

    /// The field of the description.
    pub fn description_field(&self, typed: &Typed) -> Field {
        let field = Field::new("description", "Description", typed.description.clone()).max(limit(DESCRIPTION_MAX));
        let field = field.optional().error(self.description.clone());
        field.hint("What it is for, where the token is kept. Never put the token itself here.")
    }

    /// The error summary.
    pub fn problems(&self) -> Vec<Problem> {
        let all = [("name", &self.name), ("description", &self.description), ("scopes", &self.scopes)];
        let problem =
            |(id, text): (&str, &Option<String>)| Some(Problem { field_id: id.to_owned(), text: text.clone()? });
        all.into_iter().filter_map(problem).collect()
    }
}

fn limit(most: usize) -> u32 {
    u32::try_from(most).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Typed {
        Typed::read(&Fields::parse(query.as_bytes()).unwrap()).unwrap()
    }

    #[test]
    fn a_link_may_part_its_scopes_in_any_usual_way() {
        for query in ["scopes=a&scopes=b", "scopes=a,b", "scopes=a+b"] {
            assert_eq!(read(query).scopes, ["a", "b"], "{query}");
        }
    }

    #[test]
    fn what_was_typed_goes_round_through_an_address() {
        let typed = read("name=A+%26+B&description=c&scopes=contacts.readonly&scopes=x");
        let address = typed.address("/new", false);
        assert_eq!(address, "/new?name=A+%26+B&description=c&scopes=contacts.readonly&scopes=x");
        let again = read(address.split_once('?').unwrap().1);
        assert_eq!((again.name, again.scopes), (typed.name.clone(), typed.scopes.clone()));
        assert_eq!(typed.chosen(&ScopeSet::default()).1, ["x"]);
    }

    #[test]
    fn of_very_many_scopes_those_that_there_are_stay_and_the_others_are_counted() {
        let junk: Vec<String> = (0..125_000).map(|number| number.to_string()).collect();
        let typed = read(&format!("name=A&scopes=contacts.write&scopes={}&scopes=contacts.readonly", junk.join(",")));
        assert_eq!(typed.scopes.len(), 2 * catalogue().len() + 2);
        let (chosen, unknown) = typed.chosen(&ScopeSet::default());
        assert_eq!(
            (chosen.to_stored().as_str(), unknown.len()),
            ("contacts.readonly contacts.write", 2 * catalogue().len())
        );
        let wrong = typed.draft(&ScopeSet::default()).unwrap_err().scopes.unwrap();
        assert!(wrong.starts_with("Choose at most"), "{wrong}");
        assert_eq!(read("scopes=a,b,a&scopes=b").scopes, ["a", "b"]);
    }

    #[test]
    fn a_preset_replaces_the_scopes() {
        assert_eq!(read("scopes=x&preset=contacts-read").scopes, ["contacts.readonly"]);
        assert!(read("scopes=x&preset=none").scopes.is_empty());
        assert!(Typed::read(&Fields::parse(b"preset=other").unwrap()).is_err());
    }

    #[test]
    fn every_problem_is_told_at_once() {
        let wrong = Typed::default().draft(&ScopeSet::default()).unwrap_err();
        let fields: Vec<_> = wrong.problems().into_iter().map(|problem| problem.field_id).collect();
        assert_eq!(fields, ["name", "scopes"]);
    }
}
