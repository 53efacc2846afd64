//! One's own sessions and last sign-ins, as the Security page lists them; and ending sessions.

use super::security::{Own, PATH};
use crate::db::Db;
use crate::error::{AppError, Result};
use crate::users::EndSessions;
use crate::users::commands;
use crate::users::store::sign_ins::{self, SignInRow};
use crate::web::client;
use crate::web::flash::Done;
use crate::web::form::FormBody;
use crate::web::parts::{Field, FormGuard, When};
use crate::web::permit::{Asked, Pending};
use crate::web::session::{self, Listed, Sessions};
use crate::web::shown::{Again, sudo_guard};
use crate::web::{frame, times};
use crate::world::Timestamp;
use actix_session::SessionExt as _;
use actix_web::{HttpRequest, HttpResponse, web};

/// How many sign-ins are listed.
const SIGN_INS: i64 = 10;

/// A session in the list.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Its public name.
    pub handle: String,
    /// The client's short name.
    pub client: String,
    /// From where it began.
    pub address: String,
    /// When it began.
    pub began: When,
    /// When it was last used.
    pub used: When,
    /// Whether it is the one that looks at the page.
    pub this: bool,
}

/// A sign-in in the list.
#[derive(Debug, Clone)]
pub struct SignInLine {
    /// What happened.
    pub what: String,
    /// Whether somebody got in.
    pub good: bool,
    /// The client's short name.
    pub client: String,
    /// From where.
    pub address: String,
    /// When.
    pub at: When,
}

/// The question for the password before sessions are ended.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Where the form goes.
    pub action: &'static str,
    /// Which session; none for all others.
    pub handle: Option<String>,
    /// What will happen.
    pub words: String,
    /// The button.
    pub button: &'static str,
    /// What binds the form, with the password's field.
    pub guard: FormGuard,
}

/// The live sessions, the one that asks first.
///
/// # Errors
/// Faults of the store.
pub async fn rows(own: &Own<'_>) -> Result<Vec<SessionRow>> {
    let this = own.handle();
    let sessions = own.request.app_data::<web::Data<Sessions>>();
    let sessions = sessions.ok_or_else(|| AppError::internal("no sessions"))?.of(&own.staff.user).await?;
    let mut rows: Vec<_> = sessions.into_iter().map(|listed| row(listed, &this, own.now)).collect();
    rows.sort_by_key(|row| !row.this);
    Ok(rows)
}

fn row(listed: Listed, this: &str, now: Timestamp) -> SessionRow {
    SessionRow {
        client: client::name_of(&listed.agent),
        address: listed.address,
        began: times::ago_or_day(listed.since, now),
        used: times::ago_or_day(listed.seen_at, now),
        this: listed.handle == this,
        handle: listed.handle,
    }
}

/// The last sign-ins, also the failed ones.
///
/// # Errors
/// Faults of the store.
pub async fn sign_ins(own: &Own<'_>) -> Result<Vec<SignInLine>> {
    let rows = sign_ins::last(&mut own.db.read().await?.on(), &own.staff.user, SIGN_INS).await?;
    Ok(rows.into_iter().map(|row| line(row, own.now)).collect())
}

fn line(row: SignInRow, now: Timestamp) -> SignInLine {
    let what = match row.action.as_str() {
        "user.signed_in" => "Signed in",
        "user.code_refused" => "Code not right",
        _ => "Password not right",
    };
    SignInLine {
        what: if row.times > 1 { format!("{what}, {} times", row.times) } else { what.to_owned() },
        good: row.action == "user.signed_in",
        client: client::name_of(row.agent.as_deref().unwrap_or("")),
        address: row.address.unwrap_or_default(),
        at: times::when(
            Timestamp::from_millis(row.happened_at),
            times::day_and_time(Timestamp::from_millis(row.happened_at), now),
        ),
    }
}

/// `POST /profile/sessions/end`: ends one of one's own sessions.
///
/// # Errors
/// [`AppError::NotFound`] when it is none of one's own; faults of the store and of the form.
pub async fn end(
    pending: Pending<EndSessions>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&["session"], &[])?;
    let (actor, now) = (pending.actor().clone(), pending.visit().now);
    let handle = form.one("session");
    if !handle.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(AppError::NotFound);
    }
    match pending.confirm(&form).await? {
        Ok(permit) => {
            commands::end_session(&db, &permit, handle).await?;
            Ok(frame::see_other(&request, PATH, Some(Done::SessionEnded)))
        }
        Err(asked) => ask(&Own::new(&request, &db, &actor, now)?, Some(handle), asked).await,
    }
}

/// `POST /profile/sessions/end-all`: ends every session but this one.
///
/// # Errors
/// Faults of the store and of the form.
pub async fn end_all(
    pending: Pending<EndSessions>,
    form: FormBody,
    request: HttpRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    form.expect(&[], &[])?;
    let (actor, now) = (pending.actor().clone(), pending.visit().now);
    let own = Own::new(&request, &db, &actor, now)?;
    match pending.confirm(&form).await? {
        Ok(permit) => {
            let epoch = commands::end_all(&db, &permit, &own.handle()).await?;
            session::keep(&request.get_session(), now, epoch)?;
            Ok(frame::see_other(&request, PATH, Some(Done::SignedOutElsewhere)))
        }
        Err(asked) => ask(&own, None, asked).await,
    }
}

/// The page again, with the question for the password.
async fn ask(own: &Own<'_>, handle: Option<&str>, asked: Asked) -> Result<HttpResponse> {
    let mut page = own.page().await?;
    let nothing_yet = matches!(asked, Asked::ForPassword | Asked::ForPasswordOrCode);
    let again = Again::sent(asked);
    let mut guard = sudo_guard(own.db, own.actor, false, Some(&again));
    guard.password = guard.password.map(|field| {
        let error = field.error.clone().filter(|_| !nothing_yet);
        Field { autofocus: true, ..field }.error(error)
    });
    page.confirm = Some(match handle {
        Some(handle) => {
            let row = page.sessions.iter().find(|row| row.handle == handle).ok_or(AppError::NotFound)?;
            Confirm {
                action: "/profile/sessions/end",
                handle: Some(row.handle.clone()),
                words: format!("{} from {} will be signed out.", row.client, row.address),
                button: "Sign out that session",
                guard,
            }
        }
        None => Confirm {
            action: "/profile/sessions/end-all",
            handle: None,
            words: "Every session but this one will be signed out.".to_owned(),
            button: "Sign out everywhere else",
            guard,
        },
    });
    Ok(again.answer(own.answer(again.status(), &page.refused(), None)?))
}
