//! Single-use form keys, and the sealed note in which a plain token waits to be shown once.

use crate::binds;
use crate::db::journal::Unlogged;
use crate::db::{Db, DbError, On};
use crate::ids::{AccountId, UserId};
use crate::keys::{Keys, Purpose};
use crate::world::{Entropy, Span, Timestamp};
use base64::Engine as _;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use zeroize::Zeroizing;

/// How long a note waits for its one reader.
pub const NOTE_TIME: Span = Span::minutes(2);
// How long a second sending of a form is recognised.
const KEPT: Span = Span::days(2);
/// What the name of the cookie begins with that carries the form's key to the page that shows the token; only that browser holds it.
pub const COOKIE: &str = "note";

/// The single-use key of a form: 32 hexadecimal digits that only the browser holds; the database knows its keyed hash.
#[derive(Debug, Clone)]
pub struct OnceKey(String);

impl OnceKey {
    /// A new one, for a form about to be shown.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(crate::keys::hex(&entropy.bytes::<16>()))
    }

    /// From a form field or a cookie.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// For the hidden field and the cookie.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digest(&self, keys: &Keys) -> String {
        keys.mac(Purpose::Names, format!("once {}", self.0).as_bytes())
    }

    /// Neither the database nor the cookie alone gives these; the first one closes, each may open.
    fn ciphers(&self, keys: &Keys) -> impl Iterator<Item = ChaCha20Poly1305> {
        let keys = keys.derive_each::<32>(Purpose::Note, self.0.as_bytes());
        keys.into_iter().map(|key| ChaCha20Poly1305::new((&*key).into()))
    }
}

/// Whether a form was sent before.
#[derive(Debug, PartialEq, Eq)]
pub enum Claim {
    /// This is the first time.
    First,
    /// It was sent before, by the same person, with this result.
    Again {
        /// What the first sending made or changed: an id.
        subject: String,
    },
    /// It was sent before by the same person, but said something else then.
    Other {
        /// What the first sending made or changed: an id.
        subject: String,
    },
    /// The key was used for something else; the form is no form of ours.
    Elsewhere,
}

/// Who sends which form.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The person.
    pub user: &'a UserId,
    /// What the form does, e.g. `create`.
    pub purpose: &'a str,
    /// What the form says; two sendings that say the same are one.
    pub content: &'a str,
    /// The instant of the request.
    pub now: Timestamp,
}

/// Claims a form's key for `subject`; to be called inside the transaction that does the work.
///
/// # Errors
/// What the engine says.
pub async fn claim(
    on: &mut On<'_>,
    keys: &Keys,
    key: &OnceKey,
    from: Sender<'_>,
    subject: &str,
) -> Result<Claim, DbError> {
    let digest = key.digest(keys);
    let content = keys.mac(Purpose::Names, format!("content {}", from.content).as_bytes());
    let values = binds![&digest, from.account, from.user, from.purpose, subject, &content, from.now];
    if on.run_one(ADD, values).await? {
        return Ok(Claim::First);
    }
    let before: Option<(String, String)> =
        on.first(FIND, binds![&digest, from.account, from.user, from.purpose]).await?;
    Ok(match before {
        Some((subject, said)) if said == content => Claim::Again { subject },
        Some((subject, _)) => Claim::Other { subject },
        None => Claim::Elsewhere,
    })
}

/// Leaves `plain` in a sealed note for the page that shows it; in the same transaction as [`claim`].
///
/// # Errors
/// What the engine says.
pub async fn leave(on: &mut On<'_>, keys: &Keys, key: &OnceKey, plain: &str, now: Timestamp) -> Result<(), DbError> {
    // The key serves for one message only, so a fixed nonce repeats nothing.
    let sealed = key.ciphers(keys).next().and_then(|cipher| cipher.encrypt(&Nonce::default(), plain.as_bytes()).ok());
    let sealed = sealed.ok_or_else(|| DbError::Fault("the note could not be sealed".to_owned()))?;
    let note = base64::engine::general_purpose::STANDARD.encode(sealed);
    on.run(LEAVE, binds![key.digest(keys), note, now.plus(NOTE_TIME)]).await?;
    Ok(())
}

/// Takes the note away and opens it. `None`: there is none, or none any more, for this person and this thing. A note that
/// is refused because it is too old is emptied too, so that it stays dead even when the clock is set back.
///
/// # Errors
/// What the engine says.
pub async fn take(
    on: &mut On<'_>,
    keys: &Keys,
    key: &OnceKey,
    from: Sender<'_>,
    subject: &str,
) -> Result<Option<Zeroizing<String>>, DbError> {
    let digest = key.digest(keys);
    let note: Option<(Option<String>, Option<i64>)> =
        on.first(READ, binds![&digest, from.account, from.user, subject]).await?;
    let Some((Some(note), Some(until))) = note else { return Ok(None) };
    // The conditional update decides between two readers; only one changes the row.
    if !on.run_one(EMPTY, binds![&digest]).await? || until <= from.now.millis() {
        return Ok(None);
    }
    let sealed = base64::engine::general_purpose::STANDARD.decode(note).unwrap_or_default();
    let plain = key.ciphers(keys).find_map(|cipher| cipher.decrypt(&Nonce::default(), sealed.as_slice()).ok());
    Ok(plain.and_then(|plain| String::from_utf8(plain).ok()).map(Zeroizing::new))
}

/// Removes notes that nobody read in time, and keys too old to be sent again.
///
/// # Errors
/// What the engine says.
pub async fn upkeep(db: &Db) -> Result<(), DbError> {
    let now = db.world().now();
    let mut tx = db.write().await?;
    tx.on().run(EXPIRE, binds![now]).await?;
    tx.on().run(FORGET, binds![now.minus(KEPT)]).await?;
    tx.commit_unlogged(Unlogged::NoteUpkeep).await
}

const EXPIRE: &str = "UPDATE once_keys SET note = NULL, note_expires_at = NULL WHERE note_expires_at <= $1";
const FORGET: &str = "DELETE FROM once_keys WHERE created_at < $1";
const ADD: &str = "INSERT INTO once_keys (digest, account_id, user_id, purpose, subject, content, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (digest) DO NOTHING";
const FIND: &str =
    "SELECT subject, content FROM once_keys WHERE digest = $1 AND account_id = $2 AND user_id = $3 AND purpose = $4";
const LEAVE: &str = "UPDATE once_keys SET note = $2, note_expires_at = $3 WHERE digest = $1";
const READ: &str = "SELECT note, note_expires_at FROM once_keys WHERE digest = $1 AND account_id = $2 AND user_id = $3 AND subject = $4";
const EMPTY: &str = "UPDATE once_keys SET note = NULL, note_expires_at = NULL WHERE digest = $1 AND note IS NOT NULL";

/// Every statement of this file.
pub const ALL: &[&str] = &[EXPIRE, FORGET, ADD, FIND, LEAVE, READ, EMPTY];
