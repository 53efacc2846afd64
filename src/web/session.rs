//! Sessions in the database: actix-session's store over our own table, and who is signed in.

mod facts;

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
use facts::{Facts, STATE, facts_in, facts_of, facts_to_keep, text_of};
use std::collections::HashMap;

/// A session ends when nobody used it for this long.
pub const IDLE: Span = Span::hours(24);
/// And at the latest this long after the sign-in.
pub const ABSOLUTE: Span = Span::days(14);
// "Last seen" is not written more often than this.
const TOUCH: Span = Span::minutes(1);
/// For so long after a confirmation a form that was sent twice may still come by the id before.
pub const OVERLAP: Span = Span::seconds(10);

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
    /// Whether the request came by the id that the session had before the password was confirmed. See [`confirm`].
    pub by_id_before: bool,
    /// When the session was last seen, to within [`TOUCH`].
    seen_at: Timestamp,
}

// Never stored: what only the store knows of a session when it loads it.
const SEEN: &str = "seen";
const DOWN: &str = "down";
// The session goes on under the id that follows.
const MOVES: &str = "moves";
// It came by the id before.
const BEFORE: &str = "before";

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
            by_id_before: session.contains_key(BEFORE),
            seen_at: Timestamp::from_millis(session.get(SEEN).ok().flatten().unwrap_or(facts.since)),
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
        moved: visit.now.millis(),
        confirmed_by: String::new(),
        epoch: who.2,
        seed: encode(entropy.bytes()),
        handle: encode(entropy.bytes()),
        address: visit.origin.address.clone().unwrap_or_default(),
        agent: visit.origin.agent.clone().unwrap_or_default(),
    };
    session.insert(STATE, facts).map_err(AppError::internal)
}

/// Notes that the password was given again; the session goes on under a new id. A browser that sent the same form twice sends
/// the second by the old id and may never see the answer to the first: for [`OVERLAP`] the old id still brings a form, without
/// the confirmation, and whoever then gives the password, or the same code (`by`, empty for a password), gets the same new id.
///
/// # Errors
/// When the session cannot hold the facts.
pub fn confirm(session: &Session, now: Timestamp, by: String) -> Result<()> {
    change(session, |facts| {
        (facts.authenticated, facts.moved) = (now.millis(), now.millis());
        facts.confirmed_by = by;
    })?;
    session.insert(MOVES, true).map_err(AppError::internal)
}

/// Whether this is the second of two equal forms, and the code named `by` confirmed the first.
#[must_use]
pub fn was_confirmed_by(session: &Session, by: &str) -> bool {
    let facts: Option<Facts> = session.get(STATE).ok().flatten();
    session.contains_key(BEFORE) && facts.is_some_and(|facts| !by.is_empty() && facts.confirmed_by == by)
}

/// Notes that the password was changed: all other sessions were ended, and this one goes on in `epoch` under a new id. The old
/// one dies at once.
///
/// # Errors
/// When the session cannot hold the facts.
pub fn begin_anew(session: &Session, now: Timestamp, epoch: i64) -> Result<()> {
    session.renew();
    change(session, |facts| (facts.authenticated, facts.epoch) = (now.millis(), epoch))
}

/// Goes on in another account, under the same id: whoever holds the id could switch as well, see decision 0012. The caller has
/// checked that the person may work there.
///
/// # Errors
/// [`AppError::Conflict`] by the id that the session had before the password was confirmed; when the session cannot hold the facts.
pub fn open_account(session: &Session, account: &AccountId) -> Result<()> {
    if session.contains_key(BEFORE) {
        let why = "You confirmed your password in another tab meanwhile. Reload the page, then switch.";
        return Err(AppError::Conflict(why.to_owned()));
    }
    change(session, |facts| facts.account = account.to_string())
}

/// Takes this session over into `epoch`, after all others were ended, under a new id as [`confirm`] does: whoever has a copy of
/// the id before is out as well.
///
/// # Errors
/// When the session cannot hold the facts.
pub fn keep(session: &Session, now: Timestamp, epoch: i64) -> Result<()> {
    change(session, |facts| (facts.moved, facts.epoch) = (now.millis(), epoch))?;
    session.insert(MOVES, true).map_err(AppError::internal)
}

fn change(session: &Session, change: impl FnOnce(&mut Facts)) -> Result<()> {
    let facts: Option<Facts> = session.get(STATE).map_err(AppError::internal)?;
    let Some(mut facts) = facts else { return Err(AppError::SignedOut) };
    change(&mut facts);
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
        if now.since(signed_in.seen_at) >= TOUCH {
            let mut tx = self.db.write().await?;
            tx.on().run(TOUCH_ROW, binds![&signed_in.handle, now]).await?;
            tx.on().run(STAFF_SEEN, binds![&signed_in.user, &signed_in.account, now]).await?;
            tx.commit_unlogged(Unlogged::SessionUpkeep).await?;
        }
        Ok(())
    }

    async fn find(&self, key: &str) -> Result<Option<HashMap<String, String>>, DbError> {
        let now = self.db.world().now();
        let row: Option<(String, i64, i64)> = self.db.read().await?.on().first(FIND, binds![self.name(key)]).await?;
        let Some((state, seen_at, expires_at)) = row else { return Ok(None) };
        if expires_at <= now.millis() || seen_at <= now.minus(IDLE).millis() {
            self.put_away(key, now).await?;
            return Ok(None);
        }
        // What cannot be read is no session.
        let mut state: Option<HashMap<String, String>> = serde_json::from_str(&state).ok();
        if let Some(state) = &mut state {
            state.insert(SEEN.to_owned(), seen_at.to_string());
        }
        Ok(state)
    }

    /// What was refused once stays dead, even when the clock is set back.
    async fn put_away(&self, key: &str, now: Timestamp) -> Result<(), DbError> {
        let mut tx = self.db.write().await?;
        tx.on().run(REMOVE_ENDED, binds![self.name(key), now, now.minus(IDLE)]).await?;
        tx.commit_unlogged(Unlogged::SessionUpkeep).await
    }

    /// The session whose id before was `key`, as it was then: not confirmed.
    async fn find_moved(&self, key: &str) -> Result<Option<HashMap<String, String>>, DbError> {
        let mut found = None;
        for next in self.following(key) {
            found = found.or(self.find(&next).await?);
        }
        let Some(mut state) = found else { return Ok(None) };
        let Some(mut facts) = facts_in(&state) else { return Ok(None) };
        // When the clock was set back, nobody can tell how long ago that was.
        let ago = self.db.world().now().since(Timestamp::from_millis(facts.moved));
        if !(Span::millis(0)..OVERLAP).contains(&ago) {
            return Ok(None);
        }
        facts.authenticated = 0;
        let text = serde_json::to_string(&facts).map_err(|error| DbError::Fault(error.to_string()))?;
        state.insert(STATE.to_owned(), text);
        state.insert(BEFORE.to_owned(), "true".to_owned());
        Ok(Some(state))
    }

    fn name(&self, key: &str) -> String {
        self.db.keys().mac(Purpose::Names, format!("session {key}").as_bytes())
    }

    /// The id that follows when a session moves: nobody can tell it from the one before, and two requests that move the same
    /// session, even on two servers, move it to the same place: the first of these; after a change of keys it may be the second.
    fn following(&self, key: &str) -> Vec<String> {
        self.db.keys().macs(Purpose::Session, key.as_bytes())
    }

    async fn add(&self, name: &str, facts: &Facts) -> Result<(), anyhow::Error> {
        let now = self.db.world().now();
        let ends = Timestamp::from_millis(facts.since).plus(ABSOLUTE);
        let mut tx = self.db.write().await?;
        // Waits for whoever is ending all sessions of the person, and then adds none.
        if tx.on().run_one(HOLD_EPOCH, binds![&facts.user, facts.epoch]).await? {
            let text = text_of(facts)?;
            let values = binds![name, &facts.user, &facts.account, text, facts.since, now, ends, &facts.handle];
            tx.on().run(REMOVE_HANDLE, binds![&facts.handle]).await?;
            tx.on().run(ADD, values).await?;
            tx.on().run(STAFF_SEEN, binds![&facts.user, &facts.account, now]).await?;
        }
        tx.on().run(REMOVE_OLD, binds![now, now.minus(IDLE)]).await?;
        tx.commit_unlogged(Unlogged::SessionUpkeep).await?;
        Ok(())
    }

    /// No row: the session was ended meanwhile and stays ended.
    async fn change(&self, before: &str, name: &str, facts: &Facts) -> Result<(), anyhow::Error> {
        let text = text_of(facts)?;
        let mut tx = self.db.write().await?;
        if !tx.on().run_one(CHANGE, binds![before, name, &text, &facts.account]).await? {
            // Another request has moved it already.
            tx.on().run(CHANGE, binds![name, name, &text, &facts.account]).await?;
        }
        tx.commit_unlogged(Unlogged::SessionUpkeep).await?;
        Ok(())
    }
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let found = match self.find(key.as_ref()).await {
            Ok(None) => self.find_moved(key.as_ref()).await,
            found => found,
        };
        // Neither signed in nor signed out: whoever reads the session says that the store cannot be reached.
        Ok(found.unwrap_or_else(|error| {
            Some(HashMap::from([(DOWN.to_owned(), serde_json::json!(error.to_string()).to_string())]))
        }))
    }

    async fn save(&self, state: HashMap<String, String>, _: &Duration) -> Result<SessionKey, SaveError> {
        let bytes = self.db.world().entropy().bytes::<32>();
        let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let facts = facts_to_keep(&state).map_err(SaveError::Other)?;
        self.add(&self.name(&key), &facts).await.map_err(SaveError::Other)?;
        key.try_into().map_err(|_| SaveError::Other(anyhow!("the key is too long")))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let facts = facts_to_keep(&state).map_err(UpdateError::Other)?;
        let next = if state.contains_key(MOVES) {
            self.following(key.as_ref()).swap_remove(0)
        } else {
            key.as_ref().to_owned()
        };
        self.change(&self.name(key.as_ref()), &self.name(&next), &facts).await.map_err(UpdateError::Other)?;
        next.try_into().map_err(|_| UpdateError::Other(anyhow!("the key is too long")))
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let mut tx = self.db.write().await?;
        for key in std::iter::once(key.as_ref().to_owned()).chain(self.following(key.as_ref())) {
            tx.on().run(REMOVE, binds![self.name(&key)]).await?;
        }
        Ok(tx.commit_unlogged(Unlogged::SessionUpkeep).await?)
    }
}

const FIND: &str = "SELECT state, seen_at, expires_at FROM sessions WHERE id_hash = $1";
const LIST: &str = "SELECT state, seen_at FROM sessions WHERE user_id = $1 AND expires_at > $2 AND seen_at > $3 \
     ORDER BY seen_at DESC, id_hash";
const ADD: &str = "INSERT INTO sessions (id_hash, user_id, account_id, state, created_at, seen_at, expires_at, handle) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const HOLD_EPOCH: &str = "UPDATE users SET session_epoch = session_epoch WHERE id = $1 AND session_epoch = $2";
const CHANGE: &str = "UPDATE sessions SET id_hash = $2, state = $3, account_id = $4 WHERE id_hash = $1";
const TOUCH_ROW: &str = "UPDATE sessions SET seen_at = $2 WHERE handle = $1 AND seen_at < $2";
/// Notes that the person (`$1`) was in the account (`$2`) at `$3`; part of commands of `users`.
pub const STAFF_SEEN: &str = "UPDATE staff SET last_seen_at = $3 WHERE user_id = $1 AND account_id = $2";
const REMOVE: &str = "DELETE FROM sessions WHERE id_hash = $1";
const REMOVE_ENDED: &str = "DELETE FROM sessions WHERE id_hash = $1 AND (expires_at <= $2 OR seen_at <= $3)";
const REMOVE_HANDLE: &str = "DELETE FROM sessions WHERE handle = $1";
const REMOVE_OLD: &str = "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2";
/// Ends the person's sessions but the one named (`$2`, empty for none); part of commands of `users`.
pub const END_OTHERS: &str = "DELETE FROM sessions WHERE user_id = $1 AND handle <> $2";
/// Ends one session of the person.
pub const END_ONE: &str = "DELETE FROM sessions WHERE user_id = $1 AND handle = $2";

/// Every statement of this file.
pub const ALL: &[&str] = &[
    FIND,
    LIST,
    ADD,
    HOLD_EPOCH,
    CHANGE,
    TOUCH_ROW,
    STAFF_SEEN,
    REMOVE,
    REMOVE_ENDED,
    REMOVE_HANDLE,
    REMOVE_OLD,
    END_OTHERS,
    END_ONE,
];
