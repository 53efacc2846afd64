//! "Sudo": the password or a code once more, throttled like a sign-in and bound to this session.

use super::actor::{People, Visit};
use super::permit::Asked;
use super::session;
use super::throttle::Counters;
use crate::authz::{Origin, StaffMember};
use crate::db::Db;
use crate::db::journal::{Class, Counted, Doer, Entry, Subject};
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::keys::Purpose;
use crate::world::Timestamp;
use actix_session::SessionExt as _;
use actix_web::{HttpRequest, web};
use std::sync::Arc;

/// The journal's name for a wrong password of somebody who is signed in.
pub const PASSWORD_REFUSED: &str = "user.password_refused";
/// And for a wrong code.
pub const CODE_REFUSED: &str = "user.code_refused";

/// Checks what the person who is signed in typed to show who they are: their password, or a code when they have a second factor.
/// When it is right, the session is fresh again, under a new id.
///
/// # Errors
/// Faults of the store. The inner error says what to ask for.
pub async fn check(
    request: &HttpRequest,
    staff: &Arc<StaffMember>,
    visit: &Visit,
    password: &str,
) -> Result<Result<Arc<StaffMember>, Asked>> {
    let people = request.app_data::<web::Data<dyn People>>().ok_or_else(|| AppError::internal("no people"))?;
    let db = request.app_data::<web::Data<Db>>().ok_or_else(|| AppError::internal("no database"))?;
    if password.is_empty() {
        return Ok(Err(if staff.second_factor { Asked::ForPasswordOrCode } else { Asked::ForPassword }));
    }
    let by_code = staff.second_factor && is_code(password);
    let counters = match by_code {
        true => of_codes(db, &visit.origin, &staff.user),
        false => Counters::new(db, &visit.origin, &format!("again {}", staff.seed)),
    };
    if let Some(seconds) = counters.attempt(db, visit.now).await? {
        return Ok(Err(Asked::TooMany(seconds)));
    }
    let session = request.get_session();
    let name = |code: &str| db.keys().mac(Purpose::Names, format!("confirmed by {} {code}", staff.seed).as_bytes());
    let by = if by_code { name(password) } else { String::new() };
    let (right, wrong, action) = match by_code {
        true if session::was_confirmed_by(&session, &by) => (true, Asked::WrongCode, CODE_REFUSED),
        true => (people.is_code(&staff.user, password, visit.now).await?, Asked::WrongCode, CODE_REFUSED),
        false => (people.is_password(&staff.user, password).await?, Asked::WrongPassword, PASSWORD_REFUSED),
    };
    if !right {
        refused(db, staff, (visit.now, &visit.origin), action).await?;
        let wait = counters.wait(db, visit.now).await?;
        return Ok(Err(wait.map_or(wrong, Asked::TooMany)));
    }
    counters.succeed(db).await?;
    session::confirm(&session, visit.now, by)?;
    let mut fresh = StaffMember::clone(staff);
    fresh.authenticated_at = visit.now;
    Ok(Ok(Arc::new(fresh)))
}

/// Whether it is typed as a code of an app is; no password is so short.
#[must_use]
pub fn is_code(typed: &str) -> bool {
    let mut digits = typed.chars().filter(|c| !c.is_whitespace());
    digits.clone().count() == 6 && digits.all(|c| c.is_ascii_digit())
}

/// The counters of tries at somebody's codes: six digits are guessed from many places at once, so the person is counted and not
/// the place. Only who knows their password, or is signed in as them, gets as far as that.
#[must_use]
pub fn of_codes(db: &Db, origin: &Origin, user: &UserId) -> Counters {
    Counters::of_person(db, origin, &format!("code {user}"))
}

/// Leaves the trace of a wrong password or code (`action`) from somebody who is signed in.
///
/// # Errors
/// Faults of the store.
pub async fn refused(
    db: &Db,
    staff: &StaffMember,
    (now, origin): (Timestamp, &Origin),
    action: &'static str,
) -> Result<()> {
    tracing::warn!(
        user.id = staff.user.as_str(),
        client.address = origin.address.as_deref().unwrap_or(""),
        action,
        "refused"
    );
    let doer = Doer { kind: "staff", id: Some(staff.user.to_string()), name: staff.name.clone() };
    let subject = Subject { kind: "user", id: Some(staff.user.to_string()), name: staff.name.clone() };
    let entry = Entry { class: Class::Audit, action, subject, details: serde_json::json!({}) };
    let account = Some(staff.account.id.clone());
    let counted = Counted { doer, account, now, origin: origin.clone(), entry, times: 1 };
    Ok(db.write().await?.commit_counted([&counted]).await?)
}
