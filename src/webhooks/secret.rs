//! The secret that signs what an endpoint is sent: shown once, kept sealed.

use crate::ids::{EndpointId, MessageId};
use crate::keys::{Keys, Purpose};
use crate::world::{Entropy, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::fmt;
use zeroize::Zeroizing;

/// What every signing secret begins with.
pub const PREFIX: &str = "whsec_";
const BYTES: usize = 32;
/// How much of its end people may know.
const SHOWN: usize = 4;

/// 32 random bytes, written as `whsec_` and their base64 (Standard Webhooks).
///
/// It has neither `Display` nor `Clone`, prints nothing in `Debug`, and is wiped when dropped.
pub struct SigningSecret(Zeroizing<[u8; BYTES]>);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret")
    }
}

impl SigningSecret {
    /// A new one.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy.bytes()))
    }

    /// As receivers keep it, for the one place that shows it. There is no second time.
    #[must_use]
    pub fn reveal_once(self) -> Zeroizing<String> {
        self.written()
    }

    /// What people may see of it later: `whsec_…` and the last four characters before its padding.
    #[must_use]
    pub fn hint(&self) -> String {
        let written = self.written();
        let text = written.trim_end_matches('=');
        let last = text.get(text.len().saturating_sub(SHOWN)..).unwrap_or("");
        format!("{PREFIX}\u{2026}{last}")
    }

    /// Sealed for the row of `endpoint`: no other row opens it.
    #[must_use]
    pub fn seal(&self, keys: &Keys, endpoint: &EndpointId, entropy: &dyn Entropy) -> String {
        keys.seal(Purpose::Webhook, endpoint.as_str().as_bytes(), &*self.0, entropy)
    }

    /// Opens what the row of `endpoint` holds. `None`: it was changed, or its key is not there any more.
    #[must_use]
    pub fn open(keys: &Keys, endpoint: &EndpointId, sealed: &str) -> Option<Self> {
        let bytes = keys.open(Purpose::Webhook, endpoint.as_str().as_bytes(), sealed)?;
        let mut secret = Zeroizing::new([0; BYTES]);
        if bytes.len() != BYTES {
            return None;
        }
        secret.copy_from_slice(&bytes);
        Some(Self(secret))
    }

    /// The signature of a message that is sent at `at`: `v1,` and the base64 of the HMAC-SHA-256 of `id.seconds.body`.
    #[must_use]
    pub fn sign(&self, message: &MessageId, at: Timestamp, body: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.0) else {
            // A key may have any length.
            std::process::abort()
        };
        mac.update(format!("{message}.{}.", seconds(at)).as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    fn written(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + BYTES * 2));
        text.push_str(PREFIX);
        STANDARD.encode_string(*self.0, &mut text);
        text
    }
}

/// An instant as the header `webhook-timestamp` says it, and as it is signed: whole seconds since 1970.
#[must_use]
pub const fn seconds(at: Timestamp) -> i64 {
    at.millis().div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FixedEntropy;

    fn endpoint(millis: i64) -> EndpointId {
        EndpointId::new(Timestamp::from_millis(millis), &FixedEntropy::default())
    }

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // Made by another implementation of HMAC.
        let secret = SigningSecret(Zeroizing::new(*b"0123456789abcdef0123456789abcdef"));
        let message = "msg_00000000000000000000000000".parse().unwrap();
        let signature = secret.sign(&message, Timestamp::from_millis(1_700_000_000_999), r#"{"a":1}"#);
        assert_eq!(signature, "v1,M45dae9fmPEofQVNmum3pmR3Sgxhy6f0kJEPmn9S8/E=");
    }

    #[test]
    fn it_is_written_as_receivers_read_it() {
        let secret = SigningSecret(Zeroizing::new([0xFB; BYTES]));
        assert_eq!(secret.hint(), "whsec_\u{2026}7+/s");
        let written = secret.reveal_once();
        assert_eq!(written.as_str(), format!("whsec_{}+/s=", "+/v7".repeat(10)));
    }

    #[test]
    fn a_row_opens_only_for_its_endpoint() {
        let entropy = FixedEntropy::default();
        let (keys, secret) = (Keys::throw_away(&entropy), SigningSecret::generate(&entropy));
        let sealed = secret.seal(&keys, &endpoint(1), &entropy);
        let opened = SigningSecret::open(&keys, &endpoint(1), &sealed).unwrap();
        assert_eq!(opened.written(), secret.written());
        assert!(!sealed.contains(secret.written().trim_start_matches(PREFIX)));
        assert!(SigningSecret::open(&keys, &endpoint(2), &sealed).is_none());
        assert!(SigningSecret::open(&Keys::throw_away(&entropy), &endpoint(1), &sealed).is_none());
        assert_eq!(format!("{secret:?}"), "SigningSecret");
    }
}
