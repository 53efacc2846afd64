//! The keys outside the database: a ring of at most two live master secrets, and a subkey for each purpose.

mod change;
mod file;
mod seal;

pub use change::Listed;
pub use file::{KeyError, State};

use crate::world::{Entropy, Timestamp};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// What a subkey is for; each purpose has its own, so that none can stand in for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signing and encrypting the session cookie (64 bytes).
    Cookie,
    /// Tokens of forms.
    Form,
    /// Sealed notes that hold a plain token until it is shown.
    Note,
    /// The chain of audit events.
    Journal,
    /// Names by which the database finds what it must not know: sessions, links, forms, throttle counters. The one purpose
    /// whose key stays when the others change, see decision 0014.
    Names,
    /// The id that a session goes on under.
    Session,
    /// Telling whether a key file and a database belong together.
    Pairing,
    /// Secrets of second factors.
    SecondFactor,
    /// Answers that are kept for calls with an idempotency key.
    Idempotency,
    /// Secrets that sign webhooks.
    Webhook,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Cookie => b"progreda cookie 1",
            Self::Form => b"progreda form 1",
            Self::Note => b"progreda note 1",
            Self::Journal => b"progreda journal 1",
            Self::Names => b"progreda names 1",
            Self::Session => b"progreda session 1",
            Self::Pairing => b"progreda pairing 1",
            Self::SecondFactor => b"progreda second factor 1",
            Self::Idempotency => b"progreda idempotency 1",
            Self::Webhook => b"progreda webhook 1",
        }
    }
}

type Secret = Zeroizing<[u8; 32]>;

/// A live master secret.
#[derive(Clone)]
struct Live {
    id: String,
    made: Option<Timestamp>,
    secret: Secret,
    journal: Secret,
}

/// What is left of a key that was retired: enough to check the events that it signed, and for nothing else.
#[derive(Clone)]
struct Former {
    id: String,
    made: Option<Timestamp>,
    journal: Secret,
}

#[derive(Clone)]
struct Ring {
    /// Known before it is used, so that no instance meets a key that it does not know. Never there together with `previous`.
    next: Option<Live>,
    current: Live,
    previous: Option<Live>,
    /// The last one retired first.
    former: Vec<Former>,
    names: Secret,
}

/// The keys of one database. What is written uses the current one; what is read may be under any live one.
#[derive(Clone)]
pub struct Keys(Arc<Ring>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Live {
    fn new(secret: Secret, made: Option<Timestamp>) -> Self {
        // The id comes from the secret: a line of the key file that was spoilt does not match its own id.
        let id = hex(&*stretch::<4>(&secret, b"progreda key id 1", b""));
        let journal = stretch(&secret, Purpose::Journal.label(), b"");
        Self { id, made, secret, journal }
    }

    fn random(entropy: &dyn Entropy, made: Option<Timestamp>) -> Self {
        Self::new(Zeroizing::new(entropy.bytes()), made)
    }

    fn into_former(self) -> Former {
        Former { id: self.id, made: self.made, journal: self.journal }
    }
}

impl Ring {
    fn first(key: Live) -> Self {
        let names = stretch(&key.secret, Purpose::Names.label(), b"");
        Self { next: None, current: key, previous: None, former: Vec::new(), names }
    }

    /// The current one first.
    fn live(&self) -> impl Iterator<Item = &Live> {
        [Some(&self.current), self.next.as_ref(), self.previous.as_ref()].into_iter().flatten()
    }
}

impl Keys {
    /// A master secret that is kept nowhere; for throw-away databases.
    #[must_use]
    pub fn throw_away(entropy: &dyn Entropy) -> Self {
        Self(Arc::new(Ring::first(Live::random(entropy, None))))
    }

    /// The current subkey of `N` bytes for `purpose`, bound to `context`.
    #[must_use]
    pub fn derive<const N: usize>(&self, purpose: Purpose, context: &[u8]) -> Zeroizing<[u8; N]> {
        stretch(&self.0.current.secret, purpose.label(), context)
    }

    /// The same under each live key, the current one first: for opening what may have been closed before a change of keys.
    #[must_use]
    pub fn derive_each<const N: usize>(&self, purpose: Purpose, context: &[u8]) -> Vec<Zeroizing<[u8; N]>> {
        self.0.live().map(|key| stretch(&key.secret, purpose.label(), context)).collect()
    }

    /// The HMAC-SHA-256 of `message` under the current subkey of `purpose`, in hexadecimal.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, message: &[u8]) -> String {
        match purpose {
            Purpose::Names => hmac(&self.0.names, message),
            _ => hmac(&self.derive(purpose, b""), message),
        }
    }

    /// The same under each live key, the current one first.
    #[must_use]
    pub fn macs(&self, purpose: Purpose, message: &[u8]) -> Vec<String> {
        match purpose {
            Purpose::Names => vec![self.mac(purpose, message)],
            _ => self.derive_each(purpose, b"").iter().map(|key| hmac(key, message)).collect(),
        }
    }

    /// The same under the key before, while it is live.
    #[must_use]
    pub fn previous_mac(&self, purpose: Purpose, message: &[u8]) -> Option<String> {
        let key = self.0.previous.as_ref()?;
        Some(hmac(&stretch(&key.secret, purpose.label(), b""), message))
    }

    /// Whether `mac` is that of `message` under a live key; takes as long whatever it is.
    #[must_use]
    pub fn confirms(&self, purpose: Purpose, message: &[u8], mac: &str) -> bool {
        let hit = |known: &String| known.as_bytes().ct_eq(mac.as_bytes());
        self.macs(purpose, message).iter().map(hit).fold(0.into(), |any: subtle::Choice, one| any | one).into()
    }

    /// The id of the key that signs new events.
    #[must_use]
    pub fn current_id(&self) -> &str {
        &self.0.current.id
    }

    /// How far a key is from the first one: later keys have more. `None` for the id stands for the first key, under which events
    /// were signed before keys had ids. `None` as the answer: it is no key of this ring.
    #[must_use]
    pub fn age_rank(&self, id: Option<&str>) -> Option<usize> {
        let Some(id) = id else { return Some(0) };
        self.journal_keys().position(|(known, _)| known == id)
    }

    /// Whether the key was retired: it signs nothing any more.
    #[must_use]
    pub fn is_retired(&self, id: Option<&str>) -> bool {
        self.age_rank(id).is_some_and(|rank| rank < self.0.former.len())
    }

    /// The HMAC-SHA-256 of `message` under the chain's subkey of this key, also of a retired one. `None`: no such key.
    #[must_use]
    pub fn journal_mac(&self, id: Option<&str>, message: &[u8]) -> Option<String> {
        let rank = self.age_rank(id)?;
        self.journal_keys().nth(rank).map(|(_, key)| hmac(key, message))
    }

    /// The first key first.
    fn journal_keys(&self) -> impl Iterator<Item = (&str, &Secret)> {
        let former = self.0.former.iter().rev().map(|key| (key.id.as_str(), &key.journal));
        let live = [self.0.previous.as_ref(), Some(&self.0.current), self.0.next.as_ref()];
        former.chain(live.into_iter().flatten().map(|key| (key.id.as_str(), &key.journal)))
    }
}

fn stretch<const N: usize>(secret: &Secret, label: &[u8], context: &[u8]) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    let stretched = Hkdf::<Sha256>::new(Some(context), &**secret).expand(label, &mut *key);
    debug_assert!(stretched.is_ok(), "a subkey is shorter than 255 hashes");
    key
}

fn hmac(key: &Secret, message: &[u8]) -> String {
    match Hmac::<Sha256>::new_from_slice(&**key) {
        Ok(mut mac) => {
            mac.update(message);
            hex(&mac.finalize().into_bytes())
        }
        Err(_) => std::process::abort(),
    }
}

/// Lower-case hexadecimal text of `bytes`.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FixedEntropy;

    #[test]
    fn each_purpose_has_its_own_key() {
        let keys = Keys::throw_away(&FixedEntropy::default());
        assert_ne!(keys.mac(Purpose::Form, b"x"), keys.mac(Purpose::Note, b"x"));
        assert_eq!(keys.mac(Purpose::Form, b"x"), keys.mac(Purpose::Form, b"x"));
        assert_ne!(*keys.derive::<32>(Purpose::Note, b"a"), *keys.derive::<32>(Purpose::Note, b"b"));
    }
}
