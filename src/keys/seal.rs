//! Secrets that the database keeps for the server: sealed, bound to what they belong to, and naming their key.

use super::{Keys, Live, Purpose, stretch};
use crate::world::Entropy;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// A nonce this long may be drawn by chance however often.
const NONCE: usize = 24;

impl Live {
    fn cipher(&self, purpose: Purpose) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*stretch::<32>(&self.secret, purpose.label(), b"")).into())
    }
}

impl Keys {
    /// Seals `plain` under the current key: `KEY.TEXT`. It opens only for the same purpose and `context`, such as the id of the
    /// row that keeps it, so that nobody can move it to another row.
    #[must_use]
    pub fn seal(&self, purpose: Purpose, context: &[u8], plain: &[u8], entropy: &dyn Entropy) -> String {
        let key = &self.0.current;
        let nonce = entropy.bytes::<NONCE>();
        let Ok(sealed) = key.cipher(purpose).encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context }) else {
            // Only a text of gigabytes can fail.
            std::process::abort()
        };
        format!("{}.{}", key.id, URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// What was sealed for the same purpose and context under a live key. `None`: it was not, or it was changed, or its key
    /// was retired.
    #[must_use]
    pub fn open(&self, purpose: Purpose, context: &[u8], sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (id, text) = sealed.split_once('.')?;
        let key = self.0.live().find(|key| key.id == id)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        let opened = key.cipher(purpose).decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: context });
        opened.ok().map(Zeroizing::new)
    }

    /// Whether the text was sealed under the current key; what was not has to be sealed anew before its key is retired.
    #[must_use]
    pub fn is_sealed_by_current(&self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| id == self.0.current.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FixedEntropy;

    #[test]
    fn a_sealed_text_opens_only_where_it_belongs() {
        let entropy = FixedEntropy::default();
        let keys = Keys::throw_away(&entropy);
        let seal = || keys.seal(Purpose::SecondFactor, b"usr_one", b"twelve herons", &entropy);
        let sealed = seal();
        let open = |purpose, context: &[u8], text: &str| keys.open(purpose, context, text).map(|plain| plain.to_vec());
        assert_eq!(open(Purpose::SecondFactor, b"usr_one", &sealed), Some(b"twelve herons".to_vec()));
        assert_eq!(open(Purpose::SecondFactor, b"usr_two", &sealed), None, "in another row");
        assert_eq!(open(Purpose::Note, b"usr_one", &sealed), None, "for something else");
        assert_ne!(seal(), sealed, "the same text never looks the same");
        for place in 0..sealed.len() {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(open(Purpose::SecondFactor, b"usr_one", &changed), None, "character {place} was changed");
        }
        for text in ["", ".", "abc", &sealed[..sealed.len() - 4], &sealed[..20]] {
            assert_eq!(open(Purpose::SecondFactor, b"usr_one", text), None, "{text:?}");
        }
        assert_eq!(Keys::throw_away(&entropy).open(Purpose::SecondFactor, b"usr_one", &sealed), None, "other keys");
    }
}
