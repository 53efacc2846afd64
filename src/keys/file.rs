//! The key file: what its lines mean, and how it is replaced so that a crash leaves a whole one.

use super::{Former, Keys, Live, Ring, Secret, hex};
use crate::world::{Entropy, Timestamp};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

const HEADER: &str = "progreda-keys 1";
/// A copy that was cut is told from a whole one.
const END: &str = "end";

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Known, but not used yet.
    Next,
    /// Signs and seals everything new.
    Current,
    /// Still opens what was made before the change.
    Previous,
    /// Retired: checks old events, nothing else.
    Chain,
}

impl State {
    /// The word in the file and in lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Previous => "previous",
            Self::Chain => "chain",
        }
    }
}

/// Why the key file cannot be used. Each says what was expected.
#[derive(Debug)]
pub enum KeyError {
    /// It is not there.
    Missing(PathBuf),
    /// Others than its owner may read it.
    Readable(PathBuf),
    /// It does not hold keys: which line, and what should stand there.
    Malformed(PathBuf, usize, &'static str),
    /// The change has no place: what to do first.
    Order(&'static str),
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
            Self::Malformed(path, line, expected) => write!(
                f,
                "the key file {} must hold 64 hexadecimal digits and nothing else, or what progreda keys wrote; line {line}: \
                 expected {expected}",
                path.display()
            ),
            Self::Order(what) => f.write_str(what),
            Self::Io(path, error) => write!(f, "the key file {} cannot be used: {error}", path.display()),
        }
    }
}

/// A line that is not as it should be: its number, and what was expected.
type Fault = (usize, &'static str);

impl Keys {
    /// Reads the key file.
    ///
    /// # Errors
    /// When it is missing, readable by others, or does not hold whole keys.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(KeyError::Missing(path.into())),
            Err(error) => return Err(KeyError::Io(path.into(), error)),
        };
        refuse_readable(path)?;
        parse(&text)
            .map(|ring| Self(Arc::new(ring)))
            .map_err(|(line, what)| KeyError::Malformed(path.into(), line, what))
    }

    /// Makes a new key file that only its owner may read.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(path: &Path, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        let keys = Self(Arc::new(Ring::first(Live::random(entropy, Some(now)))));
        write_new(path, &keys.text()).map_err(|error| KeyError::Io(path.into(), error))?;
        Ok(keys)
    }

    /// The whole file.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let ring = &*self.0;
        let mut text = Zeroizing::new(format!("{HEADER}\n"));
        let mut add = |state: State, id: &str, made: Option<Timestamp>, secret: &Secret| {
            let digits = Zeroizing::new(hex(&**secret));
            for part in [state.word(), " ", id, " ", &instant(made), " ", &digits, "\n"] {
                text.push_str(part);
            }
        };
        let live = [
            (State::Next, ring.next.as_ref()),
            (State::Current, Some(&ring.current)),
            (State::Previous, ring.previous.as_ref()),
        ];
        for (state, key) in live {
            if let Some(key) = key {
                add(state, &key.id, key.made, &key.secret);
            }
        }
        for key in &ring.former {
            add(State::Chain, &key.id, key.made, &key.journal);
        }
        let names = Zeroizing::new(hex(&*ring.names));
        for part in ["names ", &names, "\n", END, "\n"] {
            text.push_str(part);
        }
        text
    }
}

fn instant(made: Option<Timestamp>) -> String {
    let known = made.and_then(|made| jiff::Timestamp::from_millisecond(made.millis()).ok());
    known.map_or_else(|| "-".to_owned(), |known| known.to_string())
}

fn parse(text: &str) -> Result<Ring, Fault> {
    let whole = text.trim_end();
    if whole.len() == 64 && !whole.contains('\n') {
        return Ok(Ring::first(Live::new(secret(whole).ok_or((1, "64 hexadecimal digits"))?, None)));
    }
    let mut lines = whole.lines().enumerate().map(|(place, line)| (place + 1, line.trim_end()));
    if lines.next().is_none_or(|(_, line)| line != HEADER) {
        return Err((1, "progreda-keys 1"));
    }
    let (mut live, mut former, mut names) = ([const { None }; 3], Vec::new(), None);
    let mut last = (1, "");
    for (number, line) in lines {
        last = (number, line);
        let place = match line.split(' ').next() {
            Some("next") => 0,
            Some("current") => 1,
            Some("previous") => 2,
            _ => 3,
        };
        let words: Vec<&str> = line.split(' ').collect();
        match (words.as_slice(), live.get_mut(place)) {
            ([_, id, made, digits], Some(slot @ None)) => *slot = Some(read_live(number, id, made, digits)?),
            (["chain", id, made, digits], _) => former.push(Former {
                id: (*id).to_owned(),
                made: read_instant(number, made)?,
                journal: secret(digits).ok_or((number, "a key of 64 hexadecimal digits"))?,
            }),
            (["names", digits], _) if names.is_none() => {
                names = Some(secret(digits).ok_or((number, "names, then 64 hexadecimal digits"))?);
            }
            (["end"], _) => {}
            _ => return Err((number, "next, current, previous, chain, names or end, each as it was written")),
        }
    }
    let [next, current, previous] = live;
    let (Some(current), Some(names), END) = (current, names, last.1) else {
        return Err((last.0, "a current key, a line of names, and end as the last line; this file was cut"));
    };
    if next.is_some() && previous.is_some() {
        return Err((last.0, "at most two live keys"));
    }
    Ok(Ring { next, current, previous, former, names })
}

fn read_live(number: usize, id: &str, made: &str, digits: &str) -> Result<Live, Fault> {
    let secret = secret(digits).ok_or((number, "a key of 64 hexadecimal digits"))?;
    let key = Live::new(secret, read_instant(number, made)?);
    if key.id == id { Ok(key) } else { Err((number, "the secret that belongs to this id")) }
}

fn read_instant(number: usize, text: &str) -> Result<Option<Timestamp>, Fault> {
    if text == "-" {
        return Ok(None);
    }
    let instant: jiff::Timestamp =
        text.parse().map_err(|_| (number, "an instant such as 2026-01-31T12:00:00Z, or -"))?;
    Ok(Some(Timestamp::from_millis(instant.as_millisecond())))
}

fn secret(digits: &str) -> Option<Secret> {
    if digits.len() != 64 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
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

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
