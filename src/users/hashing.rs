//! Argon2id, off the async threads and two at a time: the bound is also the guard against a flood of sign-ins.

use super::model::{Bad, Password};
use crate::error::{AppError, Result};
use crate::world::Entropy;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Memory in KiB, passes and lanes: OWASP's first choice.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Of a hash, in bytes.
const LENGTH: usize = 32;

/// How many may be hashed or wait for it.
const QUEUE: usize = 64;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Hasher {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    // One for each place, used again and again: the allocator keeps what many threads gave back, 19 MiB each time.
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    // What an unknown person's password is checked against, so that it takes as long as a known one's.
    nobody: Arc<str>,
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

fn params() -> Params {
    let (memory, passes, lanes) = COST;
    Params::new(memory, passes, lanes, None).unwrap_or(Params::DEFAULT)
}

fn digest(params: Params, password: &[u8], salt: &[u8], memory: &mut Vec<Block>) -> Result<[u8; LENGTH]> {
    let mut out = [0; LENGTH];
    memory.resize(params.block_count(), Block::new());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into_with_memory(password, salt, &mut out, memory).map_err(AppError::internal)?;
    Ok(out)
}

fn hash_now(password: &[u8], salt: &[u8], memory: &mut Vec<Block>) -> Result<String> {
    let hash = STANDARD_NO_PAD.encode(digest(params(), password, salt, memory)?);
    Ok(format!("{}{}${hash}", beginning(), STANDARD_NO_PAD.encode(salt)))
}

/// What every hash with today's parameters begins with.
fn beginning() -> String {
    let (memory, passes, lanes) = COST;
    format!("$argon2id$v=19$m={memory},t={passes},p={lanes}$")
}

fn is_right_now(password: &[u8], hash: &str, memory: &mut Vec<Block>) -> Result<bool> {
    let parsed = PasswordHash::new(hash).map_err(AppError::internal)?;
    let (Some(salt), Some(expected)) = (&parsed.salt, &parsed.hash) else {
        return Err(AppError::internal("a password's hash is incomplete"));
    };
    if parsed.algorithm.as_str() != "argon2id" || parsed.version != Some(19) {
        return Err(AppError::internal("a password's hash is of another kind"));
    }
    let params = Params::try_from(&parsed).map_err(AppError::internal)?;
    let found = digest(params, password, salt.as_ref(), memory)?;
    Ok(found.ct_eq(expected.as_bytes()).into())
}

impl Hasher {
    /// Two places.
    #[must_use]
    pub fn new() -> Self {
        // A well-formed hash of nothing anybody knows; it costs what a real one costs.
        let nobody = "$argon2id$v=19$m=19456,t=2,p=1$cHJvZ3JlZGEgbm9ib2R5$c2lnbnMgaW4gd2l0aCB0aGlzIHBhc3N3b3JkLCBldmU";
        Self {
            places: Arc::new(Semaphore::new(2)),
            queue: Arc::new(Semaphore::new(QUEUE)),
            memory: Arc::default(),
            nobody: Arc::from(nobody),
        }
    }

    /// The PHC text of a new password.
    ///
    /// # Errors
    /// When the work could not be done.
    pub async fn hash(&self, password: Password, entropy: &dyn Entropy) -> Result<String> {
        let salt = entropy.bytes::<16>();
        self.work(move |memory| hash_now(password.as_bytes(), &salt, memory)).await?
    }

    /// Whether `password` is the one behind `hash`; with no hash the answer is no, after the same work.
    ///
    /// # Errors
    /// When the work could not be done.
    pub async fn is_right(&self, password: Password, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        self.work(move |memory| Ok(is_right_now(password.as_bytes(), &hash, memory)? && known)).await?
    }

    /// See [`Password::choose`]: to estimate how soon a password is guessed takes long enough to be done here.
    ///
    /// # Errors
    /// When the work could not be done. The inner error: why the password is not taken.
    pub async fn choose(&self, text: &str, context: &[&str]) -> Result<Result<Password, Bad>> {
        self.choose_as(text, context, false).await
    }

    /// See [`Password::choose_as`].
    ///
    /// # Errors
    /// When the work could not be done. The inner error: why the password is not taken.
    pub async fn choose_as(&self, text: &str, context: &[&str], second_factor: bool) -> Result<Result<Password, Bad>> {
        let text = Zeroizing::new(text.to_owned());
        let context: Vec<String> = context.iter().map(|&word| word.to_owned()).collect();
        let job = move || {
            let context: Vec<&str> = context.iter().map(String::as_str).collect();
            Password::choose_as(&text, &context, second_factor)
        };
        self.work(move |_| job()).await
    }

    /// Whether `hash` was made with lesser parameters than today's.
    #[must_use]
    pub fn is_weak(hash: &str) -> bool {
        !hash.starts_with(&beginning())
    }

    async fn work<T: Send + 'static>(&self, job: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static) -> Result<T> {
        // Whoever would wait behind so many is told so instead: the queue costs memory and the rightful person's time.
        let _waiting = self.queue.try_acquire().map_err(|_| AppError::TooMany(2))?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(AppError::internal)?;
        let kept = Arc::clone(&self.memory);
        tokio::task::spawn_blocking(move || {
            let free = kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut memory = free.unwrap_or_default();
            let done = job(&mut memory);
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
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
