//! What the filter offers: people, integrations, webhooks and roles of the account, each by name.

use crate::binds;
use crate::db::journal::place::told_event;
use crate::db::{DbError, On};
use crate::ids::AccountId;
use crate::web::times;
use crate::world::Timestamp;

/// How many of each are offered.
pub const MOST: usize = 100;

/// Characters of a webhook's description that are shown.
const LINE: usize = 60;

/// A thing's id and name.
pub type Named = (String, String);

/// What an account has, as far as it is offered.
#[derive(Debug, Clone, Default)]
pub struct Offered {
    /// People: the user's id.
    pub people: Vec<Named>,
    /// People: the membership's id.
    pub staff: Vec<Named>,
    /// Integrations that are not deleted.
    pub integrations: Vec<Named>,
    /// Webhooks that are not deleted: the host, and what it is for or else when it was created.
    pub webhooks: Vec<Named>,
    /// Roles.
    pub roles: Vec<Named>,
}

/// What the account has.
///
/// # Errors
/// What the engine says.
pub async fn offered(on: &mut On<'_>, account: &AccountId) -> Result<Offered, DbError> {
    let people: Vec<(String, String, String)> = on.all(PEOPLE, binds![account]).await?;
    let (people, staff) = people.into_iter().map(|(user, staff, name)| ((user, name.clone()), (staff, name))).unzip();
    Ok(Offered {
        people,
        staff,
        integrations: on.all(INTEGRATIONS, binds![account]).await?,
        webhooks: webhooks(on, account).await?,
        roles: on.all(ROLES, binds![account]).await?,
    })
}

async fn webhooks(on: &mut On<'_>, account: &AccountId) -> Result<Vec<Named>, DbError> {
    let found: Vec<(String, String, String, i64)> = on.all(WEBHOOKS, binds![account]).await?;
    let named = |(id, url, description, created_at): (String, String, String, i64)| {
        let place = url::Url::parse(&url).ok();
        let host = place.as_ref().and_then(url::Url::host_str).unwrap_or(&url);
        let port = place.as_ref().and_then(url::Url::port).map(|port| format!(":{port}")).unwrap_or_default();
        // Enough to tell two of one host apart. Their paths are not named here: they may be secrets.
        let name = match description.lines().next() {
            Some(line) if !line.trim().is_empty() => {
                format!("{host}{port} ({})", line.trim().chars().take(LINE).collect::<String>())
            }
            _ => {
                let created = Timestamp::from_millis(created_at);
                format!("{host}{port} (created {}, {} UTC)", times::day(created), times::clock(created))
            }
        };
        (id, name)
    };
    Ok(found.into_iter().map(named).collect())
}

/// The id of the person behind a membership of the account.
///
/// # Errors
/// What the engine says.
pub async fn user_of(on: &mut On<'_>, account: &AccountId, staff: &str) -> Result<Option<String>, DbError> {
    Ok(on.first::<(String,)>(USER_OF, binds![account, staff]).await?.map(|(user,)| user))
}

/// The name under which the account's log last knew an actor.
///
/// # Errors
/// What the engine says.
pub async fn actor_name(on: &mut On<'_>, account: &AccountId, actor: &str) -> Result<Option<String>, DbError> {
    Ok(on.first::<(String,)>(ACTOR_NAME, binds![account, actor]).await?.map(|(name,)| name))
}

/// The name under which the account's log last knew a thing.
///
/// # Errors
/// What the engine says.
pub async fn subject_name(on: &mut On<'_>, account: &AccountId, subject: &str) -> Result<Option<String>, DbError> {
    Ok(on.first::<(String,)>(SUBJECT_NAME, binds![account, subject]).await?.map(|(name,)| name))
}

const PEOPLE: &str = "SELECT s.user_id, s.id, u.name FROM staff s JOIN users u ON u.id = s.user_id \
     WHERE s.account_id = $1 ORDER BY s.name_key, s.id LIMIT 101";
const INTEGRATIONS: &str =
    "SELECT id, name FROM integrations WHERE account_id = $1 AND deleted_at IS NULL ORDER BY name_key, id LIMIT 101";
const WEBHOOKS: &str = "SELECT id, url, description, created_at FROM webhook_endpoints \
     WHERE account_id = $1 AND deleted_at IS NULL ORDER BY id DESC LIMIT 101";
const ROLES: &str = "SELECT id, name FROM roles WHERE account_id = $1 ORDER BY name_key LIMIT 101";
const USER_OF: &str = "SELECT user_id FROM staff WHERE account_id = $1 AND id = $2";
const ACTOR_NAME: &str = concat!(
    "SELECT actor_name FROM events WHERE account_id = $1 AND COALESCE(actor_id, actor_kind) = $2 \
     AND NOT (subject_kind = 'contact') AND ",
    told_event!(),
    " ORDER BY happened_at DESC, id DESC LIMIT 1"
);
const SUBJECT_NAME: &str = concat!(
    "SELECT subject_name FROM events WHERE account_id = $1 AND subject_id = $2 AND ",
    told_event!(),
    " ORDER BY happened_at DESC, sequence DESC LIMIT 1"
);

/// Every statement of this file.
pub const ALL: &[&str] = &[PEOPLE, INTEGRATIONS, WEBHOOKS, ROLES, USER_OF, ACTOR_NAME, SUBJECT_NAME];
