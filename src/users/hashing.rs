//! Argon2id, off the async threads and two at a time: the bound is also the guard against a flood of sign-ins.

use super::model::Password;
use crate::error::{AppError, Result};
use crate::world::Entropy;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes: OWASP's first choice.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Hashes and checks passwords.
#[derive(Debug, Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
    // What an unknown person's password is checked against, so that it takes as long as a known one's.
    nobody: Arc<str>,
}

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(memory, passes, lanes, None).unwrap_or(Params::DEFAULT),
    )
}

fn hash_now(password: &[u8], salt: &[u8]) -> Result<String> {
    let hash = argon2().hash_password_with_salt(password, salt).map_err(AppError::internal)?;
    Ok(hash.to_string())
}

impl Hasher {
    /// Two places.
    #[must_use]
    pub fn new() -> Self {
        // A well-formed hash of nothing anybody knows; it costs what a real one costs.
        let nobody = "$argon2id$v=19$m=19456,t=2,p=1$cHJvZ3JlZGEgbm9ib2R5$c2lnbnMgaW4gd2l0aCB0aGlzIHBhc3N3b3JkLCBldmU";
        Self { places: Arc::new(Semaphore::new(2)), nobody: Arc::from(nobody) }
    }

    /// The PHC text of a new password.
    ///
    /// # Errors
    /// When the work could not be done.
    pub async fn hash(&self, password: Password, entropy: &dyn Entropy) -> Result<String> {
        let salt = entropy.bytes::<16>();
        self.work(move || hash_now(password.as_bytes(), &salt)).await?
    }

    /// Whether `password` is the one behind `hash`; with no hash the answer is no, after the same work.
    ///
    /// # Errors
    /// When the work could not be done.
    pub async fn is_right(&self, password: Password, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        self.work(move || {
            let parsed = PasswordHash::new(&hash).map_err(AppError::internal)?;
            Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await?
    }

    /// Whether `hash` was made with lesser parameters than today's.
    #[must_use]
    pub fn is_weak(hash: &str) -> bool {
        let (memory, passes, lanes) = COST;
        !hash.starts_with(&format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$"))
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(AppError::internal)?;
        tokio::task::spawn_blocking(move || {
            let done = job();
            drop(place);
            done
        })
        .await
        .map_err(AppError::internal)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}
