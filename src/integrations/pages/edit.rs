//! Changing name, description and scopes, and what happens when somebody else was faster.

use super::asking::{Asking, failure};
use super::draft::{Typed, Wrong};
use super::view::edit::EditPage;
use super::view::scopes::{Grid, SummaryView};
use crate::audit;
use crate::authz::Permit;
use crate::error::Result;
use crate::integrations::commands::{self, Trouble};
use crate::integrations::model::Refused;
use crate::integrations::store::Integration;
use crate::integrations::{EditIntegration, WidenScopes};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::{DiffRow, Overtaken};
use crate::web::permit::{Asked, Pending};
use crate::web::shown::Shown;
use crate::web::thing::{At, Thing as _};
use crate::web::times;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;

/// The form with what is in it.
struct Form<'a> {
    asking: &'a Asking<'a>,
    of: &'a Integration,
    typed: Typed,
    version: i64,
}

impl Form<'_> {
    fn answer(&self, wrong: &Wrong, stale: Option<Overtaken>) -> Result<HttpResponse> {
        let status = match (&stale, wrong.problems().is_empty()) {
            (Some(_), _) => StatusCode::CONFLICT,
            (None, true) => StatusCode::OK,
            (None, false) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        self.show(wrong, stale, &Shown { again: None, problem: None, status })
    }

    fn show(&self, wrong: &Wrong, stale: Option<Overtaken>, shown: &Shown) -> Result<HttpResponse> {
        let problems = wrong.problems().into_iter().chain(shown.problems()).collect();
        let href = self.of.address();
        let (chosen, _) = self.typed.chosen(&self.of.scopes);
        let mut shell = self.asking.shell_of(self.of, format!("Edit {}", self.of.name));
        shell.has_errors = shown.status != StatusCode::OK;
        let page = EditPage {
            shell,
            edit_address: format!("{href}/edit"),
            stale,
            problems,
            guard: self.asking.sudo_guard(false, shown.again.as_ref()),
            version: self.version,
            name: wrong.name_field(&self.typed),
            description: wrong.description_field(&self.typed),
            grid: Grid::new(&chosen, "Update", wrong.scopes.clone()),
            summary: SummaryView::of_edit(&self.typed.name, &chosen, &self.of.scopes, &href),
            href,
        };
        shown.answer(self.asking.request, &page)
    }
}

/// `GET …/{id}/edit`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store.
pub async fn edit(permit: Permit<EditIntegration>, at: At) -> Result<HttpResponse> {
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    of.facts.may_update().map_err(failure)?;
    let typed = Typed {
        name: of.name.clone(),
        description: of.description.clone(),
        scopes: of.scopes.ids().map(str::to_owned).collect(),
    };
    Form { asking: &asking, of: &of, typed, version: of.version }.answer(&Wrong::default(), None)
}

/// `POST …/{id}/edit`; a pressed preset or `Update summary` shows the form again and saves nothing. A scope more than it
/// has is a right that is given, and asks for the password like making one that has it; anything else does not.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]; faults of the store and of the form.
pub async fn update(
    permit: Permit<EditIntegration>,
    pending: Pending<WidenScopes>,
    form: FormBody,
    at: At,
) -> Result<HttpResponse> {
    form.expect(&["name", "description", "version", "preset", "show"], &["scopes"])?;
    let version = form.version()?;
    let asking = Asking::with(&permit, &at);
    let of = asking.find().await?;
    let page = Form { asking: &asking, of: &of, typed: Typed::read(&form)?, version };
    if form.has("preset") || form.has("show") {
        return page.answer(&Wrong::default(), None);
    }
    let draft = match page.typed.draft(&of.scopes) {
        Ok(draft) => draft,
        Err(wrong) => return page.answer(&wrong, None),
    };
    // About another version it is refused below, whatever it says.
    let widens = version == of.version && !draft.scopes.added(&of.scopes).is_empty();
    let widening = match widens {
        true => match pending.confirm(&form).await? {
            Ok(permit) => Some(permit),
            Err(asked) => return page.show(&Wrong::default(), None, &Shown::asked(asked)),
        },
        false => None,
    };
    match commands::update(&at.db, &permit, widening.as_ref(), &of.id, version, &draft).await {
        Ok(true) => Ok(asking.lead(&of.address(), Done::Updated)),
        Ok(false) => Ok(asking.lead(&of.address(), Done::Unchanged)),
        // Somebody else was faster by so little that only now it is a scope more.
        Err(Trouble::Unconfirmed) => page.show(&Wrong::default(), None, &Shown::asked(Asked::ForPassword)),
        Err(Trouble::NameTaken) => page.answer(&Wrong::name_taken(), None),
        Err(Trouble::Stale(now)) if now.facts.deleted_at.is_some() => Err(failure(Refused::Deleted)),
        Err(Trouble::Stale(now)) => {
            let stale = stale(&asking, &now, &page.typed).await?;
            Form { asking: &asking, of: &now, version: now.version, typed: page.typed }
                .answer(&Wrong::default(), Some(stale))
        }
        Err(other) => Err(failure(other)),
    }
}

/// Who was faster, and what is saved now beside what was typed.
async fn stale(asking: &Asking<'_>, now: &Integration, typed: &Typed) -> Result<Overtaken> {
    let mut reader = asking.db.read().await?;
    let account = &asking.actor.account().id;
    let (events, _) = audit::history(&mut reader.on(), account, now.id.as_str(), 1).await?;
    let title = events.first().map_or_else(
        || "Somebody else changed this integration".to_owned(),
        |event| format!("{} changed this integration {}", event.actor_name, times::ago(event.at, asking.now).text),
    );
    let one = |text: &str| vec![text.to_owned()];
    let mut scopes = typed.scopes.clone();
    scopes.sort();
    let rows = [
        DiffRow::of_lists("Name", false, &one(&now.name), &one(typed.name.trim())),
        DiffRow::of_lists("Description", false, &lines(&now.description), &lines(&typed.description)),
        DiffRow::of_lists("Scopes", true, &now.scopes.ids().map(str::to_owned).collect::<Vec<_>>(), &scopes),
    ];
    Ok(Overtaken::new(title, rows))
}

fn lines(text: &str) -> Vec<String> {
    text.trim().lines().map(str::to_owned).collect()
}
