//! Where a demo keeps its data: a folder of its own that goes with it, or a database that was named.

use crate::keys::hex;
use crate::world::World;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The database and key file of a demo. A folder that was made for it goes when this value does.
#[derive(Debug)]
pub struct Place {
    database_url: String,
    key_file: PathBuf,
    folder: Option<PathBuf>,
}

impl Place {
    /// The database named, with its key file; else a SQLite file in a new temporary folder that only its owner may enter.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(named: Option<&str>, key_file: &Path, world: &World) -> io::Result<Self> {
        if let Some(url) = named {
            return Ok(Self { database_url: url.to_owned(), key_file: key_file.to_owned(), folder: None });
        }
        let folder = std::env::temp_dir().join(format!("progreda-demo-{}", hex(&world.entropy().bytes::<8>())));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder)?;
        Ok(Self {
            database_url: format!("sqlite:{}", folder.join("progreda.db").display()),
            key_file: folder.join("progreda.key"),
            folder: Some(folder),
        })
    }

    /// What `--database-url` would say.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url.clone()
    }

    /// The key file that belongs to the database.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.key_file.clone()
    }

    /// Whether everything goes when the demo ends.
    #[must_use]
    pub fn is_throw_away(&self) -> bool {
        self.folder.is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder
            && let Err(error) = fs::remove_dir_all(folder)
        {
            tracing::warn!(cause = %error, folder = %folder.display(), "the demo's folder is still there");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_its_own_comes_and_goes() {
        let world = World::real();
        let place = Place::new(None, Path::new("unused.key"), &world).unwrap();
        let folder = place.key_file().parent().unwrap().to_path_buf();
        assert!(place.is_throw_away() && place.database_url().contains(folder.to_str().unwrap()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
        fs::write(place.key_file(), "x").unwrap();
        drop(place);
        assert!(!folder.exists());
    }

    #[test]
    fn a_named_database_keeps_its_own_key_file() {
        let place = Place::new(Some("sqlite:named.db"), Path::new("named.key"), &World::real()).unwrap();
        assert_eq!((place.database_url().as_str(), place.key_file()), ("sqlite:named.db", PathBuf::from("named.key")));
        assert!(!place.is_throw_away());
    }
}
