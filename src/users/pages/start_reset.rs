//! Having somebody's password reset: the question, and what becomes of the link.

use crate::authz::{Actor, Permit};
use crate::config::Public;
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::mail::{Mail, Mailer, Sent};
use crate::roles::Rights;
use crate::users::commands::reset::{self, Started, Way};
use crate::users::{ShowReset, StartReset};
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::Problem;
use crate::web::permit::Pending;
use crate::web::question::{Point, Question, QuestionPage};
use crate::web::shell::{Crumb, Shell};
use crate::web::shown::{self, Again, Shown};
use crate::web::{frame, reveal, times};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use zeroize::Zeroizing;

const STAFF: &str = "/settings/staff";

/// What the starter gets to see.
#[derive(Debug, Template)]
#[template(path = "users/reset_link.html")]
pub struct ResetLinkPage {
    /// The frame.
    pub shell: Shell,
    /// Whose password it sets.
    pub name: String,
    /// The whole link, this once.
    pub link: Option<Zeroizing<String>>,
    /// Whether nobody in the console may see the link at all.
    pub barred: bool,
    /// The person's page.
    pub back: String,
}

struct Starting<'a> {
    request: &'a HttpRequest,
    db: &'a Db,
    actor: Actor,
    mails: bool,
}

impl Starting<'_> {
    async fn find(&self, id: &str) -> Result<Rights> {
        let staff = self.actor.staff().ok_or(AppError::Forbidden)?;
        reset::candidate(self.db, &staff.account.id, (&staff.id, staff.permissions), id).await
    }

    fn shell(&self, of: &Rights, title: String) -> Shell {
        let mut shell = frame::shell(self.request, self.db, &self.actor, title);
        shell.breadcrumb = vec![
            Crumb::area("Settings"),
            Crumb::area("Team"),
            Crumb::link("My Staff", STAFF),
            Crumb::link(&of.name, back(of)),
        ];
        shell
    }

    /// The question; or why there is none.
    async fn show(&self, of: &Rights, shown: &Shown) -> Result<HttpResponse> {
        let account = &self.actor.account().id;
        if !self.mails && !reset::may_be_shown(self.db, account, of).await? {
            let shell = self.shell(of, format!("Reset the password of {}", of.name));
            let page = ResetLinkPage { shell, name: of.name.clone(), link: None, barred: true, back: back(of) };
            return frame::page(self.request, StatusCode::CONFLICT, &page);
        }
        let goes = match self.mails {
            true => format!("A link is mailed to {}. Nobody else sees it.", of.email),
            false => format!("A link is shown to you once; hand it to {} and to nobody else.", of.name),
        };
        let problems: Vec<Problem> = shown.problems();
        let mut shell = self.shell(of, format!("Reset the password of {}", of.name));
        shell.has_errors = !problems.is_empty();
        let page = QuestionPage {
            shell,
            back: back(of),
            action: self.request.path().to_owned(),
            problems,
            guard: shown::sudo_guard(self.db, &self.actor, true, shown.again.as_ref()),
            question: Question {
                points: vec![
                    Point::new("mail", goes),
                    Point::new(
                        "key-round",
                        "With it they choose a new password themselves. It works once, for 1 hour.",
                    ),
                    Point::new(
                        "info",
                        "The password they have now works until then. After that every session of theirs ends.",
                    ),
                ],
                keep: "Cancel",
                label: "Make the link",
                kind: "primary",
                sending: "Making the link",
                ..Question::default()
            },
        };
        shown.answer(self.request, &page)
    }
}

fn back(of: &Rights) -> String {
    format!("{STAFF}/{}", of.staff)
}

/// `GET /settings/staff/{id}/password-reset`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store.
pub async fn ask(
    pending: Pending<StartReset>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    mailer: web::Data<Mailer>,
) -> Result<HttpResponse> {
    let starting =
        Starting { request: &request, db: &db, actor: pending.actor().clone(), mails: mailer.is_configured() };
    let of = starting.find(&id).await?;
    starting.show(&of, &Shown::first(Again::opening(&pending))).await
}

/// `POST /settings/staff/{id}/password-reset`.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store and of the form.
pub async fn start(
    pending: Pending<StartReset>,
    form: FormBody,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    (mailer, public): (web::Data<Mailer>, web::Data<Public>),
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let key = form.once_key()?;
    let starting =
        Starting { request: &request, db: &db, actor: pending.actor().clone(), mails: mailer.is_configured() };
    let of = starting.find(&id).await?;
    if !starting.mails && !reset::may_be_shown(&db, &starting.actor.account().id, &of).await? {
        return starting.show(&of, &Shown::first(None)).await;
    }
    let permit = match pending.confirm(&form).await? {
        Ok(permit) => permit,
        Err(asked) => return starting.show(&of, &Shown::asked(asked)).await,
    };
    let way = if starting.mails { Way::Mail } else { Way::Hand };
    let started = reset::start(&db, &permit, &of.staff, way, &key).await?;
    if !way.is_mailed() {
        return reveal::lead(&request, &format!("{}/password-reset/link", back(&of)), &key, None);
    }
    let done = match &started.link {
        None => Done::SentBefore,
        Some(link) => match mailer.send(mail(&started, &link_of(&public, link))).await {
            Sent::HandedOver => Done::ResetMailed,
            Sent::Failed | Sent::NotConfigured => Done::ResetNotMailed,
        },
    };
    Ok(frame::see_other(&request, &back(&of), Some(done)))
}

fn link_of(public: &Public, secret: &str) -> String {
    format!("{}/password-reset?link={secret}", public.url())
}

fn mail<'a>(started: &'a Started, link: &str) -> Mail<'a> {
    let until = times::in_full(started.expires_at);
    Mail {
        to: &started.of.email,
        id: None,
        subject: "Set a new password for Progreda".to_owned(),
        text: format!(
            "Somebody who manages the staff of your account on Progreda started a new password for you.\n\n\
             Set it here:\n{link}\n\n\
             The link is for you alone. It works once, until {until}.\n\
             If you do not expect this, do nothing: your password stays as it is.\n"
        ),
    }
}

/// `GET /settings/staff/{id}/password-reset/link`: the link once; after that, that it was shown.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Rule`]; faults of the store.
pub async fn show(
    permit: Permit<ShowReset>,
    id: web::Path<String>,
    request: HttpRequest,
    db: web::Data<Db>,
    public: web::Data<Public>,
) -> Result<HttpResponse> {
    let starting = Starting { request: &request, db: &db, actor: permit.actor().clone(), mails: false };
    let of = starting.find(&id).await?;
    let secret = reveal::take(&db, &permit, &request, of.staff.as_str()).await?;
    let link = secret.map(|secret| Zeroizing::new(link_of(&public, &secret)));
    let shown = link.is_some();
    let shell = starting.shell(&of, format!("A new password for {}", of.name));
    let page = ResetLinkPage { shell, name: of.name.clone(), link, barred: false, back: back(&of) };
    if shown { reveal::page(&request, &page) } else { frame::page(&request, StatusCode::OK, &page) }
}
