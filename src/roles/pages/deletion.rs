//! Deleting a role: which role its people get, and how many they are.

use super::PATH;
use super::asking::{Asking, failure, number, role_of};
use crate::authz::Rule;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::roles::ChangeRoles;
use crate::roles::commands::{self, Trouble, made_here, may_pass, role_id};
use crate::roles::model::{Board, Role, people};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Choice;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question, QuestionPage};
use crate::web::shown::{Again, Shown, sudo_guard};
use actix_web::{HttpRequest, HttpResponse, web};

/// `GET …/{id}/deletion`.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] for a built-in role; rules; faults of the store.
pub async fn ask(
    pending: Pending<ChangeRoles>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let asking = Asking::at(&pending, &request, &db)?;
    let board = asking.board().await?;
    show(&asking, &board, role_of(&board, &id)?, "", &Shown::first(Again::opening(&pending)))
}

/// `POST …/{id}/deletion`.
///
/// # Errors
/// As [`ask`]; faults of the form.
pub async fn delete(
    pending: Pending<ChangeRoles>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["version", "people", "invitations", "heir"], &[])?;
    let version = number(form.one("version"))?;
    let shown = (number(form.one("people"))?, number(form.one("invitations"))?);
    let asking = Asking::at(&pending, &request, &db)?;
    let (id, board) = (role_id(&id)?, asking.board().await?);
    let Some(role) = board.role(&id) else {
        // The same form once more.
        let gone = asking.last_change(&id).await?.and_then(|last| last.deleted);
        return gone.map(|_| asking.lead(Done::AlreadySo)).ok_or(AppError::NotFound);
    };
    let chosen = form.one("heir");
    let heir = match chosen {
        "" => None,
        text => Some(&role_of(&board, text)?.id),
    };
    if heir.is_none() && role.people + role.invitations > 0 {
        let wrong = Shown::wrong("heir", "Choose the role that its people get");
        return show(&asking, &board, role, chosen, &Shown { again: Again::opening(&pending), ..wrong });
    }
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return show(&asking, &board, role, chosen, &Shown::asked(asked)),
    };
    match commands::delete(&db, &permit, (&id, version), shown, heir).await {
        Ok(()) => Ok(asking.lead(Done::RoleDeleted)),
        Err(Trouble::Moved | Trouble::NoHeir) => {
            let board = asking.board().await?;
            let Some(role) = board.role(&id) else { return Ok(asking.lead(Done::AlreadySo)) };
            let moved =
                Shown::conflict("This role, or who has it, was changed while the page was open. Look at it again");
            show(&asking, &board, role, chosen, &moved)
        }
        Err(Trouble::App(AppError::Rule(Rule::LastKeeper))) => {
            show(&asking, &board, role, chosen, &Shown::forbidden(Rule::LastKeeper))
        }
        Err(other) => Err(failure(other)),
    }
}

fn show(asking: &Asking<'_>, board: &Board, role: &Role, chosen: &str, shown: &Shown) -> Result<HttpResponse> {
    made_here(role)?;
    let viewer = asking.viewer();
    board.may_touch(&viewer, role)?;
    let moves = role.people + role.invitations > 0;
    let heirs = board.roles.iter().filter(|heir| heir.id != role.id && may_pass(board, &viewer, role, heir).is_ok());
    let heirs: Vec<Choice> = heirs
        .map(|heir| Choice { value: heir.id.to_string(), label: heir.name.clone(), chosen: heir.id.as_str() == chosen })
        .collect();
    if moves && heirs.is_empty() {
        let why = "There is no role that you could give to everybody who has this one. Change what they hold first.";
        return Err(AppError::Conflict(why.to_owned()));
    }
    let problems = shown.problems();
    let mut shell = asking.shell_below(format!("Delete {}", role.name));
    shell.has_errors = !problems.is_empty();
    let page = QuestionPage {
        shell,
        back: PATH.to_owned(),
        action: format!("{PATH}/{}/deletion", role.id),
        problems,
        guard: sudo_guard(asking.db, &asking.actor, false, shown.again.as_ref()),
        question: Question {
            hidden: vec![
                ("version", role.version.to_string()),
                ("people", role.people.to_string()),
                ("invitations", role.invitations.to_string()),
            ],
            points: points(role),
            choose: moves.then_some(("Role that they get", "heir", heirs)),
            keep: "Keep the role",
            label: "Delete role",
            kind: "danger",
            sending: "Deleting",
        },
    };
    shown.answer(asking.request, &page)
}

fn points(role: &Role) -> Vec<Point> {
    let have = if role.people == 1 { "has" } else { "have" };
    let mut points = vec![match role.people {
        0 => Point::new("users", "Nobody has this role."),
        number => Point::new("users", format!("{} {have} this role and get another one, at once.", people(number))),
    }];
    let offers = match role.invitations {
        0 => None,
        1 => Some("1 open invitation offers it and will offer the other one.".to_owned()),
        many => Some(format!("{many} open invitations offer it and will offer the other one.")),
    };
    points.extend(offers.map(|text| Point::new("mail", text)));
    points.push(Point::new("sliders-horizontal", "What is allowed or denied to single people stays as it is."));
    points
}
