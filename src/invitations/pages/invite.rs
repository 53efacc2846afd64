//! Inviting somebody by e-mail address and role.

use super::asking::{address, below};
use super::handing::hand_over;
use super::view::InvitePage;
use crate::authz::Actor;
use crate::config::Public;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::invitations::ManageInvitations;
use crate::invitations::commands::{self, Refused};
use crate::invitations::model::Invitation;
use crate::mail::Mailer;
use crate::users::Email;
use crate::web::form::FormBody;
use crate::web::parts::{Choice, Field};
use crate::web::permit::Pending;
use crate::web::shown::{self, Again, Shown};
use actix_web::{HttpRequest, HttpResponse, web};

/// One request for the form.
struct Inviting<'a> {
    request: &'a HttpRequest,
    db: &'a Db,
    actor: Actor,
    mails: bool,
}

impl Inviting<'_> {
    /// The form with what was typed; an invitation that stands in the way is linked to.
    async fn show(&self, (email, role): (&str, &str), way: Option<&Invitation>, shown: &Shown) -> Result<HttpResponse> {
        let staff = self.actor.staff().ok_or(AppError::Forbidden)?;
        let offered = commands::offered(self.db, &staff.account.id, staff.permissions).await?;
        let chosen = |id: &str, first| if role.is_empty() { first } else { id == role };
        let roles = offered.iter().map(|offered| Choice {
            value: offered.id.to_string(),
            label: offered.name.clone(),
            chosen: chosen(offered.id.as_str(), offered.first),
        });
        let mut roles: Vec<Choice> = roles.collect();
        if !roles.iter().any(|role| role.chosen) {
            roles.insert(0, Choice { value: String::new(), label: "Choose a role".to_owned(), chosen: true });
        }
        let problems = shown.problems();
        let of_email = problems.iter().find(|problem| problem.field_id == "email").map(|problem| problem.text.clone());
        let mut shell = below(self.request, self.db, &self.actor, "Invite somebody");
        shell.has_errors = !problems.is_empty();
        let field = Field { kind: "email", autofocus: problems.is_empty(), ..Field::new("email", "E-mail", email) };
        let page = InvitePage {
            shell,
            guard: shown::sudo_guard(self.db, &self.actor, true, shown.again.as_ref()),
            email: field.hint("They sign in with it.").error(of_email),
            roles,
            waiting: way.map(address),
            mails: self.mails,
            problems,
        };
        shown.answer(self.request, &page)
    }

    /// The form again, with why nobody was invited.
    async fn refused(&self, typed: (&str, &str), refused: Refused) -> Result<HttpResponse> {
        match refused {
            Refused::Role | Refused::Ended => self.show(typed, None, &Shown::wrong("role", "Choose a role")).await,
            Refused::Address => {
                let text = "Enter an address at one of the domains that may sign in to this account";
                self.show(typed, None, &Shown::wrong("email", text)).await
            }
            Refused::Belongs => {
                let text = "Somebody with this address belongs to the account already";
                self.show(typed, None, &Shown::wrong("email", text)).await
            }
            Refused::Waits(of) => {
                let text = "This address has an invitation already. Open it to send it again or to withdraw it";
                self.show(typed, Some(&of), &Shown::wrong("email", text)).await
            }
            Refused::SentBefore(of) => {
                let text = format!("This form was already sent: it invited {}. Nobody else was invited", of.email);
                self.show(typed, Some(&of), &Shown::conflict(text)).await
            }
        }
    }
}

/// `GET /settings/staff/invitations/new`.
///
/// # Errors
/// Faults of the store.
pub async fn open(
    pending: Pending<ManageInvitations>,
    request: HttpRequest,
    db: web::Data<Db>,
    mailer: web::Data<Mailer>,
) -> Result<HttpResponse> {
    let again = Again::opening(&pending);
    let inviting =
        Inviting { request: &request, db: &db, actor: pending.actor().clone(), mails: mailer.is_configured() };
    inviting.show(("", ""), None, &Shown::first(again)).await
}

/// `POST /settings/staff/invitations/new`.
///
/// # Errors
/// [`AppError::Rule`] for a role that gives more than they hold; faults of the store and of the form.
pub async fn invite(
    pending: Pending<ManageInvitations>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
    mailer: web::Data<Mailer>,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    form.expect(&["email", "role"], &[])?;
    let key = form.once_key()?;
    let typed = (form.one("email"), form.one("role"));
    let inviting =
        Inviting { request: &request, db: &db, actor: pending.actor().clone(), mails: mailer.is_configured() };
    let email = match Email::parse(typed.0) {
        Ok(email) => email,
        Err(bad) => return inviting.show(typed, None, &Shown::wrong("email", bad.to_string())).await,
    };
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return inviting.show(typed, None, &Shown::asked(asked)).await,
    };
    match commands::invite(&db, &permit, (&email, typed.1), &key).await? {
        Ok(made) => hand_over(&request, &mailer, &public, &made, &key).await,
        Err(refused) => inviting.refused(typed, refused).await,
    }
}
