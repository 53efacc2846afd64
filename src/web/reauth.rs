//! "Sudo": the password once more, throttled like a sign-in and bound to this session.

use super::actor::{People, Visit};
use super::permit::Asked;
use super::session;
use super::throttle::Counters;
use crate::authz::StaffMember;
use crate::db::Db;
use crate::error::{AppError, Result};
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
    let counters = Counters::new(db, visit.origin.address.as_deref(), &format!("again {}", staff.seed));
    if let Some(seconds) = counters.wait(db, visit.now).await? {
        return Ok(Err(Asked::TooMany(seconds)));
    }
    if !people.is_password(&staff.user, password).await? {
        return Ok(Err(match counters.fail(db, visit.now).await? {
            Some(seconds) => Asked::TooMany(seconds),
            None => Asked::WrongPassword,
        }));
    }
    counters.succeed(db).await?;
    session::confirm(&request.get_session(), visit.now)?;
    let mut fresh = StaffMember::clone(staff);
    fresh.authenticated_at = visit.now;
    Ok(Ok(Arc::new(fresh)))
}
