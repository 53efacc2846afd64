//! "Sudo": the password once more, throttled like a sign-in and bound to this session.

use super::actor::{People, Visit};
use super::permit::Asked;
use super::session;
use super::throttle::Counters;
use crate::authz::{Origin, StaffMember};
use crate::db::Db;
use crate::db::journal::{Class, Counted, Doer, Entry, Subject};
use crate::error::{AppError, Result};
use crate::world::Timestamp;
use actix_session::SessionExt as _;
use actix_web::{HttpRequest, web};
use std::sync::Arc;

/// Checks the password of the person who is signed in; when right, the session is fresh again, under a new id.
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
        return Ok(Err(Asked::ForPassword));
    }
    let counters = Counters::new(db, &visit.origin, &format!("again {}", staff.seed));
    if let Some(seconds) = counters.attempt(db, visit.now).await? {
        return Ok(Err(Asked::TooMany(seconds)));
    }
    if !people.is_password(&staff.user, password).await? {
        refused(db, staff, visit.now, &visit.origin).await?;
        let wait = counters.wait(db, visit.now).await?;
        return Ok(Err(wait.map_or(Asked::WrongPassword, Asked::TooMany)));
    }
    counters.succeed(db).await?;
    session::confirm(&request.get_session(), visit.now)?;
    let mut fresh = StaffMember::clone(staff);
    fresh.authenticated_at = visit.now;
    Ok(Ok(Arc::new(fresh)))
}

/// Leaves the trace of a wrong password from somebody who is signed in.
///
/// # Errors
/// Faults of the store.
pub async fn refused(db: &Db, staff: &StaffMember, now: Timestamp, origin: &Origin) -> Result<()> {
    tracing::warn!(
        user.id = staff.user.as_str(),
        client.address = origin.address.as_deref().unwrap_or(""),
        "password refused"
    );
    let doer = Doer { kind: "staff", id: Some(staff.user.to_string()), name: staff.name.clone() };
    let subject = Subject { kind: "user", id: Some(staff.user.to_string()), name: staff.name.clone() };
    let entry = Entry { class: Class::Audit, action: "user.password_refused", subject, details: serde_json::json!({}) };
    let account = Some(staff.account.id.clone());
    let counted = Counted { doer, account, now, origin: origin.clone(), entry, times: 1 };
    Ok(db.write().await?.commit_counted([&counted]).await?)
}
