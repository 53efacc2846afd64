//! The matrix: switches, what they mean in words, and saving exactly what was read.

use super::asking::{Asking, failure, role_of};
use super::showing::{Showing, clash_words};
use super::view::{Bar, ConfirmPage, MatrixPage, Notice};
use crate::authz::{Permit, Rule};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::ids::RoleId;
use crate::roles::commands::{self, Trouble, digest};
use crate::roles::model::{BadDraft, Board, Clash, Draft, Plan, Verdict, Words, and};
use crate::roles::{ChangeRoles, ManageRoles};
use crate::web::flash::Done;
use crate::web::form::{FormBody, Query};
use crate::web::frame;
use crate::web::permit::Pending;
use crate::web::shown::{Again, Shown, sudo_guard};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET /settings/roles`; with `from` and `to` the column of one role opens as that of another, not saved.
///
/// # Errors
/// [`AppError::NotFound`] for a role that the account has not; faults of the store.
pub async fn show(
    permit: Permit<ManageRoles>,
    query: Query,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let matrix = Matrix::open(Asking::with(&permit, &request, &db)?).await?;
    if !query.has("from") && !query.has("to") {
        return matrix.answer(&Draft::default(), &[], vec![], &Shown::first(None));
    }
    let (from, to) = (role_of(&matrix.board, query.one("from"))?, role_of(&matrix.board, query.one("to"))?);
    let (draft, left) = Draft::copy(&matrix.board, &matrix.asking.viewer(), from, to);
    let text = match (draft.switched(&to.id).next(), left.as_slice()) {
        (None, []) => "Both gave the same already.".to_owned(),
        (_, []) => "Nothing is saved yet.".to_owned(),
        (_, left) => {
            let left: Vec<_> = left.iter().map(|permission| permission.words()).collect();
            format!("Nothing is saved yet. Left as it is, since you may not switch it: {}.", and(&left))
        }
    };
    let notice = Notice { title: format!("{} as {}", to.name, from.name), text };
    matrix.answer(&draft, &[], vec![notice], &Shown::first(None))
}

/// `POST /settings/roles/preview`: the words of the save bar; changes nothing.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn preview(
    permit: Permit<ManageRoles>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["base", "shown"], &["on"])?;
    let draft = read(&form)?;
    let matrix = Matrix::open(Asking::with(&permit, &request, &db)?).await?;
    frame::page(&request, StatusCode::OK, &Bar { aloud: true, ..matrix.bar(&draft) })
}

/// `POST /settings/roles`: asks in words first, unless they were read in the save bar; then saves.
///
/// # Errors
/// Rules of giving and taking; [`AppError::NotFound`] for a role that the account never had; faults of the store and of the
/// form.
pub async fn save(
    pending: Pending<ChangeRoles>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["base", "shown", "back"], &["on"])?;
    let draft = read(&form)?;
    let matrix = Matrix::open(Asking::at(&pending, &request, &db)?).await?;
    matrix.refuse_strangers(&draft).await?;
    if form.has("back") {
        return matrix.answer(&draft, &[], vec![], &Shown::first(None));
    }
    let plan = match matrix.judge(&draft) {
        Verdict::Change(plan) => plan,
        other => return matrix.refuse(&draft, other).await,
    };
    matrix.board.permits(&matrix.asking.viewer(), &plan)?;
    let shown = form.one("shown").to_owned();
    if shown != digest(&db, &plan) || (pending.asks_password() && !form.has("password")) {
        return matrix.confirm(&form, &plan, &Shown::first(Again::opening(&pending)));
    }
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return matrix.confirm(&form, &plan, &Shown::asked(asked)),
    };
    match commands::save(&db, &permit, &draft, &shown).await {
        Ok(()) => Ok(matrix.asking.lead(Done::RolesChanged)),
        // Somebody else was faster by so little that only now it is something else.
        Err(Trouble::Moved) => {
            let now = Matrix::open(matrix.asking).await?;
            match now.judge(&draft) {
                Verdict::Change(plan) => now.confirm(&form, &plan, &Shown::first(None)),
                other => now.refuse(&draft, other).await,
            }
        }
        Err(Trouble::App(AppError::Rule(Rule::LastKeeper))) => {
            matrix.answer(&draft, &[], vec![], &Shown::forbidden(Rule::LastKeeper))
        }
        Err(other) => Err(failure(other)),
    }
}

fn read(form: &FormBody) -> Result<Draft> {
    Draft::read(form.one("base"), &form.many("on")).map_err(|bad| match bad {
        BadDraft::Malformed => AppError::Malformed("The form does not say what it is about."),
        BadDraft::NoSuchRole => AppError::NotFound,
    })
}

/// The matrix as one person sees it.
struct Matrix<'a> {
    asking: Asking<'a>,
    board: Board,
}

impl<'a> Matrix<'a> {
    async fn open(asking: Asking<'a>) -> Result<Self> {
        let board = asking.board().await?;
        Ok(Self { asking, board })
    }

    fn judge(&self, draft: &Draft) -> Verdict {
        draft.judge(&self.board, &self.asking.viewer())
    }

    /// A role that the account has not and never deleted is not this account's.
    async fn refuse_strangers(&self, draft: &Draft) -> Result<()> {
        for role in draft.missing(&self.board) {
            let last = self.asking.last_change(role).await?;
            last.and_then(|last| last.deleted).ok_or(AppError::NotFound)?;
        }
        Ok(())
    }

    /// Answers a form that changes nothing.
    async fn refuse(&self, draft: &Draft, verdict: Verdict) -> Result<HttpResponse> {
        match verdict {
            Verdict::Nothing | Verdict::Change(_) => Ok(self.asking.lead(Done::Unchanged)),
            Verdict::AlreadySo => Ok(self.asking.lead(Done::AlreadySo)),
            Verdict::Clashes(clashes) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                self.answer(draft, &clashes, vec![], &Shown { status, ..Shown::first(None) })
            }
            Verdict::Stale(roles) => {
                let mut notices = Vec::new();
                for role in &roles {
                    notices.push(self.meanwhile(role).await?);
                }
                self.answer(draft, &[], notices, &Shown { status: StatusCode::CONFLICT, ..Shown::first(None) })
            }
        }
    }

    /// What happened to a role while the page was open.
    async fn meanwhile(&self, role: &RoleId) -> Result<Notice> {
        let last = self.asking.last_change(role).await?;
        let (who, when) = last.as_ref().map_or(("Somebody else", "meanwhile"), |last| (&*last.who, &*last.when));
        Ok(match (self.board.role(role), last.as_ref().and_then(|last| last.deleted.as_ref())) {
            (Some(role), _) => Notice {
                title: format!("{who} changed {} {when}", role.name),
                text:
                    "Below stands what is saved now, with your changes marked. Nothing of yours is saved yet: compare, \
                       then save again."
                        .to_owned(),
            },
            (None, deleted) => Notice {
                title: format!("{who} deleted {} {when}", deleted.map_or("a role", |name| name)),
                text: "What you switched for it is left out. Your other changes are marked and not saved yet."
                    .to_owned(),
            },
        })
    }

    /// What is switched, in words.
    fn bar(&self, draft: &Draft) -> Bar {
        let quiet = |note: &str| Bar { count: "Changes not saved".into(), note: note.into(), ..Bar::default() };
        match self.judge(draft) {
            Verdict::Nothing | Verdict::AlreadySo => Bar { count: "No changes yet".into(), ..Bar::default() },
            Verdict::Clashes(clashes) => {
                quiet(&clashes.first().map(|clash| format!("{}.", clash_words(clash))).unwrap_or_default())
            }
            Verdict::Stale(_) => {
                quiet("Somebody else changed these roles meanwhile. Save shows both beside each other.")
            }
            Verdict::Change(plan) => match self.board.permits(&self.asking.viewer(), &plan) {
                Err(rule) => quiet(&format!("{rule}.")),
                Ok(()) => {
                    let words = Words::of(&plan);
                    let count = format!("{} not saved", words.count);
                    Bar { count, shown: digest(self.asking.db, &plan), words: Some(words), ..Bar::default() }
                }
            },
        }
    }

    /// The page with what was switched.
    fn answer(&self, draft: &Draft, clashes: &[Clash], notices: Vec<Notice>, shown: &Shown) -> Result<HttpResponse> {
        let viewer = self.asking.viewer();
        let showing = Showing { board: &self.board, viewer: &viewer, draft, clashes };
        let mut shell = self.asking.shell("Roles & Permissions");
        shell.has_errors = shown.status != StatusCode::OK;
        let problems = showing.problems().into_iter().chain(shown.problems()).collect();
        let (base, modules) = (Draft::base(&self.board, &viewer), showing.modules());
        let on: Vec<String> = modules
            .iter()
            .flat_map(|module| module.rows.iter().flat_map(|row| &row.cells))
            .filter(|cell| cell.on && cell.lock.is_none())
            .map(|cell| cell.value.clone())
            .collect();
        let again = Draft::read(&base, &on).map_err(|_| AppError::internal("the matrix does not read itself"))?;
        let page = MatrixPage {
            shell,
            problems,
            notices,
            guard: frame::guard(self.asking.db, &self.asking.actor, false),
            base,
            heads: showing.heads(),
            modules,
            locks: showing.locks(),
            bar: self.bar(&again),
        };
        shown.answer(self.asking.request, &page)
    }

    /// The question before it is saved: the words, and the password where it is needed.
    fn confirm(&self, form: &FormBody, plan: &Plan, shown: &Shown) -> Result<HttpResponse> {
        let (problems, mut shell) = (shown.problems(), self.asking.shell_below("Save these changes?"));
        shell.has_errors = !problems.is_empty();
        let page = ConfirmPage {
            shell,
            problems,
            guard: sudo_guard(self.asking.db, &self.asking.actor, false, shown.again.as_ref()),
            base: form.one("base").to_owned(),
            on: form.many("on"),
            words: Words::of(plan),
            shown: digest(self.asking.db, plan),
        };
        shown.answer(self.asking.request, &page)
    }
}
