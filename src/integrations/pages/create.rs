//! Making an integration in three steps; the first two only read, the third sends.

use super::LIST;
use super::asking::{Asking, already_sent, failure};
use super::clone::copy_of;
use super::draft::{Typed, Wrong};
use super::view::create::{FromLink, NameStep, ReviewStep, ScopesStep};
use super::view::held;
use super::view::scopes::{Grid, SummaryView, count_words};
use crate::config::Public;
use crate::error::{AppError, Result};
use crate::integrations::CreateIntegration;
use crate::integrations::commands::{self, Draft, Made, Trouble};
use crate::integrations::scopes::ScopeSet;
use crate::web::form::{Fields, FormBody, Query};
use crate::web::once::OnceKey;
use crate::web::parts::Step;
use crate::web::permit::Pending;
use crate::web::shown::{Again, Shown};
use crate::web::thing::At;
use crate::web::{frame, reveal};
use actix_web::http::StatusCode;
use actix_web::http::header::REFERER;
use actix_web::{HttpRequest, HttpResponse, web};

const NAME: &str = "/settings/private-integrations/new";
const SCOPES: &str = "/settings/private-integrations/new/scopes";

/// What is being made, and by whom.
struct Making<'a> {
    asking: Asking<'a>,
    typed: Typed,
    from_link: bool,
}

impl<'a> Making<'a> {
    fn new(asking: Asking<'a>, fields: &Fields, public: &Public) -> Result<Self> {
        let typed = Typed::read(fields)?;
        let from_link = fields.has("link") || (!typed.is_empty() && is_foreign(asking.request, public));
        Ok(Self { asking, typed, from_link })
    }

    /// Whether it is, unchanged, what cloning the integration with this id fills in: then nobody else has chosen it.
    async fn is_copy(&self, id: &str) -> Result<bool> {
        if id.is_empty() {
            return Ok(false);
        }
        match self.asking.find_by(id).await {
            Ok(of) => Ok(copy_of(&of) == self.typed),
            Err(AppError::NotFound) => Ok(false),
            Err(other) => Err(other),
        }
    }

    fn chosen(&self) -> (ScopeSet, Vec<String>) {
        self.typed.chosen(&ScopeSet::default())
    }

    fn link(&self) -> Option<FromLink> {
        let (chosen, unknown) = self.chosen();
        let mut text = "Somebody else may have chosen what it asks for. Check the name and the scopes. \
                        Nothing is made before you press Generate token."
            .to_owned();
        if let Err(problem) = ScopeSet::parse(&unknown)
            && !unknown.is_empty()
        {
            text = format!("{text} Left out: {}", lower_first(&problem.to_string()));
        }
        self.from_link.then(|| FromLink { text, ids: chosen.ids().map(str::to_owned).collect() })
    }

    fn steps(&self, current: usize) -> Vec<Step> {
        let addresses = [NAME, SCOPES, ""];
        let step = |(place, label): (usize, &str)| Step {
            label: label.to_owned(),
            href: addresses.get(place).filter(|_| place < current).map(|path| self.typed.address(path, self.from_link)),
            current: place == current,
        };
        ["Name", "Scopes", "Review"].into_iter().enumerate().map(step).collect()
    }

    fn name_step(&self, wrong: &Wrong) -> Result<HttpResponse> {
        let mut shell = self.asking.shell("Create New Integration");
        let problems = wrong.problems();
        shell.has_errors = !problems.is_empty();
        let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let page = NameStep {
            shell,
            steps: self.steps(0),
            link: self.link(),
            problems,
            name: wrong.name_field(&self.typed),
            description: wrong.description_field(&self.typed),
            scopes: self.chosen().0.ids().map(str::to_owned).collect(),
        };
        frame::page(self.asking.request, status, &page)
    }

    fn scopes_step(&self, error: Option<String>) -> Result<HttpResponse> {
        let mut shell = self.asking.shell("Create New Integration");
        shell.has_errors = error.is_some();
        let status = if error.is_none() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let (chosen, _) = self.chosen();
        let wrong = Wrong { scopes: error.clone(), ..Wrong::default() };
        let page = ScopesStep {
            shell,
            steps: self.steps(1),
            link: self.link(),
            problems: wrong.problems(),
            name: self.typed.name.trim().to_owned(),
            description: self.typed.description.clone(),
            grid: Grid::new(&chosen, "Continue to review", error),
            summary: SummaryView::of_new(&self.typed.name, &chosen),
        };
        frame::page(self.asking.request, status, &page)
    }

    fn review(&self, draft: &Draft, shown: &Shown) -> Result<HttpResponse> {
        let problems = shown.problems();
        let mut shell = self.asking.shell("Create New Integration");
        shell.has_errors = !problems.is_empty();
        let page = ReviewStep {
            shell,
            steps: self.steps(2),
            link: self.link(),
            problems,
            name: draft.details.name().to_owned(),
            description: draft.details.description().to_owned(),
            count: count_words(draft.scopes.len()),
            groups: held::groups(&draft.scopes),
            ids: draft.scopes.ids().map(str::to_owned).collect(),
            to_name: self.typed.address(NAME, self.from_link),
            to_scopes: self.typed.address(SCOPES, self.from_link),
            guard: self.asking.sudo_guard(true, shown.again.as_ref()),
        };
        shown.answer(self.asking.request, &page)
    }

    /// The first step that something is wrong in.
    fn step_of(&self, wrong: &Wrong) -> Result<HttpResponse> {
        if wrong.name.is_some() || wrong.description.is_some() {
            let details = Wrong { name: wrong.name.clone(), description: wrong.description.clone(), scopes: None };
            return self.name_step(&details);
        }
        self.scopes_step(wrong.scopes.clone())
    }
}

/// Whether the page was reached from elsewhere: by a link, a bookmark, typed, or past the sign-in page. Only our own pages of
/// private integrations count as here, and those always send where they are.
fn is_foreign(request: &HttpRequest, public: &Public) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let own = |referer: &str| referer.strip_prefix(&public.origin).is_some_and(|path| path.starts_with(LIST));
    header("sec-fetch-site").is_some_and(|site| site != "same-origin") || !header(REFERER.as_str()).is_some_and(own)
}

fn lower_first(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

/// `GET …/new`, `…/new/scopes`, `…/new/review`: name and description, then the scopes, then all of it once more before it
/// is sent. A step that cannot follow yet gives way to the first one in which something is wrong.
///
/// # Errors
/// When the query cannot be read.
pub async fn step(
    pending: Pending<CreateIntegration>,
    query: Query,
    at: At,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    let mut making = Making::new(Asking::at(&pending, &at), &query, &public)?;
    making.from_link = making.from_link && !making.is_copy(query.one("copy")).await?;
    let all = making.typed.draft(&ScopeSet::default());
    match (at.request.path(), making.typed.details(), all) {
        (NAME, ..) => making.name_step(&Wrong::default()),
        (SCOPES, Ok(_), _) => making.scopes_step(None),
        (SCOPES, Err(wrong), _) => making.name_step(&wrong),
        (_, _, Ok(draft)) => making.review(&draft, &Shown::first(Again::opening(&pending))),
        (_, _, Err(wrong)) => making.step_of(&wrong),
    }
}

/// `POST …/new`: makes it and leads to its token.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn create(
    pending: Pending<CreateIntegration>,
    form: FormBody,
    at: At,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    form.expect(&["name", "description", "link"], &["scopes"])?;
    let key = form.once_key()?;
    let making = Making::new(Asking::at(&pending, &at), &form, &public)?;
    let draft = match making.typed.draft(&ScopeSet::default()) {
        Ok(draft) => draft,
        Err(wrong) => return making.step_of(&wrong),
    };
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return making.review(&draft, &Shown::asked(asked)),
    };
    match commands::create(&at.db, &permit, &draft, &key).await {
        Ok(made) => to_token(&at.request, &made, &key),
        Err(Trouble::SentBefore(made)) => making.review(&draft, &already_sent(&made)),
        Err(Trouble::NameTaken) => making.name_step(&Wrong::name_taken()),
        Err(other) => Err(failure(other)),
    }
}

/// Leads to the page that shows the token once; the key that opens it goes along in a cookie.
///
/// # Errors
/// When the cookie cannot be set.
pub(super) fn to_token(request: &HttpRequest, made: &Made, key: &OnceKey) -> Result<HttpResponse> {
    reveal::lead(request, &format!("{LIST}/{}/token", made.integration), key, None)
}
