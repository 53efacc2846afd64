//! The secret that an app makes codes of, and the codes on paper. Neither is ever stored as it is, logged or shown twice.

use crate::ids::UserId;
use crate::keys::{Keys, Purpose};
use crate::world::{Entropy, Timestamp};
use std::fmt;
use subtle::ConstantTimeEq as _;
use totp_rs::{Builder, Totp};
use zeroize::{Zeroize as _, Zeroizing};

/// How long a code is shown, in seconds.
const STEP: i64 = 30;
/// How many steps before and after the present one count, for clocks that are not quite right.
const SKEW: i64 = 1;
const SECRET_BYTES: usize = 20;
/// How many recovery codes a set has.
pub const RECOVERY_CODES: usize = 10;
/// Of a recovery code, without what stands between its groups: 100 bits.
const RECOVERY_LENGTH: usize = 20;
const GROUP: usize = 5;
/// Base 32 as authenticator apps read it (RFC 4648).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Base 32 as people read it: nothing that looks like something else.
const READABLE: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The secret of a second factor: TOTP as every app knows it, SHA-1, six digits, 30 seconds.
pub struct FactorSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl fmt::Debug for FactorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FactorSecret")
    }
}

impl FactorSecret {
    /// A new one.
    #[must_use]
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy.bytes()))
    }

    /// Sealed for the row of `user`: nobody else's row opens it.
    #[must_use]
    pub fn seal(&self, keys: &Keys, user: &UserId, entropy: &dyn Entropy) -> String {
        keys.seal(Purpose::SecondFactor, user.as_str().as_bytes(), &*self.0, entropy)
    }

    /// Opens what the row of `user` holds.
    #[must_use]
    pub fn open(keys: &Keys, user: &UserId, sealed: &str) -> Option<Self> {
        Self::read(keys.open(Purpose::SecondFactor, user.as_str().as_bytes(), sealed))
    }

    /// Sealed for the form of the session with this seed, while it is set up.
    #[must_use]
    pub fn seal_for_form(&self, keys: &Keys, seed: &str, entropy: &dyn Entropy) -> String {
        keys.seal(Purpose::SecondFactor, format!("form {seed}").as_bytes(), &*self.0, entropy)
    }

    /// Opens what the form of the session with this seed holds.
    #[must_use]
    pub fn open_from_form(keys: &Keys, seed: &str, sealed: &str) -> Option<Self> {
        Self::read(keys.open(Purpose::SecondFactor, format!("form {seed}").as_bytes(), sealed))
    }

    fn read(bytes: Option<Zeroizing<Vec<u8>>>) -> Option<Self> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        let bytes = bytes.filter(|bytes| bytes.len() == SECRET_BYTES)?;
        secret.copy_from_slice(&bytes);
        Some(Self(secret))
    }

    /// As apps read it, in groups of four for whoever types it.
    #[must_use]
    pub fn in_groups(&self) -> Zeroizing<String> {
        grouped(&self.base32(), 4, ' ')
    }

    fn base32(&self) -> Zeroizing<String> {
        digits_of(&*self.0, BASE32)
    }

    /// The address that a QR code holds.
    #[must_use]
    pub fn address(&self, email: &str) -> Zeroizing<String> {
        let email: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
        // A form writes a blank as `+`; an address has none.
        let (email, secret) = (email.replace('+', "%20"), self.base32());
        // What apps take for granted is left out: the fewer squares, the better they are scanned.
        Zeroizing::new(format!("otpauth://totp/Progreda:{email}?secret={}&issuer=Progreda", secret.as_str()))
    }

    fn totp(&self) -> Option<Totp> {
        Builder::new().with_secret(*self.0).build().ok()
    }

    /// The step whose code this is, of the present one and its neighbours. All are compared, and each in constant time.
    #[must_use]
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let typed: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).collect());
        let (totp, present) = (self.totp()?, now.millis().div_euclid(1_000 * STEP));
        let mut found = None;
        for step in present - SKEW..=present + SKEW {
            let Ok(seconds) = u64::try_from(step * STEP) else { continue };
            let code = Zeroizing::new(totp.generate(seconds).to_string());
            if bool::from(code.as_bytes().ct_eq(typed.as_bytes())) {
                found = Some(step);
            }
        }
        found
    }
}

/// A code on paper: 100 bits, good once.
pub struct RecoveryCode(Zeroizing<String>);

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode")
    }
}

impl RecoveryCode {
    /// A new set.
    #[must_use]
    pub fn set(entropy: &dyn Entropy) -> Vec<Self> {
        let new = |_| {
            let mut bytes: [u8; RECOVERY_LENGTH] = entropy.bytes();
            // Each byte gives five bits, so every sign is as likely as any other.
            let signs = bytes.iter().filter_map(|byte| READABLE.get(usize::from(byte % 32)).copied().map(char::from));
            let code = Self(Zeroizing::new(signs.collect()));
            bytes.zeroize();
            code
        };
        (0..RECOVERY_CODES).map(new).collect()
    }

    /// Reads what somebody typed: in any case, with or without what stands between the groups.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let signs = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase());
        let code: Zeroizing<String> = Zeroizing::new(signs.collect());
        let known = code.bytes().all(|byte| READABLE.contains(&byte));
        (known && code.len() == RECOVERY_LENGTH).then_some(Self(code))
    }

    /// As it stands on paper: `ABCDE-FGHJK-LMNPQ-RSTUV`.
    #[must_use]
    pub fn written(&self) -> Zeroizing<String> {
        grouped(&self.0, GROUP, '-')
    }

    /// What is stored: neither the database nor the codes alone give it.
    #[must_use]
    pub fn digest(&self, keys: &Keys, user: &UserId) -> String {
        let text = Zeroizing::new(format!("recovery {user} {}", self.0.as_str()));
        keys.mac(Purpose::Names, text.as_bytes())
    }
}

fn grouped(text: &str, size: usize, between: char) -> Zeroizing<String> {
    let mut grouped = Zeroizing::new(String::with_capacity(text.len() * 2));
    for (place, sign) in text.chars().enumerate() {
        if place > 0 && place % size == 0 {
            grouped.push(between);
        }
        grouped.push(sign);
    }
    grouped
}

/// Five bits a sign, of a length that needs no padding.
fn digits_of(bytes: &[u8], alphabet: &[u8; 32]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    let (mut kept, mut bits) = (0_u16, 0_u32);
    for byte in bytes {
        kept = (kept << 8) | u16::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let digit = usize::from((kept >> bits) & 31);
            text.extend(alphabet.get(digit).copied().map(char::from));
        }
        kept &= (1 << bits) - 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::FixedEntropy;

    /// The secret of RFC 6238, appendix B.
    fn known() -> FactorSecret {
        FactorSecret(Zeroizing::new(*b"12345678901234567890"))
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // The standard's eight digits end in these six.
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let now = Timestamp::from_millis(second * 1_000);
            assert_eq!(known().step_of(code, now), Some(second / 30), "{code}");
            assert_eq!(known().step_of(&format!("{} {}", &code[..3], &code[3..]), now), Some(second / 30));
        }
        assert_eq!(known().base32().as_str(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn one_step_off_counts_and_two_do_not() {
        let code = "081804";
        let at = |seconds: i64| known().step_of(code, Timestamp::from_millis((1_111_111_109 + seconds) * 1_000));
        assert_eq!(at(0), Some(37_037_036));
        assert_eq!(at(30), Some(37_037_036));
        assert_eq!(at(-30), Some(37_037_036));
        assert_eq!(at(60), None);
        assert_eq!(at(-60), None);
        assert_eq!(known().step_of("", Timestamp::from_millis(0)), None);
    }

    #[test]
    fn a_row_opens_only_for_its_person() {
        let entropy = FixedEntropy::default();
        let keys = Keys::throw_away(&entropy);
        let [one, other] = [1, 2].map(|at| UserId::new(Timestamp::from_millis(at), &entropy));
        let sealed = known().seal(&keys, &one, &entropy);
        assert!(!sealed.contains("GEZDGNBV") && !sealed.contains("12345678"));
        assert!(FactorSecret::open(&keys, &one, &sealed).is_some());
        assert!(FactorSecret::open(&keys, &other, &sealed).is_none());
        assert!(FactorSecret::open_from_form(&keys, one.as_str(), &sealed).is_none());
    }

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        let entropy = FixedEntropy::default();
        let (keys, set) = (Keys::throw_away(&entropy), RecoveryCode::set(&entropy));
        assert_eq!(set.len(), RECOVERY_CODES);
        let user = UserId::new(Timestamp::from_millis(1), &entropy);
        let written = set[0].written();
        assert_eq!(written.len(), 23);
        let read = RecoveryCode::parse(&format!(" {} ", written.to_lowercase().replace('-', " "))).unwrap();
        assert_eq!(read.digest(&keys, &user), set[0].digest(&keys, &user));
        assert_ne!(set[1].digest(&keys, &user), set[0].digest(&keys, &user));
        for bad in ["", "123456", "ABCDE-FGHJK-LMNPQ-RSTU", "ABCDE-FGHJK-LMNPQ-RSTU0"] {
            assert!(RecoveryCode::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_address_holds_what_an_app_asks_for() {
        let address = known().address("a+b@harbor.example");
        assert!(address.starts_with("otpauth://totp/Progreda:a%2Bb%40harbor.example?secret=GEZDGNBV"));
        assert!(address.ends_with("&issuer=Progreda"));
    }
}
