//! The key file: one master secret outside the database, and a subkey for each purpose.

use crate::world::Entropy;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
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
    /// Names of throttle counters and of session ids in the database.
    Names,
    /// The id that a session goes on under.
    Session,
    /// Telling whether a key file and a database belong together.
    Pairing,
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
        }
    }
}

/// The master secret, from which every subkey comes.
#[derive(Clone)]
pub struct Keys(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// Why the key file cannot be used. Each says what was expected.
#[derive(Debug)]
pub enum KeyError {
    /// It is not there.
    Missing(PathBuf),
    /// Others than its owner may read it.
    Readable(PathBuf),
    /// It does not hold 64 hexadecimal digits.
    Malformed(PathBuf),
    /// The operating system refused.
    Io(PathBuf, std::io::Error),
}

impl std::fmt::Display for KeyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(path) => write!(
                f,
                "the key file {} is missing, but the database was made with one; put it back or name it with --key-file",
                path.display()
            ),
            Self::Readable(path) => {
                write!(f, "the key file {} may be read by others; run: chmod 600 {0}", path.display())
            }
            Self::Malformed(path) => {
                write!(f, "the key file {} must hold 64 hexadecimal digits and nothing else", path.display())
            }
            Self::Io(path, error) => write!(f, "the key file {} cannot be used: {error}", path.display()),
        }
    }
}

impl Keys {
    /// Reads the key file.
    ///
    /// # Errors
    /// When it is missing, readable by others, or not 64 hexadecimal digits.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(KeyError::Missing(path.into())),
            Err(error) => return Err(KeyError::Io(path.into(), error)),
        };
        refuse_readable(path)?;
        let mut master = Zeroizing::new([0; 32]);
        let digits = text.trim_end();
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(KeyError::Malformed(path.into()));
        }
        for (place, byte) in master.iter_mut().enumerate() {
            let pair = digits.get(place * 2..place * 2 + 2).unwrap_or("");
            *byte = u8::from_str_radix(pair, 16).map_err(|_| KeyError::Malformed(path.into()))?;
        }
        Ok(Self(master))
    }

    /// Makes a new key file that only its owner may read.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        let keys = Self(Zeroizing::new(entropy.bytes()));
        let text = Zeroizing::new(format!("{}\n", hex(&*keys.0)));
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        written.map_err(|error| KeyError::Io(path.into(), error))?;
        Ok(keys)
    }

    /// A master secret that is kept nowhere; for throw-away databases.
    #[must_use]
    pub fn throw_away(entropy: &dyn Entropy) -> Self {
        Self(Zeroizing::new(entropy.bytes()))
    }

    /// The subkey of `N` bytes for `purpose`, bound to `context`.
    #[must_use]
    pub fn derive<const N: usize>(&self, purpose: Purpose, context: &[u8]) -> Zeroizing<[u8; N]> {
        let mut key = Zeroizing::new([0; N]);
        let stretched = Hkdf::<Sha256>::new(Some(context), &*self.0).expand(purpose.label(), &mut *key);
        debug_assert!(stretched.is_ok(), "a subkey is shorter than 255 hashes");
        key
    }

    /// The HMAC-SHA-256 of `message` under the subkey of `purpose`, in hexadecimal.
    #[must_use]
    pub fn mac(&self, purpose: Purpose, message: &[u8]) -> String {
        let key = self.derive::<32>(purpose, b"");
        match Hmac::<Sha256>::new_from_slice(&*key) {
            Ok(mut mac) => {
                mac.update(message);
                hex(&mac.finalize().into_bytes())
            }
            Err(_) => std::process::abort(),
        }
    }
}

#[cfg(unix)]
fn refuse_readable(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::metadata(path).map_err(|error| KeyError::Io(path.into(), error))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeyError::Readable(path.into()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_readable(_path: &Path) -> Result<(), KeyError> {
    Ok(())
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
