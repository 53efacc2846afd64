//! Sessions in the database: actix-session's store over our own table, and who is signed in.

use crate::binds;
use crate::db::journal::Unlogged;
use crate::db::{Db, DbError};
use crate::error::{AppError, Result};
use crate::ids::{AccountId, UserId};
use crate::keys::Purpose;
use crate::world::{Span, Timestamp};
use actix_session::Session;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::anyhow;
use base64::Engine as _;
use std::collections::HashMap;

/// A session ends when nobody used it for this long.
pub const IDLE: Span = Span::hours(24);
/// And at the latest this long after the sign-in.
pub const ABSOLUTE: Span = Span::days(14);
// "Last seen" is not written more often than this.
const TOUCH: Span = Span::minutes(1);

/// What a session knows; all of it stays on the server.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Facts {
    user: String,
    account: String,
    since: i64,
    authenticated: i64,
    epoch: i64,
    seed: String,
    handle: String,
    address: String,
    agent: String,
}

/// Who is signed in with a session.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub user: UserId,
    /// The account they work in.
    pub account: AccountId,
    /// When they last gave their password.
    pub authenticated_at: Timestamp,
    /// What form tokens are bound to.
    pub seed: String,
    /// The session's public name, for the list of sessions.
    pub handle: String,
}

const STATE: &str = "is";
const DOWN: &str = "down";

/// Why the session could not be read, when the store cannot be reached.
#[must_use]
pub fn down(session: &Session) -> Option<String> {
    session.get(DOWN).ok().flatten()
}

impl SignedIn {
    /// Reads it from the session; `None` when nobody is signed in.
    #[must_use]
    pub fn read(session: &Session) -> Option<Self> {
        let facts: Facts = session.get(STATE).ok().flatten()?;
        Some(Self {
            user: facts.user.parse().ok()?,
            account: facts.account.parse().ok()?,
            authenticated_at: Timestamp::from_millis(facts.authenticated),
            seed: facts.seed,
            handle: facts.handle,
        })
    }
}

/// Signs in `(person, account, epoch of their sessions)`: a new id and a new seed, whatever was there before.
///
/// # Errors
/// When the session cannot hold the facts.
pub fn sign_in(session: &Session, db: &Db, who: (&UserId, &AccountId, i64), visit: &super::actor::Visit) -> Result<()> {
    session.clear();
    session.renew();
    let entropy = db.world().entropy();
    let encode = |bytes: [u8; 16]| crate::keys::hex(&bytes);
    let facts = Facts {
        user: who.0.to_string(),
        account: who.1.to_string(),
        since: visit.now.millis(),
        authenticated: visit.now.millis(),
        epoch: who.2,
        seed: encode(entropy.bytes()),
        handle: encode(entropy.bytes()),
        address: visit.origin.address.clone().unwrap_or_default(),
        agent: visit.origin.agent.clone().unwrap_or_default(),
    };
    session.insert(STATE, facts).map_err(AppError::internal)
}

/// Notes that the password was given again, under a new id; `epoch`: all other sessions were ended, and this one goes on in that one.
///
/// # Errors
/// When the session cannot hold the facts.
pub fn confirm(session: &Session, now: Timestamp, epoch: Option<i64>) -> Result<()> {
    let facts: Option<Facts> = session.get(STATE).map_err(AppError::internal)?;
    let Some(mut facts) = facts else { return Err(AppError::SignedOut) };
    facts.authenticated = now.millis();
    facts.epoch = epoch.unwrap_or(facts.epoch);
    session.renew();
    session.insert(STATE, facts).map_err(AppError::internal)
}

/// Takes this session over into `epoch`, after all others were ended.
///
/// # Errors
/// When the session cannot hold the facts.
pub fn keep(session: &Session, epoch: i64) -> Result<()> {
    let facts: Option<Facts> = session.get(STATE).map_err(AppError::internal)?;
    let Some(mut facts) = facts else { return Err(AppError::SignedOut) };
    facts.epoch = epoch;
    session.insert(STATE, facts).map_err(AppError::internal)
}

/// One line of a person's list of sessions.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its public name.
    pub handle: String,
    /// When it began.
    pub since: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// From where it began.
    pub address: String,
    /// With what.
    pub agent: String,
}

/// The sessions of this database.
#[derive(Debug, Clone)]
pub struct Sessions {
    db: Db,
}

impl Sessions {
    /// The sessions of `db`.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// The person's live sessions, last used first.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn of(&self, user: &UserId) -> Result<Vec<Listed>> {
        let now = self.db.world().now();
        let rows: Vec<(String, i64)> = self.db.read().await?.on().all(LIST, binds![user, now, now.minus(IDLE)]).await?;
        let mut sessions = Vec::new();
        for (state, seen_at) in rows {
            let Some(facts) = facts_of(&state) else { continue };
            sessions.push(Listed {
                handle: facts.handle,
                since: Timestamp::from_millis(facts.since),
                seen_at: Timestamp::from_millis(seen_at),
                address: facts.address,
                agent: facts.agent,
            });
        }
        Ok(sessions)
    }

    /// Notes that the session is in use, at most once a minute.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn touch(&self, signed_in: &SignedIn, now: Timestamp) -> Result<()> {
        let seen: Option<(i64,)> = self.db.read().await?.on().first(SEEN, binds![&signed_in.handle]).await?;
        if seen.is_some_and(|(seen,)| now.since(Timestamp::from_millis(seen)) >= TOUCH) {
            let mut tx = self.db.write().await?;
            tx.on().run(TOUCH_ROW, binds![&signed_in.handle, now]).await?;
            tx.on().run(STAFF_SEEN, binds![&signed_in.user, &signed_in.account, now]).await?;
            tx.commit_unlogged(Unlogged::SessionUpkeep).await?;
        }
        Ok(())
    }

    async fn find(&self, key: &SessionKey) -> Result<Option<(String,)>, DbError> {
        let now = self.db.world().now();
        let values = binds![self.name(key.as_ref()), now, now.minus(IDLE)];
        self.db.read().await?.on().first(FIND, values).await
    }

    fn name(&self, key: &str) -> String {
        self.db.keys().mac(Purpose::Names, format!("session {key}").as_bytes())
    }

    async fn write(&self, name: &str, state: &HashMap<String, String>, new: bool) -> Result<(), anyhow::Error> {
        let text = serde_json::to_string(state)?;
        let facts = facts_of(&text).ok_or_else(|| anyhow!("a session without anybody is not kept"))?;
        let now = self.db.world().now();
        let ends = Timestamp::from_millis(facts.since).plus(ABSOLUTE);
        let mut tx = self.db.write().await?;
        if new {
            let values =
                binds![name, &facts.user, &facts.account, text, facts.since, now, ends, &facts.handle, facts.epoch];
            tx.on().run(REMOVE_HANDLE, binds![&facts.handle]).await?;
            tx.on().run(ADD, values).await?;
            tx.on().run(REMOVE_OLD, binds![now, now.minus(IDLE)]).await?;
        } else {
            // No row: the session was ended meanwhile and stays ended.
            tx.on().run(CHANGE, binds![name, text]).await?;
        }
        tx.commit_unlogged(Unlogged::SessionUpkeep).await?;
        Ok(())
    }
}

fn facts_of(state: &str) -> Option<Facts> {
    let state: HashMap<String, String> = serde_json::from_str(state).ok()?;
    serde_json::from_str(state.get(STATE)?).ok()
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let row = match self.find(key).await {
            Ok(row) => row,
            // Neither signed in nor signed out: whoever reads the session says that the store cannot be reached.
            Err(error) => {
                return Ok(Some(HashMap::from([(DOWN.to_owned(), serde_json::json!(error.to_string()).to_string())])));
            }
        };
        row.map(|(state,)| serde_json::from_str(&state))
            .transpose()
            .map_err(|error| LoadError::Deserialization(error.into()))
    }

    async fn save(&self, state: HashMap<String, String>, _: &Duration) -> Result<SessionKey, SaveError> {
        let bytes = self.db.world().entropy().bytes::<32>();
        let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        self.write(&self.name(&key), &state, true).await.map_err(SaveError::Other)?;
        key.try_into().map_err(|_| SaveError::Other(anyhow!("the key is too long")))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        self.write(&self.name(key.as_ref()), &state, false).await.map_err(UpdateError::Other)?;
        Ok(key)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let mut tx = self.db.write().await?;
        tx.on().run(REMOVE, binds![self.name(key.as_ref())]).await?;
        Ok(tx.commit_unlogged(Unlogged::SessionUpkeep).await?)
    }
}

const FIND: &str = "SELECT state FROM sessions WHERE id_hash = $1 AND expires_at > $2 AND seen_at > $3";
const SEEN: &str = "SELECT seen_at FROM sessions WHERE handle = $1";
const LIST: &str = "SELECT state, seen_at FROM sessions WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3 \
     ORDER BY seen_at DESC, id_hash";
const ADD: &str = "INSERT INTO sessions (id_hash, user_id, account_id, state, created_at, seen_at, expires_at, handle) \
     SELECT $1, u.id, $3, $4, $5, $6, $7, $8 FROM users u WHERE u.id = $2 AND u.session_epoch = $9";
const CHANGE: &str = "UPDATE sessions SET state = $2 WHERE id_hash = $1";
const TOUCH_ROW: &str = "UPDATE sessions SET seen_at = $2 WHERE handle = $1 AND seen_at < $2";
const STAFF_SEEN: &str = "UPDATE staff SET last_seen_at = $3 WHERE user_id = $1 AND account_id = $2";
const REMOVE: &str = "DELETE FROM sessions WHERE id_hash = $1";
const REMOVE_HANDLE: &str = "DELETE FROM sessions WHERE handle = $1";
const REMOVE_OLD: &str = "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2";
/// Ends the person's sessions but the one named (`$2`, empty for none); part of commands of `users`.
pub const END_OTHERS: &str = "DELETE FROM sessions WHERE user_id = $1 AND handle <> $2";
/// Ends one session of the person.
pub const END_ONE: &str = "DELETE FROM sessions WHERE user_id = $1 AND handle = $2";

/// Every statement of this file.
pub const ALL: &[&str] =
    &[FIND, SEEN, LIST, ADD, CHANGE, TOUCH_ROW, STAFF_SEEN, REMOVE, REMOVE_HANDLE, REMOVE_OLD, END_OTHERS, END_ONE];
