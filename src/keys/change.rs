//! Changing keys: one is prepared, takes over, and the one before is retired; each step is a new file in place of the old one.

use super::file::{KeyError, State};
use super::{Keys, Live, Ring};
use crate::world::{Entropy, Timestamp};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One line of the list of keys; never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What the key does.
    pub state: State,
    /// Its id.
    pub id: String,
    /// When it was made; unknown for a key from before keys had ids.
    pub made: Option<Timestamp>,
}

impl Keys {
    /// Every key, the newest first.
    #[must_use]
    pub fn list(&self) -> Vec<Listed> {
        let ring = &*self.0;
        let live = [
            (State::Next, ring.next.as_ref()),
            (State::Current, Some(&ring.current)),
            (State::Previous, ring.previous.as_ref()),
        ];
        let listed = |state, id: &str, made| Listed { state, id: id.to_owned(), made };
        let live = live.into_iter().filter_map(|(state, key)| key.map(|key| listed(state, &key.id, key.made)));
        live.chain(ring.former.iter().map(|key| listed(State::Chain, &key.id, key.made))).collect()
    }

    /// The id of the key that [`Keys::retired`] would drop.
    #[must_use]
    pub fn previous_id(&self) -> Option<&str> {
        self.0.previous.as_ref().map(|key| key.id.as_str())
    }

    /// The same with a key more that everybody knows and nobody uses yet; for several instances.
    ///
    /// # Errors
    /// [`KeyError::Order`] when there are two live keys already.
    pub fn prepared(&self, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        self.refuse_a_third()?;
        Ok(self.with(|ring| ring.next = Some(Live::random(entropy, Some(now)))))
    }

    /// The same with the prepared key, or else a new one, as the current key and the one before as the previous.
    ///
    /// # Errors
    /// [`KeyError::Order`] when a previous key is still there.
    pub fn rotated(&self, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        if self.0.next.is_none() {
            self.refuse_a_third()?;
        }
        Ok(self.with(|ring| {
            let newest = ring.next.take().unwrap_or_else(|| Live::random(entropy, Some(now)));
            ring.previous = Some(std::mem::replace(&mut ring.current, newest));
        }))
    }

    /// The same without the previous key, of which only what checks old events is left.
    ///
    /// # Errors
    /// [`KeyError::Order`] when there is no previous key.
    pub fn retired(&self) -> Result<Self, KeyError> {
        if self.0.previous.is_none() {
            return Err(KeyError::Order("there is no previous key to retire; progreda keys list shows the keys"));
        }
        Ok(self.with(|ring| {
            if let Some(key) = ring.previous.take() {
                ring.former.insert(0, key.into_former());
            }
        }))
    }

    fn refuse_a_third(&self) -> Result<(), KeyError> {
        match (&self.0.next, &self.0.previous) {
            (None, None) => Ok(()),
            (Some(_), _) => Err(KeyError::Order("a next key is prepared already; progreda keys rotate puts it to use")),
            (None, Some(_)) => Err(KeyError::Order(
                "the key before is still live; run progreda keys retire first, two keys are the most",
            )),
        }
    }

    fn with(&self, change: impl FnOnce(&mut Ring)) -> Self {
        let mut ring = Ring::clone(&self.0);
        change(&mut ring);
        Self(Arc::new(ring))
    }

    /// Changes the key file: reads it, and puts what `change` makes of it in its place, at once and whole. Two commands at
    /// once: the second is refused.
    ///
    /// # Errors
    /// What reading, `change` or writing says; then the file is as it was.
    pub fn change(path: &Path, change: impl FnOnce(&Self) -> Result<Self, KeyError>) -> Result<Self, KeyError> {
        let failed = |error| KeyError::Io(path.into(), error);
        let _ = Self::read(path)?;
        let lock = fs::File::open(path).map_err(failed)?;
        lock.try_lock().map_err(|_| KeyError::Order("another command is changing the key file just now"))?;
        let changed = change(&Self::read(path)?)?;
        replace(path, &changed.text()).map_err(failed)?;
        Ok(changed)
    }
}

/// A crash before the renaming leaves the old file, after it the new one; never half of one.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = PathBuf::from(format!("{}.new", path.display()));
    let mut options = fs::OpenOptions::new();
    // What a crash left here is nobody's; it is written anew.
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&beside)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    #[cfg(unix)]
    {
        // The renaming itself is kept only once the folder is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}
